"""Who wins: a result beside its obvious baseline, so that it is seen when an autoencoder loses.

The application demonstrations return their numbers, and make verdicts of them with a function `verdicts(numbers)`; `npae demo
all` prints all of them as one table, and the README shows that table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Verdict(NamedTuple):
    """One comparison on data that neither trained nor chose anything."""

    task: str           # "anomaly detection"
    measure: str        # "AUC, mean over ten digits"
    ours: str           # which model: "deep autoencoder, 16 units"
    value: float        # its result, mean over the seeds
    spread: float       # standard deviation over the seeds
    baseline: str       # "PCA, 16 components"
    baseline_value: float
    high_wins: bool = True

    @property
    def outcome(self) -> str:
        """Return "wins", "loses", or "level" where the difference is within the spread over the seeds."""
        difference = (self.value - self.baseline_value) * (1 if self.high_wins else -1)
        return "level" if abs(difference) <= self.spread else "wins" if difference > 0 else "loses"


def verdict_table(verdicts: Sequence[Verdict]) -> str:
    """Return the verdicts as a Markdown table."""
    lines = ["| task | measured | autoencoder | | baseline | | outcome |", "|---|---|---|---|---|---|---|"]
    for verdict in verdicts:
        lines.append(f"| {verdict.task} | {verdict.measure} | {verdict.ours} | {verdict.value:.3f} ± {verdict.spread:.3f} | "
                     f"{verdict.baseline} | {verdict.baseline_value:.3f} | {verdict.outcome} |")
    return "\n".join(lines)


def summary_table(verdicts: Sequence[Verdict]) -> str:
    """Return how often each task was won, level and lost, as a Markdown table."""
    lines = ["| task | wins | level | loses |", "|---|---:|---:|---:|"]
    for task in dict.fromkeys(verdict.task for verdict in verdicts):
        outcomes = [verdict.outcome for verdict in verdicts if verdict.task == task]
        lines.append(f"| {task} | {' | '.join(str(outcomes.count(outcome)) for outcome in ('wins', 'level', 'loses'))} |")
    return "\n".join(lines)
