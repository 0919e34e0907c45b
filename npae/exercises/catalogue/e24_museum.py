r"""Exercise 24, museum: eighteen mistakes of well-known code, and the check that catches each.

All of them have been published, run and cited. They are re-created here from descriptions,
each in a few lines. For every one, say two things in ANSWERS:

    "gradient_check"   "passes" or "fails": is the gradient that is returned the gradient of the
                       value that is returned? Randomness is frozen for the check.
    "caught_by"        one check that catches it:
        "gradients"    the gradient check
        "oracles"      a case with a known exact answer: an explicit Jacobian, a closed form, the
                       moments of many samples, a code or a logit made by hand
        "invariances"  repeating every example must change nothing; doubling the number of latent
                       units, each with the same value, must double their penalty
        "determinism"  two equal calls give the same bits
        "behaviour"    what must happen in training: descending lowers what is penalized, the
                       codebook moves, two epochs see different noise

Where several checks catch a mistake, any of them is right. Nothing of the answers is stored:
all checks that apply run on the specimen, and on a correct version of it, which passes them
all. You may run what you like yourself: every specimen is a function.

m examples in rows. A specimen returns a value and a dictionary of gradients, and sometimes
what it has drawn.

    Derivation   npae/checks; `npae check` runs the five kinds over the package
    Check        npae exercise check museum
"""

import numpy as np

ANSWERS = {
    # <solution "integer_division": {"gradient_check": None, "caught_by": None},>
    "integer_division": {"gradient_check": "passes", "caught_by": "behaviour"},
    # </solution>
    # <solution "frozen_weights": {"gradient_check": None, "caught_by": None},>
    "frozen_weights": {"gradient_check": "passes", "caught_by": "oracles"},
    # </solution>
    # <solution "last_layer_only": {"gradient_check": None, "caught_by": None},>
    "last_layer_only": {"gradient_check": "passes", "caught_by": "oracles"},
    # </solution>
    # <solution "sum_before_square": {"gradient_check": None, "caught_by": None},>
    "sum_before_square": {"gradient_check": "passes", "caught_by": "oracles"},
    # </solution>
    # <solution "half_the_gradient": {"gradient_check": None, "caught_by": None},>
    "half_the_gradient": {"gradient_check": "fails", "caught_by": "gradients"},
    # </solution>
    # <solution "slope_of_another": {"gradient_check": None, "caught_by": None},>
    "slope_of_another": {"gradient_check": "fails", "caught_by": "gradients"},
    # </solution>
    # <solution "variance_as_deviation": {"gradient_check": None, "caught_by": None},>
    "variance_as_deviation": {"gradient_check": "passes", "caught_by": "oracles"},
    # </solution>
    # <solution "tenth_of_the_noise": {"gradient_check": None, "caught_by": None},>
    "tenth_of_the_noise": {"gradient_check": "passes", "caught_by": "oracles"},
    # </solution>
    # <solution "divergence_averaged": {"gradient_check": None, "caught_by": None},>
    "divergence_averaged": {"gradient_check": "passes", "caught_by": "invariances"},
    # </solution>
    # <solution "divergence_clamped": {"gradient_check": None, "caught_by": None},>
    "divergence_clamped": {"gradient_check": "passes", "caught_by": "oracles"},
    # </solution>
    # <solution "noise_drawn_again": {"gradient_check": None, "caught_by": None},>
    "noise_drawn_again": {"gradient_check": "fails", "caught_by": "gradients"},
    # </solution>
    # <solution "summed_over_the_batch": {"gradient_check": None, "caught_by": None},>
    "summed_over_the_batch": {"gradient_check": "passes", "caught_by": "invariances"},
    # </solution>
    # <solution "codebook_after_the_copy": {"gradient_check": None, "caught_by": None},>
    "codebook_after_the_copy": {"gradient_check": "passes", "caught_by": "behaviour"},
    # </solution>
    # <solution "worst_sample_first": {"gradient_check": None, "caught_by": None},>
    "worst_sample_first": {"gradient_check": "passes", "caught_by": "oracles"},
    # </solution>
    # <solution "sparsity_per_example": {"gradient_check": None, "caught_by": None},>
    "sparsity_per_example": {"gradient_check": "passes", "caught_by": "oracles"},
    # </solution>
    # <solution "clipped_probability": {"gradient_check": None, "caught_by": None},>
    "clipped_probability": {"gradient_check": "passes", "caught_by": "oracles"},
    # </solution>
    # <solution "noise_drawn_once": {"gradient_check": None, "caught_by": None},>
    "noise_drawn_once": {"gradient_check": "passes", "caught_by": "behaviour"},
    # </solution>
    # <solution "scores_that_change": {"gradient_check": None, "caught_by": None},>
    "scores_that_change": {"gradient_check": "passes", "caught_by": "determinism"},
    # </solution>
}


def sigmoid(a):
    """Return 1 / (1 + exp(-a))."""
    return 1 / (1 + np.exp(-a))


