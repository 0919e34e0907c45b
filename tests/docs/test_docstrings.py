"""What a docstring shows as code runs: `>>>` examples with their results, and the forms of use that modules begin with.

A form of use is an indented line that calls or looks up something of the module itself, `find("000-41").holds   what it is`.
"""

import ast
import doctest
import importlib
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import npae
from npae import layers
from tests.docs.markdown import ROOT

SOURCES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path.read_text(encoding="utf-8")
           for path in sorted(Path(npae.__file__).parent.rglob("*.py"))}
WITH_EXAMPLES = [name for name, source in SOURCES.items() if ">>> " in source]


@cache
def docstrings(source):
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(source)) if isinstance(node, documented)]


def forms_of_use(source):
    """Return the indented lines that are Python, up to what is said about them, with the name that each begins with."""
    found = []
    for line in "\n".join(docstrings(source)).splitlines():
        code = re.split(r"\s{3,}", line.strip())[0]
        equation = re.search(r"\(\d+\w*\)$", line)       # evaluated by tests/test_equations.py
        if not line.startswith("    ") or equation or not re.match(r"(\w+ = )?[A-Za-z]\w*[(\[]", code):
            continue
        try:
            value = ast.parse(code).body[0].value
        except SyntaxError:
            continue
        if not any(isinstance(node, ast.Constant) and node.value is ... for call in ast.walk(value)
                   if isinstance(call, ast.Call) for node in call.args):
            found.append((code, re.match(r"(?:\w+ = )?(\w+)", code).group(1)))
    return found


def defines(source, name):
    """Whether a module defines a name, imports it from its own room, or exports it."""
    tree = ast.parse(source)
    return any(getattr(node, "name", None) == name for node in tree.body) or any(
        alias.name == name for node in tree.body if isinstance(node, ast.ImportFrom) and node.level for alias in node.names)


USES = [(module, code) for module, source in SOURCES.items() for code, name in forms_of_use(source) if defines(source, name)]
NAMES = {       # what the forms of use speak of besides names of their own module
    "npae.course": lambda: {"affine": layers.affine, "affine_backward": layers.affine_backward, "value": 0.5,
                            "figure": npae.plots.image_grid(np.eye(9), image_shape=(3, 3))},
    "npae.gradcheck": lambda: {
        "affine": layers.affine, "affine_backward": layers.affine_backward, "x": np.eye(3), "W": np.ones((3, 2)), "b": np.ones(2),
        "model": npae.Autoencoder(latent_dim=2, hidden_dims=(), activation="tanh").initialize(3), "X": np.eye(3)},
}


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_give_what_they_show(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module)
    assert result.attempted and not result.failed


def test_there_are_examples_where_a_newcomer_looks():
    assert {"npae.gradcheck.checker", "npae.parameters", "npae.corruption", "npae.plots"} <= set(WITH_EXAMPLES)


@pytest.mark.parametrize("module, code", USES)
def test_forms_of_use_run(module, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exercises = importlib.import_module("npae.exercises").EXERCISES
    (tmp_path / "01_affine.py").write_text(exercises["affine"].solution_text(), encoding="utf-8")
    known = {**vars(importlib.import_module(module)), **NAMES.get(module, dict)()}
    exec(compile(code, module, "exec"), known)


def test_forms_of_use_are_found():
    assert len(USES) >= 10 and {"npae.sources", "npae.exercises", "npae.gradcheck"} <= {module for module, _ in USES}
    text = 'Title.\n\nPlain.\n    find("a").b    what it is\n    y = f(x, ...)    a form\n    L = sum x\n    y = f(x)    (1)'
    assert forms_of_use(f"'''{text}'''") == [('find("a").b', "find")]


def test_there_are_no_fenced_blocks_in_docstrings():
    """Docstrings are plain text; a block between fences would be neither run nor evaluated."""
    fenced = {name: source for name, source in SOURCES.items() if "```" in source}
    assert [name for name, source in fenced.items() if any("```" in text for text in docstrings(source))] == []
