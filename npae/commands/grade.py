"""`npae grade`: a class of submissions, each marked in a process of its own. How, and against what, is in `npae.grading`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..cli import UserError
from ..exercises import EXERCISES
from ..grading import THREATS, Limits, grade, obstacle, plan
from ..grading.run import facts

EXERCISE_FACTOR = 5         # an exercise may take as long as so many calls at their limit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae grade`."""
    limits = Limits()
    parser.add_argument("submissions", nargs="?", metavar="SUBMISSIONS",
                        help="folder with a folder for each student, with files like 01_affine.py in it")
    parser.add_argument("--out", metavar="DIR", help="folder for the results")
    parser.add_argument("--exercises", nargs="+", metavar="NAME", help="only these (default: all)")
    parser.add_argument("--seed", type=int, metavar="N", help="of the random inputs (default: a new one, which is printed)")
    parser.add_argument("--jobs", type=int, metavar="N", help="students at a time (default: one for each core)")
    parser.add_argument("--time-limit", type=float, default=limits.call_seconds, metavar="S",
                        help=f"seconds for one call (default: %(default)g); an exercise may take {EXERCISE_FACTOR} times that")
    parser.add_argument("--memory", type=int, default=limits.memory_mb, metavar="MB",
                        help="address space of a submission (default: %(default)s)")
    parser.add_argument("--resume", action="store_true",
                        help="insist on the run in DIR: only what is missing or has changed is marked. An interrupted run "
                             "is resumed without this too")
    parser.add_argument("--threats", action="store_true", help="print what this protects against, and what it does not")


def run(args: argparse.Namespace) -> int:
    """Grade and say where everything is."""
    if args.threats:
        print(THREATS, end="")
        return 0
    submissions, out = _folders(args)
    names = _exercises(args.exercises)
    limits = Limits(args.time_limit, EXERCISE_FACTOR * args.time_limit, args.memory)
    jobs = _jobs(args.jobs)
    if args.seed is not None and args.seed < 0:
        raise UserError(f"--seed must be 0 or more, got {args.seed}")
    reason = obstacle()
    if reason:
        raise UserError(reason)
    this = plan(out, names, limits, args.seed, args.resume)
    print(f"npae grade: {len(names)} exercises, {jobs} students at a time, seed {this.seed}", flush=True)
    outcome = grade(submissions, out, this, jobs)
    earlier = f", {outcome.kept} kept from earlier" if outcome.kept else ""
    print(f"{outcome.marked} marked in {outcome.seconds:.0f} s{earlier}")
    for fact in facts(outcome)[2:]:
        print(fact)
    print(f"written to {out}: grades.csv, class_report.md, class_report.png, and .md and .json for each student")
    return 0


def _folders(args: argparse.Namespace) -> tuple[Path, Path]:
    if args.submissions is None or args.out is None:
        raise UserError("two folders are needed: npae grade SUBMISSIONS --out DIR")
    submissions, out = Path(args.submissions), Path(args.out)
    if not submissions.is_dir():
        raise UserError(f"{submissions} is not a folder")
    if submissions.resolve() in (out.resolve(), *out.resolve().parents):
        raise UserError(f"--out {out} lies inside {submissions}, where it would be taken for a student; name another folder")
    if out.exists() and not out.is_dir():
        raise UserError(f"--out {out} is not a folder")
    return submissions, out


def _exercises(wanted: list[str] | None) -> list[str]:
    unknown = [name for name in wanted or () if name not in EXERCISES]
    if unknown:
        raise UserError(f"unknown exercise {unknown[0]!r}, expected some of {', '.join(EXERCISES)}")
    return [name for name in EXERCISES if wanted is None or name in wanted]


def _jobs(wanted: int | None) -> int:
    if wanted is not None and wanted < 1:
        raise UserError(f"--jobs must be 1 or more, got {wanted}")
    return wanted or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
