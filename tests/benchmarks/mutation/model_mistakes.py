"""The labelled catalogue, models: what is returned instead of a model's own gradients. See student_mistakes.py.

Terms are left out or counted again by asking the model for its gradients with another weight of that term; paths are cut by
editing one line of the backward pass, for the time of one call.
"""

import copy
import functools

import numpy as np

from npae import network
from npae.image_layers import ConvolutionalLayer
from npae.layers import conv2d_backward, masked_affine_backward
from npae.models import (
    Autoencoder,
    HierarchicalVectorQuantizedAutoencoder,
    MaskedAutoencoder,
    ProbabilisticAutoencoder,
    VariationalAutoencoder,
)
from npae.models.posterior import DiagonalPosterior
from npae.models.quantizer import Quantizer
from npae.models.variational_networks import VariationalNetworks
from npae.penalties import Contraction, KLSparsity

from .mutants import edited
from .points import labelled_point, model_point, true_gradients
from .student_mistakes import CATALOGUE, Mistake, Suspicion
from .targets import MODEL_CASES

CASES_BY_NAME = {case.name: case for case in MODEL_CASES}
BATCHES = ((7, 5), (5, 4), (4, 6), (6, 3))      # m, n of the rounds; the last one is for re-tests


def arrays(gradients):
    """Return gradients as a dictionary of arrays of their own."""
    return {name: np.array(gradients[name]) for name in gradients}


def weighed(model, X, noise, **weights):
    """Return the gradients of the model with other hyperparameters: the weight of a term set to 0, doubled, ..."""
    model = copy.copy(model)
    for name, value in weights.items():
        setattr(model, name, value)
    return arrays(true_gradients(model, X, noise))


def _suspicion(case, make, overrides, rng, number):
    m, n = BATCHES[number % len(BATCHES)]
    if case == "stacked denoising, with labels":
        point = labelled_point(rng, number, m, n)
    else:
        point = model_point(CASES_BY_NAME[case], rng, m, n, seed=number, **{"latent_dim": 3, **overrides})
    return Suspicion(point, make(), true_gradients)


def mistake(case, name, codes, tensors, suspect, stateful=False, unnamed="", **overrides):
    """Add a mistake; suspect is (model, X, noise) -> gradients, or makes one where it has a memory."""
    build = functools.partial(_suspicion, case, suspect if stateful else lambda: suspect, overrides)
    CATALOGUE.append(Mistake(case, name, tuple(codes.split()), tuple(tensors.split()), build, tuple(unnamed.split()), stateful))


def spoil(**changes):
    """Return a suspect that changes some gradients: name (dots as __) = (gradient, model, X) -> gradient."""
    changes = {name.replace("__", "."): change for name, change in changes.items()}

    def suspect(model, X, noise):
        g = arrays(true_gradients(model, X, noise))
        return {**g, **{name: change(g[name], model, X) for name, change in changes.items()}}
    return suspect


def everything(change):
    """Return a suspect that changes every gradient in the same way."""
    return lambda model, X, noise: {name: change(g, X) for name, g in arrays(true_gradients(model, X, noise)).items()}


def with_edit(function, name, old, new):
    """Return a suspect: the model itself, one line of its backward pass reading differently."""
    mutant = edited(function, name, old, new)

    def suspect(model, X, noise):
        with mutant.active():
            return arrays(true_gradients(model, X, noise))
    return suspect


ALL = "*"       # which tensors are wrong depends on the data: any

# ---- all models alike: factors, signs, zeros -----------------------------------------------------------------------

for case, weight, bias in (("softplus, sigmoid output", "decoder.0.W", "encoder.0.b"),
                           ("deep tanh, bce", "encoder.1.W", "decoder.1.b"),
                           ("variational, gaussian", "encoder.mu.W", "decoder.0.b"),
                           ("probabilistic, three samples, decay", "decoder.0.W", "encoder.0.b"),
                           ("contractive, deep, untied", "encoder.1.W", "encoder.2.b")):
    w, b = weight.replace(".", "__"), bias.replace(".", "__")
    mistake(case, "a weight's gradient with the wrong sign", "G203", weight, spoil(**{w: lambda g, model, X: -g}))
    mistake(case, "a bias never updated", "G201", bias, spoil(**{b: lambda g, model, X: 0 * g}))
    mistake(case, "a weight's gradient times m", "G204", weight, spoil(**{w: lambda g, model, X: len(X) * g}))
    mistake(case, "a bias's gradient averaged", "G204", bias, spoil(**{b: lambda g, model, X: g / len(X)}))
    mistake(case, "half a gradient", "G204", weight, spoil(**{w: lambda g, model, X: g / 2}))
    mistake(case, "the weights themselves added (decay without lambda)", "G213 G302", weight,
            spoil(**{w: lambda g, model, X, name=weight: g + model.params[name]}))
    mistake(case, "transposed", "G101", weight, spoil(**{w: lambda g, model, X: g.T.copy()}))
    mistake(case, "invalid values", "G103", bias, spoil(**{b: lambda g, model, X: g + np.inf}))
    mistake(case, "float32", "G104", weight, spoil(**{w: lambda g, model, X: g.astype("f4")}))
