"""The rules by which other tools decide that a gradient is wrong, re-implemented from what they publish.

torch           torch.autograd.gradcheck(eps=1e-6, atol=1e-5, rtol=1e-3, nondet_tol=0): the full Jacobian, one backward pass for
                every output, twice; also a zero upstream must give zero.
                https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html
torch, fast     the same with fast_mode=True: one product v^T J u for every input with random u, v >= 0 of length one, the
                absolute tolerance times sum(u) sum(v).  https://pytorch.org/docs/stable/notes/gradcheck.html
JAX             jax.test_util.check_grads(modes="rev", order=1): check_vjp, one Gaussian direction in all inputs, one Gaussian
                cotangent, eps 1e-4, atol = rtol = 1e-5 in float64.  jax/_src/public_test_util.py
HIPS autograd   autograd.test_util.check_vjp: the same projection, eps 1e-6, |a - b| < 1e-6 or |a - b| / |a + b| < 1e-6.
Chainer         chainer.gradient_check.check_backward(eps=1e-3, atol=1e-5, rtol=1e-4): a normalized random direction.
CS231n          h = 1e-5, max |a - n| / max(|a| + |n|, 1e-8) entry by entry; the notes call 1e-4 acceptable only where there are
                kinks and 1e-7 good: both thresholds.  https://cs231n.github.io/neural-networks-3/#gradcheck
UFLDL           EPSILON = 1e-4, norm(n - a) / norm(n + a) < 1e-9 over all parameters of a scalar cost.
                http://ufldl.stanford.edu/tutorial/supervised/DebuggingGradientChecking
Coursera        epsilon = 1e-7, norm(a - n) / (norm(a) + norm(n)) < 1e-7 over all parameters ("Gradient checking" of
                "Improving deep neural networks").
minitorch       grad_check: epsilon 1e-6, the upstream of a plain sum, one random entry for every tensor, atol = rtol = 1e-2.
                https://minitorch.github.io/module1/scalar/

An exception, or gradients that cannot be compared, count as an accusation. Where a rule knows scalar functions only, an
array output is first contracted with a random upstream. None of them looks for corners, memory or written arguments.
"""

import numpy as np


def torch(point, suspect, rng):
    """The full Jacobian by one-hot upstreams; backward must be repeatable and vanish for a zero upstream."""
    outputs, size = point.outputs(1e-6), point.output.size
    shared = point.shared()
    upstreams = np.eye(size) if point.has_upstream else [None]
    analytic, again = ([_flat(point, point.call(suspect, dy, shared)) for dy in upstreams] for _ in range(2))
    for name in point.names:
        plus, minus = outputs[name]
        a, b = (np.array([gradients[name] for gradients in both]).T for both in (analytic, again))
        if not np.array_equal(a, b) or not np.allclose(a, (plus - minus) / 2e-6, rtol=1e-3, atol=1e-5):
            return True
    if not point.has_upstream:
        return False
    return any(np.any(g != 0) for g in _flat(point, point.call(suspect, np.zeros(size), shared)).values())


def torch_fast(point, suspect, rng):
    """v^T J u for every input, u and v of one sign."""
    v = _unit(rng.uniform(size=point.output.size)) if point.has_upstream else np.ones(1)
    gradients = _flat(point, point.call(suspect, v if point.has_upstream else None))
    for name in point.names:
        u = _unit(rng.uniform(size=point.arrays[name].size))
        direction = {other: np.zeros(point.arrays[other].shape) for other in point.names}
        direction[name] = u.reshape(point.arrays[name].shape)
        plus, minus = point.along(direction, 1e-6)
        allowed = 1e-5 * u.sum() * v.sum()
        if not np.isclose(gradients[name] @ u, v @ (plus - minus) / 2e-6, rtol=1e-3, atol=allowed):
            return True
    return False


def _projected(point, suspect, rng, step):
    """Return the analytic and the numerical value of one random projection of the Jacobian."""
    directions = {name: rng.normal(size=point.arrays[name].shape) for name in point.names}
    v = rng.normal(size=point.output.size) if point.has_upstream else np.ones(1)
    plus, minus = point.along(directions, step)
    gradients = _flat(point, point.call(suspect, v if point.has_upstream else None))
    return sum(gradients[name] @ directions[name].ravel() for name in point.names), v @ (plus - minus) / (2 * step)


def jax(point, suspect, rng):
    """One random projection, eps 1e-4, tolerances 1e-5."""
    a, n = _projected(point, suspect, rng, 1e-4)
    return not np.isclose(a, n, rtol=1e-5, atol=1e-5)


