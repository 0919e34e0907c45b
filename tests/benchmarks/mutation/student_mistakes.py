"""The labelled catalogue, pairs: mistakes that people make, each with the codes that name it. model_mistakes.py has the models.

A mistake says what is returned instead of the true gradient of some tensors, as a function of g (all true gradients) and a
(all arguments, the upstream as dy, the output as y). codes: what the checker may call it, "" where no code of the
checker describes it and detection is all that is asked (then a name would have to be true all the same).
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from npae.checks.pairs import Pair
from npae.gradcheck import Paths
from npae.layers import conv2d_backward, conv2d_transpose_backward, sigmoid

from .points import PairPoint, pair_inputs
from .targets import ALL_PAIRS, FURTHER_PAIRS

ROUNDS = ((7, 5, 3), (5, 3, 4), (3, 7, 5), (6, 4, 5))       # m, n, h of the rounds; the last one is for re-tests
BATCH_SQUARE = ((5, 5, 3), (4, 4, 3), (6, 6, 5), (3, 3, 4))
WEIGHT_SQUARE = ((7, 4, 4), (5, 3, 3), (3, 6, 6), (6, 5, 5))
CUBE = ((4, 4, 4), (5, 5, 5), (3, 3, 3), (6, 6, 6))
PAIRS_BY_NAME = {pair.name: pair for pair in ALL_PAIRS}


class Suspicion(NamedTuple):
    """A suspect at a point, and the right answer there."""

    point: object
    suspect: Callable
    right: Callable


@dataclass(frozen=True)
class Mistake:
    """build(rng, round) returns a fresh Suspicion; the gradients of `tensors` are wrong in the way that the codes say.

    Those of `unnamed` are wrong too, in a way that no code describes; "*" is any tensor.
    """

    subject: str
    name: str
    codes: tuple
    tensors: tuple
    build: Callable[[np.random.Generator, int], Suspicion]
    unnamed: tuple = ()
    stateful: bool = False

    def __str__(self):
        return f"{self.subject}: {self.name}"


# ---- wrong backwards -----------------------------------------------------------------------------------------------

def has_upstream(pair):
    """Return whether the forward's value is an array."""
    return np.ndim(pair.forward(**pair.draw(np.random.default_rng(0), 2, 2, 2))) > 0


def with_changes(pair, changes):
    """Return the pair's backward with the gradients of some tensors replaced; it asks for every argument by name."""
    given = list(pair.draw(np.random.default_rng(0), 2, 2, 2))
    right = list(inspect.signature(pair.backward).parameters)
    upstream = ["dy"] if has_upstream(pair) else []
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    names = upstream + given + (["y"] if "y" not in given else [])
    signature = inspect.Signature([inspect.Parameter(name, kind) for name in names])

    def backward(*args, **kwargs):
        a = SimpleNamespace(**signature.bind(*args, **kwargs).arguments)
        g = true_gradients(pair, right, upstream, a)
        return {**vars(g), **{name: change(g, a) for name, change in changes.items()}}
    backward.__signature__ = signature
    return backward


def true_gradients(pair, names, upstream, a):
    """Return the pair's own gradients by name, for the arguments a."""
    inputs = vars(a)
    values = [inputs["dy"]] if upstream else []
    parameters = inspect.signature(pair.backward).parameters
    named = {name: inputs.get(name, a.y) for name in names[len(values):]
             if name in inputs or parameters[name].default is inspect.Parameter.empty}
    returned = pair.backward(*values, **named)
    returned = returned if isinstance(returned, tuple) else (returned,)
    return SimpleNamespace(**{name: np.array(gradient) for name, gradient in zip(pair.wrt, returned)})


def unweighted(pair):
    """Return the pair with the optional weight left at its default, the mean over the batch."""
    def draw(rng, m, n, h):
        return {**pair.draw(rng, m, n, h), "weight": None}
    return pair._replace(draw=draw) if "weight" in pair.draw(np.random.default_rng(0), 2, 2, 2) else pair


def suspicion(pair, make_suspect, shapes, rng, number, options=None):
    """Return a fresh suspicion; every other round tells the checker where to draw other points from."""
    shape = shapes[number % len(shapes)]
    options = dict(options or {})
    if number % 2:
        free = [size for size in shapes if size != shape]
        options["draw"] = lambda generator: pair_inputs(pair, generator, free[int(generator.integers(len(free)))])
    forward, suspect = make_suspect()
    return Suspicion(PairPoint(forward, pair_inputs(pair, rng, shape), pair.wrt, number, options), suspect, pair.backward)


CATALOGUE = []


def mistake(subject, name, codes, shapes=ROUNDS, plain=False, **changes):
    """Add a mistake: tensor = (g, a) -> what is returned for it. plain: without the optional weight."""
    pair = unweighted(PAIRS_BY_NAME[subject]) if plain else PAIRS_BY_NAME[subject]
    backward = with_changes(pair, changes)
    build = functools.partial(suspicion, pair, lambda: (pair.forward, backward), shapes)
    CATALOGUE.append(Mistake(subject, name, tuple(codes.split()), tuple(changes), build))


def stateful(subject, name, codes, tensors, make, shapes=ROUNDS):
    """Add a mistake with a memory: make(pair) returns fresh (forward, backward)."""
    pair = PAIRS_BY_NAME[subject]
    build = functools.partial(suspicion, pair, lambda: make(pair), shapes)
    CATALOGUE.append(Mistake(subject, name, tuple(codes.split()), tuple(tensors), build, (), True))


# ---- every pair gets four of the general ones ----------------------------------------------------------------------

def batch(a):
    """Return the number of examples: the length of the first argument's first axis."""
    return len(next(value for value in vars(a).values() if np.ndim(value) >= 2))


GENERAL = (
    ("the wrong sign", "G203", lambda t: lambda g, a: -getattr(g, t), 0),
    ("half of it", "G204", lambda t: lambda g, a: getattr(g, t) / 2, 0),
    ("never computed", "G201", lambda t: lambda g, a: 0 * getattr(g, t), 0),
    ("times the batch size", "G204", lambda t: lambda g, a: batch(a) * getattr(g, t), 2),
    ("twice", "G204", lambda t: lambda g, a: 2 * getattr(g, t), 0),
    ("the mean over the batch for every example", "G209",
     lambda t: lambda g, a: 0 * getattr(g, t) + getattr(g, t).mean(axis=0), 2),
    ("divided by the batch size", "G204", lambda t: lambda g, a: getattr(g, t) / batch(a), 2),
    ("the last row left out", "G208", lambda t: lambda g, a: without_last_row(getattr(g, t)), 2),
    ("rows in reverse", "G206", lambda t: lambda g, a: getattr(g, t)[::-1].copy(), 2),
)
NO_BATCH = ("gram", "row_length", "bernoulli_kl", "l1_decay", "l2_decay", "codebook_term")  # their first matrix has no examples
SAME_EVERYWHERE = ("kl_sparsity", "sampled_kl", "deep_contraction")


