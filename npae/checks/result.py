"""What a check found."""

from __future__ import annotations

from typing import NamedTuple


class Check(NamedTuple):
    """One claim about one subject, with the measured number and the limit it is held against."""

    kind: str           # gradients, oracles, invariances, determinism, behaviour
    subject: str        # the pair or model
    claim: str          # what was checked, in words
    measured: float
    limit: float
    at_least: bool = False      # the limit is a lower one

    @property
    def passed(self) -> bool:
        """Whether the measured number is on the right side of the limit (nan never is)."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        verdict = "ok  " if self.passed else "FAIL"
        return f"{verdict}  {self.subject:<34} {self.claim:<58} {self.measured:>9.3g} {sign} {self.limit:.3g}"
