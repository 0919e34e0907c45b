"""The results as Markdown tables and a figure."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .configurations import CONFIGURATIONS
from .contenders import BARE, FLOOR, OURS
from .plan import EAGER, FUSED, JAX, SCIKIT, Outcome, Races, Target, ratio
from .processes import Process
from .race import BLAS_VARIABLES, Result, environment


def blas_kernel(native: bool) -> str:
    """Return which kernels the BLAS library of NumPy has chosen, in its own words."""
    said = subprocess.run([sys.executable, "-c", "import numpy; numpy.ones((2, 2)) @ numpy.ones((2, 2))"], text=True,
                          capture_output=True, env={**environment(native), "OPENBLAS_VERBOSE": "2"}).stderr
    return said.strip().removeprefix("Core: ") or "unknown"


def machine() -> str:
    """Return what this was measured on."""
    preset = ", ".join(f"{name}={os.environ[name]}" for name in BLAS_VARIABLES if name in os.environ) or "nothing"
    models = [line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    return (f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}, "
            f"NumPy {np.__version__}. Preset: {preset}. BLAS kernels: {blas_kernel(False)} as found, "
            f"{blas_kernel(True)} natively.")


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, numbers to the right."""
    lines = ["| " + " | ".join(header) + " |", "|---|" + "---:|" * (len(header) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def race_table(races: Races, first: str = "configuration") -> str:
    """Return one row for every contender of every race: median and quartiles in microseconds, ratios, page faults."""
    rows = []
    for name, outcome in races.items():
        title = f"({name}) {CONFIGURATIONS[name].title}" if name in CONFIGURATIONS else name
        for contender, result in outcome.items():
            rows.append([title, contender, *_cells(result, outcome)])
            title = ""
    return table((first, "contender", "us per step", "quartiles", "over the floor", "npae / this", "faults"), rows)


def _cells(result: Result | str, outcome: Outcome) -> list[str]:
    if isinstance(result, str):
        return [f"not measured: {result}", "", "", "", ""]
    over, ours = outcome.get(FLOOR), outcome.get(OURS)
    return [f"{result.median:,.1f}", f"{result.low:,.1f} to {result.high:,.1f}",
            f"{result.median / over.median:.2f}" if isinstance(over, Result) else "",
            f"{ours.median / result.median:.3f}" if isinstance(ours, Result) else "", f"{result.faults:.1f}"]


def summary(steps: Mapping[str, Races]) -> str:
    """Return the ratios of npae's step to the floor and to the peers, a table for each setting, a row for each configuration."""
    against = {FLOOR: "floor", BARE: "bare loop", EAGER: "PyTorch", FUSED: "its fused Adam", JAX: "JAX", SCIKIT: "scikit-learn"}
    tables = []
    for setting, races in steps.items():
        rows = []
        for name, outcome in races.items():
            found = outcome[OURS]
            ratios = [ratio(races, name, OURS, other) for other in against]
            rows.append([f"({name}) {CONFIGURATIONS[name].title}", f"{found.median:,.0f}" if isinstance(found, Result) else "",
                         *("" if value is None else f"{value:.2f}" for value in ratios)])
        tables.append(table((f"{setting}: npae's step over that of", "us", *against.values()), sorted(rows)))
    return "\n\n".join(tables)


def target_table(targets: Sequence[Target]) -> str:
    """Return every target with what was measured."""
    return table(("target", "at most", "measured", ""), [
        (target.text, f"{target.limit:.3g}", "" if target.value is None else f"{target.value:.3g}", target.verdict)
        for target in targets])


def process_table(processes: Mapping[str, Process | None]) -> str:
    """Return seconds and memory of whole processes."""
    return table(("process", "seconds", "peak MB"), [
        (name, f"{each.seconds:.3f}", f"{each.peak_mb:.0f}") if each else (name, "not measured: failed or not installed", "")
        for name, each in processes.items()])


COLOURS = ("#0072B2", "#999999", "#D55E00", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#000000")


def figure(races: Mapping[str, Races], path: Path) -> None:
    """Draw the steps of all contenders over the floor, one panel for each BLAS setting."""
    from matplotlib.figure import Figure

    names = (name for each in races.values() for outcome in each.values() for name in outcome)
    colours = dict(zip([name for name in dict.fromkeys(names) if name != FLOOR], COLOURS))
    drawing = Figure(figsize=(11, 3.4 * len(races)), layout="constrained")
    panels = drawing.subplots(len(races), 1, squeeze=False, sharex=True, sharey=True)[:, 0]
    for panel, (setting, found) in zip(panels, races.items()):
        for x, name in enumerate(sorted(found)):
            measured = {contender: found[name][contender] for contender in colours
                        if isinstance(found[name].get(contender), Result) and isinstance(found[name].get(FLOOR), Result)}
            for i, (contender, result) in enumerate(measured.items()):
                panel.bar(x + 0.12 * (i - (len(measured) - 1) / 2), result.median / found[name][FLOOR].median, 0.12,
                          color=colours[contender])
        panel.axhline(1, color="black", linewidth=1)
        panel.set_yscale("log")
        panel.set_yticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
        panel.minorticks_off()
        panel.set_ylabel("step over its matrix products")
        panel.set_title(f"{setting} BLAS kernels, one thread, float32", loc="left")
        panel.set_xticks(range(len(found)), [f"({name})" for name in sorted(found)])
    for contender, colour in colours.items():
        panels[0].bar(0, 1, 0, color=colour, label=contender)
    panels[0].legend(ncols=4, loc="upper left", frameon=False, fontsize="small")
    drawing.savefig(path, dpi=110)
