r"""Exercise 05, bernoulli_nll: cross-entropy on logits, and why not on probabilities.

With p = 1 / (1 + exp(-o)) the loss of m examples with n features is

    l = -x * np.log(p) - (1 - x) * np.log(1 - p)        (1)
    L = np.sum(w * l)                                   (2)

logits o (m, n), targets x (m, n) anywhere in [0, 1], weight w = 1/m unless another is given.

First rung: `entropy_backward(p, x)`, the gradient of L in the probabilities p, w = 1/m.
Second rung: `bernoulli_nll_backward(o, x, weight)`, the gradient in the logits. Multiply the
first rung by the slope of the sigmoid, on paper, and simplify: something cancels.
Third: the same function at logits of +-800, where p is exactly 0 or 1 in float64. The closed
form does not mind. A product of the two rungs would be inf times 0.

    Derivation   npae/losses/bernoulli_nll.py, equation (3)
    Check        npae exercise check bernoulli_nll
"""

import numpy as np


def sigmoid(o):
    """Return 1 / (1 + exp(-o)), without overflow for any o."""
    return np.exp(np.minimum(o, 0)) / (1 + np.exp(-np.abs(o)))


def entropy_backward(p, x):
    """Return dp (m, n), the gradient of L in the probabilities, with w = 1/m."""
    # <solution>
    return ((1 - x) / (1 - p) - x / p) / len(p)
    # </solution>


def bernoulli_nll_backward(o, x, weight=None):
    """Return do (m, n), the gradient of L in the logits; weight broadcasts over (m, n)."""
    # <solution>
    w = 1 / o.shape[0] if weight is None else weight
    return w * (sigmoid(o) - x)                         # (3)
    # </solution>


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import losses
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.exercises.values import Values
from npae.gradcheck import Misconception


def entropy(p, x):
    return np.sum(-x * np.log(p) - (1 - x) * np.log(1 - p)) / len(p)


def draw_probabilities(rng):
    m, n = lengths(rng, 2)
    return {"p": rng.uniform(0.1, 0.9, (m, n)), "x": rng.uniform(0.1, 0.9, (m, n))}


def draw(rng):
    m, n = lengths(rng, 2)
    weight = None if rng.random() < 0.5 else rng.uniform(0.1, 1, (m, 1))
    return {"o": signed(rng, m, n), "x": rng.uniform(0, 1, (m, n)), "weight": weight}


def draw_saturated(rng):
    inputs = draw(rng)
    return {"o": inputs["o"] * rng.choice([1.0, 40.0, 800.0], inputs["o"].shape),
            "x": rng.integers(0, 2, inputs["x"].shape).astype(float)}


def probabilities_first(o, x, weight=None):
    """Right on paper, inf * 0 at a saturated sigmoid."""
    p = sigmoid(o)
    return entropy_backward(p, x) * p * (1 - p)


def clipped(o, x, weight=None):
    p = sigmoid(o)
    inside = (p > 1e-7) & (p < 1 - 1e-7)
    return np.where(inside, weights(o, weight) * (p - x), 0.0)


def weights(o, weight):
    return 1 / len(o) if weight is None else weight


EXERCISE = Exercise(
    number=5, name="bernoulli_nll", kind="write", title="cross-entropy on logits", source=__file__,
    steps=(
        Gradients(
            entropy_backward, entropy, draw_probabilities,
            (Part("probabilities: dp", 1, "the gradient in the probabilities"),),
            (Misconception("M051", "only the first of the two logarithms is differentiated", lambda p, x: -x / p / len(p),
                           "(1) has two terms. Which of them depend on p?"),
             Misconception("M052", "the inner derivative of 1 - p is left out",
                           lambda p, x: (-x / p - (1 - x) / (1 - p)) / len(p),
                           "what is the derivative of log(1 - p) by p, sign included?")),
            {"dp": "bernoulli_nll (1)"}),
        Gradients(
            bernoulli_nll_backward, losses.bernoulli_nll, draw,
            (Part("closed form: do", 2, "the gradient in the logits, equation (3)"),),
            (Misconception("M053", "the slope p (1 - p) of the sigmoid is multiplied in once more",
                           lambda o, x, weight=None: weights(o, weight) * (sigmoid(o) - x) * sigmoid(o) * (1 - sigmoid(o)),
                           "p - x is the result after the slope of the sigmoid has cancelled. Is it still to come?"),
             Misconception("M054", "target minus prediction: the sign is wrong",
                           lambda o, x, weight=None: weights(o, weight) * (x - sigmoid(o)),
                           "for x = 1 the loss falls when o grows. Which sign has do?"),
             Misconception("M055", "the mean is taken over features too",
                           lambda o, x, weight=None: weights(o, weight) * (sigmoid(o) - x) / o.shape[1],
                           "(2) sums over features. Where does a 1/n come from?"),
             Misconception("M056", "the logits are taken for probabilities",
                           lambda o, x, weight=None: weights(o, weight) * (o - x),
                           "o is what goes into the sigmoid. What comes out?")),
            {"do": "bernoulli_nll (3)"}),
        Values(
            bernoulli_nll_backward, losses.bernoulli_nll_backward, draw_saturated,
            (Part("saturated: do", 1, "finite and right where the sigmoid is 0 or 1"),),
            (Misconception("M057", "a clipped probability: the gradient is dead where the sigmoid is saturated", clipped,
                           "a logit of 800 with the target 0 is as wrong as can be. How large should its gradient be?"),),
            {"do": "bernoulli_nll (3)"})),
    hints=(
        "The derivative of -log(p) is -1/p; that of -log(1 - p) is +1/(1 - p): the inner derivative turns the sign.",
        "Bring the first rung to one fraction. Its numerator is p - x, its denominator p (1 - p), apart from the weight.",
        "The slope of the sigmoid is p (1 - p): it cancels the denominator, and prediction minus target is left."),
    alternatives=(
        Alternative("one fraction, and tanh", {
            "entropy_backward": lambda p, x: (p - x) / (p * (1 - p)) / len(p),
            "bernoulli_nll_backward": lambda o, x, weight=None: weights(o, weight) * ((1 + np.tanh(o / 2)) / 2 - x)}),
        Alternative("by cases of the target", {
            "entropy_backward": lambda p, x: (-x / p + (1 - x) / (1 - p)) * np.full((len(p), 1), 1 / len(p)),
            "bernoulli_nll_backward": lambda o, x, weight=None: weights(o, weight) * (
                (1 - x) * sigmoid(o) - x * sigmoid(-o))})),
)
