"""Gradient checks: every pair and every model, every parameter, against independent numerical derivatives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .. import network
from ..gradcheck import Report, check_gradients, relative_error
from ..models import Model
from ..models.base import Noise
from .cases import CASES, Case
from .pairs import PAIRS, Pair
from .result import Check

CENTRAL, COMPLEX = 1e-7, 1e-12      # limits of DESIGN section 6; wrong gradients are off by far more
PAIR_TRIALS = 20        # random shapes and seeds of every pair, by both methods
TRIALS = 12     # ... of every model, all checked by the complex step ...
IMAGE_TRIALS = 8        # so many where the smallest shape that fits has a hundred parameters
CENTRAL_TRIALS = 4      # ... and so many of them, for models, by central differences too: they cost twice as much


def gradient_checks(seed: int = 0) -> Iterator[Check]:
    """Yield one check per subject and method, each the worst of many random shapes and seeds."""
    for pair in PAIRS:
        central, complex_step = zip(*(_pair_errors(pair, seed + trial) for trial in range(PAIR_TRIALS)))
        yield from _methods(pair.name, central, complex_step)
    for case in CASES:
        rng = np.random.default_rng(seed)
        trials, central_trials = (IMAGE_TRIALS, IMAGE_TRIALS // 4) if case.image else (TRIALS, CENTRAL_TRIALS)
        instances = [case.random_instance(rng) for _ in range(trials)]
        exact = [model_error(model, x, rng, "complex") for model, x in instances]
        differences = [model_error(model, x, rng, "central") for model, x in instances[:central_trials]]
        yield from _methods(case.name, differences, exact)
        yield Check("gradients", case.name, "after ten training steps, complex step",
                    max(_after_training(case, rng) for _ in range(3)), COMPLEX)
    for case in CASES:
        yield from _each_penalty_alone(case, np.random.default_rng(seed))


def _methods(subject: str, central: Sequence[float], complex_step: Sequence[float]) -> Iterator[Check]:
    yield Check("gradients", subject, f"central differences, {len(central)} random shapes", max(central), CENTRAL)
    yield Check("gradients", subject, f"complex step, {len(complex_step)} random shapes", max(complex_step), COMPLEX)


def _pair_errors(pair: Pair, seed: int) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    inputs = pair.draw(rng, *rng.integers(1, 8, 3))
    reports = [check_gradients(pair.forward, pair.backward, inputs, wrt=pair.wrt, method=method, seed=seed)
               for method in ("central", "complex")]
    return worst_error(reports[0], CENTRAL), worst_error(reports[1], COMPLEX)


def model_error(model: Model, x: np.ndarray, rng: np.random.Generator, method: str) -> float:
    """Return the worst relative error over all parameters, against "central" differences or the "complex" step."""
    report = check_gradients(model, x, noise=model.draw_noise(x, rng), method=method)
    return worst_error(report, CENTRAL if method == "central" else COMPLEX)


def worst_error(report: Report, limit: float) -> float:
    """Return the largest error of a report, entries on a proven kink excepted; infinity unless it passed.

    A central difference of a loss of size one is rounded at 1e-11. Where a tensor's whole gradient is so small that this
    is more than `limit` of it, the report's own tolerance for that tensor is above the limit: such a row proves nothing
    at the limit and is left to the complex step, which has no rounding to speak of.
    """
    return max((row.error for row in report.rows if row.tolerance <= limit), default=0.0) if report.passed else np.inf


def _after_training(case: Case, rng: np.random.Generator) -> float:
    model, x = case.random_instance(rng)
    for _ in range(10):
        model.partial_fit(x)
    return model_error(model, x, rng, "complex")


def _each_penalty_alone(case: Case, rng: np.random.Generator) -> Iterator[Check]:
    """A wrong gradient of a small term can hide behind that of a large one: each term against its own complex step."""
    for name in case.build()._named_penalties():
        model, x, noise, value = _instance_that_pays(case, name, rng)
        alone, numerical = _penalty_gradient(model, x, noise, name), _term_gradient(model, x, noise, name)
        yield Check("gradients", case.name, f"{name} alone, complex step", relative_error(alone, numerical), COMPLEX)
        yield Check("gradients", case.name, f"{name} alone is not zero: largest entry over value",
                    float(np.abs(alone).max()) / value, 1e-3, at_least=True)


def _instance_that_pays(case: Case, name: str, rng: np.random.Generator):
    """Return a random instance, noise, and the value of a penalty that is not zero (rectified codes may all be off)."""
    for _ in range(100):
        model, x = case.random_instance(rng)
        noise = model.draw_noise(x, rng)
        value = float(model.loss_and_gradients(x, noise=noise)[0][name])
        if value > 0:
            return model, x, noise, value
    raise RuntimeError(f"{case.name}: the penalty {name} was zero for 100 random instances")


def _penalty_gradient(model: Model, x: np.ndarray, noise: Noise, name: str) -> np.ndarray:
    """Return the gradient of one penalty in theta: its injected gradients, and no other, taken backwards."""
    params, penalty, corruption = model.params, model._named_penalties()[name], model._corruption()
    trace = network.forward(model._encoder + model._decoder, params,     # type: ignore[attr-defined]
                            x if corruption is None else corruption(x, noise["corruption"]))
    _, injected = penalty(params, trace, noise[name] if penalty.is_noisy else model._state.get(name))
    grads = params.gradients()
    network.backward(np.zeros_like(trace[-1].y), params, trace, grads, injected)
    for node in grads.keys() & injected.keys():
        grads[node] += injected[node]
    return grads.theta


def _term_gradient(model: Model, x: np.ndarray, noise: Noise, term: str) -> np.ndarray:
    base = model.params
    gradient, step = np.empty_like(base.theta), 1e-30
    for index in range(base.theta.size):
        moved = base.astype(np.complex128)
        moved.theta[index] += 1j * step
        gradient[index] = model._loss_and_gradients(moved, x, noise)[0][term].imag / step
    return gradient
