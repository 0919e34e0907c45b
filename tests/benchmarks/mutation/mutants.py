"""Mechanical mutants: one small change in the syntax tree of a function, compiled, never written to a file.

A mutant is put in place by exchanging the code object of the function itself, so that every reference to it (tables of
activations, names imported by other modules, methods) sees the mutant while `Mutant.active()` lasts, and none afterwards.
"""

import __future__

import ast
import functools
import inspect
import textwrap
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType

OPERATORS = {ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div, ast.Add], ast.Div: [ast.Mult],
             ast.BitAnd: [ast.BitOr], ast.BitOr: [ast.BitAnd]}
COMPARISONS = {ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.Lt], ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.Gt],
               ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is], ast.In: [ast.NotIn],
               ast.NotIn: [ast.In]}
FUNCTIONS = {"sum": ["mean", "max"], "mean": ["sum", "max"], "zeros_like": ["ones_like"], "ones_like": ["zeros_like"],
             "exp": ["expm1", "log1p", "square"], "expm1": ["exp"], "log": ["log1p"], "tril": ["triu"],
             "minimum": ["maximum"], "maximum": ["minimum"], "max": ["min"]}
INTEGERS = {0: [1], 1: [2, 0], 2: [1, 3], 3: [2]}
FLOATS = {0.5: [1.0, 0.25], 1.0: [2.0, 0.5], 2.0: [1.0], 0.0: [1.0]}
BATCH_AXES = {"sum", "mean", "max"}
VALUES = {"terms", "value", "P", "floor"}           # names that stand for the loss: a suspect supplies gradients only
VALUE_FUNCTIONS = {"_value", "contraction", "bernoulli_kl", "sampled_kl", "kl"}


@dataclass(eq=False)
class Mutant:
    """`function` with other code; line is that of its file."""

    module: str
    name: str
    line: int
    change: str
    function: FunctionType
    source: str

    @functools.cached_property
    def code(self) -> CodeType:
        """The code object that stands in for the function's own."""
        return compiled(ast.parse(self.source).body[0], self.function)

    @contextmanager
    def active(self):
        """Put the mutant in the place of the function."""
        original = self.function.__code__
        self.function.__code__ = self.code
        try:
            yield
        finally:
            self.function.__code__ = original

    def __str__(self):
        return f"{self.module}.{self.name}:{self.line}  {self.change}"

    def __deepcopy__(self, memo):
        return self


def mutants_of(function, name):
    """Return all mutants of a plain function or method; name is its qualified name."""
    source, first = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(source))).body[0]
    tree.decorator_list = []
    seen, found = {ast.unparse(tree)}, []
    for path, node in _nodes(tree, ()):
        for new, change in _replacements(node):
            text = _with(tree, path, new)
            if text not in seen:
                seen.add(text)
                found.append(Mutant(function.__module__, name, first + node.lineno - 1, change, function, text))
    return found


def edited(function, name, old, new):
    """Return the mutant in which a piece of source text, which must occur once, reads differently."""
    source, first = inspect.getsourcelines(function)
    text = textwrap.dedent("".join(source))
    if text.count(old) != 1:
        raise ValueError(f"{name} holds {text.count(old)} times {old!r}")
    line = first + text[:text.index(old)].count("\n")
    return Mutant(function.__module__, name, line, f"{old} -> {new}", function, text.replace(old, new))


def compiled(tree, function):
    """Return the code object of a function definition that can stand in for the function's own."""
    tree.decorator_list = []
    body = [tree]
    if "__class__" in function.__code__.co_freevars:        # super(): only a class body has that cell
        body = [ast.ClassDef(name="_", bases=[], keywords=[], body=[tree], decorator_list=[], type_params=[])]
    tree = ast.fix_missing_locations(ast.Module(body=body, type_ignores=[]))
    flags = function.__code__.co_flags & __future__.annotations.compiler_flag
    code = compile(tree, function.__code__.co_filename, "exec", flags=flags, dont_inherit=True)
    return _find(code, function.__name__)


