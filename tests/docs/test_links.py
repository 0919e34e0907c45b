"""Every relative link, picture and anchor in the documents and the notebooks leads to something that exists."""

from pathlib import PurePosixPath

import pytest

from tests.docs.markdown import DOCUMENTS, NOTEBOOKS, ROOT, anchors, links, text_of

every_document = pytest.mark.parametrize("name", [*DOCUMENTS, *NOTEBOOKS])


def missing(name, targets):
    """Return the targets that lead nowhere, as they are written."""
    wrong = []
    for target in targets:
        path, _, anchor = target.partition("#")
        found = (ROOT / name).parent / path if path else ROOT / name
        if not found.exists() or anchor and anchor not in anchors_of(found):
            wrong.append(target)
    return wrong


def anchors_of(path):
    return anchors(text_of(relative(path))) if path.suffix in (".md", ".ipynb") else set()


def relative(path):
    return PurePosixPath(path.resolve().relative_to(ROOT.resolve())).as_posix()


@every_document
def test_links_lead_somewhere(name):
    inside = [target for target in links(text_of(name)) if "://" not in target]
    assert missing(name, inside) == []


@every_document
def test_links_to_the_web_are_encrypted_addresses(name):
    outside = [target for target in links(text_of(name)) if "://" in target]
    assert [target for target in outside if not target.startswith("https://")] == []


def test_dead_links_are_found():
    assert missing("README.md", ["nothing.md", "#no-such-heading", "CONTRIBUTING.md#no-such-heading", "README.md#letters",
                                 "#conventions-on-one-page", "setup.cfg#metadata"]) == [
        "nothing.md", "#no-such-heading", "CONTRIBUTING.md#no-such-heading", "setup.cfg#metadata"]


def test_the_documents_are_linked():
    assert {"CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", "LICENSE", *NOTEBOOKS} <= set(links(text_of("README.md")))