def without_last_row(g):
    """Return g with zeros in its last row."""
    return np.concatenate([g[:-1], 0 * g[-1:]])


def _general():
    for number, pair in enumerate(PAIRS_BY_NAME.values()):
        if pair in FURTHER_PAIRS:
            continue
        sample, taken = pair.draw(np.random.default_rng(0), 3, 4, 5), 0
        for turn in range(len(GENERAL)):
            name, codes, change, ndim = GENERAL[(number + 2 * turn) % len(GENERAL)]
            tensor = pair.wrt[(number + turn) % len(pair.wrt)]
            if np.ndim(sample[tensor]) < ndim or (ndim and "batch" in name and pair.name in NO_BATCH) or taken == 4:
                continue
            if ("mean over" in name or "reverse" in name) and (pair.name.startswith(SAME_EVERYWHERE)):
                continue                    # the same in every row: nothing changes
            taken += 1
            mistake(pair.name, f"d{tensor}: {name}", codes, **{tensor: change(tensor)})


_general()


# ---- affine --------------------------------------------------------------------------------------------------------

mistake("affine", "db averaged instead of summed", "G204", b=lambda g, a: a.dy.mean(axis=0))
mistake("affine", "dW divided by m again", "G204", W=lambda g, a: a.x.T @ a.dy / len(a.x))
mistake("affine", "dW and db divided by m again", "G204", W=lambda g, a: g.W / len(a.x), b=lambda g, a: g.b / len(a.x))
mistake("affine", "dx divided by the number of outputs", "G204", x=lambda g, a: g.x / a.dy.shape[1])
mistake("affine", "dW transposed, square W", "G205", WEIGHT_SQUARE, W=lambda g, a: a.dy.T @ a.x)
mistake("affine", "dW transposed, any W", "G101", W=lambda g, a: a.dy.T @ a.x)
mistake("affine", "W not transposed in dx", "G216", WEIGHT_SQUARE, x=lambda g, a: a.dy @ a.W)
mistake("affine", "db kept as a row", "G101", b=lambda g, a: a.dy.sum(axis=0, keepdims=True))
mistake("affine", "db not summed", "G101", b=lambda g, a: a.dy.copy())
mistake("affine", "db a number", "G101", b=lambda g, a: a.dy.sum())
mistake("affine", "db the sum over everything", "G209", b=lambda g, a: np.full(a.b.shape, a.dy.sum()))
mistake("affine", "dW of the first example", "G207", W=lambda g, a: np.outer(a.x[0], a.dy[0]))
mistake("affine", "dW of the last example (the loop overwrites)", "G207", W=lambda g, a: np.outer(a.x[-1], a.dy[-1]))
mistake("affine", "db of the first example", "G207", b=lambda g, a: a.dy[0].copy())
mistake("affine", "the last example left out of dW", "", W=lambda g, a: a.x[:-1].T @ a.dy[:-1])
mistake("affine", "dx and dW exchanged", "G202", CUBE, x=lambda g, a: g.W, W=lambda g, a: g.x)
mistake("affine", "dx and dW exchanged, other shapes", "G101", x=lambda g, a: g.W, W=lambda g, a: g.x)
mistake("affine", "weight decay smuggled into dW", "G213", W=lambda g, a: g.W + 0.1 * a.W)
mistake("affine", "W added to dW", "G213", W=lambda g, a: g.W + a.W)
mistake("affine", "x added to dx (a skip connection that is not there)", "G213", x=lambda g, a: g.x + a.x)
mistake("affine", "b added to db", "G213", b=lambda g, a: g.b + a.b)
mistake("affine", "one added to db", "G213", b=lambda g, a: g.b + 1)
mistake("affine", "dW for an upstream of ones", "G111", W=lambda g, a: a.x.T @ np.ones_like(a.dy))
mistake("affine", "dx for an upstream of ones", "G111", x=lambda g, a: np.ones_like(a.dy) @ a.W.T)
mistake("affine", "db counts the examples", "G111", b=lambda g, a: np.full(a.b.shape, float(len(a.x))))
mistake("affine", "dW with |dy|", "G112", W=lambda g, a: a.x.T @ np.abs(a.dy))
mistake("affine", "db with dy squared", "G112", b=lambda g, a: (a.dy ** 2).sum(axis=0))
mistake("affine", "dx with the sign of dy", "G112", x=lambda g, a: np.sign(a.dy) @ a.W.T)
mistake("affine", "dx with dy averaged over the batch", "G209 G210", x=lambda g, a: (0 * a.dy + a.dy.mean(axis=0)) @ a.W.T)
mistake("affine", "dW with dy summed over the units", "G209 G210",
        W=lambda g, a: a.x.T @ (0 * a.dy + a.dy.sum(axis=1, keepdims=True)))
mistake("affine", "x missing in dW", "", W=lambda g, a: np.ones_like(a.x).T @ a.dy)
mistake("affine", "first row of dW zero", "G208", W=lambda g, a: np.concatenate([0 * g.W[:1], g.W[1:]]))
mistake("affine", "last column of dx left out", "G208", x=lambda g, a: np.concatenate([g.x[:, :-1], 0 * g.x[:, -1:]], axis=1))
mistake("affine", "columns of dx in reverse", "G206", x=lambda g, a: g.x[:, ::-1].copy())
mistake("affine", "dW reshaped instead of transposed", "G205 G206", W=lambda g, a: (a.dy.T @ a.x).reshape(a.W.shape))
mistake("affine", "dW normalized", "G214", W=lambda g, a: g.W / max(np.linalg.norm(g.W), 1e-12))
mistake("affine", "dW clipped to [-1, 1]", "G215", W=lambda g, a: np.clip(g.W, -1, 1))
mistake("affine", "|db|", "G215", b=lambda g, a: np.abs(g.b))
mistake("affine", "dW the sign of itself", "G215", W=lambda g, a: np.sign(g.W))
mistake("affine", "dW is W", "", W=lambda g, a: a.W.copy())
mistake("affine", "dx is x (the straight-through of another layer)", "", x=lambda g, a: a.x.copy())
mistake("affine", "sqrt(m) instead of nothing", "G204", W=lambda g, a: g.W / np.sqrt(len(a.x)))
mistake("affine", "dW in float32", "G104", W=lambda g, a: g.W.astype(np.float32))
mistake("affine", "db with an invalid value", "G103", b=lambda g, a: g.b * np.nan)
mistake("affine", "no db", "G102", b=lambda g, a: None)
mistake("affine", "one entry off by 1e-6", "", W=lambda g, a: g.W * (1 + 1e-6 * np.eye(*g.W.shape)))


