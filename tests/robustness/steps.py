"""Optimizer steps with gradients of 0, 1e-30, 1e10 and 1e19 (whose squares float32 does not hold); densities far out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from npae import LBFGS, SGD, Adam, Momentum, RMSProp
from npae.distributions import Bernoulli, ContinuousBernoulli, FullGaussian, Gaussian, Laplace
from npae.optimizers import clip_by_norm

GRADIENT = (0.0, 1e-42, 1e-30, -1e-30, 1e-8, 1.0, 1e10, -1e10)
RATE = 1e-3


def wrong_first_steps(dtype: type) -> Iterator[str]:
    """The first step from 0 against its formula, of entries that are forty orders of magnitude apart."""
    g = np.array(GRADIENT, dtype)
    wide = g.astype(np.longdouble)
    expected = ((SGD(), RATE * wide), (Momentum(), RATE * wide), (Momentum(nesterov=True), RATE * 1.9 * wide),
                (Adam(), RATE * wide / (np.abs(wide) + 1e-8)), (RMSProp(), RATE * wide / (0.1 * np.abs(wide) + 1e-8)))
    for optimizer, exact in expected:
        theta = np.zeros_like(g)
        optimizer.start(theta)
        optimizer.step(theta, g, RATE)
        kind = np.finfo(dtype)
        if not np.all(np.abs(theta + exact) <= 40 * kind.eps * np.abs(exact) + 1e-12 * kind.eps):
            yield f"{type(optimizer).__name__}, {np.dtype(dtype)}: a first step of {theta} where {-exact} is right"


def wrong_later_steps(dtype: type) -> Iterator[str]:
    """Twenty steps whose gradients jump between those sizes, beside the same in extended precision."""
    rng = np.random.default_rng(0)
    gradients = rng.choice(GRADIENT, (20, 50)).astype(dtype)
    for optimizer in (SGD(), Momentum(), Momentum(nesterov=True), Adam(), RMSProp()):
        here, wide = np.zeros(50, dtype), np.zeros(50, np.longdouble)
        for theta in (here, wide):
            optimizer.start(theta)
            for g in gradients:
                optimizer.step(theta, g.astype(theta.dtype), RATE)
        if not np.all(np.abs(here - wide) <= 100 * np.finfo(dtype).eps * (np.abs(wide).max() if wide.max() > 1 else 1)):
            yield f"{type(optimizer).__name__}, {np.dtype(dtype)}: {np.abs(here - wide).max()} from the exact steps"


def wrong_overflows(dtype: type) -> Iterator[str]:
    """A gradient whose square has no number in the dtype is refused by those who square it, and clipped where that is asked."""
    huge = float(np.sqrt(np.finfo(dtype).max)) * 10
    for optimizer in (Adam(), RMSProp(), SGD(), Momentum()):
        theta = np.zeros(3, dtype)
        optimizer.start(theta)
        try:
            optimizer.step(theta, np.array([1, huge, 0], dtype), RATE)
            good = isinstance(optimizer, (SGD, Momentum)) and np.allclose(theta[1] / huge, -RATE)
        except FloatingPointError as error:
            good = isinstance(optimizer, (Adam, RMSProp)) and type(optimizer).__name__ in str(error) and "gradient" in str(error)
        if not good:
            yield f"{type(optimizer).__name__}, {np.dtype(dtype)}: {theta} after a gradient of {huge:.3g}"
    for g in ([huge, -huge], [0, 0], [1e-42, 0], [1e-30, 1e-30]):
        clipped = np.array(g, dtype)
        norm = clip_by_norm(clipped, 1.0)
        tiny = max(np.abs(g)) < 1e-20       # its square, and so its length, may vanish: there is nothing to clip then
        if not (tiny or np.isclose(norm, np.hypot(*np.array(g, np.float64)), rtol=1e-5)) or not np.isfinite(clipped).all():
            yield f"clip_by_norm, {np.dtype(dtype)}: {clipped}, norm {norm}, for {g}"
        if max(np.abs(g)) > 1 and not np.isclose(np.linalg.norm(clipped), 1):
            yield f"clip_by_norm, {np.dtype(dtype)}: {clipped} is not of length 1"


def wrong_searches(dtype: type) -> Iterator[str]:
    """L-BFGS on c |theta - 1|^2 / 2: the minimum, at any scale whose gradients have a squared length; else an error, or rest."""
    for c in (0.0, 1e-30, 1e-10, 1.0, 1e10, 1e15, 1e30):
        theta, optimizer = np.array([3, -1], dtype), LBFGS()

        def fun(t: np.ndarray, c: float = c) -> tuple[float, np.ndarray]:
            r = t.astype(np.float64) - 1
            return c * float(r @ r) / 2, (c * r).astype(dtype)
        optimizer.start(theta)
        try:
            for _ in range(5):
                optimizer.iterate(fun, theta)
            moved = c > np.sqrt(np.finfo(dtype).tiny)
            good = np.allclose(theta, 1 if moved else [3, -1], atol=1e-3) or optimizer.converged and not moved
        except FloatingPointError as error:
            good = c >= 1e15 and dtype == np.float32 and "gradient" in str(error) and np.array_equal(theta, [3, -1])
        if not good:
            yield f"LBFGS, {np.dtype(dtype)}, curvature {c:g}: {theta}"


def wrong_densities(dtype: type) -> Iterator[str]:
    """log_prob is right or -inf, never NaN; samples are finite, or an error names the log-variances."""
    zeros, far = np.zeros((1, 2), dtype), np.array([[1e4, -1e4]], dtype)
    for kind in (Gaussian, Laplace):
        for logvar in (-1e3, -80.0, 0.0, 80.0, 1e3):
            q = kind(zeros, np.full((1, 2), logvar, dtype))
            at_mean = -np.log(2 * np.pi) - logvar if kind is Gaussian else -np.log(2) - logvar
            if not np.isclose(q.log_prob(zeros), at_mean, rtol=1e-5) or np.isnan(q.log_prob(far)).any() or q.log_prob(far) > 0:
                yield f"{kind.__name__}, {np.dtype(dtype)}, logvar {logvar}: {q.log_prob(zeros)}, {q.log_prob(far)}"
        yield from _wrong_samples(kind(zeros, np.full((1, 2), 1e3, dtype)), dtype == np.float64)
        yield from _wrong_samples(kind(far, np.full((1, 2), -1e3, dtype)), True)
    for mild in (0.0, -80.0, 80.0):
        L = np.array([[[np.exp(mild / 2), 0], [1e4, np.exp(mild / 2)]]], dtype)
        if not np.isclose(FullGaussian(zeros, L).log_prob(zeros), -np.log(2 * np.pi) - mild, rtol=1e-5):
            yield f"FullGaussian, {np.dtype(dtype)}: {FullGaussian(zeros, L).log_prob(zeros)} at its mean"
        if np.isnan(FullGaussian(zeros, L).log_prob(far)).any():
            yield f"FullGaussian, {np.dtype(dtype)}: NaN far out"
    yield from _wrong_samples(FullGaussian(zeros, np.full((1, 2, 2), np.inf, dtype)), False)
    for broken in (np.inf, 0.0):
        try:
            yield f"FullGaussian, {np.dtype(dtype)}: {FullGaussian(zeros, np.eye(2, dtype=dtype)[None] * broken).log_prob(zeros)}"
        except FloatingPointError:
            pass
        except RuntimeWarning:      # inf * 0 in this very line, not in the package
            pass


def wrong_bits(dtype: type) -> Iterator[str]:
    """Bernoulli and continuous Bernoulli with logits of +-1e4."""
    logits, ends = np.array([[1e4, -1e4, 0]], dtype), np.array([[1, 0, 1]], dtype)
    for kind, exact, wrong_way in ((Bernoulli, -np.log(2), -2e4 - np.log(2)),
                                   (ContinuousBernoulli, 2 * np.log(1e4), 2 * np.log(1e4) - 2e4)):
        q = kind(logits)
        found, other = q.log_prob(ends), q.log_prob(1 - ends)
        if not np.allclose([found, other], [[exact], [wrong_way]], rtol=1e-3):
            yield f"{kind.__name__}, {np.dtype(dtype)}: {found}, {other} where {exact}, {wrong_way} are right"
        yield from _wrong_samples(q, True)
        for uniform in (0.0, 1 - 2.0 ** -53):
            draws = q._draw(_Constant(uniform))
            if not (np.all(draws >= 0) and np.all(draws <= 1)):
                yield f"{kind.__name__}: {draws} for the uniform number {uniform}"


class _Constant:
    """A generator of one number."""

    def __init__(self, number: float) -> None:
        self.number = number

    def random(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.full(shape, self.number)


def _wrong_samples(q, finite: bool) -> Iterator[str]:
    try:
        draws = q.sample(0)
        if not finite or not np.isfinite(draws).all():
            yield f"{type(q).__name__}, {q.mean.dtype}: samples {draws}"
    except FloatingPointError as error:
        if finite or "too large" not in str(error):
            yield f"{type(q).__name__}, {q.mean.dtype}: {error}"


STEPS: tuple[Callable[[type], Iterator[str]], ...] = (
    wrong_first_steps, wrong_later_steps, wrong_overflows, wrong_searches, wrong_densities, wrong_bits)
