"""The penalties as functions of one number: KL over the mean activation, and what three penalties make of a code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from .. import plots
from ..checks.sparse_oracles import KL_CURVE, RATE, map_codes
from ..penalties import bernoulli_kl, bernoulli_kl_backward, gaussian_prior, l1_sparsity, student_t_sparsity

RHO = 0.2
NAMES = {"l1": "L1 (Laplace prior)", "student_t": "Student-t, \N{GREEK SMALL LETTER NU} = 1", "gaussian": "Gaussian (L2)"}
PENALTIES: dict[str, Callable[[np.ndarray], np.floating]] = {
    "l1": l1_sparsity, "student_t": student_t_sparsity, "gaussian": gaussian_prior}


def kl_curve(out: Path, quick: bool) -> dict[str, float]:
    """The curve of the second source for rho = 0.2, its values and its curvature."""
    print(f"KL sparsity of one unit in nats, rho = {RHO} (the curve of document 002; values: erratum E002-04)\n")
    print("  rho-hat   KL(rho, rho-hat)   parabola   KL(rho-hat, rho): it is no distance (E002-12)")
    errors = []
    for r, expected in KL_CURVE.items():
        value, back = (bernoulli_kl(np.array([a]), b) for a, b in ((r, RHO), (RHO, r)))
        errors.append(abs(value - expected))
        print(f"  {r:7.2f}   {value:16.6f}   {(r - RHO) ** 2 / (2 * RHO * (1 - RHO)):8.4f}   {back:16.6f}")
    above, below = (bernoulli_kl_backward(np.array([RHO + step]), RHO)[0] for step in (1e-4, -1e-4))
    curvature = (above - below) / 2e-4
    print(f"\n  minimum 0 at rho-hat = rho; curvature there {curvature:.4f}, and 1/(rho (1 - rho)) is "
          f"{1 / (RHO * (1 - RHO)):.4f}")
    _draw_kl(out)
    return {"kl_table_error": max(errors), "kl_curvature": curvature}


def _draw_kl(out: Path) -> None:
    observed = np.linspace(0.002, 0.998, 499)
    divergence = [bernoulli_kl(np.array([r]), RHO) for r in observed]
    marked = np.array([r for r in KL_CURVE if KL_CURVE[r] < 1.5])
    panel = plots.LinePanel(
        f"KL sparsity of one unit, \N{GREEK SMALL LETTER RHO} = {RHO}", observed, {"KL divergence": divergence},
        "mean activation of the unit over the examples", "penalty, nats",
        references={"parabola of the same curvature": (observed - RHO) ** 2 / (2 * RHO * (1 - RHO))},
        points={"values of the table": (marked, [bernoulli_kl(np.array([r]), RHO) for r in marked])},
        verticals={f"target {RHO}": RHO}, x_limits=(0, 1), y_limits=(0, 1.5), legend="upper center")
    (out / "kl-curve.png").write_bytes(plots.png_bytes(plots.line_panels([panel], width=5.6, height=3.4)))


def penalties_and_shrinkage(out: Path, quick: bool) -> dict[str, float]:
    """L1 subtracts and makes zeros, the Gaussian divides, Student-t spares what is large (erratum E000-09)."""
    y = np.linspace(-6, 6, 121)
    codes = {name: map_codes(name, RATE, y) for name in NAMES}
    z = np.linspace(-6, 6, 241)
    costs = {name: [penalty(np.array([[value]])) for value in z] for name, penalty in PENALTIES.items()}
    print(f"What a penalty makes of a datum y: the z that minimizes (y - z)^2 / 2 + {RATE} penalty(z)\n")
    print("  penalty                    y = 0.5    y = 2    y = 6    codes exactly 0 among |y| <= 6")
    measured: dict[str, float] = {}
    for name, label in NAMES.items():
        small, middle, large = map_codes(name, RATE, np.array([0.5, 2.0, 6.0]))
        zeros = float(np.mean(codes[name] == 0))
        print(f"  {label:<24} {small:9.3f} {middle:8.3f} {large:8.3f} {zeros:12.1%}")
        measured |= {f"shrunk_{name}": large, f"zeros_{name}": zeros}
    _draw_penalties(out, z, costs, y, codes)
    return measured


def _draw_penalties(out: Path, z: np.ndarray, costs: dict, y: np.ndarray, codes: dict) -> None:
    panels = [
        plots.LinePanel("What a code costs", z, {NAMES[name]: cost for name, cost in costs.items()}, "code z", "penalty",
                        y_limits=(0, 7.5), note="at weight 1", legend="upper center"),
        plots.LinePanel("What becomes of it", y, {NAMES[name]: code for name, code in codes.items()}, "data y",
                        f"best code z at \N{GREEK SMALL LETTER LAMDA} = {RATE}", references={"no penalty": y},
                        note="thin dashes: no penalty", legend=""),
    ]
    (out / "penalties.png").write_bytes(plots.png_bytes(plots.line_panels(panels, height=3.4)))
