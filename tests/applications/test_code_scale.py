"""One scale for all codes, and codes side by side."""

import numpy as np
import pytest

from npae.applications import SideBySide, codes_of, on_one_scale


class Times:
    """A fitted model whose codes are multiples of some columns."""

    def __init__(self, factor, columns):
        self.factor, self.columns = factor, columns

    def transform(self, X):
        return (self.factor * np.asarray(X)[:, self.columns]).astype(np.float32)


X = np.array([[1.0, 10, 0], [3, 10, 4]])


def test_one_scale_by_hand_and_whatever_the_unit():
    train, other = on_one_scale(np.array([[1.0, 10], [3, 10]]), np.array([[2.0, 11]]))
    assert train == pytest.approx(np.sqrt(2) * np.array([[-1, 0], [1, 0]]))
    assert other == pytest.approx(np.sqrt(2) * np.array([[0, 1]]))
    for part, moved in zip((train, other), on_one_scale(np.array([[7.0, 70], [21, 70]]) - 3, np.array([[14.0, 77]]) - 3)):
        assert moved == pytest.approx(part)
    assert np.array_equal(on_one_scale(np.ones((3, 2)), np.ones((1, 2)))[0], np.zeros((3, 2)))      # a dead code


def test_codes_are_float64_and_none_stands_for_the_examples():
    assert codes_of(Times(2, [0]), X).dtype == np.float64
    assert codes_of(Times(2, [0]), X).tolist() == [[2], [6]]
    assert codes_of(None, X).tolist() == X.tolist()


def test_side_by_side_adds_squared_distances_on_one_scale():
    rng = np.random.default_rng(0)
    known, new = rng.normal(size=(50, 3)), rng.normal(size=(4, 3))
    joined = SideBySide([Times(100, [0, 1]), Times(1e-3, [1, 2]), None]).fit(known)
    z = joined.transform(new)
    parts = [on_one_scale(codes_of(model, known), codes_of(model, new))[1] for model in joined.models]
    assert z.shape == (4, 7) and z == pytest.approx(np.hstack(parts), rel=1e-5)
    apart = [np.sum((part[0] - part[1]) ** 2) for part in parts]
    assert np.sum((z[0] - z[1]) ** 2) == pytest.approx(sum(apart), rel=1e-5)
    assert joined.transform(new[:1]) == pytest.approx(z[:1])            # the scales are those of fit


@pytest.mark.parametrize("call, message", [
    (lambda: SideBySide([]).fit(X), "models is empty"),
    (lambda: SideBySide([None]).transform(X), "not fitted"),
    (lambda: SideBySide([None]).fit(X).transform(X[:, :2]), "X has 2 features"),
])
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
