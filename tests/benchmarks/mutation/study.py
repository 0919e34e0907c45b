"""The study: everything is examined, counted and printed. Nothing here knows how a checker works."""

import argparse
import collections
import sys
import time
import warnings
from dataclasses import dataclass, field

import numpy as np

from npae.gradcheck.codes import CODES

from . import mechanical, retest
from .correct_cases import configurations
from .mechanical import later_chances
from .model_mistakes import CATALOGUE
from .other_tools import TOOLS, accuses
from .points import ModelPoint

OURS = "npae.check_gradients"
IDENTITIES = tuple(code for code in CODES if code[:2] in ("G2", "G3") and code != "G200")
ROUNDS = 2              # shapes and draws at which every labelled mistake is made
QUICK_MUTANTS, QUICK_MISTAKES, QUICK_CASES = 97, 19, 21      # every so many


@dataclass
class Count:
    """hits of total."""

    hits: float = 0
    total: float = 0

    def add(self, hit):
        """Count one more case."""
        self.hits, self.total = self.hits + bool(hit), self.total + 1

    @property
    def share(self):
        """hits over total, 1 of nothing."""
        return self.hits / self.total if self.total else 1.0

    def __str__(self):
        return f"{self.hits:g} of {self.total:g} ({self.share:.1%})"


@dataclass
class Study:
    """What was found. Tools are keyed by name, ours among them; lists hold descriptions."""

    labelled: dict = field(default_factory=lambda: collections.defaultdict(Count))
    mutants: dict = field(default_factory=lambda: collections.defaultdict(Count))
    alarms: dict = field(default_factory=lambda: collections.defaultdict(Count))
    statuses: collections.Counter = field(default_factory=collections.Counter)
    escapes: list = field(default_factory=list)
    escaped_by: list = field(default_factory=list)
    equivalent: list = field(default_factory=list)
    missed: list = field(default_factory=list)
    classes: dict = field(default_factory=lambda: collections.defaultdict(Count))
    unnamed: list = field(default_factory=list)
    innocent: list = field(default_factory=list)
    claims: Count = field(default_factory=Count)
    untestable: int = 0
    wrong_names: list = field(default_factory=list)
    mutant_codes: collections.Counter = field(default_factory=collections.Counter)
    false_alarms: list = field(default_factory=list)
    untrusted: list = field(default_factory=list)
    verdicts: collections.Counter = field(default_factory=collections.Counter)
    catalogue: int = 0
    seconds: dict = field(default_factory=dict)

    @property
    def detection(self):
        """Our detection of the mutants that are not equivalent."""
        return self.mutants[OURS]

    @property
    def named(self):
        """Labelled mistakes whose every wrong tensor was called by a right code."""
        return Count(sum(count.hits for count in self.classes.values()), sum(count.total for count in self.classes.values()))


def run(quick=False, only="", seed=0, say=lambda text: None):
    """Return the Study; `only` keeps what has this text in its description."""
    study = Study()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")         # mutants divide by zero, and models warn of their data
        for name, part in (("mechanical mutants", _mutants), ("labelled mistakes", _mistakes), ("correct cases", _correct)):
            start = time.process_time()
            part(study, quick, only, seed)
            study.seconds[name] = time.process_time() - start
            say(f"{name}: {study.seconds[name]:.0f} s")
    return study


# ---- three parts ---------------------------------------------------------------------------------------------------

def _asked(point, quick):
    """Return the other tools that are asked at a point: in the small version only about pairs, which cost little."""
    return () if quick and isinstance(point, ModelPoint) else TOOLS


