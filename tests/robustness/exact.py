"""Exact answers far out: the elementwise functions of npae once more, in decimal arithmetic of 60 digits and any exponent.

Each reference takes Decimals and returns a dictionary of `Value`s: "y" for the function, else the name of a gradient. `scale` is
the largest intermediate number of the formula, to which rounding is relative: softplus(o) - x o loses digits where the two
are large and equal. `limits` are factors that may overflow the dtype by themselves, and with them the result.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from typing import NamedTuple

import numpy as np

DIGITS = Context(prec=60, Emax=10 ** 9, Emin=-10 ** 9)
ONE, TWO, HALF = Decimal(1), Decimal(2), Decimal("0.5")


class Value(NamedTuple):
    """An exact number, the size of what it is made of, and factors that may be too large for the dtype."""

    exact: Decimal
    scale: Decimal = Decimal(0)
    limits: tuple[Decimal, ...] = ()


Reference = Callable[..., dict[str, Value]]


def pi() -> Decimal:
    """Return pi, by Machin's formula."""
    def arctan_of_inverse(q: int) -> Decimal:
        total, power, n = Decimal(0), ONE / q, 1
        while abs(power) > Decimal(10) ** -58:
            total += power / n if n % 4 == 1 else -power / n
            power, n = power / (q * q), n + 2
        return total
    return 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))


with localcontext(DIGITS):
    PI = pi()


def log1p(a: Decimal) -> Decimal:
    """Return log(1 + a), with all digits where a is small."""
    return a - a * a / 2 + a ** 3 / 3 if abs(a) < Decimal("1e-25") else (1 + a).ln()


def sigmoid(a: Decimal) -> Decimal:
    """Return 1 / (1 + exp(-a))."""
    return ONE / (1 + (-a).exp()) if a >= 0 else a.exp() / (1 + a.exp())


def softplus(a: Decimal) -> Decimal:
    """Return log(1 + exp(a))."""
    return max(a, Decimal(0)) + log1p((-abs(a)).exp())


def tanh(a: Decimal) -> Decimal:
    """Return the hyperbolic tangent."""
    if abs(a) < Decimal("1e-20"):
        return a
    return (1 - (-2 * abs(a)).exp()) / (1 + (-2 * abs(a)).exp()) * (1 if a >= 0 else -1)


def sign(a: Decimal) -> Decimal:
    """Return -1, 0 or 1."""
    return Decimal((a > 0) - (a < 0))


# ---- activations: y and the derivatives, which are functions of the rounded y -----------------------------------------

def identity_reference(a: Decimal) -> dict[str, Value]:
    """y, d1 and d2 at a."""
    return {"y": Value(a), "d1": Value(ONE), "d2": Value(Decimal(0))}


def relu_reference(a: Decimal) -> dict[str, Value]:
    """y, d1 and d2 at a."""
    return {"y": Value(max(a, Decimal(0))), "d1": Value(Decimal(a > 0)), "d2": Value(Decimal(0))}


def sigmoid_reference(a: Decimal) -> dict[str, Value]:
    """y, d1 and d2 at a: 1 - y has the absolute error of y."""
    p, q = sigmoid(a), sigmoid(-a)
    return {"y": Value(p), "d1": Value(p * q, p), "d2": Value(p * q * (q - p), p)}


def tanh_reference(a: Decimal) -> dict[str, Value]:
    """y, d1 and d2 at a."""
    y, slope = tanh(a), 4 * sigmoid(2 * a) * sigmoid(-2 * a)
    return {"y": Value(y), "d1": Value(slope, ONE), "d2": Value(-2 * y * slope, abs(y))}


def softplus_reference(a: Decimal) -> dict[str, Value]:
    """y, d1 and d2 at a."""
    return {"y": Value(softplus(a)), "d1": Value(sigmoid(a)), "d2": Value(sigmoid(a) * sigmoid(-a), sigmoid(-a) * abs(a))}


# ---- losses -------------------------------------------------------------------------------------------------------------

def squared_error(o: Decimal, x: Decimal) -> dict[str, Value]:
    """The entry and its gradient in o."""
    return {"y": Value((o - x) ** 2), "o": Value(2 * (o - x))}


def absolute_error(o: Decimal, x: Decimal) -> dict[str, Value]:
    """The entry and its gradient in o."""
    return {"y": Value(abs(o - x)), "o": Value(sign(o - x))}


def bernoulli_nll(o: Decimal, x: Decimal) -> dict[str, Value]:
    """The entry and its gradient in o."""
    exact = softplus(-o) + (1 - x) * o if o > 0 else softplus(o) - x * o
    return {"y": Value(exact, abs(o) + 1), "o": Value(sigmoid(o) - x, sigmoid(o) + x)}


