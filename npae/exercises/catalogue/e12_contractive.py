r"""Exercise 12, contractive: the squared norm of a Jacobian, differentiated - one layer.

    a = x @ W + b                                       (1)
    h = 1 / (1 + np.exp(-a))                            (2)
    s = h * (1 - h)                                     (3)
    P = np.sum(s ** 2 * np.sum(W ** 2, axis=0)) / m     (4)

m examples, n inputs, k code units: x (m, n), W (n, k), b (k,), a, h, s (m, k). Example i has the
Jacobian dh/dx = diag(s_i) W.T, and (4) is the mean of its squared Frobenius norm.

`contractive_backward(x, W, b, h, s)` goes back line by line. W stands in (1) and in (4), and
both count: that is what published code has got wrong. Every line is checked by itself.

    Derivation   npae/penalties/contraction.py, equations (3) and (4); npae/layers/sigmoid.py (3)
    Check        npae exercise check contractive
"""

import numpy as np


def contractive_backward(x, W, b, h, s):
    """Return the gradients of P in s, h, a, b and W."""
    # <solution ds = None    # (4)>
    ds = 2 * s * np.sum(W ** 2, axis=0) / len(x)        # (4)
    # </solution>
    # <solution dh = None    # (3)>
    dh = ds * (1 - 2 * h)                               # (3)
    # </solution>
    # <solution da = None    # (2)>
    da = dh * h * (1 - h)                               # (2)
    # </solution>
    # <solution db = None    # (1)>
    db = da.sum(axis=0)                                 # (1)
    # </solution>
    # <solution dW = None    # (1) and (4)>
    dW = x.T @ da + 2 * W * np.sum(s ** 2, axis=0) / len(x)    # (1) and (4): two paths
    # </solution>
    return {"ds": ds, "dh": dh, "da": da, "db": db, "dW": dW}


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import layers, penalties
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception, Paths, Stages

FORWARD = Stages([
    ("a", layers.affine),
    ("h", lambda a: layers.sigmoid(a)),
    ("s", lambda h: h * (1 - h)),
    ("P", lambda s, W: penalties.contraction(s, W)),
])


def untied(x, W_slopes, W_norm, b):
    h = layers.sigmoid(layers.affine(x, W_slopes, b))
    return penalties.contraction(h * (1 - h), W_norm)


def draw(rng):
    m, n, k = lengths(rng, 3)
    return {"x": signed(rng, m, n), "W": 0.4 * signed(rng, n, k), "b": 0.5 * signed(rng, k)}


def variant(slopes=1, norm=1, factor=2, second=lambda h: 1 - 2 * h):
    def backward(x, W, b, h, s):
        ds = factor * s * np.sum(W ** 2, axis=0) / len(x)
        dh = ds * second(h)
        da = dh * h * (1 - h)
        dW = slopes * (x.T @ da) + norm * factor * W * np.sum(s ** 2, axis=0) / len(x)
        return ds, dh, da, da.sum(axis=0), dW
    return backward


def through_jacobians(x, W, b, h, s):
    """With the Jacobians J (m, k, n) written out."""
    J = s[:, :, None] * W.T
    dJ = 2 * J / len(x)
    ds = np.sum(dJ * W.T, axis=2)
    dh = ds - ds * h - h * ds
    da = dh * s
    return ds, dh, da, np.ones(len(x)) @ da, np.einsum("in,ik->nk", x, da) + np.einsum("ikn,ik->nk", dJ, s)


def unit_by_unit(x, W, b, h, s):
    ds, direct = np.zeros_like(s), np.zeros_like(W)
    for j in range(W.shape[1]):
        column = W[:, j]
        ds[:, j] = s[:, j] * (column @ column)
        direct[:, j] = (s[:, j] @ s[:, j]) * column
    ds, direct = ds / (len(x) / 2), direct / (len(x) / 2)
    dh = ds * ((1 - h) - h)
    da = s * dh
    return ds, dh, da, da.T.sum(axis=1), (da.T @ x).T + direct


EXERCISE = Exercise(
    number=12, name="contractive", kind="write", title="the norm of a Jacobian, one layer", source=__file__,
    steps=(
        Gradients(
            contractive_backward, FORWARD, draw,
            (Part("ds", 1, "the gradient of the slopes, equation (3)"),
             Part("dh", 1, "through h (1 - h)"),
             Part("da", 1, "before the sigmoid"),
             Part("db", 1, "the gradient of the bias"),
             Part("dW", 2, "the gradient of the weights: two paths")),
            (Misconception("M121", "the weights in the norm are frozen at a copy", variant(norm=0),
                           "W stands in (1) and in (4). Which of the two has no gradient here?"),
             Misconception("M122", "the slopes are treated as constants in dW", variant(slopes=0),
                           "s depends on a, and a on W. What does that path contribute?"),
             Misconception("M123", "half the gradient: the 2 of both squares is missing", variant(factor=1),
                           "P is a sum of squares, without a 1/2. What is the derivative of s^2?"),
             Misconception("M124", "1 - h where the slope of h (1 - h) belongs", variant(second=lambda h: 1 - h),
                           "h (1 - h) = h - h^2. What is its derivative by h?")),
            {"ds": "contraction (3)", "dh": "sigmoid (3)", "da": "sigmoid (4)", "db": "affine (4)", "dW": "contraction (4)"},
            paths=Paths(untied, {"W": ("W_slopes", "W_norm")})),),
    hints=(
        "(4) is a weighted sum of squares of s. Its derivative by s_ij involves s_ij and the squared length of column j.",
        "h (1 - h) = h - h^2, so the second step multiplies by 1 - 2 h. The third is the sigmoid's slope, once more.",
        "dW has two parts: through (1), as behind any affine layer, with da; and through (4), where s is held fixed.",
        "For the part through (4), write P = sum_j c_j sum_n W_nj^2 / m with c_j = sum_i s_ij^2."),
    alternatives=(
        Alternative("with the Jacobians written out", {"contractive_backward": through_jacobians}),
        Alternative("one unit at a time", {"contractive_backward": unit_by_unit})),
)
