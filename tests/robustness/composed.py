"""Matrix products, convolutions and sums of squares far out, beside themselves in extended precision; saturation, ties, moments.

A product of matrices is a sum: it is right if it differs from the exact one by rounding of the largest possible sum, which is
the same function of the absolute values.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from npae import latents, layers, losses, penalties
from npae.checks.pairs import PAIRS, Pair
from npae.penalties.kl_sparsity import mean_activation

FAR = (0.0, 1.0, -1.0, 0.25, 1e4, -1e4, 1e-30, -1e-30, 1e-42)
SLOPES = (0.0, 1.0, 0.25, 1e-30, 1e-42)
POLYNOMIALS = ("affine", "masked_affine", "conv2d", "conv2d_transpose", "contraction", "row_step", "gram", "row_length",
               "deep_contraction, units", "deep_contraction, inputs", "deep_contraction, probes", "covariance_kl", "unit_noise",
               "straight_through", "codebook_term", "commitment", "l1_decay", "l2_decay")
SUBTRACTED = {"straight_through": ("z_still",), "codebook_term": ("E",), "commitment": ("e",)}
UNITS = 60.0            # of rounding


def wrong_polynomials(dtype: type) -> Iterator[str]:
    """Yield what is wrong with the pairs that are polynomials in what they are differentiated in."""
    for pair in PAIRS:
        if pair.name in POLYNOMIALS:
            for seed in range(3):
                yield from _compare(pair, dtype, np.random.default_rng(seed))


def _compare(pair: Pair, dtype: type, rng: np.random.Generator) -> Iterator[str]:
    inputs = pair.draw(rng, 4, 3, 3)
    inputs |= {name: rng.choice(SLOPES if name.startswith("s") else FAR, inputs[name].shape) for name in pair.wrt}
    here, wide = _cast(inputs, dtype), _cast(_cast(inputs, dtype), np.longdouble)
    sizes = {name: np.abs(value) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value
             for name, value in wide.items()}
    sizes |= {name: -sizes[name] for name in SUBTRACTED.get(pair.name, ())}
    dy = rng.choice(FAR, np.shape(pair.forward(**wide))).astype(dtype)
    far = dy.astype(np.longdouble)
    for found, exact, size in zip(_results(pair, here, dy), _results(pair, wide, far), _results(pair, sizes, np.abs(far))):
        kind = np.finfo(dtype)
        allowed = UNITS * (kind.eps * np.abs(size) + kind.tiny)
        kept = np.ndim(found) == 0 or found.dtype == dtype      # NumPy 1 makes a float64 of a float32 number divided by 2
        if not kept or not np.all(np.abs(found - exact) <= allowed):
            yield f"{pair.name}, {np.dtype(dtype)}: {np.abs(found - exact).max():.3g} from the exact result"


def _cast(inputs: dict[str, Any], dtype: type) -> dict[str, Any]:
    return {name: value.astype(dtype) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value
            for name, value in inputs.items()}


def _results(pair: Pair, inputs: dict[str, Any], dy: np.ndarray) -> list[np.ndarray]:
    """Return the pair's value and its gradients."""
    y, known = pair.forward(**inputs), inspect.signature(pair.backward).parameters
    given = {name: value for name, value in inputs.items() if name in known}
    upstream = [] if np.ndim(y) == 0 else [dy]
    gradients = pair.backward(*upstream, **given)
    return [np.asarray(y), *(gradients if isinstance(gradients, tuple) else (gradients,))]


def wrong_softmax(dtype: type) -> Iterator[str]:
    """Logits that differ by 2e4, equal ones, one-hot targets on the least and the most probable class."""
    o = np.array([[1e4, -1e4, 0], [1e4, 1e4, -1e4], [0, 1e-42, -1e-30], [-1e4, -1e4, -1e4], [104, 0, -745]], dtype)
    t = np.eye(3, dtype=dtype)[[1, 0, 2, 0, 2]]
    p = np.array([[1, 0, 0], [.5, .5, 0], [1 / 3] * 3, [1 / 3] * 3, [1, np.exp(-104.0), 0]])
    L = (2e4 + np.log(2) + 2 * np.log(3) + 849) / 5
    for what, found, exact in (("p", losses.softmax(o), p), ("L", losses.softmax_nll(o, t), L),
                               ("do", losses.softmax_nll_backward(o, t), (p - t) / 5)):
        if not np.allclose(found, exact, rtol=1e-5, atol=1e-40):
            yield f"softmax_nll, {np.dtype(dtype)}: {what} = {found}"


def wrong_entropies(dtype: type) -> Iterator[str]:
    """Targets at and next to both ends."""
    x = np.array([[0, 1, 1e-30, 1e-42, 0.5, 1 - np.finfo(dtype).eps]], dtype)
    exact = [0, 0, 30e-30 * np.log(10), 0, np.log(2), np.finfo(dtype).eps * (1 - np.log(np.finfo(dtype).eps))]
    found = losses.bernoulli_entropy(x)
    if not np.allclose(found, exact, rtol=1e-3, atol=2e-30) or not np.isclose(losses.mean_bernoulli_entropy(x), np.log(2), 1e-4):
        yield f"bernoulli_entropy, {np.dtype(dtype)}: {found}"


