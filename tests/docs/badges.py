"""Where the notebooks open on a hosted service: `python -m tests.docs.badges OWNER/REPOSITORY [--branch main]`.

A badge leads to a notebook in a public repository, and a notebook that is opened there has no copy of the package: its first
code cell installs npae from the same repository. Both name an address, which nobody knows before the repository is public.
Until then it is the placeholder. The command replaces whatever address stands there, in the README and in all notebooks.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from tests.docs.markdown import DOCUMENTS, NOTEBOOKS

PLACEHOLDER, BRANCH = "OWNER/REPOSITORY", "main"
ADDRESS = re.compile(r"(?P<before>https://colab\.research\.google\.com/github/|git\+https://github\.com/)"
                     r"(?P<repository>[\w.-]+/[\w.-]+?)(?P<between>/blob/|@)(?P<branch>[\w.-]+)")


def badge(notebook: str, repository: str = PLACEHOLDER, branch: str = BRANCH) -> str:
    """Return the badge, in Markdown, that opens a notebook of this path."""
    return ("[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
            f"(https://colab.research.google.com/github/{repository}/blob/{branch}/{notebook})")


def install(repository: str = PLACEHOLDER, branch: str = BRANCH) -> str:
    """Return the first code cell of a notebook: it does nothing where npae is installed."""
    return ("try:\n"
            "    import npae\n"
            "except ModuleNotFoundError:     # opened on a hosted service, which has no copy of npae\n"
            f"    %pip install --quiet git+https://github.com/{repository}@{branch}")


def addresses(text: str) -> list[tuple[str, str]]:
    """Return the (repository, branch) of every badge and every install line."""
    return [(found["repository"], found["branch"]) for found in ADDRESS.finditer(text)]


def readdressed(text: str, repository: str, branch: str) -> str:
    """Return the text with this address in all of them."""
    return ADDRESS.sub(lambda found: f"{found['before']}{repository}{found['between']}{branch}", text)


def main(argv: list[str] | None = None, paths: list[Path] | None = None) -> None:
    """Write the address into the README and all notebooks (or these files)."""
    parser = argparse.ArgumentParser(prog="python -m tests.docs.badges", description="Address the badges of the notebooks.")
    parser.add_argument("repository", metavar="OWNER/REPOSITORY", help="the public repository on GitHub")
    parser.add_argument("--branch", default=BRANCH, help="the branch or tag that the badges open (default: %(default)s)")
    args = parser.parse_args(argv)
    for pattern, value in ((r"[\w.-]+/[\w.-]+", args.repository), (r"[\w.-]+", args.branch)):
        if not re.fullmatch(pattern, value):
            parser.error(f"expected OWNER/REPOSITORY and a branch without slashes, got {value!r}")
    for path in paths or [DOCUMENTS["README.md"], *NOTEBOOKS.values()]:
        text = path.read_text(encoding="utf-8")
        path.write_text(readdressed(text, args.repository, args.branch), encoding="utf-8")
        print(f"{path.name}: {len(addresses(text))} addresses")


if __name__ == "__main__":
    main()
