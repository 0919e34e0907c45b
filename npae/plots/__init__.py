"""Figures, one idea a file. Every function returns a matplotlib Figure; nothing is shown and nothing global is touched.

    images.py    pictures in a grid; originals above reconstructions
    filters.py   the weights into each unit, as pictures
    curves.py    the loss over the epochs, training and validation
    codes.py     two-dimensional codes as maps, one panel per model
    fields.py    vector fields in the plane, with a zoom
    style.py     colours, sizes, axes: the one place where the looks are decided

`pyplot` is never imported: it would open windows and change settings that belong to the user.
"""

from .codes import scatter_codes
from .curves import learning_curves
from .export import png_bytes
from .fields import FieldPanel, vector_fields
from .filters import filters
from .images import image_grid, reconstructions

__all__ = ["FieldPanel", "filters", "image_grid", "learning_curves", "png_bytes", "reconstructions", "scatter_codes",
           "vector_fields"]
