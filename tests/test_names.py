"""What Tab shows: the public names of every room and nothing else; and what an object says of itself."""

import importlib
import pkgutil
import subprocess
import sys

import numpy as np
import pytest

import npae
from npae.layers import ACTIVATIONS
from npae.losses import LOSSES

ROOMS = [info.name for info in pkgutil.iter_modules(npae.__path__) if info.ispkg]
WITHOUT_NAMES = {"commands", "demos", "tour"}      # run by the command line, one module each
each_room = pytest.mark.parametrize("room", sorted({*ROOMS} - WITHOUT_NAMES))


@each_room
def test_a_room_shows_what_it_exports(room):
    module = importlib.import_module(f"npae.{room}")
    assert dir(module) == sorted(module.__all__) and len(set(module.__all__)) == len(module.__all__)
    assert all(hasattr(module, name) and not name.startswith("_") for name in dir(module))


@pytest.mark.dev        # a process that imports every room
def test_the_package_shows_its_names_and_rooms_before_anything_is_imported():
    code = "import npae; print(*dir(npae)); [getattr(npae, name) for name in dir(npae)]; print(*dir(npae))"
    before, after = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert before == after
    shown = before.split()
    assert {"Autoencoder", "check_gradients", "load", "models", "plots", "diagrams", "derivations"} <= set(shown)
    assert [name for name in shown if name.startswith("_")] == ["__version__"]


@pytest.mark.parametrize("thing, expected", [
    (npae.L1Sparsity(0.1), "L1Sparsity(weight=0.1, layer=None)"),
    (npae.GaussianNoise(0.2), "GaussianNoise(sd=0.2, mean=0.0)"),
    (npae.Adam(beta1=0.8), "Adam(beta1=0.8, beta2=0.999, eps=1e-08)"),
    (npae.Momentum(), "Momentum(momentum=0.9, nesterov=False)"),
    (ACTIVATIONS["relu"], "Activation('relu')"),
    (LOSSES["bce"], "Loss('bce')"),
    (npae.load_digits(), "ImageData(1,437 + 360 images of 8 x 8)"),
    (npae.derivations.DERIVATIONS["affine"], "Derivation('affine', 11 steps: The backward pass of an affine map)"),
    (npae.sources.find("E000-21"), "Erratum('E000-21', printed: D_KL = 1/2 sum (1 + log sigma^2 - mu^2 - sigma^2); "
                                   "correct: 1/2 sum (mu^2 + sigma^2 - 1 - log sigma^2))"),
    (npae.exercises.EXERCISES["affine"], "Exercise('affine', 3 marks: the layer that owns the weights)"),
])
def test_objects_say_what_they_are(thing, expected):
    assert repr(thing) == expected


def test_parts_of_a_model_say_what_they_are():
    model = npae.VariationalAutoencoder(hidden_dims=(3,), latent_dim=2, activation="tanh").initialize(4)
    assert repr(model.encoder_distribution(np.ones((5, 4)))) == "Gaussian with means (5, 2)"
    assert repr(model.params).splitlines()[:2] == ["Parameters of 56 numbers in float32", "  encoder.0.W          (4, 3)"]
    assert "Activation('tanh')" in repr(model._encoder[0]) and len(repr(model._encoder[0])) < 150
