"""`npae equations`: the equations of the source documents, one line each, or one with its proof evaluated now."""

from __future__ import annotations

import argparse
import math

from ..sources import EQUATIONS, ERRATA, Equation, Erratum, find
from ..sources.page import errata_table, explain, explain_erratum, table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae equations`."""
    parser.add_argument("ids", nargs="*", metavar="ID",
                        help="an equation, 000-41, or an erratum, E000-21; without one, all are listed")
    parser.add_argument("--errata", action="store_true", help="list the errata instead of the equations")


def run(args: argparse.Namespace) -> int:
    """Print, and return 0 when everything that was evaluated holds, 1 otherwise."""
    items = [find(text) for text in args.ids]
    if items:
        for item in items:
            print(explain(item) if isinstance(item, Equation) else explain_erratum(item), end="\n\n")
        return 0 if all(_holds(item) for item in items) else 1
    return _list_errata() if args.errata else _list_equations()


def _list_equations() -> int:
    worst = {name: row.worst for name, row in EQUATIONS.items()}
    print("\n".join(table(worst)))
    failed = sum(value == math.inf for value in worst.values())
    print(f"\n{len(EQUATIONS)} equations; residuals are of their claims at random points, {failed} fail. "
          f"`npae equations 000-41` explains one")
    return 1 if failed else 0


def _list_errata() -> int:
    print("\n".join(errata_table()))
    print(f"\n{len(ERRATA)} errata and facts, {sum(erratum.proof is not None for erratum in ERRATA.values())} with numbers: "
          f"`npae equations E000-21` computes them")
    return 0


def _holds(item: Equation | Erratum) -> bool:
    if isinstance(item, Equation):
        return item.holds and all(_holds(ERRATA[name]) for name in item.errata)
    return item.holds
