r"""The two figures of a gradient check: where the error is (heat map), and how fast it vanishes (Taylor remainder).

Heat map. The error of every entry, |got - expected| over the tensor's largest entry of either side, so that the largest cell
of a panel is the error of that tensor (compare.py). One scale of colours from 1e-16, rounding, to 1; the worst entry has
a ring. A large tensor is drawn in blocks that show their largest error, so that a single wrong entry stays visible.

Taylor remainder. Along a direction v of length 1,
    R(t) = |f(x + t v) - f(x) - t <g, v>|                                                (1)
is t^2/2 |v^T H v| + ... if g is the gradient: slope 2 in a log-log plot, or more. If g is wrong, t |<r - g, v>|
remains, r being the gradient: slope 1. No step size has to be chosen; the reader sees all of them.
The slope is read off where R is straight. Small steps decide: a slightly wrong g has slope 2 first and slope 1 below.
Rounding of f is all that is left at steps near 1e-13. It is eps |f| or more, where f subtracts large numbers inside. R below
RISE times that is not looked at.                                                         (2)
R may also be all rounding: f is linear in the tensor, and g is right. Then there is no line to draw, and the legend says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from ..plots.lines import LOOKS
from ..plots.style import (
    FAINT,
    INK,
    MUTED,
    PAPER,
    SMALL,
    VERMILLION,
    WIDTH,
    bare_axes,
    label_axes,
    new_figure,
    set_title,
    style_axes,
)
from .compare import largest
from .findings import Finding, Probe, TensorRow, index_text
from .lines import EPS

FLOOR, CEILING = 1e-16, 1.0
COLOURS = "GnBu"
CELLS = 96              # so many rows or columns are drawn at most
COLUMNS = 3             # panels side by side
STEPS = np.logspace(-1, -9, 33)
TINY = np.logspace(-12.5, -13.5, 9)         # steps at which rounding is all there is
RISE = 20.0
RUN, STRAIGHT = 4, 0.15                     # a decade of steps whose slopes differ by no more than this is straight
RIGHT, WRONG = 1.8, 1.2                     # slopes at least, at most


# ---- heat map -------------------------------------------------------------------------------------------------------

Comparisons = Mapping[str, tuple[np.ndarray, np.ndarray]]       # by tensor: got, expected


def heatmap(rows: Sequence[TensorRow], findings: Sequence[Finding], comparisons: Comparisons) -> Figure:
    """Return a panel for each tensor that was compared; ValueError if there is none."""
    if not comparisons:
        why = "; ".join(finding.message for finding in findings) or "the report has no gradients"
        raise ValueError(f"there is nothing to draw: no gradient was compared with a numerical one ({why})")
    columns = min(COLUMNS, len(comparisons))
    lines = -(-len(comparisons) // columns)
    figure = new_figure(max(4.4, 0.9 + 2.75 * columns), 2.75 * lines + 0.2)
    norm = LogNorm(FLOOR, CEILING)
    panels = [figure.add_subplot(lines, columns, index) for index in range(1, len(comparisons) + 1)]
    for ax, (name, (got, expected)) in zip(panels, comparisons.items()):
        _draw_errors(ax, name, np.asarray(got, dtype=float), np.asarray(expected, dtype=float), norm)
    bar = figure.colorbar(ScalarMappable(norm, COLOURS), ax=panels, extend="both", shrink=min(1.0, 1.6 / lines), pad=0.02,
                          panchor=False)     # type: ignore[arg-type]
    bar.set_label("|got \N{MINUS SIGN} expected| / largest entry", color=MUTED, fontsize=SMALL)
    bar.ax.tick_params(which="both", colors=MUTED, labelsize=SMALL)
    bar.ax.yaxis.set_major_locator(LogLocator(numticks=9))
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    bar.outline.set_visible(False)      # type: ignore[operator]
    for row in rows[:1]:
        bar.ax.axhline(row.tolerance, color=VERMILLION, linewidth=1.6)
        bar.ax.text(-0.35, row.tolerance, "tolerance", color=INK, fontsize=SMALL, rotation=90, ha="right", va="center",
                    transform=bar.ax.get_yaxis_transform())
    return figure


def _draw_errors(ax: Axes, name: str, got: np.ndarray, expected: np.ndarray, norm: LogNorm) -> None:
    error = _relative(got, expected)
    if not error.size:
        bare_axes(ax)
        set_title(ax, name, f"empty, {' x '.join(map(str, error.shape))}")
        return
    table, names = _as_table(error)
    rows, columns = table.shape
    blocks, height, width = _in_blocks(table)
    ax.imshow(np.clip(blocks, FLOOR, None), norm=norm, cmap=COLOURS, interpolation="nearest", aspect="auto",
              extent=(-0.5, columns - 0.5, rows - 0.5, -0.5))
    _frame(ax, rows, columns)
    label_axes(ax, *(label + (f", blocks of {size}" if size > 1 else "") for label, size in zip(names, (width, height))))
    worst = int(np.argmax(table))
    place = tuple(int(i) for i in np.unravel_index(worst, error.shape))
    set_title(ax, name, f"worst {index_text(place)} {table.flat[worst]:.1e}")
    _ring(ax, worst // columns, worst % columns, height, width)


def _relative(got: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return the error of every entry; infinite where a number is not finite."""
    known = np.isfinite(got) & np.isfinite(expected)
    scale = largest(got[known], expected[known]) or 1.0
    error = np.full(got.shape, np.inf)
    error[known] = np.abs(got[known] / scale - expected[known] / scale)      # divided first: a difference might overflow
    return error


