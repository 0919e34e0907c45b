r"""The noised circle: the one curve whose density is known in closed form, here by the trapezoidal rule.

Key: x uniform on the circle of this radius, x~ = x + N(0, sd^2 I), t the angle between them, c = |x~| radius / sd^2.

    p(x~)  =  1/(2 pi sd^2) exp(-(|x~|^2 + radius^2) / (2 sd^2))  1/(2 pi) integral of exp(c cos t) dt            (1)

The mean of exp(c cos t) over the circle is the Bessel function I_0(c). Equally spaced points are the trapezoidal rule,
which for a smooth periodic integrand converges faster than any power: N points leave the relative error
    2 I_N(c) / I_0(c),  about  2 exp(-N^2 / (2 c))                                                                (2)
With a spacing of sd/5, N = 10 pi radius / sd, that is exp(-493 radius / |x~|): below rounding up to |x~| = 10 radius.
So the circle is a mixture of N points, and everything that is known of mixtures is known of it.
"""

from __future__ import annotations

import numpy as np

from ..validation import check_real
from .noised_density import NoisedDensity


def noised_circle(sd: float, radius: float = 1.0) -> NoisedDensity:
    """Return the density of the noised circle around the origin; accurate up to ten times the radius."""
    check_real(sd, "sd", 0, 1e100, open_low=True)
    check_real(radius, "radius", 0, 1e100, open_low=True)
    if radius / sd > 1e6:
        raise ValueError(f"sd={sd:g} is too small for radius={radius:g}: at least a millionth of it, a circle of so many points")
    n_points = max(64, int(np.ceil(10 * np.pi * radius / sd)))                              # (2)
    angle = 2 * np.pi * np.arange(n_points) / n_points
    return NoisedDensity(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), sd)
