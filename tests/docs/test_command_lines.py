"""Every command line that a document, a notebook or a docstring names is one that the programs understand."""

import argparse
import importlib.util
import re
import shlex
from functools import cache
from pathlib import Path

import pytest

import npae
from npae.cli import COMMANDS, build_parser
from npae.derivations import DERIVATIONS
from npae.exercises import EXERCISES
from npae.sources import find
from tests.docs.markdown import DOCUMENTS, NOTEBOOKS, ROOT, blocks, text_of

STANDS_FOR = {"NAME", "CODE", "DIR", "SUBMISSIONS", "SUBMISSIONS/", "FILE", "OUT", "SEED", "NUMBER"}     # the reader's own
PROGRAM = re.compile(r"(?:npae|python -m (?:npae|tests)[\w.]*)(?: [^\"]*)?")


def command_lines(text):
    """Return the command lines in backticks, in blocks without a language, and in indented lists, where two blanks end them."""
    quoted = [re.sub(r"\s+", " ", found) for found in re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))]
    listed = [re.split(r"\s{2,}", line)[0] for line in re.findall(r"^    (\S.*)$", text, re.MULTILINE)]
    fenced = [re.split(r"\s{2,}", part.strip())[0] for block in blocks(text, "") for line in block.splitlines()
              for part in line.split("&&")]
    return sorted({line for line in (*quoted, *listed, *fenced) if PROGRAM.fullmatch(line)})


def quoted_in(source):
    """Return the command lines in backticks of a Python file."""
    quoted = (re.sub(r"\s+", " ", found) for found in re.findall(r"`([^`{}]+)`", source))
    return sorted({line for line in quoted if PROGRAM.fullmatch(line)})


LINES = {line: str(path.relative_to(ROOT)) for path in sorted(Path(npae.__file__).parent.rglob("*.py"))
         for line in quoted_in(path.read_text(encoding="utf-8"))}
LINES |= {line: name for name in (*NOTEBOOKS, *DOCUMENTS) for line in command_lines(text_of(name))}


class Misunderstood(Exception):
    """The parser would end the program; the message says why."""


@cache
def parser(command):
    made = build_parser([command])
    for each in all_parsers(made):
        each.error = complain
    return made


def all_parsers(made):
    inner = [sub for action in made._actions if isinstance(action, argparse._SubParsersAction) for sub in action.choices.values()]
    return [made, *(deeper for sub in inner for deeper in all_parsers(sub))]


def complain(message):
    raise Misunderstood(message)


def problem(line):
    """Return what is wrong with a command line, None for nothing. One that ends early (`npae exercise start`) is a beginning."""
    words = [word.split("|")[0] for word in shlex.split(line) if word != "..."]
    if words[:2] == ["python", "-m"]:
        if words[2] != "npae":
            return module_problem(words[2])
        words = words[2:]
    if len(words) == 1 or words[1] in ("--version", "--help"):
        return None
    if words[1] not in COMMANDS:
        return f"no command {words[1]!r}"
    unknown = [word for word in words[2:] if word.startswith("--") and not knows(words[1], word)]
    if unknown:
        return f"no option {unknown[0]!r}"
    try:
        args = parser(words[1]).parse_args(words[1:])
    except Misunderstood as error:
        return None if "required" in str(error) or set(re.findall(r"'(\S+?)'", str(error))) & STANDS_FOR else str(error)
    return name_problem(words[1], args)


def knows(command, option):
    return any(option in each._option_string_actions for each in all_parsers(parser(command)))


def module_problem(name):
    spec = importlib.util.find_spec(name)
    if spec is None:
        return f"no module {name!r}"
    path = Path(spec.origin)
    path = path.with_name("__main__.py") if path.name == "__init__.py" else path
    runs = path.exists() and (path.name == "__main__.py" or '__name__ == "__main__"' in path.read_text(encoding="utf-8"))
    return None if runs else f"{name} does nothing when it is run"


def name_problem(command, args):
    """Return what is wrong with a name that the parser lets through, and the command would refuse."""
    from npae.commands.explain import explanation
    given = getattr(args, "name", None) or getattr(args, "code", None)
    if given in (None, *STANDS_FOR):
        return None
    if command == "derive":
        return None if given in DERIVATIONS else f"no derivation {given!r}"
    if command == "exercise":
        return None if given in EXERCISES else f"no exercise {given!r}"
    if command == "explain":
        return None if explanation(given) else f"nothing to say about {given!r}"
    return None


@pytest.mark.parametrize("line", LINES)
def test_it_is_understood(line):
    assert problem(line) is None, f"{LINES[line]}: {line}"


def test_equations_that_are_named_exist():
    named = {word for line in LINES if line.startswith("npae equations ") for word in line.split()[2:] if word[0] != "-"}
    assert len(named) >= 2 and all(find(name) for name in named)


def test_enough_command_lines_are_found():
    assert set(LINES) >= {
        "npae tour", "npae check", "npae exercise start affine --notebook", "npae derive gaussian-kl", "npae equations E000-21",
        "python -m tests.benchmarks.mutation", "npae grade SUBMISSIONS/ --out results/"}
    assert len(LINES) > 50


@pytest.mark.parametrize("line", [
    "npae nonsense", "npae demo nonsense", "npae tour --nonsense", "npae train ... --nonsense", "npae derive nonsense",
    "npae exercise start nonsense", "npae sample m.npz -n many --out x.png", "python -m tests.nonsense",
    "python -m tests.docs.markdown"])
def test_what_nobody_understands_is_found(line):
    assert problem(line)
