r"""Exercise 22, break_weak_checker: get wrong gradients past three weak checks.

A gradient check is a function that somebody wrote, and some are easy to fool. Here are three,
each with a hole that has been found in real code. Write a wrong backward for each that it
accepts. The first two are for `layer`, y = x @ W; the third is for `loss`, a number.

1   `accepts_with_ones`: compares the gradient of a plain sum, dy = 1 everywhere.
    Write `fools_ones(dy, x, W)`.
2   `accepts_with_positive`: takes a random dy, but from a uniform distribution on (0.5, 1.5).
    Write `fools_positive(dy, x, W)`. It has to use dy.
3   `accepts_with_large_step`: differences with a step of 0.01 and a tolerance to match.
    Write `fools_large_step(x, W, t)` for which `taylor_slope` is below 1.5: the Taylor remainder
    |L(W + s V) - L(W) - s sum(dW V)| falls like s^2 for a right gradient and like s for a wrong
    one, however small the error. No step size hides that.

What you write is run on fresh inputs, by these three functions and by the real checker, which
must reject all of it.

    Derivation   npae/gradcheck/lines.py, npae/gradcheck/taylor.py
    Check        npae exercise check break_weak_checker
"""

import numpy as np

LAM = 1e-4


def layer(x, W):
    """Return y (m, h) for x (m, n) and W (n, h)."""
    return x @ W


def layer_backward(dy, x, W):
    """Return dx and dW; these are right."""
    return dy @ W.T, x.T @ dy


def loss(x, W, t):
    """Return L: squared error of tanh units, and a weight decay with a small factor."""
    return np.sum((np.tanh(x @ W) - t) ** 2) / len(x) + LAM * np.sum(W ** 2)


def loss_backward(x, W, t):
    """Return dW; this is right."""
    y = np.tanh(x @ W)
    return x.T @ (2 * (y - t) / len(x) * (1 - y ** 2)) + LAM * 2 * W


def difference(f, X, step):
    """Return the central differences of the number f(X) by the entries of X."""
    slopes = np.zeros_like(X)
    for index in np.ndindex(*X.shape):
        moved = np.zeros_like(X)
        moved[index] = step
        slopes[index] = (f(X + moved) - f(X - moved)) / (2 * step)
    return slopes


def accepts(got, measured, tolerance):
    """Whether two arrays agree, relative to the largest entry."""
    return np.shape(got) == measured.shape and bool(
        np.max(np.abs(got - measured)) <= tolerance * np.max(np.abs(measured)))


def accepts_layer(backward, dy, x, W):
    """Whether both gradients of the layer agree with central differences of sum(dy * y)."""
    dx, dW = backward(dy.copy(), x.copy(), W.copy())
    return accepts(dx, difference(lambda X: np.sum(dy * layer(X, W)), x, 1e-5), 1e-6) and accepts(
        dW, difference(lambda V: np.sum(dy * layer(x, V)), W, 1e-5), 1e-6)


def accepts_with_ones(backward, x, W):
    """The first weak check."""
    return accepts_layer(backward, np.ones((len(x), W.shape[1])), x, W)


def accepts_with_positive(backward, x, W, rng):
    """The second weak check."""
    return accepts_layer(backward, rng.uniform(0.5, 1.5, (len(x), W.shape[1])), x, W)


def accepts_with_large_step(backward, x, W, t):
    """The third weak check."""
    measured = difference(lambda V: loss(x, V, t), W, 1e-2)
    return accepts(backward(x.copy(), W.copy(), t.copy()), measured, 1e-2)


def taylor_slope(backward, x, W, t, rng):
    """Return the smallest slope of the Taylor remainder in a log-log plot: 2 right, 1 wrong."""
    dW, steps, slopes = backward(x.copy(), W.copy(), t.copy()), np.array([1e-4, 1e-5, 1e-6]), []
    for V in rng.normal(size=(5, *W.shape)):
        rises = [loss(x, W + s * V, t) - loss(x, W, t) for s in steps]
        remainders = np.abs(rises - steps * np.sum(dW * V))
        slopes.append(np.polyfit(np.log(steps), np.log(np.maximum(remainders, 1e-300)), 1)[0])
    return min(slopes)


def fools_ones(dy, x, W):
    """Return dx and dW, wrong, accepted by the first check."""
    # <solution>
    return np.ones_like(dy) @ W.T, x.T @ np.ones_like(dy)
    # </solution>


