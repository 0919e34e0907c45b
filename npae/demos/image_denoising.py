"""Image denoising: four autoencoders against four baselines on nine noises, most of which most of them were not trained on.

    image_denoising_recipes.py      the denoisers and the noises
    image_denoising_search.py       how the autoencoders' sizes were chosen, on training images alone
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from ..applications import MixedNoise, add_noise, denoise, denoising_gains
from ..corruption import Corruption
from ..datasets import ImageData, load_digits
from ..plots import LinePanel, line_panels, png_bytes, reconstructions
from .image_denoising_recipes import (
    EPOCHS,
    LINEAR_TOLD,
    MEDIAN,
    NOISES,
    ONE,
    PCA_TOLD,
    QUICK_EPOCHS,
    RECIPES,
    VALIDATION,
    WIENER,
    fit_baselines,
)
from .verdicts import Verdict

SEEDS, QUICK_SEEDS = 3, 2
SHOWN = ("Gaussian 0.3", "masking 50%", "salt and pepper 30%")
KINDS = {"Gaussian": "standard deviation of the noise", "masking": "share of the pixels set to 0",
         "salt and pepper": "share of the pixels set to 0 or 1"}
CURVES = ("dense", "dense, mixture", PCA_TOLD, WIENER, LINEAR_TOLD)
Results = dict[str, dict[str, np.ndarray]]      # by noise, by method: one gain in dB for each seed (s,)


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print the table of gains, write four figures into out, return means and spreads as "noise: method"."""
    data, seeds = load_digits(), range(QUICK_SEEDS if quick else SEEDS)
    fitted = [_fit(data, seed, QUICK_EPOCHS if quick else EPOCHS) for seed in seeds]
    measured = [denoising_gains(models, data.X_test, NOISES, random_state=1000 + seed) for seed, models in zip(seeds, fitted)]
    results: Results = {noise: {method: np.array([by_noise[noise].gains[method] for by_noise in measured])
                                for method in fitted[0]} for noise in NOISES}
    noisy = {noise: np.array([by_noise[noise].noisy for by_noise in measured]) for noise in NOISES}
    _print_report(results, noisy, len(seeds), quick)
    _draw(results, noisy, fitted[0], data, out)
    numbers = {f"{noise}: {method}": values for noise, by_method in results.items() for method, values in by_method.items()}
    numbers |= {f"{noise}: noisy, PSNR": values for noise, values in noisy.items()}
    return {name + suffix: float(value) for name, values in numbers.items()
            for suffix, value in (("", values.mean()), (", spread", values.std(ddof=1)))}


