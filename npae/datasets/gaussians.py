"""Gaussian data of known distribution: one Gaussian, and a mixture of several."""

from collections.abc import Sequence

import numpy as np

from ..validation import Seed, check_integer, check_numbers, check_random_state

Array = np.ndarray | Sequence | float

LARGEST = 1e100      # whose square is a number, too


def correlated_gaussian(n_examples: int, covariance: Array, *, random_state: Seed = None) -> np.ndarray:
    """Draw X (n_examples, n) float64 from N(0, covariance), rows independent.

    covariance is (n, n), symmetric and positive semi-definite (singular is allowed); anything else is a ValueError.
    """
    check_integer(n_examples, "n_examples", 1)
    root = _symmetric_root("covariance", _as_array("covariance", covariance, n_dimensions=(2,)))
    return check_random_state(random_state).standard_normal((n_examples, len(root))) @ root


def gaussian_mixture(
    n_examples: int,
    means: Array,
    *,
    covariances: Array = 1.0,
    weights: Array | None = None,
    random_state: Seed = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw from sum_k weights_k N(means_k, covariance_k); return X (n_examples, n) float64 and the component (n_examples,) int64.

    means:       (K, n).
    covariances: a variance s^2 for s^2 I everywhere; (K,) such variances; (n, n) for all components; or (K, n, n). Symmetric
                 and positive semi-definite.
    weights:     (K,), at least 0, of sum 1; None for equal weights.
    Raises ValueError, naming the argument, for other shapes or values.
    """
    check_integer(n_examples, "n_examples", 1)
    means = _as_array("means", means, n_dimensions=(2,))
    weights = _check_weights(weights, len(means))
    covariances = _expand_covariances(covariances, *means.shape)
    rng = check_random_state(random_state)
    component = rng.choice(len(means), size=n_examples, p=weights).astype(np.int64, copy=False)
    X = rng.standard_normal((n_examples, means.shape[1]))
    for k, (mean, covariance) in enumerate(zip(means, covariances)):
        X[component == k] = mean + X[component == k] @ _symmetric_root(f"covariances[{k}]", covariance)
    return X, component


def _check_weights(weights: Array | None, K: int) -> np.ndarray:
    if weights is None:
        return np.full(K, 1 / K)
    weights = _as_array("weights", weights, n_dimensions=(1,))
    if weights.shape != (K,) or weights.min() < 0 or abs(weights.sum() - 1) > 1e-8:
        raise ValueError(f"weights must be {K} numbers of at least 0 and of sum 1 (one per row of means), got {weights}")
    return weights / weights.sum()


def _expand_covariances(covariances: Array, K: int, n: int) -> np.ndarray:
    """Return (K, n, n)."""
    covariances = _as_array("covariances", covariances, n_dimensions=(0, 1, 2, 3))
    if covariances.shape not in ((), (K,), (n, n), (K, n, n)):
        raise ValueError(
            f"covariances must have shape (), ({K},), ({n}, {n}) or ({K}, {n}, {n}) to fit means ({K}, {n}), "
            f"got {covariances.shape}"
        )
    if covariances.ndim < 2:
        covariances = covariances[..., None, None] * np.eye(n)
    return np.broadcast_to(covariances, (K, n, n))


def _symmetric_root(name: str, covariance: np.ndarray) -> np.ndarray:
    """Return the R (n, n) with R = R^T and R R = covariance. It exists for singular matrices too, and it is unique."""
    shape = covariance.shape
    scale = np.abs(covariance).max()
    if shape[0] != shape[1] or np.abs(covariance - covariance.T).max() > 1e-8 * scale:
        raise ValueError(f"{name} must be a symmetric matrix, got shape {shape} with entries {covariance.tolist()}")
    variances, directions = np.linalg.eigh(covariance)
    if variances[0] < -1e-8 * scale:
        raise ValueError(f"{name} must be positive semi-definite, got the eigenvalue {variances[0]:g}")
    std = np.sqrt(np.maximum(variances, 0))  # rounding may leave a zero eigenvalue slightly negative
    return (directions * std) @ directions.T


def _as_array(name: str, value: Array, n_dimensions: tuple[int, ...]) -> np.ndarray:
    """Return value as a finite, non-empty float64 array of one of the numbers of dimensions."""
    expected = f"{name} must be an array of finite numbers with {' or '.join(map(str, n_dimensions))} dimensions"
    try:
        array = check_numbers(value, name).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{expected}, got {value!r}") from error
    if array.ndim not in n_dimensions or array.size == 0 or not (np.abs(array) < LARGEST).all():
        raise ValueError(f"{expected}, got {value!r}")
    return array