ELEMENTWISE = "G211 G212"


# ---- masks, convolutions -------------------------------------------------------------------------------------------

mistake("masked_affine", "the mask forgotten in dW", "", W=lambda g, a: a.x.T @ a.dy)
mistake("masked_affine", "the mask forgotten in dx", "", x=lambda g, a: a.dy @ a.W.T)
mistake("masked_affine", "the mask turned round", "", W=lambda g, a: (a.x.T @ a.dy) * (1 - a.mask))
for subject in ("conv2d, many windows", "conv2d_transpose, many windows"):
    mistake(subject, "db averaged over the places", "G204", b=lambda g, a: a.dy.mean(axis=(2, 3)).sum(axis=0))
    mistake(subject, "db averaged over examples and places", "G204", b=lambda g, a: a.dy.mean(axis=(0, 2, 3)))
    mistake(subject, "db of the first place", "", b=lambda g, a: a.dy[:, :, 0, 0].sum(axis=0))
    mistake(subject, "dW mirrored", "G206", W=lambda g, a: g.W[..., ::-1, ::-1].copy())
    mistake(subject, "dW with rows and columns exchanged", "G205", W=lambda g, a: np.swapaxes(g.W, 2, 3).copy())
    mistake(subject, "dW divided by m again", "G204", W=lambda g, a: g.W / len(a.x))
    mistake(subject, "dW with the channels exchanged", "G101", ((7, 4, 3), (4, 6, 5), (3, 8, 7), (6, 2, 9)),
            W=lambda g, a: np.swapaxes(g.W, 0, 1).copy())
mistake("conv2d, many windows", "the kernel mirrored in dx", "G216",
        x=lambda g, a: conv2d_backward(a.dy, a.x, a.W[..., ::-1, ::-1], a.stride, a.padding)[0])
mistake("conv2d_transpose, many windows", "the kernel mirrored in dx", "G216",
        x=lambda g, a: conv2d_transpose_backward(a.dy, a.x, a.W[..., ::-1, ::-1], a.stride, a.padding)[0])
mistake("conv2d, many windows", "dW of the first example", "G207",
        W=lambda g, a: conv2d_backward(a.dy[:1], a.x[:1], a.W, a.stride, a.padding)[1])
mistake("conv2d, many windows", "dx as if the padding were symmetric", "",
        x=lambda g, a: conv2d_backward(a.dy, a.x, a.W, a.stride, a.padding[::-1])[0])


# ---- vector quantization -------------------------------------------------------------------------------------------

REPEATED = ((7, 5, 3), (6, 3, 4), (5, 7, 3), (8, 4, 5))         # more vectors than codes: some code is chosen twice


def one_vector_a_code(g, a):
    """Return dE as `dE[j] += ...` leaves it: of the vectors that chose a code the last one."""
    dE = np.zeros_like(a.E)
    dE[a.j] += 2 * (a.E[a.j] - a.z) / len(a.z)
    return dE


mistake("codebook_term", "only the last vector of each code", "", REPEATED, True, E=one_vector_a_code)
mistake("codebook_term", "each code's vectors averaged", "", REPEATED, True,
        E=lambda g, a: g.E / np.maximum(np.bincount(a.j, minlength=len(a.E)), 1)[:, None])
mistake("codebook_term", "1/m forgotten", "G204", REPEATED, True, E=lambda g, a: g.E * len(a.z))
mistake("codebook_term", "all codes pulled by all vectors", "", REPEATED, True,
        E=lambda g, a: 2 * (a.E - a.z.mean(axis=0)))
mistake("codebook_term", "encoding minus code", "G203", REPEATED, True, E=lambda g, a: -g.E)
mistake("codebook_term", "the codebook added", "G213", REPEATED, True, E=lambda g, a: g.E + a.E)
mistake("commitment", "1/m forgotten", "G204", plain=True, z=lambda g, a: g.z * len(a.z))
mistake("commitment", "2 forgotten", "G204", plain=True, z=lambda g, a: (a.z - a.e) / len(a.z))
mistake("commitment", "the code forgotten", "G213", plain=True, z=lambda g, a: 2 * a.z / len(a.z))
mistake("commitment", "code minus encoding", "G203", plain=True, z=lambda g, a: 2 * (a.e - a.z) / len(a.z))
mistake("straight_through", "dq itself, not a copy", "G107", z=lambda g, a: a.dy)
mistake("straight_through", "nothing is copied", "G201", z=lambda g, a: 0 * a.dy)
mistake("straight_through", "the upstream times the residual", ELEMENTWISE, z=lambda g, a: a.dy * a.e)


# ---- activations ---------------------------------------------------------------------------------------------------

