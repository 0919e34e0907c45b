r"""Exercise 13, contractive_deep: the Jacobian of two layers, exactly.

    a = x @ W + b,    h = 1 / (1 + np.exp(-a)),    s = h * (1 - h)         (1)
    c = h @ V + d,    z = 1 / (1 + np.exp(-c)),    t = z * (1 - z)         (2)
    J[i] = diag(t_i) @ V.T @ diag(s_i) @ W.T                              (3)
    P = np.sum(J ** 2) / m                                                (4)

m examples, n inputs, p hidden units, k code units: x (m, n), W (n, p), V (p, k), a, h, s
(m, p), c, z, t (m, k), J (m, k, n). An encoder's contraction is not that of its last layer
alone. The penalty reaches W and V by three roads: through J itself, through the slopes, and -
for W - through the second layer's input.

`deep_backward(x, W, V, h, s, z, t, J)` goes back line by line. J (m, k, n) is given: with
np.einsum every line is one product; (3) reads J = einsum("ik,jk,ij,nj->ikn", t, V, s, W).

    Derivation   npae/penalties/deep_contraction.py, npae/penalties/jacobian_step.py
    Check        npae exercise check contractive_deep
"""

import numpy as np


def deep_backward(x, W, V, h, s, z, t, J):
    """Return the gradients of P in J, t, z, c, s, h, a, V and W."""
    # <solution dJ = None    # (4)>
    dJ = 2 * J / len(x)                                             # (4)
    # </solution>
    # <solution dt = None    # (3)>
    dt = np.einsum("ikn,jk,ij,nj->ik", dJ, V, s, W)                 # (3)
    # </solution>
    # <solution dz = None    # (2)>
    dz = dt * (1 - 2 * z)                                           # (2)
    # </solution>
    # <solution dc = None    # (2)>
    dc = dz * z * (1 - z)                                           # (2)
    # </solution>
    # <solution ds = None    # (3)>
    ds = np.einsum("ikn,ik,jk,nj->ij", dJ, t, V, W)                 # (3)
    # </solution>
    # <solution dh = None    # (1) and (2)>
    dh = ds * (1 - 2 * h) + dc @ V.T                                # (1) and (2): two paths
    # </solution>
    # <solution da = None    # (1)>
    da = dh * h * (1 - h)                                           # (1)
    # </solution>
    # <solution dV = None    # (2) and (3)>
    dV = h.T @ dc + np.einsum("ikn,ik,ij,nj->jk", dJ, t, s, W)      # (2) and (3): two paths
    # </solution>
    # <solution dW = None    # (1) and (3)>
    dW = x.T @ da + np.einsum("ikn,ik,jk,ij->nj", dJ, t, V, s)      # (1) and (3): two paths
    # </solution>
    return {"dJ": dJ, "dt": dt, "dz": dz, "dc": dc, "ds": ds, "dh": dh, "da": da,
            "dV": dV, "dW": dW}


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import layers
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception, Paths, Stages

FORWARD = Stages([
    ("a", layers.affine),
    ("h", lambda a: layers.sigmoid(a)),
    ("s", lambda h: h * (1 - h)),
    ("c", lambda h, V, d: layers.affine(h, V, d)),
    ("z", lambda c: layers.sigmoid(c)),
    ("t", lambda z: z * (1 - z)),
    ("J", lambda t, V, s, W: (t[:, :, None] * V.T) @ (s[:, :, None] * W.T)),
    ("P", lambda J: np.sum(J ** 2) / len(J)),
])


def split(x, W_layer, W_jacobian, V_layer, V_jacobian, b, d):
    h = layers.sigmoid(layers.affine(x, W_layer, b))
    z = layers.sigmoid(layers.affine(h, V_layer, d))
    J = ((z * (1 - z))[:, :, None] * V_jacobian.T) @ ((h * (1 - h))[:, :, None] * W_jacobian.T)
    return np.sum(J ** 2) / len(J)


def draw(rng):
    m, n, p = lengths(rng, 3)
    k = 2
    return {"x": signed(rng, m, n), "W": 0.4 * signed(rng, n, p), "b": 0.5 * signed(rng, p),
            "V": 0.7 * signed(rng, p, k), "d": 0.5 * signed(rng, k)}


def variant(factor=2, upper=1, lower=1, frozen=1, from_code=1):
    """upper, lower: the share of the Jacobian's own paths to V and W; frozen: of the slopes; from_code: of dc in dh."""
    def backward(x, W, V, h, s, z, t, J):
        dJ = factor * J / len(x)
        dt = frozen * np.einsum("ikn,jk,ij,nj->ik", dJ, V, s, W)
        dz = dt * (1 - 2 * z)
        dc = dz * z * (1 - z)
        ds = frozen * np.einsum("ikn,ik,jk,nj->ij", dJ, t, V, W)
        dh = ds * (1 - 2 * h) + from_code * dc @ V.T
        da = dh * h * (1 - h)
        dV = h.T @ dc + upper * np.einsum("ikn,ik,ij,nj->jk", dJ, t, s, W)
        dW = x.T @ da + lower * np.einsum("ikn,ik,jk,ij->nj", dJ, t, V, s)
        return dJ, dt, dz, dc, ds, dh, da, dV, dW
    return backward


