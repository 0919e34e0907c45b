"""A run that is killed at random moments, with SIGKILL, and resumed each time, must end with the bits of one that never was.

The trainer is a process of its own: `python -m tests.robustness.kills FOLDER EPOCHS` trains, resuming where FOLDER has a
checkpoint, and writes the finished model beside it. Nothing in it can react to SIGKILL: what is on the disk is all that is left.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from npae import Checkpoint, VariationalAutoencoder, load, load_digits

ROOT = Path(__file__).resolve().parents[2]
EPOCHS_PER_KILL = 150       # more than a trainer gets done before it is killed


class Outcome(NamedTuple):
    """How often the trainer was killed, how often while it trained, and whether the bits are those of a whole run."""

    kills: int
    in_training: int
    same_bits: bool
    left_over: list[str]


def train(folder: Path | None, epochs: int) -> VariationalAutoencoder:
    """Train for so many epochs; with a folder, resume from its checkpoint and save the finished model there."""
    digits = load_digits()
    model = VariationalAutoencoder(hidden_dims=(48,), latent_dim=4, sigma2="shared", beta_warmup=20, epochs=epochs,
                                   patience=epochs, learning_rate=2e-3, schedule="cosine", random_state=7)
    if folder is None:
        return model.fit(digits.X_train, X_val=digits.X_test)
    model.fit(digits.X_train, X_val=digits.X_test, checkpoint=Checkpoint(folder, epochs=5), resume=True)
    model.save(folder / "model.npz")
    return model


def killed_and_resumed(folder: Path, kills: int, seed: int = 0) -> Outcome:
    """Kill the trainer so many times, each time a random while after its start, then let it finish."""
    rng, done, in_training, epochs = np.random.default_rng(seed), 0, 0, EPOCHS_PER_KILL * kills
    command = [sys.executable, "-m", "tests.robustness.kills", os.fspath(folder), str(epochs)]
    while done < kills and not (folder / "model.npz").exists():
        process = subprocess.Popen(command, cwd=ROOT)
        before = _stamp(folder)
        time.sleep(float(rng.uniform(0.05, 0.8)))
        process.kill()
        process.wait()
        done += 1
        in_training += _stamp(folder) != before
    subprocess.run(command, cwd=ROOT, check=True)
    whole, again = train(None, epochs), load(folder / "model.npz")
    curves = [{name: values for name, values in model.history_.items() if name != "seconds"} for model in (whole, again)]
    same = bool(np.array_equal(whole.theta, again.theta)) and curves[0] == curves[1] and whole.metrics_ == again.metrics_
    return Outcome(done, in_training, same, sorted(set(os.listdir(folder)) - {"model.npz", "checkpoint.npz"}))


def _stamp(folder: Path) -> int:
    path = folder / "checkpoint.npz"
    return path.stat().st_mtime_ns if path.exists() else 0


if __name__ == "__main__":
    train(Path(sys.argv[1]), int(sys.argv[2]))
