"""What becomes of a mechanical mutant: detected, raised, an escape, or never seen to differ from the original.

Every target has a pool of points: all pairs that call it, or all models that do, at 60 or more random arguments of many
shapes, the degenerate ones and the optional arguments included. Each tool is asked once, at the first point of the pool
at which the mutant's gradients differ from the original's by more than 1e-9, the tolerance that the checker states; else
where they differ most; else where it raises. A mutant that differs nowhere by more than 1e-12, and of which the checker
has nothing to say at the first points either (it might return a view), is taken for equivalent.
"""

import functools
import sys
from dataclasses import dataclass

import numpy as np

from . import targets
from .mutants import mutants_of
from .points import PRIME, SQUARE, PairPoint, labelled_point, model_point, pair_point, true_gradients

POOL = 60
EQUAL, VISIBLE = 1e-12, 1e-9
CLOSED = ("bernoulli_kl", "kl_sparsity")        # inputs in the open interval (0, 1) only
UNSCALED = ("logvar", "prior_logvar", "weight", "w", "v", "t", "x")


@dataclass
class Outcome:
    """status: detected, raised, escaped, untrusted or equivalent; point, wrong: where and about whom the tools are asked.

    right is the function that was mutated, makers make other points of the same subject.
    """

    mutant: object
    status: str
    point: object = None
    wrong: object = None
    right: object = None
    makers: object = ()
    difference: float = 0.0
    report: object = None


# ---- points --------------------------------------------------------------------------------------------------------

def _nothing(inputs, rng):
    pass


def _rows_of_zeros(inputs, rng):
    for name, value in inputs.items():
        if isinstance(value, np.ndarray) and value.ndim >= 2 and name != "weight":
            value[rng.integers(len(value))] = 0


def _ties(inputs, rng):
    for a, b in (("o", "x"), ("mu", "x"), ("mu", "eps"), ("s", "W")):
        if a in inputs and b in inputs and np.shape(inputs[a]) == np.shape(inputs[b]):
            inputs[a].flat[::2] = inputs[b].flat[::2]


def _scaled(factor):
    def change(inputs, rng):
        for name, value in inputs.items():
            if isinstance(value, np.ndarray) and value.dtype.kind == "f" and name not in UNSCALED:
                value *= factor
    return change


def _rounded(inputs, rng):
    for name, value in inputs.items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and name not in ("weight", "w", "v"):
            np.round(value, out=value)


CHANGES = (_nothing, _rows_of_zeros, _ties, _scaled(20.0), _scaled(0.03), _rounded)


def pair_pool(pair, seed):
    """Return makers of points for a pair: prime sizes, with the optional weight, square, then at random."""
    def at(index):
        rng = np.random.default_rng([seed, index, 1])
        if index < 3:
            return pair_point(pair, rng, (PRIME, PRIME, SQUARE)[index], index, weight=index == 1)
        change = CHANGES[index % len(CHANGES)] if pair.name not in CLOSED else _nothing
        shape = tuple(int(size) for size in rng.integers(1, 8, 3))
        return pair_point(pair, rng, shape, index, weight=bool(index % 2), change=change)
    return [functools.cache(functools.partial(at, index)) for index in range(POOL)]


def _no_biases(model, x, rng):
    for name in model.params:
        if name.endswith(".b"):
            model.params[name][...] = 0
    x[0] = 0


def _small(model, x, rng):
    model.theta *= 0.1


def _large(model, x, rng):
    model.theta *= 3
    if x.min() < 0:         # no data on [0, 1]
        x *= 30


def _first_step(model, x, rng):
    model._state.clear()
    for quantizer in getattr(model, "_quantizers", ()):
        model._state |= quantizer.new_state(model.params[quantizer.named("codebook")])
    model._before_epoch(0, x)


SETTINGS = ((5, 4, None), (4, 3, _first_step), (1, 3, None), (6, 1, _small), (3, 5, _no_biases), (5, 2, _large), (2, 2, None))