def of_the_sum(x, W, V, h, s, z, t, J):
    """Of |J.T 1|^2, the sum over the code units before squaring."""
    return variant()(x, W, V, h, s, z, t, np.repeat(J.sum(axis=1, keepdims=True), J.shape[1], axis=1))


def by_matrices(x, W, V, h, s, z, t, J):
    """Batched matrix products in place of einsum."""
    dJ = J * (2 / len(x))
    upper, lower = t[:, :, None] * V.T, s[:, :, None] * W.T         # J = upper @ lower: (m, k, p) @ (m, p, n)
    dupper, dlower = dJ @ lower.swapaxes(1, 2), upper.swapaxes(1, 2) @ dJ
    dt, ds = np.sum(dupper * V.T, axis=2), np.sum(dlower * W.T, axis=2)
    dz = dt - 2 * dt * z
    dc = t * dz
    dh = dc @ V.T + ds - 2 * h * ds
    da = dh * s
    dV = np.sum(dupper * t[:, :, None], axis=0).T + h.T @ dc
    return dJ, dt, dz, dc, ds, dh, da, dV, np.sum(dlower * s[:, :, None], axis=0).T + x.T @ da


def by_quotients(x, W, V, h, s, z, t, J):
    """P is quadratic in each slope: its derivative is twice the slope's share of P, over the slope."""
    dJ = (J + J) / len(x)
    dt = 2 * np.sum(J ** 2, axis=2) / t / len(x)
    inner = np.einsum("ikn,nj->ikj", dJ, W)
    ds = np.einsum("ikj,ik,jk->ij", inner, t, V)
    dz, dh = dt * ((1 - z) - z), ds * ((1 - h) - h)
    dc = dz * t
    dh = dh + np.einsum("ik,jk->ij", dc, V)
    da = dh * s
    dV = np.einsum("ikj,ik,ij->jk", inner, t, s) + np.einsum("ij,ik->jk", h, dc)
    dW = np.einsum("ikn,ikj->nj", dJ, np.einsum("ik,jk,ij->ikj", t, V, s)) + np.einsum("in,ij->nj", x, da)
    return {"dJ": dJ, "dt": dt, "dz": dz, "dc": dc, "ds": ds, "dh": dh, "da": da, "dV": dV, "dW": dW}


EXERCISE = Exercise(
    number=13, name="contractive_deep", kind="write", title="the Jacobian of two layers", source=__file__,
    steps=(
        Gradients(
            deep_backward, FORWARD, draw,
            (Part("dJ", 1, "the gradient of the Jacobian"),
             Part("dt", 1, "the gradient of the upper slopes"),
             Part("dz", 1, "through z (1 - z)"),
             Part("dc", 1, "before the upper sigmoid"),
             Part("ds", 1, "the gradient of the lower slopes"),
             Part("dh", 2, "the hidden units: two paths"),
             Part("da", 1, "before the lower sigmoid"),
             Part("dV", 2, "the upper weights: two paths"),
             Part("dW", 2, "the lower weights: two paths")),
            (Misconception("M131", "the weights in the Jacobian are frozen at a copy", variant(upper=0, lower=0),
                           "V and W stand in (3) as well. Which of their paths are missing?"),
             Misconception("M132", "the slopes are treated as constants", variant(frozen=0),
                           "t and s depend on every weight below them. What do dt and ds carry on?"),
             Misconception("M133", "the upper layer's slopes do not reach the hidden units", variant(from_code=0),
                           "h goes into s and into (2). Which of the two paths is missing in dh?"),
             Misconception("M134", "half the gradient: the 2 of the square is missing", variant(factor=1),
                           "P is a sum of squares, without a 1/2. What is the derivative of J^2?"),
             Misconception("M135", "summed over the code units before squaring", of_the_sum,
                           "units of opposite sign would cancel. What does (4) square: entries of J, or their sum?")),
            {"dt": "jacobian_step (4)", "ds": "jacobian_step (4)", "dV": "affine (3)",
             "dW": "affine (3)", "dh": "affine (2)", "dc": "sigmoid (4)", "da": "sigmoid (4)"},
            paths=Paths(split, {"W": ("W_layer", "W_jacobian"), "V": ("V_layer", "V_jacobian")})),),
    hints=(
        "P is a sum of squares of J, divided by m. Nothing else in (4).",
        "An einsum is linear in each of its factors. The gradient of one factor is the einsum of dJ with all the others: "
        "write the letters of that factor behind the arrow.",
        "dz and dh from the slopes are as in the exercise contractive: times 1 - 2 z, times 1 - 2 h.",
        "h, V and W are used twice each. h: in s and in c. V and W: in their layers, as any affine weights, and in J."),
    alternatives=(
        Alternative("batched matrix products", {"deep_backward": by_matrices}),
        Alternative("quotients, and other groupings", {"deep_backward": by_quotients})),
)
