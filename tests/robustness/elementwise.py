"""The elementwise functions of npae over grids of numbers far out, beside their exact answers (exact.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, localcontext
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from npae import latents, layers, losses, penalties

from . import exact
from .exact import DIGITS, Reference, Value, wrong

SIZES = (1e-42, 1e-30, 1e-8, 0.05, 0.3, 1.0, 9.0, 17.0, 37.0, 88.0, 104.0, 745.0, 1e3, 1e4)     # 1e-42 is subnormal in float32
FAR = (0.0, *SIZES, *(-size for size in SIZES))
FEW = (0.0, 1e-30, -0.3, 1.0, -1e4, 1e4)
TARGETS = (0.0, 1e-30, 0.25, 1.0)
LOG_VARIANCES = (0.0, 1e-30, 1.0, -1.0, 80.0, -80.0, 100.0, -100.0, 1e3, -1e3)
SPREADS = (0.0, 1.0, -100.0, 1e3, -1e3)
UNITS = 40.0            # of rounding: a formula of a few operations, exp of arguments that are rounded

Columns = dict[str, np.ndarray]


class Elementwise(NamedTuple):
    """Functions of rows of one number each: `call` returns every result by its name in the reference, (p, 1)."""

    functions: tuple[str, ...]
    grid: dict[str, Sequence[float]]
    reference: Reference
    call: Callable[[Columns], Columns]
    total: Callable[[Columns], Any] | None = None       # the sum of the column "y"

    def points(self, dtype: type) -> tuple[Columns, list[dict[str, Value]]]:
        """Return the grid as columns (p, 1) of this dtype, and the exact answers at the numbers that these really are."""
        columns = np.array(list(product(*self.grid.values())), dtype=np.float64).astype(dtype)
        with localcontext(DIGITS):
            answers = [self.reference(*map(Decimal, row)) for row in columns.tolist()]
        return {name: columns[:, [i]] for i, name in enumerate(self.grid)}, answers

    def failures(self, dtype: type) -> Iterator[str]:
        """Yield what is wrong, in words."""
        inputs, answers = self.points(dtype)
        found = self.call(inputs)
        for name, column in found.items():
            expected = [answer[name] for answer in answers]
            for index in wrong(np.broadcast_to(column, (len(answers), 1))[:, 0], expected, UNITS)[:3]:
                at = ", ".join(f"{key} = {values[index, 0]:g}" for key, values in inputs.items())
                yield (f"{self.functions[0]}, {np.dtype(dtype)}, {name} at {at}: {float(column[index, 0]):g} "
                       f"where {float(answers[index][name].exact):g} is right")
            if column.dtype != dtype:
                yield f"{self.functions[0]}: {name} is {column.dtype} for {np.dtype(dtype)}"
        if self.total is not None:
            yield from self._wrong_totals(dtype, inputs, found["y"], answers)

    def _wrong_totals(self, dtype: type, inputs: Columns, y: np.ndarray, answers: list[dict[str, Value]]) -> Iterator[str]:
        assert self.total is not None
        kept = np.flatnonzero(np.abs(y[:, 0]) < 1e15)
        with localcontext(DIGITS):
            value = Value(sum((answers[i]["y"].exact for i in kept), Decimal(0)),
                          sum((answers[i]["y"].scale + abs(answers[i]["y"].exact) for i in kept), Decimal(0)))
        if wrong(np.array([self.total({name: column[kept] for name, column in inputs.items()})], dtype), [value], UNITS):
            yield f"{self.functions[0]}, {np.dtype(dtype)}: the sum of its entries is not {float(value.exact):g}"
        over = np.isinf(y[:, 0])
        if over.any() and self.total({name: column[over] for name, column in inputs.items()}) != np.inf:
            yield f"{self.functions[0]}, {np.dtype(dtype)}: entries that overflow do not sum to inf"


def _activation(name: str) -> Elementwise:
    forward, backward, slope, curvature = (
        getattr(layers, name + ending) for ending in ("", "_backward", "_derivative", "_second_derivative"))

    def call(inputs: Columns) -> Columns:
        y = forward(inputs["a"])
        through = backward(np.ones_like(y), y)
        assert np.array_equal(through, slope(y)) and np.array_equal(backward(0 * y, y), 0 * y)
        return {"y": y, "d1": through, "d2": curvature(y)}
    functions = tuple(name + ending for ending in ("", "_backward", "_derivative", "_second_derivative"))
    return Elementwise(functions, {"a": FAR}, getattr(exact, f"{name}_reference"), call)


def _loss(name: str, together: str = "") -> Elementwise:
    entries, value, backward = (getattr(losses, name + ending) for ending in ("_entries", "", "_backward"))

    def call(inputs: Columns) -> Columns:
        found = {"y": entries(**inputs), "o": backward(**inputs, weight=1.0)}
        if together:
            L, do = getattr(losses, together)(**inputs, weight=1.0)
            assert np.allclose(do, found["o"], rtol=1e-5, atol=1e-6) and np.isclose(L, value(**inputs, weight=1.0))
        return found
    functions = (name, f"{name}_entries", f"{name}_backward", *filter(None, [together]))
    return Elementwise(functions, {"o": FAR, "x": TARGETS}, getattr(exact, name), call,
                       lambda inputs: value(**inputs, weight=1.0))


def _located(name: str) -> Elementwise:
    entries, value, backward = (getattr(losses, name + ending) for ending in ("_entries", "", "_backward"))

    def call(inputs: Columns) -> Columns:
        dmu, dlogvar = backward(**inputs, weight=1.0)
        return {"y": entries(**inputs), "mu": dmu, "logvar": dlogvar}
    return Elementwise((name, f"{name}_entries", f"{name}_backward"), {"mu": FEW, "x": FEW, "logvar": LOG_VARIANCES},
                       getattr(exact, name), call, lambda inputs: value(**inputs, weight=1.0))


def _code_penalty(name: str) -> Elementwise:
    value, backward = getattr(penalties, name), getattr(penalties, f"{name}_backward")

    def call(inputs: Columns) -> Columns:
        return {"y": np.array([value(row[None], weight=1.0) for row in inputs["z"]])[:, None],
                "z": backward(inputs["z"], weight=1.0)}
    return Elementwise((name, f"{name}_backward"), {"z": FAR}, getattr(exact, name), call,
                       lambda inputs: value(**inputs, weight=1.0))


def _by_row(function: Callable[..., np.ndarray], inputs: Columns) -> list[np.ndarray]:
    """Return function's results for each row by itself: a prior is one vector for all examples."""
    rows = [function(**{name: column[[i]] for name, column in inputs.items()}) for i in range(len(next(iter(inputs.values()))))]
    return [np.concatenate(parts) for parts in zip(*rows)]