def _mutants(study, quick, only, seed):
    for mutant, pool in mechanical.all_mutants(QUICK_MUTANTS if quick else 1, only, seed):
        outcome = mechanical.examine(mutant, pool)
        study.statuses[outcome.status] += 1
        if outcome.status == "equivalent":
            study.equivalent.append(str(mutant))
            continue
        study.mutants[OURS].add(outcome.status in ("detected", "raised"))
        if outcome.status in ("escaped", "untrusted"):
            caught, asked = later_chances(outcome, pool)
            study.escaped_by.append(outcome.difference)
            study.escapes.append(f"{mutant}  [{outcome.status}; relative difference {outcome.difference:.1e}; "
                                 f"caught at {caught} of {asked} further points]")
        for tool in _asked(outcome.point, quick):
            study.mutants[tool].add(outcome.status == "raised" or accuses(tool, outcome.point, outcome.wrong, seed))
        if outcome.report is not None:
            study.mutant_codes.update({finding.code for finding in outcome.report.findings if finding.code[0] == "G"})
            _retest(study, outcome.report, str(mutant), lambda outcome=outcome: (
                (point, outcome.wrong, outcome.right) for point in mechanical.independent(outcome)), seed)


def _mistakes(study, quick, only, seed):
    for number, mistake in enumerate(CATALOGUE):
        if only not in str(mistake) or (quick and number % QUICK_MISTAKES != seed % QUICK_MISTAKES):
            continue
        study.catalogue += 1
        for turn in range(1 if quick else ROUNDS):
            made = mistake.build(np.random.default_rng([seed, number, turn]), turn)
            report = _checked(made)
            study.labelled[OURS].add(report is None or report.verdict == "fail")
            if report is not None and report.verdict != "fail":
                study.missed.append(f"{mistake}, round {turn}: {report.verdict}")
            if report is not None:
                _names(study, mistake, turn, report)
                _retest(study, report, str(mistake),
                        lambda mistake=mistake, made=made, number=number: _other_points(mistake, made, seed, number), seed)
            for tool in _asked(made.point, quick):
                if mistake.stateful:
                    made = mistake.build(np.random.default_rng([seed, number, turn]), turn)
                study.labelled[tool].add(accuses(tool, made.point, made.suspect, seed))


def _checked(made):
    try:
        return made.point.check(made.suspect)
    except Exception:
        return None             # it raises: detected


def _names(study, mistake, turn, report):
    """Count whether the mistake was called by its name, and whether anybody innocent was accused."""
    found = collections.defaultdict(set)
    for finding in report.findings:
        if finding.code[0] == "G":
            found[finding.tensor].add(finding.code)
    everybody = "*" in mistake.tensors
    wrong = [tensor for tensor in found if tensor not in mistake.unnamed] if everybody else mistake.tensors
    if mistake.codes:
        named = bool(wrong) and all(found[tensor] & {*mistake.codes} for tensor in wrong)
        study.classes[mistake.codes[0]].add(named)
        if not named:
            answers = ", ".join(f"{tensor} {'+'.join(sorted(found[tensor])) or '-'}" for tensor in wrong)
            study.unnamed.append(f"{mistake}, round {turn}: expected {' or '.join(mistake.codes)}; {answers}")
    for tensor in [] if everybody else [t for t in found if found[t] and t not in (*mistake.tensors, *mistake.unnamed)]:
        study.innocent.append(f"{mistake}, round {turn}: {tensor} {'+'.join(sorted(found[tensor]))}")


def _other_points(mistake, made, seed, number):
    """Yield fresh suspicions of the same mistake at three other points, the same optional arguments given."""
    yielded = 0
    for attempt in range(20):
        other = mistake.build(np.random.default_rng([seed, number, 100 + attempt]), 3 + attempt % 2)
        if yielded < 3 and mechanical.same_options(other.point, made.point):
            yielded += 1
            yield other


def _retest(study, report, description, others, seed):
    """Try every claim of a report at independent points: one failure makes it a wrong name, and so does having no claim."""
    for claim in report.claims:
        verdicts = [retest.verdict(claim, point, suspect, right, np.random.default_rng([seed, 7]))
                    for point, suspect, right in others()]
        if all(verdict is None for verdict in verdicts):
            study.untestable += 1
            continue
        study.claims.add(False not in verdicts)
        if False in verdicts:
            study.wrong_names.append(f"{description}: {claim.code} {claim.tensor} = {claim.identity}")
    claimed = {(claim.code, claim.tensor) for claim in report.claims}
    study.wrong_names += [f"{description}: {finding.code} {finding.tensor}, without a claim that could be tried"
                          for finding in report.findings
                          if finding.code.startswith(IDENTITIES) and (finding.code, finding.tensor) not in claimed]


