"""Correct gradients in situations that make checkers cry wolf: none of them may be called wrong.

Each configuration is a point and the right suspect. The names before the colon group them in the printed table.
"""

import functools

import numpy as np

from npae import layers
from npae.corruption import GaussianNoise
from npae.layers import ACTIVATIONS
from npae.models import Autoencoder, ContractiveAutoencoder, DenoisingAutoencoder

from .mechanical import CLOSED
from .points import ModelPoint, PairPoint, labelled_point, model_point, pair_inputs, true_gradients
from .targets import ALL_PAIRS, MODEL_CASES

SHAPES = ((7, 5, 3), (1, 5, 3), (7, 1, 3), (7, 5, 1), (1, 1, 1), (2, 1, 1), (1, 2, 1), (2, 3, 3), (4, 4, 4), (2, 7, 2),
          (5, 2, 6), (3, 3, 1))
SCALAR = [pair for pair in ALL_PAIRS if np.ndim(pair.forward(**pair.draw(np.random.default_rng(0), 2, 2, 2))) == 0]
PAIRS_BY_NAME = {pair.name: pair for pair in ALL_PAIRS}


def configurations(seed=0, stride=1):
    """Yield (description, point, suspect) of every `stride`-th configuration."""
    for number, (description, make) in enumerate(every()):
        if number % stride == seed % stride:
            point, suspect = make(np.random.default_rng([seed, number]), number)
            yield description, point, suspect


def every():
    """Yield (description, maker) of every configuration."""
    for group in (_shapes, _saturated, _ties, _zero_gradients, _shifted_and_scaled, _float32_pairs, _deep_and_wide, _models,
                  _float32_models, _blank_and_masked, _other_settings):
        yield from group()


def _pair(pair, shape, change=None, weight=False, forward=None, backward=None):
    def make(rng, number):
        inputs = pair_inputs(pair, rng, shape, weight)
        if change is not None:
            change(inputs, rng)
        return PairPoint(forward or pair.forward, inputs, pair.wrt, number), backward or pair.backward
    return make


# ---- pairs ---------------------------------------------------------------------------------------------------------

def _shapes():
    for pair in ALL_PAIRS:
        for index, shape in enumerate(SHAPES):
            yield f"shapes: {pair.name} {shape}", _pair(pair, shape, weight=index % 2 == 1)


def _scaled_by(factor, *names):
    def change(inputs, rng):
        for name in names:
            if name in inputs:
                inputs[name] = inputs[name] * factor
    return change


def _saturated():
    """Sigmoids at 1 to the last digit, logits of hundreds, tiny and huge codes."""
    for name in (*ACTIVATIONS, "bernoulli_nll", "continuous_bernoulli_nll", "softmax_nll"):
        for factor in (3, 10, 30, 100, 300, 1e-3, 1e-8):
            for shape in ((7, 5, 3), (1, 1, 1), (2, 3, 4)):
                yield f"saturated: {name} x {factor:g} {shape}", _pair(PAIRS_BY_NAME[name], shape, _scaled_by(factor, "a", "o"))
    for name in ("student_t_sparsity", "gaussian_prior", "l1_sparsity", "squared_error", "contraction", "l2_decay"):
        for factor in (1e-6, 1e-3, 1e3, 1e6):
            for shape in ((7, 5, 3), (1, 2, 1)):
                yield f"saturated: {name} x {factor:g} {shape}", _pair(
                    PAIRS_BY_NAME[name], shape, _scaled_by(factor, "z", "o", "x", "s", "W"))
    for name in ("gaussian_nll, per-entry variance", "laplace_nll, per-entry variance", "gaussian_kl, unit prior",
                 "reparameterize"):
        for factor in (3, 6):
            for shape in ((7, 5, 3), (2, 3, 1)):
                yield (f"saturated: {name}, logvar x {factor} {shape}",
                       _pair(PAIRS_BY_NAME[name], shape, _scaled_by(factor, "logvar")))

    def near_the_ends(inputs, rng):
        for name in ("y", "r"):
            if name in inputs:
                inputs[name] = np.where(rng.random(inputs[name].shape) < 0.5, 1e-5, 1 - 1e-5)
    for name in CLOSED:
        for shape in ((7, 5, 3), (1, 2, 1), (2, 2, 5)):
            yield f"saturated: {name} near 0 and 1 {shape}", _pair(PAIRS_BY_NAME[name], shape, near_the_ends)


def _equal(a, b, share):
    def change(inputs, rng):
        tied = rng.random(np.shape(inputs[a])) < share
        inputs[a] = np.where(tied, inputs[b] if isinstance(b, str) else b, inputs[a])
    return change


