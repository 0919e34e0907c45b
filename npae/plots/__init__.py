"""Figures, one idea a file. Every function returns a matplotlib Figure; nothing is shown and nothing global is touched.

    images.py    pictures in a grid; originals above reconstructions
    filters.py   the weights into each unit, as pictures
    curves.py    the loss over the epochs, training and validation
    codes.py     two-dimensional codes as maps, one panel per model
    lines.py     curves, sweeps and spectra in panels; histograms.py and bar_groups.py what their names say
    dots.py      a table drawn: models in rows, a panel for each quantity, a dot for each repetition
    opacity.py   units as discs, as opaque as they are active
    build_ups.py images as sums of parts, the sum so far below each part
    tangents.py  directions in the space of images, beside their image
    fields.py    vector fields in the plane, with a zoom; where points land
    manifold.py  a decoder over the plane of two-dimensional codes
    traversals.py  rows of images: interpolations, one unit at a time; grids.py samples side by side
    densities.py histograms against a curve; graphs.py computation graphs as drawings
    spectrograms.py  loudness over time and frequency
    stacks.py    networks as rows of columns, as high as the layers are wide
    count_tables.py  contingency tables as shaded squares
    style.py     colours, sizes, axes: the one place where the looks are decided

`pyplot` is never imported: it would open windows and change settings that belong to the user. A figure is written by its
own method `savefig(path)`, or held in memory:

    >>> import numpy as np
    >>> figure = image_grid(np.eye(9), image_shape=(3, 3))
    >>> png_bytes(figure)[1:4]
    b'PNG'
"""

from .bar_groups import bar_groups
from .build_ups import build_ups
from .codes import scatter_codes
from .count_tables import count_tables
from .curves import learning_curves
from .densities import DensityPanel, density_panels
from .dots import DotPanel, dot_table
from .export import png_bytes
from .fields import FieldPanel, landing_map, vector_fields
from .filters import filters
from .graphs import Arrow, GraphPanel, Node, graph_panels
from .grids import grid_panels
from .histograms import histograms
from .images import image_grid, reconstructions
from .lines import LinePanel, line_panels
from .manifold import manifold, quantile_grid
from .opacity import unit_opacity
from .spectrograms import SpectrogramPanel, spectrogram_panels
from .stacks import Column, StackPanel, stack_panels
from .tangents import direction_images
from .traversals import image_rows

__all__ = ["Arrow", "Column", "DensityPanel", "DotPanel", "FieldPanel", "GraphPanel", "LinePanel", "Node",
           "SpectrogramPanel", "StackPanel", "bar_groups", "build_ups", "count_tables", "density_panels",
           "direction_images", "dot_table", "filters", "graph_panels", "grid_panels", "histograms", "image_grid",
           "image_rows", "landing_map", "learning_curves", "line_panels", "manifold", "png_bytes", "quantile_grid",
           "reconstructions", "scatter_codes", "spectrogram_panels", "stack_panels", "unit_opacity", "vector_fields"]


def __dir__() -> list[str]:
    return sorted(__all__)
