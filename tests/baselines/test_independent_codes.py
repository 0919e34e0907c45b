"""Independent codes: frequencies, smoothed, and nothing else."""

import numpy as np
import pytest

from npae.baselines import independent_codes

TRAIN = np.array([[0, 2], [0, 0], [1, 2], [0, 1]])
TEST = np.array([[0, 2], [1, 0], [1, 1]])


def test_the_smoothed_frequencies_by_hand():
    p = np.array([4 / 6 * 3 / 7, 2 / 6 * 2 / 7, 2 / 6 * 2 / 7])
    np.testing.assert_allclose(independent_codes(TRAIN, (2, 3), TEST), np.log(p), rtol=1e-14)
    np.testing.assert_allclose(independent_codes(TRAIN, (2, 3), [[0, 2]], pseudo_count=0.5), np.log(3.5 / 5 * 2.5 / 5.5),
                               rtol=1e-14)


def test_codes_that_training_never_saw_are_possible_and_all_probabilities_sum_to_one():
    every = np.stack(np.meshgrid(range(4), range(4), indexing="ij"), axis=-1).reshape(-1, 2)
    log_p = independent_codes(TRAIN, 4, every)
    assert np.isfinite(log_p).all()
    np.testing.assert_allclose(np.exp(log_p).sum(), 1, rtol=1e-14)


def test_many_examples_give_the_entropy():
    rng = np.random.default_rng(0)
    p = np.array([0.5, 0.3, 0.2])
    train, test = rng.choice(3, (20000, 2), p=p), rng.choice(3, (20000, 2), p=p)
    assert abs(independent_codes(train, 3, test).mean() - 2 * np.sum(p * np.log(p))) < 0.02


@pytest.mark.parametrize("arguments, message", [
    ((TRAIN, (2, 3), TEST[:, :1]), "X_test has 1 features"), ((TRAIN, 2, TEST), "X_train must hold codes.* in column 1"),
    ((TRAIN, (2, 3), TEST + 1), "X_test must hold codes"), ((TRAIN, (2, 3, 4), TEST), "each of the 2 columns"),
    ((TRAIN, (2, 3), TEST, 0), "pseudo_count")])
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        independent_codes(*arguments)
