"""Vector quantization: choices by brute force, the codebook's two ways, the copied gradient, usage. (Gradients: checks.)"""

import math

import numpy as np
import pytest

from npae.gradcheck import relative_error
from npae.gradcheck.numerical import complex_step
from npae.latents import (
    averaged_codebook,
    chosen_vectors,
    code_counts,
    codebook_term,
    codebook_term_backward,
    commitment,
    commitment_backward,
    nearest_code,
    perplexity,
    straight_through,
    straight_through_backward,
    updated_averages,
    usage,
)

seeds = pytest.mark.parametrize("seed", range(10))


def problem(seed, p=60, k=3, K=8):
    """Return vectors z (p, k), a codebook E (K, k) whose last code is far from all of them, and the nearest codes j (p,)."""
    rng = np.random.default_rng(seed)
    z, E = rng.normal(size=(p, k)), rng.normal(size=(K, k))
    E[-1] = 100
    return z, E, nearest_code(z, E)


def by_brute_force(z, E):
    """The first of the smallest squared distances, each computed as it is defined."""
    distances = [[sum((a - b) ** 2 for a, b in zip(row, code)) for code in E.tolist()] for row in z.tolist()]
    return [row.index(min(row)) for row in distances]


# ---- the nearest code ----------------------------------------------------------------------------------------------

@seeds
def test_the_nearest_code_of_codes_of_different_lengths(seed):
    """The largest inner product would be a long code's, near or not."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(50, 4))
    E = rng.normal(size=(9, 4)) * rng.uniform(0.2, 3, (9, 1))
    j = nearest_code(z, E)
    np.testing.assert_array_equal(j, by_brute_force(z, E))
    assert np.mean(j != np.argmax(z @ E.T, axis=1)) > 0.1


@seeds
def test_the_first_of_several_nearest_codes_is_chosen(seed):
    """Small whole numbers, whose squares are exact: many rows are equally far from several codes, some codes are equal."""
    rng = np.random.default_rng(seed)
    z, E = rng.integers(-2, 3, (80, 2)).astype(float), rng.integers(-2, 3, (9, 2)).astype(float)
    E[5] = E[2]
    np.testing.assert_array_equal(nearest_code(z, E), by_brute_force(z, E))
    ties = [row.count(min(row)) > 1 for row in np.sum((z[:, np.newaxis] - E) ** 2, axis=2).tolist()]
    assert sum(ties) > 5


def test_an_imaginary_step_changes_no_choice():
    z, E, j = problem(0)
    np.testing.assert_array_equal(nearest_code(z + 5j * z[::-1], E - 3j), j)


# ---- the codebook by its gradient ----------------------------------------------------------------------------------

@seeds
def test_a_code_is_pulled_by_all_that_chose_it(seed):
    """2 n_j / p (E_j - mean) for every code; a loop over rows that assigns would keep one row of each code only."""
    z, E, j = problem(seed)
    dE, n = codebook_term_backward(E, z, j), code_counts(j, len(E))
    assert n.max() > 5 and n[-1] == 0
    for code in range(len(E)):
        expected = 2 * n[code] / len(z) * (E[code] - z[j == code].mean(axis=0)) if n[code] else np.zeros(3)
        np.testing.assert_allclose(dE[code], expected, atol=1e-14)


def test_codebook_term_and_commitment_have_one_value_and_two_gradients():
    z, E, j = problem(1)
    by_loop = sum((a - b) ** 2 for row, code in zip(z.tolist(), j) for a, b in zip(row, E[code].tolist()))
    for weight, factor in ((None, 1 / 60), (np.full((60, 1), 1 / 15), 1 / 15), (0.3, 0.3)):         # 15 examples of 4 slots
        assert codebook_term(E, z, j, weight) == pytest.approx(factor * by_loop, rel=1e-13)
        assert commitment(z, chosen_vectors(E, j), weight) == pytest.approx(factor * by_loop, rel=1e-13)
        np.testing.assert_allclose(codebook_term_backward(E, z, j, weight), 60 * factor * codebook_term_backward(E, z, j),
                                   rtol=1e-13)
        np.testing.assert_allclose(commitment_backward(z, E[j], weight), 2 * factor * (z - E[j]), rtol=1e-13)


@pytest.mark.parametrize("weight, factor", [(None, 1), (1.0, 2)])
def test_repeating_the_batch_changes_nothing_and_finds_a_sum_over_the_batch(weight, factor):
    """The museum's mistake, weight 1: the reconstruction is averaged over the batch and these terms are summed."""
    z, E, j = problem(2)
    z_twice, j_twice = np.concatenate([z, z]), np.concatenate([j, j])
    for f in (codebook_term, codebook_term_backward):
        np.testing.assert_allclose(f(E, z_twice, j_twice, weight), factor * f(E, z, j, weight), rtol=1e-12, atol=1e-15)
    twice, once = commitment(z_twice, E[j_twice], weight), commitment(z, E[j], weight)
    np.testing.assert_allclose(twice, factor * once, rtol=1e-12)
    dz = commitment_backward(z, E[j], weight)       # two copies of a row share what one row had
    np.testing.assert_allclose(commitment_backward(z_twice, E[j_twice], weight), factor / 2 * np.tile(dz, (2, 1)), rtol=1e-12)


