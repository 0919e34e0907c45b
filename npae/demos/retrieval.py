"""Retrieval on the digits: precision of the ten nearest, by distance and by bits, at equal storage.

The model, its weight and epochs were chosen on the last 287 training images. Training images are stored, the held-out ones ask.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..applications import binary_codes, code_thresholds, nearest, nearest_by_hamming, precision_at
from ..baselines import PCA
from ..datasets import ImageData, load_digits
from ..models import ContractiveAutoencoder
from ..plots import LinePanel, image_rows, line_panels, png_bytes
from .verdicts import Verdict

BITS = (16, 32, 64)
OURS, PCA_BITS, PIXELS = "contractive autoencoder, bits", "PCA, bits", "pixels that vary most, a bit each"
HITS = 10


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print the table of precisions, write two figures into out, return every mean and spread."""
    data, seeds = load_digits(), range(2 if quick else 5)
    results: dict[str, list[float]] = {}
    models = {(b, seed): _train(data, b, seed, quick) for b in BITS for seed in seeds}
    for b in BITS:
        for seed in seeds:
            stored, asked = (models[b, seed].transform(X) for X in (data.X_train, data.X_test))
            results.setdefault(f"{b}: {OURS}", []).append(by_bits(data, stored, asked))
            results.setdefault(f"{b}: the same codes by distance", []).append(by_distance(data, stored, asked))
        pca, most = PCA(min(b, 60)).fit(data.X_train), np.argsort(-data.X_train.var(axis=0))[:b]
        results[f"{b}: {PCA_BITS}"] = [by_bits(data, pca.transform(data.X_train), pca.transform(data.X_test))]
        results[f"{b}: {PIXELS}"] = [by_bits(data, data.X_train[:, most], data.X_test[:, most])]
    everything = by_distance(data, data.X_train, data.X_test)
    _print(results, everything, len(seeds))
    out.mkdir(parents=True, exist_ok=True)
    _draw(out, results, everything, data, models[BITS[1], 0])
    numbers = {name: float(np.mean(values)) for name, values in results.items()}
    numbers |= {f"{name}, spread": float(np.std(values, ddof=1)) for name, values in results.items() if len(values) > 1}
    return {**numbers, "all pixels by distance": everything}


def _train(data: ImageData, bits: int, seed: int, quick: bool) -> ContractiveAutoencoder:
    """The contraction drives sigmoid units towards 0 and 1, where their slope is small: half of the work of making bits."""
    model = ContractiveAutoencoder(latent_dim=bits, hidden_dims=(), contraction_weight=0.03, epochs=30 if quick else 100,
                                   batch_size=64, learning_rate=3e-3, schedule="cosine", random_state=seed)
    return model.fit(data.X_train)


def by_bits(data: ImageData, stored: np.ndarray, asked: np.ndarray) -> float:
    """Return the precision when every number is one bit."""
    thresholds = code_thresholds(stored)
    rows = nearest_by_hamming(binary_codes(stored, thresholds), binary_codes(asked, thresholds), HITS)
    return precision_at(rows, data.y_train, data.y_test)


def by_distance(data: ImageData, stored: np.ndarray, asked: np.ndarray) -> float:
    """Return the precision when every number is kept as it is."""
    return precision_at(nearest(stored, asked, HITS), data.y_train, data.y_test)


def _print(results: dict[str, list[float]], everything: float, seeds: int) -> None:
    print(f"Share of the {HITS} first hits that are of the query's class, held-out digits asking, {seeds} seeds:")
    for name, values in results.items():
        b, _, method = name.partition(": ")
        spread = f" ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else ""
        storage = f"{int(b) // 8} bytes" if "distance" not in method else f"{int(b) * 4} bytes"
        print(f"  {storage:>9} an image   {method:<38}{np.mean(values):.3f}{spread}")
    print(f"  256 bytes an image   {'all pixels by distance':<38}{everything:.3f}\n"
          f"  Given all their numbers, pixels need no help here. At a few bytes an image the code is what is worth storing.")


def _draw(out: Path, results: dict[str, list[float]], everything: float, data: ImageData, model: ContractiveAutoencoder) -> None:
    curves = {method: [float(np.mean(results[f"{b}: {method}"])) for b in BITS] for method in (OURS, PCA_BITS, PIXELS)}
    panel = LinePanel("What a few bytes find", [str(b) for b in BITS], curves, "bits stored for each image",
                      "precision of the 10 nearest", "held-out digits",
                      horizontals={"all pixels, 2,048 bits": everything}, y_limits=(0.4, 1.0), legend="lower right")
    (out / "precision.png").write_bytes(png_bytes(line_panels([panel], width=5.6, height=3.5)))
    asking = [int(np.argmax(data.y_test == label)) for label in range(10)]
    thresholds = code_thresholds(model.transform(data.X_train))
    stored, asked = (binary_codes(model.transform(X), thresholds) for X in (data.X_train, data.X_test[asking]))
    rows = nearest_by_hamming(stored, asked, 6)
    found = {"query": data.X_test[asking], **{f"hit {i + 1}": data.X_train[rows[:, i]] for i in range(6)}}
    (out / "hits.png").write_bytes(png_bytes(image_rows(found, data.image_shape)))


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return bits of the code beside bits of pixels and of PCA at equal storage, and beside all pixels."""
    rows = [Verdict("retrieval", f"precision at 10, {b} bits an image", OURS, numbers[f"{b}: {OURS}"],
                    numbers[f"{b}: {OURS}, spread"], baseline, numbers[f"{b}: {baseline}"])
            for b in BITS for baseline in (PCA_BITS, PIXELS)]
    b, name = BITS[-1], "the same codes by distance"
    return [*rows, Verdict("retrieval", "precision at 10, storage no object", f"contractive autoencoder, {b} numbers",
                           numbers[f"{b}: {name}"], numbers[f"{b}: {name}, spread"], "all pixels",
                           numbers["all pixels by distance"])]
