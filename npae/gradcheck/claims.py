r"""Claims about a wrong gradient: what it is instead of the true one. Each is an identity that can be tried anywhere.

Key: g what backward returned for one tensor, r the true gradient, u the upstream gradient; all measured at a scene.

The functions below yield candidates, from the simplest identity to the least simple; most of them do not hold. naming.py
keeps the first that holds here and at other points and shapes. A candidate predicts g, so trying it is one comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from .compare import largest
from .factors import Factor, recognize
from .known import known_arrays, known_functions
from .scene import IDENTITY, Scene

Predict = Callable[[Scene], np.ndarray]
REDUCTIONS: dict[str, Callable[..., np.ndarray]] = {"mean": np.mean, "sum": np.sum}


@dataclass(frozen=True)
class Claim:
    """`tensor`'s gradient equals predict(scene), wherever the scene. identity says so in words: "dW = <identity>"."""

    code: str
    tensor: str
    predict: Predict
    identity: str
    label: str = ""
    factor: Factor | None = None
    more: tuple[Factor, ...] = ()       # further factors that the claim depends on

    def times(self, factor: Factor) -> Claim:
        """Return the claim with a factor in front."""
        return Claim(self.code, self.tensor, lambda scene: factor.value(scene) * self.predict(scene),
                     f"{factor.text} x {self.identity}", self.label, factor)


def of_true(code: str, name: str, f: Callable[[np.ndarray], np.ndarray], identity: str, label: str = "") -> Claim:
    """Return the claim g = f(r)."""
    return Claim(code, name, lambda there: f(there.true(name)), identity, label)


def zero(scene: Scene, name: str) -> Iterator[Claim]:
    """g = 0."""
    yield of_true("G201", name, np.zeros_like, "0")


def another_tensor(scene: Scene, name: str) -> Iterator[Claim]:
    """g = r of another tensor."""
    shape = np.shape(scene.arrays[name])
    for other in scene.returned:
        if other != name and other in scene.arrays and np.shape(scene.arrays[other]) == shape:
            yield Claim("G202", name, partial(_true_of, name=other), f"the true gradient of {other}", other)


def _true_of(there: Scene, name: str) -> np.ndarray:
    return there.true(name)


def constant_factor(scene: Scene, name: str) -> Iterator[Claim]:
    """g = c r with one number c: -1, 2, the batch size, ..."""
    ratio = proportion(scene.got(name), scene.true(name))
    for factor in recognize(ratio, scene) if ratio else ():
        code = "G203" if factor.text == "-1" else "G204"
        yield of_true(code, name, np.asarray, "the true gradient").times(factor)


def rearranged(scene: Scene, name: str) -> Iterator[Claim]:
    """g has the entries of r elsewhere."""
    shape = np.shape(scene.arrays[name])
    if len(shape) > 2 and shape[-1] > 1:
        yield of_true("G206", name, mirrored, "the true gradient, mirrored (its last two axes reversed)")
    for a, b in combinations(range(len(shape)), 2):
        if shape[a] == shape[b]:
            axes = "" if len(shape) == 2 else f" in its axes {a} and {b}"
            yield of_true("G205", name, partial(np.swapaxes, axis1=a, axis2=b), f"the true gradient, transposed{axes}")
    if len(shape) == 2 and shape[0] != shape[1]:
        yield of_true("G205", name, lambda r: r.T.reshape(r.shape), "the true gradient, transposed and then reshaped")
    for axis in range(len(shape)):
        yield of_true("G206", name, partial(np.flip, axis=axis), f"the true gradient with axis {axis} reversed")
        for shift in (1, -1):
            yield of_true("G206", name, partial(np.roll, shift=shift, axis=axis),
                          f"the true gradient, axis {axis} shifted by {shift}")


def mirrored(array: np.ndarray) -> np.ndarray:
    """Return kernels, or images, upside down and from right to left."""
    return array[..., ::-1, ::-1]


def one_example(scene: Scene, name: str) -> Iterator[Claim]:
    """g is what a single example contributes."""
    for i, label in ((0, "the first example"), (-1, "the last example")):
        yield Claim("G207", name, partial(_alone, name=name, i=i), f"the gradient of {label} alone", label)


def _alone(there: Scene, name: str, i: int) -> np.ndarray:
    alone, whole = there.example(i).true(name), there.true(name)
    if alone.shape == whole.shape:
        return alone
    embedded = np.zeros(whole.shape)
    embedded[[i]] = alone
    return embedded


