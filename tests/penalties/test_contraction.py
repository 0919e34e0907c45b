"""The contraction pairs against explicit loops over examples, units and inputs; weights, blocks, methods, probes."""

import importlib

import numpy as np
import pytest

from npae.penalties import (
    contraction,
    contraction_backward,
    deep_contraction,
    deep_contraction_and_gradients,
    deep_contraction_backward,
    gram,
    row_length,
    row_step,
)

MODULE = importlib.import_module("npae.penalties.deep_contraction")     # the package's name of it is the function
WIDTHS = ((4, 3), (5, 4, 3), (2, 4, 5, 3), (6, 5, 4, 3, 7))
depths = pytest.mark.parametrize("widths", WIDTHS)


def stack(widths, m=5, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    pairs = list(zip(widths, widths[1:]))
    return ([rng.uniform(0.1, 1, (m, h)).astype(dtype) for _, h in pairs],
            [rng.normal(0, 0.7, shape).astype(dtype) for shape in pairs])


def jacobian_of_example(S, W, i):
    J = np.eye(len(W[0]))
    for s, matrix in zip(S, W):
        J = np.diag(s[i]) @ matrix.T @ J
    return J


def by_loops(S, W, weight):
    return sum(w * np.sum(jacobian_of_example(S, W, i) ** 2) for i, w in enumerate(weight))


def same(left, right, rtol=1e-12):
    for a, b in zip(left, right, strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * np.abs(b).max())


def test_one_layer_by_three_loops():
    (s,), (W,) = stack((4, 3))
    total = sum((s[i, j] * W[a, j]) ** 2 for i in range(5) for j in range(3) for a in range(4)) / 5
    assert contraction(s, W) == pytest.approx(total, rel=1e-13)


def test_the_numbers_of_the_erratum():
    """E002-05: |J|^2 of [[1, 2], [3, 4], [0, 1]] is 31 (the norm itself, 5.567764, is not the penalty)."""
    J = np.array([[1.0, 2], [3, 4], [0, 1]])
    assert contraction(np.ones((1, 3)), J.T) == 31.0
    ds, dW = contraction_backward(np.ones((1, 3)), J.T)
    np.testing.assert_array_equal(dW, 2 * J.T)
    np.testing.assert_array_equal(ds, [[10, 50, 2]])


@depths
def test_the_value_is_that_of_the_explicit_jacobians(widths):
    S, W = stack(widths)
    assert deep_contraction(S, W) == pytest.approx(by_loops(S, W, np.full(5, 0.2)), rel=1e-12)


@depths
@pytest.mark.parametrize("method", ["auto", "units", "inputs"])
def test_a_weight_replaces_one_over_m(widths, method):
    S, W = stack(widths)
    weight = np.random.default_rng(1).random((5, 1))
    assert deep_contraction(S, W, weight, method) == pytest.approx(by_loops(S, W, weight[:, 0]), rel=1e-12)
    assert deep_contraction(S, W, 1.0, method) == pytest.approx(by_loops(S, W, np.ones(5)), rel=1e-12)
    for one, five in zip(deep_contraction_backward(S, W, 1.0, method), deep_contraction_backward(S, W, None, method)):
        same(one, [5 * array for array in five])


@depths
def test_the_three_functions_are_one(widths):
    S, W = stack(widths)
    value, dS, dW = deep_contraction_and_gradients(S, W)
    assert deep_contraction(S, W) == value
    other_dS, other_dW = deep_contraction_backward(S, W)
    same([*dS, *dW], [*other_dS, *other_dW], rtol=0)
    assert [array.shape for array in (*dS, *dW)] == [array.shape for array in (*S, *W)]


@depths
@pytest.mark.parametrize("block", [1, 30, 2 ** 30])
@pytest.mark.parametrize("method, n_probes", [("units", 0), ("inputs", 0), ("auto", 7)])
def test_the_size_of_a_block_changes_nothing(widths, block, method, n_probes, monkeypatch):
    S, W = stack(widths)
    probes = np.random.default_rng(2).normal(size=(5, n_probes, widths[-1])) if n_probes else None
    value, dS, dW = deep_contraction_and_gradients(S, W, method=method, probes=probes)
    monkeypatch.setattr(MODULE, "BLOCK", block)
    other, other_dS, other_dW = deep_contraction_and_gradients(S, W, method=method, probes=probes)
    assert other == pytest.approx(value, rel=1e-13)
    same([*dS, *dW], [*other_dS, *other_dW])


def test_blocks_cover_every_row_once(monkeypatch):
    S = [np.zeros((5, 4)), np.zeros((5, 3))]
    for block in (1, 39, 40, 60, 10_000):
        monkeypatch.setattr(MODULE, "BLOCK", block)
        rows = [row for part in MODULE._blocks(7, S) for row in range(part.start, part.stop)]
        assert rows == list(range(7))
    monkeypatch.setattr(MODULE, "BLOCK", 60)
    assert [part.stop - part.start for part in MODULE._blocks(7, S)] == [3, 3, 1]       # 60 // 20 rows


@depths
@pytest.mark.parametrize("method", ["units", "inputs"])
def test_float32_stays_float32(widths, method):
    S, W = stack(widths, dtype=np.float32)
    value, dS, dW = deep_contraction_and_gradients(S, W, method=method)
    assert {array.dtype for array in (value, *dS, *dW)} == {np.dtype(np.float32)}
    exact = deep_contraction([s.astype(float) for s in S], [w.astype(float) for w in W])
    assert value == pytest.approx(exact, rel=1e-5)


def test_auto_takes_columns_where_they_are_cheaper_and_rows_elsewhere(monkeypatch):
    calls = []
    for name in ("_from_units", "_from_inputs"):
        original = getattr(MODULE, name)
        monkeypatch.setattr(MODULE, name, lambda *args, name=name, original=original: calls.append(name) or original(*args))
    deep_contraction(*stack((2, 20, 20, 30)))
    deep_contraction(*stack((60, 20, 20, 3)))
    deep_contraction(*stack((60, 20)))
    assert calls == ["_from_inputs", "_from_units"]         # one layer needs neither


def test_unit_probes_are_the_units_themselves():
    S, W = stack((5, 4, 3))
    probes = np.broadcast_to(np.sqrt(3) * np.eye(3), (5, 3, 3))        # the mean over q of them is the sum over units
    value, dS, dW = deep_contraction_and_gradients(S, W, probes=probes)
    exact, exact_dS, exact_dW = deep_contraction_and_gradients(S, W)
    assert value == pytest.approx(exact, rel=1e-13)
    same([*dS, *dW], [*exact_dS, *exact_dW])


def test_a_probe_gives_the_squared_length_of_its_row():
    S, W = stack((5, 4, 3))
    probes = np.random.default_rng(3).normal(size=(5, 2, 3))
    rows = [probes[i, q] @ jacobian_of_example(S, W, i) for i in range(5) for q in range(2)]
    assert deep_contraction(S, W, probes=probes) == pytest.approx(np.mean([row @ row for row in rows]), rel=1e-12)


def test_one_layer_takes_probes_too():
    (s,), (W,) = stack((5, 3))
    probes = np.random.default_rng(3).normal(size=(5, 2, 3))
    rows = [(probes[i, q] * s[i]) @ W.T for i in range(5) for q in range(2)]
    assert deep_contraction([s], [W], probes=probes) == pytest.approx(np.mean([row @ row for row in rows]), rel=1e-12)


def test_the_pieces_of_a_row():
    (s, _), (first, second) = stack((4, 3, 2))
    V = np.random.default_rng(4).normal(size=(5, 2))
    U, D = row_step(V, second, s)
    for i in range(5):
        np.testing.assert_allclose(U[i], second @ V[i], rtol=1e-12)
        np.testing.assert_allclose(D[i], s[i] * U[i], rtol=1e-12)
    lengths = [np.sum((first @ row) ** 2) for row in D]
    assert row_length(D, gram(first), 1.0) == pytest.approx(sum(lengths), rel=1e-12)
    assert row_length(D, gram(first), np.arange(5.0)[:, None]) == pytest.approx(np.dot(np.arange(5), lengths), rel=1e-12)