def _find(code, name):
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found = constant if constant.co_name == name else _find(constant, name)
            if found is not None:
                return found
    return None


# ---- places --------------------------------------------------------------------------------------------------------

def _nodes(node, path):
    """Yield (path, node) for everything that computes gradients: no annotations, texts, or values of the loss itself."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "args") and isinstance(node, (ast.FunctionDef, ast.arg, ast.AnnAssign)):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST) or _is_of_no_interest(child) or _is_value_in_front(node, field, index):
                continue
            here = (*path, (field, index))
            if hasattr(child, "lineno"):
                yield here, child
            yield from _nodes(child, here)


def _is_of_no_interest(node):
    """Return whether a statement is a text, a message, or computes the value of the loss and nothing else."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return True
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    if isinstance(target, ast.Name):
        return target.id in VALUES
    return isinstance(target, ast.Subscript) and getattr(target.value, "id", "") in VALUES


def _is_value_in_front(node, field, index):
    """Return whether node is `return value, gradients` or `value, dV = ...` and the child its first element."""
    if field != "elts" or index != 0 or not isinstance(node, ast.Tuple):
        return False
    named = {inner.id for inner in ast.walk(node.elts[0]) if isinstance(inner, ast.Name)}
    called = {inner.attr for inner in ast.walk(node.elts[0]) if isinstance(inner, ast.Attribute)}
    return bool(named & {*VALUES, *VALUE_FUNCTIONS} or called & VALUE_FUNCTIONS or "V ** 2" in ast.unparse(node.elts[0]))


def _with(tree, path, new):
    """Return the source of the function with another node at a place; the tree is as before afterwards."""
    node = tree
    for field, index in path[:-1]:
        node = getattr(node, field) if index is None else getattr(node, field)[index]
    field, index = path[-1]
    old = getattr(node, field) if index is None else getattr(node, field)[index]
    _put(node, field, index, new)
    text = ast.unparse(tree)
    _put(node, field, index, old)
    return text


def _put(node, field, index, value):
    if index is None:
        setattr(node, field, value)
    else:
        getattr(node, field)[index] = value


# ---- changes -------------------------------------------------------------------------------------------------------

def _replacements(node):
    """Yield (new node, description) for one node."""
    for new in _new_nodes(node):
        if not hasattr(new, "lineno"):      # a part of the old node keeps its place
            ast.copy_location(new, node)
        yield new, f"{_short(node)}  ->  {_short(new)}"


def _short(node):
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else text[:87] + "..."


def _new_nodes(node):
    kinds = {ast.BinOp: _binary, ast.UnaryOp: _unary, ast.Attribute: _attribute, ast.Call: _call, ast.Compare: _compare,
             ast.BoolOp: _boolean, ast.IfExp: _conditional, ast.Constant: _constant, ast.AugAssign: _augmented,
             ast.Assign: _assignment, ast.Return: _returned, ast.If: _branch, ast.Dict: _dictionary, ast.For: _loop}
    return kinds.get(type(node), lambda node: ())(node)


def _binary(node):
    for operator in OPERATORS.get(type(node.op), ()):
        yield ast.BinOp(node.left, operator(), node.right)
    yield node.left
    if not isinstance(node.op, ast.Pow):
        yield node.right
    if isinstance(node.op, (ast.MatMult, ast.Sub, ast.Div)):
        yield ast.BinOp(node.right, node.op, node.left)
    if isinstance(node.op, ast.MatMult):
        yield ast.BinOp(_transposed(node.left), node.op, node.right)
        yield ast.BinOp(node.left, node.op, _transposed(node.right))


def _transposed(node):
    return ast.Attribute(node, "T", ast.Load())


def _negative(node):
    return ast.UnaryOp(ast.USub(), node)


def _unary(node):
    yield node.operand
    if isinstance(node.op, ast.UAdd):
        yield _negative(node.operand)


def _attribute(node):
    if node.attr == "T":
        yield node.value