def divergence(mu, logvar):
    """Return the divergence of N(mu, exp(logvar)) from N(0, 1), entry by entry."""
    return 0.5 * (np.exp(logvar) + mu ** 2 - logvar - 1)


# ---- contractive penalties: the mean of the squared norms of the Jacobians dh/dx -----------------

def integer_division(x, W):
    """Contractive penalty of h = sigmoid(x @ W). A `/` has become a `//`."""
    s = sigmoid(x @ W) * (1 - sigmoid(x @ W))
    total = np.sum(s ** 2 * np.sum(W ** 2, axis=0))
    return total // len(x), {"W": np.zeros_like(W)}         # the gradient of a step function


def frozen_weights(x, W, copy):
    """The same; the weights in the norm are a copy, made when the graph was built."""
    h = sigmoid(x @ W)
    s, q = h * (1 - h), np.sum(copy ** 2, axis=0)
    dh = 2 * s * q / len(x) * (1 - 2 * h)
    return np.sum(s ** 2 * q) / len(x), {"W": x.T @ (dh * s)}


def last_layer_only(x, W, V):
    """Contractive penalty of two layers z = tanh(tanh(x @ W) @ V), from the second's weights."""
    h = np.tanh(x @ W)
    z = np.tanh(h @ V)
    t, q = 1 - z ** 2, np.sum(V ** 2, axis=0)
    dz = 2 * t * q / len(x) * -2 * z
    dh = (dz * t) @ V.T
    dV = h.T @ (dz * t) + 2 * V * np.sum(t ** 2, axis=0) / len(x)
    return np.sum(t ** 2 * q) / len(x), {"W": x.T @ (dh * (1 - h ** 2)), "V": dV}


def sum_before_square(x, W):
    """Contractive penalty of h = sigmoid(x @ W), from the derivative of sum(h) by x."""
    h = sigmoid(x @ W)
    s = h * (1 - h)
    rows = s @ W.T                                          # (m, n): d sum(h) / dx
    drows = 2 * rows / len(x)
    dh = drows @ W * (1 - 2 * h)
    return np.sum(rows ** 2) / len(x), {"W": x.T @ (dh * s) + drows.T @ s}


def half_the_gradient(x, W):
    """Contractive penalty of h = sigmoid(x @ W)."""
    h = sigmoid(x @ W)
    s, q = h * (1 - h), np.sum(W ** 2, axis=0)
    dh = s * q / len(x) * (1 - 2 * h)
    return np.sum(s ** 2 * q) / len(x), {"W": x.T @ (dh * s) + W * np.sum(s ** 2, axis=0) / len(x)}


def slope_of_another(x, W, t):
    """Squared error of a ReLU layer h = max(x @ W, 0)."""
    h = np.maximum(x @ W, 0)
    return np.sum((h - t) ** 2) / len(x), {"W": x.T @ (2 * (h - t) / len(x) * h * (1 - h))}


# ---- samplers and divergences --------------------------------------------------------------------

def variance_as_deviation(mu, logvar, eps):
    """Squared sample plus divergence; also returns the sample."""
    z = mu + np.exp(logvar) * eps
    loss = np.sum(z ** 2 + divergence(mu, logvar)) / len(mu)
    dlogvar = 2 * z * np.exp(logvar) * eps + 0.5 * (np.exp(logvar) - 1)
    return loss, {"mu": (2 * z + mu) / len(mu), "logvar": dlogvar / len(mu)}, z


def tenth_of_the_noise(f, seed):
    """A code with noise N(0, 1) on it, and the squared sample; also returns the sample."""
    z = f + np.random.default_rng(seed).normal(0, 0.1, f.shape)
    return np.sum(z ** 2) / len(f), {"f": 2 * z / len(f)}, z


def divergence_averaged(mu, logvar):
    """The divergence, to be added to a reconstruction loss that is summed over features."""
    grads = {"mu": mu / mu.size, "logvar": 0.5 * (np.exp(logvar) - 1) / mu.size}
    return np.mean(divergence(mu, logvar)), grads


def divergence_clamped(mu, logvar):
    """The divergence, clamped against numerical trouble."""
    low, high = 0.0, 0.0
    value = np.clip(np.sum(divergence(mu, logvar)) / len(mu), low, high)
    inside = 1.0 if low < value < high else 0.0
    scale = inside / len(mu)
    return value, {"mu": scale * mu, "logvar": scale * 0.5 * (np.exp(logvar) - 1)}


def noise_drawn_again(mu, logvar, seed):
    """Squared sample of N(mu, exp(logvar)); the generator is that of the training loop."""
    rng, std = np.random.default_rng(seed), np.exp(logvar / 2)
    z = mu + std * rng.normal(size=mu.shape)
    again = rng.normal(size=mu.shape)
    return np.sum(z ** 2) / len(mu), {"mu": 2 * z / len(mu), "logvar": z * std * again / len(mu)}


# ---- vector quantization: E[j] is the row of the codebook nearest to each z ----------------------

