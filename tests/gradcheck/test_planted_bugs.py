"""Wrong gradients, of the kinds that people write, each caught under the code that states what is wrong with it."""

import numpy as np
import pytest

from npae.gradcheck import check_gradients

from .toys import (
    affine,
    affine_backward,
    affine_inputs,
    gaussian_kl,
    relu,
    sigmoid,
    sigmoid_backward,
    squared_error,
    tied,
    tied_inputs,
)

M = 7


def spoil(**changes):
    """Return affine_backward with some of its three results passed through a function."""
    def backward(dy, x, W, b):
        grads = dict(zip("xWb", affine_backward(dy, x, W)))
        return tuple(changes[name](g, dy, x, W) if name in changes else g for name, g in grads.items())
    return backward


def first_entry(g, amount):
    wrong = g.copy()
    wrong.flat[0] *= 1 + amount
    return wrong


def relu_in_place(dy, a):
    dy[a <= 0] = 0
    return dy.copy()


def centre_x_first(dy, x, W):
    x -= x.mean(axis=0)
    return affine_backward(dy, x, W)


class Accumulates:
    def __init__(self):
        self.dW = 0.0

    def __call__(self, dy, x, W):
        dx, dW, db = affine_backward(dy, x, W)
        self.dW = self.dW + dW
        return dx, self.dW, db


class RemembersForward:
    """Stale state: backward uses what the last forward pass left behind."""

    def forward(self, x, W, b):
        self.x = x
        return affine(x, W, b)

    def backward(self, dy, W):
        return affine_backward(dy, self.x, W)


STALE = RemembersForward()


def dropped_path(do, x, W, b):
    h = np.tanh(x @ W + b)
    da = do @ W * (1 - h**2)
    return da @ W.T, x.T @ da, da.sum(axis=0), do.sum(axis=0)


def decoder_half_only(do, x, W, b):
    dx, _, db, dc = dropped_path(do, x, W, b)
    return dx, do.T @ np.tanh(x @ W + b), db, dc


def fresh_noise(dy, x, W):
    return affine_backward(dy, x + np.random.normal(size=x.shape), W)


def square(rng):
    return affine_inputs(rng, 7, 4, 4)


def matrix(rng):
    return {"a": rng.normal(size=(7, 5))}


def batch(rng):
    return {"o": rng.normal(size=(7, 5)), "x": rng.normal(size=(7, 5))}


def code(rng):
    return {"mu": rng.normal(size=(7, 2)), "logvar": rng.normal(size=(7, 2))}


