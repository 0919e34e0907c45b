r"""Learning-rate schedules: the factor on the learning rate in a given epoch.

Key: e the epoch, counted from 0; E the number of epochs planned. Beyond the plan (`partial_fit`) the last factor stays.

    constant    factor = 1                                           (1)
    cosine      factor = (1 + cos(pi e / E)) / 2                     (2)   from 1 smoothly to almost 0
    step        factor = 0.1 ** ((e >= E/2) + (e >= 3E/4))           (3)   1, then 0.1, then 0.01
    warmup      factor = min(1, (e + 1) / ceil(E/10))                (4)   rises over the first tenth, then 1

Why lower it: near a minimum the noise of minibatches holds theta at a distance that grows with the learning rate; (2)
and (3) let it settle. Why raise it first: the earliest gradients are the largest and say the least. Any function of
(epoch, epochs) will do.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, cos, pi

from ..validation import check_real

Schedule = Callable[[int, int], float]


def constant(epoch: int, epochs: int) -> float:
    """Return 1."""
    return 1.0                                                       # (1)


def cosine(epoch: int, epochs: int) -> float:
    """Return half a cosine wave, from 1 to almost 0."""
    e = min(epoch, epochs - 1)
    return (1 + cos(pi * e / epochs)) / 2                            # (2)


def step(epoch: int, epochs: int) -> float:
    """Return 1, 0.1 from the half, 0.01 from three quarters of the epochs."""
    e = min(epoch, epochs - 1)
    return 0.1 ** ((2 * e >= epochs) + (4 * e >= 3 * epochs))        # (3)


def warmup(epoch: int, epochs: int) -> float:
    """Return a linear rise over the first tenth of the epochs, then 1."""
    return min(1.0, (epoch + 1) / ceil(epochs / 10))                 # (4)


SCHEDULES: dict[str, Schedule] = {"constant": constant, "cosine": cosine, "step": step, "warmup": warmup}


def get_schedule(schedule: str | Schedule) -> Schedule:
    """Return the schedule of this name, or the callable, whose factors are checked."""
    if callable(schedule):
        return _checked(schedule)
    if isinstance(schedule, str) and schedule in SCHEDULES:
        return SCHEDULES[schedule]
    raise ValueError(f"schedule must be one of {', '.join(SCHEDULES)} or a function (epoch, epochs) -> factor, "
                     f"got {schedule!r}")


def _checked(schedule: Schedule) -> Schedule:
    def factor(epoch: int, epochs: int) -> float:
        value = schedule(epoch, epochs)
        check_real(value, f"schedule({epoch}, {epochs})", 0)
        return value
    return factor