def summed_over_the_batch(z, E, j, x, D):
    """Reconstruction from the rows of the codebook, and the codebook loss."""
    do = 2 * (E[j] @ D - x) / len(x)
    dE = np.zeros_like(E)
    np.add.at(dE, j, do @ D.T + 2 * (E[j] - z))
    return np.sum((E[j] @ D - x) ** 2) / len(x) + np.sum((E[j] - z) ** 2), {"E": dE}


def codebook_after_the_copy(z, E, j, stopped):
    """The codebook loss |z - q|^2, with q = z + stopped and stopped = E[j] - z, held constant."""
    q = z + stopped                                         # the straight-through copy
    return np.sum((z - q) ** 2) / len(z), {"E": np.zeros_like(E)}


# ---- objectives ----------------------------------------------------------------------------------

def worst_sample_first(logits):
    """Bound on log p(x) from K samples: their losses -log w (m, K), weighted by their softmax."""
    losses = -logits
    weights = np.exp(losses) / np.sum(np.exp(losses), axis=1, keepdims=True)
    mean = np.sum(weights * losses, axis=1, keepdims=True)
    dlogits = weights * (1 + losses - mean) / len(logits)
    return -np.sum(weights * losses) / len(logits), {"logits": dlogits}


def sparsity_per_example(y, rho):
    """KL sparsity of sigmoid units."""
    value = np.sum(rho * np.log(rho / y) + (1 - rho) * np.log((1 - rho) / (1 - y))) / len(y)
    return value, {"y": (y - rho) / (y * (1 - y)) / len(y)}


def clipped_probability(o, x):
    """Cross-entropy of logits o and targets x."""
    p = sigmoid(o)
    inside = (p > 1e-7) & (p < 1 - 1e-7)
    p = np.clip(p, 1e-7, 1 - 1e-7)
    loss = -np.sum(x * np.log(p) + (1 - x) * np.log(1 - p)) / len(o)
    return loss, {"o": inside * (p - x) / len(o)}


def noise_drawn_once(x, W, epoch, seed):
    """Denoising loss of a linear map in one epoch; also returns the corrupted input."""
    noisy = x + np.random.default_rng(seed).normal(0, 0.3, x.shape)
    o = noisy @ W
    return np.sum((o - x) ** 2) / len(x), {"W": noisy.T @ (2 * (o - x) / len(x))}, noisy


SCORING = np.random.default_rng()


def scores_that_change(x, W, seed=None):
    """Mean anomaly score: the squared error of a noisy linear autoencoder; a seed freezes it."""
    rng = SCORING if seed is None else np.random.default_rng(seed)
    h = x @ W + rng.normal(size=(len(x), W.shape[1]))
    do = 2 * (h @ W.T - x) / len(x)
    return np.sum((h @ W.T - x) ** 2) / len(x), {"W": x.T @ (do @ W) + do.T @ h}


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from functools import cache

from npae.exercises.answers import Answers, WrongKind
from npae.exercises.exercise import Exercise, Part
from npae.exercises.museum import KINDS, SPECIMENS, checks_passed

NAMES = tuple(SPECIMENS)


@cache
def passed_by(key):
    """Return which kinds of check the specimen passes; they are really run, once."""
    return checks_passed(key, globals()[key])


def judge(key, answers):
    answer = answers[key]
    if not isinstance(answer, dict) or set(answer) != {"gradient_check", "caught_by"}:
        raise WrongKind('a dictionary with "gradient_check" and "caught_by" is expected.')
    if answer["gradient_check"] not in ("passes", "fails", None):
        raise WrongKind('"gradient_check" is "passes" or "fails".')
    if answer["caught_by"] not in (*KINDS, None):
        raise WrongKind(f'"caught_by" is one of {", ".join(KINDS)}.')
    passed = passed_by(key)
    wrong = []
    if answer["gradient_check"] != ("passes" if passed["gradients"] else "fails"):
        wrong.append("the gradient check was run on it, with another result")
    if answer["caught_by"] not in passed:
        wrong.append(f"{answer['caught_by']}: does not apply here" if answer["caught_by"] else "no check is named")
    elif passed[answer["caught_by"]]:
        wrong.append(f"it passes the check of {answer['caught_by']}")
    return f"{key}: {'; '.join(wrong)}." if wrong else ""


EXERCISE = Exercise(
    number=24, name="museum", kind="museum", title="real mistakes, and what catches them", source=__file__,
    steps=(Answers(tuple(Part(name, 1, SPECIMENS[name].title) for name in NAMES), judge),),
    hints=(
        "Ask first whether value and gradient belong together. If they do, a gradient check passes, whatever they are.",
        "If they do: what should the value be? If there is a formula, a hand-made case or a moment to compare with, it is "
        "an oracle. If only the scale is wrong, repeat the batch or double the units.",
        "A gradient of zero can be right for the value and useless in training: that is behaviour. So is noise that "
        "never changes. Two different answers to one question are determinism."),
)
