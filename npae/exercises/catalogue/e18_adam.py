r"""Exercise 18, adam: five lines, compared over several steps.

    m        running mean of the gradients g, decay b1            (1)
    v        running mean of their squares, decay b2              (2)
    m_hat    m, corrected for its start at zero                   (3)
    v_hat    v, likewise                                          (4)
    theta    loses eta times m_hat / (sqrt(v_hat) + eps)          (5)

theta, g, m, v (p,). A running mean with decay b keeps the share b of its old value and takes
the rest from what is new. The step count t begins at 1.

m and v start at zero, so they are too small at first: after t steps the weights of the
gradients seen so far add up to less than one. To what? Divide by that in (3) and (4).

`adam_step` returns the new theta, m and v without writing into the old ones. It is checked
after the first step, where the correction matters most, and after five.

    Derivation   npae/optimizers/adam.py, "Why the corrections"
    Check        npae exercise check adam
"""

import numpy as np


def adam_step(theta, g, m, v, t, eta, b1, b2, eps):
    """Return theta, m and v (p,) after step number t."""
    # <solution m = None    # (1)>
    m = b1 * m + (1 - b1) * g                           # (1)
    # </solution>
    # <solution v = None    # (2)>
    v = b2 * v + (1 - b2) * g ** 2                      # (2)
    # </solution>
    # <solution theta = None    # (3), (4), (5)>
    m_hat = m / (1 - b1 ** t)                           # (3)
    v_hat = v / (1 - b2 ** t)                           # (4)
    theta = theta - eta * m_hat / (np.sqrt(v_hat) + eps)    # (5)
    # </solution>
    return theta, m, v


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae.exercises.calling import by_key
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.values import Values
from npae.gradcheck import Misconception
from npae.optimizers import Adam

KEYS = ["theta", "m", "v"]
OPTIONS = ("eta", "b1", "b2", "eps")


def trusted(theta, g, m, v, t, eta, b1, b2, eps):
    """The package's Adam, which keeps the bare sums m/(1 - b1) and v/(1 - b2)."""
    adam, theta = Adam(beta1=b1, beta2=b2, eps=eps), theta.copy()
    adam.start(theta)
    adam.restore({"M": m / (1 - b1), "V": v / (1 - b2), "t": t - 1})
    adam.step(theta, g, eta)
    return theta, adam.M * (1 - b1), adam.V * (1 - b2)


def draw(rng):
    p = lengths(rng, 1)[0]
    return {"theta": signed(rng, p), "G": 0.1 * signed(rng, 5, p), "eta": rng.uniform(0.05, 0.2), "b1": rng.uniform(0.7, 0.9),
            "b2": rng.uniform(0.9, 0.99), "eps": 1e-2}


def run(step, inputs, steps):
    """Return theta, m and v after so many steps from zero; None from where something is not written."""
    theta, options = inputs["theta"], {name: inputs[name] for name in OPTIONS}
    state = {"theta": theta, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    for t in range(1, steps + 1):
        if any(value is None for value in state.values()):
            return dict.fromkeys(KEYS)
        state = by_key(step(g=inputs["G"][t - 1], t=t, **state, **options), KEYS, "adam_step")
    return state


def first(step, inputs):
    return run(step, inputs, 1)


def fifth(step, inputs):
    return {"theta": run(step, inputs, 5)["theta"]}


def variant(correct_m=True, correct_v=True, inside=False, squared=True, late=0, plain=False, sign=-1):
    def step(theta, g, m, v, t, eta, b1, b2, eps):
        m = b1 * m + (1 if plain else 1 - b1) * g
        v = b2 * v + (1 - b2) * (g ** 2 if squared else np.abs(g))
        m_hat = m / (1 - b1 ** (t + late)) if correct_m else m
        v_hat = v / (1 - b2 ** (t + late)) if correct_v else v
        return theta + sign * eta * m_hat / (np.sqrt(v_hat + eps) if inside else np.sqrt(v_hat) + eps), m, v
    return step


def folded(theta, g, m, v, t, eta, b1, b2, eps):
    """The corrections inside the learning rate and eps."""
    m, v = m + (1 - b1) * (g - m), v + (1 - b2) * (g * g - v)
    c = np.sqrt(1 - b2 ** t)
    return theta - (eta * c / (1 - b1 ** t)) * m / (np.sqrt(v) + eps * c), m, v


MISTAKES = (
    Misconception("M181", "the bias corrections are missing", variant(correct_m=False, correct_v=False),
                  "after the first step m is (1 - b1) g. By what must it be divided to be g?"),
    Misconception("M182", "only the mean is corrected, not the mean square", variant(correct_v=False),
                  "v starts at zero like m. After the first step it is what fraction of g^2?"),
    Misconception("M183", "eps stands inside the square root", variant(inside=True),
                  "for v_hat = 0, by what does (5) divide?"),
    Misconception("M184", "the corrections count one step too many", variant(late=1),
                  "t is 1 in the first step already. Which power belongs to it?"),
    Misconception("M185", "the step goes uphill", variant(sign=1),
                  "the gradient points where the loss grows. Where should theta go?"),
    Misconception("M186", "m is a sum, not a mean: the momentum of other optimizers", variant(plain=True),
                  "the weights of old and new in (1) add up to what?"),
    Misconception("M187", "the mean size of the gradient instead of its mean square", variant(squared=False),
                  "under the root of (5), is v of the size of g or of g^2?"))

EXERCISE = Exercise(
    number=18, name="adam", kind="write", title="five lines of an optimizer", source=__file__,
    steps=(
        Values(adam_step, trusted, draw,
               (Part("first step: theta", 2, "the parameters after one step, equations (3) to (5)"),
                Part("first step: m", 1, "the running mean, equation (1)"),
                Part("first step: v", 1, "the running mean square, equation (2)")), MISTAKES, None, first),
        Values(adam_step, trusted, draw, (Part("five steps: theta", 1, "the parameters after five steps"),), MISTAKES, None,
               fifth)),
    hints=(
        "A running mean: b1 times the old one plus (1 - b1) times what is new.",
        "From m = 0, after t equal gradients g, m is (1 - b1)(1 + b1 + ... + b1^(t-1)) g. Sum the geometric series.",
        "That sum is 1 - b1^t: dividing by it makes a mean of equal gradients equal to them. The same for v with b2.",
        "The root is taken of the corrected v, and eps is added to the root, outside of it."),
    alternatives=(
        Alternative("corrections inside the learning rate", {"adam_step": folded}),
        Alternative("the package's own form", {"adam_step": trusted})),
)
