"""The convolutional autoencoder: the same machine as the dense one, on square images."""

import numpy as np
import pytest

from npae import Autoencoder, Contraction, ConvolutionalAutoencoder, GaussianNoise, KLSparsity, load, load_digits, network
from npae.gradcheck import check_gradients, relative_error


@pytest.fixture(scope="module")
def digits():
    return load_digits()


def small(**changes):
    settings = {"channels": (2, 3), "activation": "tanh", "dtype": "float64", "random_state": 0, **changes}
    return ConvolutionalAutoencoder(**settings)


def test_parameters_have_the_documented_names_and_shapes():
    shapes = ConvolutionalAutoencoder(channels=(4, 6), latent_dim=5, kernel_size=3).initialize(64).params.shapes
    assert shapes == {
        "encoder.0.W": (4, 1, 3, 3), "encoder.0.b": (4,), "encoder.1.W": (6, 4, 3, 3), "encoder.1.b": (6,),
        "encoder.2.W": (6 * 2 * 2, 5), "encoder.2.b": (5,), "decoder.0.W": (5, 24), "decoder.0.b": (24,),
        "decoder.1.W": (6, 4, 3, 3), "decoder.1.b": (4,), "decoder.2.W": (4, 1, 3, 3), "decoder.2.b": (1,)}


def test_tied_kernels_are_there_once():
    shapes = small(tied=True).initialize(64).params.shapes
    assert [name for name in shapes if name.endswith(".W")] == ["encoder.0.W", "encoder.1.W", "encoder.2.W"]
    assert shapes["decoder.2.b"] == (1,)


@pytest.mark.parametrize("kernel_size, stride, side", [(3, 2, 8), (4, 2, 4), (5, 2, 8), (3, 1, 4), (3, 3, 9), (2, 2, 4)])
def test_every_kernel_and_stride_gives_back_the_size_of_the_image(kernel_size, stride, side):
    model = small(kernel_size=kernel_size, stride=stride).initialize(side ** 2)
    x = np.random.default_rng(0).normal(size=(3, side ** 2))
    assert model.reconstruct(x).shape == x.shape and model.transform(x).shape == (3, 2)


@pytest.mark.parametrize("settings", [
    {"penalties": (Contraction(0.1),)}, {"penalties": (Contraction(0.1, of="reconstruction"),), "kernel_size": 2},
    {"tied": True, "penalties": (Contraction(0.2, of="reconstruction"),), "channels": (2,)},
    {"penalties": (Contraction(0.1, method="probes", n_probes=2), KLSparsity(0.1, rho=0.3)), "latent_activation": "sigmoid"},
    {"hidden_dims": (4,), "loss": "mae", "corruption": GaussianNoise(0.1), "weight_decay": 0.1}], ids=str)
def test_gradients_with_penalties(settings):
    """The contraction is exact through convolutions: its gradient goes from the whole matrix back to the kernels."""
    model = small(**settings).initialize(16)
    model.theta += 0.2 * np.random.default_rng(1).normal(size=model.theta.shape)
    x = np.random.default_rng(2).uniform(size=(3, 16))
    report = check_gradients(model, x, rng=np.random.default_rng(3), method="complex")
    assert report.passed and max(row.error for row in report.rows) < 1e-12


def test_the_contraction_is_that_of_the_explicit_jacobian():
    model = small(penalties=(Contraction(0.5),)).initialize(16)
    x = np.random.default_rng(0).normal(size=(4, 16))
    J, step = np.empty((4, 2, 16)), 1e-30
    for j in range(16):
        moved = x.astype(complex)
        moved[:, j] += 1j * step
        J[:, :, j] = network.forward(model._encoder, model.params, moved)[-1].y.imag / step
    assert relative_error(model.jacobian(x), J) < 1e-13
    assert abs(model.loss_and_gradients(x)[0]["contraction"] - 0.5 * np.sum(J ** 2) / 4) < 1e-12