def left_out(scene: Scene, name: str) -> Iterator[Claim]:
    """g = r, with zeros in one row, one column, a triangle, or off the diagonal."""
    ndim = np.ndim(scene.arrays[name])
    masks: dict[str, Callable[[np.ndarray], np.ndarray]] = {}
    for axis in range(ndim):
        what = {0: "row", 1: "column"}[axis] if ndim == 2 else f"slice of axis {axis}" if ndim > 2 else "entry"
        masks |= {f"the {place} {what}": partial(_without, axis=axis, index=index)
                  for place, index in (("first", 0), ("last", -1))}
    if ndim >= 2:
        masks |= {"the part above the diagonal": np.tril, "the part below the diagonal": np.triu,
                  "all that is off the diagonal": lambda r: r * np.eye(*r.shape[-2:])}
    for label, mask in masks.items():
        yield of_true("G208", name, mask, f"the true gradient, but zero in {label}", label)


def _without(r: np.ndarray, axis: int, index: int) -> np.ndarray:
    kept = np.ones(r.shape[axis])
    kept[index] = 0
    return r * kept.reshape([-1 if a == axis else 1 for a in range(r.ndim)])


def spread_out(scene: Scene, name: str) -> Iterator[Claim]:
    """g holds the sum or the mean of r over an axis in every place of that axis."""
    for axis, where in _axes(np.ndim(scene.arrays[name])):
        for label, reduce in REDUCTIONS.items():
            yield of_true("G209", name, partial(_spread, reduce=reduce, axis=axis),
                          f"the {label} of the true gradient over {where}, in every place", label)


def _axes(ndim: int) -> list[tuple[int | None, str]]:
    return [*((axis, f"axis {axis}") for axis in range(ndim)), (None, "all entries")]


def _spread(array: np.ndarray, reduce: Callable[..., np.ndarray], axis: int | None) -> np.ndarray:
    return np.broadcast_to(reduce(array, axis=axis, keepdims=True), array.shape)


def upstream_reduced(scene: Scene, name: str) -> Iterator[Claim]:
    """g = J^T u', where u' is the upstream gradient averaged or summed: still linear in u."""
    if scene.upstream is not None:
        for axis, where in _axes(scene.upstream.ndim):
            for label, reduce in REDUCTIONS.items():
                yield _other_upstream("G210", name, f"the upstream gradient replaced by its {label} over {where}",
                                      partial(_spread, reduce=reduce, axis=axis))


def upstream_replaced(scene: Scene, name: str) -> Iterator[Claim]:
    """g = J^T u', where u' is a function of the upstream gradient that is not linear."""
    if scene.upstream is not None:
        yield _other_upstream("G111", name, "an upstream gradient of ones", np.ones_like)
        yield _other_upstream("G112", name, "|dy| instead of dy", np.abs)
        yield _other_upstream("G112", name, "dy^2 instead of dy", np.square)
        yield _other_upstream("G112", name, "sign(dy) instead of dy", np.sign)
        yield _other_upstream("G112", name, "max(dy, 0) instead of dy", lambda u: np.maximum(u, 0))
        yield _other_upstream("G112", name, "dy clipped to [-1, 1]", lambda u: np.clip(u, -1, 1))


def _other_upstream(code: str, name: str, label: str, change: Callable[[np.ndarray], np.ndarray]) -> Claim:
    def predict(there: Scene) -> np.ndarray:
        assert there.upstream is not None
        return there.true_for(name, change(there.upstream), label)
    return Claim(code, name, predict, f"the gradient for {label}", label)


def other_argument(scene: Scene, name: str) -> Iterator[Claim]:
    """g = r as it would be if one argument were transposed or mirrored, or another one stood in its place."""
    floats = {other: array for other, array in scene.arrays.items() if np.ndim(array) and np.asarray(array).dtype.kind == "f"
              and other in getattr(scene.subject, "inputs", ())}
    for argument, array in floats.items():
        if argument == name:
            continue
        if array.ndim == 2 and array.shape[0] == array.shape[1]:
            yield Claim("G216", name, partial(_with_argument, name=name, argument=argument, other=argument, change=np.transpose),
                        f"the gradient for {argument} transposed", f"{argument}^T in the place of {argument}")
        if array.ndim > 2 and array.shape[-1] > 1:
            yield Claim("G216", name, partial(_with_argument, name=name, argument=argument, other=argument, change=mirrored),
                        f"the gradient for {argument} mirrored", f"{argument} mirrored")
        for other, candidate in floats.items():
            if other != argument and candidate.shape == array.shape:
                yield Claim("G216", name, partial(_with_argument, name=name, argument=argument, other=other),
                            f"the gradient for {other} in the place of {argument}", f"{other} in the place of {argument}")


