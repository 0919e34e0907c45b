"""`npae derive`: list the derivations, or print one with the residual of every step."""

from __future__ import annotations

import argparse
import difflib

from ..derivations import DERIVATIONS
from ..derivations.render import text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae derive`."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="which derivation; without it, all are listed")


def run(args: argparse.Namespace) -> int:
    """Print, and return 0 when every step that was evaluated holds, 1 otherwise."""
    if args.name is None:
        width = max(map(len, DERIVATIONS))
        for name, derivation in DERIVATIONS.items():
            print(f"{name:{width}}  {len(derivation.steps):3} steps  {derivation.title}")
        return 0
    if args.name not in DERIVATIONS:
        close = difflib.get_close_matches(args.name, DERIVATIONS)
        raise ValueError(f"there is no derivation {args.name!r}" + (f"; did you mean {', '.join(close)}?" if close else
                                                                   f", expected one of {', '.join(DERIVATIONS)}"))
    print(text(DERIVATIONS[args.name]))
    return 0 if DERIVATIONS[args.name].holds else 1
