"""A model in one line: the sizes of its layers, its codebooks, its parameters."""

import numpy as np
import pytest

import npae
from npae.applications.segmentation import SegmentationNetwork
from npae.checks.cases import CASES
from npae.models.summary import architecture

DENSE = {"hidden_dims": (32,), "latent_dim": 8}


@pytest.mark.parametrize("model, n, expected", [
    (npae.Autoencoder(**DENSE), 64, "64-32-8-32-64, 4,744 parameters"),
    (npae.Autoencoder(**DENSE, tied=True), 64, "64-32-8-32-64, 2,440 parameters"),
    (npae.Autoencoder(hidden_dims=(), latent_dim=3), 1, "1-3-1, 10 parameters"),
    (npae.VariationalAutoencoder(**DENSE), 64, "64-32-8-32-64, 5,008 parameters"),
    (npae.VariationalAutoencoder(hidden_dims=(), latent_dim=2), 5, "5-2-5, 39 parameters"),
    (npae.ConvolutionalAutoencoder(channels=(4,), hidden_dims=(), latent_dim=8), 64,
     "1x8x8-4x4x4-8-64-1x8x8, 1,173 parameters"),
    (npae.VectorQuantizedAutoencoder(**DENSE, n_codes=16, n_slots=4), 64, "64-32-32-32-64, 4 codes of 16, 6,432 parameters"),
    (npae.HierarchicalVectorQuantizedAutoencoder(channels=(4,), top_channels=(2,), latent_dim=2), 64,
     "1x8x8-4x4x4-2x2x2-2x2x2, 4 top codes of 64, 16 bottom codes of 64, 925 parameters"),
    (npae.MaskedAutoencoder(n_codes=3, hidden_dims=(7,)), 5, "15-7-15, 457 parameters"),
    (SegmentationNetwork(channels=(4,)), 64, "1x8x8-4x4x4-2x8x8, 134 parameters"),
])
def test_the_line(model, n, expected):
    assert architecture(model.initialize(n)) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_model_of_the_catalogue_has_one(case):
    model, _ = case.random_instance(np.random.default_rng(0))
    line = architecture(model)
    chain, *_, count = line.split(", ")
    sizes = [np.prod([int(side) for side in part.split("x")]) for part in chain.split("-")]
    assert f"{model.theta.size:,} parameters" in line and "\n" not in line
    if case.data != "codes":
        assert sizes[0] == model.n_features_in_
        assert sizes[-1] == model.n_features_in_ or "top codes" in line
    if case.model is npae.Autoencoder and not model.tied:
        assert model.theta.size == sum((below + 1) * above for below, above in zip(sizes, sizes[1:]))


def test_it_is_what_was_built_and_not_what_was_asked_for_since():
    model = npae.Autoencoder(**DENSE).initialize(64).set_params(latent_dim=5)
    assert architecture(model).startswith("64-32-8-32-64")


def test_a_model_without_layers_has_none():
    with pytest.raises(npae.NotFittedError, match="not fitted"):
        architecture(npae.Autoencoder())


def test_the_repr_of_a_fitted_model_ends_with_it():
    model = npae.Autoencoder(**DENSE)
    assert repr(model) == "Autoencoder(latent_dim=8, hidden_dims=(32,))"
    assert repr(model.initialize(64)) == "Autoencoder(latent_dim=8, hidden_dims=(32,))  # 64-32-8-32-64, 4,744 parameters"
    assert model.summary().startswith(repr(model) + "\n")