mistake("deep relu", "1/m forgotten everywhere", "G204", ALL, everything(lambda g, X: len(X) * g))
mistake("deep relu", "gradient ascent", "G203", ALL, everything(lambda g, X: -g))
mistake("deep tanh, bce", "averaged over the features too", "G204", ALL, everything(lambda g, X: g / X.shape[1]))
mistake("linear", "clipped entry by entry", "G215", ALL, everything(lambda g, X: np.clip(g, -0.1, 0.1)))
mistake("linear", "every gradient cut to length one", "G214", ALL, everything(lambda g, X: g / np.linalg.norm(g)))
mistake("linear", "the sign of the gradient", "G215", ALL, everything(lambda g, X: np.sign(g)))
mistake("shallow tanh", "the absolute value", "G215", "encoder.0.W", spoil(encoder__0__W=lambda g, model, X: np.abs(g)))
mistake("shallow tanh", "rows in reverse", "G206", "encoder.0.W", spoil(encoder__0__W=lambda g, model, X: g[::-1].copy()))
mistake("shallow tanh", "the last feature left out", "G208", "encoder.0.W",
        spoil(encoder__0__W=lambda g, model, X: np.concatenate([g[:-1], 0 * g[-1:]])))
mistake("shallow tanh", "the mean over the features for each", "G209", "encoder.0.W",
        spoil(encoder__0__W=lambda g, model, X: 0 * g + g.mean(axis=0)))
mistake("deep tanh, bce", "transposed, square weights", "G205", "encoder.1.W",
        spoil(encoder__1__W=lambda g, model, X: g.T.copy()), hidden_dims=(3, 3))
mistake("deep tanh, bce", "the gradients of two layers exchanged", "G202", "encoder.1.W decoder.1.W",
        lambda model, X, noise: (lambda g: {**g, "encoder.1.W": g["decoder.1.W"], "decoder.1.W": g["encoder.1.W"]})(
            arrays(true_gradients(model, X, noise))), hidden_dims=(3, 3))
mistake("variational, gaussian", "the two heads exchanged", "G202", "encoder.mu.W encoder.logvar.W",
        lambda model, X, noise: (lambda g: {**g, "encoder.mu.W": g["encoder.logvar.W"], "encoder.logvar.W": g["encoder.mu.W"]})(
            arrays(true_gradients(model, X, noise))))


def _first_example(model, X, noise):
    return arrays(true_gradients(model, X[:1], {name: value[:1] for name, value in noise.items()}))


def _last_example(model, X, noise):
    return arrays(true_gradients(model, X[-1:], {name: value[-1:] for name, value in noise.items()}))


for case in ("deep tanh, bce", "variational, gaussian", "denoising, gaussian"):
    mistake(case, "only the first example", "G207", ALL, _first_example)
mistake("shallow tanh", "only the last example", "G207", ALL, _last_example)
mistake("shallow tanh", "no gradient of a bias", "G102", "decoder.0.b",
        lambda model, X, noise: {name: g for name, g in arrays(true_gradients(model, X, noise)).items() if name != "decoder.0.b"})

# ---- memory, writing, randomness -----------------------------------------------------------------------------------


def _accumulates():
    kept = {}

    def suspect(model, X, noise):
        for name, g in arrays(true_gradients(model, X, noise)).items():
            kept[name] = kept.get(name, 0) + g
        return {name: g.copy() for name, g in kept.items()}
    return suspect


def _fresh_noise():
    rng = np.random.default_rng(0)
    return lambda model, X, noise: arrays(true_gradients(model, X, model.draw_noise(X, rng)))


def _steps_inside(model, X, noise):
    g = arrays(true_gradients(model, X, noise))
    model.params["encoder.0.W"][...] -= 0.1 * g["encoder.0.W"]
    return g


