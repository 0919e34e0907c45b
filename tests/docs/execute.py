"""Run the notebooks again and keep what they show: `python -m tests.docs.execute [NAME ...]`, all of them in five minutes.

Needs the extra `notebooks`. Of a new run the outputs are taken and nothing else, in the form in which they are committed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.docs.markdown import NOTEBOOKS


def execute(path: Path) -> None:
    """Run one notebook in an empty folder, and write its outputs into it. Raises CellExecutionError, with nothing written."""
    import nbclient
    import nbformat
    notebook, ran = (nbformat.read(path, as_version=4) for _ in range(2))
    with tempfile.TemporaryDirectory() as folder:
        nbclient.NotebookClient(ran, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    take_outputs(notebook, ran)
    nbformat.write(notebook, path)


def take_outputs(notebook: Any, ran: Any) -> None:
    """Give the cells of a notebook the outputs and counts of the same cells that ran; pieces of one stream become one."""
    for cell, other in zip(notebook.cells, ran.cells):
        if cell.cell_type != "code":
            continue
        cell.execution_count, cell.outputs = other.execution_count, []
        for output in other.outputs:
            last = cell.outputs[-1] if cell.outputs else {}
            if output.output_type == "stream" and last.get("name") == output.name:
                last["text"] += output.text
            else:
                cell.outputs.append(output)


def main(argv: list[str] | None = None) -> None:
    """Run those that are named, or all."""
    names = {Path(name).stem: path for name, path in NOTEBOOKS.items()}
    parser = argparse.ArgumentParser(prog="python -m tests.docs.execute", description="Run notebooks and keep their outputs.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)} (default: all)")
    for name in parser.parse_args(argv).names or names:
        if name not in names:
            parser.error(f"no notebook {name!r}, expected some of {', '.join(names)}")
        began = time.perf_counter()
        execute(names[name])
        print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