BUGS = {
    # name: (forward, backward, inputs, expected codes by tensor)
    "factor m": (affine, spoil(W=lambda g, *_: M * g), affine_inputs, {"W": "G204"}),
    "bias averaged, not summed": (affine, spoil(b=lambda g, *_: g / M), affine_inputs, {"b": "G204"}),
    "sign": (affine, spoil(x=lambda g, *_: -g), affine_inputs, {"x": "G203"}),
    "square W forgotten to transpose": (affine, spoil(x=lambda g, dy, x, W: dy @ W), square, {"x": "G216"}),
    "square dW transposed": (affine, spoil(W=lambda g, *_: g.T.copy()), square, {"W": "G205"}),
    "dW transposed": (affine, spoil(W=lambda g, *_: g.T.copy()), affine_inputs, {"W": "G101"}),
    "all zero": (affine, spoil(W=lambda g, *_: 0 * g), affine_inputs, {"W": "G201"}),
    "only the first example": (affine, spoil(W=lambda g, dy, x, W: np.outer(x[0], dy[0])), affine_inputs,
                               {"W": "G207"}),
    "one entry off": (affine, spoil(W=lambda g, *_: first_entry(g, 0.1)), affine_inputs, {"W": "G200"}),
    "one entry off by 1e-6": (affine, spoil(W=lambda g, *_: first_entry(g, 1e-6)), affine_inputs, {"W": "G200"}),
    "scaled by 1 + 1e-6": (affine, spoil(x=lambda g, *_: g * (1 + 1e-6)), affine_inputs, {"x": "G204"}),
    "computed in float32": (affine, spoil(W=lambda g, *_: g.astype("f4").astype("f8")), affine_inputs, {"W": "G200"}),
    "swapped, same shape": (affine, lambda dy, x, W: affine_backward(dy, x, W)[1::-1] + (dy.sum(axis=0),),
                            lambda rng: affine_inputs(rng, 4, 4, 4), {"x": "G202", "W": "G202"}),
    "swapped, other shape": (affine, lambda dy, x, W: affine_backward(dy, x, W)[1::-1] + (dy.sum(axis=0),),
                             affine_inputs, {"x": "G101", "W": "G101"}),
    "keepdims": (affine, spoil(b=lambda g, *_: g[np.newaxis].copy()), affine_inputs, {"b": "G101"}),
    "no sum over examples": (affine, spoil(b=lambda g, dy, *_: dy.copy()), affine_inputs, {"b": "G101"}),
    "NaN": (affine, spoil(b=lambda g, *_: g * np.nan), affine_inputs, {"b": "G103"}),
    "infinite": (affine, spoil(b=lambda g, *_: g + np.inf), affine_inputs, {"b": "G103"}),
    "float32": (affine, spoil(b=lambda g, *_: g.astype(np.float32)), affine_inputs, {"b": "G104"}),
    "complex": (affine, spoil(b=lambda g, *_: g + 0j), affine_inputs, {"b": "G104"}),
    "integers": (affine, spoil(b=lambda g, *_: np.zeros(3, int)), affine_inputs, {"b": "G104"}),
    "words": (affine, spoil(b=lambda g, *_: np.array(["a", "b", "c"])), affine_inputs, {"b": "G104"}),
    "None": (affine, spoil(b=lambda g, *_: None), affine_inputs, {"b": "G102"}),
    "one too many": (affine, lambda dy, x, W: (*affine_backward(dy, x, W), dy.copy()), affine_inputs,
                     {"gradient number 4": "G102"}),
    "unknown key": (affine, lambda dy, x: {"dW": x.T @ dy, "dU": x.T @ dy}, affine_inputs, {"dU": "G102"}),
    "dy mutated": (relu, relu_in_place, matrix, {"dy": "G105"}),
    "input mutated": (affine, centre_x_first, affine_inputs, {"x": "G105"}),
    "view of dy": (lambda a: a + 0, lambda dy, a: dy, matrix, {"a": "G107"}),
    "view of an input": (squared_error, lambda o, x: (o - x) / len(x) if len(x) != M else o[:], batch, {"o": "G107"}),
    "accumulates": (affine, Accumulates(), affine_inputs, {"W": "G106"}),
    "stale state": (STALE.forward, STALE.backward, affine_inputs, {"W": "G110"}),
    "fresh noise": (affine, fresh_noise, affine_inputs, {"W": "G109"}),
    "absolute dy": (sigmoid, lambda dy, y: np.abs(dy) * y * (1 - y), matrix, {"a": "G112"}),
    "ignores the upstream": (sigmoid, lambda dy, y: y * (1 - y), matrix, {"a": "G111"}),
    "adds a constant": (affine, spoil(b=lambda g, *_: g + 0.1), affine_inputs, {"b": "G213"}),
    "squares dy": (sigmoid, lambda dy, y: dy**2 * y * (1 - y), matrix, {"a": "G112"}),
    "normalizes dy": (sigmoid, lambda dy, y: dy / max(1e-12, np.linalg.norm(dy)) * y * (1 - y), matrix, {"a": "G214"}),
    "tanh's derivative for sigmoid": (sigmoid, lambda dy, y: dy * (1 - y**2), matrix, {"a": "G211"}),
    "derivative at y instead of a": (sigmoid, lambda dy, y: sigmoid_backward(dy, sigmoid(y)), matrix, {"a": "G211"}),
    "ReLU mask from dy": (relu, lambda dy, a: dy * (dy > 0), matrix, {"a": "G108"}),
    "leaky mask": (relu, lambda dy, a: dy * np.where(a > 0, 1, 0.01), matrix, {"a": "G200"}),
    "1/m missing": (squared_error, lambda o, x: o - x, batch, {"o": "G204"}),
    "mean over entries": (squared_error, lambda o, x: (o - x) / o.size, batch, {"o": "G204"}),
    "factor 2": (squared_error, lambda o, x: 2 * (o - x) / len(x), batch, {"o": "G204"}),
    "x - o": (squared_error, lambda o, x: (x - o) / len(x), batch, {"o": "G203"}),
    "log-variance taken for a standard deviation": (
        gaussian_kl, lambda mu, logvar: {"dmu": mu / len(mu), "dlogvar": (logvar - 1 / logvar) / len(mu)}, code,
        {"logvar": "G200"}),
    "tied, encoder half only": (tied, dropped_path, tied_inputs, {"W": "G200"}),
    "tied, decoder half only": (tied, decoder_half_only, tied_inputs, {"W": "G200"}),
    "forward writes into x": (lambda x, W, b: affine(np.tanh(x, out=x), W, b), affine_backward, affine_inputs,
                              {"x": "G105"}),
    "forward is random": (lambda x, W, b: affine(x, W, b) * np.random.normal(), affine_backward, affine_inputs,
                          {"forward": "U001"}),
    "forward is not finite": (lambda x, W, b: affine(x, W, b) * np.inf, affine_backward, affine_inputs,
                              {"forward": "U002"}),
    "forward in float32": (lambda x, W, b: affine(x, W, b).astype("f4"), affine_backward, affine_inputs,
                           {"forward": "U003"}),
}

