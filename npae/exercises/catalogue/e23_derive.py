r"""Exercise 23, derive: six right-hand sides, one line each.

Each function below is the right-hand side of a numbered equation of the package. Derive it on
paper, then write one line. It is compared with a number that nobody derived: the numerical
derivative of the forward function, at random points.

    softplus       y = log(1 + exp(a))                           dy/da, from y alone      (2)
    tanh           y = tanh(a)                                   d2y/da2, from y alone    (3)
    kl_sparsity    P = sum rho log(rho/r) + (1 - rho) log((1 - rho)/(1 - r))   dP/dr      (3)
    gaussian_kl    l = 1/2 (exp(logvar) + mu^2 - logvar - 1)     dl/dlogvar               (6)
    gaussian_nll   l = 1/2 ((mu - x)^2 exp(-logvar) + logvar)    dl/dlogvar               (4)
    contraction    P = sum_ij s_ij^2 sum_k W_kj^2                dP/dW, s held fixed      (4)

    Derivation   the module of each name in npae/layers, npae/losses, npae/penalties
    Check        npae exercise check derive
"""

import numpy as np


def softplus_slope(y):
    """Return dy/da as a function of the output y."""
    # <solution>
    return 1 - np.exp(-y)
    # </solution>


def tanh_curvature(y):
    """Return d2y/da2 as a function of the output y."""
    # <solution>
    return -2 * y * (1 - y ** 2)
    # </solution>


def kl_slope(r, rho):
    """Return dP/dr (k,)."""
    # <solution>
    return (r - rho) / (r * (1 - r))
    # </solution>


def divergence_slope(logvar):
    """Return dl/dlogvar, of the shape of logvar."""
    # <solution>
    return 0.5 * (np.exp(logvar) - 1)
    # </solution>


def likelihood_slope(mu, x, logvar):
    """Return dl/dlogvar, of the shape of logvar."""
    # <solution>
    return 0.5 * (1 - (mu - x) ** 2 * np.exp(-logvar))
    # </solution>


def contraction_slope(s, W):
    """Return dP/dW (n, h) for the slopes s (m, h) and the weights W (n, h)."""
    # <solution>
    return 2 * W * np.sum(s ** 2, axis=0)
    # </solution>


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import layers, losses, penalties
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.values import Values
from npae.gradcheck import Misconception, complex_step


def twin_of_softplus(y):
    return complex_step(layers.softplus, np.log(np.expm1(y))).value


def twin_of_tanh(y):
    return complex_step(lambda a: layers.tanh_derivative(layers.tanh(a)), np.arctanh(y)).value


def twin_of_kl(r, rho):
    return complex_step(lambda r: penalties.bernoulli_kl(r, rho), r).value


def twin_of_divergence(logvar):
    return complex_step(lambda logvar: penalties.gaussian_kl_entries(np.zeros_like(logvar), logvar), logvar).value


def twin_of_likelihood(mu, x, logvar):
    return complex_step(lambda logvar: losses.gaussian_nll_entries(mu, x, logvar), logvar).value


def twin_of_contraction(s, W):
    return complex_step(lambda W: penalties.contraction(s, W, 1.0), W).value


def draw_positive(rng):
    return {"y": rng.uniform(0.2, 3, lengths(rng, 2))}


def draw_bounded(rng):
    return {"y": rng.uniform(-0.9, 0.9, lengths(rng, 2))}


def draw_means(rng):
    return {"r": rng.uniform(0.1, 0.9, lengths(rng, 1)), "rho": rng.uniform(0.1, 0.4)}


def draw_logvar(rng):
    return {"logvar": signed(rng, *lengths(rng, 2))}


def draw_located(rng):
    m, n = lengths(rng, 2)
    return {name: signed(rng, m, n) for name in ("mu", "x", "logvar")}


def draw_slopes(rng):
    m, n, h = lengths(rng, 3)
    return {"s": signed(rng, m, h), "W": signed(rng, n, h)}


