"""The quantizer against s^2/12 and codes worked out by hand; the rate of PCA against the sum of its two errors; bits by trial."""

import itertools

import numpy as np
import pytest

from npae import PCA, load_digits
from npae.applications import CodeQuantizer, allocate_bits, rate_and_error


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    return data.X_train[:300].astype(np.float64), data.X_test[:100].astype(np.float64)


def test_evenly_spread_codes_have_the_error_of_a_cell():
    z = np.linspace(-1, 1, 20_001)[:, np.newaxis]
    for bits in (1, 3, 6):
        quantizer = CodeQuantizer(bits=bits).fit(z)
        step = 2 / 2 ** bits
        assert np.mean((quantizer.decode(quantizer.encode(z)) - z) ** 2) == pytest.approx(step ** 2 / 12, rel=0.01)
        assert len(np.unique(quantizer.encode(z))) == 2 ** bits


def test_numbers_and_codes_by_hand():
    quantizer = CodeQuantizer(bits=2)
    quantizer.fit([[1.0], [3], [5], [7]])                               # four values, four cells: nothing is lost
    assert quantizer.center_ == pytest.approx([4]) and quantizer.half_width_ == pytest.approx([4], abs=0.06)
    assert quantizer.encode([[1.0], [2.9], [6.5], [-50], [50]]).ravel().tolist() == [0, 1, 3, 0, 3]
    assert quantizer.decode([[0], [1], [2], [3]]).ravel() == pytest.approx([1, 3, 5, 7], abs=0.06)
    assert (quantizer.rate_, quantizer.encode([[1.0]]).dtype.kind) == (2, "i")


def test_two_values_need_one_bit_a_constant_none_and_no_bits_leave_the_mean():
    z = np.array([[0.0, 5, 1], [1, 5, 4], [1, 5, 4], [0, 5, 1]])
    quantizer = CodeQuantizer(bits=(1, 3, 0)).fit(z)
    decoded = quantizer.decode(quantizer.encode(z))
    assert decoded[:, :2] == pytest.approx(z[:, :2]) and decoded[:, 2] == pytest.approx(np.full(4, 2.5))
    assert quantizer.rate_ == 4


def test_the_range_is_no_wider_than_pays():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((20_000, 1))
    step = CodeQuantizer(bits=2).fit(z).half_width_[0] / 2
    assert step == pytest.approx(0.9957, abs=0.05)                      # the best uniform quantizer of a Gaussian, Max 1960
    widths = [CodeQuantizer(bits=bits).fit(z).half_width_[0] for bits in (1, 2, 4, 6)]
    assert widths == sorted(widths)                                     # the more cells, the more of the tail


def test_errors_of_pca_add_up(digits):
    train, new = digits
    pca = PCA(6).fit(train)
    z = pca.transform(new)
    for bits in (1, 3, (5, 4, 3, 2, 1, 0)):
        quantizer = CodeQuantizer(bits=bits).fit(pca.transform(train))
        lost = np.sum((quantizer.decode(quantizer.encode(z)) - z) ** 2, axis=1).mean()
        point = rate_and_error(pca, train, new, bits)
        assert point.rate == 6 * bits if isinstance(bits, int) else point.rate == 15
        assert point.error == pytest.approx(lost - pca.score(new))      # orthonormal rows: no cross term


def test_more_bits_less_error_down_to_the_model_itself(digits):
    train, new = digits
    pca = PCA(4).fit(train)
    errors = [rate_and_error(pca, train, new, bits).error for bits in (1, 2, 3, 5, 8, 16)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == pytest.approx(-pca.score(new), abs=2e-3)       # what lies outside the range of train stays cut off


def test_allocated_bits_are_the_best_of_all_allocations():
    rng = np.random.default_rng(1)
    for _ in range(10):
        v = rng.gamma(0.5, size=3)
        best = min(np.sum(v / 4.0 ** np.array(bits)) for bits in itertools.product(range(8), repeat=3) if sum(bits) == 7)
        bits = allocate_bits(v, 7)
        assert bits.sum() == 7 and np.sum(v / 4.0 ** bits) == pytest.approx(best)


def test_allocation_by_hand():
    assert allocate_bits([16.5, 1.0, 0.0], 3).tolist() == [3, 0, 0]
    assert allocate_bits([16.5, 1.0, 0.0], 4).tolist() == [3, 1, 0]
    assert allocate_bits([2.0, 2.0], 6).tolist() == [3, 3] and allocate_bits([1.0], 0).tolist() == [0]
    assert allocate_bits([1.0, 0.0], 20).tolist() == [16, 4]            # a unit takes 16 and no more


def test_allocation_pays_for_pca(digits):
    train, new = digits
    pca = PCA(32).fit(train)
    allocated = rate_and_error(pca, train, new, allocate_bits(pca.explained_variance_, 64))
    equal = rate_and_error(pca, train, new, 2)
    assert allocated.rate == equal.rate == 64 and allocated.error < 0.9 * equal.error


@pytest.mark.parametrize("call, error, message", [
    (lambda: CodeQuantizer(bits=17).fit([[0.0]]), ValueError, "bits must be an integer from 0 to 16"),
    (lambda: CodeQuantizer(bits=(1, -1)).fit([[0.0, 1]]), ValueError, r"bits\[1\] must be an integer from 0 to 16"),
    (lambda: CodeQuantizer(bits=(1, 2, 3)).fit([[0.0, 1]]), ValueError, "one for each of the 2 units, got 3"),
    (lambda: CodeQuantizer(bits="4").fit([[0.0]]), TypeError, "bits must be an integer"),
    (lambda: CodeQuantizer().encode([[0.0]]), ValueError, "not fitted"),
    (lambda: CodeQuantizer().fit([[0.0, 1]]).encode([[0.0]]), ValueError, "Z has 1 features"),
    (lambda: CodeQuantizer().fit([[0.0, 1]]).decode([[0]]), ValueError, "numbers has 1 features"),
    (lambda: allocate_bits([1.0, -1.0], 2), ValueError, "variances must not be negative, found -1"),
    (lambda: allocate_bits([1.0], 17), ValueError, "total must be an integer from 0 to 16"),
])
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
