"""The command line as a user meets it: what it prints, what it writes, what it says when it cannot."""

import json
import subprocess
import sys

import numpy as np
import pytest

import npae
from npae import cli
from npae.commands import train
from npae.models import Autoencoder


def test_help_version_and_unknown_commands(capsys):
    for arguments, code in ((["--help"], 0), (["--version"], 0), ([], 2), (["nonsense"], 2), (["train"], 2)):
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        assert caught.value.code == code
    text = capsys.readouterr().out
    assert npae.__version__ in text and all(name in text for name in cli.COMMANDS)


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])
    assert caught.value.code == 0 and "usage: npae" in capsys.readouterr().out


def test_import_is_light():
    code = ("import sys, npae, npae.cli; heavy = {'matplotlib', 'npae.models', 'npae.datasets'} & set(sys.modules); "
            "assert not heavy, heavy")
    subprocess.run([sys.executable, "-c", code], check=True)


def test_python_m_npae():
    done = subprocess.run([sys.executable, "-m", "npae", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"npae {npae.__version__}"


def test_train_writes_model_history_and_figures(tmp_path, capsys):
    out = tmp_path / "run"
    assert cli.main(["train", "autoencoder", "--data", "digits", "--out", str(out), "--set", "epochs=2", "loss=bce",
                     "hidden_dims=32,", "latent_dim=4"]) == 0
    printed = capsys.readouterr().out
    model = npae.load(out / "model.npz")
    assert model.hidden_dims == (32,) and model.loss == "bce" and model.latent_dim == 4
    history = json.loads((out / "history.json").read_text())
    assert history["loss"] == model.history_["loss"] and len(history["excess"]) == 2 and "val_loss" in history
    for figure in ("learning_curves.png", "reconstructions.png", "filters.png"):
        assert (out / figure).read_bytes().startswith(b"\x89PNG") and figure in printed
    score = model.score(npae.load_digits().X_test)
    assert f"held-out score {score:.6g}" in printed
    assert cli.main(["info", str(out / "model.npz")]) == 0
    assert model.summary() in capsys.readouterr().out


def test_train_on_a_file_holds_out_a_tenth(tmp_path, capsys):
    x = np.random.default_rng(0).normal(size=(50, 3))
    np.savetxt(tmp_path / "x.csv", x, delimiter=",", header="a,b,c", comments="")
    out = tmp_path / "run"
    assert cli.main(["train", "autoencoder", "--data", str(tmp_path / "x.csv"), "--out", str(out), "--set", "epochs=1"]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["history.json", "learning_curves.png", "model.npz"]
    train_rows, held_out, shape = train.load_data(str(tmp_path / "x.csv"))
    assert (len(train_rows), len(held_out), shape) == (45, 5, None)
    together = np.vstack([train_rows, held_out])
    np.testing.assert_allclose(np.sort(together, axis=0), np.sort(x, axis=0))


def test_square_rows_are_taken_for_images(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((4, 25)))
    assert train.load_data(str(tmp_path / "x.npy"))[2] == (5, 5)


@pytest.mark.parametrize("arguments, words", [
    (["train", "autoencoder", "--data", "nothing.csv", "--out", "OUT"], "nothing.csv"),
    (["train", "autoencoder", "--data", "x.txt", "--out", "OUT"], "ending in .npy, .npz or .csv"),
    (["train", "autoencoder", "--data", "digits", "--out", "OUT", "--set", "nonsense=1"], "hyperparameter of Autoencoder"),
    (["train", "autoencoder", "--data", "digits", "--out", "OUT", "--set", "latent_dim"], "NAME=VALUE"),
    (["train", "autoencoder", "--data", "digits", "--out", "OUT", "--set", "latent_dim=0"], "latent_dim must be an integer of"),
    (["train", "autoencoder", "--data", "mnist", "--mnist-dir", "nowhere", "--out", "OUT"], "nowhere"),
    (["train", "autoencoder", "--data", "digits", "--out", "FILE"], "FILE"),
    (["info", "nothing.npz"], "nothing.npz"),
    (["check", "nonsense"], "unknown kind of check 'nonsense'"),
])
def test_what_cannot_be_done_is_said_in_one_line(arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE").write_text("in the way")
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"npae {arguments[0]}: ") and words in captured.err and captured.err.count("\n") == 1
    assert not (tmp_path / "OUT" / "model.npz").exists()


def test_settings_are_literals_or_words():
    words = ["latent_dim=8", "hidden_dims=64", "loss=bce", "patience=None", "learning_rate=1e-2"]
    parsed = train.parse_settings(words, Autoencoder)
    assert parsed == {"latent_dim": 8, "hidden_dims": (64,), "loss": "bce", "patience": None, "learning_rate": 0.01}


def test_info_of_the_installation(capsys):
    assert cli.main(["info"]) == 0
    printed = capsys.readouterr().out
    assert npae.__version__ in printed and np.__version__ in printed and "Autoencoder" in printed


def test_check_prints_a_table_and_fails_when_a_check_fails(capsys, monkeypatch):
    from npae.checks import KINDS, Check
    good, bad = Check("oracles", "subject", "claim", 1.0, 2.0), Check("oracles", "subject", "other claim", 3.0, 2.0)
    monkeypatch.setitem(KINDS, "oracles", lambda seed: iter([good]))
    assert cli.main(["check", "oracles"]) == 0
    assert "1 checks, 0 failed" in capsys.readouterr().out
    monkeypatch.setitem(KINDS, "oracles", lambda seed: iter([good, bad]))
    assert cli.main(["check", "oracles", "--failed"]) == 1
    printed = capsys.readouterr().out
    assert "FAIL  subject" in printed and "2 checks, 1 failed" in printed and "ok  " not in printed


def test_interruption(monkeypatch, capsys):
    def interrupted(args):
        raise KeyboardInterrupt
    monkeypatch.setattr("npae.commands.info.run", interrupted)
    assert cli.main(["info"]) == 130
    assert "interrupted" in capsys.readouterr().err
