"""Audio denoising: an autoencoder of short windows against PCA and three Wiener filters, on chords and chirps.

    audio_denoising_methods.py      sounds and noises, the denoisers, what is chosen on validation sounds
    audio_denoising_search.py       how the autoencoder's size was chosen
    audio_denoising_figures.py      gains, spectrograms, waveforms
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np

from ..datasets import SAMPLE_RATE
from .audio_denoising_figures import draw
from .audio_denoising_methods import (
    BY_FRAME,
    BY_PCA,
    FIXED,
    KINDS,
    LONG,
    MODEL,
    N_VALIDATION,
    TEST,
    TRAINED_AT,
    WIDTH,
    Condition,
    Denoiser,
    Sounds,
    add_noise,
    by_windows,
    draw_sounds,
    fit_baselines,
    fit_model,
    gain,
    training_windows,
)
from .verdicts import Verdict

SEEDS, QUICK_SEEDS = 3, 2
N_TEST, QUICK_TEST = 12, 3                      # sounds of each kind
CONDITIONS = (*(Condition("white", level) for level in (-5, 0, 5, 10, 15)),
              *(Condition(noise, level) for noise in ("pink", "hum") for level in (0, 5, 10)))
QUICK_CONDITIONS = tuple(Condition(*pair) for pair in (("white", 0), ("white", 5), ("white", 15), ("pink", 5), ("hum", 5)))
QUICK_SETTINGS = {"hidden_dims": (256,), "epochs": 10}
REFERENCE = Condition("white", 5)
Results = dict[str, dict[str, np.ndarray]]      # by "kind, condition", by method: one gain in dB for each seed (s,)


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print two tables of gains, write four figures into out, return means and spreads as "kind, condition: method"."""
    conditions, seeds = QUICK_CONDITIONS if quick else CONDITIONS, range(QUICK_SEEDS if quick else SEEDS)
    test = draw_sounds(QUICK_TEST if quick else N_TEST, (TEST,))
    baselines = fit_baselines(conditions, 1 if quick else N_VALIDATION)
    results: Results = {}
    for seed in seeds:
        model = fit_model(training_windows(seed), seed, **(QUICK_SETTINGS if quick else {}))
        denoisers: dict[str, Denoiser] = {MODEL: by_windows(model), **baselines}
        for case, gains in _measure(denoisers, test, conditions, seed).items():
            for method, value in gains.items():
                entry = results.setdefault(case, {})
                entry[method] = np.append(entry.get(method, []), value)
    _print_report(results, conditions, len(seeds), quick)
    draw(results, conditions, denoisers, test, REFERENCE, out)
    return {f"{case}: {method}{suffix}": float(value) for case, gains in results.items() for method, values in gains.items()
            for suffix, value in (("", values.mean()), (", spread", values.std(ddof=1)))}


def _measure(denoisers: dict[str, Denoiser], test: Sounds, conditions: tuple[Condition, ...], seed: int) -> dict[str, dict]:
    """Return the gains of all methods, by case, on the test sounds with this seed's noise."""
    found: dict[str, dict] = {}
    for index, condition in enumerate(conditions):
        noisy = add_noise(test, condition, (TEST, seed, index))
        for method, denoiser in denoisers.items():
            for kind, value in gain(denoiser, test, noisy, condition).items():
                found.setdefault(case_name(kind, condition), {})[method] = value
    return found


