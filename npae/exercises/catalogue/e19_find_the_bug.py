r"""Exercise 19, find_the_bug: a sparse autoencoder with one wrong line.

    a = x W + b                                         (1)
    h = sigmoid(a)                                      (2)
    o = h V + c                                         (3)
    r = mean of h over the examples                     (4)
    L = 1/m sum (o - x)^2                               (5)
        + beta sum_j [rho log(rho/r_j) + (1 - rho) log((1 - rho)/(1 - r_j))]
        + lam (sum W^2 + sum V^2)

m examples, n features, k code units: x, o (m, n), W (n, k), b (k,), V (k, n), c (n,), h (m, k).

One of the lines (6) to (13) of `sparse_backward` is wrong. Only the gradients of the
parameters are returned, and an error in one line is inherited by those after it: see which
gradients are right before you suspect a line. Mend it, and give its number in ANSWERS.

    Derivation   npae/penalties/kl_sparsity.py, npae/penalties/weight_decay.py
    Check        npae exercise check find_the_bug
"""

import numpy as np

ANSWERS = {
    # <solution "line": None,       # the number of the wrong line, 6 to 13>
    "line": 10,
    # </solution>
}


def sparse_backward(x, W, b, V, c, rho, beta, lam):
    """Return dW, db, dV, dc."""
    m = len(x)
    h = 1 / (1 + np.exp(-(x @ W + b)))
    o = h @ V + c
    r = h.mean(axis=0)
    do = 2 * (o - x) / m                                # (6)
    dV = h.T @ do + 2 * lam * V                         # (7)
    dc = do.sum(axis=0)                                 # (8)
    dr = beta * (r - rho) / (r * (1 - r))               # (9)
    # <solution nothing>
    dh = do @ V.T + dr / m                              # (10)
    # </solution>
    # <start>
    # dh = do @ V.T + dr                                  # (10)
    # </start>
    da = dh * h * (1 - h)                               # (11)
    dW = x.T @ da + 2 * lam * W                         # (12)
    db = da.sum(axis=0)                                 # (13)
    return dW, db, dV, dc


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from pathlib import Path

from npae import layers, losses, penalties
from npae.exercises.answers import Answers, WrongKind
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Exercise, Part
from npae.exercises.gradients import Gradients
from npae.exercises.source import planted_numbers


def code(x, W, b):
    return layers.sigmoid(layers.affine(x, W, b))


def reconstruction(x, W, b, V, c, rho, beta, lam):
    return losses.squared_error(layers.affine(code(x, W, b), V, c), x)


def sparsity(x, W, b, V, c, rho, beta, lam):
    return beta * penalties.kl_sparsity(code(x, W, b), rho)


def decay(x, W, b, V, c, rho, beta, lam):
    return lam * (penalties.l2_decay(W) + penalties.l2_decay(V))


def objective(**inputs):
    return reconstruction(**inputs) + sparsity(**inputs) + decay(**inputs)


def draw(rng):
    m, n, k = lengths(rng, 3)
    return {"x": rng.uniform(0, 1, (m, n)), "W": 0.5 * signed(rng, n, k), "b": 0.5 * signed(rng, k), "V": signed(rng, k, n),
            "c": signed(rng, n), "rho": 0.2, "beta": rng.uniform(0.5, 2), "lam": rng.uniform(0.1, 0.3)}


def judge(key, answers):
    if type(answers[key]) is not int or not 6 <= answers[key] <= 13:
        raise WrongKind("the number of a line, 6 to 13, is expected.")
    right = answers[key] in planted_numbers(Path(__file__).read_text(encoding="utf-8"))
    return "" if right else f"line ({answers[key]}) is right. Which gradients are wrong, and which line do they all depend on?"


EXERCISE = Exercise(
    number=19, name="find_the_bug", kind="find", title="a sparse autoencoder, one wrong line", source=__file__,
    steps=(
        Answers((Part("line", 1, "the number of the wrong line"),), judge),
        Gradients(sparse_backward, objective, draw, (Part("mended", 2, "all gradients are right"),),
                  together=("dW", "db", "dV", "dc"),
                  terms={"reconstruction": reconstruction, "sparsity": sparsity, "decay": decay})),
    hints=(
        "dV and dc are right, so (6) to (8) are. dW and db are both wrong: which lines do both of them depend on?",
        "(11) is a sigmoid's slope, which the exercise sigmoid has shown. Two lines are left.",
        "How much does the mean r_j move when the output h_ij of one example moves a little?"),
)