def test_it_learns_with_fewer_weights_than_pixels_times_units(digits):
    model = ConvolutionalAutoencoder(channels=(8, 16), latent_dim=8, epochs=15, learning_rate=5e-3, random_state=0)
    model.fit(digits.X_train, X_val=digits.X_test)
    assert model.history_["val_loss"][-1] < 0.5 * np.mean(np.sum((digits.X_test - digits.X_train.mean(axis=0)) ** 2, axis=1))
    assert model.params["encoder.0.W"].size == 8 * 9


def test_a_saved_model_is_the_same_model(tmp_path, digits):
    model = ConvolutionalAutoencoder(channels=(3,), epochs=1, random_state=0).fit(digits.X_train[:100])
    model.save(tmp_path / "m.npz")
    again = load(tmp_path / "m.npz")
    assert np.array_equal(again.reconstruct(digits.X_test), model.reconstruct(digits.X_test)) and again.channels == (3,)


@pytest.mark.parametrize("settings, n, message", [
    ({}, 60, "60 features, which make no square image"),
    ({"channels": (2, 2, 2, 2)}, 64, "convolution number 4 with stride=2 does not fit its input of 1 x 1"),
    ({}, 49, "convolution number 1 with stride=2 does not fit its input of 7 x 7"),
    ({"stride": 3}, 64, "convolution number 1 with stride=3 does not fit its input of 8 x 8"),
    ({"image_shape": (8, 8)}, 100, r"100 features, which are not the pixels of image_shape=\(8, 8\)"),
    ({"image_shape": (4, 16)}, 64, r"image_shape must be square, got \(4, 16\)"),
    ({"kernel_size": 1}, 64, "kernel_size=1 must not be below stride=2"),
    ({"kernel_size": 0}, 64, "kernel_size must be"), ({"stride": 0}, 64, "stride must be"),
    ({"channels": ()}, 64, "channels must hold"), ({"channels": (0,)}, 64, r"channels\[0\] must be"),
    ({"require_decreasing": True}, 64, "require_decreasing")])
def test_bad_images_and_hyperparameters_are_named_before_anything_changes(settings, n, message):
    model = ConvolutionalAutoencoder(**settings)
    with pytest.raises(ValueError, match=message):
        model.fit(np.zeros((4, n)))
    assert not hasattr(model, "params_") and not hasattr(model, "n_features_in_")


def test_channels_must_be_a_sequence():
    for channels in (16, "16"):
        with pytest.raises(TypeError, match="channels must be a sequence"):
            ConvolutionalAutoencoder(channels=channels).fit(np.zeros((4, 64)))


def test_an_empty_batch_is_refused():
    model = small().initialize(64)
    for call in (model.transform, model.score, model.loss_and_gradients):
        with pytest.raises(ValueError, match="X is empty"):
            call(np.zeros((0, 64)))


def test_initial_weights_follow_the_connections_of_a_unit():
    """He: the variance is 2 over the inputs of an output, 9 c for a convolution, a quarter of 9 o for its way back."""
    model = ConvolutionalAutoencoder(channels=(64, 64), random_state=0, dtype="float64").initialize(64)
    assert abs(model.params["encoder.1.W"].var() / (2 / (9 * 64)) - 1) < 0.05
    assert abs(model.params["decoder.1.W"].var() / (2 / (9 * 64 / 4)) - 1) < 0.05
    a = np.random.default_rng(0).normal(size=(200, 64))
    trace = network.forward(model._encoder[:2], model.params, a)
    assert 0.3 < np.mean(trace[1].y ** 2) / np.mean(trace[0].y ** 2) < 3


def test_it_equals_the_dense_model_in_everything_but_its_maps():
    assert set(ConvolutionalAutoencoder().get_params()) - set(Autoencoder().get_params()) == {
        "image_shape", "channels", "kernel_size", "stride"}