def _spoils_the_batch(model, X, noise):
    g = arrays(true_gradients(model, X, noise))
    X *= 0.5
    return g


for case in ("shallow tanh", "variational, gaussian"):
    mistake(case, "gradients accumulate from call to call", "G106", ALL, _accumulates, stateful=True)
    mistake(case, "the optimizer's step inside", "G105", "encoder.0.W", _steps_inside)
    mistake(case, "the batch is written into", "G105", "X", _spoils_the_batch)
    mistake(case, "a parameter returned as its gradient", "G107", "encoder.0.b",
            spoil(encoder__0__b=lambda g, model, X: model.params["encoder.0.b"]))
for case in ("denoising, gaussian", "probabilistic", "variational, gaussian", "contractive, probes"):
    mistake(case, "fresh noise in the backward pass", "G109", ALL, _fresh_noise, stateful=True)

# ---- terms ---------------------------------------------------------------------------------------------------------


def term(case, weight, name, factors=(0, 2), or_else=("", "")):
    """Add mistakes about the weight of one term: left out, twice, ... or_else: codes that are right as well."""
    for factor in factors:
        words = {0: "left out", 2: "counted twice", 0.5: "halved", -1: "subtracted"}[factor]
        codes = f"G301 {or_else[0]}" if factor == 0 else f"G302 {or_else[1]}"
        mistake(case, f"{name} {words}", codes, ALL,
                lambda model, X, noise, f=factor: weighed(model, X, noise, **{weight: f * getattr(model, weight)}))


term("L2 decay with biases", "weight_decay", "weight decay", (0, 2, 0.5))
term("L1 decay", "weight_decay", "weight decay", (0, 0.5))
term("tied, three layers, L2 decay", "weight_decay", "weight decay", (0, 2))
term("sparse, kl", "sparsity_weight", "sparsity", (0, 2, -1))
term("sparse, student_t", "sparsity_weight", "sparsity")
term("sparse, gaussian, tied", "sparsity_weight", "sparsity")
term("contractive, one layer", "contraction_weight", "contraction", (0, 2, 0.5))
term("contractive, deep, untied", "contraction_weight", "contraction", (0,))
term("contractive, probes", "contraction_weight", "contraction", (2,))
term("variational, gaussian", "beta", "the KL", (0, 2, -1))
term("variational, variance per feature, sampled kl", "beta", "the KL", (0,))
term("variational, bernoulli", "beta", "beta", (0, 2))
term("probabilistic", "code_weight", "the price of the code", (0, 0.5))
term("probabilistic, three samples, decay", "weight_decay", "weight decay", (0, 2))
term("stacked denoising, with labels", "classification_weight", "classification",
     or_else=("G201", "G204"))      # the classifier itself is in no other term
mistake("L2 decay with biases", "weight decay divided by m", "G302", ALL,
        lambda model, X, noise: weighed(model, X, noise, weight_decay=model.weight_decay / len(X)))
mistake("sparse, kl", "sparsity without 1/m", "G302", ALL,
        lambda model, X, noise: weighed(model, X, noise, sparsity_weight=model.sparsity_weight * len(X)))
mistake("variational, gaussian", "the KL averaged over the latent units", "G302", ALL,
        lambda model, X, noise: weighed(model, X, noise, beta=1 / model.latent_dim))
mistake("variational, gaussian", "only the KL for logvar: the sampler's path cut", "G301", "encoder.logvar.W encoder.logvar.b",
        with_edit(DiagonalPosterior.sample_backward, "sample_backward", "_over_samples(dlogvar)", "0 * _over_samples(dlogvar)"),
        unnamed="encoder.0.W encoder.0.b")
mistake("probabilistic, three samples, decay", "the samples averaged once more", "G302 G204", ALL,
        with_edit(ProbabilisticAutoencoder._loss_and_gradients, "_loss_and_gradients",
                  "unit_noise_backward(dz).sum(axis=1)", "unit_noise_backward(dz).mean(axis=1)"))
mistake("variational, variance per example, full", "the mean's path cut at the top of the decoder", "", ALL,
        with_edit(VariationalNetworks._decode_backward, "_decode_backward",
                  "below = below + network", "below = network"))
mistake("variational, gaussian", "the encoder learns from the KL alone", "G301", ALL,
        with_edit(VariationalAutoencoder._loss_and_gradients, "_loss_and_gradients",
                  "dq[name] = dq[name] + dq_kl[name]", "dq[name] = dq_kl[name]"))

# ---- paths ---------------------------------------------------------------------------------------------------------

