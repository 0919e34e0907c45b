"""What the numbers say, in sentences that are computed from them and turn round when the numbers do.

Within a seed all models meet the same test noise and the same few labels. So they are compared seed by seed: "in every
seed" says more than two means with overlapping spreads.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .regularizers_measures import COLUMNS, NOISES

Results = Mapping[str, Mapping[str, np.ndarray]]        # by model, by column: one value for each seed (s,)
HIGH_WINS = {column.name: column.high_wins for column in COLUMNS}
NORM = "|dz/dx|\u00b2"
CLOSE = 0.01            # accuracies that are not worth a difference
TEST_IMAGES = 360
TRAINED_ON = {"Gaussian noise": "denoising, Gaussian", "masked": "denoising, masking",
              "salt and pepper": "denoising, salt and pepper"}


def extremes(results: Results, column: str) -> tuple[list[str], list[str]]:
    """Return the models with the best and with the worst mean in a column.

    Several where means are equal; none where most models share the place, which then distinguishes nobody.
    """
    means = {name: float(values[column].mean()) for name, values in results.items()}
    low, high = ([name for name, mean in means.items() if mean == end] for end in (min(means.values()), max(means.values())))
    low, high = (names if 2 * len(names) <= len(means) else [] for names in (low, high))
    return (high, low) if HIGH_WINS[column] else (low, high)


def sentences(results: Results) -> list[str]:
    """Return the findings, one paragraph each."""
    return [_price(results), _zeros(results), _decay(results), _denoising(results), _contraction(results),
            _classes(results)]


def _price(results: Results) -> str:
    column = "clean image"
    regularized = [name for name in results if not name.startswith(("plain", "PCA"))]
    paying = [name for name in regularized if wins(results, "plain", name, column) == _seeds(results)]
    return (f"The price. From the clean image {_names(extremes(results, column)[0])} reconstructs best "
            f"({_value(results, extremes(results, column)[0][0], column)}). The plain model leaves "
            f"{_value(results, 'plain', column)}; of the {len(regularized)} regularized ones {len(paying)} leave more in "
            f"every seed, up to {_value(results, max(regularized, key=lambda name: _mean(results, name, column)), column)}.")


def _zeros(results: Results) -> str:
    column = "exact zeros"
    having = [name for name in results if _mean(results, name, column) > 0]
    shares = ", ".join(f"{name} ({_mean(results, name, column):.0%} of its codes)" for name in having)
    return (f"Zeros. Exact zeros: {shares or 'none'}; no other model has one. The sparsest over a unit's lifetime: "
            f"{_names(extremes(results, 'lifetime')[0])}; over the population: "
            f"{_names(extremes(results, 'population')[0])}. (That measure asks how near codes are to 0: "
            f"sigmoid units that idle at 1/2 count as active, and linear codes pass near 0 in any model.)")


def _decay(results: Results) -> str:
    parts = []
    for name in ("weight decay, L1", "weight decay, L2"):
        change = _mean(results, name, "lifetime") - _mean(results, "plain", "lifetime")
        zeros = _mean(results, name, "exact zeros")
        parts.append(f"{name}: {zeros:.0%} zeros, lifetime sparseness {change:+.3f} against plain")
    return f"Weight decay, which prices weights and not codes. {'; '.join(parts)}."


def _denoising(results: Results) -> str:
    parts = [f"{noise}: {_names(extremes(results, noise)[0])} ({_value(results, extremes(results, noise)[0][0], noise)}, "
             f"plain {_value(results, 'plain', noise)})" for noise in NOISES]
    own = sum(TRAINED_ON[noise] in extremes(results, noise)[0] for noise in NOISES)
    beaten = [noise for noise in NOISES
              if all(wins(results, name, "plain", noise) == _seeds(results) for name in TRAINED_ON.values())]
    return (f"Noise. Best from {'; '.join(parts)}. The model trained on just that noise is best for {own} of {len(NOISES)} "
            f"noises. All three denoisers beat the plain model in every seed on: {', '.join(beaten) or 'none'}.")


def _contraction(results: Results) -> str:
    parts = []
    for name, base in (("contractive, deep", "plain"), ("contractive, one layer", "plain, one layer")):
        norm, moved = (_mean(results, name, column) / _mean(results, base, column) for column in (NORM, "sensitivity"))
        parts.append(f"{name}: {norm:.2f} times the squared Jacobian norm of {base}, {moved:.2f} times its sensitivity")
    shrunken = [name for name in results if wins(results, name, "plain", NORM) == _seeds(results)
                == wins(results, "plain", name, "sensitivity")]
    return (f"Contraction. {'; '.join(parts)}. A smaller norm says less than it seems, for it shrinks with the code: "
            f"smaller than the plain model's in every seed, and yet more sensitive in every seed: {_names(shrunken)}.")


def _classes(results: Results) -> str:
    parts = []
    for column in (column.name for column in COLUMNS[-4:]):
        for best in extremes(results, column)[0]:
            gain = _mean(results, best, column) - _mean(results, "plain", column)
            ahead = wins(results, best, "plain", column)
            close = sum(_mean(results, best, column) - _mean(results, name, column) < CLOSE for name in results) - 1
            parts.append(f"{column}: {best}, {gain:+.3f} against plain and ahead of it in {ahead} of {_seeds(results)} "
                         f"seeds, {close} of the other {len(results) - 1} within {CLOSE:g}")
    return f"Classes. {'; '.join(parts)}. One test image is {1 / TEST_IMAGES:.3f}."


def wins(results: Results, one: str, other: str, column: str) -> int:
    """Return the number of seeds in which one model is strictly better than the other."""
    sign = 1 if HIGH_WINS[column] else -1
    return int(np.sum(sign * (results[one][column] - results[other][column]) > 0))


def _seeds(results: Results) -> int:
    return len(results["plain"]["clean image"])


def _mean(results: Results, name: str, column: str) -> float:
    return float(results[name][column].mean())


def _value(results: Results, name: str, column: str) -> str:
    return f"{_mean(results, name, column):.3f}"


def _names(names: list[str]) -> str:
    return " and ".join(names) or "none"