def _with_argument(there: Scene, name: str, argument: str, other: str,
                   change: Callable[[np.ndarray], np.ndarray] = np.asarray) -> np.ndarray:
    return there.true_with(name, argument, change(there.arrays[other]), f"{argument} <- {change.__name__} {other}")


def local_derivative(scene: Scene, name: str) -> Iterator[Claim]:
    """g = u * s'(a) with another s': elementwise functions only, where r depends on u entry by entry."""
    if scene.upstream is None or scene.upstream.shape != np.shape(scene.arrays[name]) or not _is_elementwise(scene, name):
        return
    for label, evaluate in known_functions(scene, skip=("dy",)):
        yield Claim("G211", name, partial(_times_upstream, f=evaluate), f"dy * {label}" if label != "1" else "dy", label)


def _times_upstream(there: Scene, f: Predict) -> np.ndarray:
    return np.asarray(there.upstream) * f(there)


def _is_elementwise(scene: Scene, name: str) -> bool:
    upstream = np.array(scene.upstream)
    half = np.arange(upstream.size).reshape(upstream.shape) % 2
    part = scene.true_for(name, upstream * half, "every other entry")
    r = scene.true(name)
    return upstream.size > 1 and largest(np.nan_to_num(part - r * half)) <= IDENTITY * largest(np.nan_to_num(r))


def known_factor(scene: Scene, name: str) -> Iterator[Claim]:
    """g = r * v or r / v with a known array v: a factor too many, or one that is missing."""
    for label, evaluate in known_functions(scene, skip=("1",)):
        if _fits(evaluate, scene, name):
            yield Claim("G212", name, partial(_with_factor, name=name, f=evaluate, power=1),
                        f"the true gradient * {label}", label)
            yield Claim("G212", name, partial(_with_factor, name=name, f=evaluate, power=-1),
                        f"the true gradient / {label}", label)


def _with_factor(there: Scene, name: str, f: Predict, power: int) -> np.ndarray:
    return there.true(name) * f(there) if power > 0 else there.true(name) / f(there)


def added(scene: Scene, name: str) -> Iterator[Claim]:
    """g = r + c v with a known array v, or with ones."""
    gap = scene.got(name) - scene.true(name)
    for label, evaluate in [("1", _one), *known_arrays(scene)]:
        ratio = proportion(gap, 0 * gap + evaluate(scene)) if _fits(evaluate, scene, name) else None
        for factor in recognize(ratio, scene) if ratio else ():
            product = label if factor.text == "1" else factor.text if label == "1" else f"{factor.text} x {label}"
            yield Claim("G213", name, partial(_with_summand, name=name, factor=factor, f=evaluate),
                        f"the true gradient + {product}", product, factor)


def _one(there: Scene) -> np.ndarray:
    return np.ones(())


def _with_summand(there: Scene, name: str, factor: Factor, f: Predict) -> np.ndarray:
    return there.true(name) + factor.value(there) * f(there)


def function_of_true(scene: Scene, name: str) -> Iterator[Claim]:
    """g = f(r), entry by entry."""
    functions: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "|true gradient|": np.abs, "-|true gradient|": lambda r: -np.abs(r), "the sign of the true gradient": np.sign,
        "the square of the true gradient": np.square, "max(true gradient, 0)": lambda r: np.maximum(r, 0)}
    functions |= {f"the true gradient clipped to [-{limit:g}, {limit:g}]": partial(np.clip, a_min=-limit, a_max=limit)
                  for limit in (1.0, 5.0, 0.5, 0.1)}
    for text, f in functions.items():
        yield of_true("G215", name, f, text)


def direction(scene: Scene, name: str) -> Iterator[Claim]:
    """g has the direction of r, with a factor of its own at every point."""
    if np.size(scene.arrays[name]) < 3:
        return

    def same_direction(there: Scene) -> np.ndarray:
        ratio = proportion(there.got(name), there.true(name))
        return np.full(there.got(name).shape, np.nan) if ratio is None else ratio * there.true(name)
    yield of_true("G214", name, lambda r: r / np.sqrt(np.nansum(r**2)), "the true gradient divided by its length")
    yield Claim("G214", name, same_direction, "the true gradient times a factor that changes from point to point")


