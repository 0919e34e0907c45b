r"""Little noise is a contraction, of the whole map r = decoder(encoder(x)) and of nothing else (erratum E002-08).

Expand r(x + e) to second order in e ~ N(0, sd^2 I), with J_r its Jacobian and D_r its Laplacian, and average:
    E |r(x + e) - x|^2  =  |r(x) - x|^2 + sd^2 (|J_r|^2 + (r(x) - x) . D_r) + O(sd^4)
At a point that is perfectly reconstructed the last product vanishes and |J_r|^2 is left. The average is taken exactly,
by Gauss-Hermite quadrature, so that no noise of a simulation covers the comparison.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from .. import network
from ..models import Autoencoder
from ..penalties import Contraction
from ..plots import LinePanel, line_panels, png_bytes

N, LEVELS = 3, (0.5, 0.2, 0.1, 0.05, 0.02, 0.01)


def small_noise(out: Path, quick: bool) -> dict[str, float]:
    """Print, draw and return (L_DAE - L_AE)/sd^2 for a linear and a tanh autoencoder, as sd goes to 0."""
    print("Little noise penalizes the Jacobian of the reconstruction: (L_DAE - L_AE)/sd^2 at a perfectly reconstructed x.\n"
          f"  {'':<10}" + "".join(f"{f'sd {sd:g}':>10}" for sd in LEVELS) + "   |J_r|^2   decoder   encoder")
    numbers: dict[str, float] = {}
    x = np.random.default_rng(0).standard_normal((1, N))
    for name in ("linear", "tanh"):
        model = _model(name, x)
        ratios, norms = [_ratio(model, x, sd) for sd in LEVELS], _squared_norms(model, x)
        print(f"  {name:<10}" + "".join(f"{ratio:>10.5f}" for ratio in ratios)
              + "".join(f"{norm:>10.5f}" for norm in norms.values()))
        numbers[f"jacobian_{name}"] = abs(ratios[-1] / norms["J of the reconstruction"] - 1)
        numbers[f"jacobian_{name}_decoder_alone"] = abs(ratios[-1] / norms["J of the decoder alone"] - 1)
        numbers[f"jacobian_{name}_encoder_alone"] = abs(ratios[-1] / norms["J of the encoder alone"] - 1)
    (out / "small_noise.png").write_bytes(png_bytes(_figure(ratios, norms)))
    return numbers | _away_from_perfection(model, x)


def _figure(ratios: list[float], norms: dict[str, float]) -> Figure:
    curves = {r"$(L_\mathrm{DAE} - L_\mathrm{AE})\,/\,\mathrm{sd}^2$": ratios}
    curves |= {f"|J|\N{SUPERSCRIPT TWO}{name[1:]}": [norm] * len(ratios) for name, norm in norms.items()}
    panel = LinePanel("Little noise is a contraction of the whole map", [f"{sd:g}" for sd in LEVELS], curves,
                      "standard deviation of the noise", "squared error gained, over sd\N{SUPERSCRIPT TWO}",
                      "a tanh autoencoder 3-8-2-8-3 at a point that it reconstructs perfectly", y_limits=(0, None))
    return line_panels([panel], width=6.2, height=3.9)


def _model(kind: str, x: np.ndarray) -> Autoencoder:
    """Return an autoencoder with random weights whose last bias is chosen so that it reconstructs x."""
    activation = {"linear": "identity", "tanh": "tanh"}[kind]
    model = Autoencoder(hidden_dims=(8,), latent_dim=2, activation=activation, dtype="float64", random_state=0,
                        penalties=[Contraction(1.0, of="reconstruction")])
    model.initialize(N)
    model.params["decoder.1.b"] = (x - model.reconstruct(x))[0]
    return model


def _ratio(model: Autoencoder, x: np.ndarray, sd: float, nodes: int = 9) -> float:
    """Return (E |r(x + e) - x|^2 - |r(x) - x|^2) / sd^2, the average by quadrature over nodes^n points."""
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    e = np.array(list(product(points, repeat=N)))                                       # (nodes^n, n)
    w = np.prod(list(product(weights / weights.sum(), repeat=N)), axis=1)
    noisy = np.sum((model.reconstruct(x + sd * e) - x) ** 2, axis=1)
    return float(w @ (noisy - np.sum((model.reconstruct(x) - x) ** 2)) / sd ** 2)


def _squared_norms(model: Autoencoder, x: np.ndarray) -> dict[str, float]:
    decoder = network.jacobian(model.params, network.forward(model._decoder, model.params, model.transform(x)))
    return {"J of the reconstruction": float(model.loss_and_gradients(x)[0]["contraction"]),
            "J of the decoder alone": float(np.sum(decoder ** 2)),
            "J of the encoder alone": float(np.sum(model.jacobian(x) ** 2))}


def _away_from_perfection(model: Autoencoder, x: np.ndarray, step: float = 1e-3) -> dict[str, float]:
    """Where r(x) is not x, the Laplacian of r counts as well."""
    elsewhere = x + 0.5
    laplacian = sum(model.reconstruct(elsewhere + step * axis) + model.reconstruct(elsewhere - step * axis)
                    - 2 * model.reconstruct(elsewhere) for axis in np.eye(N)) / step ** 2
    jacobian = _squared_norms(model, elsewhere)["J of the reconstruction"]
    with_laplacian = jacobian + float(np.sum((model.reconstruct(elsewhere) - elsewhere) * laplacian))
    ratio = _ratio(model, elsewhere, LEVELS[-1])
    print(f"  Where r(x) is not x the Laplacian counts too: {ratio:.5f} against |J_r|^2 = {jacobian:.5f}, with it "
          f"{with_laplacian:.5f}\n")
    return {"jacobian_elsewhere": abs(ratio / jacobian - 1),
            "jacobian_elsewhere_with_laplacian": abs(ratio / with_laplacian - 1)}