def _ties():
    """Residuals of exactly zero, codes of zero, pre-activations of zero."""
    tied = (("absolute_error", "o", "x"), ("laplace_nll, per-entry variance", "mu", "x"),
            ("laplace_nll, shared variance", "mu", "x"), ("l1_sparsity", "z", 0.0), ("l1_decay", "W", 0.0), ("relu", "a", 0.0),
            ("squared_error", "o", "x"), ("student_t_sparsity", "z", 0.0), ("softplus", "a", 0.0),
            ("continuous_bernoulli_nll", "o", 0.0))
    for name, a, b in tied:
        for share in (0.2, 0.6, 1.0):
            for shape in ((7, 5, 3), (1, 3, 4), (2, 2, 2)):
                yield f"ties: {name}, {share:.0%} {shape}", _pair(PAIRS_BY_NAME[name], shape, _equal(a, b, share))


def _zero_gradients():
    """Points where the true gradient is zero, in all entries or in some tensors."""
    def at_the_prior(inputs, rng):
        inputs.update({"mu": 0 * inputs["mu"], "logvar": 0 * inputs["logvar"]})

    def at_the_target(inputs, rng):
        inputs["o"] = inputs["x"].copy()

    def off(inputs, rng):
        inputs["a"] = -np.abs(inputs["a"]) - 0.1

    def zeros(*names):
        return lambda inputs, rng: inputs.update({name: 0 * inputs[name] for name in names})
    for shape in SHAPES:
        for name, change in (("gaussian_kl, unit prior", at_the_prior), ("squared_error", at_the_target), ("relu", off),
                             ("l2_decay", zeros("W")), ("gaussian_prior", zeros("z")), ("student_t_sparsity", zeros("z")),
                             ("contraction", zeros("s")), ("affine", zeros("x", "W")), ("row_step", zeros("V")),
                             ("covariance_kl", zeros("lower")), ("reparameterize", zeros("eps"))):
            yield f"zero gradient: {name} {shape}", _pair(PAIRS_BY_NAME[name], shape, change)


def _shifted_and_scaled():
    """The loss plus a million, and times 1e-10, forward and backward alike."""
    for pair in ALL_PAIRS:
        for shape in ((7, 5, 3), (1, 3, 2), (2, 1, 4)):
            yield f"shifted by 1e6: {pair.name} {shape}", _pair(pair, shape, forward=_moved(pair.forward, 1.0, 1e6),
                                                                backward=_times(pair, 1.0))
            yield f"scaled by 1e-10: {pair.name} {shape}", _pair(pair, shape, forward=_moved(pair.forward, 1e-10, 0.0),
                                                                  backward=_times(pair, 1e-10))
    for pair in SCALAR:
        yield f"shifted by 1e6, scaled by 1e-10: {pair.name}", _pair(
            pair, (5, 3, 2), forward=_moved(pair.forward, 1e-10, 1e6), backward=_times(pair, 1e-10))


def _moved(forward, scale, shift):
    @functools.wraps(forward)
    def moved(*args, **kwargs):
        return scale * (forward(*args, **kwargs) + shift)
    return moved


def _times(pair, scale):
    """Return the backward of the moved function; where it works from the output, from that of the pair itself."""
    if pair.name in ACTIVATIONS:
        return lambda dy, a: scale * pair.backward(dy, pair.forward(a))

    @functools.wraps(pair.backward)
    def scaled(*args, **kwargs):
        returned = pair.backward(*args, **kwargs)
        return tuple(scale * g for g in returned) if isinstance(returned, tuple) else scale * returned
    return scaled


def _float32_pairs():
    def single(inputs, rng):
        for name, value in inputs.items():
            if isinstance(value, np.ndarray) and value.dtype.kind == "f":
                inputs[name] = value.astype(np.float32)
    for pair in ALL_PAIRS:
        for shape in ((7, 5, 3), (2, 2, 2)):
            yield f"float32: {pair.name} {shape}", _pair(pair, shape, single)


def _deep_and_wide():
    """ReLU nets as one function of their input: up to 256 units wide, up to eight layers deep."""
    for width in (16, 64, 256):
        for depth in (1, 2, 4, 8):
            for m in (1, 2, 5):
                yield f"wide and deep: ReLU, {depth} layers of {width}, batch {m}", _net("relu", width, depth, m)
    for activation in ("softplus", "tanh", "sigmoid"):
        for depth in (3, 8):
            yield f"wide and deep: {activation}, {depth} layers of 32", _net(activation, 32, depth, 3)


