"""`npae export nbgrader|gradescope DIR`: the exercises for other people's grading systems."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

from ..exercises import EXERCISES
from ..exports import gradescope, nbgrader
from ..exports.folder import write_folder
from .exercise import find


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae export`."""
    parser.add_argument("format", choices=["nbgrader", "gradescope"],
                        help="nbgrader: a course directory of notebooks; gradescope: an autograder")
    parser.add_argument("folder", metavar="DIR", help="where to write it: a new folder, or an empty one")
    parser.add_argument("--exercises", nargs="+", metavar="NAME", help="names or numbers of exercises (default: all)")
    parser.add_argument("--seed", type=int, metavar="N",
                        help="nbgrader: of the hidden tests, from 1 (default: a fresh one, the same in every notebook)")


def run(args: argparse.Namespace) -> int:
    """Write the folder and say what to do with it."""
    chosen = {find(name).name for name in args.exercises or EXERCISES}
    exercises = [exercise for exercise in EXERCISES.values() if exercise.name in chosen]
    folder = Path(args.folder)
    if args.format == "nbgrader":
        write_folder(folder, nbgrader.course_files(exercises, _seed(args.seed)))
        steps = nbgrader.next_steps(exercises)
    else:
        if args.seed is not None:
            raise ValueError("--seed is for nbgrader: Gradescope draws a fresh one for each submission")
        write_folder(folder, gradescope.autograder_files(exercises), gradescope.EXECUTABLE)
        steps = gradescope.next_steps(exercises)
    marks = sum(exercise.out_of for exercise in exercises)
    print(f"{folder}: {len(exercises)} exercise{'s' * (len(exercises) != 1)}, {marks} marks, for {args.format}")
    print("\n".join(steps))
    return 0


def _seed(given: int | None) -> int:
    if given is not None and given < 1:
        raise ValueError(f"--seed must be at least 1 (0 is that of the tests that students see), got {given}")
    return given or 1 + secrets.randbelow(10 ** 9)
