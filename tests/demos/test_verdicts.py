"""The table of wins and losses: its rule, its form, and that the README has a row for every comparison that is made."""

import importlib
from collections import defaultdict
from pathlib import Path

import pytest

from npae.demos import DEMOS
from npae.demos.verdicts import Verdict, summary_table, verdict_table

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def verdict(value, baseline, spread=0.01, high_wins=True):
    return Verdict("task", "measure", "ours", value, spread, "baseline", baseline, high_wins)


@pytest.mark.parametrize("value, baseline, high_wins, outcome", [
    (0.9, 0.8, True, "wins"), (0.8, 0.9, True, "loses"), (0.8, 0.9, False, "wins"), (0.9, 0.8, False, "loses"),
    (0.805, 0.8, True, "level"), (0.8, 0.805, False, "level")])
def test_within_the_spread_nobody_wins(value, baseline, high_wins, outcome):
    assert verdict(value, baseline, high_wins=high_wins).outcome == outcome


def test_tables():
    rows = [verdict(0.9, 0.8), verdict(0.7, 0.8), verdict(0.8, 0.8)]
    assert verdict_table(rows).splitlines()[2] == "| task | measure | ours | 0.900 ± 0.010 | baseline | 0.800 | wins |"
    assert summary_table(rows).splitlines()[-1] == "| task | 1 | 1 | 1 |"


@pytest.mark.parametrize("name", DEMOS)
def test_the_readme_has_a_row_for_every_comparison(name):
    """The numbers are those of a full run, which takes minutes; that none of the rows is missing is seen here."""
    demo = importlib.import_module(f"npae.demos.{name}")
    if not hasattr(demo, "verdicts"):
        return
    for row in demo.verdicts(defaultdict(lambda: 13.0)):        # 13: the window that segmentation's baseline chose
        start, end = f"| {row.task} | {row.measure} | {row.ours} | ", f" | {row.baseline} | "
        assert any(line.startswith(start) and end in line for line in README.splitlines()), (start, end)
