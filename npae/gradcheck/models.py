"""A model as a subject of the checker: the loss as a function of every parameter, at one batch and frozen noise.

Nothing is done to the model itself. A deep copy of it is given parameters of its own, float64 for real steps and
complex128 for imaginary ones; the model's loss_and_gradients follows the dtype of its parameters.

For naming a bug: the terms of the loss are the parts of the whole, and where weights are tied, so are the uses of W. They
are measured on an untied twin, whose decoder holds the transposed weights (or the same kernels, of convolutions) as
parameters of their own. (Weight decay counts a tied weight once: it is a part by itself.)
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..validation import check_numbers
from .numerical import Function
from .pairs import one_example
from .trial import Arrays, Trial, private_copy, stream
from .variants import jittered
from .wider import wider


class ModelSubject:
    """See the module; `term` names the entry of the model's terms that its gradients belong to."""

    has_upstream = False

    def __init__(self, model: Any, X: ArrayLike, noise: Mapping[str, Any] | None, rng: np.random.Generator | None,
                 term: str | None, seed: int):
        self.twin = copy.deepcopy(model)
        self.params = model.params.astype(np.float64)
        self.X = np.array(check_numbers(X, "X"), dtype=np.float64)
        self.term = term or "loss"
        self.seed = seed
        if noise is None:
            self.twin.params = self.params.astype(np.float64)
            noise = self.twin.draw_noise(self.X.copy(), copy.deepcopy(rng) or stream(seed, "noise"))
        self.noise = {name: private_copy(value) for name, value in self._with_what_stands_still(noise).items()}

    def _with_what_stands_still(self, noise: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the noise, and the values behind stop-gradients at these parameters: the loss of a step is that with both."""
        if not hasattr(self.twin, "_freeze"):
            return noise
        self.twin.params = self.params.astype(np.float64)
        return self.twin._freeze(self.X.copy(), noise)

    @property
    def equation_owner(self) -> str:
        """The name that numbered equations are quoted by."""
        return type(self.twin).__name__

    @property
    def backward(self) -> Any:
        """What was checked."""
        return self.twin.loss_and_gradients

    def trial(self, changes: Arrays | None = None) -> Trial:
        """Return fresh parameters, some of them replaced, with copies of the batch and of the noise."""
        changes = changes or {}
        params = self.params.astype(np.result_type(np.float64, *changes.values()))
        for name, value in changes.items():
            params[name][...] = value
        X, noise = self.X.copy(), {name: private_copy(value) for name, value in self.noise.items()}

        def call() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
            self.twin.params = params
            return _answer(self.twin, X, noise)

        def gradients(upstream: np.ndarray | None) -> dict[str, Any]:
            grads = call()[1]
            return {name: grads[name] for name in grads}

        arrays = {**{name: params[name] for name in params}, "X": X,
                  **{f"noise[{name!r}]": value for name, value in noise.items()}}
        return Trial(arrays, lambda: call()[0][self.term], gradients)

    def expected(self, gradients: Arrays) -> list[str]:
        """Return the names of all parameters."""
        return list(self.params)

    def elsewhere(self, rng: np.random.Generator) -> Iterator[Callable[[], ModelSubject]]:
        """Yield makers of the same model at other parameters, with one example more, with one alone, with other widths."""
        yield partial(self._moved, self.X, rng)
        yield partial(self._moved, np.concatenate([self.X, self.X[:1]]), rng)
        yield partial(self._moved, self.X[-1:], rng)
        yield partial(self._wider, rng)

    def example(self, i: int) -> ModelSubject:
        """Return the model at example i alone; every loss is a mean, so its gradient is that of one example."""
        noise = {name: one_example(value, i, len(self.X)) for name, value in self.noise.items()}
        return self._at(self.twin, self.params, self.X[[i]], noise)

    def contributions(self, name: str) -> dict[str, dict[str, Function]]:
        """Return the terms of the loss, and the uses of a tied weight."""
        terms = [term for term in self.trial_terms() if term != self.term]
        parts: dict[str, dict[str, Function]] = {}
        if self.term == "loss" and len(terms) > 1:
            parts["term"] = {term: partial(self._term_at, term, name) for term in terms}
        if self.term == "loss" and getattr(self.twin, "tied", False) and name.endswith(".W"):
            untied = self._untied()
            index = len([n for n in self.params if n.startswith("encoder") and n.endswith(".W")])
            other = f"decoder.{index - 1 - int(name.split('.')[1])}.W"
            parts["path"] = {"encoder": partial(untied._term_at, self.term, name),
                             "decoder": lambda value: untied._term_at(self.term, other, _turned_round(value))}
            if "weight_decay" in terms:
                parts["path"]["weight_decay"] = partial(self._term_at, "weight_decay", name)
        return parts

    def trial_terms(self) -> list[str]:
        """Return the names of the terms of the loss."""
        self.twin.params = self.params
        return list(_answer(self.twin, self.X, self.noise)[0])

    def _term_at(self, term: str, name: str, value: np.ndarray) -> Any:
        subject = copy.copy(self)
        subject.term = term
        return subject.trial({name: value}).forward()

    def _at(self, model: Any, params: Any, X: np.ndarray, noise: Mapping[str, Any] | None) -> ModelSubject:
        model = copy.deepcopy(model)
        model.params = params
        return self._with_the_rest_of_the_noise(ModelSubject(model, X, noise, None, self.term, self.seed + 1))

    def _with_the_rest_of_the_noise(self, other: ModelSubject) -> ModelSubject:
        """Return `other` with what this subject was given and draw_noise does not make, labels for instance."""
        m, wanted = len(self.X), len(other.X)
        for name, value in self.noise.items():
            if name not in other.noise:
                per_example = np.ndim(value) > 0 and len(value) == m
                other.noise[name] = np.concatenate([value, value[:1]])[-wanted:] if per_example else value
        return other

    def _moved(self, X: np.ndarray, rng: np.random.Generator) -> ModelSubject:
        params = self.params.astype(np.float64)
        for name, value in jittered({name: params[name] for name in params}, rng).items():
            params[name][...] = value
        return self._at(self.twin, params, _other_data(X, rng), None)

    def _wider(self, rng: np.random.Generator) -> ModelSubject:
        """Return a model of the same kind, wider everywhere, with parameters of its own."""
        if "loss_and_gradients" in vars(self.twin):
            raise TypeError("this object's own gradient does not come with its class")
        hyperparameters, X = wider(self.twin.get_params(deep=False), self.X)
        X = _other_data(X, rng)
        model = type(self.twin)(**{**hyperparameters, "dtype": "float64", "random_state": self.seed}).initialize(X.shape[1])
        return self._with_the_rest_of_the_noise(ModelSubject(model, X, None, None, self.term, self.seed + 1))

    def _untied(self) -> ModelSubject:
        hyperparameters = {**self.twin.get_params(deep=False), "tied": False, "weight_decay": 0.0, "dtype": "float64",
                           "random_state": 0}
        model = type(self.twin)(**hyperparameters).initialize(self.X.shape[1])
        weights = [name for name in self.params if name.startswith("encoder") and name.endswith(".W")]
        for name in self.params:
            model.params[name] = self.params[name]
        for i, name in enumerate(reversed(weights)):
            model.params[f"decoder.{i}.W"] = _turned_round(self.params[name])
        return ModelSubject(model, self.X, self.noise, None, self.term, self.seed)


def _answer(model: Any, X: np.ndarray, noise: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return terms and gradients of a model; what is not finite is a finding here, where the model raises an error."""
    try:
        return model.loss_and_gradients(X, noise=noise)
    except FloatingPointError:
        return model._loss_and_gradients(model.params, X, noise)


def _turned_round(W: np.ndarray) -> np.ndarray:
    """Return the weights of the layer that leads back: a matrix transposed; kernels as they are, the layer turns them."""
    return W.T if W.ndim == 2 else W


def _other_data(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return other data of the same kind: numbers that have moved, or the codes of each column in another order."""
    return rng.permuted(X, axis=0) if np.all(X == np.rint(X)) else jittered({"X": X}, rng)["X"]
