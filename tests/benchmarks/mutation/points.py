"""Where gradients are compared: a trusted forward function, or a model, at one set of arguments.

A point does not know what is suspected. A suspect is handed to it:
    for a pair      a backward function
    for a model     a function (model, X, noise) -> gradients by name
so that what is measured numerically (by other tools, over and over) is measured once for each point.
"""

import copy
import inspect
from collections.abc import Mapping

import numpy as np

from npae.checks.cases import CASES, CODES
from npae.checks.pairs import PAIRS
from npae.gradcheck import check_gradients
from npae.models import StackedDenoisingAutoencoder

PRIME, SQUARE = (7, 5, 3), (4, 4, 4)        # m, n, h; behind prime sizes nothing hides
ALL_PAIRS = {pair.name: pair for pair in PAIRS}
ALL_CASES = {case.name: case for case in CASES}
KNOWN_OPTIONS = set(inspect.signature(check_gradients).parameters)


def private(value):
    """Return a float64 copy of an array or number; other values as they are."""
    if isinstance(value, (np.ndarray, np.floating, float)) and np.asarray(value).dtype.kind == "f":
        return np.array(value, dtype=np.float64)
    return copy.deepcopy(value)


class Point:
    """names: the tensors to differentiate by; arrays: their values, float64; has_upstream: whether the value is an array."""

    def __init__(self, names, arrays, seed):
        self.names, self.arrays, self.seed, self.shifted = tuple(names), arrays, seed, {}

    def outputs(self, step):
        """Return f(x + step e_j) and f(x - step e_j) for every entry j of every tensor, by name: (p, K) each."""
        if step not in self.shifted:
            self.shifted[step] = {name: self._outputs(name, step) for name in self.names}
        return self.shifted[step]

    def _outputs(self, name, step):
        rows = []
        for sign in (1, -1):
            for j in range(self.arrays[name].size):
                moved = self.arrays[name].copy()
                moved.flat[j] += sign * step
                rows.append(self.value({name: moved}))
        table = np.array(rows).reshape(2, self.arrays[name].size, -1)
        return table[0], table[1]

    def along(self, directions, step):
        """Return f(x + step v) and f(x - step v) for a direction in all tensors at once."""
        return tuple(self.value({name: self.arrays[name] + sign * step * directions[name] for name in self.names})
                     for sign in (1, -1))


class PairPoint(Point):
    """A forward function at `inputs`. options: further arguments of check_gradients (terms, paths, draw)."""

    def __init__(self, forward, inputs, names, seed=0, options=None):
        self.forward, self.given = forward, inputs
        self.inputs = {name: private(value) for name, value in inputs.items()}
        arrays = {name: np.array(inputs[name], dtype=np.float64) for name in names}
        self.inputs.update(arrays)
        self.output = np.array(forward(**self._copies()), dtype=np.float64)
        self.has_upstream, self.options = self.output.ndim > 0, options or {}
        super().__init__(names, arrays, seed)

    def _copies(self):
        return {name: private(value) for name, value in self.inputs.items()}

    def value(self, changes):
        """Return f as a vector, some tensors replaced."""
        return np.ravel(np.asarray(self.forward(**{**self._copies(), **changes}), dtype=np.float64))

    def call(self, backward, dy=None, shared=None):
        """Return the suspect's gradients by name, after a forward pass; `shared` arguments are handed out uncopied."""
        arrays = self._copies() if shared is None else shared
        self.forward(**arrays)
        parameters = [p for p in inspect.signature(backward).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        first = [dy.reshape(self.output.shape)] if self.has_upstream else []
        further = parameters[len(first):]
        named = {p.name: arrays[p.name] if p.name in arrays else self.output.copy()
                 for p in further if p.name in arrays or p.default is p.empty}
        returned = backward(*first, **named)
        if isinstance(returned, Mapping):
            return {name if name in self.names else name[1:]: g for name, g in returned.items()}
        returned = returned if isinstance(returned, (tuple, list)) else (returned,)
        return dict(zip(self.names, returned))

    def shared(self):
        """Return one set of arguments that several calls can be given."""
        return self._copies()

    def check(self, backward, **options):
        """Return the report of npae.check_gradients."""
        options = {name: value for name, value in {**self.options, **options}.items() if name in KNOWN_OPTIONS}
        return check_gradients(self.forward, backward, self.given, wrt=self.names, seed=self.seed, **options)


class ModelPoint(Point):
    """A model, initialized, at a batch and frozen noise; the forward function is its loss.

    Frozen is also what stands behind a stop-gradient: the gradients of a model with a codebook are those of that loss.
    """

    has_upstream = False

    def __init__(self, model, X, noise, seed=0):
        self.double = copy.deepcopy(model)
        self.double.params = model.params.astype(np.float64)
        self.model, self.X, self.noise = model, X, self.double._freeze(X.astype(np.float64), noise)
        params = self.double.params
        super().__init__(list(params), {name: params[name].copy() for name in params}, seed)
        self.output = np.array(self.value({}))

    def _twin(self, changes):
        twin = copy.copy(self.double)
        twin._params = self.double.params.copy()
        for name, value in changes.items():
            twin._params[name][...] = value
        return twin

    def _arguments(self):
        return self.X.astype(np.float64), {name: private(value) for name, value in self.noise.items()}

    def value(self, changes):
        """Return the trusted loss as a vector of one entry, some parameters replaced."""
        X, noise = self._arguments()
        twin = self._twin(changes)
        return np.ravel(twin._loss_and_gradients(twin._params, X, noise)[0]["loss"])     # perhaps inf, which is no error here

    def call(self, suspect, dy=None, shared=None):
        """Return the suspect's gradients by name; `shared` is a twin whose parameters are handed out uncopied."""
        gradients = suspect(self._twin({}) if shared is None else shared, *self._arguments())
        return {name: gradients[name] for name in gradients}

    def shared(self):
        """Return one twin that several calls can be given."""
        return self._twin({})

    def check(self, suspect, **options):
        """Return the report of npae.check_gradients on a model with the trusted loss and the suspect's gradients."""
        options = {name: value for name, value in options.items() if name in KNOWN_OPTIONS}
        return check_gradients(accused_model(self.model, suspect), self.X, noise=self.noise, seed=self.seed, **options)


class OnDemand(Mapping):
    """Gradients that are computed when somebody looks at them: numerical differentiation does not."""

    def __init__(self, compute):
        self._compute, self._found = compute, None

    def _look(self):
        if self._found is None:
            self._found = self._compute()
        return self._found

    def __getitem__(self, name):
        return self._look()[name]

    def __iter__(self):
        return iter(self._look())

    def __len__(self):
        return len(self._look())

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._look(), name)


