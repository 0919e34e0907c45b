"""An independent re-test of what the checker claims: at points of our own, other shapes, against analytic gradients.

A claim (npae/gradcheck/claims.py) predicts the wrong gradient from a scene. Here is another kind of scene, made from other
random arguments: its true gradients are not measured but come from the package's own, right backward functions, and the
terms and paths are differentiated here, by an imaginary step of our own. A claim that fails at one of them is a wrong name.
"""

import functools

import numpy as np

from npae.gradcheck.models import ModelSubject

from .points import ModelPoint, PairPoint, private

AGREEMENT = 1e-6
STEP = 1e-30


class Unmeasurable(Exception):
    """The claim cannot be tried here: the suspect raises, or its answer is not well-formed."""


class Elsewhere:
    """What a claim looks at, at an independent point: the same attributes and methods as the checker's Scene."""

    def __init__(self, point, suspect, right, upstream):
        self.point, self.suspect, self.right, self.upstream = point, suspect, right, upstream
        self.subject = self
        self.output = point.output
        self.arrays = _arguments(point)

    @functools.cached_property
    def returned(self):
        """What the suspect returns here."""
        try:
            return self.point.call(self.suspect, self.upstream)
        except Exception as error:
            raise Unmeasurable from error

    @property
    def inputs(self):
        """The arguments of forward, by name."""
        return self.point.inputs

    def got(self, name):
        """Return what the suspect returned for a tensor."""
        gradient = np.array(self.returned.get(name), dtype=float)
        if gradient.shape != np.shape(self.arrays[name]):
            raise Unmeasurable(f"{name} has another shape")
        return gradient

    def true(self, name):
        """Return the right gradient of a tensor."""
        return np.array(self.point.call(self.right, self.upstream)[name], dtype=float)

    def _function(self, name):
        """Stand in for the checker's own method: predictions may call the class's `true` directly."""

    def _derivative(self, key, f, name, upstream):
        return self.true_for(name, upstream, key) if upstream is not None else self.true(name)

    def true_for(self, name, upstream, label):
        """Return the right gradient for another upstream."""
        return np.array(self.point.call(self.right, np.asarray(upstream))[name], dtype=float)

    def true_with(self, name, argument, value, label):
        """Return the right gradient where one argument has another value; for itself it keeps its own."""
        inputs = {**self.point.inputs, argument: np.array(value)}
        if argument == name:
            raise Unmeasurable("an argument in its own place")
        point = PairPoint(self.point.forward, inputs, self.point.names, 0, self.point.options)
        return np.array(point.call(self.right, self.upstream)[name], dtype=float)

    def parts(self, name, kind):
        """Return the contributions to a tensor's gradient; they must add up to it."""
        found = {label: self._slope(f, name) for label, f in self._functions(name, kind).items()}
        if found and not close(sum(found.values()), self.true(name)):
            raise AssertionError(f"the {kind}s of {name} do not add up to its gradient")
        return found

    def _functions(self, name, kind):
        if isinstance(self.point, PairPoint):
            return _pair_parts(self.point, name, kind)
        return _model_parts(self.point, name, kind)

    def _slope(self, f, name):
        x = np.array(self.arrays[name], dtype=float)
        u = np.ones(1) if self.upstream is None else np.ravel(self.upstream)
        slope = np.empty(x.size)
        for j in range(x.size):
            moved = x.astype(complex)
            moved.flat[j] += 1j * STEP
            slope[j] = u @ np.ravel(f(moved)).imag / STEP
        return slope.reshape(x.shape)

    def example(self, i):
        """Return the scene of one example alone."""
        if isinstance(self.point, ModelPoint):
            model = self.point
            rows = [i % len(model.X)]
            alone = ModelPoint(model.double, model.X[rows], {name: value[rows] for name, value in model.noise.items()})
            return Elsewhere(alone, self.suspect, self.right, None)
        m = next(len(value) for value in self.point.inputs.values() if np.ndim(value) >= 2)
        inputs = {name: value[[i]] if np.ndim(value) and len(value) == m else value for name, value in self.point.inputs.items()}
        alone = PairPoint(self.point.forward, inputs, self.point.names, 0, self.point.options)
        return Elsewhere(alone, self.suspect, self.right, None if self.upstream is None else self.upstream[[i]])


def _arguments(point):
    if isinstance(point, PairPoint):
        arrays = {name: private(value) for name, value in point.inputs.items()}
        return {**arrays, "y": point.output} if "y" not in arrays else arrays
    X, noise = point._arguments()
    return {**point.arrays, "X": X, **{f"noise[{name!r}]": value for name, value in noise.items()}}


def _pair_parts(point, name, kind):
    """Return functions of one tensor that add up to forward's dependence on it."""
    inputs = {other: private(value) for other, value in point.inputs.items()}
    if kind == "term":
        return {label: lambda value, f=f: f(**{**inputs, name: value}) for label, f in point.options.get("terms", {}).items()}
    paths = point.options.get("paths")
    if paths is None or name not in paths.uses:
        return {}
    kept = {other: value for other, value in inputs.items() if other not in paths.uses}
    uses = {use: inputs[owner] for owner, split in paths.uses.items() for use in split}
    return {use: lambda value, use=use: paths.forward(**{**kept, **uses, use: value}) for use in paths.uses[name]}


def _model_parts(point, name, kind):
    subject = ModelSubject(point.double, point.X, point.noise, None, None, 0)
    return subject.contributions(name).get(kind, {})


def close(a, b):
    """Return whether two arrays agree, relative to their largest entry."""
    scale = max(np.max(np.abs(a), initial=0), np.max(np.abs(b), initial=0))
    return bool(np.all(np.isfinite(a)) and np.all(np.isfinite(b)) and np.max(np.abs(a - b), initial=0) <= AGREEMENT * scale)


def verdict(claim, point, suspect, right, rng):
    """Return True or False: whether the claim holds at an independent point; None where it cannot be tried."""
    upstream = rng.normal(size=point.output.shape) if point.has_upstream else None
    try:
        there = Elsewhere(point, suspect, right, upstream)
        got = there.got(claim.tensor)
    except Unmeasurable:
        return None
    try:
        predicted = np.asarray(claim.predict(there))
    except Unmeasurable:
        return None
    except Exception:
        return False
    if predicted.shape != got.shape:
        return False
    if not np.all(np.isfinite(predicted)):
        return None                     # r / v where v = 0, or a ratio of nothing
    return close(predicted, got)
