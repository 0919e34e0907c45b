"""A class of generated submissions, graded, every one held against what is known about it.

Run: python -m tests.benchmarks.grading_class --students 300

Every student hands in correct files (the solution, or one of its alternatives), except in a few exercises where something
is planted: a misconception of the catalogue (its own code must be found), a general mistake (a sign, a factor), a start
file, no file, a crash, a hang, a hostile act, in a function or on import. A planted fault must cost marks in its exercise,
under its code, and nothing in the others.
"""

import os

for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse
import ast
import builtins
import json
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from npae.exercises import EXERCISES
from npae.exercises.gradients import Gradients
from npae.exercises.source import AUTHOR
from npae.grading import Limits, Run, grade

FULL = "full"
KINDS = (("correct", 40), ("mistaken", 34), ("unfinished", 8), ("crashing", 6), ("hanging", 5), ("hostile", 7))
CRASHING = {"raise ValueError('broken')": ("E002", "E006"), "import os; os._exit(0)": ("E004", "E004"),
            "import sys; sys.exit(0)": ("E002", "E006"), "import os; os.abort()": ("E004", "E004"),
            "bytearray(10 ** 11)": ("E002", "E006")}
HANGING = {"while True: pass": ("E003", "E003"), "import time; time.sleep(1000)": ("E003", "E003")}
HOSTILE = {"import os; os.fork()": ("E007", "E007"), "open('/etc/passwd')": ("E007", "E007"), "import npae": ("E007", "E007"),
           "open('../results.csv', 'w')": ("E007", "E007"), "import os; os.kill(os.getppid(), 9)": ("E007", "E007"),
           "import socket; socket.socket()": ("E007", "E007"), "import gc; gc.get_objects()": ("E007", "E007"),
           "import os; [os.write(fd, b'PASS' * 99) for fd in range(3, 64) if fd in map(int, os.listdir('/proc/self/fd'))]":
               ("E007", "E007")}


class Plan(NamedTuple):
    """The kind of a student, and for every exercise FULL or the code that must be found."""

    kind: str
    expected: dict


# files

def mistakes(exercise):
    """Return (code, text to append to the solution) of the misconceptions that need nothing but NumPy.

    What a misconception is made of is copied from the catalogue: its expression and whatever it refers to there.
    """
    owners = {one.code: step.solution.__name__ for step in exercise.steps for one in getattr(step, "misconceptions", ())}
    return [(ast.literal_eval(call.args[0]), text) for call, functions in _calls(exercise, "Misconception")
            if (text := functions({owners.get(ast.literal_eval(call.args[0]), ""): call.args[2]}))]


def alternatives(exercise):
    """Return texts to append to the solution that replace its functions by other correct ones."""
    return [text for call, functions in _calls(exercise, "Alternative") if isinstance(call.args[1], ast.Dict)
            and (text := functions({ast.literal_eval(key): value for key, value in zip(call.args[1].keys, call.args[1].values)}))]


def _calls(exercise, name):
    """Yield every call of a constructor in the catalogue, and what writes functions by name as text ("" where it cannot)."""
    below = ast.parse(Path(exercise.source).read_text(encoding="utf-8").partition(f"\n{AUTHOR}\n")[2])
    made = {name: ast.unparse(node) for node in below.body for name in _defined(node)}
    imported = {alias.asname or alias.name for node in below.body if isinstance(node, (ast.Import, ast.ImportFrom))
                for alias in node.names}

    def functions(wanted):
        needed = set().union(*(_closure(node, made) for node in wanted.values()))
        if "" in wanted or needed & imported:
            return ""
        parts = [made[name] for name in made if name in needed]
        return "\n\n".join([*parts, *(f"{name} = {ast.unparse(node)}" for name, node in wanted.items())])
    for node in ast.walk(below):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name and len(node.args) > 1:
            yield node, functions


def _defined(node):
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    return [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]


def _closure(node, made):
    """Return every name that an expression needs, through the definitions of others."""
    names, waiting = set(), [node]
    while waiting:
        for inner in ast.walk(waiting.pop()):
            if isinstance(inner, ast.Name) and inner.id not in names and not hasattr(builtins, inner.id):
                names.add(inner.id)
                if inner.id in made:
                    waiting.append(ast.parse(made[inner.id]))
    return names


def general_mistakes(exercise):
    """Return (codes, text) of mistakes in no catalogue: every gradient of the first step with a wrong sign or size."""
    step = exercise.steps[0]
    if not isinstance(step, Gradients):
        return []
    name = step.solution.__name__
    return [(("G", "M"), f"right_one = {name}\n\n\ndef {name}(*a):\n    r = right_one(*a)\n"
             f"    if isinstance(r, dict):\n        return {{key: {factor} * g for key, g in r.items()}}\n"
             f"    return tuple({factor} * g for g in r) if isinstance(r, tuple) else {factor} * r\n")
            for factor in (-1, 0.5, 3.7)]


