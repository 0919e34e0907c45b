r"""Exercise 15, reparameterization: a random sample as a smooth function.

    std = standard deviation of a Gaussian whose log-variance is logvar       (1)
    z = mu + std * eps                                                       (2)

mu, logvar (m, 1, k), eps ~ N(0, 1) and z (m, S, k): S samples for each of m examples.

First: `reparameterize(mu, logvar, eps)`, the forward pass; (1) is for you to fill in. No
gradient check can see a mistake there, only the moments of the samples can.
Second rung: `single_sample_backward(dz, logvar, eps)` for S = 1, where all shapes are equal.
Third rung: `reparameterize_backward(dz, logvar, eps)` for any S: dmu and dlogvar have the shape
(m, 1, k) of mu and logvar.

    Derivation   npae/latents/reparameterization.py, equations (1) to (4)
    Check        npae exercise check reparameterization
"""

import numpy as np


def reparameterize(mu, logvar, eps):
    """Return z (m, S, k) for mu, logvar (m, 1, k) and eps (m, S, k)."""
    # <solution>
    std = np.exp(0.5 * logvar)                          # (1)
    return mu + std * eps                               # (2)
    # </solution>


def single_sample_backward(dz, logvar, eps):
    """Return dmu and dlogvar for dz, all (m, 1, k)."""
    # <solution dmu = None>
    dmu = dz.copy()                                     # (3)
    # </solution>
    # <solution dlogvar = None>
    dlogvar = dz * eps * np.exp(0.5 * logvar) / 2       # (4)
    # </solution>
    return dmu, dlogvar


def reparameterize_backward(dz, logvar, eps):
    """Return dmu and dlogvar (m, 1, k) for dz (m, S, k)."""
    # <solution dmu = None>
    dmu = dz.sum(axis=1, keepdims=True)                 # (3)
    # </solution>
    # <solution dlogvar = None>
    dlogvar = np.sum(dz * eps * np.exp(0.5 * logvar) / 2, axis=1, keepdims=True)     # (4)
    # </solution>
    return dmu, dlogvar


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import latents
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.exercises.values import Values
from npae.gradcheck import Misconception


def draw_single(rng):
    m, k = lengths(rng, 2)
    return {name: signed(rng, m, 1, k) for name in ("mu", "logvar", "eps")}


def draw(rng):
    m, S, k = lengths(rng, 3)
    return {"mu": signed(rng, m, 1, k), "logvar": signed(rng, m, 1, k), "eps": signed(rng, m, S, k)}


def collected(dz, logvar, eps, std=lambda logvar: np.exp(0.5 * logvar), factor=0.5, collect=np.sum):
    return collect(dz, axis=1, keepdims=True), collect(dz * eps * std(logvar) * factor, axis=1, keepdims=True)


EXERCISE = Exercise(
    number=15, name="reparameterization", kind="write", title="a sample as a smooth function", source=__file__,
    steps=(
        Values(
            reparameterize, latents.reparameterize, draw,
            (Part("forward: z", 1, "the samples, equations (1) and (2)"),),
            (Misconception("M151", "the variance is used as the standard deviation",
                           lambda mu, logvar, eps: mu + np.exp(logvar) * eps,
                           "exp(logvar) is the variance. What does (2) multiply eps by?"),
             Misconception("M152", "the log-variance itself is used as the standard deviation",
                           lambda mu, logvar, eps: mu + logvar * eps,
                           "logvar may be negative. Which function of it never is?")),
            {"z": "reparameterization (1)"}),
        Gradients(
            single_sample_backward, latents.reparameterize, draw_single,
            (Part("one sample: dmu", 1, "the gradient of the mean, equation (3)"),
             Part("one sample: dlogvar", 1, "the gradient of the log-variance, equation (4)")),
            (Misconception("M153", "the 1/2 in the exponent is left out of dlogvar",
                           lambda dz, logvar, eps: (dz.copy(), dz * eps * np.exp(0.5 * logvar)),
                           "std = exp(logvar / 2). What is its derivative by logvar?"),
             Misconception("M154", "the noise is left out of dlogvar",
                           lambda dz, logvar, eps: (dz.copy(), dz * np.exp(0.5 * logvar) / 2),
                           "by how much does z move when std moves a little?"),
             Misconception("M155", "dlogvar is the gradient of the standard deviation",
                           lambda dz, logvar, eps: (dz.copy(), dz * eps),
                           "dz * eps belongs to std. How does std depend on logvar?")),
            {"dmu": "reparameterization (3)", "dlogvar": "reparameterization (4)"}),
        Gradients(
            reparameterize_backward, latents.reparameterize, draw,
            (Part("many samples: dmu", 1, "the gradient of the mean, collected over samples"),
             Part("many samples: dlogvar", 1, "the gradient of the log-variance, collected over samples")),
            (Misconception("M156", "the samples are averaged instead of summed",
                           lambda dz, logvar, eps: collected(dz, logvar, eps, collect=np.mean),
                           "mu_ij moves all S samples. The 1/S, if there is one, is where?"),
             Misconception("M157", "the variance stands where the standard deviation belongs",
                           lambda dz, logvar, eps: collected(dz, logvar, eps, std=np.exp),
                           "is exp(logvar) the variance or the standard deviation?"),
             Misconception("M158", "the 1/2 in the exponent is left out of dlogvar",
                           lambda dz, logvar, eps: collected(dz, logvar, eps, factor=1),
                           "std = exp(logvar / 2). What is its derivative by logvar?")),
            {"dmu": "reparameterization (3)", "dlogvar": "reparameterization (4)"})),
    hints=(
        "logvar = log(std^2) = 2 log(std). Solve for std.",
        "std is an exponential of logvar/2, so its derivative by logvar is half of itself.",
        "With several samples, one mu_ij and one logvar_ij are broadcast to all S of them. What is broadcast in the "
        "forward pass is summed in the backward pass.",
        "keepdims=True keeps the axis of length 1. And a gradient must not be the very array dz: return a copy."),
    alternatives=(
        Alternative("square roots, and index notation", {
            "reparameterize": lambda mu, logvar, eps: mu + np.sqrt(np.exp(logvar)) * eps,
            "single_sample_backward": lambda dz, logvar, eps: (1 * dz, 0.5 * np.sqrt(np.exp(logvar)) * eps * dz),
            "reparameterize_backward": lambda dz, logvar, eps: (
                np.einsum("isk->ik", dz)[:, None], np.einsum("isk,isk->ik", dz, eps)[:, None] * np.exp(logvar / 2) / 2)}),
        Alternative("through the samples' deviation from their mean", {
            "reparameterize": lambda mu, logvar, eps: mu + eps / np.exp(-logvar / 2),
            "single_sample_backward": lambda dz, logvar, eps: (
                dz + 0, dz * (latents.reparameterize(0 * logvar, logvar, eps) / 2)),
            "reparameterize_backward": lambda dz, logvar, eps: (
                np.sum(dz, 1)[:, None, :], np.sum(dz * latents.reparameterize(0 * logvar, logvar, eps), 1)[:, None, :] / 2)})),
)
