"""What the tests read in the documents: blocks of code, links, headings, and the text between them."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = {name: ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")}
NOTEBOOKS = {f"notebooks/{path.name}": path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(name):
    """Return a document's text; of a notebook, that of its text cells."""
    if name in DOCUMENTS:
        return DOCUMENTS[name].read_text(encoding="utf-8")
    cells = json.loads(NOTEBOOKS[name].read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def blocks(text, language):
    """Return the fenced blocks of one language, "" for those that name none."""
    return [body for found, body in FENCE.findall(text) if found == language]


def prose(text):
    """Return the text without fenced blocks, code in backticks and targets of links."""
    return re.sub(r"`[^`\n]*`|\]\([^)\s]*\)", "", FENCE.sub("", text))


def links(text):
    """Return the targets of all links and pictures, as they are written."""
    return re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", text))


def anchors(text):
    """Return the anchors of all headings, as GitHub and nbviewer's readers know them."""
    headings = re.findall(r"^#{1,6} +(.+?) *$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
