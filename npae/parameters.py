"""Parameters: one contiguous vector theta, and names for its parts.

    theta = [ encoder.0.W | encoder.0.b | encoder.1.W | ... ]

The optimizer sees theta and nothing else; the mathematics sees matrices by name. The matrices are views of the vector:
writing into either changes both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

Shapes = Mapping[str, tuple[int, ...]]


class Parameters(Mapping[str, np.ndarray]):
    """A mapping from names to arrays that are views into the vector `theta`.

    `params[name] = array` copies into the view (the shape must agree). Copies and pickles own a vector of their own.
    """

    def __init__(self, shapes: Shapes, theta: np.ndarray | None = None, dtype: DTypeLike = np.float64):
        size = sum(prod(shape) for shape in shapes.values())
        if theta is None:
            theta = np.zeros(size, dtype)
        if theta.shape != (size,):
            raise ValueError(f"theta must be a vector of {size} entries for these shapes, got shape {theta.shape}")
        self._shapes = dict(shapes)
        self.theta = theta
        self._views = self._make_views()

    def _make_views(self) -> dict[str, np.ndarray]:
        views, start = {}, 0
        for name, shape in self._shapes.items():
            stop = start + prod(shape)
            views[name] = self.theta[start:stop].reshape(shape)
            start = stop
        return views

    def __getitem__(self, name: str) -> np.ndarray:
        return self._views[name]

    def __setitem__(self, name: str, value: Any) -> None:
        view = self._views[name]
        if value is view:       # what `params[name] += d` does last: it has already been written in place
            return
        if np.shape(value) != view.shape:
            raise ValueError(f"params[{name!r}] has shape {view.shape}, got an array of shape {np.shape(value)}")
        if np.iscomplexobj(value) and view.dtype.kind != "c":
            raise TypeError(f"params[{name!r}] is {view.dtype}, got complex values: use params.astype(complex)")
        view[...] = value

    def __iter__(self) -> Iterator[str]:
        return iter(self._shapes)

    def __len__(self) -> int:
        return len(self._shapes)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each part, by name, in the order in which they stand in theta."""
        return dict(self._shapes)

    @property
    def dtype(self) -> np.dtype:
        """The dtype of theta and so of every part."""
        return self.theta.dtype

    def with_theta(self, theta: np.ndarray) -> Parameters:
        """Return the same names over another vector (not copied)."""
        return Parameters(self._shapes, theta)

    def astype(self, dtype: DTypeLike) -> Parameters:
        """Return a copy in another dtype, for instance complex128 for the complex-step derivative."""
        return self.with_theta(self.theta.astype(dtype))

    def copy(self) -> Parameters:
        """Return a copy with a vector of its own."""
        return self.with_theta(self.theta.copy())

    def zeros_like(self) -> Parameters:
        """Return the same names over a vector of zeros: where gradients are collected."""
        return self.with_theta(np.zeros_like(self.theta))

    def __copy__(self) -> Parameters:
        return self.copy()

    def __deepcopy__(self, memo: dict) -> Parameters:
        return self.copy()

    def __reduce__(self):
        return Parameters, (self._shapes, self.theta.copy())

    def __repr__(self) -> str:
        lines = [f"Parameters of {self.theta.size:,} numbers in {self.dtype}"]
        lines += [f"  {name:<20} {shape}" for name, shape in self._shapes.items()]
        return "\n".join(lines)
