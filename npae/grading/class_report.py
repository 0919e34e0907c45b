"""What a whole class found difficult: marks by exercise, and a histogram of codes.

"23 of 40: G204" counts students, not findings: a student with one mistake in three tensors is one student.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..exercises import EXERCISES
from ..files import atomic_write
from ..gradcheck.codes import CODES
from .book import fenced, flags, plain_text, title
from .submission import OURS

SHOWN = 25              # bars in the figure
ABSENT = ("E001", "E006")           # not written, no file: in the table, not among the mistakes of the figure
OUR_FAULT = "the check itself failed: a person must mark this"


class Row(NamedTuple):
    """How many students have a code in an exercise."""

    students: int
    exercise: str
    code: str
    text: str


def write_class_report(folder: Path, records: Sequence[dict[str, Any]], facts: Sequence[str], figure: bool = True) -> None:
    """Write class_report.md and class_report.png. facts: lines about the run."""
    rows = count_codes(records)
    with atomic_write(folder / "class_report.md", "w") as file:
        file.write(report(records, rows, facts))
    if figure and rows:
        with atomic_write(folder / "class_report.png") as file:
            file.write(histogram(rows, len(records)))


def report(records: Sequence[dict[str, Any]], rows: Sequence[Row], facts: Sequence[str]) -> str:
    """Return the Markdown."""
    lines = ["# Class report", "", *[f"- {fact}" for fact in facts], "", "## Marks", "",
             "| exercise | all parts passed | mean marks | out of |", "|---|---|---|---|"]
    for column in zip(*[record["exercises"] for record in records]):
        mean = sum(one["marks"] for one in column) / len(column)
        passed = sum(one["passed"] for one in column)
        lines.append(f"| {title(column[0])} | {passed} of {len(column)} | {mean:.1f} | {column[0]['out_of']} |")
    lines += ["", "## What was found", ""]
    if rows:
        lines += ["How many of the students have the code in the exercise, in parts that did not pass.", "",
                  "| students | exercise | code | |", "|---|---|---|---|"]
        lines += [f"| {row.students} of {len(records)} | {row.exercise} | {row.code} | {plain_text(row.text)} |" for row in rows]
        lines += ["", "![how many students have each code](class_report.png)"]
    else:
        lines.append("Nothing: every part of every submission passed.")
    return "\n".join([*lines, *_to_look_at(records)]) + "\n"


def _to_look_at(records: Sequence[dict[str, Any]]) -> list[str]:
    found = [(record["student"], *flag) for record in records for flag in flags(record)]
    if not found:
        return []
    lines = [f"{student}, {exercise}, {part}: {one['code']} {one['message']}" for student, exercise, part, one in found]
    return ["", "## For a person to look at", "", *fenced(lines)]


def count_codes(records: Sequence[dict[str, Any]]) -> list[Row]:
    """Return the rows, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    factors: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for record in records:
        for one in record["exercises"]:
            found = [each for part in one["parts"] if not part["passed"] for each in part["findings"]]
            keys = {(title(one), each["code"]) for each in found}
            counts.update(keys)
            for each in found:
                if each["code"] == "G204":
                    factors[title(one), each["code"]][_factor(each)] += 1
    rows = []
    for (exercise, code), count in counts.items():
        usual = factors[exercise, code].most_common(1)
        text = meaning(code) if not usual else f"the wrong size, mostly by the factor {usual[0][0]}"
        rows.append(Row(count, exercise, code, text))
    return sorted(rows, key=lambda row: (-row.students, row.exercise, row.code))


def _factor(finding: dict[str, Any]) -> str:
    """Return the factor in words where its evidence has them (dW = 1/x.shape[0] x the true gradient), else its value."""
    words = re.search(r"= (\S+) x the true gradient", " ".join(finding["evidence"]))
    return words[1] if words else f"{finding['factor']:.4g}" if isinstance(finding["factor"], (int, float)) else "?"


def meaning(code: str) -> str:
    """Return what a code stands for: its title, or that of the misconception."""
    if code in CODES or code == OURS:
        return CODES.get(code, OUR_FAULT)
    known = {one.code: one.title for exercise in EXERCISES.values() for one in exercise.misconceptions}
    return known.get(code, "a known misconception")


def histogram(rows: Sequence[Row], students: int) -> bytes:
    """Return the picture, as PNG."""
    from ..plots import bar_groups, png_bytes  # slow to import: matplotlib
    mistakes = [row for row in rows if row.code not in ABSENT] or list(rows)
    bars = {f"{row.exercise}   {row.code}  {_short(row.text)}": float(row.students) for row in mistakes[:SHOWN]}
    return png_bytes(bar_groups({f"of {students} students": bars}, form=".0f"), dpi=150)


def _short(text: str, limit: int = 56) -> str:
    return text if len(text) <= limit else text[:limit - 3].rsplit(" ", 1)[0] + " ..."
