"""Models in threads and other processes: every case gives the bits that it gives alone.

Threads take turns after microseconds here, so that whatever they shared would be torn. `thread_checks()` runs everything but
the spawned processes, which the tests start.
"""

from __future__ import annotations

import copy
import multiprocessing
import pickle
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from npae import LBFGS, Adam, Autoencoder, Checkpoint, GaussianNoise, KLSparsity, load_digits
from npae.checks.cases import CASES, Case
from npae.models import Model

DIGITS = load_digits().X_train[:48]
SWITCH = 1e-5           # seconds until another thread's turn
THREADS = 4

Result = dict[str, Any]


class Threads(NamedTuple):
    """How many results were compared to the bit, and which differed."""

    checks: int
    failures: list[str]


@contextmanager
def restless(interval: float = SWITCH) -> Iterator[None]:
    """Let threads take turns this often; a posterior that collapses in two epochs is no concern here."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(interval)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="the posterior has collapsed")
            yield
    finally:
        sys.setswitchinterval(before)


def results_of(model: Model, x: np.ndarray) -> Result:
    """Return all that training leaves, but for the seconds, and what the model says of x."""
    history = {name: values for name, values in model.history_.items() if name != "seconds"}
    return {"theta": model.theta.copy(), "history": history, "metrics": model.metrics_, **answers(model, x)}


def answers(model: Any, x: np.ndarray) -> Result:
    """Return what a fitted model says of x, each question with randomness of its own."""
    terms, grads = model.loss_and_gradients(x, np.random.default_rng(3))
    gradient = grads.theta.copy()       # at once: if all calls had one vector, their answers would agree in the end
    said = {"terms": dict(terms), "gradient": gradient, "codes": model.transform(x), "reconstructions": model.reconstruct(x),
            "scores": model.score_samples(x), "noise": model.draw_noise(x, np.random.default_rng(4))}
    if hasattr(model, "log_likelihood"):
        said |= {"samples": model.sample(5, np.random.default_rng(5)), "log p": model.log_likelihood(x, 4, 6)}
    return said


def different(left: Any, right: Any, where: str = "") -> list[str]:
    """Return where two results differ in any bit."""
    if isinstance(left, dict):
        if left.keys() != right.keys():
            return [f"{where}: other keys"]
        return [place for name in left for place in different(left[name], right[name], f"{where}/{name}")]
    if isinstance(left, tuple):
        return [place for a, b in zip(left, right, strict=True) for place in different(a, b, where)]
    same = left.tobytes() == right.tobytes() if isinstance(left, np.ndarray) else left == right
    return [] if same else [where]


def make(case: Case, seed: int = 0, **overrides: Any) -> Model:
    """Return a case as it is trained here."""
    return case.build(**{"dtype": "float32", "epochs": 2, "batch_size": 16, "random_state": seed, **overrides})


def trained(case: Case, seed: int = 0, checkpoint: Any = None) -> Result:
    """Fit a case and return its results."""
    x, model = case.suited(DIGITS), make(case, seed)
    model.fit(x) if checkpoint is None else model.fit(x, checkpoint=checkpoint)
    return results_of(model, x)


def together(jobs: dict[str, Callable[[], Result]]) -> dict[str, Result]:
    """Run jobs in as many threads at once as there are jobs, up to THREADS, which all begin together."""
    gate = threading.Barrier(min(THREADS, len(jobs)))

    def run(job: Callable[[], Result]) -> Result:
        if threading.current_thread() not in seen:
            seen.add(threading.current_thread())
            gate.wait(60)
        return job()
    seen: set[threading.Thread] = set()
    with restless(), ThreadPoolExecutor(gate.parties) as pool:
        futures = {name: pool.submit(run, job) for name, job in jobs.items()}
        return {name: future.result() for name, future in futures.items()}


def all_cases_at_once(cases: tuple[Case, ...] = CASES) -> Threads:
    """Train every case in a pool of threads, different classes beside each other."""
    with restless(0.005):
        alone = {case.name: trained(case) for case in cases}
    found = together({case.name: lambda case=case: trained(case) for case in cases})
    return Threads(len(cases), [place for name in alone for place in different(alone[name], found[name], name)])


def same_class_at_once(case: Case, folder: Path | None = None) -> Threads:
    """Train one case with four seeds in four threads, perhaps with a checkpoint for each."""
    def jobs() -> dict[str, Callable[[], Result]]:
        return {f"{case.name}, seed {seed}": lambda seed=seed: trained(
            case, seed, None if folder is None else Checkpoint(folder / str(seed))) for seed in range(THREADS)}
    with restless(0.005):
        alone = {name: job() for name, job in jobs().items()}
    found = together(jobs())
    return Threads(len(alone), [place for name in alone for place in different(alone[name], found[name], name)])


def one_model_for_all(case: Case) -> Threads:
    """Ask one fitted model in four threads at once, several times each, and once by itself."""
    x = case.suited(DIGITS)
    with restless(0.005):
        model = make(case).fit(x)
        alone = {f"{case.name}, asked by thread {i}": answers(model, x[i:]) for i in range(THREADS)}
    found = together({name: lambda i=i: [answers(model, x[i:]) for _ in range(3)][-1] for i, name in enumerate(alone)})
    return Threads(len(alone), [place for name in alone for place in different(alone[name], found[name], name)])


# ---- copies ---------------------------------------------------------------------------------------------------------------

def falling(epoch: int, epochs: int) -> float:
    """A schedule of the user's, at the level of a module so that it pickles."""
    return 1 / (1 + epoch)


