"""Vector quantization: the nearest code, the three terms of the loss, and a gradient that is passed on by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...layers import affine, affine_backward
from ...losses import squared_error, squared_error_backward
from ..derivation import Derivation
from ..step import Step


def _quantization_point(rng: np.random.Generator) -> dict[str, Any]:
    K, k, n = int(rng.integers(3, 5)), int(rng.integers(2, 4)), int(rng.integers(2, 5))
    m = K + 2
    codes, D = 2 * rng.normal(size=(K, k)), rng.normal(size=(k, n))
    z = codes[np.arange(m) % K] + 0.5 * rng.normal(size=(m, k))
    d, x = rng.normal(size=n), rng.normal(size=(m, n))

    def nearest(z):
        return np.argmin(np.sum((z[:, None] - codes)**2, axis=2), axis=1)

    def rec(z):
        return squared_error(affine(z, D, d), x)

    R = np.eye(K)[nearest(z)]
    counts = np.sum(R, axis=0)
    means = R.T @ z / np.maximum(counts, 1)[:, None]
    moved = z + 0.3 * _distance_to_border(z, codes)[:, None] * _unit(rng.normal(size=z.shape))
    decay, N = rng.uniform(0.5, 0.9), rng.uniform(1, 5, K)
    return {"m": m, "K": K, "x": x, "z": z, "codes": codes, "D": D, "R": R, "zq": R @ codes, "counts": counts, "means": means,
            "sums": R.T @ z, "rec": rec, "quantize": lambda z: codes[nearest(z)], "moved": moved, "offset": R @ codes - z,
            "d": d, "beta": rng.uniform(0.1, 0.5), "decay": decay, "N": N, "M": N[:, None] * codes,
            "N_new": decay * N + (1 - decay) * counts, "affine": affine, "affine_backward": affine_backward,
            "squared_error_backward": squared_error_backward}


def _distance_to_border(z: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return how far each row of z may move before another code is as near: (b - a) / 2 for distances a < b is safe."""
    distances = np.sort(np.linalg.norm(z[:, None] - codes, axis=2), axis=1)
    return (distances[:, 1] - distances[:, 0]) / 2


def _unit(directions: np.ndarray) -> np.ndarray:
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


