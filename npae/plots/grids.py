"""Grids of images side by side, each with its title: samples of several models, held against each other."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib import colormaps
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .style import GRAY, PAPER, WIDTH, bare_axes, set_title
from .tiles import as_images, mosaic

HEAD, EDGE = 0.6, 0.12  # inches: for the title and note of a panel; between panels and around them


def grid_panels(grids: Mapping[str, ArrayLike], image_shape: tuple[int, int], notes: Mapping[str, str] | None = None,
                columns: int = 8, panels_in_row: int = 2, width: float = WIDTH) -> Figure:
    """Return a figure with a panel of images (m, height * width) for each entry, `columns` images in a row of it.

    notes: a line under the title of a panel, by the same names. White is 0 and black is 1.
    """
    if not grids:
        raise ValueError("grids is empty: give the images of at least one")
    pictures = {name: as_images(images, image_shape, f"grids[{name!r}]") for name, images in grids.items()}
    canvases = {name: mosaic(images, columns, lambda image: colormaps[GRAY](Normalize(0, 1, clip=True)(image)))
                for name, images in pictures.items()}
    across = min(panels_in_row, len(grids))
    down = -(-len(grids) // across)
    inner = (width - (across + 1) * EDGE) / across
    tall = inner * max(canvas.shape[0] / canvas.shape[1] for canvas in canvases.values())
    height = down * (HEAD + tall) + EDGE
    figure = Figure(figsize=(width, height), facecolor=PAPER, edgecolor=PAPER)
    for index, (name, canvas) in enumerate(canvases.items()):
        row, column = divmod(index, across)
        left, bottom = EDGE + column * (inner + EDGE), height - (row + 1) * (HEAD + tall)
        ax = figure.add_axes((left / width, bottom / height, inner / width, tall / height), anchor="NW")
        bare_axes(ax)
        ax.imshow(canvas, interpolation="antialiased", aspect="equal")
        set_title(ax, name, (notes or {}).get(name, ""))
    return figure