def fools_positive(dy, x, W):
    """Return dx and dW, wrong, accepted by the second check."""
    # <solution>
    return np.abs(dy) @ W.T, x.T @ np.abs(dy)
    # </solution>


def fools_large_step(x, W, t):
    """Return dW, wrong, accepted by the third check, but not by the Taylor slope."""
    # <solution>
    return loss_backward(x, W, t) - LAM * 2 * W         # the small term is forgotten
    # </solution>


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.judged import Judged
from npae.gradcheck import check_gradients

ROUNDS = 3


def points(seed):
    """Yield inputs of the layer, each with a stream of its own."""
    for number in range(ROUNDS):
        rng = np.random.default_rng([seed, number])
        m, n, h = lengths(rng, 3)
        yield signed(rng, m, n), signed(rng, n, h), rng


def layer_verdict(function, weak, seed, what):
    for x, W, rng in points(seed):
        if not weak(function, x, W, rng):
            return f"the weak check rejects {what}: it has to agree whenever {{when}}."
    x, W, _ = next(points(seed + 1))
    if check_gradients(layer, function, {"x": x, "W": W}, seed=seed).verdict != "fail":
        return f"the real checker accepts {what} as well: these gradients are right."
    return ""


def judge_ones(function, seed):
    return layer_verdict(function, lambda f, x, W, rng: accepts_with_ones(f, x, W), seed, "fools_ones").format(
        when="dy is 1 everywhere")


def judge_positive(function, seed):
    wrong = layer_verdict(function, accepts_with_positive, seed, "fools_positive").format(when="dy is positive")
    if wrong:
        return wrong
    x, W, rng = next(points(seed))
    answers = [function(rng.uniform(0.5, 1.5, (len(x), W.shape[1])), x.copy(), W.copy())[1] for _ in range(2)]
    return "fools_positive does not use dy." if np.allclose(*answers) else ""


def judge_large_step(function, seed):
    for x, W, rng in points(seed):
        x, W = 0.5 * x, 0.5 * W                         # away from saturation
        t = rng.uniform(0.2, 0.8, (len(x), W.shape[1]))
        if not accepts_with_large_step(function, x, W, t):
            return "the weak check rejects fools_large_step: the error has to be smaller than 1% of the largest entry."
        slope = taylor_slope(function, x, W, t, rng)
        if slope >= 1.5:
            return f"the Taylor slope is {slope:.2f}: these gradients are right, or wrong by less than any check can see."
    if check_gradients(loss, function, {"x": x, "W": W, "t": t}, wrt="W", seed=seed).verdict != "fail":
        return "the real checker accepts fools_large_step as well."
    return ""


EXERCISE = Exercise(
    number=22, name="break_weak_checker", kind="break", title="wrong gradients past a weak check", source=__file__,
    steps=(
        Judged(fools_ones, Part("ones", 2, "accepted where the upstream gradient is all ones"), judge_ones),
        Judged(fools_positive, Part("positive", 2, "accepted where it is positive"), judge_positive),
        Judged(fools_large_step, Part("Taylor", 2, "accepted with a large step, revealed by the slope"), judge_large_step)),
    hints=(
        "Start from the right backward. Which of its arguments does the first check never change?",
        "If dy is 1 everywhere, then leaving it out, squaring it or averaging it makes no difference. If it is positive, "
        "what makes no difference?",
        "For the third, the tolerance is 1% of the largest entry. One of the two terms of the loss is smaller than that."),
    alternatives=(
        Alternative("the square, the sign, a factor", {
            "fools_ones": lambda dy, x, W: (dy ** 2 @ W.T, x.T @ dy ** 2),
            "fools_positive": lambda dy, x, W: (np.maximum(dy, 0) @ W.T, x.T @ np.maximum(dy, 0)),
            "fools_large_step": lambda x, W, t: 1.001 * loss_backward(x, W, t)}),
        Alternative("only one of two gradients is wrong", {
            "fools_ones": lambda dy, x, W: (dy @ W.T, x.T @ (dy / dy.mean())),
            "fools_positive": lambda dy, x, W: (dy @ W.T, x.T @ np.abs(dy)),
            "fools_large_step": lambda x, W, t: loss_backward(x, W, t) + 1e-3 * np.max(np.abs(loss_backward(x, W, t)))})),
)
