r"""Exercise 14, gaussian_kl: the price of a posterior.

    l = 0.5 * (prior_logvar - logvar - 1
               + (np.exp(logvar) + (mu - prior_mean) ** 2) / np.exp(prior_logvar))    (1)
    P = np.sum(l) / m                                   (2)

mu, logvar (m, k): the network returns the log of the variance, so that any number is allowed.
prior_mean, prior_logvar (k,); P in nats per example, summed over the k latent units.

First rung: `unit_prior_backward(mu, logvar)`, for the prior N(0, I): prior_mean and
prior_logvar are 0.
Second rung: `gaussian_kl_backward(mu, logvar, prior_mean, prior_logvar)`.

    Derivation   npae/penalties/gaussian_kl.py, equations (5) and (6)
    Check        npae exercise check gaussian_kl
"""

import numpy as np


def unit_prior_backward(mu, logvar):
    """Return dmu and dlogvar (m, k) for the prior N(0, I)."""
    # <solution dmu = None>
    dmu = mu / len(mu)                                  # (5)
    # </solution>
    # <solution dlogvar = None>
    dlogvar = 0.5 * (np.exp(logvar) - 1) / len(mu)      # (6)
    # </solution>
    return dmu, dlogvar


def gaussian_kl_backward(mu, logvar, prior_mean, prior_logvar):
    """Return dmu and dlogvar (m, k) for the prior N(prior_mean, diag exp(prior_logvar))."""
    # <solution dmu = None>
    dmu = (mu - prior_mean) / np.exp(prior_logvar) / len(mu)            # (5)
    # </solution>
    # <solution dlogvar = None>
    dlogvar = 0.5 * (np.exp(logvar - prior_logvar) - 1) / len(mu)       # (6)
    # </solution>
    return dmu, dlogvar


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import penalties
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception


def unit_prior(mu, logvar):
    return penalties.gaussian_kl(mu, logvar)


def draw_unit(rng):
    m, k = lengths(rng, 2)
    return {"mu": signed(rng, m, k), "logvar": signed(rng, m, k)}


def draw(rng):
    inputs = draw_unit(rng)
    k = inputs["mu"].shape[1]
    return {**inputs, "prior_mean": 3 * signed(rng, k), "prior_logvar": signed(rng, k)}


EXERCISE = Exercise(
    number=14, name="gaussian_kl", kind="write", title="the price of a posterior", source=__file__,
    steps=(
        Gradients(
            unit_prior_backward, unit_prior, draw_unit,
            (Part("N(0, I): dmu", 1, "the gradient of the mean"),
             Part("N(0, I): dlogvar", 1, "the gradient of the log-variance")),
            (Misconception("M141", "the sign of the whole divergence is turned",
                           lambda mu, logvar: (-mu / len(mu), -0.5 * (np.exp(logvar) - 1) / len(mu)),
                           "the divergence is smallest where q is the prior. Which way does a descent step move mu?"),
             Misconception("M142", "logvar is taken for the logarithm of the standard deviation",
                           lambda mu, logvar: (mu / len(mu), (np.exp(2 * logvar) - 1) / len(mu)),
                           "is exp(logvar) the variance or the standard deviation?"),
             Misconception("M143", "the mean is taken over the latent units too",
                           lambda mu, logvar: (mu / mu.size, 0.5 * (np.exp(logvar) - 1) / mu.size),
                           "beside a reconstruction that is summed over features, that is beta = 1/k. What does (2) say?"),
             Misconception("M144", "the 1/2 in front of the log-variance is missing",
                           lambda mu, logvar: (mu / len(mu), (np.exp(logvar) - 1) / len(mu)),
                           "the 1/2 of (1) cancels in dmu, against the 2 of the square. Does it cancel in dlogvar?")),
            {"dmu": "gaussian_kl (5)", "dlogvar": "gaussian_kl (6)"}),
        Gradients(
            gaussian_kl_backward, penalties.gaussian_kl, draw,
            (Part("any prior: dmu", 1, "the gradient of the mean, equation (5)"),
             Part("any prior: dlogvar", 1, "the gradient of the log-variance, equation (6)")),
            (Misconception("M145", "the prior's variance is left out of dmu",
                           lambda mu, logvar, prior_mean, prior_logvar: (
                               (mu - prior_mean) / len(mu), 0.5 * (np.exp(logvar - prior_logvar) - 1) / len(mu)),
                           "a distance from the prior's mean counts in units of what?"),
             Misconception("M146", "the prior's variance multiplies instead of dividing",
                           lambda mu, logvar, prior_mean, prior_logvar: (
                               (mu - prior_mean) * np.exp(prior_logvar) / len(mu),
                               0.5 * (np.exp(logvar + prior_logvar) - 1) / len(mu)),
                           "a wide prior is lenient. What does that do to the pull?"),
             Misconception("M147", "the prior's mean is taken to be 0",
                           lambda mu, logvar, prior_mean, prior_logvar: (
                               mu / np.exp(prior_logvar) / len(mu), 0.5 * (np.exp(logvar - prior_logvar) - 1) / len(mu)),
                           "at which mu does the pull on the mean vanish?")),
            {"dmu": "gaussian_kl (5)", "dlogvar": "gaussian_kl (6)"})),
    hints=(
        "One entry at a time: (1) for N(0, I) is 0.5 (-logvar + exp(logvar) + mu^2 - 1).",
        "The derivative of exp(logvar) by logvar is exp(logvar) itself: parametrizing by the log leaves a factor.",
        "Both gradients must vanish where q is the prior: at mu = prior_mean, logvar = prior_logvar.",
        "Everything is divided by m, and nothing by k."),
    alternatives=(
        Alternative("through variances", {
            "unit_prior_backward": lambda mu, logvar: (mu * np.full((len(mu), 1), 1 / len(mu)), np.expm1(logvar) / (2 * len(mu))),
            "gaussian_kl_backward": lambda mu, logvar, prior_mean, prior_logvar: (
                np.exp(-prior_logvar) * (mu - prior_mean) / len(mu), np.expm1(logvar - prior_logvar) / (2 * len(mu)))}),
        Alternative("through standard deviations", {
            "unit_prior_backward": lambda mu, logvar: (
                (mu + mu) / (2 * len(mu)), (np.exp(logvar / 2) - np.exp(-logvar / 2)) * np.exp(logvar / 2) / 2 / len(mu)),
            "gaussian_kl_backward": lambda mu, logvar, prior_mean, prior_logvar: (
                (mu / np.exp(prior_logvar / 2) - prior_mean / np.exp(prior_logvar / 2)) / np.exp(prior_logvar / 2) / len(mu),
                (np.exp(logvar) - np.exp(prior_logvar)) / np.exp(prior_logvar) / len(mu) / 2)})),
)
