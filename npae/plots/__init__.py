"""Figures, one idea a file. Every function returns a matplotlib Figure; nothing is shown and nothing global is touched.

    images.py    pictures in a grid; originals above reconstructions
    filters.py   the weights into each unit, as pictures
    curves.py    the loss over the epochs, training and validation
    codes.py     two-dimensional codes as maps, one panel per model
    lines.py     curves, sweeps and spectra in panels; histograms.py and bar_groups.py what their names say
    dots.py      a table drawn: models in rows, a panel for each quantity, a dot for each repetition
    opacity.py   units as discs, as opaque as they are active
    tangents.py  directions in the space of images, beside their image
    fields.py    vector fields in the plane, with a zoom
    style.py     colours, sizes, axes: the one place where the looks are decided

`pyplot` is never imported: it would open windows and change settings that belong to the user.
"""

from .bar_groups import bar_groups
from .codes import scatter_codes
from .curves import learning_curves
from .dots import DotPanel, dot_table
from .export import png_bytes
from .fields import FieldPanel, vector_fields
from .filters import filters
from .histograms import histograms
from .images import image_grid, reconstructions
from .lines import LinePanel, line_panels
from .opacity import unit_opacity
from .tangents import direction_images

__all__ = ["DotPanel", "FieldPanel", "LinePanel", "bar_groups", "direction_images", "dot_table", "filters", "histograms", "image_grid",
           "learning_curves", "line_panels", "png_bytes", "reconstructions", "scatter_codes", "unit_opacity",
           "vector_fields"]
