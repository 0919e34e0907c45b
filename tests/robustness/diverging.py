"""Training that goes wrong: learning rates a thousand times too large, data of any scale, parameters far out.

It ends with finite parameters and history, or with TrainingDiverged, which names term and epoch and leaves a model that works.
No warning of NumPy escapes, and nothing that the model keeps is NaN or infinite.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from npae import Autoencoder, TrainingDiverged, load_digits
from npae.checks.cases import CASES, REAL, Case
from npae.models import Model

OPTIMIZERS = ("adam", "sgd", "momentum", "rmsprop", "lbfgs")
DTYPES = ("float32", "float64")
FACTORS = (10.0, 1e2, 1e3, 1e5, 1e10, 1e30)        # of the parameters
MESSAGE = re.compile(r"training diverged in epoch \d+: .*term '\w[\w.]*'.*The model keeps its last good parameters.*"
                     r"Try .*data of a smaller scale", re.DOTALL)
DIGITS = load_digits().X_train[:24].astype(np.float64)


class Ended(NamedTuple):
    """Whether training diverged, and what is wrong with how it ended."""

    diverged: bool
    failures: list[str]


class Diverging(NamedTuple):
    """How many models were trained or used far out, how many diverged with their error, and what was wrong."""

    checks: int
    diverged: int
    failures: list[str]


def train(model: Model, x: np.ndarray, what: str, x_val: np.ndarray | None = None) -> Ended:
    """Fit the model, with warnings as errors, and look at all that it keeps."""
    failures, diverged = [], False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for harmless in ("the posterior has collapsed", ".*has values from.*which output_activation", ".*is not binary.*"):
            warnings.filterwarnings("ignore", message=harmless, category=UserWarning)
        try:
            model.fit(x, X_val=x_val) if x_val is not None else model.fit(x)
        except TrainingDiverged as error:
            diverged = True
            if not MESSAGE.search(str(error)):
                failures.append(f"{what}: the message is {error}")
        except RuntimeWarning as warning:
            return Ended(False, [f"{what}: {warning}"])
        failures += [f"{what}: {name} is not finite" for name in not_finite(model)]
        try:
            noise = model.draw_noise(x, np.random.default_rng(0))
            model.loss_and_gradients(x, noise=noise)
            model.transform(x)
        except FloatingPointError as error:
            failures.append(f"{what}: the model that is left cannot be used: {error}")
    return Ended(diverged, failures)


def not_finite(model: Model) -> list[str]:
    """Return the names of what a model holds that is not finite."""
    held: dict[str, Any] = {"theta": model.theta, **model._state, "kl_per_unit_": getattr(model, "kl_per_unit_", 0.0)}
    for record in (model.history_, model.metrics_):
        held |= record
    if model._training._good is not None:       # else the run was over before: a layer of a stack diverged in its pretraining
        held |= {f"optimizer {name}": value for name, value in model._training.optimizer.state().items()}
    return [name for name, value in held.items() if not np.isfinite(np.asarray(value, float)).all()]


def too_fast(case: Case, optimizer: str, dtype: str) -> Ended:
    """Train a case at a thousand times its learning rate, with held-out data."""
    x = case.suited(DIGITS)
    model = case.build(optimizer=optimizer, dtype=dtype, learning_rate=1.0, epochs=4, batch_size=8, random_state=0)
    held_out = None if case.name == "stacked denoising" else x[:5]
    return train(model, x, f"{case.name}, {optimizer}, {dtype}", held_out)


def optimizers_of(case: Case) -> Iterator[str]:
    """Yield the optimizers that a case takes."""
    for optimizer in OPTIMIZERS:
        try:
            case.build(optimizer=optimizer)._validate()
        except ValueError:
            continue
        yield optimizer


def odd_data(case: Case) -> Mapping[str, np.ndarray]:
    """Return data of unusual scale, as far as the case takes them."""
    x = case.suited(DIGITS)
    odd = {"one row": x[:1], "constant": np.repeat(x[:1], 10, axis=0), "zeros": np.zeros_like(x[:10])}
    if case.data == REAL:
        odd |= {"times 1e4": 1e4 * x, "times 1e-10": 1e-10 * x, "times 1e15": 1e15 * x, "off by 1e4": x + 1e4}
    return odd


def on_odd_data(case: Case, dtype: str) -> Iterator[Ended]:
    """Train a case on such data at its own learning rate."""
    for name, x in odd_data(case).items():
        yield train(case.build(dtype=dtype, epochs=3, batch_size=8, random_state=0), x, f"{case.name}, {dtype}, {name}")


def far_out(case: Case, dtype: str) -> list[str]:
    """Use a model whose parameters are larger and larger: finite results, or the error that says which is not."""
    rng, failures = np.random.default_rng(1), []
    n = 16 if case.image else 6
    model = case.build(dtype=dtype, random_state=0).initialize(n)
    x = case.draw_data(rng, 5, n)
    noise, start = model.draw_noise(x, rng), model.theta.copy()
    for factor in FACTORS:
        model.theta = (factor * (start + 0.1 * rng.normal(size=start.shape))).astype(dtype)
        for what, use in _uses(model, x, noise).items():
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                try:
                    finite = np.isfinite(use()).all()
                except FloatingPointError as error:
                    finite = dtype in str(error) and "too large" in str(error)
                except ValueError as error:         # codes that are too large to be decoded
                    finite = dtype in str(error) and "rescale" in str(error)
                except RuntimeWarning as warning:
                    finite = False
                    what += f" ({warning})"
            if not finite:
                failures.append(f"{case.name}, {dtype}, parameters times {factor:g}: {what}")
    return failures


def _uses(model: Any, x: np.ndarray, noise: Mapping[str, np.ndarray]) -> dict[str, Callable[[], np.ndarray]]:
    def all_of_it() -> np.ndarray:
        terms, grads = model.loss_and_gradients(x, noise=noise)
        return np.array([*terms.values(), *grads.theta])
    uses = {"loss_and_gradients": all_of_it, "transform": lambda: model.transform(x), "reconstruct": lambda: model.reconstruct(x),
            "score_samples": lambda: model.score_samples(x)}
    if hasattr(model, "log_likelihood"):
        uses |= {"log_likelihood": lambda: model.log_likelihood(x, 5, 0)[0], "elbo": lambda: model.elbo(x, 3, 0),
                 "sample": lambda: model.sample(3, 0)}
    return uses


def known_divergence() -> Ended:
    """A run that is known to diverge: what `train` says of it must be that."""
    return train(Autoencoder(hidden_dims=(16,), optimizer="sgd", learning_rate=1e6, epochs=5, random_state=0), DIGITS, "sgd")


def diverging_checks() -> Diverging:
    """Run everything."""
    ended = [too_fast(case, optimizer, dtype) for case in CASES for optimizer in optimizers_of(case) for dtype in DTYPES]
    ended += [each for case in CASES for dtype in DTYPES for each in on_odd_data(case, dtype)]
    used = [far_out(case, dtype) for case in CASES for dtype in DTYPES]
    failures = [failure for each in ended for failure in each.failures] + [failure for each in used for failure in each]
    return Diverging(len(ended) + len(used) * len(FACTORS), sum(each.diverged for each in ended), failures)
