"""Vector quantization: the nearest code, the three terms of the loss, and a gradient that is passed on by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import latents
from ...layers import affine, affine_backward
from ...losses import squared_error, squared_error_backward
from ..derivation import Derivation
from ..step import Step

PAIRS = ("nearest_code", "straight_through", "straight_through_backward", "codebook_term", "codebook_term_backward", "commitment",
         "commitment_backward", "updated_averages", "averaged_codebook")


def _quantization_point(rng: np.random.Generator) -> dict[str, Any]:
    K, k, n = int(rng.integers(3, 5)), int(rng.integers(2, 4)), int(rng.integers(2, 5))
    m = K + 2
    codes, D = 2 * rng.normal(size=(K, k)), rng.normal(size=(k, n))
    z = codes[np.arange(m) % K] + 0.5 * rng.normal(size=(m, k))
    d, x = rng.normal(size=n), rng.normal(size=(m, n))

    def quantize(z):
        return codes[np.argmin(np.sum((z[:, None] - codes)**2, axis=2), axis=1)]

    def rec(q):
        return squared_error(affine(q, D, d), x)

    j, zq = latents.nearest_code(z, codes), quantize(z)
    R = np.eye(K)[j]
    counts = np.sum(R, axis=0)
    moved = z + 0.3 * _distance_to_border(z, codes)[:, None] * _unit(rng.normal(size=z.shape))
    decay, N = rng.uniform(0.5, 0.9), rng.uniform(1, 5, K)
    return {"m": m, "K": K, "x": x, "z": z, "z_still": z.copy(), "codes": codes, "D": D, "d": d, "j": j, "R": R, "zq": zq,
            "counts": counts, "means": R.T @ z / np.maximum(counts, 1)[:, None], "sums": R.T @ z, "chosen": counts > 0,
            "rec": rec, "quantize": quantize, "moved": moved, "beta": rng.uniform(0.1, 0.5), "decay": decay, "N": N,
            "M": N[:, None] * codes, "N_new": decay * N + (1 - decay) * counts, "affine": affine,
            "dzq": affine_backward(squared_error_backward(affine(zq, D, d), x), zq, D)[0],
            **{name: getattr(latents, name) for name in PAIRS}}


def _distance_to_border(z: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return how far each row of z may move before another code is as near: (b - a) / 2 for distances a < b is safe."""
    distances = np.sort(np.linalg.norm(z[:, None] - codes, axis=2), axis=1)
    return (distances[:, 1] - distances[:, 0]) / 2


def _unit(directions: np.ndarray) -> np.ndarray:
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