def wrong_continuous_means(dtype: type) -> Iterator[str]:
    """The mean of the continuous Bernoulli density: 1/(1 - exp(-o)) - 1/o, 1/2 at 0."""
    o = np.array([[0, 1e-42, 1e-30, 0.0999, 0.1001, 1e4, -1e4, 104, -745]], dtype)
    exact = [.5, .5, .5, *(1 / (1 - np.exp(-a)) - 1 / a for a in (0.0999, 0.1001)), 1 - 1e-4, 1e-4, 1 - 1 / 104, 1 / 745]
    found = losses.continuous_bernoulli_mean(o)
    if not np.allclose(found, exact, rtol=20 * np.finfo(dtype).eps / 0.1, atol=0):
        yield f"continuous_bernoulli_mean, {np.dtype(dtype)}: {found}"


def wrong_sparsity(dtype: type) -> Iterator[str]:
    """Mean activations of exactly 0 and 1 and past 1 by rounding: finite, and units that are saturated have the gradient 0."""
    kind, rho = np.finfo(dtype), 0.05
    r = np.array([0.3, 1e-20], dtype)
    exact = sum(rho * np.log(rho / q) + (1 - rho) * np.log((1 - rho) / (1 - q)) for q in r.astype(np.float64))
    if not np.isclose(penalties.bernoulli_kl(r, rho), exact, rtol=1e-5):
        yield f"bernoulli_kl, {np.dtype(dtype)}: {penalties.bernoulli_kl(r, rho)} where {exact} is right"
    for end in (0.0, 1.0, 1 + kind.eps):
        at = np.array([end], dtype)
        value, slope = penalties.bernoulli_kl(at, rho), penalties.bernoulli_kl_backward(at, rho)
        if not (np.isfinite(value) and value > 1 and np.isfinite(1e6 * slope).all() and np.sign(slope) == np.sign(end - rho)):
            yield f"bernoulli_kl, {np.dtype(dtype)}, at {end}: {value}, slope {slope}"
    y = layers.sigmoid(np.array([[-1e4, 1e4, 0.3]] * 3, dtype))
    dy = penalties.kl_sparsity_backward(y, rho)
    da, inner = layers.sigmoid_backward(dy, y), float(y[0, 2])
    right = not np.any(da[:, :2]) and np.allclose(da[:, 2], (inner - rho) / 3, rtol=1e-5)
    if not (right and np.isfinite(penalties.kl_sparsity(y, rho))):
        yield f"kl_sparsity, {np.dtype(dtype)}: gradients {da} of saturated units"
    if not np.allclose(mean_activation(y), [0, 1, inner]):
        yield f"mean_activation, {np.dtype(dtype)}: {mean_activation(y)}"


def wrong_priors(dtype: type) -> Iterator[str]:
    """Log-priors at codes of +-1e4 and 0."""
    z = np.array([[1e4, -1e4, 0, 1e-42]], dtype)
    expected = {penalties.laplace_log_prior: 4 * np.log(0.5) - 2e4, penalties.gaussian_log_prior: -2 * np.log(2 * np.pi) - 1e8,
                penalties.student_t_log_prior: -4 * np.log(np.pi) - 2 * np.log1p(1e8)}
    for function, exact in expected.items():
        found = function(z, 1.0)
        if not np.allclose(found, exact, rtol=1e-5):
            yield f"{function.__name__}, {np.dtype(dtype)}: {found} where {exact} is right"


def wrong_choices(dtype: type) -> Iterator[str]:
    """The nearest code: the first of equally near ones, and among codes up to 1e4 away, by exact arithmetic."""
    E = np.array([[0, 0], [1e4, 1e4], [1e4, -1e4], [0, 0], [-3, 4], [3, -4]], dtype)
    z = np.array([[0, 0], [1e4, 0], [9e3, -9e3], [1e-30, 1e-42], [-1e4, 1e4], [1e15, -1e15], [-3, 4]], dtype)
    distances = [[sum((Fraction(float(a)) - Fraction(float(b))) ** 2 for a, b in zip(row, code)) for code in E] for row in z]
    nearest = [row.index(min(row)) for row in distances]
    j = latents.nearest_code(z, E)
    if j.tolist() != nearest or not np.array_equal(latents.chosen_vectors(E, j), E[nearest]):
        yield f"nearest_code, {np.dtype(dtype)}: {j.tolist()} where {nearest} is right"