# ---- the codebook by running averages ------------------------------------------------------------------------------

@seeds
def test_running_averages_are_gradient_descent_with_a_step_for_every_code(seed):
    z, E, j = problem(seed)
    rng = np.random.default_rng([seed, 1])
    N, decay = rng.uniform(0.5, 20, len(E)), rng.uniform(0.1, 0.999)
    counts, sums = updated_averages(N, N[:, np.newaxis] * E, z, j, decay)
    new, n = averaged_codebook(counts, sums), code_counts(j, len(E))
    np.testing.assert_allclose(counts, decay * N + (1 - decay) * n, rtol=1e-14)
    means = np.array([z[j == code].mean(axis=0) if n[code] else E[code] for code in range(len(E))])
    np.testing.assert_allclose(new, E + (1 - decay) * (n / counts)[:, np.newaxis] * (means - E), rtol=1e-12)
    step = len(z) * (1 - decay) / (2 * counts)[:, np.newaxis]
    np.testing.assert_allclose(new, E - step * codebook_term_backward(E, z, j), rtol=1e-12)
    np.testing.assert_allclose(new[-1], E[-1], rtol=1e-14)                          # nobody chose it
    assert np.abs(new[:-1] - E[:-1]).max() > 1e-3


@seeds
def test_without_a_past_it_is_a_step_of_k_means(seed):
    """The mean of what chose a code, where the gradient of the codebook term is zero; averages of unchosen codes are empty."""
    z, E, j = problem(seed)
    rng = np.random.default_rng([seed, 2])
    counts, sums = updated_averages(rng.uniform(1, 5, len(E)), rng.normal(size=E.shape), z, j, 0.0)
    chosen = counts > 0
    np.testing.assert_array_equal(counts, code_counts(j, len(E)))
    np.testing.assert_array_equal(sums[~chosen], 0)
    new = E.copy()
    new[chosen] = averaged_codebook(counts[chosen], sums[chosen])
    for code in np.flatnonzero(chosen):
        np.testing.assert_allclose(new[code], z[j == code].mean(axis=0), atol=1e-14)
    assert np.abs(codebook_term_backward(new, z, j)).max() < 1e-12 < np.abs(codebook_term_backward(E, z, j)).max()
    assert codebook_term(new, z, nearest_code(z, new)) < codebook_term(E, z, j)


@seeds
def test_smoothing_keeps_the_total_count(seed):
    """With sums of one the codebook is one over the smoothed counts."""
    rng = np.random.default_rng(seed)
    N = rng.uniform(0, 4, 7)
    N[3] = 0
    for smoothing in (1e-5, 0.1, 10):
        smoothed = 1 / averaged_codebook(N, np.ones((7, 1)), smoothing)[:, 0]
        assert smoothed.sum() == pytest.approx(N.sum(), rel=1e-13)
        assert smoothed[3] > 0 and np.all(np.diff(smoothed[np.argsort(N)]) >= 0)
    np.testing.assert_allclose(averaged_codebook(N[:3], np.ones((3, 1)))[:, 0], 1 / N[:3], rtol=1e-14)


def test_counts_of_codes():
    np.testing.assert_array_equal(code_counts(np.array([[0, 2], [2, 1]]), 5), [1, 1, 2, 0, 0])
    assert code_counts(np.array([], int), 3).tolist() == [0, 0, 0]


# ---- the copied gradient -------------------------------------------------------------------------------------------

def _decoder(rng, k):
    """Return a nonlinear decoder with its loss, and that loss's gradient."""
    A, B, x = rng.normal(size=(k, 5)), rng.normal(size=(5, 4)), rng.normal(size=(60, 4))

    def loss(q):
        return np.sum((np.tanh(q @ A) @ B - x) ** 2) / len(x)

    def gradient(q):
        t = np.tanh(q @ A)
        return (2 / len(x) * (t @ B - x)) @ B.T * (1 - t ** 2) @ A.T
    return loss, gradient


