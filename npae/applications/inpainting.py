r"""Inpainting: what stood where nothing was recorded.

Key: m images of n pixels, x (m, n); known (m, n) of bool, False in the holes; r a trained reconstruction (m, n) -> (m, n).

    once        x^ = r(x with the holes at `start`), and in the known pixels x itself
    again       x_0 = x with the holes at `start`;  x_(t+1) = x where known, r(x_t) in the holes, until the holes stand still

Once suits a model trained with masking: it has learned to answer for pixels that it was not shown. The iteration suits any
model. A reconstruction pulls towards what the model has learned of the data, the known pixels are put back each time, and a
fixed point is an image that agrees with both; for PCA it is the point of the principal plane nearest to x over the known
pixels (Eckart and Young with missing entries). There may be several fixed points, and `start` chooses.

For Gaussian data the best guess under squared error is known: the conditional mean,
    E[hole | known] = mu_h + (x_k - mu_k) S_kk^-1 S_kh                                              (`conditional_mean`)
which is linear regression of the hole on what is known, for every pattern of holes anew. It is the bar for everything else.

Failure mode: errors are measured in the holes alone (`hole_error`). Over the whole image every method looks good.
Source: 002 "missing value imputation" (l.100), 004 (l.50).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..corruption import blocks
from ..validation import as_array, check_generator, check_integer, check_matrix, check_model, check_numbers, check_real

LARGEST = 1e18      # whose square float32 holds


def missing_pixels(m: int, n: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Return known (m, n): every pixel is missing with this probability."""
    for name, count in (("m", m), ("n", n)):
        check_integer(count, name, 1)
    check_real(fraction, "fraction", 0, 1)
    check_generator(rng)
    return rng.random((m, n)) >= fraction


def missing_blocks(m: int, image_shape: tuple[int, int], size: int, rng: np.random.Generator) -> np.ndarray:
    """Return known (m, height * width): a square of this side is missing from every image, anywhere inside of it."""
    check_integer(m, "m", 1)
    check_generator(rng)
    return ~blocks(m, image_shape, size, rng)


def inpaint(model: Any, X: ArrayLike, known: ArrayLike, start: ArrayLike = 0.0) -> np.ndarray:
    """Return X (m, n) with its holes as model.reconstruct answers for them in one pass.

    model: anything with `reconstruct`. start: what stands in the holes before, a number or n of them; 0 is what masking noise
    puts there. What X holds in the holes is not looked at.
    """
    check_model(model, "reconstruct")
    x, holes = _opened(X, known, start)
    return np.where(holes, model.reconstruct(x), x)


def inpaint_again(model: Any, X: ArrayLike, known: ArrayLike, start: ArrayLike = 0.0, max_iterations: int = 200,
                  tolerance: float = 1e-4) -> np.ndarray:
    """Return X (m, n) with its holes filled by `inpaint` again and again, until no pixel moves by more than the tolerance.

    Holes stay within the range of the known pixels: a network that answers 1.1 for 1 would otherwise run away.
    """
    check_model(model, "reconstruct")
    check_integer(max_iterations, "max_iterations", 1)
    check_real(tolerance, "tolerance", 0)
    x, holes = _opened(X, known, start)
    low, high = x.min(where=~holes, initial=np.inf), x.max(where=~holes, initial=-np.inf)
    for _ in range(max_iterations):
        filled = np.where(holes, np.clip(model.reconstruct(x), low, high), x)
        moved, x = np.abs(filled - x).max(), filled
        if moved <= tolerance:
            break
    return x


def conditional_mean(X_train: ArrayLike, X: ArrayLike, known: ArrayLike, ridge: float = 1e-3) -> np.ndarray:
    """Return X (m, n) with its holes at their mean given the known pixels, for a Gaussian with X_train's moments.

    ridge: added to the variances, for pixels that hardly vary.
    """
    check_real(ridge, "ridge", 0)
    train = check_matrix(X_train, "X_train")
    mean = train.mean(axis=0)
    x, holes = _opened(X, known, 0.0)
    if x.shape[1] != train.shape[1]:
        raise ValueError(f"X has {x.shape[1]} features, expected the {train.shape[1]} of X_train")
    x = np.where(holes, mean, x)
    S = (train - mean).T @ (train - mean) / len(train) + ridge * np.eye(len(mean))
    filled = x.astype(np.float64)
    for row, hole in zip(filled, holes):
        given = ~hole
        if hole.any() and given.any():
            row[hole] = mean[hole] + (row[given] - mean[given]) @ np.linalg.solve(S[np.ix_(given, given)], S[np.ix_(given, hole)])
    return filled


def hole_error(X: ArrayLike, filled: ArrayLike, known: ArrayLike) -> float:
    """Return the mean squared error per missing pixel of `filled` against the whole images X, both (m, n)."""
    x, holes = _opened(X, known, 0.0)
    if not holes.any():
        raise ValueError("known must be False somewhere: there is no hole to measure an error in")
    whole, answer = check_matrix(X, "X"), check_matrix(filled, "filled", x.shape[1])
    if len(answer) != len(whole):
        raise ValueError(f"filled must have a row for each of the {len(whole)} of X, got {len(answer)}")
    return float(np.mean((whole - answer)[holes] ** 2))


def _opened(X: ArrayLike, known: ArrayLike, start: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return X with the holes at `start`, and where the holes are, or raise."""
    mask = as_array(known, "known")
    if mask.dtype != bool:
        raise TypeError(f"known must be an array of bool, True where a pixel is known, got {mask.dtype}")
    values = as_array(X, "X")
    if mask.shape != values.shape:
        raise ValueError(f"known must have the shape of X, {values.shape}, got {mask.shape}")
    if values.dtype.kind not in "fiub":
        values = check_numbers(values, "X")
    x = check_matrix(np.where(mask, values, 0), "X")        # what stands in the holes may be anything, nan too
    filler = check_numbers(start, "start")
    if filler.shape not in ((), (1,), x.shape[1:], x.shape) or not (np.abs(filler) < LARGEST).all():
        raise ValueError(f"start must be a number of ordinary size, or {x.shape[1]} of them, got shape {filler.shape}")
    return np.where(mask, x, filler), ~mask