def case_pool(case, seed):
    """Return makers of points for a model: small batches, batches of one, a blank row without biases, small weights."""
    def at(index):
        rng = np.random.default_rng([seed, index, 2])
        m, n, change = SETTINGS[index % len(SETTINGS)]
        return model_point(case, rng, m, n, seed=index, change=change, latent_dim=(2, 3, 1)[index % 3])
    return [functools.cache(functools.partial(at, index)) for index in range(POOL)]


def labelled_pool(seed):
    """Return makers of points for the classifier on a code."""
    return [functools.cache(functools.partial(labelled_point, np.random.default_rng([seed, index, 3]), index,
                                              (5, 1, 3)[index % 3], (4, 2)[index % 2])) for index in range(POOL)]


def calls(point, suspect, codes):
    """Return which of the code objects run when the suspect's gradients are computed."""
    seen = set()

    def watch(frame, event, argument):
        if event == "call" and frame.f_code in codes:
            seen.add(frame.f_code)
    previous = sys.getprofile()
    sys.setprofile(watch)
    try:
        point.call(suspect, np.ones(point.output.size) if point.has_upstream else None)
    finally:
        sys.setprofile(previous)
    return seen


def subjects(seed):
    """Yield (name, pool maker, suspect) of everything that can exercise a target."""
    for pair in targets.ALL_PAIRS:
        yield pair.name, functools.partial(pair_pool, pair, seed), pair.backward
    for case in targets.MODEL_CASES:
        yield case.name, functools.partial(case_pool, case, seed), true_gradients
    yield "stacked denoising, with labels", functools.partial(labelled_pool, seed), true_gradients


def exercised(seed=0):
    """Return for every target function the subjects that run it: pairs alone where there are any, else models."""
    all_targets = {*targets.FUNCTIONS, *targets.DEEP, *targets.IN_MODELS}
    codes = {function.__code__: function for function in all_targets}
    found = {function: [] for function in all_targets}
    for name, pool, suspect in subjects(seed):
        makers = pool()
        for code in calls(makers[0](), suspect, codes):
            found[codes[code]].append((name, makers, suspect))
    names = {pair.name for pair in targets.ALL_PAIRS}
    for function in targets.FUNCTIONS:
        pairs = [subject for subject in found[function] if subject[0] in names]
        found[function] = pairs or found[function]
    return found


