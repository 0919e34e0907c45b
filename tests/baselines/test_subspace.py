"""Principal angles: known cases from 1e-9 rad to 90 degrees, and independence of the bases."""

import numpy as np
import pytest

from npae.baselines import principal_angles


def turned(angles, n=7, seed=0):
    """Two subspaces of dimension k with the given angles (rad), in bases that are neither orthogonal nor aligned."""
    rng, k = np.random.default_rng(seed), len(angles)
    Q = np.linalg.qr(rng.standard_normal((n, n)))[0]
    A = Q[:k]
    B = np.cos(angles)[:, None] * Q[:k] + np.sin(angles)[:, None] * Q[k:2 * k]
    mix = np.eye(k) + 0.3 * rng.standard_normal((k, k))
    return mix @ A, np.linalg.inv(mix.T) @ B


@pytest.mark.parametrize("radians", [1e-9, 1e-6, 0.01, np.pi / 4, 1.0, np.pi / 2 - 1e-9])
def test_one_angle(radians):
    angle = principal_angles([[1.0, 0.0]], [[3 * np.cos(radians), 3 * np.sin(radians)]])
    np.testing.assert_allclose(np.radians(angle), [radians], rtol=1e-6)
    np.testing.assert_allclose(np.pi / 2 - np.radians(angle), [np.pi / 2 - radians], rtol=1e-6)


def test_corners():
    plane = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    np.testing.assert_allclose(principal_angles(plane, [[2.0, 1.0, 0.0], [1.0, 1.0, 0.0]]), [0, 0], atol=1e-13)
    np.testing.assert_allclose(principal_angles(plane, [[0.0, 0.0, 1.0]]), [90.0])
    np.testing.assert_allclose(principal_angles(plane, [[0.0, 1.0, 1.0]]), [45.0])
    np.testing.assert_allclose(principal_angles(plane, [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), [0, 90], atol=1e-13)


@pytest.mark.parametrize("angles", [[1e-9, 0.3, 1.2], [0.0, 1e-7, np.pi / 2], [0.7, 0.78, 0.79], [1.4, 1.5, 1.57]])
def test_several_angles_ascending_and_symmetric(angles):
    A, B = turned(np.array(angles))
    np.testing.assert_allclose(np.radians(principal_angles(A, B)), angles, rtol=1e-6, atol=1e-14)
    np.testing.assert_allclose(np.radians(principal_angles(B, A)), angles, rtol=1e-6, atol=1e-14)


def test_a_line_in_a_plane_and_different_dimensions():
    A, B = turned(np.array([0.2, 0.9, 1.1]))
    np.testing.assert_allclose(principal_angles(A, A[:1]), [0.0], atol=1e-13)
    assert principal_angles(A, B[:2]).shape == principal_angles(B[:2], A).shape == (2,)
    np.testing.assert_allclose(principal_angles(A, B[:2]), principal_angles(B[:2], A), rtol=1e-10)


@pytest.mark.parametrize("seed", range(20))
def test_rounding_above_one_is_no_angle(seed):
    """Cosines of equal spaces and sines of orthogonal ones exceed 1 by rounding; a warning would be an error here."""
    A, B = turned(np.full(3, np.pi / 2), seed=seed)
    np.testing.assert_allclose(principal_angles(A, 3 * A[::-1]), 0, atol=1e-12)
    np.testing.assert_allclose(principal_angles(A, B), 90, atol=1e-12)


def test_dependent_rows_span_no_more():
    A, B = turned(np.array([0.2, 0.9]))
    np.testing.assert_allclose(principal_angles(np.vstack([A, A.sum(axis=0)]), 1e-3 * B), np.degrees([0.2, 0.9]))


def test_rotating_both_changes_nothing():
    A, B = turned(np.array([0.2, 0.9]))
    Q = np.linalg.qr(np.random.default_rng(8).standard_normal((7, 7)))[0]
    np.testing.assert_allclose(principal_angles(A @ Q, B @ Q), principal_angles(A, B), rtol=1e-10)


def test_errors():
    with pytest.raises(ValueError, match="B has 2 features"):
        principal_angles(np.ones((1, 3)), np.ones((1, 2)))
    with pytest.raises(ValueError, match="A must have two dimensions"):
        principal_angles(np.ones(3), np.ones((1, 3)))
    with pytest.raises(ValueError, match="B is zero"):
        principal_angles(np.ones((1, 3)), np.zeros((2, 3)))