def _call(node):
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    is_method = isinstance(node.func, ast.Attribute) and not (
        isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "math", "network", "losses", "self"))
    for other in FUNCTIONS.get(name, ()) if isinstance(node.func, ast.Attribute) else ():
        yield ast.Call(ast.Attribute(node.func.value, other, ast.Load()), node.args, node.keywords)
    if is_method and name in (*BATCH_AXES, "swapaxes", "reshape", "copy", "astype"):
        yield node.func.value
    elif name in (*BATCH_AXES, "swapaxes", "tril", "broadcast_to", "exp", "log", "expm1", "log1p", "sigmoid", "_sign", "softmax",
                  "repeat", "sum_to_shape") and node.args:
        yield node.args[0]
    if name in ("exp", "expm1", "sigmoid"):
        yield ast.Call(node.func, [_negative(node.args[0])], node.keywords)
    if name == "where":
        yield ast.Call(node.func, [node.args[0], node.args[2], node.args[1]], [])
        yield from node.args[1:]
    for i in range(len(node.args) - 1):
        swapped = [*node.args[:i], node.args[i + 1], node.args[i], *node.args[i + 2:]]
        if not any(isinstance(argument, (ast.Starred, ast.JoinedStr)) for argument in swapped):
            yield ast.Call(node.func, swapped, node.keywords)
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in ("axis", "keepdims"):
            yield ast.Call(node.func, node.args, [*node.keywords[:i], *node.keywords[i + 1:]])


def _compare(node):
    for operator in COMPARISONS.get(type(node.ops[0]), ()):
        yield ast.Compare(node.left, [operator(), *node.ops[1:]], node.comparators)


def _boolean(node):
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    yield from node.values


def _conditional(node):
    yield ast.IfExp(node.test, node.orelse, node.body)
    yield node.body
    yield node.orelse


def _constant(node):
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        known = INTEGERS if isinstance(node.value, int) else FLOATS
        for other in known.get(node.value, [2 * node.value, node.value + 1]):
            yield ast.Constant(other)


def _augmented(node):
    yield ast.Assign([node.target], node.value)
    yield ast.AugAssign(node.target, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.value)
    yield ast.Pass()


def _assignment(node):
    if _is_numeric(node.value):
        yield ast.Assign(node.targets, _negative(node.value))
    target = node.targets[0]
    if isinstance(target, ast.Tuple) and len(target.elts) > 1 and not isinstance(node.value, ast.Tuple):
        elements = target.elts
        for i in range(len(elements) - 1):
            swapped = [*elements[:i], elements[i + 1], elements[i], *elements[i + 2:]]
            yield ast.Assign([ast.Tuple(swapped, ast.Store())], node.value)
    used = {inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name)}
    if isinstance(target, ast.Subscript) or getattr(target, "id", None) in used:
        yield ast.Pass()


def _is_numeric(node):
    return isinstance(node, (ast.BinOp, ast.Attribute, ast.Name)) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr not in (
            "reshape", "zeros_like", "items", "startswith"))


def _returned(node):
    if isinstance(node.value, ast.Tuple):
        elements = node.value.elts
        for i in range(len(elements) - 1):
            yield ast.Return(ast.Tuple([*elements[:i], elements[i + 1], elements[i], *elements[i + 2:]], ast.Load()))
        for i, element in enumerate(elements):
            if _is_numeric(element) and not _is_value_in_front(node.value, "elts", i):
                yield ast.Return(ast.Tuple([*elements[:i], _negative(element), *elements[i + 1:]], ast.Load()))
    elif node.value is not None and _is_numeric(node.value):
        yield ast.Return(_negative(node.value))


def _branch(node):
    yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    yield ast.If(node.test, [ast.Pass()], node.orelse)
    yield ast.If(ast.Constant(True), node.body, node.orelse)


def _dictionary(node):
    for i, value in enumerate(node.values):
        if _is_numeric(value):
            yield ast.Dict(node.keys, [*node.values[:i], _negative(value), *node.values[i + 1:]])


def _loop(node):
    yield ast.For(node.target, node.iter, [*node.body, ast.Break()], [])     # the first round only
