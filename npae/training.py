r"""The training loop: what happens between a model's gradient and its parameters.

    for each epoch:   for each batch of the shuffled examples:
        noise  = draw              (fresh for every batch)
        terms, grads = model's loss and gradients at theta
        theta  = optimizer's step along -grads.theta

The 1/m of the average is inside the losses; nothing here divides by a batch size. One Generator gives the shuffling and
the noise, so that a seed determines the run to the bit.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from math import isfinite
from typing import Any, NoReturn

import numpy as np

from .checkpoint import CheckpointWriter
from .interruption import Interruption, TrainingInterrupted
from .optimizers import clip_by_norm, get_optimizer, get_schedule
from .parameters import Parameters
from .progress import ProgressLine
from .rows import CHUNK, Rows, chunks


class TrainingDiverged(FloatingPointError):
    """The loss or the parameters stopped being finite; the model holds the last parameters at which all was finite."""


class Training:
    """The state of one model's training: the optimizer, the random stream, the number of epochs done."""

    def __init__(self, optimizer: Any, rng: np.random.Generator):
        self.optimizer = get_optimizer(optimizer)
        self.rng = rng
        self.epoch = 0
        self._interruption = Interruption()
        self._good: Any = None      # the parameters at the beginning of the newest epoch that began with a finite loss
        self._good_state: dict[str, np.ndarray] = {}        # and the model's state beside them

    def run(self, model: Any, x: Rows, x_val: Rows | None, epochs: int, labels: np.ndarray | None = None,
            writer: CheckpointWriter | None = None, resume: bool = False) -> None:
        """Train `model` in place for so many epochs over x (m, n), writing history_ and metrics_.

        labels (m, c): rows that reach the model's loss with their examples, as noise["labels"].
        writer: sees every epoch and writes checkpoints; with `resume` the run begins where the last one stands.
        """
        self._start(model)
        model._before_run(x)
        schedule = get_schedule(model.schedule)
        objective = FullBatch(model, x) if self.optimizer.full_batch else None
        params, watch = model.params.with_workspace(), EarlyStopping(model.patience)
        first = writer.resume(model, watch) if writer is not None and resume else 0
        line, last = ProgressLine(epochs - first, len(x), enabled=model.verbose), None
        # What is not finite is reported by _give_up.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"), Interruption() as self._interruption:
            for epoch in range(first, epochs):
                finished = watch.exhausted or getattr(self.optimizer, "converged", False)       # perhaps in the checkpoint
                if finished or self._interruption.requested:
                    break
                began = time.perf_counter()
                model._before_epoch(self.epoch, x)
                if objective is not None:
                    terms = self._full_batch_iteration(model, objective)
                else:
                    rate = model.learning_rate * schedule(epoch, epochs)
                    terms, last = self._minibatch_epoch(model, params, x, labels, rate)
                self.epoch += 1
                held_out = {} if x_val is None else _evaluate(model, x_val)
                self._record(model, x, {**terms, **held_out}, time.perf_counter() - began)
                line.update(terms, held_out)
                watch.see(model.theta, held_out.get("val_loss", terms["loss"]))
                if writer is not None and not self._interruption.requested:
                    writer.see(model, watch, epoch + 1)
            watch.restore(model.theta)
            if last is not None:        # nobody has seen the loss where the last step went
                self._check_loss(model, params, *last)
        line.close()
        if self._interruption.requested:
            kept = "the parameters of the lowest loss so far" if watch.best_theta is not None else "its present parameters"
            warnings.warn(f"training was interrupted in epoch {self.epoch}: the model keeps {kept}", TrainingInterrupted,
                          stacklevel=3)

    def _start(self, model: Any) -> None:
        if self._good is None:
            self.optimizer.start(model.theta)
            self._good = model.theta.copy()
        self._keep_state(model)

    def _keep_state(self, model: Any) -> None:
        self._good_state = {name: np.array(value) for name, value in model._state.items()}

    def _minibatch_epoch(self, model: Any, params: Parameters, x: Rows, labels: np.ndarray | None,
                         learning_rate: float) -> tuple[dict[str, float], tuple[np.ndarray, Any]]:
        """Return each term's mean over the epoch, every example counted once, and the last batch with its noise.

        params: the model's, with a workspace.
        """
        order = self.rng.permutation(len(x)).astype(np.min_scalar_type(len(x)))     # as small as the numbers allow
        sums = MeanTerms()
        for start in range(0, len(x), model.batch_size):
            chosen = order[start:start + model.batch_size]
            batch = x.take(chosen, axis=0, out=params.array("batch", "x", len(chosen), x.shape[1]), mode="clip")
            noise = model._draw_noise(batch, self.rng)
            if labels is not None:
                noise["labels"] = labels[chosen]
            terms, grads = model._loss_and_gradients(params, batch, noise)
            if not isfinite(terms["loss"]):
                self._give_up(model, _culprit(terms))
            if start == 0:
                np.copyto(self._good, model.theta)      # not before the loss has been seen to be finite here
                self._keep_state(model)
            if model.max_gradient_norm is not None:
                clip_by_norm(grads.theta, model.max_gradient_norm)
            try:
                self.optimizer.step(model.theta, grads.theta, learning_rate)
            except FloatingPointError as error:
                self._give_up(model, f"{error}, {_largest(terms)}")
            model._after_step(batch, noise)
            sums.add(terms, len(batch))
            if self._interruption.requested:
                break
        return sums.means(), (batch, noise)

    def _full_batch_iteration(self, model: Any, objective: FullBatch) -> dict[str, float]:
        try:
            loss = self.optimizer.iterate(objective, model.theta)
        except FloatingPointError as error:
            self._give_up(model, f"{error}, {_largest(objective.terms)}")
        terms = objective.terms
        if terms["loss"] != loss:       # the accepted point is not the last one that the line search tried
            objective(model.theta)
            terms = objective.terms
        if not np.isfinite(terms["loss"]):
            self._give_up(model, _culprit(terms))
        self._good = model.theta.copy()
        self._keep_state(model)
        model._after_step(objective.x, {})
        return {name: float(value) for name, value in terms.items()}

    def _give_up(self, model: Any, what: str, epoch: int | None = None) -> NoReturn:
        """Go back to what was good, with the optimizer as at the start of a run, and raise."""
        self._go_back(model)
        self.optimizer.start(model.theta)
        remedy = "" if self.optimizer.full_batch else f"a learning_rate below {model.learning_rate:g}, max_gradient_norm=1.0, or "
        raise TrainingDiverged(
            f"training diverged in epoch {self.epoch + 1 if epoch is None else epoch}: {what}. The model keeps its last good "
            f"parameters (the newest epoch that began with a finite loss). Try {remedy}data of a smaller scale")

    def _go_back(self, model: Any) -> None:
        model.theta[...] = self._good
        model._state = {name: value.copy() for name, value in self._good_state.items()}

    def _check_loss(self, model: Any, params: Parameters, batch: np.ndarray, noise: Any) -> None:
        """Give up unless the run ends with parameters that have a finite loss on its last batch."""
        terms, _ = model._loss_and_gradients(params, batch, noise)
        if not isfinite(terms["loss"]):
            self._give_up(model, _culprit(terms), self.epoch)

    def _record(self, model: Any, x: Rows, terms: Mapping[str, float], seconds: float) -> None:
        """Write what an epoch gave into the model's history; give up, and write nothing, where it is not finite."""
        if not np.isfinite(model.theta).all():
            self._give_up(model, f"the parameters became infinite in a step, {_largest(terms)}", self.epoch)
        try:
            metrics = model._metrics(terms, x)
        except FloatingPointError as error:
            self._give_up(model, f"{error}, {_largest(terms)}", self.epoch)
        if not all(map(isfinite, (*terms.values(), *metrics.values()))):
            self._go_back(model)
            model._metrics(terms, x)        # what it leaves on the model belongs to the parameters that stay
            self._give_up(model, _culprit({**metrics, **terms}), self.epoch)
        for name, value in {**terms, "seconds": seconds}.items():
            model.history_.setdefault(name, []).append(value)
        for name, value in metrics.items():
            model.metrics_.setdefault(name, []).append(value)