def _fit(data: ImageData, seed: int, epochs: int) -> dict[str, Any]:
    models: dict[str, Any] = {recipe.name: recipe.fit(data.X_train, seed, epochs) for recipe in RECIPES}
    return {**fit_baselines(data, seed), **models}


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return noise that was trained on, noise that was not, and noise that no model has seen, beside the best baselines."""
    pairs = [("Gaussian 0.3", "dense", PCA_TOLD), ("Gaussian 0.3", "dense", LINEAR_TOLD), ("Gaussian 0.3", "conv", LINEAR_TOLD),
             ("Gaussian 0.15", "dense", LINEAR_TOLD), ("masking 50%", "dense", LINEAR_TOLD),
             ("masking 50%", "dense, mixture", LINEAR_TOLD), ("Gaussian 0.3", "dense, mixture", LINEAR_TOLD),
             ("salt and pepper 30%", "dense", LINEAR_TOLD), ("salt and pepper 30%", "dense", MEDIAN)]
    return [Verdict("image denoising", f"gain in PSNR, dB, {noise} ({_seen(model, noise)})", f"{model} autoencoder",
                    numbers[f"{noise}: {model}"], numbers[f"{noise}: {model}, spread"], baseline, numbers[f"{noise}: {baseline}"])
            for noise, model, baseline in pairs]


def _seen(model: str, noise: str) -> str:
    return "trained on" if NOISES[noise] in trained_on(model) else "not trained on"


def trained_on(method: str) -> tuple[Corruption, ...]:
    """Return the noises that a method was trained on, none for baselines."""
    noises = [recipe.noise for recipe in RECIPES if recipe.name == method]
    return tuple(part for noise in noises for part in (noise.parts if isinstance(noise, MixedNoise) else (noise,)))


# ---- text -----------------------------------------------------------------------------------------------------------

def _print_report(results: Results, noisy: dict[str, np.ndarray], seeds: int, quick: bool) -> None:
    print(_wrapped(
        f"Held-out digits. PSNR of the noisy image and what each method adds to it, in dB, mean ± standard deviation over "
        f"{seeds} seeds (weights, batches, test noise); everything clipped to [0, 1]. * trained on this very noise, + best of "
        f"its row. Told: the noise's kind and level are known to the method (PCA chooses its number of components for it on "
        f"the last {VALIDATION} training images, the linear filter is the optimal one). Mixture: Gaussian noise and masking, "
        f"three levels each."))
    if quick:
        print(_wrapped(f"Quick: {QUICK_EPOCHS} epochs instead of {EPOCHS}; nothing is trained to the end."))
    print(f"\n{table(results, noisy)}\n")
    for sentence in sentences(results):
        print(_wrapped(sentence))


def table(results: Results, noisy: dict[str, np.ndarray]) -> str:
    """Return the gains as aligned text, a row for each noise."""
    methods = list(next(iter(results.values())))
    rows = [["", "noisy", *(f"{method}  " for method in methods)]]
    for noise, gains in results.items():
        best = max(methods, key=lambda method: gains[method].mean())
        cells = [f"{gains[method].mean():.2f} ± {gains[method].std(ddof=1):.2f}"
                 f"{'*' if NOISES[noise] in trained_on(method) else ' '}{'+' if method == best else ' '}" for method in methods]
        rows.append([noise, f"{noisy[noise].mean():.1f}", *cells])
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows)


def sentences(results: Results) -> list[str]:
    """Return the findings, computed from the numbers."""
    home, dense = results["Gaussian 0.3"], "dense"
    found = [f"At home, on Gaussian 0.3: the dense autoencoder gains {home[dense].mean():.2f} dB, "
             f"{_difference(home, dense, PCA_TOLD)} on PCA and {_difference(home, dense, LINEAR_TOLD)} on the best linear "
             f"filter; the convolutional one {_difference(home, 'conv', 'dense')} on the dense one."]
    for recipe in RECIPES:
        behind = [noise for noise, gains in results.items() if np.all(gains[recipe.name] < gains[LINEAR_TOLD])]
        known = [noise for noise in behind if NOISES[noise] in trained_on(recipe.name)]
        found.append(f"{recipe.name.capitalize()}: behind the linear filter that is told the noise, in every seed, on "
                     f"{_listed(behind)}; of these it was trained on {_listed(known)}.")
    ahead = [noise for noise, gains in results.items() if np.all(gains[dense] > gains[WIENER])]
    found.append(f"Given the same knowledge, one Gaussian noise: the dense autoencoder is ahead of the Wiener filter for it, in "
                 f"every seed, on {_listed(ahead)}.")
    harmful = {method: [noise for noise, gains in results.items() if gains[method].mean() < 0] for method in home}
    worse = "; ".join(f"{method} on {_listed(noises)}" for method, noises in harmful.items() if noises)
    return [*found, f"Worse than leaving the image alone: {worse or 'none'}."]


def _difference(gains: dict[str, np.ndarray], method: str, other: str) -> str:
    return f"{(gains[method] - gains[other]).mean():+.2f}"


def _listed(names: list[str]) -> str:
    return "all nine" if len(names) == len(NOISES) else ", ".join(names) or "none"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, width=110)


# ---- figures --------------------------------------------------------------------------------------------------------

def _draw(results: Results, noisy: dict[str, np.ndarray], models: dict[str, Any], data: ImageData, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    panels = [_panel(kind, label, results) for kind, label in KINDS.items()]
    (out / "gains.png").write_bytes(png_bytes(line_panels(panels, columns=3, width=11, height=3.6)))
    clean = data.X_test[[int(np.argmax(data.y_test == label)) for label in range(10)]]
    for noise in SHOWN:
        seen = add_noise(clean, NOISES[noise], 0)
        rows = {"clean, held out": clean, f"{noise}\n{noisy[noise].mean():.1f} dB": np.clip(seen, 0, 1)}
        for method, model in models.items():
            told = model[noise] if isinstance(model, dict) else model
            rows[f"{method}\n{results[noise][method].mean():+.1f} dB"] = denoise(told, seen)
        name = noise.rsplit(" ", 1)[0].lower().replace(" ", "_")
        (out / f"{name}.png").write_bytes(png_bytes(reconstructions(rows, data.image_shape)))


def _panel(kind: str, label: str, results: Results) -> LinePanel:
    noises = [noise for noise in NOISES if noise.startswith(kind)]
    levels = [noise.removeprefix(kind) for noise in noises]
    curves = {method: [results[noise][method].mean() for noise in noises] for method in CURVES}
    note = {"Gaussian": f"dense: trained on {ONE.sd:g}; mixture: on all three", "masking": "the mixture is trained on all three",
            "salt and pepper": "no autoencoder is trained on it"}[kind]
    return LinePanel(f"{kind[0].upper()}{kind[1:]}", levels, curves, label, "gain in PSNR, dB", note,
                     horizontals={"the noisy image": 0.0}, legend="lower right" if kind == "Gaussian" else "")