VECTOR_QUANTIZATION = Derivation(
    name="vector-quantization", title="Vector quantization: nearest code, codebook gradient, straight-through copy",
    key="m encodings z (m, k), K codes (K, k). j (m,) the number of the code nearest to each encoding, R (m, K) the same as "
        "zeros and ones; zq = R codes = quantize(z) the quantized encodings; counts (K,), sums and means (K, k) of each code's "
        "encodings, chosen where it has any. Targets x (m, n), a linear decoder q D + d, rec(q) its squared error, dzq (m, k) "
        "the gradient of rec at zq; beta the weight of the commitment. moved (m, k): z moved a little, each less than to the "
        "border of its cell. z_still = z, as it is here and now, held still. EMA: decay, N (K,) running counts, M (K, k) "
        "running sums with M = N codes so far, N_new = decay N + (1 - decay) counts.",
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
        Step(r"j", "nearest_code(z, codes)", "the code"),
        Step(r"\frac{1}{m} \sum_i \left( |x_i - g(e_{c(i)})|^2 + |\mathrm{sg}[z_i] - e_{c(i)}|^2 + \beta |z_i - "
             r"\mathrm{sg}[e_{c(i)}]|^2 \right)",
             "rec(quantize(z)) + np.sum((z - quantize(z))**2) / m + beta * np.sum((z - quantize(z))**2) / m",
             "the loss: reconstruction, codebook, commitment. sg (stop gradient) is the identity forwards: it freezes what it "
             "holds for the backward pass", ""),
        Step(r"\frac{1}{m} \sum_i \left( |x_i - g(e_{c(i)})|^2 + (1 + \beta) |z_i - e_{c(i)}|^2 \right)",
             "rec(R @ codes) + (1 + beta) * np.sum((z - R @ codes)**2) / m",
             "the last two have one value and differ in who is moved: the codebook term moves codes, the commitment encodings"),
        Step(r"L", "rec(straight_through(z, z_still, zq)) + codebook_term(codes, z, j) + beta * commitment(z, zq)",
             "the code, one function for each term and one for what the decoder gets"),
        Step(r"\frac{\partial}{\partial e} \frac{1}{m} \sum_i |z_i - e_{c(i)}|^2",
             "gradient(lambda codes: np.sum((z - R @ codes)**2) / m, codes)",
             "what moves the codes: the codebook term, with the encodings and the assignment R frozen", ""),
        Step(r"\frac{2}{m} R^T (R e - z)", "2 * R.T @ (R @ codes - z) / m",
             "chain rule: each encoding pulls at the code it chose"),
        Step(r"\frac{2}{m} \left( n_j e_j - \sum_{c(i) = j} z_i \right)", "2 * (counts[:, None] * codes - sums) / m",
             "R^T R is diagonal, with the counts n_j"),
        Step(r"\frac{2 n_j}{m} (e_j - \bar z_j)", "2 * counts[:, None] * (codes - means) / m",
             "a pull towards the mean of its encodings: it is 0 at the k-means step, e_j = mean"),
        Step(r"de", "codebook_term_backward(codes, z, j)", "the code"),
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
             "codes - (m * (1 - decay) / (2 * N_new))[:, None] * codebook_term_backward(codes, z, j)",
             "so it is gradient descent on the codebook term, with a step size of its own for every code"),
        Step(r"e'", "averaged_codebook(*updated_averages(N, M, z, j, decay))", "the code"),
        Step(r"\bar z_j", "means[chosen]", "the step of k-means: every chosen code moves to the mean of its encodings", ""),
        Step(r"e'_j,\ \gamma = 0", "averaged_codebook(*updated_averages(N, M, z, j, 0.0))[chosen]",
             "the code: nothing of the past is kept, M_j / N_j is the sum over the count"),
        Step(r"\frac{1}{m} \sum_i |x_i - g(e_{c(i)})|^2", "rec(quantize(z))",
             "the forward pass of the model: quantize, decode", ""),
        Step(r"\frac{1}{m} \sum_i |x_i - g(e_{c(i)})|^2", "rec(quantize(moved))",
             "z moved, and inside of its cell: the same code, the same loss to the last digit. The true gradient in z is 0 "
             "wherever there is one, and teaches the encoder nothing"),
        Step(r"\frac{1}{m} \sum_i |x_i - g(\mathrm{sg}[e_{c(i)}] + z_i - \mathrm{sg}[z_i])|^2",
             "rec(straight_through(z, z_still, zq))",
             "the code: a surrogate with the same loss here. But with zq and z_still held still it moves with z"),
        Step(r"\frac{\partial}{\partial z} \frac{1}{m} \sum_i |x_i - g(\mathrm{sg}[e_{c(i)}] + z_i - \mathrm{sg}[z_i])|^2",
             "gradient(lambda z: rec(zq + (z - z_still)), z)", "the gradient of the surrogate", ""),
        Step(r"\frac{\partial}{\partial z_q} \frac{1}{m} \sum_i |x_i - g(z_{q,i})|^2", "gradient(rec, zq)",
             "dz_q/dz = I: the gradient at the decoder's input is copied straight through. It is the gradient of the surrogate, "
             "not of the forward pass"),
        Step(r"\frac{2}{m} (z_q D + d - x)\, D^T", "2 * (zq @ D + d - x) @ D.T / m", "squared error of an affine map"),
        Step(r"dz", "straight_through_backward(dzq)", "the code: what the decoder sends back, copied"),
        Step(r"\frac{\partial}{\partial z} \left( \frac{1}{m} \sum_i |x_i - g(\mathrm{sg}[e_{c(i)}] + z_i - \mathrm{sg}[z_i])|^2 "
             r"+ \frac{\beta}{m} \sum_i |z_i - \mathrm{sg}[e_{c(i)}]|^2 \right)",
             "gradient(lambda z: rec(straight_through(z, z_still, zq)) + beta * np.sum((z - zq)**2) / m, z)",
             "all that reaches the encoder: reconstruction and commitment, the codes held still", ""),
        Step(r"dz_q + \frac{2 \beta}{m} (z - z_q)", "dzq + 2 * beta * (z - zq) / m",
             "two paths: the copy, and a pull to the chosen code"),
        Step(r"dz", "straight_through_backward(dzq) + beta * commitment_backward(z, zq)", "the code"),
    ),
    leads_to=tuple(f"npae.latents.{name}" for name in PAIRS))

QUANTIZATION = (VECTOR_QUANTIZATION,)
