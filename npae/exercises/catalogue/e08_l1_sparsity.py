r"""Exercise 08, l1_sparsity: codes that are exactly zero.

    P = np.sum(np.abs(z)) / m                           (1)
    o = z @ D                                           (2)
    L = np.sum((o - x) ** 2) / m + lam * P              (3)

codes z (m, k), decoder D (k, n), targets x (m, n), lam a number.

First rung: `l1_sparsity_backward(z)`, the gradient of (1). One code vector of the check is all
zeros: on the corner any value between the slopes of both sides is accepted.
Second rung: `sparse_code_backward(z, D, x, lam)`, the gradients of (3) in z and in D. You will
want the gradient in o first.

    Derivation   npae/penalties/l1_sparsity.py, equation (3)
    Check        npae exercise check l1_sparsity
"""

import numpy as np


def l1_sparsity_backward(z):
    """Return dz (m, k), the gradient of (1)."""
    # <solution>
    return np.sign(z) / len(z)                          # (1)
    # </solution>


def sparse_code_backward(z, D, x, lam):
    """Return dz (m, k) and dD (k, n), the gradients of (3)."""
    # <solution nothing>
    do = 2 * (z @ D - x) / len(z)                       # (3)
    # </solution>
    # <solution dz = None    # (2) and (1)>
    dz = do @ D.T + lam * np.sign(z) / len(z)           # (2) and (1): two paths
    # </solution>
    # <solution dD = None    # (2)>
    dD = z.T @ do                                       # (2)
    # </solution>
    return dz, dD


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import losses, penalties
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception


def data_term(z, D, x, lam):
    return losses.squared_error(z @ D, x)


def sparsity_term(z, D, x, lam):
    return lam * penalties.l1_sparsity(z)


def objective(z, D, x, lam):
    return data_term(z, D, x, lam) + sparsity_term(z, D, x, lam)


def draw_codes(rng):
    z = signed(rng, *lengths(rng, 2))
    z[-1] = 0
    return {"z": z}


def draw(rng):
    m, n, k = lengths(rng, 3)
    return {"z": signed(rng, m, k), "D": signed(rng, k, n), "x": signed(rng, m, n), "lam": rng.uniform(0.2, 0.7)}


def variant(penalty):
    def backward(z, D, x, lam):
        do = 2 * (z @ D - x) / len(z)
        return do @ D.T + penalty(z, lam), z.T @ do
    return backward


EXERCISE = Exercise(
    number=8, name="l1_sparsity", kind="write", title="codes that are exactly zero", source=__file__,
    steps=(
        Gradients(
            l1_sparsity_backward, penalties.l1_sparsity, draw_codes,
            (Part("penalty: dz", 1, "the gradient of the penalty, equation (3)"),),
            (Misconception("M081", "the gradient of the squared code instead of its absolute value",
                           lambda z: 2 * z / len(z), "does the pull of |z| fade as z shrinks?"),
             Misconception("M082", "the 1/m is missing: the gradient of the sum over examples", lambda z: np.sign(z),
                           "(1) is a mean over examples. Where does the 1/m enter?"),
             Misconception("M083", "the mean is taken over the code units too", lambda z: np.sign(z) / z.size,
                           "(1) sums over the units of a code. Where does a 1/k come from?")),
            {"dz": "l1_sparsity (3)"}),
        Gradients(
            sparse_code_backward, objective, draw,
            (Part("objective: dz", 2, "the gradient of the code: two paths"),
             Part("objective: dD", 1, "the gradient of the decoder")),
            (Misconception("M084", "the path through the penalty is missing", variant(lambda z, lam: 0.0),
                           "L depends on z through the output, and through what else?"),
             Misconception("M085", "the penalty's gradient without its weight lam",
                           variant(lambda z, lam: np.sign(z) / len(z)),
                           "with which weight does P stand in (3)?"),
             Misconception("M086", "the penalty's gradient is not divided by the batch size",
                           variant(lambda z, lam: lam * np.sign(z)),
                           "the two terms of (3) are both means over examples. Are their gradients?"),
             Misconception("M087", "the penalty pushes away from zero", variant(lambda z, lam: -lam * np.sign(z) / len(z)),
                           "a descent step subtracts the gradient. Which way should a positive code move?")),
            {"dz": "l1_sparsity (3)", "dD": "affine (3)"},
            terms={"data": data_term, "sparsity": sparsity_term})),
    hints=(
        "|z| falls with slope -1 left of zero and rises with slope 1 right of it: the pull does not depend on the size.",
        "In (3) z occurs twice, in the output and in the penalty. Write do first; one path goes through it, the other is "
        "lam times the first rung.",
        "The path through the output is that of the exercise affine: do times D, transposed so that it fits."),
    alternatives=(
        Alternative("quotient and comparison", {
            "l1_sparsity_backward": lambda z: np.where(z > 0, 1.0, np.where(z < 0, -1.0, 0.0)) / z.shape[0],
            "sparse_code_backward": lambda z, D, x, lam: (
                (2 * (z @ (D @ D.T) - x @ D.T) + lam * z / np.abs(z)) / len(z), 2 / len(z) * (z.T @ z @ D - z.T @ x))}),
        Alternative("index notation", {
            "l1_sparsity_backward": lambda z: ((z > 0) * 1.0 - (z < 0)) / len(z),
            "sparse_code_backward": lambda z, D, x, lam: (
                np.einsum("in,kn->ik", 2 / len(z) * (z @ D - x), D) + lam / len(z) * np.sign(z),
                np.einsum("ik,in->kn", z, 2 / len(z) * (z @ D - x)))})),
)