mistake("sigmoid", "y", ELEMENTWISE, a=lambda g, a: a.dy * a.y)
mistake("sigmoid", "1 - y", ELEMENTWISE, a=lambda g, a: a.dy * (1 - a.y))
mistake("sigmoid", "a (1 - a): the input for the output", "G211", a=lambda g, a: a.dy * a.a * (1 - a.a))
mistake("sigmoid", "1 - y^2: tanh's derivative", ELEMENTWISE, a=lambda g, a: a.dy * (1 - a.y ** 2))
mistake("sigmoid", "sigmoid applied twice", ELEMENTWISE, a=lambda g, a: a.dy * sigmoid(a.y) * (1 - sigmoid(a.y)))
mistake("sigmoid", "dy passed on", ELEMENTWISE, a=lambda g, a: a.dy * 1)
mistake("sigmoid", "y (1 + y)", "", a=lambda g, a: a.dy * a.y * (1 + a.y))
mistake("sigmoid", "y (y - 1)", "G203", a=lambda g, a: a.dy * a.y * (a.y - 1))
mistake("sigmoid", "y (1 - y) without dy", "G111", a=lambda g, a: a.y * (1 - a.y))
mistake("sigmoid", "|dy|", "G112", a=lambda g, a: np.abs(a.dy) * a.y * (1 - a.y))
mistake("sigmoid", "the derivative squared", ELEMENTWISE, a=lambda g, a: a.dy * (a.y * (1 - a.y)) ** 2)
mistake("tanh", "1 - y", ELEMENTWISE, a=lambda g, a: a.dy * (1 - a.y))
mistake("tanh", "1 - a^2: the input for the output", "G211", a=lambda g, a: a.dy * (1 - a.a ** 2))
mistake("tanh", "y (1 - y): the sigmoid's derivative", ELEMENTWISE, a=lambda g, a: a.dy * a.y * (1 - a.y))
mistake("tanh", "tanh applied twice", ELEMENTWISE, a=lambda g, a: a.dy * (1 - np.tanh(a.y) ** 2))
mistake("tanh", "y^2", ELEMENTWISE, a=lambda g, a: a.dy * a.y ** 2)
mistake("tanh", "y^2 - 1", "G203", a=lambda g, a: a.dy * (a.y ** 2 - 1))
mistake("tanh", "no dy", "G111", a=lambda g, a: 1 - a.y ** 2)
mistake("relu", "no mask", ELEMENTWISE, a=lambda g, a: a.dy * 1)
mistake("relu", "y instead of the mask", ELEMENTWISE, a=lambda g, a: a.dy * a.y)
mistake("relu", "the mask turned round", ELEMENTWISE, a=lambda g, a: a.dy * (a.a < 0))
mistake("relu", "the mask of dy", "G108 G112", a=lambda g, a: a.dy * (a.dy > 0))
mistake("relu", "leaky", "", a=lambda g, a: a.dy * np.where(a.a > 0, 1, 0.01))
mistake("relu", "mask without dy", "G111", a=lambda g, a: (a.a > 0) * 1.0)
mistake("softplus", "y", ELEMENTWISE, a=lambda g, a: a.dy * a.y)
mistake("softplus", "the mask of a ReLU", ELEMENTWISE, a=lambda g, a: a.dy * (a.a > 0))
mistake("softplus", "exp(a)", ELEMENTWISE, a=lambda g, a: a.dy * np.exp(a.a))
mistake("softplus", "the derivative of the sigmoid", ELEMENTWISE, a=lambda g, a: a.dy * sigmoid(a.a) * (1 - sigmoid(a.a)))
mistake("softplus", "sigmoid of y", ELEMENTWISE, a=lambda g, a: a.dy * sigmoid(a.y))
mistake("identity", "times y", ELEMENTWISE, a=lambda g, a: a.dy * a.y)
mistake("identity", "dy itself, not a copy", "G107", a=lambda g, a: a.dy)
mistake("identity", "dy clipped", "G112 G215", a=lambda g, a: np.clip(a.dy, -1, 1))


# ---- losses --------------------------------------------------------------------------------------------------------

for loss in ("squared_error", "bernoulli_nll", "continuous_bernoulli_nll", "absolute_error"):
    mistake(loss, "1/m forgotten", "G204", plain=True, o=lambda g, a: g.o * len(a.o))
    mistake(loss, "averaged over all entries", "G204", plain=True, o=lambda g, a: g.o / a.o.shape[1])
mistake("squared_error", "2 forgotten", "G204", plain=True, o=lambda g, a: (a.o - a.x) / len(a.o))
mistake("squared_error", "target minus output", "G203", plain=True, o=lambda g, a: 2 * (a.x - a.o) / len(a.o))
mistake("squared_error", "|o - x|", "G215", plain=True, o=lambda g, a: 2 * np.abs(a.o - a.x) / len(a.o))
mistake("squared_error", "the residual squared", "", plain=True, o=lambda g, a: (a.o - a.x) ** 2 / len(a.o))
mistake("squared_error", "target forgotten", "G213", plain=True, o=lambda g, a: 2 * a.o / len(a.o))
mistake("squared_error", "first example only", "G207 G208", plain=True, o=lambda g, a: g.o * (np.arange(len(a.o)) == 0)[:, None])
mistake("squared_error", "summed over the features", "G209", plain=True,
        o=lambda g, a: 0 * g.o + g.o.sum(axis=1, keepdims=True))
mistake("squared_error", "transposed", "G205", BATCH_SQUARE, True, o=lambda g, a: g.o.T.copy())
mistake("squared_error", "transposed, other shapes", "G101", ROUNDS, True, o=lambda g, a: g.o.T.copy())
mistake("squared_error", "normalized", "G214", plain=True, o=lambda g, a: g.o / np.linalg.norm(g.o))
mistake("squared_error", "divided by m - 1", "G204", plain=True, o=lambda g, a: 2 * (a.o - a.x) / (len(a.o) - 1))
mistake("squared_error", "a float32 buffer", "G104", plain=True, o=lambda g, a: g.o.astype("f4"))
mistake("squared_error", "times the output", "G212", plain=True, o=lambda g, a: g.o * a.o)
mistake("squared_error", "output added", "G213", plain=True, o=lambda g, a: g.o + a.o)
mistake("absolute_error", "of the squared error", "", plain=True, o=lambda g, a: 2 * (a.o - a.x) / len(a.o))
mistake("absolute_error", "ones", "G215", plain=True, o=lambda g, a: np.ones_like(a.o) / len(a.o))
mistake("bernoulli_nll", "p (1 - p) too many", "G212", plain=True,
        o=lambda g, a: (sigmoid(a.o) - a.x) * sigmoid(a.o) * (1 - sigmoid(a.o)) / len(a.o))
mistake("bernoulli_nll", "the gradient in p, not in the logit", "G212", plain=True,
        o=lambda g, a: (sigmoid(a.o) - a.x) / (sigmoid(a.o) * (1 - sigmoid(a.o))) / len(a.o))
