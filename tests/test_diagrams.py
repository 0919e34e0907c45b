"""Drawings of architectures: they show what the model is."""

import pytest

import npae
from npae import diagrams
from npae.plots import png_bytes


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


@pytest.mark.parametrize("model, shown", [
    (npae.Autoencoder(latent_dim=3, hidden_dims=(16,), loss="bce"), ["64", "16", "3", "identity\n+ sigmoid"]),
    (npae.ContractiveAutoencoder(latent_dim=5, hidden_dims=()),
     ["$W_{1}^T$", "tied: the decoder uses the same weights, transposed"]),
    (npae.DenoisingAutoencoder(latent_dim=5), ["$\\tilde{x}$", "Gaussian"]),
    (npae.SparseAutoencoder(latent_dim=100), ["100"]),
    (npae.ProbabilisticAutoencoder(), ["$f$"]),
    (npae.VariationalAutoencoder(latent_dim=7), ["$\\mu$", "7"])], ids=lambda value: type(value).__name__)
def test_an_architecture_shows_sizes_and_noise(model, shown):
    figure = diagrams.architecture(model, 64)
    assert set(shown) <= set(texts(figure)) and png_bytes(figure, dpi=30).startswith(b"\x89PNG")
    assert not hasattr(model, "n_features_in_")                 # the model itself is left alone


def test_the_size_of_the_input_must_be_known():
    with pytest.raises(ValueError, match="n_features"):
        diagrams.architecture(npae.Autoencoder())


@pytest.mark.parametrize("figure", [diagrams.reparameterization, diagrams.training_and_inference, diagrams.vector_quantization])
def test_graphs(figure):
    assert png_bytes(figure(), dpi=30).startswith(b"\x89PNG")


def test_a_feed_forward_autoencoder_from_its_widths():
    assert {"784", "2", "$W_{2}$"} <= set(texts(diagrams.feed_forward([784, 2, 784])))
    with pytest.raises(ValueError, match="widths"):
        diagrams.feed_forward([3, 2])
