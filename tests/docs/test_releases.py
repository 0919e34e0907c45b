"""One version everywhere: the package, the changelog, the citation file, the metadata."""

import configparser
import re

import npae
from tests.docs.markdown import ROOT, text_of

HEADING = re.compile(r"^## (\d+\.\d+\.\d+) - (unreleased|\d{4}-\d\d-\d\d)$", re.MULTILINE)
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}      # of keepachangelog.com


def test_the_changelog_begins_with_the_version_of_the_package():
    versions = [version for version, _ in HEADING.findall(text_of("CHANGELOG.md"))]
    assert versions[0] == npae.__version__
    order = [tuple(map(int, version.split("."))) for version in versions]
    assert order == sorted(set(order), reverse=True)


def test_the_changelog_has_the_usual_form():
    text = text_of("CHANGELOG.md")
    assert len(HEADING.findall(text)) == len(re.findall(r"^## (?!Unreleased$)", text, re.MULTILINE))
    assert [when for _, when in HEADING.findall(text)[1:] if when == "unreleased"] == []
    assert set(re.findall(r"^### (.*)$", text, re.MULTILINE)) <= KINDS


def citation():
    """Return the simple `key: value` lines of CITATION.cff, without a YAML parser."""
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    return dict(re.findall(r'^([a-z-]+): *"?(.*?)"?$', text, re.MULTILINE)), text


def test_the_citation_file():
    keys, text = citation()
    metadata = configparser.ConfigParser()
    metadata.read(ROOT / "setup.cfg", encoding="utf-8")
    assert keys["cff-version"] == "1.2.0" and keys["type"] == "software" and keys["message"] and keys["title"].startswith("npae")
    assert keys["version"] == npae.__version__ and keys["license"] == metadata["metadata"]["license"]
    assert f"authors:\n  - name: {metadata['metadata']['author']}\n" in text
    keywords = re.findall(r"^  - ([\w ]+)$", text.partition("keywords:\n")[2], re.MULTILINE)
    assert ", ".join(keywords) == metadata["metadata"]["keywords"]
