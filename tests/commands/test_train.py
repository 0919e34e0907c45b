"""`npae train` for images: convolutions and codes, the presets and the prior, what is written and what is refused."""

import json

import numpy as np
import pytest

import npae
from npae import cli, plots
from npae.commands.presets import FEW, MANY, MANY_IMAGES, NOTE, PRESETS, channels, presets
from npae.models import HierarchicalVectorQuantizedAutoencoder, VectorQuantizedAutoencoder

TINY = ["--set", "epochs=2", "channels=4", "latent_dim=2", "--prior", "hidden_dims=4", "epochs=3"]


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A file of a few digits."""
    path = tmp_path_factory.mktemp("data") / "images.npy"
    np.save(path, npae.load_digits().X_train[:80])
    return str(path)


@pytest.mark.parametrize("name, kind, priors", [("vq", VectorQuantizedAutoencoder, ["prior"]),
                                                ("vq2", HierarchicalVectorQuantizedAutoencoder, ["prior, top", "prior, bottom"])])
def test_codes_and_their_prior(name, kind, priors, images, tmp_path, capsys, monkeypatch):
    drawn, original = {}, plots.learning_curves
    monkeypatch.setattr(plots, "learning_curves",
                        lambda histories, units: drawn.update(units) or original(histories, units=units))
    out = tmp_path / "run"
    assert cli.main(["train", name, "--data", images, "--out", str(out), *TINY]) == 0
    printed = capsys.readouterr().out
    model = npae.load(out / "model.npz")
    assert type(model) is kind and len(model.priors_) == len(priors)
    assert (model.channels, model.epochs, model.latent_dim) == ((4,), 2, 2)         # as asked for
    assert model.activation == "tanh" and model.learning_rate == PRESETS[name]["learning_rate"]
    history = json.loads((out / "history.json").read_text())
    assert history["loss"] == model.history_["loss"] and len(history["loss"]) == 2
    assert [history[prior] for prior in priors] == [prior.history_ for prior in model.priors_]
    assert all(len(history[prior]["val_loss"]) == 3 for prior in priors)
    assert drawn == {kind.__name__: "squared error per example", **dict.fromkeys(priors, "nats per example")}
    held_out = npae.commands.train.load_data(images)[1]
    nats = -model.code_log_likelihood(held_out).sum(axis=1).mean()
    assert f"held-out codes {nats:.4g} nats under the prior, {model.bits * np.log(2):.4g} without" in printed
    for figure in ("learning_curves.png", "reconstructions.png", "filters.png"):
        assert (out / figure).read_bytes().startswith(b"\x89PNG") and figure in printed
    assert cli.main(["sample", str(out / "model.npz"), "-n", "4", "--out", str(tmp_path / "grid.png")]) == 0
    assert cli.main(["info", str(out / "model.npz")]) == 0
    assert f"{model.bits:.4g} bits per example" in capsys.readouterr().out


def test_kernels_are_drawn_as_what_they_are(images, tmp_path, monkeypatch):
    calls = []
    original = plots.filters
    monkeypatch.setattr(plots, "filters", lambda W, shape: calls.append((W, shape)) or original(W, shape))
    out = tmp_path / "run"
    assert cli.main(["train", "convolutional", "--data", images, "--out", str(out), "--set", "epochs=1", "channels=3,4"]) == 0
    model = npae.load(out / "model.npz")
    ((W, shape),) = calls
    assert shape == (3, 3) and W.shape == (9, 3)
    np.testing.assert_array_equal(W[:, 1].reshape(shape), model.params["encoder.0.W"][1, 0])


def test_a_dense_model_without_first_layer_has_no_filters(images, tmp_path):
    out = tmp_path / "run"
    assert cli.main(["train", "vae", "--data", images, "--out", str(out), "--set", "epochs=1", "hidden_dims=()"]) == 0
    assert not (out / "filters.png").exists()


def test_presets_are_for_codes_of_images():
    assert presets("vae", (8, 8), 100) == presets("vq", None, 100) == presets("vq", (5, 5), 100) == {}
    small = presets("vq", (8, 8), MANY_IMAGES)
    assert small["channels"] == (32,) and small["epochs"] == FEW and small["n_slots"] is None
    assert presets("vq2", (28, 28), MANY_IMAGES + 1)["epochs"] == MANY
    assert all(f"{name}={value}" in NOTE for settings in PRESETS.values() for name, value in settings.items())


@pytest.mark.parametrize("side", [8, 16, 28, 32, 64])
@pytest.mark.parametrize("name", ["vq", "vq2"])
def test_presets_fit_the_images(name, side):
    model = {"vq": VectorQuantizedAutoencoder, "vq2": HierarchicalVectorQuantizedAutoencoder}[name]
    settings = presets(name, (side, side), 100)
    model = model(**settings).initialize(side * side)
    assert model.codes(np.zeros((1, side * side))).shape[1] == {
        "vq": {8: 16, 16: 64, 28: 49, 32: 64, 64: 64}, "vq2": {8: 20, 16: 80, 28: 245, 32: 320, 64: 320}}[name][side]


def test_sides_are_halved_as_often_as_needed_and_possible():
    assert [len(channels(side, 8)) for side in (8, 16, 18, 28, 36, 64)] == [1, 1, 1, 2, 2, 3]


def test_codes_of_other_data_have_the_defaults_of_the_class(tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(30, 6)))
    out = tmp_path / "run"
    assert cli.main(["train", "vq", "--data", str(tmp_path / "x.npy"), "--out", str(out), "--set", "epochs=1", "n_codes=3",
                     "hidden_dims=4", "--prior", "hidden_dims=4"]) == 0
    model = npae.load(out / "model.npz")
    assert (model.channels, model.n_slots, model.activation) == ((), 4, "relu")
    assert len(model.priors_[0].history_["loss"]) == 1                  # as many epochs as the model
    assert not (out / "filters.png").exists()


@pytest.mark.parametrize("arguments, words", [
    (["vae", "--prior", "epochs=1"], "--prior is for models whose codes are whole numbers, vq and vq2; vae has no prior"),
    (["vq", "--prior", "nonsense=1"], "--prior takes NAME=VALUE with a hyperparameter of MaskedAutoencoder"),
    (["vq", "--set", "n_slots=5"], "n_slots=5, but 64 pixels"),
    (["vq", "--set", "n_codes=1"], "n_codes must be"),
    (["convolutional", "--set", "stride=3", "channels=4"], "stride=3 does not fit its input of 8 x 8"),
])
def test_what_cannot_be_trained_is_said_in_one_line(arguments, words, images, tmp_path, capsys):
    assert cli.main(["train", *arguments, "--data", images, "--out", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("npae train: ") and words in error and error.count("\n") == 1
    assert not (tmp_path / "run" / "model.npz").exists()


def test_the_presets_are_in_the_help(capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "--help"])
    assert "latent_dim=16 n_slots=None" in " ".join(capsys.readouterr().out.split())
