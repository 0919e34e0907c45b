"""`npae check`: the five kinds of check over everything that exists, one line each."""

from __future__ import annotations

import argparse
import time

from ..checks import KINDS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae check`."""
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"which kinds, default all: {', '.join(KINDS)}")
    parser.add_argument("--seed", type=int, default=0, help="random shapes, parameters and data come from this seed")
    parser.add_argument("--failed", action="store_true", help="print only the checks that fail")


def run(args: argparse.Namespace) -> int:
    """Run the checks and return 0 when all passed, 1 otherwise."""
    unknown = [kind for kind in args.kinds if kind not in KINDS]
    if unknown:
        raise ValueError(f"unknown kind of check {unknown[0]!r}, expected some of {', '.join(KINDS)}")
    began, count, failed = time.perf_counter(), 0, 0
    for kind in args.kinds or KINDS:
        print(f"\n{kind}")
        for check in KINDS[kind](args.seed):
            count += 1
            failed += not check.passed
            if not (args.failed and check.passed):
                print(f"  {check}", flush=True)
    print(f"\n{count} checks, {failed} failed, {time.perf_counter() - began:.1f} s")
    return 1 if failed else 0
