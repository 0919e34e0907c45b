"""Softmax regression: its gradient, the one optimum that a convex loss has, and cases whose answer is known."""

import copy
import pickle

import numpy as np
import pytest

from npae.applications import SoftmaxRegression
from npae.losses import softmax

DECAY = 0.05


def data(m=40, d=3, c=4, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, d)) * [1, 5, 0.3][:d], np.array(list("dcba"))[rng.integers(0, c, m)]


def loss(W, b, X, y, decay=DECAY):
    """The objective, written anew: minus the mean log-probability of the true class, plus the decay."""
    o = X @ W + b
    classes = np.unique(y)
    log_p = o - np.log(np.exp(o).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(X)), np.searchsorted(classes, y)]) + decay * np.sum(W ** 2)


def newton(X, y, decay=DECAY, steps=60):
    """Minimize the same loss by damped Newton steps with numerical derivatives of an analytic gradient: another way."""
    classes = np.unique(y)
    T, shape = (y[:, None] == classes).astype(float), (X.shape[1] + 1, len(classes))
    A = np.hstack([X, np.ones((len(X), 1))])                            # the bias as one more weight, not decayed
    D = np.vstack([np.ones((X.shape[1], shape[1])), np.zeros((1, shape[1]))])

    def gradient(theta):
        V = theta.reshape(shape)
        return (A.T @ (softmax(A @ V) - T) / len(X) + 2 * decay * D * V).ravel()

    theta = np.zeros(shape[0] * shape[1])
    for _ in range(steps):
        g = gradient(theta)
        H = np.array([(gradient(theta + 1e-6 * e) - gradient(theta - 1e-6 * e)) / 2e-6 for e in np.eye(len(theta))])
        step = np.linalg.lstsq(H, g, rcond=1e-8)[0]                     # H is singular: a constant added to all biases
        theta -= step * min(1, 2 / np.linalg.norm(step)) if np.any(step) else 0
    V = theta.reshape(shape)
    return V[:-1], V[-1]


def test_reaches_the_optimum_that_newtons_method_finds():
    X, y = data()
    model = SoftmaxRegression(decay=DECAY).fit(X, y)
    W, b = newton(X, y)
    assert model.converged_ and model.n_iter_ < model.max_iterations
    assert model.classes_.tolist() == list("abcd")
    assert model.params["W"] == pytest.approx(W, abs=1e-6)
    assert model.params["b"] == pytest.approx(b - b.mean(), abs=1e-6)   # of b only a common constant is free
    assert model.loss_ == pytest.approx(loss(W, b, X, y), abs=1e-10)
    assert model.predict_proba(X) == pytest.approx(softmax(X @ W + b), abs=1e-6)


def test_no_neighbouring_point_is_better():
    X, y = data(seed=1)
    model = SoftmaxRegression(decay=DECAY).fit(X, y)
    W, b = model.params["W"].copy(), model.params["b"].copy()
    assert model.loss_ == pytest.approx(loss(W, b, X, y), abs=1e-12)
    rng = np.random.default_rng(2)
    for size in (1e-1, 1e-3):
        for _ in range(20):
            assert loss(W + size * rng.normal(size=W.shape), b + size * rng.normal(size=b.shape), X, y) > model.loss_


def test_without_decay_or_features_it_is_the_share_of_each_class():
    y = np.array([0] * 6 + [1] * 3 + [2])
    model = SoftmaxRegression(decay=0.0).fit(np.zeros((10, 2)), y)
    assert model.predict_proba(np.zeros((1, 2)))[0] == pytest.approx([0.6, 0.3, 0.1], abs=1e-7)
    shares = np.array([0.6, 0.3, 0.1])
    assert model.loss_ == pytest.approx(-np.sum(shares * np.log(shares)), abs=1e-12)    # the entropy of the labels


def test_parts_what_planes_can_part_and_nothing_else():
    corners = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    X = np.repeat(corners, 3, axis=0) + 0.02 * np.random.default_rng(0).normal(size=(12, 2))
    assert SoftmaxRegression(decay=1e-4).fit(X, np.repeat([0, 0, 0, 1], 3)).score(X, np.repeat([0, 0, 0, 1], 3)) == 1
    exclusive_or = np.repeat([0, 1, 1, 0], 3)
    assert SoftmaxRegression(decay=1e-4).fit(X, exclusive_or).score(X, exclusive_or) <= 0.75


def test_repeating_the_examples_changes_nothing():
    X, y = data(m=20)
    once, twice = (SoftmaxRegression(decay=DECAY).fit(np.tile(X, (n, 1)), np.tile(y, n)) for n in (1, 2))
    assert twice.params["W"] == pytest.approx(once.params["W"], abs=1e-7)


def test_more_decay_smaller_weights_and_an_end_to_the_iterations():
    X, y = data()
    norms = [np.linalg.norm(SoftmaxRegression(decay=decay).fit(X, y).params["W"]) for decay in (1e-3, 1e-2, 1e-1, 1.0)]
    assert norms == sorted(norms, reverse=True) and norms[-1] < norms[0] / 4
    ended = SoftmaxRegression(decay=0.0, max_iterations=5).fit([[0.0], [1.0]], [0, 1])     # no optimum: W grows
    assert (ended.n_iter_, ended.converged_) == (5, False)


def test_copies_and_repr():
    X, y = data()
    model = SoftmaxRegression(decay=DECAY).fit(X, y)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert np.array_equal(other.predict_proba(X), model.predict_proba(X))
    assert repr(model) == "SoftmaxRegression(decay=0.05)"


@pytest.mark.parametrize("settings, X, y, message", [
    ({"decay": -1.0}, [[0.0], [1.0]], [0, 1], "decay must be a finite number"),
    ({"max_iterations": 0}, [[0.0], [1.0]], [0, 1], "max_iterations must be an integer"),
    ({}, [[0.0], [1.0]], [0], "one label for each of the 2 examples"),
    ({}, [[0.0], [1.0]], [1, 1], "at least two classes"),
    ({}, [[0.0], [np.inf]], [0, 1], "not finite"),
])
def test_bad_input(settings, X, y, message):
    with pytest.raises(ValueError, match=message):
        SoftmaxRegression(**settings).fit(X, y)


def test_bad_input_after_fit():
    with pytest.raises(ValueError, match="not fitted"):
        SoftmaxRegression().predict([[0.0]])
    model = SoftmaxRegression().fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(ValueError, match="X has 2 features"):
        model.predict([[0.0, 1.0]])
    with pytest.raises(ValueError, match=r"y must have shape \(2,\)"):
        model.score([[0.0], [1.0]], [0])
