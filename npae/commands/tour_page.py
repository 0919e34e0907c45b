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
from ..models import Model
from .page import bars, definitions, document, element, image, table, text
from .tour_figures import Plate, plates
from .tour_math import THE_EQUATION
from .tour_style import STYLE
from .tour_table import HEADER, NUMERIC, cells
from .tour_training import SEED, TWIN_EXAMPLES, TWIN_FEATURES, Result

CSS_INCH = 96           # pixels
SHOWN = 42              # digits beside the title
ALWAYS = ("latent_dim", "hidden_dims", "loss")      # hyperparameters that are printed also where they are the default


def render(results: Sequence[Result], data: ImageData, quick: bool) -> str:
    """Return the whole page as HTML."""
    figures = "\n".join(_figure(number, plate) for number, plate in enumerate(plates(results, data), start=1))
    sections = (_opening(results, data, quick), _equation(), _exhibits(results, data), _table(results), figures,
                _colophon(data, quick))
    return document("npae: a tour", STYLE, element("main", "\n".join(sections)))


def _opening(results: Sequence[Result], data: ImageData, quick: bool) -> str:
    height, width = data.image_shape
    lead = (f"{_number(len(results))} autoencoders learn {len(data.X_train):,} handwritten digits of "
            f"{height}\u00a0×\u00a0{width} pixels and are held against principal component analysis on {len(data.X_test)} digits that none of them "
            f"has seen. Pure NumPy; every gradient is written by hand and checked.")
    parts = [text("p", f"npae {__version__}", class_="eyebrow"), text("h1", "Autoencoders, down to the last gradient"),
             text("p", lead, class_="lead")]
    if quick:
        parts.append(text("p", "A quick tour: a fifth of the epochs. The models are poorer than they could be; run "
                               "npae tour without --quick for the real ones.", class_="notice"))
    hero = plots.image_grid(data.X_test[:SHOWN], data.image_shape, columns=7)
    samples = element("div", _image(hero, f"{SHOWN} of the held-out digits"), class_="samples")
    return element("header", element("div", "\n".join(parts)) + samples)


def _equation() -> str:
    lines = "\n".join(f"<dt>{left} <span class=\"equals\">=</span></dt><dd>{right}</dd><dd class=\"gloss\">{gloss}</dd>"
                      for left, right, gloss in THE_EQUATION)
    return _section("One equation", "Every model is this equation with parts exchanged. Rows are examples; errors are "
                    "summed over pixels and averaged over images, and that average is the only place where 1/m "
                    "appears.", element("dl", lines, class_="equation"))


def _exhibits(results: Sequence[Result], data: ImageData) -> str:
    stacks = [_widths(result, data) for result in results]
    widest = max(max(widths) for widths in stacks)
    cards = "\n".join(_card(number, result, bars(widths, len(widths) // 2, widest))
                      for number, (result, widths) in enumerate(zip(results, stacks), start=1))
    return _section("The exhibits", "One idea at a time, with its loss and the call that builds it. The drawings show the "
                    "width of every layer, the code in orange.", element("div", cards, class_="cards"))


def _widths(result: Result, data: ImageData) -> list[int]:
    """Return the number of units in every layer, from the pixels to the code and back."""
    hidden = list(result.model.hidden_dims)
    return [data.X_train.shape[1], *hidden, result.code_size, *hidden[::-1], data.X_train.shape[1]]


def _card(number: int, result: Result, drawing: str) -> str:
    exhibit = result.exhibit
    measured = (f"Held-out error {result.error:.2f}; PCA with {result.code_size} numbers has {result.pca_error:.2f}. "
                f"{exhibit.remark(result)}")
    return element("article", "\n".join((
        element("h3", f"<span class=\"ordinal\">{number}</span> {escape(exhibit.title)}"),
        drawing,
        text("p", exhibit.idea),
        element("p", exhibit.equation, class_="formula"),
        text("p", measured, class_="measured"),
        text("code", _constructor(result.model), class_="constructor"),
    )))


def _constructor(model: Model) -> str:
    """Return the call that builds the model as it was trained."""
    defaults = type(model)().get_params()
    shown = {name: value for name, value in model.get_params().items()
             if name != "verbose" and (name in ALWAYS or value != defaults[name])}
    return f"npae.{type(model).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


def _table(results: Sequence[Result]) -> str:
    scroll = element("div", table(HEADER, [cells(result) for result in results], NUMERIC), class_="scroll", tabindex="0")
    note = (f"Errors are squared errors per image on the held-out digits, whatever the loss in training. PCA has the same "
            f"code size; a ratio below 1 is better than PCA. Seconds depend on the machine. Gradients: those of a twin in "
            f"float64, {TWIN_FEATURES} features and {TWIN_EXAMPLES} examples, against numerical derivatives; the worst "
            f"error is the largest over all parameters, relative to the largest entry of its array.")
    return _section("What came out", _outcome(results), scroll + text("p", note, class_="note"))


def _outcome(results: Sequence[Result]) -> str:
    """Return the outcome in a sentence, whatever it is."""
    ratios = {True: [], False: []}
    for result in results:
        ratios[bool(result.model.hidden_dims)].append(result.error / result.pca_error)
    parts = [f"the networks {'with' if hidden else 'without'} hidden layers leave {_range(found)}"
             for hidden, found in ratios.items() if found]
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
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
    return words[count] if count < len(words) else str(count)
