"""What npae survives: `python -m tests.robustness`. Prints the figures that stand in the README."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from .kills import killed_and_resumed


def main() -> None:
    """Run everything and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.robustness", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="how often the trainer is killed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = killed_and_resumed(Path(folder), arguments.kills)
    print(f"killed with SIGKILL {found.kills} times, {found.in_training} of them after it had written a checkpoint: "
          f"{'the same bits' if found.same_bits else 'OTHER BITS'} as a run that was never killed")
    print(f"temporary files that the killed writers left: {len(found.left_over)}")


if __name__ == "__main__":
    main()
