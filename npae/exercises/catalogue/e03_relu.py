r"""Exercise 03, relu: a function with a corner.

    y = np.maximum(a, 0)                                (1)

a and y have one shape, any shape; the upstream gradient dy = dL/dy has it too.

First rung: `relu_backward_from_input(dy, a)`.
Second rung: `relu_backward(dy, y)`, from the output alone. Where the unit is off, y is 0; what
does that tell about the sign of a? Some of the inputs of this check are exactly 0: there the
derivative does not exist, the slopes on both sides are 0 and 1, and any value between them is
accepted.

    Derivation   npae/layers/relu.py, equations (2) and (4)
    Check        npae exercise check relu
"""

import numpy as np


def relu(a):
    """Return y = max(0, a)."""
    return np.maximum(a, 0)                             # (1)


def relu_backward_from_input(dy, a):
    """Return da for dy and the input a."""
    # <solution>
    return dy * (a > 0)
    # </solution>


def relu_backward(dy, y):
    """Return da for dy and the output y = relu(a)."""
    # <solution>
    return dy * (y > 0)                                 # (2), (4)
    # </solution>


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import layers
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception


def draw(rng):
    return {"a": signed(rng, *lengths(rng, 2))}


def draw_with_corners(rng):
    a = draw(rng)["a"]
    a[rng.integers(len(a))] = 0                         # a blank example, as masking noise makes them
    return {"a": a}


EXERCISE = Exercise(
    number=3, name="relu", kind="write", title="a function with a corner", source=__file__,
    steps=(
        Gradients(
            relu_backward_from_input, layers.relu, draw,
            (Part("from the input: da", 1, "the gradient from the input a"),),
            (Misconception("M031", "the mask is taken from the upstream gradient", lambda dy, a: dy * (dy > 0),
                           "which units were on in the forward pass: those with a > 0, or those with dy > 0?"),
             Misconception("M032", "the gradient passes through units that are off", lambda dy, a: dy * np.ones_like(a),
                           "how much does y change when a negative a moves a little?"),
             Misconception("M033", "the gradient is rectified like the input",
                           lambda dy, a: np.maximum(dy * (a > 0), 0),
                           "backward is linear in dy. May a negative gradient be cut off?")),
            {"da": "relu (2)"}),
        Gradients(
            relu_backward, layers.relu, draw_with_corners,
            (Part("from the output: da", 1, "the gradient from the output y, equation (4)"),),
            (Misconception("M034", "multiplied by the output instead of the slope", lambda dy, y: dy * y,
                           "y is how much the unit gives, not how steeply. What is dy/da where the unit is on?"),
             Misconception("M035", "the slope of a sigmoid on a ReLU", lambda dy, y: dy * y * (1 - y),
                           "which function has the slope y (1 - y)?")),
            {"da": "relu (4)"})),
    hints=(
        "Two straight lines meet at the corner. What is the slope of each?",
        "The slope is a mask of zeros and ones, to be multiplied with dy. A comparison of arrays gives such a mask.",
        "y > 0 exactly where a > 0, so the output knows the mask as well."),
    alternatives=(
        Alternative("np.where", {
            "relu_backward_from_input": lambda dy, a: np.where(a > 0, dy, 0.0),
            "relu_backward": lambda dy, y: np.where(y > 0, dy, 0.0)}),
        Alternative("the slope as a sign, one half at the corner", {
            "relu_backward_from_input": lambda dy, a: dy * (1 + np.sign(a)) / 2,
            "relu_backward": lambda dy, y: dy * np.sign(y)})),
)