mistake("bernoulli_nll", "logits instead of probabilities", "", plain=True, o=lambda g, a: (a.o - a.x) / len(a.o))
mistake("bernoulli_nll", "target minus prediction", "G203", plain=True, o=lambda g, a: (a.x - sigmoid(a.o)) / len(a.o))
mistake("bernoulli_nll", "target forgotten", "G213", plain=True, o=lambda g, a: sigmoid(a.o) / len(a.o))
mistake("continuous_bernoulli_nll", "the Bernoulli gradient", "", plain=True, o=lambda g, a: (sigmoid(a.o) - a.x) / len(a.o))
mistake("softmax_nll", "1/m forgotten", "G204", o=lambda g, a: g.o * len(a.o))
mistake("softmax_nll", "target minus prediction", "G203", o=lambda g, a: -g.o)
mistake("softmax_nll", "target forgotten", "G213", o=lambda g, a: g.o + a.t / len(a.o))
mistake("softmax_nll", "only the true class", "G212", o=lambda g, a: g.o * a.t)
mistake("softmax_nll", "divided by the number of classes", "G204", o=lambda g, a: g.o / a.o.shape[1])
ENTRIES = "gaussian_nll, per-entry variance"
mistake(ENTRIES, "dmu without the precision", "G212", mu=lambda g, a: g.mu * np.exp(a.logvar))
mistake(ENTRIES, "logvar as log sigma in dmu", "G212", mu=lambda g, a: g.mu * np.exp(a.logvar / 2))
mistake(ENTRIES, "the gradient in the variance", "G212", logvar=lambda g, a: g.logvar / np.exp(a.logvar))
mistake(ENTRIES, "the normalizing term forgotten", "G213 G301", logvar=lambda g, a: g.logvar - 0.5 / len(a.mu))
mistake(ENTRIES, "dmu and dlogvar exchanged", "G202", mu=lambda g, a: g.logvar, logvar=lambda g, a: g.mu)
mistake(ENTRIES, "the gradient in sigma", "G204", logvar=lambda g, a: 2 * g.logvar)
mistake("gaussian_nll, shared variance", "dlogvar not summed", "G101",
        logvar=lambda g, a: 0.5 * (1 - (a.x - a.mu) ** 2 * np.exp(-a.logvar)) / len(a.mu))
mistake("gaussian_nll, shared variance", "dlogvar averaged over the entries", "G204", logvar=lambda g, a: g.logvar / a.mu.size)
mistake("gaussian_nll, per-feature variance", "dlogvar averaged over the batch", "G204", logvar=lambda g, a: g.logvar / len(a.mu))
mistake("gaussian_nll, per-feature variance", "dlogvar the sum over the features too", "G209",
        logvar=lambda g, a: np.full(a.logvar.shape, g.logvar.sum()))
mistake("laplace_nll, per-entry variance", "sqrt(2) forgotten", "G204", mu=lambda g, a: g.mu / np.sqrt(2))
mistake("laplace_nll, per-entry variance", "logvar as log sigma", "G212", mu=lambda g, a: g.mu / np.exp(a.logvar / 2))
mistake("laplace_nll, per-entry variance", "no scale in dmu", "G212", mu=lambda g, a: g.mu * np.exp(a.logvar / 2))
mistake("laplace_nll, per-entry variance", "no sign in dmu", "G215", mu=lambda g, a: -np.abs(g.mu))


# ---- penalties -----------------------------------------------------------------------------------------------------

for penalty in ("l1_sparsity", "student_t_sparsity", "gaussian_prior"):
    mistake(penalty, "1/m forgotten", "G204", plain=True, z=lambda g, a: g.z * len(a.z))
mistake("l1_sparsity", "z instead of its sign", "", plain=True, z=lambda g, a: a.z / len(a.z))
mistake("l1_sparsity", "ones instead of the sign", "G215", plain=True, z=lambda g, a: np.ones_like(a.z) / len(a.z))
mistake("l1_sparsity", "z too many", "G212", plain=True, z=lambda g, a: g.z * a.z)
mistake("gaussian_prior", "2 too many", "G204", plain=True, z=lambda g, a: 2 * a.z / len(a.z))
mistake("gaussian_prior", "z^2", "G212", plain=True, z=lambda g, a: a.z ** 2 / len(a.z))
mistake("gaussian_prior", "sign of z", "", plain=True, z=lambda g, a: np.sign(a.z) / len(a.z))
mistake("student_t_sparsity", "nu forgotten in the inner derivative", "G212", plain=True, z=lambda g, a: g.z * a.nu)
mistake("student_t_sparsity", "the factor 2 of z^2 twice", "G204", plain=True, z=lambda g, a: 2 * g.z)
mistake("student_t_sparsity", "z forgotten", "G212", plain=True, z=lambda g, a: g.z / a.z)
mistake("bernoulli_kl", "1 - r forgotten", "G212", r=lambda g, a: g.r * (1 - a.r))
mistake("bernoulli_kl", "r forgotten", "G212", r=lambda g, a: g.r * a.r)
mistake("bernoulli_kl", "neither r nor 1 - r", "G212", r=lambda g, a: g.r * a.r * (1 - a.r))
mistake("bernoulli_kl", "rho - r", "G203", r=lambda g, a: -g.r)
mistake("bernoulli_kl", "without the second half", "", r=lambda g, a: -a.rho / a.r)
mistake("kl_sparsity", "1/m forgotten", "G204", y=lambda g, a: g.y * len(a.y))
mistake("kl_sparsity", "every example for itself", "", y=lambda g, a: (a.y - a.rho) / (a.y * (1 - a.y)) / len(a.y))
mistake("kl_sparsity", "one example only", "", y=lambda g, a: g.y * (np.arange(len(a.y)) == 0)[:, None])
mistake("contraction", "dW without the 2", "G204", W=lambda g, a: g.W / 2)
mistake("contraction", "the slopes taken for constants", "G201", s=lambda g, a: 0 * g.s)
mistake("contraction", "W taken for a constant", "G201", W=lambda g, a: 0 * g.W)
mistake("contraction", "s forgotten in ds", "G212", s=lambda g, a: g.s / a.s)
mistake("contraction", "1/m forgotten in dW", "G204", W=lambda g, a: g.W * len(a.s))
mistake("contraction", "dW summed over the inputs", "G209", W=lambda g, a: 0 * g.W + g.W.sum(axis=0))
mistake("contraction", "ds and dW exchanged", "G202", BATCH_SQUARE, s=lambda g, a: g.W, W=lambda g, a: g.s)
mistake("row_step", "s forgotten in dV", "", V=lambda g, a: a.dy @ a.W)
mistake("row_step", "s too many in ds", ELEMENTWISE, s=lambda g, a: g.s * a.s)
mistake("row_step", "dW transposed", "G205", WEIGHT_SQUARE, W=lambda g, a: g.W.T.copy())
mistake("row_step", "dW with |dy|", "G112", W=lambda g, a: (np.abs(a.dy) * a.s).T @ a.V)
mistake("gram", "one of two contributions", "G204", W=lambda g, a: g.W / 2)
mistake("gram", "upstream of ones", "G111", W=lambda g, a: 2 * a.W @ np.ones_like(a.dy))
mistake("row_length", "dA without the 2", "G204", A=lambda g, a: g.A / 2)
mistake("row_length", "w forgotten in dV", "G212", V=lambda g, a: g.V / a.w)
mistake("deep_contraction, units", "only the last layer's slopes", "G201", s1=lambda g, a: 0 * g.s1, s2=lambda g, a: 0 * g.s2)
mistake("deep_contraction, units", "1/m forgotten in dW1", "G204", W1=lambda g, a: len(a.s1) * g.W1)
mistake("deep_contraction, inputs", "dW3 without the 2", "G204", W3=lambda g, a: g.W3 / 2)
mistake("deep_contraction, probes", "the probes summed, not averaged", "G204", s2=lambda g, a: 2 * g.s2)
mistake("deep_contraction, inputs", "s2 too many", "G212", s2=lambda g, a: g.s2 * a.s2)
UNIT, DIAGONAL = "gaussian_kl, unit prior", "gaussian_kl, diagonal prior"
mistake(UNIT, "1/2 forgotten in dlogvar", "G204", logvar=lambda g, a: 2 * g.logvar)
mistake(UNIT, "2 mu", "G204", mu=lambda g, a: 2 * g.mu)
mistake(UNIT, "mu^2", "G212", mu=lambda g, a: a.mu ** 2 / len(a.mu))
mistake(UNIT, "the -1 forgotten", "G213 G301", logvar=lambda g, a: 0.5 * np.exp(a.logvar) / len(a.mu))
mistake(UNIT, "logvar for a standard deviation", "", logvar=lambda g, a: (a.logvar - 1 / a.logvar) / len(a.mu))
mistake(UNIT, "exp(logvar/2) for exp(logvar)", "", logvar=lambda g, a: 0.5 * (np.exp(a.logvar / 2) - 1) / len(a.mu))
mistake(UNIT, "the negative of everything", "G203", mu=lambda g, a: -g.mu, logvar=lambda g, a: -g.logvar)
mistake(UNIT, "averaged over the units", "G204", mu=lambda g, a: g.mu / a.mu.shape[1],
        logvar=lambda g, a: g.logvar / a.mu.shape[1])
