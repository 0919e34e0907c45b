"""Thresholds and intervals against exact fractions, closed forms, and what happens in many repetitions."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from npae.applications import beta_quantile, binomial_tail, false_alarm_threshold, proportion_interval


def exact_tail(k, n, p):
    return sum(comb(n, j) * p ** j * (1 - p) ** (n - j) for j in range(k, n + 1))


@pytest.mark.parametrize("n", [0, 1, 2, 7, 60])
@pytest.mark.parametrize("p", [Fraction(1, 20), Fraction(1, 2), Fraction(9, 10)])
def test_binomial_tails_are_sums_of_probabilities(n, p):
    for k in range(n + 2):
        assert binomial_tail(k, n, float(p)) == pytest.approx(float(exact_tail(k, n, p)), rel=1e-12, abs=1e-300)


def test_tails_at_the_ends_and_for_many_trials():
    assert [binomial_tail(k, 3, 0) for k in range(5)] == [1, 0, 0, 0, 0]
    assert [binomial_tail(k, 3, 1) for k in range(5)] == [1, 1, 1, 1, 0]
    assert binomial_tail(50_001, 100_001, 0.5) == pytest.approx(0.5, abs=1e-9)          # by symmetry
    tail = float(exact_tail(700, 1000, Fraction(1, 2)))
    assert tail < 1e-36 and binomial_tail(700, 1000, 0.5) == pytest.approx(tail, rel=1e-10)


def test_beta_quantiles():
    assert beta_quantile(0.3, 1, 1) == pytest.approx(0.3, abs=1e-15)                     # uniform
    assert beta_quantile(0.3, 4, 1) == pytest.approx(0.3 ** (1 / 4), abs=1e-15)          # the largest of four
    assert beta_quantile(0.3, 1, 4) == pytest.approx(1 - 0.7 ** (1 / 4), abs=1e-15)      # the smallest
    assert beta_quantile(0.5, 40, 40) == pytest.approx(0.5, abs=1e-14)
    draws = np.random.default_rng(0).beta(3, 9, size=200_000)
    assert beta_quantile(0.9, 3, 9) == pytest.approx(np.quantile(draws, 0.9), abs=2e-3)


def test_a_threshold_by_hand():
    # 93 scores: P(Bin(93, 5%) >= 2) = .950, P(Bin(93, 5%) >= 3) = .847
    scores = np.random.default_rng(0).permutation(93).astype(float)
    found = false_alarm_threshold(scores, 0.05, 0.95)
    assert found == (91.0, 1, 93) and found.expected_rate == 2 / 94
    assert binomial_tail(2, 93, 0.05) > 0.95 > binomial_tail(2, 92, 0.05)
    assert np.sum(scores > found.value) == found.exceeding


def test_too_few_examples_for_the_promise():
    assert false_alarm_threshold(np.arange(59.0), 0.05, 0.95) == (58.0, 0, 59)
    with pytest.raises(ValueError, match="scores has 58 examples, too few .* at least 59 are needed"):
        false_alarm_threshold(np.arange(58.0), 0.05, 0.95)
    with pytest.raises(ValueError, match="at least 459 are needed"):
        false_alarm_threshold(np.arange(100.0), 0.01, 0.99)


def test_the_promise_is_kept_as_often_as_promised():
    """Uniform scores: the true rate of a threshold c is 1 - c, and its distribution is the Beta of the docstring."""
    rng = np.random.default_rng(3)
    found = [false_alarm_threshold(rng.random(100), 0.1, 0.8) for _ in range(2000)]
    rates, k = 1 - np.array([one.value for one in found]), found[0].exceeding
    promised = binomial_tail(k + 1, 100, 0.1)
    assert 0.8 <= promised < 0.9
    assert np.mean(rates <= 0.1) == pytest.approx(promised, abs=4 * np.sqrt(promised * (1 - promised) / 2000))
    assert rates.mean() == pytest.approx(found[0].expected_rate, rel=0.03)
    assert np.quantile(rates, 0.3) == pytest.approx(beta_quantile(0.3, k + 1, 100 - k), rel=0.03)


def test_equal_scores_only_lower_the_rate():
    scores = np.repeat([1.0, 2.0], [60, 140])
    assert false_alarm_threshold(scores, 0.5, 0.9).value == 2            # nothing is above
    assert false_alarm_threshold(-scores, 0.5, 0.9).value == -2          # 60 of 200 are


@pytest.mark.parametrize("n, confidence", [(1, 0.95), (12, 0.8), (50, 0.99)])
def test_intervals_solve_their_equations(n, confidence):
    d = (1 - confidence) / 2
    for count in range(n + 1):
        low, high = proportion_interval(count, n, confidence)
        assert 0 <= low <= count / n <= high <= 1
        assert low == 0 if count == 0 else binomial_tail(count, n, low) == pytest.approx(d, rel=1e-9)
        assert high == 1 if count == n else 1 - binomial_tail(count + 1, n, high) == pytest.approx(d, rel=1e-9)
        mirrored = proportion_interval(n - count, n, confidence)
        assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-13)


def test_intervals_cover():
    for p in (0.02, 0.3, 0.5):
        coverage = sum(binomial_tail(x, 30, p) - binomial_tail(x + 1, 30, p) for x in range(31)
                       if proportion_interval(x, 30, 0.9)[0] <= p <= proportion_interval(x, 30, 0.9)[1])
        assert 0.9 <= coverage <= 1 + 1e-12


@pytest.mark.parametrize("call, error, message", [
    (lambda: false_alarm_threshold([1.0] * 99, 0.0), ValueError, "false_alarm_rate must be"),
    (lambda: false_alarm_threshold([1.0] * 99, 0.1, 1.0), ValueError, "confidence must be"),
    (lambda: false_alarm_threshold([[1.0] * 99]), ValueError, "scores must be a vector"),
    (lambda: proportion_interval(4, 3), ValueError, "count must be an integer from 0 to 3"),
    (lambda: proportion_interval(0, 0), ValueError, "n must be"),
    (lambda: proportion_interval(1, 2, 0), ValueError, "confidence must be"),
    (lambda: beta_quantile(1.5, 1, 1), ValueError, "probability must be"),
    (lambda: beta_quantile(0.5, 0, 1), ValueError, "a must be"),
    (lambda: beta_quantile(0.5, 1, 1.5), TypeError, "b must be an integer"),
    (lambda: binomial_tail(3, 1, 0.5), ValueError, "k must be an integer from 0 to 2"),
    (lambda: binomial_tail(0, 1, 2), ValueError, "p must be"),
])
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
