"""The functions of the package that are mutated, and at which points each one is at work."""

import sys

import npae.checks.cases as cases
from npae import image_layers, latents, layers, losses, network, penalties
from npae.checks.cases import Case
from npae.checks.pairs import PAIRS, Pair
from npae.corruption import GaussianNoise
from npae.layers import windows
from npae.losses.gaussian_nll import sum_to_shape
from npae.models import (
    Autoencoder,
    ContractiveAutoencoder,
    DenoisingAutoencoder,
    HierarchicalVectorQuantizedAutoencoder,
    MaskedAutoencoder,
    ProbabilisticAutoencoder,
    StackedDenoisingAutoencoder,
    VariationalAutoencoder,
    VectorQuantizedAutoencoder,
    hierarchical,
)
from npae.models.masked_network import MaskedNetwork
from npae.models.posterior import DiagonalPosterior, FullPosterior
from npae.models.quantizer import Quantizer
from npae.models.variational_networks import VariationalNetworks
from npae.penalties.activation_penalty import ActivationPenalty
from npae.penalties.kl_sparsity import _to_unit_interval

ACTIVATIONS = ("identity", "relu", "sigmoid", "tanh", "softplus")
FUNCTIONS = (
    layers.affine_backward, layers.masked_affine_backward, layers.conv2d_backward, layers.conv2d_transpose_backward,
    windows.patches, windows._framed, windows.overlapped, windows.window_grid, windows.channels_as_rows, windows.rows_as_channels,
    *(getattr(layers, f"{name}_backward") for name in ACTIVATIONS),
    losses.squared_error_backward, losses.absolute_error_backward, losses.bernoulli_nll_backward,
    losses.continuous_bernoulli_nll_backward, losses.continuous_bernoulli_mean,
    losses.gaussian_nll_backward, sum_to_shape, losses.laplace_nll_backward, losses.softmax_nll_backward,
    losses.softmax, penalties.l1_sparsity_backward, penalties.student_t_sparsity_backward, penalties.gaussian_prior_backward,
    penalties.bernoulli_kl_backward, penalties.kl_sparsity_backward, penalties.contraction_backward,
    penalties.row_step_backward, penalties.gram_backward, penalties.row_length_backward,
    penalties.gaussian_kl_backward, penalties.covariance_kl_backward, penalties.sampled_kl_backward,
    penalties.l1_decay_backward, penalties.l2_decay_backward, latents.unit_noise_backward, latents.reparameterize_backward,
    latents.reparameterize_cholesky_backward, latents.straight_through_backward, latents.codebook_term_backward,
    latents.commitment_backward,
)
DEEP = tuple(getattr(sys.modules["npae.penalties.deep_contraction"], name)     # the package's attribute is the function
             for name in (
    "deep_contraction_and_gradients", "_add_up", "_from_units", "_from_probes", "_sweep", "_from_inputs"))
IN_MODELS = (
    *(getattr(layers, f"{name}_{kind}") for name in ACTIVATIONS for kind in ("derivative", "second_derivative")),
    network.backward, network.Layer.slope, network.Layer.curvature, network.Layer.pre_activation_backward,
    network.Layer.from_matrix, image_layers.ConvolutionalLayer.pre_activation_backward, image_layers.ConvolutionalLayer.padding,
    image_layers.ConvolutionalLayer.matrix, image_layers.ConvolutionalLayer.from_matrix, ActivationPenalty.__call__,
    penalties.Contraction.__call__, penalties.KLSparsity.__call__, _to_unit_interval,
    penalties.GaussianPrior._gradient, penalties.L1Sparsity._gradient, penalties.StudentTSparsity._gradient,
    penalties.WeightDecay.__call__, Autoencoder._loss_and_gradients, Autoencoder._add_penalties,
    DenoisingAutoencoder._pixel_weight, StackedDenoisingAutoencoder._code_terms, ProbabilisticAutoencoder._loss_and_gradients,
    VariationalNetworks._encode_backward, VariationalNetworks._decode_backward, VariationalAutoencoder._loss_and_gradients,
    VariationalAutoencoder._sample_weights, VariationalAutoencoder._kl_term, DiagonalPosterior.sample_backward,
    DiagonalPosterior.kl_backward, FullPosterior.sample_backward, FullPosterior.kl_backward, FullPosterior._flat,
    FullPosterior._precision, Quantizer.vectors, Quantizer.rows, Quantizer.backward,
    VectorQuantizedAutoencoder._loss_and_gradients, HierarchicalVectorQuantizedAutoencoder._loss_and_gradients,
    hierarchical._halves, hierarchical._Runs.backward, MaskedNetwork.backward, MaskedAutoencoder._loss_and_gradients,
    MaskedAutoencoder._targets,
)

