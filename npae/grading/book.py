"""What is written for each student, and the table of all marks.

STUDENT.json    the record, complete
STUDENT.md      the feedback: marks by exercise and part, findings in full
grades.csv      one row for each student

Text that a student may have chosen (names, the texts of exceptions) stands inside code blocks, whose fences are longer
than any inside, or is written so that no spreadsheet takes it for a formula.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..exercises import EXERCISES
from ..files import atomic_write
from ..gradcheck import Finding

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
ESCAPED = re.compile(r"([\\`*_{}\[\]<>#|])")


def write_student(folder: Path, stem: str, record: dict[str, Any]) -> None:
    """Write STUDENT.json and STUDENT.md. The JSON comes last: where it exists, the student is done."""
    with atomic_write(folder / f"{stem}.md", "w") as file:
        file.write(feedback(record))
    with atomic_write(folder / f"{stem}.json", "w") as file:
        json.dump(record, file, indent=1)


def feedback(record: dict[str, Any]) -> str:
    """Return the Markdown for one student."""
    lines = [f"# {plain_text(record['student'])}: {record['marks']} of {record['out_of']} marks", "",
             "| exercise | marks | |", "|---|---|---|"]
    lines += [f"| {title(one)} | {one['marks']} of {one['out_of']} | {'' if one['passed'] else remark(one)} |"
              for one in record["exercises"]]
    for one in record["exercises"]:
        if any(_is_news(part) for part in one["parts"]):
            lines += ["", f"## {title(one)}: {one['marks']} of {one['out_of']}", *_parts(one)]
    lines += ["", "`npae explain CODE` says more about a code, `npae exercise check NAME` runs the same checks at home."]
    return "\n".join(lines) + "\n"


def _parts(exercise: dict[str, Any]) -> Iterator[str]:
    """Say in a line what passed and what is not written, then what was found in each other part; equal findings once."""
    passed = [part["name"] for part in exercise["parts"] if not _is_news(part)]
    empty = [part["name"] for part in exercise["parts"] if _is_unwritten(part)]
    for state, names in (("Passed", passed), ("Not written yet (E001)", empty)):
        if names:
            yield from ("", f"{state}: {', '.join(names)}.")
    groups: dict[str, list[dict[str, Any]]] = {}
    for part in exercise["parts"]:
        if _is_news(part) and not _is_unwritten(part):
            groups.setdefault(json.dumps([part["passed"], part["findings"]]), []).append(part)
    for parts in groups.values():
        marks, out_of = sum(part["marks"] for part in parts), sum(part["out_of"] for part in parts)
        state = "passed, with a remark" if parts[0]["passed"] else "not passed"
        yield from ("", f"**{', '.join(part['name'] for part in parts)}**: {state}, {marks} of {out_of}", "")
        yield from fenced([line for found in parts[0]["findings"] for line in finding(found).lines()])


def _is_news(part: dict[str, Any]) -> bool:
    """Whether there is more to say about a part than that it passed; a corner (K) that was accepted is none."""
    return any(found["code"][0] != "K" for found in part["findings"])


def _is_unwritten(part: dict[str, Any]) -> bool:
    return [found["code"] for found in part["findings"]] == ["E001"]


def fenced(lines: Sequence[str]) -> list[str]:
    """Return the lines in a code block that nothing in them can end."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *lines, fence]


def finding(plain: dict[str, Any]) -> Finding:
    """Return a finding from its plain form."""
    known = {field.name for field in fields(Finding)}
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                              for name, value in plain.items() if name in known}
    return Finding(**values)


def title(exercise: dict[str, Any]) -> str:
    """Return "01 affine"."""
    return f"{exercise['number']:02d} {exercise['exercise']}"


def remark(exercise: dict[str, Any]) -> str:
    """Return the codes that cost marks."""
    return ", ".join(sorted({one["code"] for part in exercise["parts"] if not part["passed"] for one in part["findings"]}))


def flags(record: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (exercise, part, finding) of everything that a person should look at: E008 and E000."""
    return [(title(one), part["name"], found) for one in record["exercises"] for part in one["parts"]
            for found in part["findings"] if found["code"] in ("E000", "E008")]


def plain_text(text: str) -> str:
    """Return text without meaning for Markdown."""
    return ESCAPED.sub(r"\\\1", text)


def cell(text: str) -> str:
    """Return text that a spreadsheet takes for text: a formula gets an apostrophe in front."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) or text.startswith(FORMULA) else text


def write_grades(path: Path, records: Sequence[dict[str, Any]], exercises: Sequence[str]) -> None:
    """Write the table of marks."""
    with atomic_write(path, "w") as file:
        table = csv.writer(file, lineterminator="\n")
        columns = [f"{EXERCISES[name].number:02d}_{name}" for name in exercises]
        table.writerow(["student", "marks", "out_of", *columns, "flags", "codes"])
        for record in records:
            codes = sorted({found["code"] for one in record["exercises"] for part in one["parts"]
                            if not part["passed"] for found in part["findings"]})
            table.writerow([cell(record["student"]), record["marks"], record["out_of"],
                            *[one["marks"] for one in record["exercises"]], len(flags(record)), " ".join(codes)])