VECTOR_QUANTIZATION = Derivation(
    name="vector-quantization", title="Vector quantization: nearest code, codebook gradient, straight-through copy",
    key="m encodings z (m, k), K codes (K, k). R (m, K) has a 1 where a code is the nearest to an encoding, zq = R codes = "
        "quantize(z) the quantized encodings; counts (K,), sums and means (K, k) of the encodings assigned to each code. "
        "Targets x (m, n), a linear decoder zq D + d, rec(z) the squared error when z is decoded; beta the weight of the "
        "commitment. moved (m, k): z moved a little, each less than to the border of its cell. offset = zq - z, as it is here "
        "and now, frozen. EMA: decay, N (K,) running counts, M (K, k) running sums with M = N codes so far, N_new = decay N + "
        "(1 - decay) counts.",
    draw=_quantization_point,
    steps=(
        Step(r"|z_i - e_j|^2", "np.array([[np.sum((zi - e)**2) for e in codes] for zi in z])",
             "how far is each encoding from each code, by definition", ""),
        Step(r"|z_i|^2 - 2 z_i \cdot e_j + |e_j|^2", "np.array([[zi @ zi - 2 * zi @ e + e @ e for e in codes] for zi in z])",
             "a square expanded"),
        Step(r"|z|^2 - 2 z e^T + |e|^2", "np.sum(z**2, axis=1)[:, None] - 2 * z @ codes.T + np.sum(codes**2, axis=1)",
             "all pairs at once: one matrix product, and no array of m x K x k differences"),
        Step(r"\arg\min_j |z_i - e_j|^2", "np.argmin(np.sum((z[:, None] - codes)**2, axis=2), axis=1)", "the nearest code", ""),
        Step(r"\arg\min_j \left( |e_j|^2 - 2 z_i \cdot e_j \right)",
             "np.argmin(np.sum(codes**2, axis=1) - 2 * z @ codes.T, axis=1)", "the square of z is the same for all codes"),
        Step(r"(R\, (0, \ldots, K - 1)^T)_i", "R @ np.arange(K)", "as a matrix: row i of R has its 1 there"),
        Step(r"\frac{1}{m} \sum_i \left( |x_i - g(e_{c(i)})|^2 + |\mathrm{sg}[z_i] - e_{c(i)}|^2 + \beta |z_i - "
             r"\mathrm{sg}[e_{c(i)}]|^2 \right)",
             "rec(quantize(z)) + np.sum((z - quantize(z))**2) / m + beta * np.sum((z - quantize(z))**2) / m",
             "the loss: reconstruction, codebook, commitment. sg (stop gradient) is the identity forwards: it freezes what it "
             "holds for the backward pass", ""),
        Step(r"\frac{1}{m} \sum_i \left( |x_i - g(e_{c(i)})|^2 + (1 + \beta) |z_i - e_{c(i)}|^2 \right)",
             "rec(R @ codes) + (1 + beta) * np.sum((z - R @ codes)**2) / m",
             "the last two have one value and differ in who is moved: the codebook term moves codes, the commitment encodings"),
        Step(r"\frac{\partial}{\partial e} \frac{1}{m} \sum_i |z_i - e_{c(i)}|^2",
             "gradient(lambda codes: np.sum((z - R @ codes)**2) / m, codes)",
             "what moves the codes: the codebook term, with the encodings and the assignment R frozen", ""),
        Step(r"\frac{2}{m} R^T (R e - z)", "2 * R.T @ (R @ codes - z) / m",
             "chain rule: each encoding pulls at the code it chose"),
        Step(r"\frac{2}{m} \left( n_j e_j - \sum_{c(i) = j} z_i \right)", "2 * (counts[:, None] * codes - sums) / m",
             "R^T R is diagonal, with the counts n_j"),
        Step(r"\frac{2 n_j}{m} (e_j - \bar z_j)", "2 * counts[:, None] * (codes - means) / m",
             "a pull towards the mean of its encodings: it is 0 at the k-means step, e_j = mean"),
        Step(r"\frac{\gamma M_j + (1 - \gamma) \sum_{c(i) = j} z_i}{\gamma N_j + (1 - \gamma)\, n_j}",
             "(decay * M + (1 - decay) * sums) / (decay * N + (1 - decay) * counts)[:, None]",
             "codes without a gradient: running sums over running counts (EMA)", ""),
        Step(r"\frac{\gamma N_j e_j + (1 - \gamma)\, n_j \bar z_j}{N_j'}",
             "(decay * N[:, None] * codes + (1 - decay) * counts[:, None] * means) / N_new[:, None]",
             "M = N codes, and a sum is the count times the mean"),
        Step(r"e_j + \frac{(1 - \gamma)\, n_j}{N_j'} (\bar z_j - e_j)",
             "codes + ((1 - decay) * counts / N_new)[:, None] * (means - codes)",
             "decay N = N_new - (1 - decay) counts: a step from the code towards the mean"),
        Step(r"e_j - \frac{m (1 - \gamma)}{2 N_j'} \cdot \frac{2 n_j}{m} (e_j - \bar z_j)",
             "codes - (m * (1 - decay) / (2 * N_new))[:, None] * (2 * counts[:, None] * (codes - means) / m)",
             "so it is gradient descent on the codebook term, with a step size of its own for every code"),
        Step(r"\frac{1}{m} \sum_i |x_i - g(e_{c(i)})|^2", "rec(quantize(z))",
             "the forward pass of the model: quantize, decode", ""),
        Step(r"\frac{1}{m} \sum_i |x_i - g(e_{c(i)})|^2", "rec(quantize(moved))",
             "z moved, and inside of its cell: the same code, the same loss to the last digit. The true gradient in z is 0 "
             "wherever there is one, and teaches the encoder nothing"),
        Step(r"\frac{1}{m} \sum_i |x_i - g(z_i + \mathrm{sg}[e_{c(i)} - z_i])|^2", "rec(z + offset)",
             "a surrogate: z + (zq - z) is zq, and the loss is the same here. But with the difference frozen it moves with z"),
        Step(r"\frac{\partial}{\partial z} \frac{1}{m} \sum_i |x_i - g(z_i + \mathrm{sg}[e_{c(i)} - z_i])|^2",
             "gradient(lambda z: rec(z + offset), z)", "the gradient of the surrogate", ""),
        Step(r"\frac{\partial}{\partial z_q} \frac{1}{m} \sum_i |x_i - g(z_{q,i})|^2", "gradient(rec, zq)",
             "dz_q/dz = I: the gradient at the decoder's input is copied straight through. It is the gradient of the surrogate, "
             "not of the forward pass"),
        Step(r"\frac{2}{m} (z_q D + d - x)\, D^T", "2 * (zq @ D + d - x) @ D.T / m", "squared error of an affine map"),
        Step(r"dz", "affine_backward(squared_error_backward(affine(zq, D, d), x), zq, D)[0]", "the code of decoder and loss"),
        Step(r"\frac{\partial}{\partial z} \left( \frac{1}{m} \sum_i |x_i - g(z_i + \mathrm{sg}[e - z_i])|^2 + \frac{\beta}{m} "
             r"\sum_i |z_i - \mathrm{sg}[e_{c(i)}]|^2 \right)",
             "gradient(lambda z: rec(z + offset) + beta * np.sum((z - zq)**2) / m, z)",
             "all that reaches the encoder: reconstruction and commitment, the codes frozen", ""),
        Step(r"dz_q + \frac{2 \beta}{m} (z - z_q)",
             "affine_backward(squared_error_backward(affine(zq, D, d), x), zq, D)[0] + 2 * beta * (z - zq) / m",
             "two paths: the copy, and a pull to the chosen code"),
    ),
    leads_to=("npae.layers.affine_backward", "npae.losses.squared_error_backward"))

QUANTIZATION = (VECTOR_QUANTIZATION,)