FURTHER_CASES = (       # what the package's cases leave out
    Case("contractive, relu, reconstruction", ContractiveAutoencoder,
         {"hidden_dims": (4,), "activation": "relu", "latent_activation": "identity", "contraction": "reconstruction"}),
    Case("contractive, tanh code, softplus, reconstruction", ContractiveAutoencoder,
         {"hidden_dims": (4,), "activation": "softplus", "latent_activation": "tanh", "contraction": "reconstruction",
          "output_activation": "sigmoid", "weight_decay": 0.1, "decay_kind": "l1"}, cases.UNIT),
    Case("two sparsities", Autoencoder,
         {"hidden_dims": (4, 3), "activation": "sigmoid", "latent_activation": "sigmoid",
          "penalties": (penalties.L1Sparsity(0.2, layer=0), penalties.KLSparsity(0.3), penalties.GaussianPrior(0.2),
                        penalties.L1Sparsity(0.1), penalties.Contraction(0.2, layer=1))}),
    Case("variational, no hidden layer, full, decay", VariationalAutoencoder,
         {"hidden_dims": (), "covariance": "full", "sigma2": "per_feature", "n_samples": 3, "weight_decay": 0.1,
          "prior_logvar": 0.3}),
    Case("variational, free bits, laplace", VariationalAutoencoder,
         {"hidden_dims": (4,), "activation": "tanh", "likelihood": "laplace", "sigma2": "per_example", "free_bits": 0.7,
          "beta": 2.0}),
    Case("variational, deep, variance per example", VariationalAutoencoder,
         {"hidden_dims": (4, 3), "activation": "tanh", "sigma2": "per_example", "kl": "sampled", "beta": 0.5, "n_samples": 2}),
    Case("variational, warming up", VariationalAutoencoder, {"hidden_dims": (4,), "beta": 2.0, "beta_warmup": 3}),
    Case("denoising, emphasized", DenoisingAutoencoder, {"hidden_dims": (4,), "noise": "masking", "corrupted_weight": 2.0}),
    Case("denoising, all twice", DenoisingAutoencoder,
         {"hidden_dims": (4,), "corrupted_weight": 2.0, "untouched_weight": 2.0}),
    Case("vector quantized, tied, penalties, decay", VectorQuantizedAutoencoder,
         {"hidden_dims": (4,), "activation": "tanh", "tied": True, "n_codes": 4, "n_slots": 2, "weight_decay": 0.1,
          "penalties": (penalties.Contraction(0.1, layer=0), penalties.L1Sparsity(0.2))}),
    Case("two levels, noise, decay", HierarchicalVectorQuantizedAutoencoder,
         {"hidden_dims": (), "channels": (2,), "top_channels": (2,), "kernel_size": 2, "activation": "tanh", "n_codes_top": 3,
          "n_codes_bottom": 4, "corruption": GaussianNoise(0.2), "weight_decay": 0.1}, image=True),
    Case("masked, a condition, no direct connection", MaskedAutoencoder,
         {"hidden_dims": (5,), "activation": "softplus", "n_codes": 3, "n_given": 1, "direct": False}, cases.CODES),
    Case("probabilistic, relu", ProbabilisticAutoencoder, {"hidden_dims": (4,), "n_samples": 2, "code_weight": 0.7,
                                                           "weight_decay": 0.1, "decay_biases": True}),
)