def case_name(kind: str, condition: Condition) -> str:
    """Return the name of a kind of sound in a noise."""
    return f"{kind}, {condition}"


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return noise that was trained on beside all classical methods, and noise that was not beside the one of short frames."""
    cases = [(kind, REFERENCE, baseline) for kind in KINDS for baseline in (BY_PCA, FIXED, BY_FRAME, LONG)]
    cases += [(kind, Condition(noise, 5), BY_FRAME) for noise in ("pink", "hum") for kind in KINDS]
    rows = []
    for kind, condition, baseline in cases:
        case, seen = case_name(kind, condition), "trained on" if condition.trained_on else "not trained on"
        rows.append(Verdict("audio denoising", f"gain in SNR, dB, {kind}, {condition} ({seen})", f"{MODEL} of windows of {WIDTH}",
                            numbers[f"{case}: {MODEL}"], numbers[f"{case}: {MODEL}, spread"], baseline,
                            numbers[f"{case}: {baseline}"]))
    return rows


# ---- text -----------------------------------------------------------------------------------------------------------

def _print_report(results: Results, conditions: tuple[Condition, ...], seeds: int, quick: bool) -> None:
    levels = ", ".join(map(str, TRAINED_AT))
    print(_wrapped(
        f"Test sounds of one second at {SAMPLE_RATE} Hz. What each method adds to the signal-to-noise ratio, in dB, mean ± "
        f"standard deviation over {seeds} seeds (training sounds, weights, test noise). The autoencoder sees windows of {WIDTH} "
        f"samples, was trained on white noise at {levels} dB (*) and is told nothing; the other methods are told the noise by a "
        f"recording of it alone, and have chosen what they leave open for it on validation sounds. + best of its row."))
    if quick:
        print(_wrapped("Quick: a smaller model, a quarter of the epochs, few sounds."))
    for kind in KINDS:
        print(f"\n{table(kind, results, conditions)}")
    print()
    for sentence in sentences(results, conditions):
        print(_wrapped(sentence))


def table(kind: str, results: Results, conditions: tuple[Condition, ...]) -> str:
    """Return the gains on one kind of sound as aligned text, a row for each noise."""
    names = list(results[case_name(kind, conditions[0])])
    rows = [[kind, *(f"{name}  " for name in names)]]
    for condition in conditions:
        gains = results[case_name(kind, condition)]
        best = max(names, key=lambda name, gains=gains: gains[name].mean())     # type: ignore[misc]
        rows.append([str(condition), *(f"{gains[name].mean():.2f} ± {gains[name].std(ddof=1):.2f}"
                                       f"{'*' if name == MODEL and condition.trained_on else ' '}{'+' if name == best else ' '}"
                                       for name in names)])
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows)


def sentences(results: Results, conditions: tuple[Condition, ...]) -> list[str]:
    """Return the findings, computed from the numbers."""
    found = []
    for baseline, account in ((BY_PCA, "one projection for all windows"), (FIXED, "one factor for each frequency, for all time"),
                              (BY_FRAME, "factors of their own for every frame, as short as the model's"),
                              (LONG, "the same, with frames up to sixteen times as long")):
        lead = {case: gains[MODEL] - gains[baseline] for case, gains in results.items()}
        ahead, behind = (_cases({case for case, each in lead.items() if np.all(sign * each > 0)}, conditions) for sign in (1, -1))
        found.append(f"{baseline}: {account}. In every seed the autoencoder is ahead of it on {ahead}; behind on {behind}.")
    harmful = _cases({case for case, gains in results.items() if gains[MODEL].mean() < 0}, conditions)
    found.append(f"Worse than leaving the sound alone: the autoencoder on {harmful}. Whatever it rebuilds it rebuilds with an "
                 f"error of its own, which is what counts where there is little noise.")
    heard = {name: [np.mean([results[case_name(kind, Condition(noise, 5))][name].mean() for kind in KINDS])
                    for noise in ("white", "pink", "hum")] for name in (MODEL, BY_FRAME)}
    found.append("At 5 dB of white noise, pink noise and hum, of which it has met only the first, the autoencoder gains "
                 "{:.1f}, {:.1f} and {:.1f} dB; the Wiener filter of as short frames, which has heard each of them alone, "
                 "{:.1f}, {:.1f} and {:.1f} dB.".format(*heard[MODEL], *heard[BY_FRAME]))
    return found


def _cases(names: set[str], conditions: tuple[Condition, ...]) -> str:
    """Return the cases of these names in words, by kind of sound and noise."""
    parts = []
    for kind in KINDS:
        held = [condition for condition in conditions if case_name(kind, condition) in names]
        levels: dict[str, list[str]] = {}
        for condition in held:
            levels.setdefault(condition.noise, []).append(str(condition.snr))
        named = ", ".join(f"{noise} {'/'.join(those)} dB" for noise, those in levels.items())
        if held:
            parts.append(f"{kind} ({'all' if len(held) == len(conditions) else named})")
    return " and ".join(parts) or "nothing"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, width=110)