mistake(UNIT, "dmu and dlogvar exchanged", "G202", mu=lambda g, a: g.logvar, logvar=lambda g, a: g.mu)
mistake(UNIT, "1/m forgotten", "G204", mu=lambda g, a: g.mu * len(a.mu), logvar=lambda g, a: g.logvar * len(a.mu))
mistake(UNIT, "logvar added to dlogvar", "G213", logvar=lambda g, a: g.logvar + a.logvar)
mistake(DIAGONAL, "the prior's variance forgotten in dmu", "G212", mu=lambda g, a: g.mu * np.exp(a.prior_logvar))
mistake(DIAGONAL, "the prior's mean forgotten", "", mu=lambda g, a: a.mu * np.exp(-a.prior_logvar) / len(a.mu))
mistake("sampled_kl", "the prior's variance forgotten", "G212", z=lambda g, a: g.z * np.exp(a.prior_logvar))
mistake("sampled_kl", "dlogvar of one sample", "G204", logvar=lambda g, a: g.logvar / a.z.shape[1])
mistake("sampled_kl", "the minus of dlogvar", "G203", logvar=lambda g, a: -g.logvar)
mistake("sampled_kl", "dlogvar not summed over the samples", "G101", logvar=lambda g, a: 0 * a.z + g.logvar / a.z.shape[1])
mistake("covariance_kl", "transposed", "G205", lower=lambda g, a: np.swapaxes(g.lower, 1, 2).copy())
mistake("covariance_kl", "2 too many", "G204", lower=lambda g, a: 2 * g.lower)
mistake("covariance_kl", "lower forgotten", "G212", lower=lambda g, a: g.lower / a.lower)
mistake("l2_decay", "2 forgotten", "G204", W=lambda g, a: a.W.copy())
mistake("l2_decay", "W^2", "G212", W=lambda g, a: 2 * a.W ** 2)
mistake("l2_decay", "W itself, not a copy", "G107", W=lambda g, a: a.W)
mistake("l2_decay", "divided by the number of entries", "G204", W=lambda g, a: g.W / a.W.size)
mistake("l2_decay", "the absolute value", "G215", W=lambda g, a: 2 * np.abs(a.W))
mistake("l2_decay", "normalized", "G214", W=lambda g, a: a.W / np.linalg.norm(a.W))
mistake("l1_decay", "W instead of its sign", "", W=lambda g, a: a.W.copy())
mistake("l1_decay", "ones", "G215", W=lambda g, a: np.ones_like(a.W))
mistake("l1_decay", "W added", "G213", W=lambda g, a: np.sign(a.W) + a.W)


# ---- latents -------------------------------------------------------------------------------------------------------

mistake("unit_noise", "times the noise", ELEMENTWISE, f=lambda g, a: a.dy * a.eps)
mistake("unit_noise", "the noise added", "G213", f=lambda g, a: a.dy + a.eps)
mistake("unit_noise", "averaged over the batch", "G209 G210", f=lambda g, a: 0 * a.dy + a.dy.mean(axis=0))
mistake("reparameterize", "1/2 forgotten", "G204", logvar=lambda g, a: a.dy * a.eps * np.exp(a.logvar / 2))
mistake("reparameterize", "exp(logvar) for exp(logvar/2)", "G212", logvar=lambda g, a: a.dy * a.eps * np.exp(a.logvar) / 2)
mistake("reparameterize", "the noise forgotten", ELEMENTWISE, logvar=lambda g, a: a.dy * np.exp(a.logvar / 2) / 2)
mistake("reparameterize", "std forgotten", ELEMENTWISE, logvar=lambda g, a: a.dy * a.eps / 2)
mistake("reparameterize", "the sampler's path cut", "G201", logvar=lambda g, a: 0 * g.logvar)
mistake("reparameterize", "dmu times std", ELEMENTWISE, mu=lambda g, a: a.dy * np.exp(a.logvar / 2))
mistake("reparameterize", "dmu and dlogvar exchanged", "G202", mu=lambda g, a: g.logvar, logvar=lambda g, a: g.mu)
mistake("reparameterize", "dmu is dy itself", "G107", mu=lambda g, a: a.dy)
mistake("reparameterize_cholesky", "dmu averaged over the samples", "G204", mu=lambda g, a: a.dy.mean(axis=1))
mistake("reparameterize_cholesky", "dmu of the first sample", "", mu=lambda g, a: a.dy[:, 0].copy())
mistake("reparameterize_cholesky", "std forgotten in dlogvar", "G212", logvar=lambda g, a: g.logvar / np.exp(a.logvar / 2))
mistake("reparameterize_cholesky", "dlower transposed", "G205", lower=lambda g, a: np.swapaxes(g.lower, 1, 2).copy())
mistake("reparameterize_cholesky", "1/2 forgotten", "G204", logvar=lambda g, a: 2 * g.logvar)
mistake("reparameterize_cholesky", "the upper triangle not cut away", "",
        lower=lambda g, a: np.swapaxes(a.dy, 1, 2) @ a.eps)