def faults(exercise, table):
    """Return (code, text) of faults in a function, where the exercise has one, and on import."""
    name = getattr(getattr(exercise.steps[0], "solution", None), "__name__", None)
    found = [(codes[1], line) for line, codes in table.items()]
    if name is not None:
        found += [(codes[0], f"def {name}(*a):\n    {line}") for line, codes in table.items()]
    return found


def make_class(folder, count, exercises, seed=0):
    """Write the submissions of a class and return a Plan for each student."""
    rng = random.Random(seed)
    kinds = [kind for kind, share in KINDS for _ in range(max(1, round(share * count / 100)))]
    kinds = (kinds + ["correct"] * count)[:count] if len(kinds) <= count else rng.sample(kinds, count)
    plans = {}
    for i, kind in enumerate(kinds):
        name, expected = f"student{i:03d}", dict.fromkeys(exercises, FULL)
        place = folder / name
        place.mkdir(parents=True)
        touched = [] if kind == "correct" else rng.sample(list(exercises), min(len(exercises), rng.randint(1, 4)))
        if kind == "hanging":
            touched = touched[:2]
        for exercise in (EXERCISES[name] for name in exercises):
            text = exercise.solution_text()
            if kind == "correct" and (others := alternatives(exercise)) and rng.random() < 0.5:
                text = f"{text}\n\n{rng.choice(others)}\n"
            if exercise.name in touched:
                text, expected[exercise.name] = _spoilt(kind, exercise, text, rng)
            if text is not None:
                (place / exercise.file_name).write_text(text, encoding="utf-8")
        plans[name] = Plan(kind, expected)
    return plans


def _spoilt(kind, exercise, text, rng):
    """Return the file of an exercise with something planted in it, and the code to expect."""
    if kind == "unfinished":
        return rng.choice([(None, "E006"), (exercise.start_text(), ("E001", "G", "M", "E009")), (text[:len(text) // 2] + "(",
                                                                                                 "E006")])
    choices = {"mistaken": lambda: mistakes(exercise) + general_mistakes(exercise), "crashing": lambda: faults(exercise,
                                                                                                               CRASHING),
               "hanging": lambda: faults(exercise, HANGING), "hostile": lambda: faults(exercise, HOSTILE)}[kind]()
    if not choices:
        return text, FULL
    code, appended = rng.choice(choices)
    return f"{text}\n\n{appended}\n", code


# judgement

def surprises(records, plans):
    """Return a line for every exercise of every student that was not graded as expected."""
    found = []
    for student, plan in plans.items():
        for one in records[student]["exercises"]:
            expected = plan.expected[one["exercise"]]
            codes = {finding["code"] for part in one["parts"] for finding in part["findings"] if finding["code"][0] != "K"}
            wanted = (expected,) if isinstance(expected, str) else expected
            fits = (one["marks"] == one["out_of"] and not codes) if expected == FULL else (
                one["marks"] < one["out_of"] and any(code.startswith(wanted) for code in codes))
            if not fits:
                found.append(f"{student} ({plan.kind}), {one['exercise']}: {one['marks']} of {one['out_of']}, {sorted(codes)}, "
                             f"expected {expected}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--exercises", type=int, default=12, help="the first so many of the catalogue")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="keep the results here")
    args = parser.parse_args()
    exercises = list(EXERCISES)[:args.exercises]
    with tempfile.TemporaryDirectory() as folder:
        submissions, out = Path(folder, "submissions"), args.out or Path(folder, "results")
        plans = make_class(submissions, args.students, exercises, args.seed)
        began = time.perf_counter()
        outcome = grade(submissions, out, Run(args.seed + 1, tuple(exercises), Limits()), args.jobs)
        seconds = time.perf_counter() - began
        records = {path.stem: json.loads(path.read_text()) for path in out.glob("student*.json")}
    kinds = Counter(plan.kind for plan in plans.values())
    planted = Counter(str(code) for plan in plans.values() for code in plan.expected.values() if code != FULL)
    print(f"{len(plans)} students ({', '.join(f'{n} {kind}' for kind, n in kinds.items())}), {len(exercises)} exercises, "
          f"{args.jobs} at a time: {seconds:.0f} s, {seconds / len(plans) * args.jobs:.2f} s of a core for each student")
    print(f"{sum(planted.values())} exercises with something planted, {len(planted)} different codes")
    found = surprises(records, plans)
    print("\n".join(found))
    print(f"{len(found)} of {len(plans) * len(exercises)} not as expected; {outcome.marked} marked")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
