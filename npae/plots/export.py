"""A figure as bytes, for pages and files."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


def png_bytes(figure: Figure, dpi: float = 200) -> bytes:
    """Return the figure as PNG, the same bytes for the same figure (no date, no software version inside)."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, facecolor=figure.get_facecolor(), bbox_inches=None,
                   metadata={"Software": None})
    return buffer.getvalue()