def check_finite(terms: Mapping[str, Any], grads: Parameters) -> None:
    """Raise FloatingPointError, naming the term or the parameter, unless the terms of a loss and its gradient are finite."""
    if not np.isfinite(terms["loss"]):
        raise FloatingPointError(f"{_culprit(terms)} in {grads.dtype}: the parameters or the data are too large")
    for name in () if np.isfinite(grads.theta).all() else grads:
        if not np.isfinite(grads[name]).all():
            raise FloatingPointError(f"the gradient in {name!r} is not finite in {grads.dtype}, {_largest(terms)}: the "
                                     f"parameters or the data are too large")


def _culprit(terms: Mapping[str, Any]) -> str:
    """Say which term is not finite: a part of the loss rather than the loss."""
    name = next(name for name, value in list(terms.items())[::-1] if not np.isfinite(value))
    return f"the term {name!r} became {terms[name]}"


def _largest(terms: Mapping[str, Any]) -> str:
    """Say which term of the loss was the largest before the step that went wrong."""
    name = max((name for name in terms if name != "loss"), key=lambda name: abs(terms[name]))
    return f"where the largest term {name!r} was {terms[name]:.3g}"


class FullBatch:
    """The loss on all examples as a function of theta: what a full-batch optimizer minimizes."""

    def __init__(self, model: Any, x: Rows):
        self.model, self.x = model, x[:]
        self.terms: dict[str, Any] = {}

    def __call__(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the loss and its gradient at theta; the terms are kept for the history."""
        self.terms, grads = self.model._loss_and_gradients(self.model.params.with_theta(theta), self.x, {})
        return float(self.terms["loss"]), grads.theta


def _evaluate(model: Any, x: Rows) -> dict[str, float]:
    """Return the terms on held-out data, with the same noise at every call, so that epochs can be compared."""
    rng, sums = np.random.default_rng(0), MeanTerms()
    for rows in chunks(x, max(CHUNK, model.batch_size)):
        terms, _ = model._loss_and_gradients(model.params, rows, model._draw_noise(rows, rng))
        sums.add(terms, len(rows))
    return {f"val_{name}": value for name, value in sums.means().items()}


class MeanTerms:
    """The terms of the loss, averaged over batches by their numbers of examples."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.m = 0

    def add(self, terms: Mapping[str, Any], m: int) -> None:
        """Take in the terms of a batch of m examples."""
        self.m += m
        for name, value in terms.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value) * m

    def means(self) -> dict[str, float]:
        """Return the means over all examples."""
        return {name: value / self.m for name, value in self.sums.items()}


class EarlyStopping:
    """Remember the parameters of the lowest loss; exhausted after `patience` epochs without a lower one."""

    def __init__(self, patience: int | None):
        self.patience = patience
        self.best = np.inf
        self.best_theta: np.ndarray | None = None
        self.waited = 0

    def see(self, theta: np.ndarray, loss: float) -> None:
        """Take note of the loss at theta."""
        if self.patience is None:
            return
        self.waited += 1
        if loss < self.best:
            self.best, self.best_theta, self.waited = loss, theta.copy(), 0

    @property
    def exhausted(self) -> bool:
        """Whether it is time to stop."""
        return self.patience is not None and self.waited >= self.patience

    def restore(self, theta: np.ndarray) -> None:
        """Put the best parameters back into theta."""
        if self.best_theta is not None:
            theta[...] = self.best_theta
