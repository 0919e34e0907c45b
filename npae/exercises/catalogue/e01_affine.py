r"""Exercise 01, affine: the backward pass of the layer that owns the weights.

    y = x @ W + b                                       (1)

m examples, n inputs, h outputs; rows are examples:
x (m, n), W (n, h), b (h,), y (m, h). The upstream gradient dy = dL/dy has the shape of y.

Replace each None in `affine_backward` by one line. A gradient has the shape of what it belongs
to, which already excludes most wrong products. Write y_ij as a sum first, then ask: in which y
does x_ik occur, and with which factor? Each line is checked by itself, in any order.

    Derivation   npae/layers/affine.py, equations (2) to (4)
    Check        npae exercise check affine
"""

import numpy as np


def affine(x, W, b):
    """Return y (m, h) for x (m, n), W (n, h), b (h,)."""
    return x @ W + b                                    # (1)


def affine_backward(dy, x, W):
    """Return dx (m, n), dW (n, h), db (h,) for dy (m, h)."""
    # <solution dx = None    # (2)>
    dx = dy @ W.T                                       # (2)
    # </solution>
    # <solution dW = None    # (3)>
    dW = x.T @ dy                                       # (3)
    # </solution>
    # <solution db = None    # (4)>
    db = dy.sum(axis=0)                                 # (4)
    # </solution>
    return dx, dW, db


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import layers
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception


def draw(rng):
    m, n, h = lengths(rng, 3)
    return {"x": signed(rng, m, n), "W": signed(rng, n, h), "b": signed(rng, h)}


def by_einsum(dy, x, W):
    return np.einsum("ij,kj->ik", dy, W), np.einsum("ik,ij->kj", x, dy), np.einsum("ij->j", dy)


def example_by_example(dy, x, W):
    dx = np.array([W @ row for row in dy])
    dW = sum(np.outer(example, row) for example, row in zip(x, dy))
    return dx, dW, np.ones(len(dy)) @ dy


def averaged(dy, x, W):
    return dy @ W.T, x.T @ dy / len(x), dy.mean(axis=0)


def weights_averaged(dy, x, W):
    return dy @ W.T, x.T @ dy / len(x), dy.sum(axis=0)


def biases_averaged(dy, x, W):
    return dy @ W.T, x.T @ dy, dy.mean(axis=0)


def signs_turned(dy, x, W):
    return -dy @ W.T, -x.T @ dy, -dy.sum(axis=0)


EXERCISE = Exercise(
    number=1, name="affine", kind="write", title="the layer that owns the weights", source=__file__,
    steps=(
        Gradients(
            affine_backward, layers.affine, draw,
            (Part("dx", 1, "the gradient of the inputs, equation (2)"),
             Part("dW", 1, "the gradient of the weights, equation (3)"),
             Part("db", 1, "the gradient of the biases, equation (4)")),
            (Misconception("M011", "dW and db are averaged over the examples", averaged,
                           "the 1/m of the loss is already inside dy. What happens when it is divided by twice?"),
             Misconception("M012", "dW is averaged over the examples, db is summed", weights_averaged,
                           "dW and db collect from the same examples. Why should only one of them be an average?"),
             Misconception("M013", "db is averaged over the examples, dW is summed", biases_averaged,
                           "dW and db collect from the same examples. Why should only one of them be an average?"),
             Misconception("M014", "the gradients of the layer have the sign of a descent step", signs_turned,
                           "the optimizer subtracts the gradient. Who else has subtracted it here?")),
            {"dx": "affine (2)", "dW": "affine (3)", "db": "affine (4)"}),),
    hints=(
        "Shapes first. dW is (n, h); what you have is x (m, n) and dy (m, h). Only one product of the two fits.",
        "y_ij = sum_k x_ik W_kj + b_j. The weight W_kj occurs in y_ij for every example i, so its gradient is a sum "
        "over i; the input x_ik occurs in y_ij for every output j.",
        "b_j is added to y_ij for every example i: its gradient is the sum of the column dy_:j. Not the mean: the 1/m "
        "of the loss is in dy already.",
        "Two matrix products, each with one transpose, and one sum over axis 0."),
    alternatives=(
        Alternative("index notation", {"affine_backward": by_einsum}),
        Alternative("one example at a time", {"affine_backward": example_by_example})),
)