def of_parts(scene: Scene, name: str) -> Iterator[Claim]:
    """g = sum_k c_k r_k over the terms of the loss, or the paths by which a tensor acts; some c_k is not 1.

    With a free number for every part, a fit may hold for one setting of a model's hyperparameters only, and those cannot be
    changed for the re-test: so numbers without a meaning are not claimed.
    """
    for kind, codes in (("term", ("G301", "G302")), ("path", ("G311", "G312"))):
        parts = {label: r for label, r in scene.parts(name, kind).items() if largest(np.nan_to_num(r)) > 0}
        weights = _weights(scene, name, list(parts.values())) if len(parts) > 1 and _add_up(scene, name, parts) else None
        if weights is None:
            continue
        choices = [list(_simplest(recognize(round_zero(w, weights), scene))) for w in weights]
        for turn in range(max(map(len, choices))):
            factors = {label: choice[min(turn, len(choice) - 1)] for label, choice in zip(parts, choices)}
            wrong = {label: factor for label, factor in factors.items() if factor.text != "1"}
            if wrong and all(factor.is_known for factor in wrong.values()):
                yield _combination(name, kind, codes, factors, wrong)


def _combination(name: str, kind: str, codes: tuple[str, str], factors: dict[str, Factor],
                 wrong: dict[str, Factor]) -> Claim:
    def predict(there: Scene) -> np.ndarray:
        parts = there.parts(name, kind)
        return sum((factors[label].value(there) * part for label, part in parts.items() if label in factors),
                   np.zeros(np.shape(there.arrays[name])))
    cut = [label for label, factor in wrong.items() if factor.text == "0"]
    code = codes[0] if cut else codes[1]
    sum_text = " + ".join(f"{factor.text} x [{label}]" for label, factor in factors.items())
    first, *more = wrong.values()
    return Claim(code, name, predict, sum_text, ", ".join(cut or wrong), first, tuple(more))


def _simplest(factors: Iterator[Factor]) -> list[Factor]:
    """Return the candidates for a weight; one that is right, 1, has no other reading."""
    found = list(factors)
    return next(([factor] for factor in found if factor.text == "1"), found)


def _add_up(scene: Scene, name: str, parts: dict[str, np.ndarray]) -> bool:
    """Whether the parts are all there is: whoever declared them may have forgotten one."""
    r = scene.true(name)
    size = largest(np.nan_to_num(r), *map(np.nan_to_num, parts.values()))
    return largest(np.nan_to_num(sum(parts.values()) - r)) <= 1e-6 * size


def _weights(scene: Scene, name: str, parts: list[np.ndarray]) -> np.ndarray | None:
    """Return c in g = sum_k c_k r_k if there is one such c and it is unique."""
    g = scene.got(name).reshape(-1)
    A = np.stack([part.reshape(-1) for part in parts], axis=1)
    known = np.all(np.isfinite(A), axis=1)
    A, g = A[known], g[known]
    scales = np.linalg.norm(A, axis=0)
    if len(g) < A.shape[1] or np.any(scales == 0) or np.linalg.matrix_rank(A / scales, tol=1e-6) < A.shape[1]:
        return None
    c = np.linalg.lstsq(A / scales, g, rcond=None)[0] / scales
    return c if largest(A @ c - g) <= 1e-6 * largest(g) else None


def round_zero(weight: float, weights: np.ndarray) -> float:
    """Return 0 for a weight that is nothing but rounding."""
    return 0.0 if abs(weight) < 1e-7 * largest(weights, np.ones(1)) else float(weight)


def proportion(g: np.ndarray, r: np.ndarray) -> float | None:
    """Return c where g = c r in all known entries, None where there is no such number."""
    known = np.isfinite(r)
    g, r = g[known], r[known]
    square = float(np.sum(r * r))
    if square == 0 or not np.isfinite(square):
        return None
    c = float(np.sum(g * r)) / square
    return c if largest(g - c * r) <= 1e-7 * largest(g) else None


def _fits(evaluate: Predict, scene: Scene, name: str) -> bool:
    value, shape = np.shape(evaluate(scene)), np.shape(scene.arrays[name])
    return len(value) <= len(shape) and all(a in (1, b) for a, b in zip(value[::-1], shape[::-1]))


ORDER = (zero, another_tensor, constant_factor, rearranged, one_example, left_out, of_parts, local_derivative,
         function_of_true, other_argument, known_factor, spread_out, upstream_reduced, added, direction)
SCALABLE = (rearranged, one_example, local_derivative, upstream_reduced)
NOT_LINEAR = (upstream_replaced, function_of_true, direction, known_factor, added)