def rich() -> Model:
    """Return a model of everything that a hyperparameter may hold."""
    return Autoencoder(hidden_dims=(6,), latent_dim=3, latent_activation="sigmoid", epochs=2, batch_size=16, patience=2,
                       random_state=np.random.default_rng(11), penalties=[KLSparsity(0.1, momentum=0.5)], schedule=falling,
                       optimizer=Adam(beta1=0.8), corruption=GaussianNoise(0.1), max_gradient_norm=5.0)


def by_lbfgs() -> Model:
    """Return a model whose optimizer remembers vectors, and a function."""
    return Autoencoder(hidden_dims=(6,), latent_dim=3, epochs=3, optimizer=LBFGS(memory=3), random_state=1)


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy.copy": copy.copy, "copy.deepcopy": copy.deepcopy,
    **{f"pickle {protocol}": lambda model, protocol=protocol: pickle.loads(pickle.dumps(model, protocol))
       for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)},
}


def wrong_copies(build: Callable[[], Model], x: np.ndarray, name: str) -> Threads:
    """Copy a model before `fit`, after `initialize` and after `fit`; each copy goes on to the bits of the original."""
    failures, checks = [], 0
    with restless(0.005):
        for stage in ("new", "initialized", "fitted"):
            for way, copied in COPIES.items():
                original = build()
                if stage != "new":
                    original.initialize(x.shape[1]) if stage == "initialized" else original.fit(x)
                twin = copied(original)
                what = f"{name}, {stage}, {way}"
                if stage != "new" and way != "copy.copy":
                    failures += [f"{what}: shares {place}" for place in shared(original, twin)]
                failures += _different_futures(original, twin, x, what)
                checks += 1
    return Threads(checks, failures)


def _different_futures(original: Any, twin: Any, x: np.ndarray, what: str) -> list[str]:
    """Train both on; copy.copy shares what is learnt, as for any object, until `fit` makes it anew."""
    if what.endswith("copy.copy"):
        generator = original.random_state
        if isinstance(generator, np.random.Generator):
            twin.random_state = copy.deepcopy(generator)
        return different(results_of(original.fit(x), x), results_of(twin.fit(x), x), what)
    found = []
    for _ in range(2):
        found += different(results_of(original.partial_fit(x), x), results_of(twin.partial_fit(x), x), what)
    return found


def shared(left: Any, right: Any) -> list[str]:
    """Return which arrays two models have in common."""
    mine, theirs = dict(arrays_of(left)), dict(arrays_of(right))
    return [f"{a} and {b}" for a, one in mine.items() for b, other in theirs.items() if np.shares_memory(one, other)]


def arrays_of(value: Any, where: str = "", seen: set[int] | None = None) -> Iterator[tuple[str, np.ndarray]]:
    """Yield every array that an object holds, with the way to it."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        if value.size and value.flags.writeable:
            yield where, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from arrays_of(item, f"{where}.{name}", seen)
    elif isinstance(value, (list, tuple, set)):
        for index, item in enumerate(value):
            yield from arrays_of(item, f"{where}[{index}]", seen)
    elif type(value).__module__.startswith("npae"):
        yield from arrays_of(getattr(value, "__dict__", {}), where, seen)


def elsewhere(models: list[Model], x: list[np.ndarray]) -> list[Result]:
    """Return the results of partial_fit in a process of its own, spawned, that gets the models pickled."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.starmap(further, zip(models, x))


def further(model: Any, x: np.ndarray) -> Result:
    """Train a fitted model for one epoch more."""
    with restless(0.005):
        return results_of(model.partial_fit(x), x)


def thread_checks(cases: tuple[Case, ...] = CASES) -> Threads:
    """Run everything that this process can do by itself."""
    found = [all_cases_at_once(cases)]
    for case in cases:
        found += [same_class_at_once(case), one_model_for_all(case),
                  wrong_copies(lambda case=case: make(case), case.suited(DIGITS), case.name)]
    with tempfile.TemporaryDirectory() as folder:
        found.append(same_class_at_once(cases[0], Path(folder)))
    found += [wrong_copies(build, DIGITS, build.__name__) for build in (rich, by_lbfgs)]
    return Threads(sum(each.checks for each in found), [failure for each in found for failure in each.failures])