def _net(activation, width, depth, m, n=4):
    def make(rng, number):
        widths = [n, *[width] * depth, 3]
        weights = [rng.normal(scale=np.sqrt(2 / pair[0]), size=pair) for pair in zip(widths, widths[1:])]
        biases = [0.1 * rng.normal(size=size) for size in widths[1:]]
        s = ACTIVATIONS[activation]

        def forward(x):
            for W, b in zip(weights, biases):
                x = s.forward(layers.affine(x, W, b))
            return x

        def backward(dy, x):
            steps = []
            for W, b in zip(weights, biases):
                y = s.forward(layers.affine(x, W, b))
                steps.append((x, W, y))
                x = y
            for x, W, y in reversed(steps):
                dy = layers.affine_backward(s.backward(dy, y), x, W)[0]
            return dy
        return PairPoint(forward, {"x": rng.normal(size=(m, n))}, ("x",), number), backward
    return make


# ---- models --------------------------------------------------------------------------------------------------------

def _model(case, m, n, change=None, **overrides):
    def make(rng, number):
        return model_point(case, rng, m, n, seed=number, change=change, **overrides), true_gradients
    return make


def _models():
    """All models with their noise frozen: batches of one and two, one feature, one code unit."""
    for case in MODEL_CASES:
        for m, n, k in ((5, 4, 2), (1, 3, 2), (2, 1, 1), (2, 5, 3), (7, 2, 1), (3, 3, 3)):
            yield f"models: {case.name}, batch {m} of {n}, code {k}", _model(case, m, n, latent_dim=k)
    for m in (1, 2, 5):
        yield f"models: stacked denoising with labels, batch {m}", lambda rng, number, m=m: (
            labelled_point(rng, number, m), true_gradients)


def _float32_models():
    for case in MODEL_CASES:
        for m in (1, 4):
            yield f"float32 parameters: {case.name}, batch {m}", _model(case, m, 3, dtype="float32")


def _no_biases(model, x, rng):
    for name in model.params:
        if name.endswith(".b"):
            model.params[name][...] = 0


def _blank_rows(model, x, rng):
    _no_biases(model, x, rng)
    x[::2] = 0


def _blank_and_masked():
    """Blank images and fully masked inputs with zero biases: every ReLU sits on its corner."""
    for case in MODEL_CASES:
        for m in (1, 2, 5):
            yield f"blank and masked: {case.name}, blank rows, batch {m}", _model(case, m, 3, _blank_rows)
        yield f"blank and masked: {case.name}, zero biases", _model(case, 4, 3, _no_biases)
    for level in (0.5, 0.9, 1.0):
        for activation in ("relu", "softplus", "tanh"):
            for hidden in ((4,), (5, 3)):
                for weights in ({}, {"corrupted_weight": 2.0, "untouched_weight": 0.0}):
                    for repeat in range(2):
                        yield (f"blank and masked: {level:.0%} masked, {activation}, {hidden} {weights} {repeat}",
                               _masked(level, activation, hidden, weights))


def _masked(level, activation, hidden, weights):
    def make(rng, number):
        model = DenoisingAutoencoder(noise="masking", noise_level=level, activation=activation, hidden_dims=hidden,
                                     dtype="float64", random_state=int(rng.integers(2**31)), **weights).initialize(4)
        x = rng.normal(size=(4, 4))         # biases are zero at the start
        return ModelPoint(model, x, model.draw_noise(x, rng), number), true_gradients
    return make


def _other_settings():
    """Further combinations: every activation with every loss, tied and untied, with and without noise."""
    for activation in ACTIVATIONS:
        for loss in ("mse", "mae", "bce"):
            for tied in (False, True):
                for corruption in (None, GaussianNoise(0.3)):
                    yield (f"settings: {activation}, {loss}, tied={tied}, noise={corruption is not None}",
                           _autoencoder(Autoencoder, activation=activation, loss=loss, tied=tied, corruption=corruption,
                                        weight_decay=0.01))
    for activation in ACTIVATIONS:
        for method in ("exact", "probes"):
            for of in ("code", "reconstruction"):
                yield (f"settings: contractive, {activation}, {method}, {of}",
                       _autoencoder(ContractiveAutoencoder, activation=activation, latent_activation=activation, contraction=of,
                                    method=method, tied=False))


def _autoencoder(kind, **hyperparameters):
    def make(rng, number):
        model = kind(hidden_dims=(4,), latent_dim=2, dtype="float64", random_state=int(rng.integers(2**31)),
                     **hyperparameters).initialize(4)
        model.theta += 0.3 * rng.normal(size=model.theta.shape)
        x = rng.uniform(size=(4, 4))
        return ModelPoint(model, x, model.draw_noise(x, rng), number), true_gradients
    return make