INNOCENT = [name for name, (*_, codes) in BUGS.items()
            if min(codes.values()) >= "G2" or set(codes.values()) <= {"G101", "G108", "G111", "G112"}]
WRONG_VALUES = [name for name, (*_, codes) in BUGS.items()
                if "G2" <= min(codes.values()) < "G3" and name not in ("adds a constant", "normalizes dy")]


@pytest.mark.parametrize("name", BUGS)
def test_bug_is_caught_under_its_code(name):
    forward, backward, draw, expected = BUGS[name]
    report = check_gradients(forward, backward, draw(np.random.default_rng(0)))
    found = {(finding.tensor, finding.code) for finding in report.findings}
    assert found >= set(expected.items()), report
    assert report.verdict == ("untrusted" if "U" in "".join(expected.values()) else "fail") and not report.passed


@pytest.mark.parametrize("name", INNOCENT)
def test_the_innocent_tensors_are_not_accused(name):
    forward, backward, draw, expected = BUGS[name]
    report = check_gradients(forward, backward, draw(np.random.default_rng(1)), seed=1)
    assert {finding.tensor for finding in report.findings} == set(expected), report


@pytest.mark.parametrize("method", ["central", "richardson", "complex"])
@pytest.mark.parametrize("name", WRONG_VALUES)
def test_every_method_catches_wrong_values(name, method):
    forward, backward, draw, expected = BUGS[name]
    report = check_gradients(forward, backward, draw(np.random.default_rng(2)), method=method)
    if name != "computed in float32" or method != "central":       # float32's rounding is near the tolerance 1e-7
        assert {(f.tensor, f.code) for f in report.findings} == set(expected.items()), report


def test_an_explicit_wrt_shows_a_missing_gradient():
    inputs = affine_inputs(np.random.default_rng(0))
    report = check_gradients(affine, lambda dy, x, W: affine_backward(dy, x, W)[:2], inputs, wrt=("x", "W", "b"))
    assert [(f.code, f.tensor) for f in report.findings] == [("G102", "b")]
    assert [row.verdict for row in report.rows] == ["pass", "pass", "fail"]


@pytest.mark.parametrize("factor, verdict", [(1.0, "pass"), (1 + 1e-5, "fail")])
@pytest.mark.parametrize("shift, scale", [(1e6, 1.0), (0.0, 1e-10), (1e6, 1e-10)])
def test_shifted_and_scaled_losses_hide_nothing(shift, scale, factor, verdict):
    report = check_gradients(lambda o, x: scale * (squared_error(o, x) + shift),
                             lambda o, x: factor * scale * (o - x) / len(x), batch(np.random.default_rng(0)))
    assert report.verdict == verdict, report
