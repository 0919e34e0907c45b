"""Read the numbered equations of a module's docstring, evaluate them, and hold the module's functions against them.

An equation is a docstring line `name = expression   (n)`; the code lines that implement it end in `# (n)`. The
expression is NumPy, evaluated on random inputs in the order of the numbers.
"""

from __future__ import annotations

import ast
import inspect
import re
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

EQUATION = re.compile(r"^\s*(\w+) = (.+?)\s{2,}\((\d+)\)\s*$", re.MULTILINE)
NUMBER = re.compile(r"#.*?\((\d+)\)\s*$")


class Equation(NamedTuple):
    number: int
    name: str
    expression: str


def equations_of(docstring: str) -> list[Equation]:
    found = [Equation(int(number), name, expression) for name, expression, number in EQUATION.findall(docstring)]
    return sorted(found)


def numbered_lines(source: str) -> dict[int, list[int]]:
    """Line number -> equation numbers for the code lines that end in a comment `# (n)`."""
    lines = {}
    for line, text in enumerate(source.splitlines(), start=1):
        match = NUMBER.search(text)
        if match:
            lines[line] = [int(match.group(1))]
    return lines


def evaluate(equations: list[Equation], inputs: dict[str, Any], module: ModuleType) -> dict[int, Any]:
    """Value of each equation, by number; earlier left-hand sides are known to later ones."""
    names = {"np": np, **vars(module), **inputs}
    values = {}
    with np.errstate(all="ignore"):     # a flipped sign may ask for the logarithm of a negative number
        for number, name, expression in equations:
            names[name] = values[number] = eval(expression, names)
    return values


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


def _returned_names(function: ast.FunctionDef) -> list[str] | None:
    value = function.body[-1].value
    if isinstance(value, ast.Tuple) and all(isinstance(item, ast.Name) for item in value.elts):
        return [item.id for item in value.elts]
    return None


def disagreements(source: str, module: ModuleType, equations: list[Equation], inputs: dict[str, Any]) -> list[str]:
    """Names of the public functions whose results are not what their numbered equations say."""
    values = evaluate(equations, inputs, module)
    names = {equation.number: equation.name for equation in equations}
    known = {**inputs, **{names[number]: value for number, value in values.items()}}
    tree, lines = ast.parse(source), numbered_lines(source)
    wrong = []
    for function in _functions(tree):
        numbers = [n for line in range(function.lineno, function.end_lineno + 1) for n in lines.get(line, [])]
        if not numbers or function.name.startswith("_"):
            continue
        call = getattr(module, function.name)
        arguments = {}
        for parameter in inspect.signature(call).parameters.values():
            source_name = "w" if parameter.name == "weight" else parameter.name
            if source_name in known:
                arguments[parameter.name] = known[source_name]
        with np.errstate(all="ignore"):
            result = call(**arguments)
        returned = _returned_names(function)
        if returned is None:
            expected, result = [values[numbers[-1]]], [result]
        else:
            expected = [values[next(n for n in numbers if names[n] == name)] for name in returned]
        for left, right in zip(expected, result, strict=True):
            if np.shape(left) != np.shape(right) or not np.allclose(left, right, rtol=1e-12, atol=1e-13):
                wrong.append(function.name)
    return wrong


def unnumbered_backward_lines(source: str) -> list[str]:
    """Lines of *_backward functions that compute a gradient and name no equation."""
    lines, text = numbered_lines(source), source.splitlines()
    missing = []
    for function in _functions(ast.parse(source)):
        if not function.name.endswith("_backward"):
            continue
        for node in function.body:
            computes = (isinstance(node, ast.Return) and not isinstance(node.value, (ast.Name, ast.Tuple))
                        or isinstance(node, (ast.Assign, ast.AugAssign)) and not _is_weight_default(node))
            if computes and node.end_lineno not in lines:
                missing.append(text[node.lineno - 1].strip())
    return missing


def _is_weight_default(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "w"


def with_negated_line(source: str, module: ModuleType, line: int) -> ModuleType | None:
    """The module again, with the value on one numbered line negated; None when that line holds no such statement."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Return, ast.Assign)) and node.end_lineno == line:
            value = node.value
            if isinstance(value, ast.IfExp):        # dx = ... if need_dx else None
                value.body = ast.UnaryOp(ast.USub(), value.body)
            else:
                node.value = ast.UnaryOp(ast.USub(), value)
            mutant = ModuleType(module.__name__)
            mutant.__package__ = module.__package__
            exec(compile(ast.fix_missing_locations(tree), module.__file__, "exec"), vars(mutant))
            return mutant
    return None
