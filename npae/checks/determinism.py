"""Determinism: the same seed gives the same bits, and looking at a model does not change it."""

from __future__ import annotations

import copy
import pickle
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ..datasets import load_digits
from ..models import Model
from ..persistence import load
from .cases import CASES, Case
from .result import Check


def determinism_checks(seed: int = 0) -> Iterator[Check]:
    """Yield the number of entries that differ in any bit, for every model: none may."""
    digits = load_digits().X_train[:150]
    for case in CASES:
        x = case.suited(digits)
        model = _fit(case, x, seed)
        for claim, twin in TWINS.items():
            yield Check("determinism", case.name, claim, _differing(model, twin(case, model, x, seed), x), 0)
        yield Check("determinism", case.name, "another seed gives another model (entries that agree)",
                    np.mean(_fit(case, x, seed + 1).theta == model.theta), 0.9)
        yield Check("determinism", case.name, "the global random state is untouched", _global_state_moved(case, x), 0)


def _fit(case: Case, x: np.ndarray, seed: int) -> Model:
    return case.fit(x, dtype="float32", epochs=2, batch_size=32, random_state=seed)


def _differing(model: Model, twin: Model, x: np.ndarray) -> int:
    pairs = ((model.theta, twin.theta), (model.reconstruct(x), twin.reconstruct(x)), (model.transform(x), twin.transform(x)),
             (model.score_samples(x), twin.score_samples(x)))
    return sum(int(np.count_nonzero(left != right)) for left, right in pairs)


def _saved_and_loaded(case: Case, model: Model, x: np.ndarray, seed: int) -> Model:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        model.save(path)
        return load(path)


def _after_looking(case: Case, model: Model, x: np.ndarray, seed: int) -> Model:
    looked_at = copy.deepcopy(model)
    looked_at.loss_and_gradients(x, np.random.default_rng(0))
    looked_at.score(x)
    looked_at.summary()
    return looked_at


TWINS: dict[str, Callable[[Case, Model, np.ndarray, int], Model]] = {
    "trained again from the same seed": lambda case, model, x, seed: _fit(case, x, seed),
    "asked twice": lambda case, model, x, seed: model,
    "saved and loaded": _saved_and_loaded,
    "copied": lambda case, model, x, seed: copy.deepcopy(model),
    "through pickle": lambda case, model, x, seed: pickle.loads(pickle.dumps(model)),
    "after loss_and_gradients, score and summary": _after_looking,
}


def _global_state_moved(case: Case, x: np.ndarray) -> float:
    before = np.random.get_state()
    case.fit(x, dtype="float32", epochs=1).reconstruct(x)
    after = np.random.get_state()
    return float(any(not np.array_equal(left, right) for left, right in zip(before, after)))