@seeds
def test_the_copy_is_the_gradient_of_the_frozen_surrogate_and_not_of_the_loss(seed):
    """e and z_still are held still, so the surrogate moves with z; the loss does not, until z leaves its cell."""
    z, E, j = problem(seed)
    e, step = chosen_vectors(E, j), 1e-5
    loss, gradient = _decoder(np.random.default_rng([seed, 3]), 3)
    np.testing.assert_array_equal(straight_through(z, z, e), e)                     # to the last bit: loss and surrogate agree
    surrogate, true = np.zeros_like(z), np.zeros_like(z)
    for entry in np.ndindex(z.shape):
        here, there = z.copy(), z.copy()
        here[entry] -= step
        there[entry] += step
        assert np.array_equal(nearest_code(here, E), j) and np.array_equal(nearest_code(there, E), j)
        surrogate[entry] = (loss(straight_through(there, z, e)) - loss(straight_through(here, z, e))) / (2 * step)
        true[entry] = (loss(E[nearest_code(there, E)]) - loss(E[nearest_code(here, E)])) / (2 * step)
    dq = gradient(e)
    dz = straight_through_backward(dq)
    assert relative_error(dz, surrogate) < 1e-7
    np.testing.assert_array_equal(true, 0)
    assert np.abs(dz).max() > 0.01


def test_a_codebook_term_computed_after_the_copy_teaches_the_codebook_nothing():
    """The museum's mistake: q has the value of e, so the term has its value too; but e is held still in q.

    No gradient check sees it, because the gradient of what was computed is zero. "The codebook moves" does.
    """
    z, E, j = problem(3)
    np.testing.assert_array_equal(straight_through(z, z, E[j]), E[j])

    def mistaken(codebook):
        q = straight_through(z, z, codebook.real[j])
        return np.sum((q - z) ** 2) / len(z) + 0 * np.sum(codebook)        # complex where the codebook is

    assert mistaken(E) == pytest.approx(codebook_term(E, z, j), rel=1e-14)
    np.testing.assert_array_equal(complex_step(mistaken, E).value, 0)
    right = complex_step(lambda codebook: codebook_term(codebook, z, j), E).value
    assert relative_error(codebook_term_backward(E, z, j), right) < 1e-14
    moved = E - 0.5 * right
    assert np.all(np.any(moved != E, axis=1) == (code_counts(j, len(E)) > 0))
    assert codebook_term(moved, z, j) < codebook_term(E, z, j)


def test_nothing_is_written_to_and_no_result_is_a_view():
    z, E, j = problem(4)
    e, dq = chosen_vectors(E, j), z[::-1].copy()
    N, M = code_counts(j, len(E)) + 1, E.copy()
    arguments = (z, E, j, e, dq, N, M)
    before = [a.copy() for a in arguments]
    results = [e, straight_through(z, z, e), straight_through_backward(dq), codebook_term_backward(E, z, j),
               commitment_backward(z, e), *updated_averages(N, M, z, j, 0.5), averaged_codebook(N, M)]
    for argument, kept in zip(arguments, before):
        np.testing.assert_array_equal(argument, kept)
        assert not any(np.shares_memory(result, argument) for result in results if result is not argument)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtypes_are_kept(dtype):
    z, E = (a.astype(dtype) for a in problem(5)[:2])
    j = nearest_code(z, E)
    e = chosen_vectors(E, j)
    weight = np.full((60, 1), 1 / 15, dtype)
    N, M = updated_averages(np.ones(len(E), dtype), E, z, j, 0.9)
    results = [e, straight_through(z, z, e), straight_through_backward(z), N, M, averaged_codebook(N, M, 0.1)]
    for w in (None, weight):
        results += [codebook_term(E, z, j, w), codebook_term_backward(E, z, j, w), commitment(z, e, w),
                    commitment_backward(z, e, w)]
    assert {result.dtype for result in results} == {np.dtype(dtype)}


# ---- how much of the codebook is used ------------------------------------------------------------------------------

def test_perplexity_is_the_number_of_codes_that_would_carry_as_much_if_equally_often_chosen():
    for K in (1, 2, 7, 64):
        assert perplexity(np.full(K, 3.0)) == pytest.approx(K, rel=1e-14)
        assert perplexity(np.eye(K)[0]) == 1.0
    assert perplexity(np.array([2, 1, 1])) == pytest.approx(math.exp(1.5 * math.log(2)), rel=1e-15)      # 1.5 bits
    assert perplexity(np.array([2, 0, 1, 1, 0])) == pytest.approx(2 ** 1.5, rel=1e-15)      # codes that nobody chose
    assert perplexity(np.array([20, 10, 10])) == pytest.approx(2 ** 1.5, rel=1e-15)         # shares, not counts


def test_usage_is_the_share_of_codes_that_were_chosen():
    assert usage(np.array([3, 0, 1, 0])) == 0.5
    assert usage(np.eye(8)[2]) == 1 / 8 and usage(np.ones(5)) == 1.0
    assert type(usage(np.ones(5))) is float and type(perplexity(np.ones(5))) is float
