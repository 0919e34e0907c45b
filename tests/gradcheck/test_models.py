"""The model path: every parameter, frozen noise, the model itself untouched."""

import copy

import numpy as np
import pytest

from npae import (
    Autoencoder,
    ConvolutionalAutoencoder,
    MaskedAutoencoder,
    VectorQuantizedAutoencoder,
    image_layers,
    latents,
    layers,
    losses,
    network,
)
from npae.checks.cases import CASES
from npae.gradcheck import check_gradients
from npae.gradcheck.models import ModelSubject
from npae.gradcheck.trial import stream
from npae.gradcheck.wider import wider
from npae.models import masked, quantizer

from .toys import ToyModel

X = np.random.default_rng(5).normal(size=(7, 5))


def spoil(**changes):
    def bug(model, X, grads):
        for name, change in changes.items():
            grads[name] = change(grads[name], model, X)
    return bug


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("method", ["auto", "complex", "richardson", "central"])
def test_a_correct_model_passes(activation, dtype, method):
    report = check_gradients(ToyModel(activation=activation, dtype=dtype), X, method=method)
    assert report.verdict == "pass", report
    assert [row.name for row in report.rows] == ["W", "b", "V", "c"]
    if method == "auto":
        assert {row.method for row in report.rows} == {"complex"} and max(row.error for row in report.rows) < 1e-12


def test_random_models_pass():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        m, n, h = rng.integers(1, 7, 3)
        model = ToyModel(n, h, activation=("relu", "sigmoid")[seed % 2], seed=seed)
        report = check_gradients(model, rng.normal(size=(m, n)), seed=seed)
        assert report.passed, (seed, report)


def test_a_fully_masked_input_with_zero_biases_is_a_kink():
    mask = np.ones(X.shape)
    mask[2] = 0
    for seed in range(20):
        model = ToyModel(activation="relu", biases=False, seed=seed)
        report = check_gradients(model, X, noise={"mask": mask})
        assert report.verdict == "kink", report
        assert {row.name: row.kinks for row in report.rows} == {"W": 0, "b": 3, "V": 0, "c": 0}


