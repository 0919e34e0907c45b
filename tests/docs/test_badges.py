"""The badges of the notebooks: well formed, the same address everywhere, and one command that changes it."""

import json
import re
import shutil

import pytest

from tests.docs import badges
from tests.docs.markdown import DOCUMENTS, NOTEBOOKS, text_of

README = text_of("README.md")
[(REPOSITORY, BRANCH)] = set(badges.addresses(README))
each_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


def cells(name):
    return json.loads(NOTEBOOKS[name].read_text(encoding="utf-8"))["cells"]


def test_the_readme_has_a_badge_for_every_notebook():
    assert README.count("colab-badge.svg") == len(NOTEBOOKS)
    for name in NOTEBOOKS:
        assert re.search(rf"\| \[[^\]]+\]\({name}\) \| {re.escape(badges.badge(name, REPOSITORY, BRANCH))} \|", README), name


@each_notebook
def test_a_notebook_begins_with_its_badge_and_an_install(name):
    first, second, *rest = cells(name)
    title, blank, badge, *_ = "".join(first["source"]).splitlines()
    assert title.startswith("# ") and not blank and badge == badges.badge(name, REPOSITORY, BRANCH)
    assert second["cell_type"] == "code" and "".join(second["source"]) == badges.install(REPOSITORY, BRANCH)
    assert second["outputs"] == [] and len({cell["id"] for cell in (first, second, *rest)}) == len(rest) + 2
    assert len(badges.addresses(NOTEBOOKS[name].read_text(encoding="utf-8"))) == 2


def test_the_placeholder_is_called_one():
    assert f"as long as its address is the placeholder {badges.PLACEHOLDER}" in README


def test_the_command_changes_every_address_and_nothing_else(tmp_path, capsys):
    originals = [DOCUMENTS["README.md"], *NOTEBOOKS.values()]
    copies = [tmp_path / path.name for path in originals]
    for original, copy in zip(originals, copies):
        shutil.copy(original, copy)
    badges.main(["someone/their.npae", "--branch", "v1"], copies)
    assert len(capsys.readouterr().out.splitlines()) == len(copies)
    for original, copy in zip(originals, copies):
        text = copy.read_text(encoding="utf-8")
        assert set(badges.addresses(text)) == {("someone/their.npae", "v1")}
        back = badges.readdressed(text, REPOSITORY, BRANCH)
        assert back == original.read_text(encoding="utf-8")
    target = "(https://colab.research.google.com/github/someone/their.npae/blob/v1/notebooks/03_sparse.ipynb)"
    assert target in copies[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["npae"], ["https://github.com/a/b"], ["a/b", "--branch", "x/y"], ["a b/c"]])
def test_what_is_no_address_is_refused_before_anything_is_written(arguments, tmp_path, capsys):
    with pytest.raises(SystemExit):
        badges.main(arguments, [tmp_path / "nothing.md"])
    assert "OWNER/REPOSITORY" in capsys.readouterr().err