def continuous_bernoulli_nll(o: Decimal, x: Decimal) -> dict[str, Value]:
    """The entry and its gradient in o; near 0 by the series."""
    if abs(o) < Decimal("1e-9"):
        log_integral, mean = -TWO.ln() - o * o / 12, HALF + o / 12
    else:
        log_integral = (tanh(abs(o) / 2) / abs(o)).ln()
        mean = ONE / (1 - (-o).exp()) - ONE / o if o > 0 else o.exp() / (o.exp() - 1) - ONE / o
    scale = min(Decimal(10), ONE / abs(o)) if o else Decimal(10)
    return {"y": Value(softplus(o) - x * o + log_integral, abs(o) + 3), "o": Value(mean - x, ONE + scale)}


def gaussian_nll(mu: Decimal, x: Decimal, logvar: Decimal) -> dict[str, Value]:
    """The entry and its gradients in mu and logvar."""
    r, e = x - mu, (-logvar).exp()
    q = r * r * e
    return {"y": Value(HALF * ((2 * PI).ln() + logvar + q), abs(logvar) + q + 1),
            "mu": Value(-r * e, limits=(e * bool(r),)), "logvar": Value(HALF * (1 - q), q + 1)}


def laplace_nll(mu: Decimal, x: Decimal, logvar: Decimal) -> dict[str, Value]:
    """The entry and its gradients in mu and logvar."""
    r, e = x - mu, (-logvar / 2).exp()
    q = TWO.sqrt() * abs(r) * e
    return {"y": Value(HALF * (TWO.ln() + logvar) + q, abs(logvar) + q + 1, (e * bool(r),)),
            "mu": Value(-TWO.sqrt() * sign(r) * e, limits=(e * bool(r),)),
            "logvar": Value(HALF * (1 - q), q + 1, (e * bool(r),))}


# ---- penalties and latents ----------------------------------------------------------------------------------------------

def l1_sparsity(z: Decimal) -> dict[str, Value]:
    """The entry and its gradient."""
    return {"y": Value(abs(z)), "z": Value(sign(z))}


def student_t_sparsity(z: Decimal) -> dict[str, Value]:
    """The entry and its gradient, for one degree of freedom."""
    return {"y": Value(log1p(z * z)), "z": Value(2 * z / (1 + z * z))}


def gaussian_prior(z: Decimal) -> dict[str, Value]:
    """The entry and its gradient."""
    return {"y": Value(z * z / 2), "z": Value(z)}


def gaussian_kl(mu: Decimal, logvar: Decimal, prior_mean: Decimal, prior_logvar: Decimal) -> dict[str, Value]:
    """The entry and its gradients in mu and logvar."""
    r, v, ratio = mu - prior_mean, (-prior_logvar).exp(), (logvar - prior_logvar).exp()
    q, size = r * r * v, abs(logvar) + abs(prior_logvar)
    return {"y": Value(HALF * (prior_logvar - logvar + ratio + q - 1), size + ratio * (1 + size) + q + 1, (ratio,)),
            "mu": Value(r * v, limits=(v * bool(r),)), "logvar": Value(HALF * (ratio - 1), ratio * (1 + size) + 1, (ratio,))}


def sampled_kl(z: Decimal, logvar: Decimal, eps: Decimal, prior_mean: Decimal, prior_logvar: Decimal) -> dict[str, Value]:
    """The entry and its gradients in z and logvar."""
    r, v = z - prior_mean, (-prior_logvar).exp()
    q = r * r * v
    return {"y": Value(HALF * (prior_logvar - logvar - eps * eps + q), abs(logvar) + abs(prior_logvar) + eps * eps + q),
            "z": Value(r * v, limits=(v * bool(r),)), "logvar": Value(-HALF)}


def reparameterize(mu: Decimal, logvar: Decimal, eps: Decimal) -> dict[str, Value]:
    """The sample and, for dz = 1, its gradients."""
    std = (logvar / 2).exp()
    return {"y": Value(mu + std * eps, abs(mu) + std * abs(eps), (std * bool(eps),)), "mu": Value(ONE),
            "logvar": Value(eps * std / 2, limits=(std * bool(eps),))}


# ---- the comparison -----------------------------------------------------------------------------------------------------

def wrong(found: np.ndarray, expected: list[Value], tolerance: float) -> list[int]:
    """Return where numbers (p,) are neither the exact ones, to so many units of rounding, nor the infinity they overflow to."""
    kind = np.finfo(found.dtype)
    eps, tiny, largest = (Decimal(float(number)) for number in (kind.eps, kind.tiny, kind.max))
    places = []
    for index, (number, value) in enumerate(zip(found.tolist(), expected, strict=True)):
        if np.isinf(number):
            too_large = max(abs(value.exact), *map(abs, value.limits), Decimal(0)) > largest * Decimal("0.99")
            good = too_large and (number > 0) == (value.exact > 0)
        else:
            allowed = Decimal(tolerance) * (eps * max(abs(value.exact), value.scale) + tiny)
            good = not np.isnan(number) and abs(Decimal(number) - value.exact) <= allowed
        if not good:
            places.append(index)
    return places
