"""The results as rows of text: what the terminal prints is what the page shows, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

from .training import Result

HEADER = ("model", "code size", "held-out error", "PCA", "ratio", "epochs", "seconds", "training loss and its terms",
          "gradients", "worst error")
DASH = "\u2013"
NUMERIC = (1, 2, 3, 4, 5, 6, 9)     # columns that are aligned on the right


def cells(result: Result) -> tuple[str, ...]:
    """Return one row, in the order of HEADER."""
    terms = ", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in result.terms.items() if value)
    size = str(result.code_size) if result.bits is None else f"{result.bits:.0f} bits"
    pca = (f"{result.pca_error:.3f}", f"{result.ratio:.3f}") if result.compared else (DASH, DASH)
    return (result.exhibit.title, size, f"{result.error:.3f}", *pca, str(result.epochs),
            f"{result.seconds:.1f}", terms, result.report.verdict, f"{result.worst_gradient:.1e}")


def text_table(results: Sequence[Result]) -> str:
    """Return the table as aligned text."""
    rows = [HEADER, *map(cells, results)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    aligned = [cell.rjust(width) if column in NUMERIC else cell.ljust(width)
               for column, (cell, width) in enumerate(zip(row, widths))]
    return "  ".join(aligned).rstrip()
