r"""Exercise 04, squared_error: summed over features, averaged over examples.

    l = (o - x) ** 2                                    (1)
    L = np.sum(w * l)                                   (2)

m examples, n features: output o (m, n), target x (m, n), L a number. The weight w is 1/m
unless another is given: pixel weights (m, n), example weights (m, 1), feature weights (n,).

First rung: `squared_error_entries_backward(dl, o, x)`, the gradient through (1) alone, for an
upstream gradient dl = dL/dl of l's shape.
Second rung: `squared_error_backward(o, x, weight)`, the gradient of L itself. A loss is a
number, so it has no upstream gradient. Checked twice: with weight=None, and with weights.

    Derivation   npae/losses/squared_error.py, equation (3)
    Check        npae exercise check squared_error
"""

import numpy as np


def squared_error_entries(o, x):
    """Return l (m, n), the squared error of each entry."""
    return (o - x) ** 2                                 # (1)


def squared_error(o, x, weight=None):
    """Return L; weight broadcasts over (m, n), None stands for 1/m."""
    w = 1 / len(o) if weight is None else weight
    return np.sum(w * squared_error_entries(o, x))      # (2)


def squared_error_entries_backward(dl, o, x):
    """Return do (m, n) for dl (m, n)."""
    # <solution>
    return dl * 2 * (o - x)
    # </solution>


def squared_error_backward(o, x, weight=None):
    """Return do (m, n), the gradient of squared_error(o, x, weight)."""
    # <solution>
    w = 1 / o.shape[0] if weight is None else weight
    return w * 2 * (o - x)                              # (3)
    # </solution>


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import losses
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception


def draw_entries(rng):
    m, n = lengths(rng, 2)
    return {"o": signed(rng, m, n), "x": rng.uniform(0, 1, (m, n))}


def draw_plain(rng):
    return {**draw_entries(rng), "weight": None}


def draw_weighted(rng):
    inputs = draw_entries(rng)
    m, n = inputs["o"].shape
    shapes = (m, n), (m, 1), (n,)
    return {**inputs, "weight": rng.uniform(0.1, 1, shapes[rng.integers(3)])}


def mean_of_all(o, x, weight=None):
    return 2 * (o - x) / o.size


def sum_of_all(o, x, weight=None):
    return 2 * (o - x)


def half(o, x, weight=None):
    return (o - x) / len(o)


def weight_and_mean(o, x, weight=None):
    return (1 if weight is None else weight) * 2 * (o - x) / len(o)


def weight_forgotten(o, x, weight=None):
    return 2 * (o - x) / len(o)


EXERCISE = Exercise(
    number=4, name="squared_error", kind="write", title="a sum over features, a mean over examples", source=__file__,
    steps=(
        Gradients(
            squared_error_entries_backward, losses.squared_error_entries, draw_entries,
            (Part("entries: do", 1, "the gradient through the square alone, for any upstream gradient"),),
            (Misconception("M041", "target minus output: the sign is wrong", lambda dl, o, x: dl * 2 * (x - o),
                           "(o - x)^2 = (x - o)^2, but the inner derivative by o differs. What is it?"),
             Misconception("M042", "the square itself instead of its derivative", lambda dl, o, x: dl * (o - x) ** 2,
                           "what is the derivative of r^2 by r?")),
            {"do": "squared_error (3)"}),
        Gradients(
            squared_error_backward, losses.squared_error, draw_plain,
            (Part("mean: do", 1, "the gradient of the loss, weight=None"),),
            (Misconception("M043", "the mean is taken over features too", mean_of_all,
                           "np.mean divides by all m n entries. By which of the two does (2) divide?"),
             Misconception("M044", "the 1/m is missing: the gradient of the sum over examples", sum_of_all,
                           "the loss is a mean over the batch. Where does that 1/m enter?"),
             Misconception("M045", "the 2 is missing: the gradient of half the squared error", half,
                           "some texts put 1/2 in front of the square. Does (1)?")),
            {"do": "squared_error (3)"}),
        Gradients(
            squared_error_backward, losses.squared_error, draw_weighted,
            (Part("weighted: do", 1, "the gradient of the loss with weights"),),
            (Misconception("M046", "divided by m although weights are given", weight_and_mean,
                           "the weights replace 1/m. How often is the mean taken here?"),
             Misconception("M047", "the weights are ignored", weight_forgotten,
                           "what does a pixel with weight 0 contribute to L?")),
            {"do": "squared_error (3)"})),
    hints=(
        "One entry at a time: l_ij depends on o_ij and on no other output. What is the derivative of (o - x)^2 by o?",
        "L = sum_ij w_ij l_ij is linear in l: dL/dl_ij = w_ij. The second rung is the first with dl = w.",
        "w is 1/m when no weight is given, and then there is no other division: features are summed."),
    alternatives=(
        Alternative("through the first rung", {
            "squared_error_entries_backward": lambda dl, o, x: 2 * dl * o - 2 * dl * x,
            "squared_error_backward": lambda o, x, weight=None: np.broadcast_to(
                1 / len(o) if weight is None else weight, o.shape) * (o - x) * 2}),
        Alternative("twice half", {
            "squared_error_entries_backward": lambda dl, o, x: (o - x) * dl + (o - x) * dl,
            "squared_error_backward": lambda o, x, weight=None: ((o + o) - (x + x)) * (
                np.full((len(o), 1), 1 / len(o)) if weight is None else weight)})),
)