def _correct(study, quick, only, seed):
    for description, point, suspect in configurations(seed, QUICK_CASES if quick else 1):
        if only not in description:
            continue
        report = point.check(suspect)
        study.verdicts[report.verdict] += 1
        study.alarms[OURS].add(report.verdict == "fail")
        if report.verdict == "fail":
            study.false_alarms.append(f"{description}: {'; '.join(f'{f.code} {f.message}' for f in report.findings)}")
        if report.verdict == "untrusted":
            reasons = "; ".join(f.message for f in report.findings if f.code[0] == "U")
            study.untrusted.append(f"{description}: {reasons}")
        for tool in _asked(point, quick):
            study.alarms[tool].add(accuses(tool, point, suspect, seed))


# ---- words ---------------------------------------------------------------------------------------------------------

def markdown(study, everything=False):
    """Return the study as Markdown; `everything` lists the equivalent mutants too."""
    lines = ["| tool | labelled mistakes detected | mechanical mutants detected | false alarms |", "|---|---|---|---|"]
    for tool in (OURS, *TOOLS):
        lines.append(f"| {tool} | {study.labelled[tool].share:.3f} | {study.mutants[tool].hits:g} "
                     f"({study.mutants[tool].share:.1%}) | {study.alarms[tool].hits:g} |")
    labelled, mutants, alarms = study.labelled[OURS].total, study.mutants[OURS].total, study.alarms[OURS].total
    of_which = ", ".join(f"{count} {status}" for status, count in sorted(study.statuses.items()))
    complete = [code for code, count in study.classes.items() if count.share >= 0.9]
    lines += [
        "", f"{study.catalogue} labelled mistakes in {labelled:g} runs, {mutants:g} mutants that are not equivalent, "
            f"{alarms:g} correct configurations.", "",
        f"- detection of the mutants that are not equivalent: {study.detection} (target 99.5%); {of_which}",
        f"- detection of the labelled mistakes: {study.labelled[OURS]}",
        f"- correctly named: {study.named} of the labelled runs (target 90%); {len(complete)} of {len(study.classes)} classes "
        f"at 90% or more",
        f"- wrong names: {len(study.wrong_names)} of {study.claims.total:g} claims re-tested at independent points (target 0); "
        f"{study.untestable} could not be tried there",
        f"- innocent tensors accused: {len(study.innocent)}",
        f"- false alarms: {len(study.false_alarms)} of {alarms:g} (target 0); no verdict: {len(study.untrusted)}; "
        + ", ".join(f"{count} {verdict}" for verdict, count in sorted(study.verdicts.items())),
        f"- codes of the detected mutants: {_histogram(study.mutant_codes)}",
        "- named, by class: "
        + ", ".join(f"{code} {count.hits:g}/{count.total:g}" for code, count in sorted(study.classes.items())),
        f"- seconds of one core: {', '.join(f'{name} {seconds:.0f}' for name, seconds in study.seconds.items())}"]
    lists = {"Escapes": study.escapes, "Labelled mistakes not detected": study.missed, "Wrong names": study.wrong_names,
             "Named otherwise, or not recognized": study.unnamed, "Innocent tensors accused": study.innocent,
             "False alarms": study.false_alarms, "No verdict": study.untrusted}
    if everything:
        lists["Never seen to differ from the original"] = study.equivalent
    for heading, items in lists.items():
        if items:
            lines += ["", f"### {heading} ({len(items)})", "", *(f"- {item}" for item in items)]
    return "\n".join(lines)


def _histogram(counter):
    return ", ".join(f"{code} {count}" for code, count in sorted(counter.items()))


def main(arguments=None):
    """Run the study and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mutation", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the fixed small version")
    parser.add_argument("--only", default="", metavar="PATTERN", help="keep what has this text in its description")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="list the equivalent mutants too")
    options = parser.parse_args(arguments)
    study = run(options.quick, options.only, options.seed, lambda text: print(text, file=sys.stderr, flush=True))
    print(markdown(study, options.all))
