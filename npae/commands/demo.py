"""`npae demo NAME`: what a family of models does, measured and drawn."""

from __future__ import annotations

import argparse
import importlib
import time
from pathlib import Path

from ..demos import DEMOS
from ..demos.verdicts import Verdict, summary_table, verdict_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae demo`."""
    names = ", ".join(f"{name} ({text})" for name, text in DEMOS.items())
    parser.add_argument("name", choices=[*DEMOS, "all"], metavar="NAME", help=f"{names}; or all")
    parser.add_argument("--out", default="npae-demo", metavar="DIR", help="folder for the figures (default: npae-demo)")
    parser.add_argument("--quick", action="store_true", help="fewer seeds and steps: what the tests run")


def run(args: argparse.Namespace) -> int:
    """Run one demonstration, or all, say where its figures are, and print who won where models were held against baselines."""
    verdicts: list[Verdict] = []
    for name in DEMOS if args.name == "all" else [args.name]:
        began, out = time.perf_counter(), Path(args.out) / name
        out.mkdir(parents=True, exist_ok=True)
        print(f"{name}: {DEMOS[name]}\n")
        demo = importlib.import_module(f"..demos.{name}", __package__)
        numbers = demo.run(out, args.quick)
        print(f"\nfigures in {out}, {time.perf_counter() - began:.0f} s\n", flush=True)
        if hasattr(demo, "verdicts"):
            verdicts += demo.verdicts(numbers)
    if verdicts:
        print(f"{verdict_table(verdicts)}\n\n{summary_table(verdicts)}")
    return 0
