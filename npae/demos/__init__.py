"""Demonstrations: what a family of models does, measured and drawn. `npae demo NAME` runs one.

Each file has `run(out, quick) -> figures by name`, a dictionary of the numbers that it has printed; the tests hold the same
numbers, from the quick version, against what the sources claim.
"""

from __future__ import annotations

DEMOS: dict[str, str] = {
    "sparse": "codes with zeros, KL sparsity and its traps, the Stanford patches exercise",
    "denoising": "scores, vector fields, the Wiener filter, memorising, where it misbehaves",
    "contractive": "Jacobians and their spectra, the staircase, robustness against reconstruction",
    "variational": "manifold, samples, rate and distortion, blur, the gap of the bound, two gradient estimators",
    "regularizers": "every regularized model on the digits, side by side, over several seeds",
}