BUGS = {
    "factor m": (spoil(W=lambda g, model, X: len(X) * g), {"W": "G204"}),
    "zero": (spoil(b=lambda g, *_: 0 * g), {"b": "G201"}),
    "dropped": (lambda model, X, grads: grads.pop("b"), {"b": "G102"}),
    "extra": (lambda model, X, grads: grads.update(U=X.copy()), {"U": "G102"}),
    "transposed": (spoil(V=lambda g, *_: g.T.copy()), {"V": "G101"}),
    "float32": (spoil(V=lambda g, *_: g.astype(np.float32)), {"V": "G104"}),
    "NaN": (spoil(c=lambda g, *_: g * np.nan), {"c": "G103"}),
    "state": (spoil(W=lambda g, model, X: g * model.calls), {"W": "G109"}),
    "steps inside": (lambda model, X, grads: model.params["W"].__isub__(0.1 * grads["W"].real), {"W": "G105"}),
    "spoils the batch": (lambda model, X, grads: X.__imul__(2), {"X": "G105"}),
    "view of a parameter": (spoil(c=lambda g, model, X: model.params["c"][:]), {"c": "G107"}),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_wrong_model_is_caught(name):
    bug, expected = BUGS[name]
    report = check_gradients(ToyModel(bug=bug), X)
    assert report.verdict == "fail"
    assert {(f.tensor, f.code) for f in report.findings} >= set(expected.items()), report


def test_noise_is_frozen_and_can_be_given():
    model = ToyModel()
    assert check_gradients(model, X, rng=np.random.default_rng(1)).passed
    assert check_gradients(model, X=X, noise=model.draw_noise(X, np.random.default_rng(1))).passed

    class Forgetful(ToyModel):
        def loss_and_gradients(self, X, rng=None, *, noise=None):
            return super().loss_and_gradients(X, np.random.default_rng(), noise=None)

    assert [f.code for f in check_gradients(Forgetful(), X).findings] == ["U001"]


def test_the_model_the_batch_the_noise_and_the_generator_stay_as_they_were():
    model, rng = ToyModel(dtype=np.float32), np.random.default_rng(1)
    noise = model.draw_noise(X, np.random.default_rng(2))
    before = copy.deepcopy((vars(model), X, noise, rng.bit_generator.state))
    theta = model.params.theta
    check_gradients(model, X, rng=rng)
    check_gradients(model, X, noise=noise)
    after = (vars(model), X, noise, rng.bit_generator.state)
    assert model.params.theta is theta and model.calls == 0
    assert np.array_equal(before[0]["params"].theta, theta) and theta.dtype == np.float32
    assert np.array_equal(before[1], after[1]) and np.array_equal(before[2]["mask"], noise["mask"])
    assert before[3] == after[3]


def test_a_term_can_be_named():
    assert check_gradients(ToyModel(), X, term="reconstruction").passed
    with pytest.raises(KeyError):
        check_gradients(ToyModel(), X, term="no such term")


def test_a_model_needs_its_batch():
    with pytest.raises(TypeError, match="needs the batch X"):
        check_gradients(ToyModel())
    with pytest.raises(TypeError, match="takes no inputs"):
        check_gradients(ToyModel(), X, wrt="W")


# ---- models of images and of codes ----------------------------------------------------------------------------------

IMAGES = np.random.default_rng(6).normal(size=(5, 16))
CODES = np.random.default_rng(7).integers(0, 3, (5, 4)).astype(float)


def small(kind, n, **hyperparameters):
    """A model, every parameter off zero."""
    model = kind(**{"activation": "tanh", "dtype": "float64", "random_state": 0, **hyperparameters}).initialize(n)
    model.theta += 0.3 * np.random.default_rng(1).normal(size=model.theta.shape)
    return model


def dense_codes(**changes):
    return small(VectorQuantizedAutoencoder, 5, **{"hidden_dims": (), "n_codes": 4, "n_slots": 3, "latent_dim": 2,
                                                   "codebook_update": "gradient", **changes})


def found(model, X):
    """(code, tensor) of every finding, and all that they say, as one text."""
    report = check_gradients(model, X)
    return {(f.code, f.tensor) for f in report.findings}, " ".join(line for f in report.findings for line in f.evidence)


CODEBOOK_BUGS = {
    "without a gradient": (lambda E, z, j, w: 0 * latents.codebook_term_backward(E, z, j, w), "G201", "= 0,"),
    "formed from the copy": (lambda E, z, j, w: latents.codebook_term_backward(E, E[j], j, w), "G201", "= 0,"),
    "summed over the batch": (lambda E, z, j, w: latents.codebook_term_backward(E, z, j, 1), "G204", "= X.shape[0] x the true"),
    "averaged over the slots": (lambda E, z, j, w: latents.codebook_term_backward(E, z, j), "G204",
                                "= 1/noise['codes'].shape[1] x the true"),
    "one vector a code": (lambda E, z, j, w: latents.codebook_term_backward(E, z[-4:], j[-4:], w), "G200", "entries differ")}


@pytest.mark.parametrize("name", CODEBOOK_BUGS)
def test_wrong_codebook_gradients(name, monkeypatch):
    wrong, code, words = CODEBOOK_BUGS[name]
    monkeypatch.setattr(quantizer, "codebook_term_backward", wrong)
    codes, text = found(dense_codes(), X)
    assert codes == {(code, "codebook")} and words in text, text


def on_a_grid():
    return small(VectorQuantizedAutoencoder, 4, hidden_dims=(), channels=(2,), kernel_size=2, n_codes=3, latent_dim=2, n_slots=1)


@pytest.mark.parametrize("model, X", [(dense_codes(), X), (on_a_grid(), X[:, :4])], ids=["dense", "grid"])
def test_an_encoder_that_nothing_is_copied_to(model, X, monkeypatch):
    monkeypatch.setattr(quantizer, "straight_through_backward", lambda dq: 0 * dq)
    codes, text = found(model, X)
    assert codes == {("G301", name) for name in model.params if name.startswith("encoder")}
    assert "0 x [reconstruction] + 1 x [commitment]" in text


def test_a_commitment_that_counts_half(monkeypatch):
    monkeypatch.setattr(quantizer, "commitment_backward", lambda z, e, w: latents.commitment_backward(z, e, w) / 2)
    codes, text = found(dense_codes(), X)
    assert codes == {("G302", "encoder.0.W"), ("G302", "encoder.0.b")}
    assert "1 x [reconstruction] + 1/2 x [commitment]" in text


def test_a_bias_averaged_over_the_places_has_a_factor_that_grows_with_the_image(monkeypatch):
    def averaged(dy, x, W, stride, padding, need_dx):
        dx, dW, db = layers.conv2d_backward(dy, x, W, stride, padding, need_dx)
        return dx, dW, db / (dy.shape[2] * dy.shape[3])
    monkeypatch.setattr(image_layers, "conv2d_backward", averaged)
    codes, text = found(small(ConvolutionalAutoencoder, 16, channels=(3,), latent_dim=2), IMAGES)
    assert codes == {("G204", "encoder.0.b")}       # not 1/4: the places are the units that follow, over the channels
    assert "= encoder.0.W.shape[0]/encoder.1.W.shape[0] x the true" in text


def test_tied_kernels_have_two_paths(monkeypatch):
    right = layers.conv2d_transpose_backward
    model = small(ConvolutionalAutoencoder, 16, channels=(2,), kernel_size=2, latent_dim=2, tied=True, weight_decay=0.1)
    monkeypatch.setattr(image_layers, "conv2d_transpose_backward", lambda *args: tuple(0 * g if i == 1 else g
                                                                                      for i, g in enumerate(right(*args))))
    codes, text = found(model, IMAGES)
    assert codes == {("G311", "encoder.0.W")} and "1 x [encoder] + 0 x [decoder] + 1 x [weight_decay]" in text


def test_a_masked_autoencoder_has_other_points_too(monkeypatch):
    model = small(MaskedAutoencoder, 4, hidden_dims=(4,), n_codes=3)
    monkeypatch.setattr(masked, "softmax_nll_backward", lambda o, t, w: losses.softmax_nll_backward(o, t))      # over m slots
    codes, text = found(model, CODES)
    assert {code for code, _ in codes} == {"G204"} and len(codes) == len(model.params)
    assert "= 1/X.shape[1] x the true" in text          # 4 is the width of the hidden layer as well


def test_widths_that_are_equal_by_accident_are_told_apart(monkeypatch):
    right = network.Layer.pre_activation_backward

    def divided(self, da, params, x, grads, need_dx):
        dx = right(self, da, params, x, grads, need_dx)
        grads[self.bias] /= da.shape[1]
        return dx
    monkeypatch.setattr(network.Layer, "pre_activation_backward", divided)
    _, text = found(small(Autoencoder, 5, hidden_dims=(5,), latent_dim=5), X)
    for tensor, width in (("encoder.0.b", "encoder.0.W.shape[1]"), ("encoder.1.b", "encoder.1.W.shape[1]"),
                          ("decoder.0.b", "encoder.0.W.shape[1]"), ("decoder.1.b", "encoder.0.W.shape[0]")):
        assert f"the gradient of {tensor} = 1/{width} x the true" in text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_model_can_be_asked_at_other_points_and_widths(case):
    model, x = case.random_instance(np.random.default_rng(1))
    subject = ModelSubject(model, x, None, None, None, 0)
    m, n = x.shape
    others = [make() for make in subject.elsewhere(stream(0, "elsewhere"))]
    assert [len(other.X) for other in others] == [m, m + 1, 1, m] and others[-1].X.shape[1] > n
    assert all(np.isfinite(other.trial().forward()) for other in others)
    assert others[-1].params.theta.size > subject.params.theta.size


def test_every_width_grows_by_another_number():
    larger, x = wider({"latent_dim": 2, "hidden_dims": (2, 2), "activation": "relu"}, X)
    assert x.shape == (7, 6) and len({larger["latent_dim"], *larger["hidden_dims"]}) == 3 and larger["activation"] == "relu"
    larger, x = wider({"latent_dim": 2, "channels": (2,), "stride": 2, "n_slots": 4, "image_shape": (4, 4)}, IMAGES)
    assert x.shape == (5, 36) and larger["n_slots"] is None and larger["image_shape"] is None
    assert np.array_equal(x.reshape(5, 6, 6)[:, :4, :4], IMAGES.reshape(5, 4, 4))
    larger, x = wider({"latent_dim": 2, "hidden_dims": (4,), "n_codes": (3, 3, 3, 3), "n_given": 1}, CODES)
    assert x.shape == (5, 5) and len(larger["n_codes"]) == 5 and larger["latent_dim"] == 2 and larger["n_given"] == 1
