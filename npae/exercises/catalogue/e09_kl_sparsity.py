r"""Exercise 09, kl_sparsity: a penalty on what a unit does on average.

    r = np.sum(y, axis=0) / m                           (1)
    P = np.sum(rho * np.log(rho / r) + (1 - rho) * np.log((1 - rho) / (1 - r)))    (2)

outputs y (m, k) of sigmoid units, means r (k,), target rho in (0, 1), P a number. The mean is
taken first, the divergence afterwards: P is not divided by m.
The examples of a batch depend on each other through r.

First rung: `bernoulli_kl_backward(r, rho)`, the gradient of (2) in r.
Second rung: `kl_sparsity_backward(y, rho)`, through the mean (1) to every output.
Third rung: `through_sigmoid(a, rho)`, the gradient in the inputs a of the units, y = sigmoid(a).

    Derivation   npae/penalties/kl_sparsity.py, equations (3) and (4)
    Check        npae exercise check kl_sparsity
"""

import numpy as np


def bernoulli_kl_backward(r, rho):
    """Return dr (k,), the gradient of (2)."""
    # <solution>
    return (r - rho) / (r * (1 - r))                    # (3)
    # </solution>


def kl_sparsity_backward(y, rho):
    """Return dy (m, k), the gradient of P in the outputs."""
    # <solution>
    r = y.mean(axis=0)
    dr = (r - rho) / (r * (1 - r))                      # (3)
    return np.ones_like(y) * dr / len(y)                # (4)
    # </solution>


def through_sigmoid(a, rho):
    """Return da (m, k), the gradient of P in the inputs of the units."""
    # <solution>
    y = 1 / (1 + np.exp(-a))
    return kl_sparsity_backward(y, rho) * y * (1 - y)
    # </solution>


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import layers, penalties
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception


def draw_means(rng):
    return {"r": rng.uniform(0.1, 0.9, lengths(rng, 1)), "rho": rng.uniform(0.1, 0.4)}


def draw_outputs(rng):
    return {"y": rng.uniform(0.1, 0.9, lengths(rng, 2)), "rho": rng.uniform(0.1, 0.4)}


def draw_inputs(rng):
    return {"a": signed(rng, *lengths(rng, 2)), "rho": rng.uniform(0.1, 0.4)}


def of_sigmoid(a, rho):
    return penalties.kl_sparsity(layers.sigmoid(a), rho)


def slope(r, rho):
    return (r - rho) / (r * (1 - r))


def spread(dr, y):
    return np.broadcast_to(dr, y.shape).copy()


EXERCISE = Exercise(
    number=9, name="kl_sparsity", kind="write", title="a penalty on batch means", source=__file__,
    steps=(
        Gradients(
            bernoulli_kl_backward, penalties.bernoulli_kl, draw_means,
            (Part("divergence: dr", 1, "the gradient in the means, equation (3)"),),
            (Misconception("M091", "the divergence the other way round, of r from rho, is differentiated",
                           lambda r, rho: np.log(r * (1 - rho) / ((1 - r) * rho)),
                           "in (2), is the logarithm weighted by rho or by r?"),
             Misconception("M092", "the inner derivative of 1 - r is left out",
                           lambda r, rho: -rho / r - (1 - rho) / (1 - r),
                           "what is the derivative of -log(1 - r) by r, sign included?")),
            {"dr": "kl_sparsity (3)"}),
        Gradients(
            kl_sparsity_backward, penalties.kl_sparsity, draw_outputs,
            (Part("batch mean: dy", 2, "through the mean to every output, equation (4)"),),
            (Misconception("M093", "the divergence of every single output, not of the batch mean",
                           lambda y, rho: slope(y, rho) / len(y),
                           "P knows y only through r. Can two examples of one unit have different gradients?"),
             Misconception("M094", "the 1/m of the mean is missing",
                           lambda y, rho: spread(slope(y.mean(axis=0), rho), y),
                           "how much does r_j move when one y_ij moves a little?"),
             Misconception("M095", "divided by m twice, as if P were a mean over examples",
                           lambda y, rho: spread(slope(y.mean(axis=0), rho), y) / len(y) ** 2,
                           "where in (1) and (2) does a 1/m stand, and how often?")),
            {"dy": "kl_sparsity (4)"}),
        Gradients(
            through_sigmoid, of_sigmoid, draw_inputs,
            (Part("sigmoid units: da", 1, "through the sigmoid to the units' inputs"),),
            (Misconception("M096", "the slope of the sigmoid is missing",
                           lambda a, rho: spread(slope(layers.sigmoid(a).mean(axis=0), rho), a) / len(a),
                           "this is dy. What turns it into da?"),
             Misconception("M097", "the slope of the sigmoid is taken at the mean",
                           lambda a, rho: spread((layers.sigmoid(a).mean(axis=0) - rho) / len(a), a),
                           "r (1 - r) and y (1 - y) do not cancel. Which of them belongs to which step?")),
            {"da": "sigmoid (4)"})),
    hints=(
        "For (2), one unit at a time: rho log(rho/r) = rho log(rho) - rho log(r). Differentiate both logarithms by r.",
        "r_j is a mean over the examples: each of its m outputs moves it by 1/m. So every example of a unit has the same "
        "gradient.",
        "The answer of the second rung has the shape (m, k) and equal rows: dr, divided by m, in each of them.",
        "The third rung is the second times the sigmoid's slope, entry by entry, with y and not r in the slope."),
    alternatives=(
        Alternative("two fractions", {
            "bernoulli_kl_backward": lambda r, rho: (1 - rho) / (1 - r) - rho / r,
            "kl_sparsity_backward": lambda y, rho: np.outer(np.full(len(y), 1 / len(y)), (1 - rho) / (1 - y.mean(axis=0))
                                                            - rho / y.mean(axis=0)),
            "through_sigmoid": lambda a, rho: (np.full((len(a), 1), 1 / len(a)) * slope(layers.sigmoid(a).mean(axis=0), rho)
                                               / (2 + np.exp(a) + np.exp(-a)))}),
        Alternative("in sums instead of means", {
            "bernoulli_kl_backward": lambda r, rho: (r - rho) / r + (r - rho) / (1 - r),
            "kl_sparsity_backward": lambda y, rho: (y * 0 + y.sum(axis=0) - len(y) * rho) / (
                y.sum(axis=0) * (1 - y).sum(axis=0)),
            "through_sigmoid": lambda a, rho: (layers.sigmoid(a).sum(axis=0) - len(a) * rho) / (
                layers.sigmoid(a).sum(axis=0) * layers.sigmoid(-a).sum(axis=0)) * layers.sigmoid(a) * layers.sigmoid(-a)})),
)
