"""The page of the tour, put together from its sections."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Sequence
from html import escape

import numpy as np
from matplotlib.figure import Figure

from .. import plots
from .._version import __version__
from ..datasets import ImageData
from .cards import cards
from .equations import THE_EQUATION
from .exhibit import Plate
from .figures import plates
from .html import definitions, document, element, image, table, text
from .style import STYLE
from .table import HEADER, NUMERIC, cells
from .training import SEED, TWIN_EXAMPLES, TWIN_FEATURES, Result

CSS_INCH = 96           # pixels
SHOWN = 42              # digits beside the title


def render(results: Sequence[Result], data: ImageData, quick: bool) -> str:
    """Return the whole page as HTML."""
    figures = "\n".join(_figure(number, plate) for number, plate in enumerate(plates(results, data), start=1))
    sections = (_opening(results, data, quick), _equation(), _exhibits(results, data.X_train.shape[1]), _table(results),
                figures, _colophon(data, quick))
    return document("npae: a tour", STYLE, element("main", "\n".join(sections)))


def _opening(results: Sequence[Result], data: ImageData, quick: bool) -> str:
    height, width = data.image_shape
    lead = (f"{_number(len(results))} autoencoders learn {len(data.X_train):,} handwritten digits of "
            f"{height}\u00a0×\u00a0{width} pixels and are held against principal component analysis on "
            f"{len(data.X_test)} digits that none of them has seen. Pure NumPy; every gradient is written by hand and "
            f"checked.")
    parts = [text("p", f"npae {__version__}", class_="eyebrow"), text("h1", "Autoencoders, down to the last gradient"),
             text("p", lead, class_="lead")]
    if quick:
        parts.append(text("p", "A quick tour: a fifth of the epochs. The models are poorer than they could be; run "
                               "npae tour without --quick for the real ones.", class_="notice"))
    hero = plots.image_grid(data.X_test[:SHOWN], data.image_shape, columns=7)
    samples = element("div", _image(hero, f"{SHOWN} of the held-out digits"), class_="samples")
    return element("header", element("div", "\n".join(parts)) + samples)


def _equation() -> str:
    lines = "\n".join(f'<dt>{left} =</dt><dd>{right}</dd><dd class="gloss">{gloss}</dd>'
                      for left, right, gloss in THE_EQUATION)
    return _section("One equation", "Every model is this equation with parts exchanged. Rows are examples; errors are "
                    "summed over pixels and averaged over images, and that average is the only place where 1/m "
                    "appears.", element("dl", lines, class_="equation"))


def _exhibits(results: Sequence[Result], pixels: int) -> str:
    return _section("The exhibits", "One idea at a time, with its loss and the call that builds it. The drawings show "
                    "the width of every layer, the code in orange.", cards(results, pixels))


def _table(results: Sequence[Result]) -> str:
    rows = [cells(result) for result in results]
    scroll = element("div", table(HEADER, rows, NUMERIC), class_="scroll", tabindex="0")
    note = (f"Errors are squared errors per image on the held-out digits, whatever the loss in training. PCA has the "
            f"same code size; a ratio below 1 is better than PCA; a dash stands where PCA is no measure: for a code of as "
            f"many numbers as pixels, or more, for a model that learns labels, and for a code of whole numbers, whose size is "
            f"in bits. Terms that are zero are left out. Seconds are those of the training and depend on the machine. "
            f"Gradients: those of a twin in float64, {TWIN_FEATURES} features and {TWIN_EXAMPLES} examples, against numerical "
            f"derivatives, with what stands behind a stop held still; the worst error is the largest over all parameters, "
            f"relative to the largest entry of its array.")
    return _section("What came out", _outcome(results), scroll + text("p", note, class_="note"))


def _outcome(results: Sequence[Result]) -> str:
    """Return the outcome in a sentence, whatever it is."""
    parts = []
    for layers in ("with", "without"):
        ratios = [result.ratio for result in results
                  if result.deep == (layers == "with") and not np.isnan(result.ratio)]
        if ratios:
            parts.append(f"the networks {layers} hidden layers leave {_range(ratios)}")
    return f"Of the error that PCA leaves with as many numbers, {'; '.join(parts)}."


def _range(ratios: Sequence[float]) -> str:
    low, high = f"{min(ratios):.0%}", f"{max(ratios):.0%}"
    return low if low == high else f"{low} to {high}"


def _figure(number: int, plate: Plate) -> str:
    pictures = element("div", "\n".join(_image(picture, plate.alt) for picture in plate.pictures), class_="pictures")
    caption = element("figcaption", f"<strong>Figure {number}.</strong> {escape(plate.caption, quote=False)}")
    return element("section", text("h2", plate.title)
                   + element("figure", pictures + caption, class_="wide" if plate.wide else "beside"))


def _image(picture: Figure, alt: str) -> str:
    width, height = (round(inches * CSS_INCH) for inches in picture.get_size_inches())
    return image(plots.png_bytes(picture), width, height, alt)


def _colophon(data: ImageData, quick: bool) -> str:
    facts = (
        ("command", "npae tour --quick" if quick else "npae tour"),
        ("seed", f"{SEED}, for initial weights and shuffling"),
        ("data", f"npae.load_digits(): the first {len(data.X_train):,} images train, the last {len(data.X_test)} test"),
        ("settings", "as printed on each exhibit; chosen on training images alone"),
        ("versions", f"npae {__version__}, NumPy {np.__version__}, Python {platform.python_version()}"),
        ("date", datetime.date.today().isoformat()),
    )
    return _section("To reproduce", "", definitions(facts))


def _section(title: str, introduction: str, html: str) -> str:
    opening = text("h2", title) + (text("p", introduction, class_="introduction") if introduction else "")
    return element("section", f"{opening}\n{html}")


def _number(count: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
             "Thirteen", "Fourteen", "Fifteen")
    return words[count] if count < len(words) else str(count)
