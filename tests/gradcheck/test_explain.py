"""Every code is explained, and every miniature gives its code when it is run and passes when it is mended."""

import re

import numpy as np
import pytest

from npae import cli
from npae.commands.explain import explanation, misconceptions
from npae.gradcheck.codes import CODES, title
from npae.gradcheck.explanations import EXPLANATIONS
from npae.gradcheck.miniatures import MINIATURES

BANNED = re.compile(r"\b(just|simply|obviously|clearly|of course|easily|trivial\w*)\b", re.IGNORECASE)


def test_every_code_has_an_explanation_and_those_of_a_check_a_miniature():
    assert set(EXPLANATIONS) == set(CODES)
    assert set(MINIATURES) == {code for code in CODES if code[0] != "E"}


@pytest.mark.parametrize("code", MINIATURES)
def test_a_miniature_gives_its_code_and_passes_when_mended(code):
    miniature = MINIATURES[code]()
    assert code in {finding.code for finding in miniature.run().findings}
    mended = miniature.run_mended()
    assert (mended is None) == (code == "K001")
    assert mended is None or (mended.verdict == "pass" and not mended.findings)


@pytest.mark.parametrize("code", MINIATURES)
def test_a_miniature_is_small_and_runs_as_printed(code):
    miniature = MINIATURES[code]()
    for source in (miniature.source(), miniature.mended_source()):
        assert len([line for line in source.splitlines() if line]) <= 12
        assert "noqa" not in source and max(map(len, source.splitlines()), default=0) <= 92
        names = {"np": np}
        exec(compile(source, code, "exec"), names)      # nothing that is not shown is needed
        free = {name for function in names.values() if callable(function) and hasattr(function, "__code__")
                for name in function.__code__.co_names if name[0].isupper()}
        assert not free & {"H", "M", "N"}


@pytest.mark.parametrize("code", CODES)
def test_explanations_are_short_and_complete(code):
    about = EXPLANATIONS[code]
    assert 1 <= len(re.findall(r"[.:](?:\s|$)", about.meaning)) <= 6 and len(about.meaning) < 500
    assert about.causes and about.question.endswith(("?", ".")) and "?" in about.question and about.identity
    assert not BANNED.search(" ".join([about.meaning, about.question, *about.causes]))


@pytest.mark.parametrize("code", ["G204", "g311", "K001", "U001", "E008"])
def test_the_command(code, capsys):
    assert cli.main(["explain", code]) == 0
    printed = capsys.readouterr().out
    code = code.upper()
    assert printed.startswith(f"{code}  {CODES[code]}\n") and "Think: " in printed and "Usual causes" in printed
    assert max(map(len, printed.splitlines())) <= 108
    assert ("gradient check: " in printed) == (code in MINIATURES)
    assert code not in ("G204", "G311") or (f"    {code}  " in printed and "gradient check: pass" in printed)


def test_the_list(capsys):
    assert cli.main(["explain"]) == 0
    printed = capsys.readouterr().out
    assert all(f"  {code:<6}{text}" in printed for code, text in CODES.items())


@pytest.mark.parametrize("code, words", [("G999", "G209"), ("G20", "G200"), ("zzz", "lists all")])
def test_an_unknown_code_is_an_error_that_names_close_ones(code, words, capsys):
    assert cli.main(["explain", code]) == 2
    assert re.search(f"npae explain: unknown code '{code.upper()}', .*{words}", capsys.readouterr().err)


def test_misconceptions_are_explained_by_what_the_check_says_about_them():
    known = misconceptions()
    for code, (exercise, _) in known.items():
        assert code[1:3] == f"{exercise.number:02d}" and title(code) == "a known misconception"
    first = next(iter(known))
    text = explanation(first)
    assert known[first][1].title in text and f"    {first}  " in text and known[first][0].name in text