def pool_of(users):
    """Return (point maker, suspect, all makers of this user), the users taking turns, at least POOL in all."""
    rounds = max(7, -(-POOL // len(users)))
    return [(makers[index], suspect, makers) for index in range(min(rounds, POOL)) for _, makers, suspect in users]


# ---- one mutant ----------------------------------------------------------------------------------------------------

def mutated(suspect, mutant):
    """Return the suspect as it behaves with the mutant in place."""
    @functools.wraps(suspect)
    def wrong(*args, **kwargs):
        with mutant.active():
            return suspect(*args, **kwargs)
    return wrong


@functools.cache
def _upstream(size, seed):
    return np.random.default_rng([seed, size, 4]).normal(size=size)


def gradients_at(point, suspect):
    """Return the gradients for a Gaussian upstream."""
    return point.call(suspect, _upstream(point.output.size, point.seed) if point.has_upstream else None)


def originals(point, suspect):
    """Return the right gradients at a point; they are kept there."""
    if not hasattr(point, "right"):
        point.right = gradients_at(point, suspect)
    return point.right


def difference(right, wrong, names):
    """Return by how much two sets of gradients differ, relative to the larger of tensor and 1e-3 of all; inf for a shape."""
    scale_of_all = max((float(np.max(np.abs(right[name]), initial=0)) for name in names), default=0.0)
    worst = 0.0
    for name in names:
        a, b = np.asarray(right[name]), wrong.get(name)
        if b is None or np.shape(b) != a.shape or np.asarray(b).dtype != a.dtype:
            return np.inf
        gap = np.abs(a - b)
        gap = np.where(np.isfinite(a) & np.isfinite(b), gap, np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0, np.inf))
        scale = max(float(np.max(np.abs(a), initial=0)), 1e-3 * scale_of_all)
        largest = float(np.max(gap, initial=0))
        worst = max(worst, largest / scale if scale > 0 else np.inf if largest > 0 else 0.0)
    return worst


def examine(mutant, pool):
    """Return the outcome of one mutant: see the module."""
    raised = faint = None
    for maker, suspect, makers in pool:
        point = maker()
        right, wrong = originals(point, suspect), mutated(suspect, mutant)
        try:
            gap = difference(right, gradients_at(point, wrong), point.names)
        except Exception:
            raised = raised or (point, wrong, suspect, makers)
            continue
        if gap > VISIBLE:
            return _judged(mutant, point, wrong, gap, suspect, makers)
        if gap > max(EQUAL, faint[2] if faint else 0):
            faint = point, wrong, gap, suspect, makers
    if faint is not None:
        return _judged(mutant, *faint)
    if raised is not None:
        return Outcome(mutant, "raised", *raised, difference=np.inf)
    for maker, suspect, makers in pool[:2]:             # nothing differs: perhaps the contract is broken
        outcome = _judged(mutant, maker(), mutated(suspect, mutant), 0.0, suspect, makers)
        if outcome.status == "detected":
            return outcome
    return Outcome(mutant, "equivalent")


def _judged(mutant, point, wrong, gap, right, makers):
    try:
        report = point.check(wrong)
    except Exception:
        return Outcome(mutant, "raised", point, wrong, right, makers, gap)
    status = {"fail": "detected", "untrusted": "untrusted"}.get(report.verdict, "escaped")
    return Outcome(mutant, status, point, wrong, right, makers, gap, report)


def later_chances(outcome, pool, count=3):
    """Return how many of the next `count` points at which an escape differs convict it, and how many there were."""
    caught = asked = 0
    for maker, suspect, makers in pool:
        point, wrong = maker(), mutated(suspect, outcome.mutant)
        if point is outcome.point or asked == count:
            continue
        try:
            differs = difference(originals(point, suspect), gradients_at(point, wrong), point.names) > EQUAL
        except Exception:
            differs = True
        if differs:
            asked += 1
            caught += _judged(outcome.mutant, point, wrong, 0.0, suspect, makers).status in ("detected", "raised")
    return caught, asked


def independent(outcome):
    """Yield three other ordinary points of the same subject, with the same optional arguments given."""
    period = len(CHANGES) if isinstance(outcome.point, PairPoint) else len(SETTINGS)
    yielded = 0
    for index in range(POOL - 1, 2, -1):
        if (period == len(CHANGES) and index % period == 0) or (period == len(SETTINGS) and index % period in (0, 2, 6)):
            point = outcome.makers[index]()
            if point is not outcome.point and same_options(point, outcome.point) and yielded < 3:
                yielded += 1
                yield point


def same_options(a, b):
    """Return whether the same optional arguments are given at two points."""
    if not isinstance(a, PairPoint):
        return True
    return [name for name in a.inputs if a.inputs[name] is None] == [name for name in b.inputs if b.inputs[name] is None]


def all_mutants(stride=1, pattern="", seed=0):
    """Yield (mutant, pool) of every target, or of every `stride`-th mutant; pattern must occur in its description."""
    found = exercised(seed)
    order = [*targets.FUNCTIONS, *targets.DEEP, *targets.IN_MODELS]
    count = 0
    for function in order:
        if not found[function]:
            raise RuntimeError(f"no point exercises {function.__qualname__}")
        pool = pool_of(found[function])
        for mutant in mutants_of(function, function.__qualname__):
            if pattern in str(mutant):
                count += 1
                if count % stride == 0:
                    yield mutant, pool
