"""The manifolds lie where their formulas say, and PCA describes them as badly as their docstrings say."""

import re

import numpy as np
import pytest

from npae.datasets import arc, circle, helix, spiral, swiss_roll

MANIFOLDS = [arc, circle, spiral, helix, swiss_roll]
TOLD = {  # by PCA with 0, 1, 2 directions
    arc: [".829", ".226"],
    circle: ["1", ".5"],
    spiral: [".327", ".143"],
    helix: ["1.333", ".737"],
    swiss_roll: [".649", ".394", ".188"],
}
FEATURES = {arc: 2, circle: 2, spiral: 2, helix: 3, swiss_roll: 3}


def residual(X, k):
    """Squared error of PCA with k directions, summed over features, mean over examples."""
    return (np.linalg.svd(X - X.mean(axis=0), compute_uv=False)[k:] ** 2).sum() / len(X)


@pytest.mark.parametrize("manifold", MANIFOLDS)
def test_shapes_and_dtypes(manifold):
    X, t = manifold(7, random_state=0)
    assert X.shape == (7, FEATURES[manifold]) and X.dtype == np.float64
    assert t.shape == (7,) and t.dtype == np.float64


@pytest.mark.parametrize("manifold", MANIFOLDS)
def test_docstrings_give_the_variance_and_what_pca_leaves_of_it(manifold):
    X, _ = manifold(100_000, random_state=0)
    for k, told in enumerate(TOLD[manifold]):
        assert re.search(rf"[ \n]{re.escape(told)}[ ,\n]", manifold.__doc__)
        np.testing.assert_allclose(residual(X, k), float(told), atol=0.008)
    assert residual(X, 1) > 0.1


def test_arc():
    X, t = arc(1000, random_state=0)
    np.testing.assert_allclose(X, np.c_[np.cos(t), np.sin(t)], atol=1e-15)
    assert 0 <= t.min() < 0.02 and 4 * np.pi / 3 - 0.02 < t.max() < 4 * np.pi / 3
    assert arc(1000, angle=0.1, random_state=0)[1].max() < 0.1


def test_circle():
    X, t = circle(1000, random_state=0)
    np.testing.assert_allclose(np.linalg.norm(X, axis=1), 1, atol=1e-14)
    np.testing.assert_allclose(np.mod(np.arctan2(X[:, 1], X[:, 0]), 2 * np.pi), t, atol=1e-12)
    assert np.all(np.histogram(t, 8, (0, 2 * np.pi))[0] > 80)  # 125 expected in each eighth


def test_spiral():
    X, t = spiral(1000, turns=3, random_state=0)
    radius = t / (6 * np.pi)
    np.testing.assert_allclose(X, np.c_[radius * np.cos(t), radius * np.sin(t)], atol=1e-15)
    assert t.max() > 5.9 * np.pi and np.linalg.norm(X, axis=1).max() < 1


def test_helix():
    X, t = helix(1000, turns=3, height=5, random_state=0)
    np.testing.assert_allclose(X, np.c_[np.cos(t), np.sin(t), 5 * (t / (6 * np.pi) - 0.5)], atol=1e-13)
    assert t.min() < 0.05 * np.pi and 5.95 * np.pi < t.max() < 6 * np.pi


def test_swiss_roll():
    X, t = swiss_roll(2000, width=3, random_state=0)
    radius = t / (4.5 * np.pi)
    np.testing.assert_allclose(X[:, [0, 2]], np.c_[radius * np.cos(t), radius * np.sin(t)], atol=1e-13)
    assert 1.5 * np.pi <= t.min() < 1.52 * np.pi and 4.48 * np.pi < t.max() < 4.5 * np.pi
    assert -1.5 <= X[:, 1].min() < -1.48 and 1.48 < X[:, 1].max() < 1.5
    assert abs(np.corrcoef(t, X[:, 1])[0, 1]) < 4 / np.sqrt(2000)  # two independent coordinates


@pytest.mark.parametrize("manifold", MANIFOLDS)
def test_noise_is_gaussian_of_the_given_size_on_the_same_points(manifold):
    clean, t = manifold(20_000, random_state=3)
    noisy, t_noisy = manifold(20_000, noise=0.1, random_state=3)
    np.testing.assert_array_equal(t, t_noisy)
    noise = (noisy - clean) / 0.1
    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=4 / np.sqrt(20_000))
    np.testing.assert_allclose(noise.std(axis=0), 1, atol=4 / np.sqrt(2 * 20_000))
    doubled, _ = manifold(20_000, noise=0.2, random_state=3)
    np.testing.assert_allclose(doubled - clean, 0.2 * noise, atol=1e-12)


@pytest.mark.parametrize("manifold", MANIFOLDS)
@pytest.mark.parametrize(
    "argument, value",
    [
        ("n_examples", 0),
        ("n_examples", 10.0),
        ("n_examples", True),
        ("noise", -0.1),
        ("noise", np.nan),
        ("noise", "much"),
        ("random_state", -1),
        ("random_state", 1.5),
        ("random_state", np.random.RandomState(0)),
    ],
)
def test_bad_arguments_are_named(manifold, argument, value):
    with pytest.raises((TypeError, ValueError), match=rf"{argument} must be .*, got {re.escape(repr(value))}"):
        manifold(**{"n_examples": 5, argument: value})


@pytest.mark.parametrize(
    "manifold, argument, value",
    [
        (arc, "angle", 7),
        (arc, "angle", -1),
        (spiral, "turns", -1),
        (helix, "turns", np.inf),
        (helix, "height", -1),
        (swiss_roll, "width", -1),
    ],
)
def test_bad_shapes_are_named(manifold, argument, value):
    with pytest.raises((TypeError, ValueError), match=f"{argument} must be a finite number .*, got {value}"):
        manifold(5, **{argument: value})