def hips(point, suspect, rng):
    """One random projection, eps 1e-6 (half of it to each side), tolerances 1e-6."""
    a, n = _projected(point, suspect, rng, 0.5e-6)
    return not (abs(a - n) < 1e-6 or abs(a - n) / abs(a + n) < 1e-6)


def chainer(point, suspect, rng):
    """One normalized random direction, eps 1e-3, upstream uniform in (-1, 1)."""
    directions = {name: rng.normal(size=point.arrays[name].shape) for name in point.names}
    length = np.sqrt(sum(np.sum(d ** 2) for d in directions.values()))
    directions = {name: d / length for name, d in directions.items()}
    v = rng.uniform(-1, 1, point.output.size) if point.has_upstream else np.ones(1)
    plus, minus = point.along(directions, 1e-3)
    gradients = _flat(point, point.call(suspect, v if point.has_upstream else None))
    a = sum(gradients[name] @ directions[name].ravel() for name in point.names)
    return not np.isclose(v @ (plus - minus) / 2e-3, a, rtol=1e-4, atol=1e-5)


def cs231n(limit):
    """Entry by entry with h = 1e-5; the arrays may broadcast against each other, as they do there."""
    def rule(point, suspect, rng):
        v = rng.normal(size=point.output.size) if point.has_upstream else np.ones(1)
        gradients = point.call(suspect, v if point.has_upstream else None)
        worst = 0.0
        for name, (plus, minus) in point.outputs(1e-5).items():
            n = ((plus - minus) @ v / 2e-5).reshape(point.arrays[name].shape)
            a = np.asarray(gradients[name])
            worst = max(worst, np.max(np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n)), initial=0))
        return not worst <= limit
    return rule


def _joint(point, suspect, rng, step):
    """Return all analytic and all numerical entries of a scalar cost as two vectors."""
    v = rng.normal(size=point.output.size) if point.has_upstream else np.ones(1)
    gradients = point.call(suspect, v if point.has_upstream else None)
    a = np.concatenate([np.ravel(gradients[name]) for name in point.names])
    n = np.concatenate([(plus @ v - minus @ v) / (2 * step) for plus, minus in point.outputs(step).values()])
    return a, n


def ufldl(point, suspect, rng):
    """The norm of the difference over the norm of the sum, 1e-9."""
    a, n = _joint(point, suspect, rng, 1e-4)
    return not _ratio(np.linalg.norm(n - a), np.linalg.norm(n + a)) < 1e-9


def coursera(point, suspect, rng):
    """The norm of the difference over the sum of the norms, 1e-7."""
    a, n = _joint(point, suspect, rng, 1e-7)
    return not _ratio(np.linalg.norm(a - n), np.linalg.norm(a) + np.linalg.norm(n)) < 1e-7


def _ratio(difference, scale):
    return 0.0 if difference == 0 else difference / scale if scale > 0 else np.inf


def minitorch(point, suspect, rng):
    """One random entry of every tensor, after a plain sum."""
    gradients = point.call(suspect, np.ones(point.output.size) if point.has_upstream else None)
    for name, (plus, minus) in point.outputs(1e-6).items():
        j = tuple(int(rng.integers(0, size)) for size in point.arrays[name].shape)
        flat = int(np.ravel_multi_index(j, point.arrays[name].shape)) if j else 0
        n = (plus[flat].sum() - minus[flat].sum()) / 2e-6
        if not np.isclose(np.asarray(gradients[name])[j], n, rtol=1e-2, atol=1e-2):
            return True
    return False


def _flat(point, gradients):
    """Return the gradients as vectors; raise where a framework would: missing, or of another shape."""
    vectors = {}
    for name in point.names:
        gradient = np.asarray(gradients[name])
        if gradient.shape != point.arrays[name].shape:
            raise ValueError(f"{name}: {gradient.shape} for {point.arrays[name].shape}")
        vectors[name] = gradient.ravel()
    return vectors


def _unit(vector):
    return vector / np.linalg.norm(vector)


TOOLS = {
    "torch.autograd.gradcheck": torch, "torch.autograd.gradcheck, fast mode": torch_fast, "JAX check_grads": jax,
    "HIPS autograd check_grads": hips, "Chainer check_backward": chainer, "CS231n, 1e-4": cs231n(1e-4),
    "CS231n, 1e-7": cs231n(1e-7), "UFLDL, 1e-9": ufldl, "Coursera, 1e-7": coursera, "minitorch grad_check": minitorch,
}


def accuses(tool, point, suspect, seed):
    """Return whether the rule calls the suspect's gradients wrong at a point."""
    try:
        return bool(TOOLS[tool](point, suspect, np.random.default_rng([seed, *tool.encode()])))
    except Exception:
        return True
