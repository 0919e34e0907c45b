"""The small form of the killing: `python -m tests.robustness` does it fifty times."""

import pytest

from .kills import killed_and_resumed


@pytest.mark.dev
def test_a_killed_trainer_ends_with_the_same_bits(tmp_path):
    found = killed_and_resumed(tmp_path, kills=4, seed=1)
    assert found.kills == 4 and found.in_training and found.same_bits