BACK = network.Layer.pre_activation_backward
OF_DECODER, OF_ENCODER = "(da.T, x) if", "else (x.T, da)"       # the two uses of tied weights
for case in ("tied sigmoid, bce", "tied, three layers, L2 decay", "sparse, gaussian, tied", "contractive, one layer"):
    mistake(case, "tied: only the encoder's half", "G311", ALL, with_edit(
        BACK, "pre_activation_backward", OF_DECODER, "(0 * da.T, x) if"))
    mistake(case, "tied: only the decoder's half", "" if case.startswith("contractive") else "G311", ALL, with_edit(
        BACK, "pre_activation_backward", OF_ENCODER, "else (0 * x.T, da)"))
    mistake(case, "tied: the decoder's half twice", "G312", ALL, with_edit(
        BACK, "pre_activation_backward", OF_DECODER, "(2 * da.T, x) if"))
mistake("tied sigmoid, bce", "tied: the halves averaged", "G204", "encoder.0.W encoder.1.W", with_edit(
    BACK, "pre_activation_backward", "self.weight, left, right", "self.weight, left / 2, right"))

mistake("convolutional, tied, noise, decay, bce", "tied: only the encoder's half", "G311", ALL, with_edit(
    ConvolutionalLayer.pre_activation_backward, "pre_activation_backward", "grads.add(self.weight, dW)",
    "grads.add(self.weight, 0 * dW if self.transposed else dW)"))
mistake("convolutional, tied, noise, decay, bce", "tied: the decoder's half twice", "G312", ALL, with_edit(
    ConvolutionalLayer.pre_activation_backward, "pre_activation_backward", "grads.add(self.weight, dW)",
    "grads.add(self.weight, 2 * dW if self.transposed else dW)"))

# ---- vector quantization -------------------------------------------------------------------------------------------

COPY, PULL = "straight_through_backward(self.vectors(dq))", "self.beta * commitment_backward("
OF_CODEBOOK = "codebook_term_backward(params[name], seen.z_still, seen.j, weight)"


def quantizing(case, name, codes, tensors, old, new, **overrides):
    """Add a mistake in the backward pass of a quantizer."""
    mistake(case, name, codes, tensors, with_edit(Quantizer.backward, "backward", old, new), **overrides)


AVERAGES, GRADIENT = "vector quantized, running averages", "vector quantized, grid, codebook gradient"
for case in (AVERAGES, GRADIENT):
    quantizing(case, "nothing is copied straight through", "G301", ALL, COPY, f"0 * {COPY}")
    quantizing(case, "the commitment left out", "G301", ALL, PULL, f"0 * {PULL}")
    quantizing(case, "the commitment without beta", "G302", ALL, PULL, "commitment_backward(")
    quantizing(case, "the commitment counted twice", "G302", ALL, PULL, f"2 * {PULL}")
    quantizing(case, "the commitment subtracted", "G302", ALL, PULL, f"-{PULL}")
for case, left_out, weighed_wrongly in ((GRADIENT, "G301", "G302"), (AVERAGES, "G201", "G204")):    # with weight decay, without
    for name, codes, new in (
            ("the codebook without a gradient", left_out, f"0 * {OF_CODEBOOK}"),
            ("the codebook term formed from the copy", left_out, OF_CODEBOOK.replace("seen.z_still", "seen.e_still")),
            ("beta on the codebook term", weighed_wrongly, f"self.beta * {OF_CODEBOOK}"),
            ("the codebook term summed over the batch", weighed_wrongly, OF_CODEBOOK.replace("weight", "1"))):
        quantizing(case, name, codes, "codebook", OF_CODEBOOK, new, codebook_update="gradient")
quantizing(AVERAGES, "the codebook term averaged over the slots", "G204", "codebook", OF_CODEBOOK,
           OF_CODEBOOK.replace(", weight", ""), codebook_update="gradient")
quantizing("two levels", "nothing is copied straight through", "", ALL, COPY, f"0 * {COPY}")
quantizing("two levels", "the codebooks without a gradient", "G201", "codebook.top codebook.bottom", OF_CODEBOOK,
           f"0 * {OF_CODEBOOK}")
LEVELS = HierarchicalVectorQuantizedAutoencoder._loss_and_gradients
mistake("two levels", "the top's path through the bottom's codes cut", "", ALL,
        with_edit(LEVELS, "_loss_and_gradients", "dt = dt_decoder + dt_joint", "dt = dt_decoder"))
