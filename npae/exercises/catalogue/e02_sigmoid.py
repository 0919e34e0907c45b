r"""Exercise 02, sigmoid: an elementwise function, from its input and from its output.

    y = 1 / (1 + np.exp(-a))                            (1)

a and y have one shape, any shape; the upstream gradient dy = dL/dy has it too.

First rung: `sigmoid_backward_from_input(dy, a)`. Differentiate (1) as it stands; the answer
is an expression in exp(-a).
Second rung: `sigmoid_backward(dy, y)`. The same numbers from the output alone, without any
exponential: that is why the forward pass keeps y and forgets a.

    Derivation   npae/layers/sigmoid.py, equations (2) and (4)
    Check        npae exercise check sigmoid
"""

import numpy as np


def sigmoid(a):
    """Return y = 1 / (1 + exp(-a))."""
    return 1 / (1 + np.exp(-a))                         # (1)


def sigmoid_backward_from_input(dy, a):
    """Return da for dy and the input a, by the chain rule."""
    # <solution>
    u = np.exp(-a)
    return dy * u / (1 + u) ** 2
    # </solution>


def sigmoid_backward(dy, y):
    """Return da for dy and the output y = sigmoid(a), without an exponential."""
    # <solution>
    return dy * (y * (1 - y))                           # (2), (4)
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


EXERCISE = Exercise(
    number=2, name="sigmoid", kind="write", title="from the input, then from the output", source=__file__,
    steps=(
        Gradients(
            sigmoid_backward_from_input, layers.sigmoid, draw,
            (Part("chain rule: da", 1, "the gradient from the input a, by the chain rule"),),
            (Misconception("M021", "the inner derivative of exp(-a) is left out: the sign is wrong",
                           lambda dy, a: -dy * np.exp(-a) / (1 + np.exp(-a)) ** 2,
                           "the derivative of 1/u is -1/u^2, and that of exp(-a) is not exp(-a). How many minus signs "
                           "are there?"),
             Misconception("M022", "the square of the denominator is missing",
                           lambda dy, a: dy * np.exp(-a) / (1 + np.exp(-a)),
                           "what is the derivative of 1/u by u?"),
             Misconception("M023", "the derivative is taken without the upstream gradient",
                           lambda dy, a: np.exp(-a) / (1 + np.exp(-a)) ** 2,
                           "this is dy/da. What turns it into dL/da?")),
            {"da": "sigmoid (2)"}),
        Gradients(
            sigmoid_backward, layers.sigmoid, draw,
            (Part("closed form: da", 1, "the gradient from the output y alone, equation (4)"),),
            (Misconception("M024", "y is taken for the input: the sigmoid is applied to it once more",
                           lambda dy, y: dy * layers.sigmoid(y) * (1 - layers.sigmoid(y)),
                           "y is the output of the sigmoid already. What does y (1 - y) need besides y?"),
             Misconception("M025", "1 - y^2 is the slope of tanh",
                           lambda dy, y: dy * (1 - y ** 2),
                           "which function has the slope 1 - y^2?"),
             Misconception("M026", "the slope y (1 - y) without the upstream gradient",
                           lambda dy, y: y * (1 - y),
                           "this is dy/da. What turns it into dL/da?")),
            {"da": "sigmoid (4)"})),
    hints=(
        "Write u = exp(-a). Then y = 1/(1 + u): differentiate by u first, then u by a, and multiply.",
        "The two minus signs, of 1/(1 + u) and of exp(-a), cancel: the slope of the sigmoid is positive everywhere.",
        "For the second rung: u/(1 + u)^2 is the product of 1/(1 + u) and u/(1 + u). The first is y. What is the second, "
        "in terms of y?",
        "u/(1 + u) = 1 - 1/(1 + u)."),
    alternatives=(
        Alternative("hyperbolic cosine, and completing the square", {
            "sigmoid_backward_from_input": lambda dy, a: dy / (4 * np.cosh(a / 2) ** 2),
            "sigmoid_backward": lambda dy, y: dy * (0.25 - (y - 0.5) ** 2)}),
        Alternative("multiplied out, and the product of the two tails", {
            "sigmoid_backward_from_input": lambda dy, a: dy / (2 + np.exp(a) + np.exp(-a)),
            "sigmoid_backward": lambda dy, y: dy * y - dy * y ** 2})),
)
