r"""Exercise 21, predict: read a wrong backward pass, and say what the checker will call it.

Each function below is wrong in one way. Before you run anything, write the code of the
diagnosis into ANSWERS:

    G101  wrong shape                               G104  not float64
    G105  an argument was written into              G106  it accumulates from call to call
    G111  the upstream gradient is ignored          G203  the wrong sign
    G204  the right pattern and the wrong size      G207  one example only
    G211  the wrong local derivative                G301  a term of the loss is left out
    G311  a path is cut

Nothing of the right answers is stored: the checker runs on these functions while your answers
are checked. `npae explain G204` shows what a code means.

    Derivation   npae/layers/affine.py, npae/layers/sigmoid.py, npae/losses/squared_error.py
    Check        npae exercise check predict
"""

import numpy as np

ANSWERS = {
    # <solution "a": None, "b": None, "c": None, "d": None, "e": None,>
    "a": "G204", "b": "G101", "c": "G203", "d": "G111", "e": "G106",
    # </solution>
    # <solution "f": None, "g": None, "h": None, "i": None, "j": None,>
    "f": "G105", "g": "G207", "h": "G211", "i": "G311", "j": "G301",
    # </solution>
}


def a_backward(dy, x, W):
    """For y = x @ W. Returns dx, dW."""
    return dy @ W.T, x.T @ dy / len(x)


def b_backward(dy, x, W):
    """For y = x @ W. Returns dx, dW."""
    return dy @ W.T, dy.T @ x


def c_backward(dy, y):
    """For y = sigmoid(a). Returns da."""
    return dy * y * (y - 1)


def d_backward(dy, a):
    """For y = max(a, 0). Returns da."""
    return np.where(a > 0, 1.0, 0.0)


MEMORY: dict = {}


def e_backward(dy, x, W):
    """For y = x @ W. Returns dx, dW."""
    MEMORY["dW"] = MEMORY.get("dW", 0) + x.T @ dy
    return dy @ W.T, MEMORY["dW"].copy()


def f_backward(dy, y):
    """For y = sigmoid(a). Returns da."""
    da = dy * y
    y *= -1
    y += 1
    return da * y


def g_backward(dy, x, W):
    """For y = x @ W. Returns dx, dW."""
    dx = np.zeros_like(x)
    for i in range(len(x)):
        dx[i] = W @ dy[i]
        dW = np.outer(x[i], dy[i])
    return dx, dW


def h_backward(dy, y):
    """For y = sigmoid(a). Returns da."""
    return dy * (1 - y ** 2)


def i_backward(x, W):
    """For L = sum((x @ W @ W.T - x) ** 2) / m. Returns dW."""
    do = 2 * (x @ W @ W.T - x) / len(x)
    return do.T @ (x @ W)


def j_backward(x, W, t, lam):
    """For L = sum((x @ W - t) ** 2) / m + lam * sum(W ** 2). Returns dW."""
    return x.T @ (2 * (x @ W - t) / len(x))


# === for the author: nothing below is given out ===

# ruff: noqa: E402
import re
from functools import cache

from npae import layers, losses, penalties
from npae.exercises.answers import Answers, WrongKind
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Exercise, Part
from npae.gradcheck import Paths, check_gradients

EXPLANATIONS = {
    "a": "an affine layer", "b": "an affine layer", "c": "a sigmoid", "d": "a rectifier", "e": "an affine layer",
    "f": "a sigmoid", "g": "an affine layer", "h": "a sigmoid", "i": "tied linear layers", "j": "a loss with a penalty",
}


def product(x, W):
    return x @ W


def tied(x, W):
    return losses.squared_error(x @ W @ W.T, x)


def tied_apart(x, W_encoder, W_decoder):
    return losses.squared_error(x @ W_encoder @ W_decoder.T, x)


def data_term(x, W, t, lam):
    return losses.squared_error(x @ W, t)


def decay_term(x, W, t, lam):
    return lam * penalties.l2_decay(W)


def regularized(x, W, t, lam):
    return data_term(x, W, t, lam) + decay_term(x, W, t, lam)


@cache
def diagnosis(key):
    """Return the code that the checker gives to one of the functions; the function is the one above."""
    MEMORY.clear()
    m, n, h = lengths(np.random.default_rng(21), 3)
    rng = np.random.default_rng(21)
    x, W, a = signed(rng, m, n), signed(rng, n, h), {"a": signed(rng, m, n)}
    affine = (product, {"x": x, "W": W}, ["x", "W"], {})
    cases = {
        **dict.fromkeys("abeg", affine), **dict.fromkeys("cfh", (layers.sigmoid, a, ["a"], {})),
        "d": (layers.relu, a, ["a"], {}),
        "i": (tied, {"x": x, "W": W}, ["W"], {"paths": Paths(tied_apart, {"W": ("W_encoder", "W_decoder")})}),
        "j": (regularized, {"x": x, "W": W, "t": signed(rng, m, h), "lam": 0.3}, ["W"],
              {"terms": {"data": data_term, "decay": decay_term}}),
    }
    forward, inputs, wrt, options = cases[key]
    report = check_gradients(forward, globals()[f"{key}_backward"], inputs, wrt=wrt, **options)
    return report.findings[0].code


def judge(key, answers):
    answer = answers[key]
    if not isinstance(answer, str) or not re.fullmatch("[GKU][0-9]{3}", answer):
        raise WrongKind('a code like "G204" is expected.')
    return "" if answer == diagnosis(key) else f"{key}: the checker does not say {answer}."


EXERCISE = Exercise(
    number=21, name="predict", kind="predict", title="what will the checker say?", source=__file__,
    steps=(Answers(tuple(Part(key, 1, f"the diagnosis of {key}_backward: {text}") for key, text in EXPLANATIONS.items()),
                   judge),),
    hints=(
        "Codes G1.. are seen without comparing any value: shape, type, what is written into, what a second call gives. "
        "Look for those first.",
        "For the others write the right backward next to the wrong one, and take the quotient.",
        "A loop that assigns where it should add keeps the last round. A dictionary outside the function keeps everything."),
)
