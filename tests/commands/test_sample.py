"""`npae sample` and `npae interpolate`: what they write, what they refuse and in which words."""

import numpy as np
import pytest

import npae
from npae import cli, plots
from npae.commands.interpolate import choose_pairs, interpolate
from npae.commands.sample import gray_scale
from npae.models import (
    Autoencoder,
    MaskedAutoencoder,
    ProbabilisticAutoencoder,
    VariationalAutoencoder,
    VectorQuantizedAutoencoder,
)

FIT = {"latent_dim": 2, "hidden_dims": (8,), "epochs": 1, "random_state": 0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Models of several kinds, of the digits where nothing else is said."""
    folder, x = tmp_path_factory.mktemp("models"), npae.load_digits().X_train[:200]
    VariationalAutoencoder(**FIT).fit(x).save(folder / "vae.npz")
    ProbabilisticAutoencoder(**FIT).fit(x).save(folder / "probabilistic.npz")
    Autoencoder(**FIT).fit(x).save(folder / "plain.npz")
    VariationalAutoencoder(**FIT).fit(x[:, :63]).save(folder / "odd.npz")
    VariationalAutoencoder(**FIT).fit(x[:, :49]).save(folder / "seven.npz")
    codes = VectorQuantizedAutoencoder(n_codes=3, n_slots=2, **FIT).fit(x)
    codes.save(folder / "bare.npz")
    codes.fit_prior(x, hidden_dims=(4,), epochs=1).save(folder / "vq.npz")
    MaskedAutoencoder(n_codes=3, hidden_dims=(4,), epochs=1).fit(codes.codes(x)).save(folder / "masked.npz")
    (folder / "text.npz").write_text("no model")
    return folder


@pytest.fixture
def drawn(monkeypatch):
    """The arguments with which the figures are drawn."""
    calls = []
    for name in ("image_grid", "image_rows"):
        original = getattr(plots, name)

        def noted(*args, original=original, **kwargs):
            calls.append((args, kwargs))
            return original(*args, **kwargs)
        monkeypatch.setattr(plots, name, noted)
    return calls


@pytest.mark.parametrize("name", ["vae", "probabilistic"])
@pytest.mark.parametrize("noise", [False, True])
def test_sample_draws_what_the_model_samples(name, noise, folder, tmp_path, drawn, capsys):
    out = tmp_path / "grid.png"
    arguments = ["sample", str(folder / f"{name}.npz"), "-n", "10", "--out", str(out), "--seed", "3"] + ["--noise"] * noise
    assert cli.main(arguments) == 0
    expected = npae.load(folder / f"{name}.npz").sample(10, random_state=3, mean=not noise)
    np.testing.assert_array_equal(drawn[0][0][0], expected)
    assert drawn[0][0][1] == (8, 8) and drawn[0][1]["columns"] == 4
    assert out.read_bytes().startswith(b"\x89PNG") and str(out) in capsys.readouterr().out


def test_sample_draws_from_the_prior_that_was_saved(folder, tmp_path, drawn):
    assert cli.main(["sample", str(folder / "vq.npz"), "-n", "10", "--out", str(tmp_path / "grid.png"), "--seed", "3"]) == 0
    np.testing.assert_array_equal(drawn[0][0][0], npae.load(folder / "vq.npz").sample(10, random_state=3))


def test_the_same_seed_writes_the_same_file(folder, tmp_path):
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        cli.main(["sample", str(folder / "vae.npz"), "-n", "2", "--out", str(tmp_path / name), "--seed", seed])
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_interpolate_decodes_the_line_between_codes(folder, tmp_path, drawn, capsys):
    out = tmp_path / "rows.png"
    for name in ("vae", "plain"):                           # a plain autoencoder interpolates too
        assert cli.main(["interpolate", str(folder / f"{name}.npz"), "--data", "digits", "--from", "3", "--to", "8",
                         "--steps", "5", "--out", str(out)]) == 0
        model, x = npae.load(folder / f"{name}.npz"), npae.load_digits().X_test
        z = model.transform(x[[3, 8]])
        (row,) = drawn[-1][0][0].values()
        np.testing.assert_array_equal(row[[0, -1]], x[[3, 8]])
        line = [z[0] + t * (z[1] - z[0]) for t in (0, 0.25, 0.5, 0.75, 1)]
        np.testing.assert_allclose(row[1:-1], model.inverse_transform(line), atol=1e-6)
    assert out.read_bytes().startswith(b"\x89PNG") and "examples 3 to 8" in capsys.readouterr().out


def test_interpolate_takes_the_first_pairs_by_itself(folder, tmp_path, drawn):
    assert cli.main(["interpolate", str(folder / "vae.npz"), "--data", "digits", "--out", str(tmp_path / "rows.png")]) == 0
    assert list(drawn[0][0][0]) == ["0 to 1", "2 to 3", "4 to 5", "6 to 7", "8 to 9", "10 to 11"]
    assert all(len(row) == 11 for row in drawn[0][0][0].values())


def test_pairs():
    assert choose_pairs(None, None, 5) == [(0, 1), (2, 3)] and choose_pairs(None, None, 2) == [(0, 1)]
    assert choose_pairs(4, 0, 5) == [(4, 0)]
    with pytest.raises(ValueError, match="two held-out examples"):
        choose_pairs(None, None, 1)


def test_interpolation_has_both_ends(folder):
    model, x = npae.load(folder / "vae.npz"), npae.load_digits().X_test
    between = interpolate(model, x[:1], x[1:2], 2)
    np.testing.assert_allclose(between, model.reconstruct(x[:2]), atol=1e-6)


def test_gray_scale_is_that_of_gray_values_where_it_can_be():
    rng = np.random.default_rng(0)
    assert gray_scale(rng.random((50, 4))) == (0, 1)
    assert gray_scale(rng.random((50, 4)) + 0.1 * rng.normal(size=(50, 4))) == (0, 1)      # overshoots
    low, high = gray_scale(rng.normal(size=(500, 4)))
    assert low < -1.5 and high > 1.5
    assert gray_scale(0.01 * rng.random((50, 4)))[1] <= 0.01                               # not lost in white
    low, high = gray_scale(np.full((3, 4), 7.0))
    assert low < high


@pytest.mark.parametrize("arguments, words", [
    (["sample", "plain.npz"], "plain.npz: Autoencoder does not generate"),
    (["sample", "bare.npz"], "bare.npz: this VectorQuantizedAutoencoder has no prior over its codes"),
    (["sample", "vq.npz", "--noise"], "--noise: VectorQuantizedAutoencoder draws codes"),
    (["sample", "masked.npz"], "masked.npz: a MaskedAutoencoder generates codes, not images"),
    (["interpolate", "vq.npz", "--data", "digits"], "vq.npz: the codes of VectorQuantizedAutoencoder are whole numbers"),
    (["interpolate", "masked.npz", "--data", "digits"], "masked.npz: the codes of MaskedAutoencoder are whole numbers"),
    (["sample", "odd.npz"], "63 features, which make no square image"),
    (["sample", "nothing.npz"], "nothing.npz"),
    (["sample", "text.npz"], "text.npz"),
    (["sample", "vae.npz", "-n", "0"], "-n must be"),
    (["sample", "vae.npz", "--seed", "-1"], "--seed must be"),
    (["sample", "vae.npz", "--out", "nowhere/grid.png"], "nowhere"),
    (["interpolate", "odd.npz", "--data", "digits"], "63 features, which make no square image"),
    (["interpolate", "seven.npz", "--data", "digits"], "seven.npz has 49 features, digits has 64"),
    (["interpolate", "vae.npz", "--data", "nothing.csv"], "nothing.csv"),
    (["interpolate", "vae.npz", "--data", "digits", "--from", "1"], "--from and --to go together"),
    (["interpolate", "vae.npz", "--data", "digits", "--from", "1", "--to", "360"], "--to must be"),
    (["interpolate", "vae.npz", "--data", "digits", "--from", "-1", "--to", "3"], "--from must be"),
    (["interpolate", "vae.npz", "--data", "digits", "--steps", "1"], "--steps must be"),
    (["interpolate", "vae.npz", "--data", "digits", "--out", "nowhere/rows.png"], "nowhere"),
])
def test_what_cannot_be_done_is_said_in_one_line(arguments, words, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    if "--out" not in arguments:
        arguments = [*arguments, "--out", "out.png"]
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"npae {arguments[0]}: ") and words in captured.err and captured.err.count("\n") == 1
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("name, kind", [("vae", VariationalAutoencoder), ("probabilistic", ProbabilisticAutoencoder)])
def test_train_knows_the_family(name, kind, tmp_path, capsys):
    out = tmp_path / "run"
    assert cli.main(["train", name, "--data", "digits", "--out", str(out), "--set", "epochs=1", "hidden_dims=8",
                     "latent_dim=2"]) == 0
    assert type(npae.load(out / "model.npz")) is kind
    assert cli.main(["sample", str(out / "model.npz"), "-n", "1", "--out", str(tmp_path / "one.png")]) == 0
