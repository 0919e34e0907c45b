"""Parameters: one contiguous vector theta, and names for its parts.

    theta = [ encoder.0.W | encoder.0.b | encoder.1.W | ... ]

The optimizer sees theta and nothing else; the mathematics sees matrices by name. The matrices are views of the vector:
writing into either changes both.

`Gradients` collect. A parameter that is used twice gets two contributions, and they add up; a parameter that is used once
gets its matrix product written straight into the vector; one that is not used has the gradient zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .workspace import Workspace

Shapes = Mapping[str, tuple[int, ...]]


class Parameters(Mapping[str, np.ndarray]):
    """A mapping from names to arrays that are views into the vector `theta`.

    `params[name] = array` copies into the view (the shape must agree). Copies and pickles own a vector of their own.
    workspace: where the passes of a training step find their arrays; None, as everywhere outside training, for fresh ones.

    >>> params = Parameters({"W": (2, 2), "b": (2,)})
    >>> params["b"] = [1, 2]
    >>> params.theta
    array([0., 0., 0., 0., 1., 2.])
    """

    workspace: Workspace | None = None
    _collected: Gradients | None = None

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

    def __contains__(self, name: object) -> bool:
        return name in self._views

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

    def with_workspace(self) -> Parameters:
        """Return the same names over the same vector (not copied), with a workspace for the passes of training steps."""
        params = self.with_theta(self.theta)
        params.workspace, params._collected = Workspace(self.dtype), Gradients(self._shapes, np.empty_like(self.theta))
        return params

    def array(self, layer: str, role: str, *shape: int) -> np.ndarray | None:
        """Return the workspace's array of this name, for `out=`; without a workspace None: NumPy then takes a fresh one."""
        return None if self.workspace is None else self.workspace.array(layer, role, *shape)

    def gradients(self) -> Gradients:
        """Return where a pass collects its gradients: the same names, nothing collected yet."""
        return Gradients(self._shapes, np.empty_like(self.theta)) if self._collected is None else self._collected.clear()

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


class Gradients(Parameters):
    """Parameters in which contributions add up: the first one is written, every further one is added, none means zero."""

    def __init__(self, shapes: Shapes, theta: np.ndarray):
        self._empty: set[str] = set()       # names to which nothing has been contributed yet
        self._ones = np.ones(0)
        super().__init__(shapes, theta)
        self.clear()

    def clear(self) -> Gradients:
        """Forget all contributions and return self."""
        self._empty = set(self._shapes)
        return self

    def add(self, name: str, value: np.ndarray) -> None:
        """Add a contribution to the gradient of this name."""
        if name in self._empty:
            self._empty.remove(name)
            self._views[name][...] = value
        else:
            self._views[name] += value

    def add_product(self, name: str, left: np.ndarray, right: np.ndarray) -> None:
        """Add left @ right, without an array in between where it is the first contribution."""
        view = self._views[name]
        if name not in self._empty:
            view += np.dot(left, right)
            return
        self._empty.remove(name)
        if left.dtype == right.dtype == view.dtype:
            np.dot(left, right, out=view)
        else:
            np.matmul(left, right, out=view, casting="same_kind")

    def add_column_sums(self, name: str, rows: np.ndarray) -> None:
        """Add the sums over the first axis of `rows` (m, h)."""
        if self._ones.shape != rows.shape[:1] or self._ones.dtype != rows.dtype:
            self._ones = np.ones(len(rows), rows.dtype)
        self.add_product(name, self._ones, rows)        # BLAS adds up narrow rows several times faster than a reduction

    def __getitem__(self, name: str) -> np.ndarray:
        if name in self._empty:
            self._empty.remove(name)
            self._views[name][...] = 0
        return self._views[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._empty.discard(name)
        super().__setitem__(name, value)

    @property
    def theta(self) -> np.ndarray:      # type: ignore[override]
        """The gradient as one vector."""
        for name in tuple(self._empty):
            self[name]      # nothing contributed: zero
        return self._theta

    @theta.setter
    def theta(self, value: np.ndarray) -> None:
        self._theta = value
