r"""Exercise 06, weight_decay: what large weights cost, and how it joins the gradient of the data.

    P2 = np.sum(W ** 2)                                 (1)
    P1 = np.sum(np.abs(W))                              (2)
    L  = np.sum((x @ W - t) ** 2) / m + lam * P2        (3)

W (n, h) weights, x (m, n) inputs, t (m, h) targets, lam a number. There is no 1/2 in (1), and
the penalties are not divided by m: they are a property of the weights, not of the examples.

First rung: `l2_decay_backward(W)`.       Second rung: `l1_decay_backward(W)`; some weights are
exactly 0, on the corner of (2), where any value from -1 to 1 is accepted.
Third rung: `regularized_backward(x, t, W, lam)`, the gradient of (3). W occurs twice.

    Derivation   npae/penalties/weight_decay.py, equations (2) and (5); npae/layers/affine.py, (3)
    Check        npae exercise check weight_decay
"""

import numpy as np


def l2_decay_backward(W):
    """Return dW (n, h), the gradient of (1)."""
    # <solution>
    return 2 * W
    # </solution>


def l1_decay_backward(W):
    """Return dW (n, h), the gradient of (2)."""
    # <solution>
    return np.sign(W)
    # </solution>


def regularized_backward(x, t, W, lam):
    """Return dW (n, h), the gradient of (3)."""
    # <solution>
    do = 2 * (x @ W - t) / len(x)
    return x.T @ do + lam * 2 * W                       # two paths
    # </solution>


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import losses, penalties
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception


def data_term(x, t, W, lam):
    return losses.squared_error(x @ W, t)


def decay_term(x, t, W, lam):
    return lam * penalties.l2_decay(W)


def regularized(x, t, W, lam):
    return data_term(x, t, W, lam) + decay_term(x, t, W, lam)


def draw_weights(rng):
    return {"W": signed(rng, *lengths(rng, 2))}


def draw_some_zero(rng):
    W = draw_weights(rng)["W"]
    W[0] = 0
    return {"W": W}


def draw(rng):
    m, n, h = lengths(rng, 3)
    return {"x": signed(rng, m, n), "t": signed(rng, m, h), "W": signed(rng, n, h), "lam": rng.uniform(0.2, 0.7)}


def from_data(x, t, W):
    return x.T @ (2 * (x @ W - t)) / len(x)


EXERCISE = Exercise(
    number=6, name="weight_decay", kind="write", title="what large weights cost", source=__file__,
    steps=(
        Gradients(
            l2_decay_backward, penalties.l2_decay, draw_weights,
            (Part("L2: dW", 1, "the gradient of the sum of squares, equation (2)"),),
            (Misconception("M061", "the gradient of half the sum of squares", lambda W: 1.0 * W,
                           "with 1/2 in front of (1) the 2 would cancel. Is there a 1/2?"),
             Misconception("M062", "the mean of the squares instead of their sum", lambda W: 2 * W / W.size,
                           "by how many entries does (1) divide?")),
            {"dW": "weight_decay (2)"}),
        Gradients(
            l1_decay_backward, penalties.l1_decay, draw_some_zero,
            (Part("L1: dW", 1, "the gradient of the sum of absolute values, equation (5)"),),
            (Misconception("M063", "the absolute value instead of its derivative", lambda W: np.abs(W),
                           "the slope of |W| does not grow with W. What does it depend on?"),
             Misconception("M064", "ones: the sign of the negative weights is lost", lambda W: np.ones_like(W),
                           "on which side of 0 does |W| fall?")),
            {"dW": "weight_decay (5)"}),
        Gradients(
            regularized_backward, regularized, draw,
            (Part("together: dW", 2, "the gradient of the loss with its penalty"),),
            (Misconception("M065", "the penalty is divided by the batch size like the data",
                           lambda x, t, W, lam: from_data(x, t, W) + lam * 2 * W / len(x),
                           "which terms of (3) are averages over examples?"),
             Misconception("M066", "the factor lam is left out", lambda x, t, W, lam: from_data(x, t, W) + 2 * W,
                           "with which weight does P2 stand in (3)?"),
             Misconception("M067", "lam times the penalty instead of its gradient",
                           lambda x, t, W, lam: from_data(x, t, W) + lam * W ** 2,
                           "what is added to a gradient: a value, or a derivative?")),
            terms={"data": data_term, "decay": decay_term})),
    hints=(
        "One weight at a time: what is the derivative of W_ij^2, and of |W_ij|, by W_ij?",
        "For (3), the derivative of a sum is the sum of the derivatives. The first is a squared error behind an affine "
        "map: do first, then dW from do, as in the exercises affine and squared_error.",
        "The second term's gradient is lam times your first rung. Nothing of it is divided by m."),
    alternatives=(
        Alternative("a sum twice, a quotient, the normal equations", {
            "l2_decay_backward": lambda W: W + W,
            "l1_decay_backward": lambda W: np.where(W > 0, 1.0, np.where(W < 0, -1.0, 0.0)),
            "regularized_backward": lambda x, t, W, lam: 2 * ((x.T @ x / len(x) + lam * np.eye(len(W))) @ W - x.T @ t / len(x))}),
        Alternative("decay as a factor on the weights", {
            "l2_decay_backward": lambda W: W / 0.5,
            "l1_decay_backward": lambda W: (W > 0) * 1.0 - (W < 0),
            "regularized_backward": lambda x, t, W, lam: (2 * lam) * W - 2 / len(x) * np.einsum(
                "ij,ik->jk", x, t - x @ W)})),
)