mistake("two levels", "the top's path to the decoder cut", "", ALL,
        with_edit(LEVELS, "_loss_and_gradients", "dt = dt_decoder + dt_joint", "dt = dt_joint"))
mistake("two levels", "the first layers hear of the bottom alone", "", ALL,
        with_edit(LEVELS, "_loss_and_gradients", "dh_joint + run.backward(", "dh_joint + 0 * run.backward("))

# ---- lines of the backward pass ------------------------------------------------------------------------------------

for case in ("deep tanh, bce", "softplus, sigmoid output"):
    mistake(case, "the slope of the activation forgotten", "", ALL, with_edit(
        network.backward, "backward", "if not layer.is_linear:", "if False:"))
    mistake(case, "the slope at the pre-activation", "", ALL, with_edit(
        network.backward, "backward", "layer.activation.backward, dy, step.y,",
        "layer.activation.backward, dy, layer.pre_activation(params, step.x),"))
    mistake(case, "the layer's output for its input", "", ALL, with_edit(
        network.backward, "backward", "params, step.x,", "params, step.y[:, :1] + 0 * step.x,"))
mistake("contractive, deep, untied", "the path through the slopes cut", "", ALL, with_edit(
    Contraction.__call__, "__call__", "ds * step.layer.curvature(step.y)",
    "0 * ds * step.layer.curvature(step.y)"))
mistake("contractive, one layer", "the slope for the curvature", "", ALL, with_edit(
    Contraction.__call__, "__call__", "step.layer.curvature(step.y)", "step.layer.slope(step.y)"))
mistake("sparse, kl", "the penalty's gradient added after the slope", "", ALL, with_edit(
    KLSparsity.__call__, "__call__", "f\"{step.name}.y\"", "f\"{step.name}.a\""))
mistake("sparse, kl of tanh, running mean", "the share of the running mean forgotten", "", ALL, with_edit(
    KLSparsity.__call__, "__call__", "dy = share * slope", "dy = slope"))
TOGETHER = "LOSSES[self.loss].value_and_gradient(o, x, weight, place)"
VALUE = "LOSSES[self.loss].value(o, x, weight), "
mistake("denoising, masking, weighted", "the gradient at the clean input", "", ALL, with_edit(
    Autoencoder._loss_and_gradients, "_loss_and_gradients", "network.forward(self._encoder, params, corrupted)",
    "network.forward(self._encoder, params, x)"))
mistake("denoising, masking, weighted", "the weights of the pixels forgotten", "", ALL, with_edit(
    Autoencoder._loss_and_gradients, "_loss_and_gradients", TOGETHER, VALUE + "LOSSES[self.loss].backward(o, x)"))
mistake("denoising, gaussian", "the corrupted input as the target", "", ALL, with_edit(
    Autoencoder._loss_and_gradients, "_loss_and_gradients", TOGETHER,
    VALUE + "LOSSES[self.loss].backward(o, corrupted, weight)"))
mistake("convolutional, contractive", "biases averaged over the places", "", ALL, with_edit(
    conv2d_backward, "conv2d_backward", "D.sum(axis=1)", "D.mean(axis=1)"))
mistake("convolutional, contractive", "the kernels' gradients mirrored", "G206", ALL, with_edit(
    conv2d_backward, "conv2d_backward", "(D @ C.T).reshape(W.shape)", "(D @ C.T).reshape(W.shape)[..., ::-1, ::-1]"))
mistake("masked, decay", "the masks forgotten in the backward pass", "", ALL, with_edit(
    masked_affine_backward, "masked_affine_backward", "(x.T @ dy) * mask", "x.T @ dy"))
mistake("masked, decay", "averaged over the slots", "G302 G204", ALL, with_edit(
    MaskedAutoencoder._loss_and_gradients, "_loss_and_gradients", "softmax_nll_backward(logits, targets, 1 / len(x))",
    "softmax_nll_backward(logits, targets)"))
mistake("masked, decay", "1/m forgotten", "G302 G204", ALL, with_edit(
    MaskedAutoencoder._loss_and_gradients, "_loss_and_gradients", "softmax_nll_backward(logits, targets, 1 / len(x))",
    "softmax_nll_backward(logits, targets, 1.0)"))
mistake("variational, iwae, decay", "equal weights for all samples", "", ALL, with_edit(
    VariationalAutoencoder._loss_and_gradients, "_loss_and_gradients",
    "rows = w.reshape(m * S, 1) if np.ndim(w) else w", "rows = np.full((m * S, 1), 1 / (m * S))"))