def _deep_contraction(method):
    """The pair of the package's catalogue with a weight for every example, in blocks of one or two rows."""
    plain = next(pair for pair in PAIRS if pair.name == f"deep_contraction, {method}")
    module = sys.modules["npae.penalties.deep_contraction"]

    def arguments(s1, s2, s3, W1, W2, W3, probes, w):
        how = {"probes": probes.real} if method == "probes" else {"method": method}
        return {"S": [s1, s2, s3], "W": [W1, W2, W3], "weight": w, **how}

    def draw(rng, m, n, h):
        return {**plain.draw(rng, m, n, h), "w": rng.uniform(0.1, 1, (m, 1))}

    def forward(s1, s2, s3, W1, W2, W3, probes, w):
        return penalties.deep_contraction(**arguments(s1, s2, s3, W1, W2, W3, probes, w))

    def backward(s1, s2, s3, W1, W2, W3, probes, w):
        block, module.BLOCK = module.BLOCK, max(s.size for s in (s1, s2, s3))
        try:
            dS, dW = penalties.deep_contraction_backward(**arguments(s1, s2, s3, W1, W2, W3, probes, w))
        finally:
            module.BLOCK = block
        return (*dS, *dW)
    return Pair(f"deep_contraction, {method}, weighted, in blocks", forward, backward, draw, plain.wrt)


def _sampled_kl():
    """The pair of the package's catalogue with a weight for every sample."""
    plain = next(pair for pair in PAIRS if pair.name == "sampled_kl")

    def draw(rng, m, n, h):
        return {**plain.draw(rng, m, n, h), "weight": rng.uniform(0.1, 1, (m, n, 1))}

    def backward(z, prior_mean, prior_logvar, weight):
        dz, dlogvar = penalties.sampled_kl_backward(z, prior_mean, prior_logvar, weight)
        return dz, dlogvar.sum(axis=1, keepdims=True)
    return Pair("sampled_kl, weighted", penalties.sampled_kl, backward, draw, plain.wrt)


def _located(name, label, shape):
    """The pair of the package's catalogue with another shape of the variance."""
    plain = next(pair for pair in PAIRS if pair.name == f"{name}, shared variance")

    def draw(rng, m, n, h):
        return {**plain.draw(rng, m, n, h), "logvar": rng.normal(size=shape(m, n))}
    return Pair(f"{name}, {label} variance", plain.forward, plain.backward, draw, plain.wrt)


def _many_windows(name):
    """The pair of the package's catalogue with two windows at least in each direction, which overlap, and two channels."""
    plain = next(pair for pair in PAIRS if pair.name == name)

    def draw(rng, m, n, h):
        c, o, small = 2 + n % 2, 2 + h % 2, (2 + m % 3, 3)
        size, biases = (small, c) if name == "conv2d_transpose" else (tuple(2 * side for side in small), o)
        return {"x": rng.normal(size=(m, o if name == "conv2d_transpose" else c, *size)), "W": rng.normal(size=(o, c, 3, 3)),
                "b": rng.normal(size=biases), "stride": 2, "padding": (1, 0)}
    return Pair(f"{name}, many windows", plain.forward, plain.backward, draw, plain.wrt)


FURTHER_PAIRS = (
    *map(_deep_contraction, ("units", "inputs", "probes")), _sampled_kl(), *map(_many_windows, ("conv2d", "conv2d_transpose")),
    *(_located(name, label, shape) for name in ("gaussian_nll", "laplace_nll") for label, shape in (
        ("one", lambda m, n: (1,)), ("per-example", lambda m, n: (m, 1)), ("one row of", lambda m, n: (1, n)))),
)
ALL_PAIRS = (*PAIRS, *FURTHER_PAIRS)
MODEL_CASES = (*cases.CASES, *FURTHER_CASES)
