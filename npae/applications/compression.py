r"""Compression: codes written with a few bits for each unit, and what they still say after decoding.

Key: m examples, k code units, z (m, k); b_j the bits of unit j; c (k,) the middle of each unit's range, w (k,) half its width.

A uniform scalar quantizer parts the range c_j - w_j .. c_j + w_j into 2^b_j equal cells of width s_j = 2 w_j / 2^b_j. The number
of the cell is stored, b_j bits; the middle of the cell is what it stands for:

    q  = floor((z - c + w) / s),  cut to 0 .. 2^b - 1                                                       (1)
    z' = c - w + (q + 1/2) s                                                                                (2)

Error. Where z is spread evenly over a cell, the error is uniform on -s/2 .. s/2 and its mean square is s^2/12: each further bit
divides it by 4 (6 dB). What lies outside the range is cut off, and a range wide enough for everything has wide cells: `fit`
takes the w with the smallest squared error on the codes it is given, unit by unit.

What an error of the codes does to the example depends on the decoder. PCA decodes with orthonormal rows: the squared error of
the example is that of the code plus what the components had left out, and the two can be traded on paper. A network may stretch
some directions; nothing in its training has asked it to bear quantized codes, which noise on the code would have
(ProbabilisticAutoencoder), and a codebook is (VectorQuantizedAutoencoder).

Where the bits go. The units of PCA have very different variances v_j; at equal bits the largest of them makes the error, and
the smallest get bits for nothing. `allocate_bits` gives each bit where it saves most, the unit with the largest v_j / 4^(b_j).

The bits of the decoder itself are not counted, for any model: they are paid once, and these are the rates of an example.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..estimator import Estimator
from ..losses import squared_error
from ..validation import check_integer, check_matrix, check_model, check_numbers

LARGEST = 16                                    # bits of a unit
SHARES = np.linspace(0.1, 2, 39)                # of the largest deviation, tried for w; 2 suits two values at one bit


@dataclass(kw_only=True, repr=False, eq=False)
class CodeQuantizer(Estimator):
    """Uniform scalar quantizer of codes.

    bits    of every unit, or of each unit (k of them), from 0 (the unit is replaced by its middle) to 16
    Fitted: center_ and half_width_ (k,), bits_ (k,), rate_ the bits of an example, n_features_in_.
    """

    bits: Any = 8

    def fit(self, Z: ArrayLike, y: Any = None) -> CodeQuantizer:
        """Find the range of each unit of the codes Z (m, k)."""
        z = check_matrix(Z, "Z")
        bits = _check_bits(self.bits, z.shape[1])
        self._remember_features(Z, z.shape[1])
        self.bits_, self.rate_ = bits, int(bits.sum())
        self.center_ = z.mean(axis=0)
        widest = np.abs(z - self.center_).max(axis=0)
        errors = []
        for share in SHARES:
            self.half_width_ = share * widest
            errors.append(((self.decode(self.encode(z)) - z) ** 2).mean(axis=0))
        self.half_width_ = SHARES[np.argmin(errors, axis=0)] * widest
        return self

    def encode(self, Z: ArrayLike) -> np.ndarray:
        """Return the number of its cell for each unit of the codes Z (m, k): integers from 0 to 2^bits - 1."""
        z, step = self._check_input(Z, "Z"), self._step()
        q = np.floor((z - self.center_ + self.half_width_) / np.where(step > 0, step, 1))      # (1); a constant unit: one cell
        return np.clip(q, 0, 2 ** self.bits_ - 1).astype(np.intp)

    def decode(self, numbers: ArrayLike) -> np.ndarray:
        """Return the codes (m, k) that the numbers (m, k) stand for."""
        return self.center_ - self.half_width_ + (self._check_input(numbers, "numbers") + 0.5) * self._step()  # (2)

    def _step(self) -> np.ndarray:
        return 2 * self.half_width_ / 2.0 ** self.bits_


class RatePoint(NamedTuple):
    """A rate, and the error that remains at it."""

    rate: int               # bits per example
    error: float            # squared error per example, summed over the features


def rate_and_error(model: Any, X: ArrayLike, X_new: ArrayLike, bits: Any) -> RatePoint:
    """Return rate and error of X_new (m, n) when its codes are stored with `bits` a unit; X fits the ranges.

    model: anything fitted with `transform` and `inverse_transform`. bits: as in CodeQuantizer.
    """
    check_model(model, "transform", "inverse_transform")
    quantizer, new = CodeQuantizer(bits=bits).fit(model.transform(X)), check_matrix(X_new, "X_new")
    stored = quantizer.encode(model.transform(new))
    decoded = np.asarray(model.inverse_transform(quantizer.decode(stored)), np.float64)
    return RatePoint(quantizer.rate_, float(squared_error(decoded, new)))


def allocate_bits(variances: ArrayLike, total: int) -> np.ndarray:
    """Return how many of `total` bits each unit (k,) gets: one after the other where v_j / 4^(b_j) is largest.

    variances: of the units, times what the decoder makes of them where that is known. At most 16 bits go to a unit.
    """
    error = check_matrix(np.reshape(check_numbers(variances, "variances"), (1, -1)), "variances")[0].copy()
    if np.any(error < 0):
        raise ValueError(f"variances must not be negative, found {error.min():g}")
    check_integer(total, "total", 0, LARGEST * len(error))
    bits = np.zeros(len(error), dtype=np.intp)
    for _ in range(int(total)):
        worst = np.argmax(np.where(bits < LARGEST, error, -1))
        bits[worst] += 1
        error[worst] /= 4
    return bits


def _check_bits(bits: Any, k: int) -> np.ndarray:
    if isinstance(bits, (Sequence, np.ndarray)) and not isinstance(bits, str):
        for index, number in enumerate(bits):
            check_integer(number, f"bits[{index}]", 0, LARGEST)
        if len(bits) != k:
            raise ValueError(f"bits must be one number, or one for each of the {k} units, got {len(bits)} of them")
    else:
        check_integer(bits, "bits", 0, LARGEST)
    return np.broadcast_to(np.asarray(bits, dtype=np.intp), (k,)).copy()
