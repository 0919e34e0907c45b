"""Grids of images side by side, each with its title: samples of several models, held against each other."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib import colormaps
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .style import GRAY, WIDTH, bare_axes, new_figure, set_title
from .tiles import as_images, mosaic


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
    shape = max(canvas.shape[0] for canvas in canvases.values()) / next(iter(canvases.values())).shape[1]
    figure = new_figure(width, down * (width / across * shape + 0.62))
    for index, (name, canvas) in enumerate(canvases.items(), start=1):
        ax = figure.add_subplot(down, across, index)
        bare_axes(ax)
        ax.imshow(canvas, interpolation="antialiased", aspect="equal")
        set_title(ax, name, (notes or {}).get(name, ""))
    return figure
