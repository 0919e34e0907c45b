"""Drawings of architectures: they show what the model is."""

import pytest

import npae
from npae import diagrams
from npae.plots import png_bytes

TIMES = "\u00d7"


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def words(figure):
    """The texts inside of the axes and around them, as one."""
    return " | ".join([*texts(figure), *(text.get_text() for text in figure.texts)]).replace("\n", " ")


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


def test_a_convolution_shows_its_picture_its_kernel_and_all_its_units():
    model = npae.ConvolutionalAutoencoder(channels=(4, 6), kernel_size=3, latent_dim=5)
    shown = texts(diagrams.architecture(model, 64))
    kernel = f"\n3{TIMES}3\nstep 2"
    assert shown.count(f"relu\n4{TIMES}4{TIMES}4") == 2 and f"relu\n6{TIMES}2{TIMES}2" in shown
    assert {"64", f"input\n1{TIMES}8{TIMES}8", "24", "$W_{1}$" + kernel, "$V_{3}$" + kernel} <= set(shown)
    assert shown.count("64") == 4                               # 64 pixels, and 4 channels of 4 x 4, twice each
    tied = npae.ConvolutionalAutoencoder(tied=True)
    assert "$W_{1}^T$" + kernel in texts(diagrams.architecture(tied, 64))


@pytest.mark.parametrize("model", [npae.VariationalAutoencoder(weight_decay=0.1), npae.MaskedAutoencoder(weight_decay=0.1)])
def test_weight_decay_is_a_term_of_every_model(model):
    assert words(diagrams.architecture(model, 4)).count("weight_decay") == 1


@pytest.mark.parametrize("update, terms", [("ema", "the loss: commitment;"), ("gradient", "the loss: codebook, commitment;")])
def test_a_codebook_shows_its_size_its_slots_and_its_terms(update, terms):
    model = npae.VectorQuantizedAutoencoder(n_codes=32, n_slots=3, latent_dim=5, codebook_update=update)
    figure = diagrams.architecture(model, 64)
    assert {"$E$\nnearest\nof 32", "3 codes\nof length 5", "15", "$q$"} <= set(texts(figure)) and terms in words(figure)


def test_two_levels_are_drawn_as_two_levels():
    model = npae.HierarchicalVectorQuantizedAutoencoder(n_codes_top=20, n_codes_bottom=10, channels=(7,))
    figure = diagrams.architecture(model, 64)
    shown = {"nearest\nof 20", "nearest\nof 10", "4 codes $q_t$", "16 codes $q_b$", f"$h$\n7{TIMES}4{TIMES}4"}
    assert shown <= set(texts(figure))
    assert "commitment.top, commitment.bottom" in words(figure) and png_bytes(figure, dpi=30).startswith(b"\x89PNG")


def test_a_masked_autoencoder():
    model = npae.MaskedAutoencoder(n_codes=[2, 3, 4], n_given=1, hidden_dims=(6, 9))
    shown = texts(diagrams.architecture(model, 3))
    assert {"9", "7", "3 codes,\none-hot", "2 slots,\nsoftmax", "$W_{2}*M_{2}$", "direct connection, masked"} <= set(shown)


def test_the_masks_are_drawn_as_what_they_leave():
    model = npae.MaskedAutoencoder(n_codes=[2, 3, 4], n_given=1, hidden_dims=(6, 9), direct=False)
    figure = diagrams.masks(model, 3)
    shown = {"sees $g_0$\n3 units", "sees $g_0\\, c_0$\n3 units", "$p(c_0\\,|\\,g_0)$", "$p(c_1\\,|\\,g_0\\, c_0)$"}
    assert shown <= set(texts(figure))
    assert "no direct connection" in words(figure)
    arrows = [patch for patch in figure.axes[0].patches if type(patch).__name__ == "FancyArrowPatch"]
    assert len(arrows) == 3 + 3 + 3         # g to both, c_0 to the second; to the same or a later one; nothing leaves c_1
    assert {"sees nothing\n2 units", "$p(c_0)$", "$p(c_4\\,|\\,c_0\\, \\ldots\\, c_3)$"} <= set(
        texts(diagrams.masks(npae.MaskedAutoencoder(n_codes=2, hidden_dims=(10,)), 5)))


def test_what_cannot_be_drawn():
    with pytest.raises(ValueError, match="n_features"):
        diagrams.architecture(npae.Autoencoder())
    with pytest.raises(ValueError, match="at most 5 columns of codes, this model has 6"):
        diagrams.masks(npae.MaskedAutoencoder(), 6)
    with pytest.raises(TypeError, match="MaskedAutoencoder, got Autoencoder"):
        diagrams.masks(npae.Autoencoder(), 6)


def test_the_commitment_has_the_weight_that_the_code_calls_beta():
    shown = words(diagrams.vector_quantization())
    assert "\\beta\\,\\|z-sg[e_j]\\|^2" in shown and "gamma" not in shown


@pytest.mark.parametrize("figure", [diagrams.reparameterization, diagrams.training_and_inference, diagrams.vector_quantization])
def test_graphs(figure):
    assert png_bytes(figure(), dpi=30).startswith(b"\x89PNG")


def test_a_feed_forward_autoencoder_from_its_widths():
    assert {"784", "2", "$W_{2}$"} <= set(texts(diagrams.feed_forward([784, 2, 784])))
    with pytest.raises(ValueError, match="widths"):
        diagrams.feed_forward([3, 2])
