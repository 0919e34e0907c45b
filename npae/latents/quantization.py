r"""Vector quantization: a code is replaced by the nearest of K vectors, so that a number from 0 to K - 1 says it all.

Key: p vectors to quantize (for m examples of S slots each, p = m S), k their length, K codes.
    z (p, k), codebook E (K, k), chosen codes j (p,), their vectors e (p, k), what the decoder gets q (p, k);
    w the weights of the rows, (p, 1): 1/m each, so that slots are summed and examples averaged.

Forward. |z - e|^2 = |z|^2 - 2 z.e + |e|^2, and the first term is the same for all codes: one matrix product does it.
    j = np.argmin(np.sum(E ** 2, axis=1) - 2 * z @ E.T, axis=1)     (1)
    e = E[j]                                                        (2)
    q = e + (z - z_still)                                           (3)
    C = np.sum(w * (E[j] - z) ** 2)                                 (4)
    B = np.sum(w * (z - e) ** 2)                                    (5)

with z_still the value of z, held still: q is e exactly, and moves with z. L = loss(decoder(q)) + C + beta B: reconstruction,
codebook term, commitment. (4) and (5) have one value and differ in what is held still: in (4) the codes move and z is a
constant, in (5) z moves and e is one.

Backward. The choice (1) is piecewise constant: moving z a little changes no j, so the true gradient of the reconstruction
in z is zero almost everywhere, and an encoder that followed it would never learn. (3) is therefore differentiated with
e and z_still held still, dq/dz = I: the gradient at the decoder's input is copied straight through to the encoder.
    dz = dq                                                         (6)
Codebook and commitment, every row pulling at the code that it chose (R has a 1 where row i chose code j):
    R = (j[:, np.newaxis] == np.arange(len(E))).astype(z.dtype)     (7)
    dE = 2 * R.T @ (w * (E[j] - z))                                 (8)
    dz_commitment = 2 * w * (z - e)                                 (9)

How a copied gradient is checked. (6) is not the derivative of the forward pass, but it is exactly that of a surrogate: the
same pass in which everything behind a stop-gradient (e and z_still in (3), z in (4), e in (5), j) is a number that was written
down before. `model.freeze(X)` writes them down. Under an imaginary step they are the real parts, and nothing else is needed.

Failure modes: dE[j] += ... keeps one row of each code, (8) adds them all; (4) formed from q instead of z gives the codebook
no gradient, since q - e is zero for ever; beta on (4) instead of (5) lets the encoder run away from its codes; (1) in float32
chooses wrongly where vectors lie hundreds of times further from the origin than from each other.
Source: 001 VQ-VAE slides; van den Oord et al. 2017, equation (3).
"""

from __future__ import annotations

import numpy as np

from ..losses.weight import Weight


def nearest_code(z: np.ndarray, E: np.ndarray) -> np.ndarray:
    """Return j (p,): for each row of z (p, k) the number of the nearest row of E (K, k), the first one in a tie."""
    z, E = z.real, E.real
    j = np.argmin(np.sum(E ** 2, axis=1) - 2 * z @ E.T, axis=1)     # (1)
    return j


def chosen_vectors(E: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Return e (p, k), a copy of the rows j (p,) of the codebook E (K, k)."""
    return E[j]                                                     # (2)


def straight_through(z: np.ndarray, z_still: np.ndarray, e: np.ndarray) -> np.ndarray:
    """Return q (p, k) for z (p, k); z_still and e (p, k) are held still."""
    return e + (z - z_still)                                        # (3)


def straight_through_backward(dq: np.ndarray) -> np.ndarray:
    """Return dz (p, k) for dq (p, k), a fresh array."""
    return +dq                                                      # (6)


def codebook_term(E: np.ndarray, z: np.ndarray, j: np.ndarray, weight: Weight = None) -> np.floating:
    """Return the weighted squared distances of the chosen codes to z (p, k), a constant; weight is 1/p by default."""
    w = 1 / len(z) if weight is None else weight
    return np.sum(w * (E[j] - z) ** 2)                              # (4)


def codebook_term_backward(E: np.ndarray, z: np.ndarray, j: np.ndarray, weight: Weight = None) -> np.ndarray:
    """Return dE (K, k), the gradient of codebook_term; zero for codes that nobody chose."""
    w = 1 / len(z) if weight is None else weight
    R = (j[:, np.newaxis] == np.arange(len(E))).astype(z.dtype)     # (7)
    dE = 2 * R.T @ (w * (E[j] - z))                                 # (8)
    return dE


def commitment(z: np.ndarray, e: np.ndarray, weight: Weight = None) -> np.floating:
    """Return the weighted squared distances of z (p, k) to its codes e (p, k), constants; weight is 1/p by default."""
    w = 1 / len(z) if weight is None else weight
    return np.sum(w * (z - e) ** 2)                                 # (5)


def commitment_backward(z: np.ndarray, e: np.ndarray, weight: Weight = None) -> np.ndarray:
    """Return dz (p, k), the gradient of commitment."""
    w = 1 / len(z) if weight is None else weight
    return 2 * w * (z - e)                                          # (9)
