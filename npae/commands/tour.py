"""`npae tour`: every model, trained on the embedded digits and shown on one page. What is shown is in `npae.tour`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TextIO

from ..files import atomic_write

DEFAULT_OUT = "npae-tour"
PAGE = "index.html"
THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae tour`."""
    parser.add_argument("--out", default=DEFAULT_OUT, metavar="DIR", help="folder for the page (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="a fifth of the epochs: seconds, and poorer models")


def run(args: argparse.Namespace) -> int:
    """Return 0, or 1 when a gradient check failed, or 2 when the page cannot be written where it was asked for."""
    _ask_for_one_thread()
    try:
        _, passed = _visit(Path(args.out), args.quick, sys.stdout)
    except PageNotWritable as error:
        print(f"npae tour: {error}", file=sys.stderr)
        return 2
    return 0 if passed else 1


def tour(out: Path, quick: bool = False, stream: TextIO | None = None) -> Path:
    """Train the exhibits, print a table to stream (standard output) and return the page written to the folder out.

    quick: a fifth of the epochs. Raises PageNotWritable, an OSError, before any training when out cannot hold the page.
    """
    return _visit(Path(out), quick, sys.stdout if stream is None else stream)[0]


def _ask_for_one_thread() -> None:
    """Keep BLAS to one thread, unless the user has chosen a number or NumPy is already loaded.

    For matrices as small as these one thread is as fast as two, and on a busy machine ten times faster: threads of one
    product wait for each other. Also the last bits of a sum, hence the page, do not depend on the number of cores then.
    """
    if "numpy" not in sys.modules and not any(name in os.environ for name in THREADS):
        os.environ.update(dict.fromkeys(THREADS, "1"))


class PageNotWritable(OSError):
    """The folder cannot be made or written to; the message says why."""


def _visit(out: Path, quick: bool, stream: TextIO) -> tuple[Path, bool]:
    """Do the tour; return the page and whether every gradient check passed."""
    path = _prepare(out)
    # Not before the folder is known to be good, and not while the command line only builds its parser.
    from ..datasets import load_digits
    from ..tour.exhibits import EXHIBITS
    from ..tour.page import render
    from ..tour.table import text_table
    from ..tour.training import SEED, train_all

    data = load_digits()
    print(f"npae tour: {len(data.X_train):,} digits to learn from, {len(data.X_test)} held out, seed {SEED}",
          file=stream)
    results = train_all(EXHIBITS, data, quick, stream)
    print(f"\n{text_table(results)}\n", file=stream)
    page = render(results, data, quick)
    try:
        with atomic_write(path, "w") as file:
            file.write(page)
    except OSError as error:
        raise PageNotWritable(str(error)) from error
    print(f"written to {path}", file=stream, flush=True)
    return path, all(result.report.passed for result in results)


def _prepare(out: Path) -> Path:
    """Make the folder and return the path of the page, or raise PageNotWritable."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass                                # the folder takes new files
    except (FileExistsError, NotADirectoryError) as error:
        raise PageNotWritable(f"--out {out}: a file is in the way of this folder; name another one") from error
    except OSError as error:
        raise PageNotWritable(f"--out {out}: cannot write there ({error.strerror}); name another folder") from error
    if (out / PAGE).is_dir():
        raise PageNotWritable(f"--out {out}: {PAGE} in it is a folder; name another one")
    return out / PAGE
