"""British spelling with -ize (Oxford's) in documents, notebooks, docstrings, comments and messages; names in code are free.

`gray` stays, as in matplotlib. Programs, disks and dialogs of a computer are spelt as they are in Britain, too.
"""

import io
import json
import re
import tokenize
from pathlib import Path

import pytest

from tests.docs.markdown import DOCUMENTS, NOTEBOOKS, ROOT, prose, text_of

AMERICAN = {    # what must not stand there, a pattern, and what should
    r"colors?|colored|coloring|colorful|colorless": "colour", r"behaviors?|behavioral": "behaviour",
    r"centers?|centered|centering": "centre, centred", r"neighbors?|neighboring|neighborhoods?": "neighbour",
    r"analyz(?:e|ed|es|ing|er)": "analyse", r"catalogs?|cataloged": "catalogue", r"model(?:ing|ed|er)": "modelling",
    r"label(?:ed|ing)": "labelled", r"level(?:ed|ing)": "levelled", r"cancel(?:ed|ing)": "cancelled",
    r"travel(?:ed|ing|er)": "travelled", r"signal(?:ed|ing)": "signalled", r"channel(?:ed|ing)": "channelled",
    r"total(?:ed|ing)": "totalled", r"licenses?": "licence", r"defense": "defence", r"offense": "offence",
    r"practic(?:ed|ing)": "practise", r"favor\w*": "favour", r"honor\w*": "honour", r"flavor\w*": "flavour",
    r"labor": "labour", r"rigor": "rigour", r"artifacts?": "artefact", r"fulfill(?:s|ment)?": "fulfil", r"skillful": "skilful",
    r"judgments?": "judgement", r"fibers?": "fibre", r"meters?": "metre", r"skeptic\w*": "sceptic", r"grey\w*": "gray",
    r"gotten": "got", r"toward": "towards",
}
STEMS = ("amorti", "categori", "characteri", "customi", "discreti", "equali", "factori", "finali", "formali", "generali",
         "initiali", "lineari", "locali", "marginali", "maximi", "memori", "minimi", "normali", "optimi", "organi", "parametri",
         "penali", "quanti", "randomi", "reali", "recogni", "regulari", "seriali", "speciali", "stabili", "standardi", "summari",
         "symmetri", "utili", "vectori", "visuali")
ENDINGS = "(?:e|ed|es|er|ers|ing|able|ations?)"
WRONG = {re.compile(rf"\b(?:un|re|de|over)?(?:{pattern})\b", re.IGNORECASE): right for pattern, right in AMERICAN.items()}
WRONG[re.compile(rf"\b(?:un|re|de)?(?:{'|'.join(STEMS)})s{ENDINGS}\b", re.IGNORECASE)] = "-ize"
WORDS = "|".join(pattern.pattern for pattern in WRONG)
ANY = re.compile(rf"(?<![\w.-])(?:(?<![\"'])(?:{WORDS})|(?:{WORDS})(?![\"']))(?!\w|=|:|\.\w)", re.IGNORECASE)

TITLES = ("Generative Modeling by Estimating Gradients of the Data Distribution",       # as they were printed
          "A physiologically-based model for simulation of color vision deficiency")
# CSS, attributes of HTML and SVG, matplotlib's names of places
STYLE_SHEET = re.compile(r"[a-z-]+: *[^;{}]*;|\w+=[\"'#\w.]+|(?:upper|lower|center) (?:center|left|right)")
# names of code within sentences, among them those of arguments ("centers must have ...")
CODE = re.compile(r"`[^`]*`|\w*[._]\w[\w.]*|\w+(?==)|[\"']\w+(?:[\"']| must\b)|https?://\S+")


def misspelt(text):
    """Return (word, what it should be) for every such word of the text."""
    for title in TITLES:
        text = re.sub(re.sub(" ", r"\\s+", title), "", text)
    text = CODE.sub(" ", text)
    return [(match.group(), right) for pattern, right in WRONG.items() for match in pattern.finditer(text)]


def sentences(source):
    """Return the comments of a Python source, and its strings of several words."""
    piece = getattr(tokenize, "FSTRING_MIDDLE", None)       # of an f-string, since Python 3.12, without its quotes
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            found.append(token.string)
        elif token.type in (tokenize.STRING, piece) and " " in token.string.strip():
            text = re.sub(r"\{[^{}]*\}", " ", token.string)     # expressions of an f-string
            found.append(STYLE_SHEET.sub(" ", f'"{text}' if token.type == piece else text))
    return "\n".join(found)


def suspicious(source):
    """Whether a file has such a word that is no plain name in code; few have, and those alone are read in detail."""
    words = "\n".join(set(re.findall(r"[a-z]+", source.lower())))
    return re.search(rf"^(?:{WORDS})$", words, re.MULTILINE) is not None and ANY.search(source) is not None


def python_files():
    return [path for room in ("npae", "tests") for path in sorted((ROOT / room).rglob("*.py")) if path != Path(__file__)]


@pytest.mark.parametrize("name", [*DOCUMENTS, *NOTEBOOKS])
def test_documents(name):
    assert misspelt(prose(text_of(name))) == []


def test_python_files():
    wrong = {}
    for path in python_files():
        source = path.read_text(encoding="utf-8")
        if suspicious(source):
            wrong[str(path.relative_to(ROOT))] = misspelt(sentences(source))
    assert {name: words for name, words in wrong.items() if words} == {}


@pytest.mark.parametrize("path", NOTEBOOKS.values(), ids=lambda path: path.stem)
def test_code_of_notebooks(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "code" and not cell["source"][0].startswith(("%", "!")):
            assert misspelt(sentences("".join(cell["source"]))) == [], cell["id"]


def test_what_is_misspelt_is_found():
    text = "The color of neighboring centers is optimised, `color=` of the Neighbour's n_neighbors is not; a regulariser."
    assert [word for word, _ in misspelt(text)] == ["color", "centers", "neighboring", "optimised", "regulariser"]
    source = 'color = center["centers here"]   # the color\nf"{color} is a behavior"\n"text-align: center; color: red;"\n'
    assert [word for word, _ in misspelt(sentences(source))] == ["color", "behavior", "centers"]


def test_what_is_spelt_rightly_is_left_alone():
    text = "We analyse colours, exercise, promise and advise; noise rises in size; a gray program is precise; likewise a premise."
    assert misspelt(text) == []