def _as_table(error: np.ndarray) -> tuple[np.ndarray, tuple[str, str]]:
    """Return the errors as a matrix, and the names of its columns and rows."""
    if error.ndim <= 1:
        return error.reshape(1, -1), ("entry", "")
    if error.ndim == 2:
        return error, ("column", "row")
    return error.reshape(len(error), -1), (f"axes 1 to {error.ndim - 1}, folded", "axis 0")


def _in_blocks(table: np.ndarray) -> tuple[np.ndarray, int, int]:
    """Return the table with at most CELLS rows and columns, each the largest of a block, and the size of the blocks."""
    height, width = (max(1, -(-n // CELLS)) for n in table.shape)
    rows, columns = np.arange(0, table.shape[0], height), np.arange(0, table.shape[1], width)
    return np.maximum.reduceat(np.maximum.reduceat(table, rows, axis=0), columns, axis=1), height, width


def _frame(ax: Axes, rows: int, columns: int) -> None:
    """Cells about square, unless the panel would become a thread; whole numbers as ticks."""
    aspect = min(1.0, max(0.14, rows / max(columns, 1)))
    ax.set_box_aspect(aspect)
    ax.set_anchor("NW")
    ax.grid(False)
    ax.tick_params(colors=MUTED, labelsize=SMALL, length=2.5, width=0.6)
    for spine in ax.spines.values():
        spine.set_color(FAINT)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(max(1, round(6 * aspect)), integer=True))
    if rows == 1:
        ax.set_yticks([])


def _ring(ax: Axes, row: int, column: int, height: int, width: int) -> None:
    """A ring around the block of the worst entry, dark inside light, so that it stands on every colour."""
    place = (column // width * width + (width - 1) / 2, row // height * height + (height - 1) / 2)
    for size, colour, thickness in ((9, PAPER, 3.2), (9, INK, 1.4)):
        ax.plot(*place, "o", markersize=size, markerfacecolor="none", markeredgecolor=colour, markeredgewidth=thickness,
                clip_on=False, zorder=4)


# ---- Taylor remainder -----------------------------------------------------------------------------------------------

class Fall(NamedTuple):
    """How R falls: its values at STEPS, its rounding, and the slope where it is straight (nan where it nowhere is)."""

    values: np.ndarray
    rounding: float
    visible: np.ndarray         # which values are above rounding
    slope: float

    @property
    def is_rounding(self) -> bool:
        """Whether there is nothing to see: too few values above rounding."""
        return int(self.visible.sum()) <= RUN


def taylor(rows: Sequence[TensorRow], findings: Sequence[Finding], comparisons: Comparisons, probe: Probe | None) -> Figure:
    """Return the remainders of all tensors that were compared, in one log-log plot; ValueError if they cannot be measured."""
    if probe is None or not comparisons:
        why = "; ".join(finding.message for finding in findings) or "the report has no gradients"
        raise ValueError(f"there is nothing to draw: no remainder can be measured ({why})")
    falls = {name: measure(probe, name, *pair) for name, pair in comparisons.items()}
    judged = {row.name: row for row in rows}
    figure = new_figure(WIDTH, max(4.0, 1.6 + 0.22 * len(falls)))
    ax = figure.add_subplot(1, 1, 1)
    style_axes(ax)
    set_title(ax, "Taylor remainder  |f(x + t v) \N{MINUS SIGN} f(x) \N{MINUS SIGN} t \N{MATHEMATICAL LEFT ANGLE BRACKET}g, v"
                  "\N{MATHEMATICAL RIGHT ANGLE BRACKET}|", "slope 2: g is the gradient; slope 1: it is not")
    label_axes(ax, "step t along a random direction v of length 1", "remainder")
    handles = [_draw_fall(ax, fall, LOOKS[index % len(LOOKS)], f"{name}: {describe(fall, judged.get(name))}")
               for index, (name, fall) in enumerate(falls.items())]
    _scales(ax, falls)
    figure.legend(handles=handles, loc="outside lower left", fontsize=SMALL, labelcolor=INK, frameon=False, handlelength=3.0,
                  ncols=1 if len(handles) <= 3 else 2, columnspacing=2.0)
    return figure


def measure(probe: Probe, name: str, got: np.ndarray, expected: np.ndarray) -> Fall:
    """Return the remainders of one tensor, and what can be read off them."""
    values, tiny = np.abs(probe(name, STEPS)), np.abs(probe(name, TINY))
    size = float(np.sqrt(np.sum(np.square(np.nan_to_num(got))) + np.sum(np.square(np.nan_to_num(expected)))))
    rounding = max(float(np.max(tiny, initial=0, where=np.isfinite(tiny))), getattr(probe, "rounding", 0.0))
    above = RISE * (rounding + EPS * size * STEPS)                                      # (2), and the rounding of t <g, v>
    visible = np.isfinite(values) & (values > above)
    return Fall(values, rounding, visible, straight_slope(STEPS[visible], values[visible]))


def straight_slope(steps: np.ndarray, values: np.ndarray) -> float:
    """Return the slope of the straight part with the smallest steps, nan where no decade is straight.

    Steps fall; a part is straight when the slopes between neighbours differ by less than STRAIGHT over a decade.
    """
    slopes = np.diff(np.log(values)) / np.diff(np.log(steps))
    for stop in range(len(slopes), RUN - 1, -1):
        part = slopes[stop - RUN:stop]
        if np.ptp(part) <= STRAIGHT:
            return float(np.median(part))
    return float("nan")


def describe(fall: Fall, row: TensorRow | None) -> str:
    """Return what the legend says about one tensor; the table has measured more exactly, and is not contradicted."""
    verdict = "" if row is None else row.verdict
    if fall.is_rounding:
        return ("rounding only: f is linear along v, and g is right" if verdict in ("", "pass", "kink") else
                "too little above rounding for a slope")
    if np.isnan(fall.slope):
        return "no straight part: f has corners or is too curved along v"
    text = f"slope {fall.slope:.1f}"
    if verdict == "kink":
        return f"{text}, on a corner of f, where it says nothing"
    if fall.slope >= RIGHT:
        if row is None or verdict != "fail":
            return f"{text}, right"
        return f"{text}: its error, {row.error:.0e}, is too small to be seen here"
    if verdict == "pass":
        return f"{text}, from rounding: the gradient passes"
    return f"{text}, " + ("wrong" if 2 - WRONG <= fall.slope <= WRONG else "neither 1 nor 2")


def _draw_fall(ax: Axes, fall: Fall, look: tuple[str, Any, str], label: str) -> Line2D:
    colour, style, marker = look
    if fall.is_rounding:
        return Line2D([], [], linestyle="", label=label)
    shown = np.isfinite(fall.values) & (fall.values > 0)
    ax.plot(STEPS[shown], fall.values[shown], color=colour, linewidth=0.8, alpha=0.45)
    return ax.plot(STEPS[fall.visible], fall.values[fall.visible], color=colour, linestyle=style, linewidth=1.8,
                   marker=marker, markersize=4, markevery=4, label=label)[0]


def _scales(ax: Axes, falls: Mapping[str, Fall]) -> None:
    """Logarithmic axes, guide lines of slope 1 and 2 from the upper right corner, and a band where rounding is."""
    drawn = [fall for fall in falls.values() if not fall.is_rounding]
    if not drawn:
        ax.text(0.97, 0.5, "no remainder rises above rounding", color=INK, fontsize=SMALL, ha="right", va="center",
                transform=ax.transAxes, bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 2})
    top = 4 * max((float(fall.values[fall.visible].max()) for fall in drawn), default=1.0)
    rounding = max(max(fall.rounding for fall in falls.values()), 1e-3 * EPS * top)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(STEPS[-1] / 1.5, STEPS[0] * 1.5)
    ax.set_ylim(rounding / 10, 5 * top)
    ax.axhspan(rounding / 10, rounding * RISE, color=FAINT, alpha=0.55, linewidth=0, zorder=0)
    ax.text(STEPS[-1], rounding * 1.2, "rounding of f", color=MUTED, fontsize=SMALL, va="center")
    for slope in (1, 2):
        low = max(STEPS[-1], STEPS[0] * (rounding * RISE / top) ** (1 / slope))
        ends = np.array([STEPS[0], low])
        ax.plot(ends, top * (ends / STEPS[0]) ** slope, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1.5)
        middle = float(np.sqrt(ends[0] * ends[1]))
        ax.text(middle, top * (middle / STEPS[0]) ** slope * 2.5, f"slope {slope}", color=INK, fontsize=SMALL, ha="right",
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1})
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(numticks=10))
        axis.set_minor_formatter(NullFormatter())
