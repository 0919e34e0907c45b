"""The small form of the killing: `python -m tests.robustness` does it fifty times."""

import re
from pathlib import Path

import pytest

from .kills import killed_and_resumed


@pytest.mark.dev
def test_a_killed_trainer_ends_with_the_same_bits(tmp_path):
    found = killed_and_resumed(tmp_path, kills=4, seed=1)
    assert found.kills == 4 and found.in_training and found.same_bits


def test_the_readme_has_the_table_that_the_command_prints():
    root = Path(__file__).parents[2]
    command = (root / "tests" / "robustness" / "__main__.py").read_text(encoding="utf-8")
    [table] = re.findall(r"^\| tried \|.*?\n\n", (root / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    tried = [line.split("|")[1].strip() for line in table.splitlines()[2:-1]]
    assert tried == re.findall(r'return Row\("([^"]+)"', command) and "FAIL" not in table
