"""Codes in bits: what an image of 64 pixels loses when it is stored in 8 to 128 bits.

The autoencoder and PCA with equal bits choose, at every rate, the code size and the bits of a unit on validation images. PCA with
allocated bits is the method of the textbooks (transform coding): all components, and the bits where the variance is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import plots
from ..applications import allocate_bits, rate_and_error
from ..baselines import PCA
from .reduction_recipes import CODEBOOKS, quantized
from .three_parts import Parts, cell, mean, means_and_spreads, save, spread, table

RATES = (8, 16, 24, 32, 48, 64, 96, 128)
MOST = 8                # bits of a unit
OURS, CODEBOOK, EQUAL, ALLOCATED = "autoencoder", "vector-quantized", "PCA, equal bits", "PCA, allocated bits"


def rates(out: Path, parts: Parts, models: Sequence[Mapping[int, Any]], components: Mapping[int, Any],
          epochs: int) -> dict[str, float]:
    """Print and draw error against rate, the models of every seed beside PCA."""
    everything = PCA().fit(parts.train.X)
    results = {(OURS, R): [best_at_rate(R, by_size, parts) for by_size in models] for R in RATES}
    results |= {(EQUAL, R): [best_at_rate(R, components, parts)] for R in RATES}
    results |= {(ALLOCATED, R): [rate_and_error(everything, parts.train.X, parts.test.X,
                                                allocate_bits(everything.explained_variance_, R)).error] for R in RATES}
    for codebook in CODEBOOKS:
        trained = [quantized(seed, epochs, codebook).fit(parts.train.X) for seed in range(len(models))]
        results[CODEBOOK, round(trained[0].bits)] = [-model.score(parts.test.X) for model in trained]
    names = (OURS, CODEBOOK, EQUAL, ALLOCATED)
    rows = [[str(R), *(cell(results[name, R]) if (name, R) in results else "" for name in names)] for R in RATES]
    print("Squared error per held-out image against the bits that store it\n\n" + table([["bits", *names], *rows]))
    wins = [R for R in RATES if mean(results[OURS, R]) < mean(results[ALLOCATED, R])]
    print(f"\n  The autoencoder loses less than PCA with allocated bits at {', '.join(map(str, wins)) or 'no'} bits. With few "
          "bits it counts\n  to have few units; with many, that the variances of PCA's units are so different that most need "
          "hardly\n  a bit. The units of an autoencoder weigh about the same: there is little to allocate.\n")
    _draw(out, results)
    return means_and_spreads({f"{R} bits: {name}": values for (name, R), values in results.items()})


def best_at_rate(R: int, by_size: Mapping[int, Any], parts: Parts) -> float:
    """Return the test error of the code size and bits with k times b = R that are best on the validation images."""
    candidates = [(k, R // k) for k in by_size if R % k == 0 and 1 <= R // k <= MOST]
    k, b = min(candidates, key=lambda pair: rate_and_error(by_size[pair[0]], parts.train.X, parts.validation.X, pair[1]).error)
    return rate_and_error(by_size[k], parts.train.X, parts.test.X, b).error


def _draw(out: Path, results: dict[tuple[str, int], list[float]]) -> None:
    curves = {name: [mean(results[name, R]) for R in RATES] for name in (OURS, ALLOCATED, EQUAL)}
    ends = [[mean(results[OURS, R]) + sign * spread(results[OURS, R]) for R in RATES] for sign in (-1, 1)]
    bits = [R for name, R in results if name == CODEBOOK]
    panel = plots.LinePanel("What is lost when an image is stored in a few bits", RATES, curves, "bits per image",
                            "squared error per image", "held-out digits; 64 pixels of 17 gray values are 262 bits", log=True,
                            bands={OURS: (ends[0], ends[1])},
                            points={CODEBOOK: (bits, [mean(results[CODEBOOK, R]) for R in bits])})
    save(plots.line_panels([panel], width=6.2, height=4.0), out, "error_against_rate")
