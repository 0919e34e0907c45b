"""Demonstrations: what a family of models does, measured and drawn. `npae demo NAME` runs one.

Each file has `run(out, quick) -> figures by name`, a dictionary of the numbers that it has printed; the tests hold the same
numbers, from the quick version, against what the sources claim.
"""

from __future__ import annotations

DEMOS: dict[str, str] = {
    "sparse": "codes with zeros, KL sparsity and its traps, the Stanford patches exercise",
    "denoising": "scores, vector fields, the Wiener filter, memorizing, where it misbehaves",
    "contractive": "Jacobians and their spectra, the staircase, robustness against reconstruction",
    "variational": "manifold, samples, rate and distortion, blur, the gap of the bound, two gradient estimators",
    "regularizers": "every regularized model on the digits, side by side, over several seeds",
    "image_denoising": "four denoisers and nine noises, most of them not trained on, beside PCA, median and Wiener filters",
    "audio_denoising": "chords and chirps in white noise, pink noise and hum, beside PCA and three Wiener filters",
    "inpainting": "missing pixels and blocks, filled once or again and again, beside PCA and the Gaussian answer",
    "retrieval": "the ten nearest, by distance and by bits, at equal storage",
    "generation": "every generative model: precision, recall, and whether it copies",
    "features": "angle and length of strokes, read off codes that nobody has told them to",
    "reduction": "error against code size and against bits, two-unit maps and the neighbourhoods that they keep, beside PCA",
    "classification": "codes of every family for classifiers with few labels and many, beside PCA and pixels",
    "clustering": "k-means on codes, on pixels and on PCA; mutual information and the adjusted Rand index",
    "segmentation": "the class of every pixel: shapes, and digits among clutter, against windows and a threshold",
    "anomaly": "an arc, and every digit in turn as the anomaly, beside PCA and neighbours; false alarms promised and found",
    "unseen": "what is reconstructed of kinds and of classes that were never seen, beside PCA",
}