EXERCISE = Exercise(
    number=23, name="derive", kind="derive", title="six right-hand sides, one line each", source=__file__,
    steps=(
        Values(softplus_slope, twin_of_softplus, draw_positive, (Part("softplus", 1, "dy/da from y"),), (
            Misconception("M231", "the slope of a sigmoid, not of the softplus", lambda y: y * (1 - y),
                          "y (1 - y) is negative where y > 1. Does the softplus fall there?"),
            Misconception("M232", "the sigmoid of y instead of the sigmoid of a", lambda y: 1 / (1 + np.exp(-y)),
                          "dy/da is the sigmoid of a. What is exp(-a), or exp(a), in terms of y?")),
            {"softplus": "softplus (2)"}),
        Values(tanh_curvature, twin_of_tanh, draw_bounded, (Part("tanh", 1, "d2y/da2 from y"),), (
            Misconception("M233", "1 - y^2 is differentiated by y, not by a", lambda y: -2 * y,
                          "the derivative by a is the derivative by y times what?"),),
            {"tanh": "tanh (3)"}),
        Values(kl_slope, twin_of_kl, draw_means, (Part("kl_sparsity", 1, "dP/dr"),), (
            Misconception("M234", "the sign is turned: rho - r", lambda r, rho: (rho - r) / (r * (1 - r)),
                          "a unit that is too active, r > rho: does P grow or fall with r?"),),
            {"kl_sparsity": "kl_sparsity (3)"}),
        Values(divergence_slope, twin_of_divergence, draw_logvar, (Part("gaussian_kl", 1, "dl/dlogvar"),), (
            Misconception("M235", "the derivative by the variance instead of its logarithm",
                          lambda logvar: 0.5 * (1 - np.exp(-logvar)), "how much does exp(logvar) move when logvar does?"),),
            {"gaussian_kl": "gaussian_kl (6)"}),
        Values(likelihood_slope, twin_of_likelihood, draw_located, (Part("gaussian_nll", 1, "dl/dlogvar"),), (
            Misconception("M236", "the inner derivative of exp(-logvar) is left out",
                          lambda mu, x, logvar: 0.5 * (1 + (mu - x) ** 2 * np.exp(-logvar)),
                          "a larger variance makes a large error cheaper. Which sign has that term?"),),
            {"gaussian_nll": "gaussian_nll (4)"}),
        Values(contraction_slope, twin_of_contraction, draw_slopes, (Part("contraction", 1, "dP/dW"),), (
            Misconception("M237", "the slopes are summed before they are squared",
                          lambda s, W: 2 * W * np.sum(s, axis=0) ** 2, "is the sum of squares the square of the sum?"),),
            {"contraction": "contraction (4)"})),
    hints=(
        "softplus: y = log(1 + exp(a)), so exp(y) = 1 + exp(a). dy/da = exp(a)/(1 + exp(a)); write both with exp(y).",
        "tanh: dy/da = 1 - y^2. Differentiate once more by a; the chain rule brings dy/da again.",
        "The two Gaussian ones: logvar occurs in an exponential and alone. The derivative of exp(-logvar) is -exp(-logvar).",
        "contraction: for fixed s it is a weighted sum of the squares of W; the weight of column j is the sum of s_ij^2."),
    alternatives=(
        Alternative("other forms", {
            "softplus_slope": lambda y: -np.expm1(-y),
            "tanh_curvature": lambda y: 2 * y ** 3 - 2 * y,
            "kl_slope": lambda r, rho: (1 - rho) / (1 - r) - rho / r,
            "divergence_slope": lambda logvar: np.expm1(logvar) / 2,
            "likelihood_slope": lambda mu, x, logvar: (np.exp(logvar) - (x - mu) ** 2) / (2 * np.exp(logvar)),
            "contraction_slope": lambda s, W: W @ np.diag(2 * np.einsum("ij,ij->j", s, s))}),
        Alternative("hyperbolic", {
            "softplus_slope": lambda y: np.exp(-y / 2) * 2 * np.sinh(y / 2),
            "tanh_curvature": lambda y: (y * y - 1) * (y + y),
            "kl_slope": lambda r, rho: (r - rho) / r + (r - rho) / (1 - r),
            "divergence_slope": lambda logvar: np.exp(logvar / 2) * np.sinh(logvar / 2),
            "likelihood_slope": lambda mu, x, logvar: 0.5 - ((mu - x) / np.exp(logvar / 2)) ** 2 / 2,
            "contraction_slope": lambda s, W: W * (2 * s * s).sum(axis=0)})),
)
