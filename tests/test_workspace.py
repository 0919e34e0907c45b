"""Arrays that are used again, and work in blocks: never another result, never somebody else's array."""

import numpy as np
import pytest

from npae.checks.cases import CASES
from npae.layers import sigmoid
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