# ---- memory, writing, randomness -----------------------------------------------------------------------------------

def _accumulates(tensor):
    def make(pair):
        kept = []
        return pair.forward, with_changes(pair, {tensor: lambda g, a: kept.append(getattr(g, tensor)) or sum(kept[1:], kept[0])})
    return make


def _writes(argument, tensor):
    def write(g, a):
        np.multiply(getattr(a, argument), 0.5, out=getattr(a, argument))
        return getattr(g, tensor)
    return lambda pair: (pair.forward, with_changes(pair, {tensor: write}))


def _fresh_noise(tensor):
    def make(pair):
        rng = np.random.default_rng(0)

        def change(g, a):
            return getattr(g, tensor) * rng.normal(size=np.shape(getattr(g, tensor)))
        return pair.forward, with_changes(pair, {tensor: change})
    return make


def _stale(argument, tensor):
    """Backward reads an argument of the last forward call instead of its own."""
    def make(pair):
        last = {}

        @functools.wraps(pair.forward)
        def forward(**inputs):
            last.update({name: np.array(value) for name, value in inputs.items() if value is not None})
            return pair.forward(**inputs)

        def change(g, a):
            a = SimpleNamespace(**{**vars(a), argument: last[argument].real})
            names = list(inspect.signature(pair.backward).parameters)
            return getattr(true_gradients(pair, names, ["dy"] if has_upstream(pair) else [], a), tensor)
        return forward, with_changes(pair, {tensor: change})
    return make


for subject, tensor, argument in (("affine", "W", "x"), ("squared_error", "o", "o"), ("reparameterize", "logvar", "logvar"),
                                  ("gaussian_kl, unit prior", "mu", "mu"), ("contraction", "W", "W"),
                                  ("student_t_sparsity", "z", "z")):
    stateful(subject, f"d{tensor} accumulates from call to call", "G106", (tensor,), _accumulates(tensor))
    stateful(subject, f"writes into {argument}", "G105", (argument,), _writes(argument, tensor))
    stateful(subject, f"fresh noise in d{tensor}", "G109", (tensor,), _fresh_noise(tensor))
    stateful(subject, f"d{tensor} from the {argument} of another forward pass", "G110", (tensor,), _stale(argument, tensor))
stateful("sigmoid", "writes into the upstream", "G105", ("dy",), _writes("dy", "a"))
stateful("tanh", "writes into the upstream", "G105", ("dy",), _writes("dy", "a"))


# ---- several paths, several terms ----------------------------------------------------------------------------------

def _tied(x, W, b, c):
    return np.tanh(x @ W + b) @ W.T + c


def _tied_halves(dy, x, W, b):
    h = np.tanh(x @ W + b)
    da = dy @ W * (1 - h ** 2)
    return {"x": da @ W.T, "b": da.sum(axis=0), "c": dy.sum(axis=0), "encoder": x.T @ da, "decoder": dy.T @ h}


def _standardized(x):
    return (x - x.mean(axis=0)) ** 3


def _objective_terms():
    def reconstruction(x, W, V):
        return np.sum((np.tanh(x @ W) @ V - x) ** 2) / len(x)

    def decay(x, W, V):
        return 0.1 * (np.sum(W ** 2) + np.sum(V ** 2))

    def sparsity(x, W, V):
        return 0.3 * np.sum(np.tanh(x @ W) ** 2) / len(x)
    return {"reconstruction": reconstruction, "decay": decay, "sparsity": sparsity}


def _objective_parts(x, W, V):
    """Return the gradients of the three terms."""
    z = np.tanh(x @ W)
    do = 2 * (z @ V - x) / len(x)
    return {"reconstruction": (x.T @ (do @ V.T * (1 - z ** 2)), z.T @ do), "decay": (0.2 * W, 0.2 * V),
            "sparsity": (x.T @ (0.6 * z / len(x) * (1 - z ** 2)), 0 * V)}


def _evidence_terms():
    def reconstruction(mu, logvar, eps, x):
        return 0.5 * np.sum((mu + np.exp(logvar / 2) * eps - x) ** 2) / len(x)

    def kl(mu, logvar, eps, x):
        return 0.5 * np.sum(mu ** 2 + np.exp(logvar) - 1 - logvar) / len(x)
    return {"reconstruction": reconstruction, "kl": kl}


def _evidence_parts(mu, logvar, eps, x):
    r = (mu + np.exp(logvar / 2) * eps - x) / len(x)
    return {"reconstruction": (r, r * eps * np.exp(logvar / 2) / 2), "kl": (mu / len(x), 0.5 * (np.exp(logvar) - 1) / len(x))}


def _matrices(**shapes):
    return lambda rng, m, n, h: {name: rng.normal(size=shape(m, n, h)) for name, shape in shapes.items()}


def _affine_like(m, n, h):
    return m, n


TIED = Pair("tied pair", _tied, lambda dy, x, W, b: _tied_answer(dy, x, W, b, 1, 1), _matrices(
    x=_affine_like, W=lambda m, n, h: (n, h), b=lambda m, n, h: (h,), c=lambda m, n, h: (n,)), ("x", "W", "b", "c"))
TIED_PATHS = {"paths": Paths(lambda x, W_encoder, W_decoder, b, c: np.tanh(x @ W_encoder + b) @ W_decoder.T + c,
                             {"W": ("W_encoder", "W_decoder")})}