def _gaussian_kl(mu: np.ndarray, logvar: np.ndarray, prior_mean: np.ndarray, prior_logvar: np.ndarray):
    prior = (prior_mean[0], prior_logvar[0])
    entries = penalties.gaussian_kl_entries(mu, logvar, *prior)
    assert penalties.gaussian_kl(mu, logvar, *prior, weight=1.0) == entries.sum()
    return entries, *penalties.gaussian_kl_backward(mu, logvar, *prior, weight=1.0)


def _sampled_kl(z: np.ndarray, logvar: np.ndarray, eps: np.ndarray, prior_mean: np.ndarray, prior_logvar: np.ndarray):
    z, logvar, eps, prior = z[None], logvar[None], eps[None], (prior_mean[0], prior_logvar[0])
    entries = penalties.sampled_kl_entries(z, logvar, eps, *prior)
    assert penalties.sampled_kl(z, logvar, eps, *prior, weight=1.0) == entries.sum()
    return entries[0], *(d[0] for d in penalties.sampled_kl_backward(z, *prior, weight=1.0))


def _reparameterize(inputs: Columns) -> Columns:
    dmu, dlogvar = latents.reparameterize_backward(np.ones_like(inputs["mu"]), inputs["logvar"], inputs["eps"])
    unmoved = latents.reparameterize_backward(np.zeros_like(inputs["mu"]), inputs["logvar"], inputs["eps"])
    assert not np.any(unmoved)
    return {"y": latents.reparameterize(**inputs), "mu": dmu, "logvar": dlogvar}


ELEMENTWISE = (
    *map(_activation, ("identity", "relu", "sigmoid", "tanh", "softplus")),
    _loss("squared_error", "squared_error_and_gradient"), _loss("absolute_error"),
    _loss("bernoulli_nll", "bernoulli_nll_and_gradient"), _loss("continuous_bernoulli_nll"),
    *map(_located, ("gaussian_nll", "laplace_nll")),
    *map(_code_penalty, ("l1_sparsity", "student_t_sparsity", "gaussian_prior")),
    Elementwise(("gaussian_kl", "gaussian_kl_entries", "gaussian_kl_backward"),
                {"mu": FEW, "logvar": LOG_VARIANCES, "prior_mean": (0.0, 1.0), "prior_logvar": SPREADS}, exact.gaussian_kl,
                lambda inputs: dict(zip(("y", "mu", "logvar"), _by_row(_gaussian_kl, inputs)))),
    Elementwise(("sampled_kl", "sampled_kl_entries", "sampled_kl_backward"),
                {"z": FEW, "logvar": SPREADS, "eps": (0.0, 3.0), "prior_mean": (0.0, 1.0), "prior_logvar": SPREADS},
                exact.sampled_kl, lambda inputs: dict(zip(("y", "z", "logvar"), _by_row(_sampled_kl, inputs)))),
    Elementwise(("reparameterize", "reparameterize_backward"),
                {"mu": FEW, "logvar": LOG_VARIANCES, "eps": (0.0, 1e-30, -2.0, 3.0)}, exact.reparameterize, _reparameterize),
)
