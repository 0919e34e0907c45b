r"""Exercise 07, tied_weights: one matrix, used twice.

    a = x @ W + b                                       (1)
    h = 1 / (1 + np.exp(-a))                            (2)
    o = h @ W.T + c                                     (3)
    L = np.sum((o - x) ** 2) / m                        (4)

m examples, n features, k code units: x, o (m, n), W (n, k), b (k,), c (n,), a, h (m, k).

`tied_backward(x, W, b, c, h, o)` gets the values of the forward pass and goes back line by line.
Write do first, check, then dc, and so on: each line needs those before it. Every line is
checked by itself, and the first wrong one is named.

    Derivation   npae/layers/affine.py (2) to (4), npae/layers/sigmoid.py (4)
    Check        npae exercise check tied_weights
"""

import numpy as np


def tied_forward(x, W, b, c):
    """Return h (m, k) and o (m, n)."""
    h = 1 / (1 + np.exp(-(x @ W + b)))                  # (1), (2)
    return h, h @ W.T + c                               # (3)


def tied_backward(x, W, b, c, h, o):
    """Return the gradients of L in o, c, h, a, b and W."""
    # <solution do = None    # (4)>
    do = 2 * (o - x) / len(x)                           # (4)
    # </solution>
    # <solution dc = None    # (3)>
    dc = do.sum(axis=0)                                 # (3)
    # </solution>
    # <solution dh = None    # (3)>
    dh = do @ W                                         # (3)
    # </solution>
    # <solution da = None    # (2)>
    da = dh * h * (1 - h)                               # (2)
    # </solution>
    # <solution db = None    # (1)>
    db = da.sum(axis=0)                                 # (1)
    # </solution>
    # <solution dW = None    # (1) and (3)>
    dW = x.T @ da + do.T @ h                            # (1) and (3): two paths
    # </solution>
    return {"do": do, "dc": dc, "dh": dh, "da": da, "db": db, "dW": dW}


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import layers, losses
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception, Paths, Stages

FORWARD = Stages([
    ("a", layers.affine),
    ("h", lambda a: layers.sigmoid(a)),
    ("o", lambda h, W, c: layers.affine(h, W.T, c)),
    ("L", lambda o, x: losses.squared_error(o, x)),
])


def untied(x, W_encoder, W_decoder, b, c):
    h = layers.sigmoid(layers.affine(x, W_encoder, b))
    return losses.squared_error(layers.affine(h, W_decoder.T, c), x)


def draw(rng):
    m, n, k = lengths(rng, 3)
    return {"x": rng.uniform(0, 1, (m, n)), "W": 0.5 * signed(rng, n, k), "b": 0.5 * signed(rng, k), "c": signed(rng, n)}


def variant(encoder=1, decoder=1, slope=True, minus=False, mean=False):
    """Return a backward with one thing wrong, and everything after it following from that."""
    def backward(x, W, b, c, h, o):
        do = 2 * (x - o if minus else o - x) / (x.size if mean else len(x))
        dh = do @ W
        da = dh * h * (1 - h) if slope else dh
        dW = encoder * (x.T @ da) + decoder * (do.T @ h)
        return do, do.sum(axis=0), dh, da, da.sum(axis=0), dW
    return backward


def by_einsum(x, W, b, c, h, o):
    do = (o - x) * (2 / len(x))
    dh = np.einsum("in,nk->ik", do, W)
    da = dh * (h - h * h)
    return do, np.ones(len(x)) @ do, dh, da, np.ones(len(x)) @ da, np.einsum("in,ik->nk", x, da) + np.einsum("in,ik->nk", do, h)


def stacked(x, W, b, c, h, o):
    """Both uses of W as one product."""
    do = (o + o - x - x) / x.shape[0]
    dh = (W.T @ do.T).T
    da = dh / (2 + h / (1 - h) + (1 - h) / h)
    dW = np.vstack([x, do]).T @ np.vstack([da, h])
    return do, do.T.sum(axis=1), dh, da, da.T.sum(axis=1), dW


EXERCISE = Exercise(
    number=7, name="tied_weights", kind="write", title="one matrix, used twice", source=__file__,
    steps=(
        Gradients(
            tied_backward, FORWARD, draw,
            (Part("do", 1, "the gradient of the output"),
             Part("dc", 1, "the gradient of the decoder's bias"),
             Part("dh", 1, "the gradient of the code"),
             Part("da", 1, "the gradient before the sigmoid"),
             Part("db", 1, "the gradient of the encoder's bias"),
             Part("dW", 2, "the gradient of the weights: two paths")),
            (Misconception("M071", "the encoder's use of W is missing", variant(encoder=0),
                           "W stands in (1) and in (3). What does each contribute?"),
             Misconception("M072", "the decoder's use of W is missing", variant(decoder=0),
                           "W stands in (1) and in (3). What does each contribute?"),
             Misconception("M073", "the two uses of W are averaged", variant(encoder=0.5, decoder=0.5),
                           "a change of W moves (1) and (3) at once. Do their effects add, or are they averaged?"),
             Misconception("M074", "the slope of the sigmoid is missing", variant(slope=False),
                           "how much does h change when a moves a little?"),
             Misconception("M075", "input minus output: every gradient has the wrong sign", variant(minus=True),
                           "(o - x)^2 grows with o where o > x. Which sign has do there?"),
             Misconception("M076", "the mean is taken over features too", variant(mean=True),
                           "(4) divides by m. What does np.mean divide by?")),
            {"do": "squared_error (3)", "dc": "affine (4)", "dh": "affine (2)", "da": "sigmoid (4)", "db": "affine (4)",
             "dW": "affine (3)"},
            paths=Paths(untied, {"W": ("W_encoder", "W_decoder")})),),
    hints=(
        "Call the matrix of (1) W and that of (3) V.T, and pretend that they have nothing to do with each other. "
        "Both then have a gradient by the rules of the affine layer.",
        "The matrix of (3) is W.T, of shape (k, n): its gradient is h.T @ do. That of W is the transpose of this.",
        "Moving W moves both places at once, so the two contributions are added. Both are (n, k)."),
    alternatives=(
        Alternative("index notation", {"tied_backward": by_einsum}),
        Alternative("both uses in one product", {"tied_backward": stacked})),
)