CENTRED = Pair("centred cubes", _standardized, lambda dy, x: _centred(dy, x, 1, 1), _matrices(x=_affine_like), ("x",))
CENTRED_PATHS = {"paths": Paths(lambda x_itself, x_mean: (x_itself - x_mean.mean(axis=0)) ** 3, {"x": ("x_itself", "x_mean")})}
RESIDUAL = Pair("residual block", lambda x, W: x + np.tanh(x @ W @ W.T), lambda dy, x, W: _residual(dy, x, W, 1, 1),
                _matrices(x=_affine_like, W=lambda m, n, h: (n, h)), ("x",))
RESIDUAL_PATHS = {"paths": Paths(lambda x_skip, x_block, W: x_skip + np.tanh(x_block @ W @ W.T), {"x": ("x_skip", "x_block")})}
OBJECTIVE = Pair("objective of three terms", lambda x, W, V: sum(f(x, W, V) for f in _objective_terms().values()),
                 lambda x, W, V: _weighted(_objective_parts(x, W, V), {}),
                 _matrices(x=_affine_like, W=lambda m, n, h: (n, h), V=lambda m, n, h: (h, n)), ("W", "V"))
EVIDENCE = Pair("evidence of two terms",
                lambda mu, logvar, eps, x: sum(f(mu, logvar, eps, x) for f in _evidence_terms().values()),
                lambda mu, logvar, eps, x: _weighted(_evidence_parts(mu, logvar, eps, x), {}),
                _matrices(**dict.fromkeys(("mu", "logvar", "eps", "x"), lambda m, n, h: (m, h))), ("mu", "logvar"))


def _tied_answer(dy, x, W, b, encoder, decoder):
    halves = _tied_halves(dy, x, W, b)
    return halves["x"], encoder * halves["encoder"] + decoder * halves["decoder"], halves["b"], halves["c"]


def _centred(dy, x, itself, mean):
    d = 3 * (x - x.mean(axis=0)) ** 2 * dy
    return itself * d - mean * d.mean(axis=0)


def _residual(dy, x, W, skip, block):
    inner = dy * (1 - np.tanh(x @ W @ W.T) ** 2)
    return skip * dy + block * (inner @ W @ W.T)


def _weighted(parts, weights):
    """Return the sum of the gradients of all terms, some with another weight."""
    return tuple(sum(weights.get(name, 1) * np.asarray(gradients[i]) for name, gradients in parts.items()) for i in range(2))


def several(pair, options, name, codes, tensors, backward, shapes=ROUNDS):
    """Add a mistake about the parts that a gradient is the sum of."""
    build = functools.partial(suspicion, pair, lambda: (pair.forward, backward), shapes, options=options)
    CATALOGUE.append(Mistake(pair.name, name, tuple(codes.split()), tensors, build))


for name, codes, encoder, decoder in (("the encoder's half only", "G311", 1, 0), ("the decoder's half only", "G311", 0, 1),
                                      ("the decoder's half twice", "G312", 1, 2), ("the encoder's half halved", "G312", 0.5, 1),
                                      ("the difference of the halves", "G312", 1, -1),
                                      ("the mean of the halves", "G204", 0.5, 0.5)):
    several(TIED, TIED_PATHS, name, codes, ("W",),
            lambda dy, x, W, b, e=encoder, d=decoder: _tied_answer(dy, x, W, b, e, d))
several(TIED, TIED_PATHS, "both halves, the sum halved for the bias", "G204", ("b",),
        lambda dy, x, W, b: (*(answer := _tied_answer(dy, x, W, b, 1, 1))[:2], answer[2] / 2, answer[3]))
for name, codes, itself, mean in (("the batch mean taken for a constant", "G311", 1, 0), ("only through the mean", "G311", 0, 1),
                                  ("the mean's path counted twice", "G312", 1, 2)):
    several(CENTRED, CENTRED_PATHS, name, codes, ("x",), lambda dy, x, i=itself, m=mean: _centred(dy, x, i, m))
for name, codes, skip, block in (("the skip connection cut", "G311", 0, 1), ("the block cut", "G311", 1, 0),
                                 ("the skip connection counted twice", "G312", 2, 1)):
    several(RESIDUAL, RESIDUAL_PATHS, name, codes, ("x",), lambda dy, x, W, s=skip, b=block: _residual(dy, x, W, s, b))
OBJECTIVE_OPTIONS, EVIDENCE_OPTIONS = {"terms": _objective_terms()}, {"terms": _evidence_terms()}
for name, codes, tensors, weights in (
        ("weight decay left out", "G301", ("W", "V"), {"decay": 0}), ("weight decay twice", "G302", ("W", "V"), {"decay": 2}),
        ("weight decay without the 2", "G302", ("W", "V"), {"decay": 0.5}),
        ("sparsity left out", "G301", ("W",), {"sparsity": 0}),
        ("sparsity with the wrong sign", "G302", ("W",), {"sparsity": -1}),
        ("the reconstruction left out", "G301", ("W", "V"), {"reconstruction": 0}),
        ("decay and sparsity left out", "G301", ("W", "V"), {"decay": 0, "sparsity": 0})):
    several(OBJECTIVE, OBJECTIVE_OPTIONS, name, codes, tensors,
            lambda x, W, V, w=weights: _weighted(_objective_parts(x, W, V), w))
several(OBJECTIVE, OBJECTIVE_OPTIONS, "weight decay divided by the batch size", "G302", ("W", "V"),
        lambda x, W, V: _weighted(_objective_parts(x, W, V), {"decay": 1 / len(x)}))
several(OBJECTIVE, OBJECTIVE_OPTIONS, "sparsity without 1/m", "G302", ("W",),
        lambda x, W, V: _weighted(_objective_parts(x, W, V), {"sparsity": len(x)}))
for name, codes, weights in (("the KL left out", "G301", {"kl": 0}), ("the KL twice", "G302", {"kl": 2}),
                             ("the sampler's path cut", "G301", {"reconstruction": 0}),
                             ("the KL subtracted", "G302", {"kl": -1})):
    several(EVIDENCE, EVIDENCE_OPTIONS, name, codes, ("mu", "logvar"),
            lambda mu, logvar, eps, x, w=weights: _weighted(_evidence_parts(mu, logvar, eps, x), w))
several(EVIDENCE, EVIDENCE_OPTIONS, "the KL averaged over the units", "G302", ("mu", "logvar"),
        lambda mu, logvar, eps, x: _weighted(_evidence_parts(mu, logvar, eps, x), {"kl": 1 / mu.shape[1]}))
