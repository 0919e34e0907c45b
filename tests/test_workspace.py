"""Arrays that are used again, and work in blocks: never another result, never somebody else's array."""

import numpy as np
import pytest

from npae import workspace
from npae.checks.cases import CASES
from npae.layers import sigmoid
from npae.losses import table
from npae.workspace import BLOCK, Workspace, in_blocks, row_blocks


def test_an_array_is_the_same_one_at_the_next_step():
    workspace = Workspace("float32")
    first = workspace.array("a", "y", 4, 3)
    first[:] = 7
    assert first.dtype == np.float32 and workspace.array("a", "y", 4, 3) is first
    assert workspace.array("a", "dx", 4, 3) is not first


def test_a_small_batch_gets_the_first_rows_and_a_larger_one_a_new_array():
    workspace = Workspace("float64")
    large = workspace.array("a", "y", 4, 3)
    small = workspace.array("a", "y", 2, 3)
    assert small.base is large and small.shape == (2, 3)
    assert workspace.array("a", "y", 4, 3) is large
    for shape in ((5, 3), (5, 2)):
        other = workspace.array("a", "y", *shape)
        assert other.shape == shape and not np.shares_memory(other, large)


@pytest.mark.parametrize("shape", [(1, 1), (3, BLOCK + 1), (BLOCK + 1, 1), (700, 64), (10, 0)])
def test_blocks_cover_every_row_once(shape):
    rows = np.concatenate([np.arange(shape[0])[block] for block in row_blocks(shape)])
    np.testing.assert_array_equal(rows, np.arange(shape[0]))


@pytest.mark.parametrize("m", [1, 100, 700])
@pytest.mark.parametrize("where", ["none", "fresh", "itself"])
def test_blocks_change_no_bit(m, where):
    a = np.random.default_rng(m).normal(size=(m, 100))
    expected = sigmoid(a)
    out = {"none": None, "fresh": np.empty_like(a), "itself": a}[where]
    found = in_blocks(sigmoid, a, out=out)
    np.testing.assert_array_equal(found, expected)
    assert found is out or out is None or a.size <= BLOCK


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_blocks_of_a_few_entries_change_no_gradient_of_any_model(case, monkeypatch):
    """The cases are smaller than a block: here each of their batches is many, in lent arrays, against one in fresh ones."""
    rng = np.random.default_rng(0)
    model, x = case.random_instance(rng)
    x = np.concatenate([x] * 3)
    noise = model._draw_noise(x, rng)
    terms, grads = model._loss_and_gradients(model.params, x, noise)
    monkeypatch.setattr(workspace, "BLOCK", 8)
    monkeypatch.setattr(table, "BLOCK", 8)
    lent = model.params.with_workspace()
    for _ in range(2):
        in_pieces, found = model._loss_and_gradients(lent, x, noise)
        assert {name: float(value) for name, value in in_pieces.items()} == pytest.approx(
            {name: float(value) for name, value in terms.items()}, rel=1e-12)
        np.testing.assert_allclose(found.theta, grads.theta, rtol=1e-9, atol=1e-12 * np.abs(grads.theta).max())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_lent_workspace_changes_no_bit_of_any_model(case):
    """Twice with the same workspace, batches of two sizes: what an earlier step left behind must not matter."""
    rng = np.random.default_rng(0)
    model, x = case.random_instance(rng)
    x = np.concatenate([x] * 3)
    lent = model.params.with_workspace()
    for rows in (x, x[:len(x) - 1], x):
        noise = model._draw_noise(rows, rng)
        terms, grads = model._loss_and_gradients(model.params, rows, noise)
        lent_terms, lent_grads = model._loss_and_gradients(lent, rows, noise)
        assert terms == lent_terms
        np.testing.assert_array_equal(grads.theta, lent_grads.theta)


def test_what_a_public_call_returns_is_fresh():
    case = CASES[0]
    model, x = case.random_instance(np.random.default_rng(0))
    noise = model.draw_noise(x, np.random.default_rng(1))
    first, second = (model.loss_and_gradients(x, noise=noise)[1] for _ in range(2))
    assert not np.shares_memory(first.theta, second.theta)
    before = first.theta.copy()
    model.partial_fit(x)
    np.testing.assert_array_equal(first.theta, before)
