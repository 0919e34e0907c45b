"""The course: notebooks are committed executed and small, and come out the same when they run again."""

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
KEY = re.compile(r"^key figure \| (.+) \| (\S+) \| (\S+)$", re.MULTILINE)
LARGEST = 1_000_000
by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def printed(notebook):
    """Return what the cells of a notebook printed."""
    return "\n".join("".join(output.get("text", "")) for cell in notebook["cells"] for output in cell.get("outputs", []))


def key_figures(notebook):
    return {name: (float(value), float(allowed)) for name, value, allowed in KEY.findall(printed(notebook))}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@by_name
def test_it_is_executed_small_and_without_errors(path):
    notebook, text = read(path), path.read_text(encoding="utf-8")
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert path.stat().st_size < LARGEST and notebook["nbformat"] == 4
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not any(output["output_type"] == "error" or output.get("name") == "stderr" for output in outputs)
    assert len(key_figures(notebook)) >= 3 and not re.search(r"/(home|root|tmp|work)/", text)


@by_name
def test_it_links_to_what_exists(path):
    words = "\n".join("".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "markdown")
    for target in re.findall(r"\]\(([^)#:\s]+)\)", words):
        assert (FOLDER / target).exists(), target


@pytest.mark.dev
@by_name
def test_it_runs_from_scratch_and_its_key_figures_come_out(path, tmp_path):
    import nbclient
    import nbformat
    stored = read(path)
    notebook = nbformat.read(path, as_version=4)
    folder = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources=folder).execute()
    again = key_figures(notebook)
    assert again.keys() == key_figures(stored).keys()
    for name, (value, allowed) in key_figures(stored).items():
        assert abs(again[name][0] - value) <= allowed, (name, value, again[name][0])