def true_gradients(model, X, noise):
    """The suspect that is right: what the model itself returns."""
    return type(model)._loss_and_gradients(model, model._params, X, noise)[1]


def accused_model(model, suspect):
    """Return a copy of the model whose loss is trusted and whose gradients are the suspect's."""
    original = type(model)

    def loss_and_gradients(self, X, rng=None, *, noise=None):
        terms, _ = original._loss_and_gradients(self, self._params, X, noise)
        inner = copy.copy(self)
        inner.__class__ = original
        return terms, OnDemand(lambda: suspect(inner, X, noise))

    twin = copy.deepcopy(model)
    twin.__class__ = type(original.__name__, (original,), {"loss_and_gradients": loss_and_gradients})
    return twin


def pair_inputs(pair, rng, shape, weight=False):
    """Return random inputs of a pair; with `weight`, also of the optional weight that its draw leaves out."""
    inputs = pair.draw(rng, *shape)
    takes_weight = all("weight" in inspect.signature(f).parameters for f in (pair.forward, pair.backward))
    if weight and takes_weight and inputs.get("weight") is None:
        first = inputs["z" if pair.name == "codebook_term" else pair.wrt[0]]
        w = rng.uniform(0.1, 1, (len(first), *(1 for _ in first.shape[1:])))
        inputs["weight"] = w / w.sum() if pair.name == "kl_sparsity" else w         # means must stay below 1
    return inputs


def pair_point(pair, rng, shape=PRIME, seed=0, weight=False, change=None):
    """Return a pair at random inputs of the shape (m, n, h), after `change(inputs, rng)`."""
    inputs = pair_inputs(pair, rng, shape, weight)
    if change is not None:
        change(inputs, rng)

    def draw(generator):
        return pair_inputs(pair, generator, tuple(int(size) for size in generator.integers(2, 9, 3)))
    return PairPoint(pair.forward, inputs, pair.wrt, seed, {"draw": draw})


def model_point(case, rng, m=5, n=4, seed=0, change=None, **overrides):
    """Return a model of a case with its own hidden widths, everything off zero, at a random batch of m examples.

    Images are as small as the strides allow, or twice as large where that is not much and n > 4, whatever else n says.
    """
    sizes = {"latent_dim": 2, "random_state": int(rng.integers(2**31)), **overrides}
    if case.data == CODES:
        sizes.pop("latent_dim")             # a masked autoencoder has no code layer
        n += case.hyperparameters.get("n_given", 0)
    if case.image:
        side = case._smallest_side()
        n = (side if n <= 4 or side > 2 else 2 * side) ** 2
    model = case.build(**sizes)
    model.initialize(n)
    x = case.draw_data(rng, m, n)
    model._after_step(x, model.draw_noise(x, rng))          # running averages exist and differ from the batch's
    model.theta += 0.3 * rng.normal(size=model.theta.shape)
    if change is not None:
        change(model, x, rng)
    return ModelPoint(model, x, model.draw_noise(x, rng), seed)


def labelled_point(rng, seed=0, m=5, n=4, **overrides):
    """Return a stacked denoising autoencoder with labels: a classifier stands on its code."""
    model = StackedDenoisingAutoencoder(**{"hidden_dims": (4, 3), "activation": "tanh", "latent_dim": 2, "dtype": "float64",
                                           "classification_weight": 0.7, "random_state": int(rng.integers(2**31)), **overrides})
    model._n_classes = 3                    # what fit(X, y) finds out
    model.initialize(n)
    x = rng.normal(size=(m, n))
    model.theta += 0.3 * rng.normal(size=model.theta.shape)
    return ModelPoint(model, x, {**model.draw_noise(x, rng), "labels": np.eye(3)[rng.integers(0, 3, m)]}, seed)