def wrong_averages(dtype: type) -> Iterator[str]:
    """Running averages of vectors of 1e4 and counts that have all but vanished."""
    N, M = np.array([1, 1e-30], dtype), np.array([[1e4, -1e4], [1e-26, 0]], dtype)
    counts, sums = latents.updated_averages(N, M, np.array([[1e4, 1e4]], dtype), np.array([0]), 0.5)
    if not np.allclose(counts, [1, 5e-31], rtol=1e-5, atol=0) or not np.allclose(sums, [[1e4, 0], [5e-27, 0]], rtol=1e-5, atol=0):
        yield f"updated_averages, {np.dtype(dtype)}: {counts}, {sums}"
    for smoothing, exact in ((0.0, [[1e4, -1e4], [1e4, 0]]), (1.0, [[1.5e4, -1.5e4], [3e-26, 0]])):
        if not np.allclose(latents.averaged_codebook(N, M, smoothing), exact, rtol=1e-5, atol=0):
            yield f"averaged_codebook, {np.dtype(dtype)}, smoothing {smoothing}: {latents.averaged_codebook(N, M, smoothing)}"
    n = latents.code_counts(np.array([2, 2, 2]), 4)
    if n.tolist() != [0, 0, 3, 0] or latents.perplexity(n) != 1 or latents.usage(n) != 0.25:
        yield f"code_counts, perplexity or usage of a codebook of which one code is used: {n}"


def wrong_cholesky(dtype: type) -> Iterator[str]:
    """A factor whose diagonal overflows or vanishes keeps its other entries, and its samples the finite coordinates."""
    logvar, lower = np.array([[1e3, 2.0], [-1e3, 1e3]], dtype), np.full((2, 2, 2), 1e4, dtype)
    with np.errstate(over="ignore"):
        std = np.exp(np.array([[1e3, 2.0], [-1e3, 1e3]]) / 2).astype(dtype)
    L = latents.cholesky_factor(logvar, lower)
    expected = np.array([[[std[0, 0], 0], [1e4, std[0, 1]]], [[std[1, 0], 0], [1e4, std[1, 1]]]], dtype)
    if not np.allclose(L, expected, rtol=1e-3, atol=1e-300):
        yield f"cholesky_factor, {np.dtype(dtype)}: {L}"
    still = np.zeros((2, 3, 2), dtype)
    gradients = latents.reparameterize_cholesky_backward(still, logvar, np.ones_like(still))
    if any(np.any(gradient) for gradient in gradients):
        yield f"reparameterize_cholesky_backward, {np.dtype(dtype)}: {gradients} for dz = 0"
    mild = np.array([[2.0, -80.0]], dtype)
    z = latents.reparameterize_cholesky(np.array([[1e4, -1e4]], dtype), mild, lower[:1], np.array([[[1, -1]]], dtype))
    if not np.allclose(z, [[[1e4 + np.e, 0]]], rtol=1e-6, atol=1e-10):
        yield f"reparameterize_cholesky, {np.dtype(dtype)}: {z}"


def wrong_patches(dtype: type) -> Iterator[str]:
    """Windows are copied to the bit, and added up again."""
    x = np.array(FAR, dtype).reshape(1, 1, 3, 3)
    C = layers.patches(x, 2)
    expected = np.zeros((3, 3))
    for i in range(2):
        for j in range(2):
            expected[i:i + 2, j:j + 2] += x[0, 0, i:i + 2, j:j + 2]
    if not np.array_equal(C[0], x[0, 0, :2, :2].ravel()) or not np.allclose(layers.overlapped(C, x.shape, 2)[0, 0], expected):
        yield f"patches and overlapped, {np.dtype(dtype)}"


Check = Callable[[type], Iterator[str]]
COMPOSED: dict[Check, tuple[str, ...]] = {      # with the functions that each tries
    wrong_polynomials: (
        "affine", "affine_backward", "masked_affine", "masked_affine_backward", "conv2d", "conv2d_backward", "conv2d_transpose",
        "conv2d_transpose_backward", "contraction", "contraction_backward", "row_step", "row_step_backward", "gram",
        "gram_backward", "row_length", "row_length_backward", "deep_contraction", "deep_contraction_backward",
        "deep_contraction_and_gradients", "covariance_kl", "covariance_kl_backward", "unit_noise", "unit_noise_backward",
        "straight_through", "straight_through_backward", "codebook_term", "codebook_term_backward", "commitment",
        "commitment_backward", "l1_decay", "l1_decay_backward", "l2_decay", "l2_decay_backward"),
    wrong_softmax: ("softmax", "softmax_nll", "softmax_nll_backward"),
    wrong_entropies: ("bernoulli_entropy", "mean_bernoulli_entropy"),
    wrong_continuous_means: ("continuous_bernoulli_mean",),
    wrong_sparsity: ("bernoulli_kl", "bernoulli_kl_backward", "kl_sparsity", "kl_sparsity_backward", "mean_activation"),
    wrong_priors: ("laplace_log_prior", "gaussian_log_prior", "student_t_log_prior"),
    wrong_choices: ("nearest_code", "chosen_vectors"),
    wrong_averages: ("updated_averages", "averaged_codebook", "code_counts", "perplexity", "usage"),
    wrong_cholesky: ("cholesky_factor", "reparameterize_cholesky", "reparameterize_cholesky_backward"),
    wrong_patches: ("patches", "overlapped"),
}
