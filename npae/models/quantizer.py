r"""One codebook at work inside a model: rows of encodings in, rows of codes out, and the gradients on their way back.

Key: m examples with S slots each, K codes of length k. Encodings s (m, S k) as the encoder writes them; as vectors z (m S, k).

The mathematics is in latents/quantization.py and latents/codebook_averages.py. Here is the bookkeeping: which entries of a row
are one slot (on a grid, channels come before places), what is held still, and which of the two ways the codebook moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..latents import (
    averaged_codebook,
    code_counts,
    codebook_term,
    codebook_term_backward,
    commitment,
    commitment_backward,
    nearest_code,
    straight_through,
    straight_through_backward,
    updated_averages,
)
from ..parameters import Gradients, Parameters
from .base import Terms


class Quantized(NamedTuple):
    """What one forward pass through a quantizer leaves behind; `still` marks what no gradient passes."""

    z: np.ndarray           # (m S, k)
    j: np.ndarray           # (m S,), still
    z_still: np.ndarray     # (m S, k)
    e_still: np.ndarray     # (m S, k)
    q: np.ndarray           # (m, S k), rows for the decoder


@dataclass(frozen=True)
class Quantizer:
    """K codes of length k for S slots.

    level       "" or "top", "bottom": the codebook's parameter is "codebook" or "codebook.top", terms are named likewise
    on_grid     whether encodings are (k, S) in memory order, channels first, as convolutions leave them; else (S, k)
    by_gradient whether the codebook follows the gradient of its term; else running averages move it after every step
    """

    level: str
    K: int
    k: int
    S: int
    on_grid: bool
    beta: float
    by_gradient: bool
    decay: float
    smoothing: float

    def named(self, word: str) -> str:
        """Return the word, with the level behind it where there are several."""
        return f"{word}.{self.level}" if self.level else word

    # ---- slots ----------------------------------------------------------------------------------------------------

    def vectors(self, s: np.ndarray) -> np.ndarray:
        """Return the slots (m S, k) of rows s (m, S k)."""
        if not self.on_grid:
            return s.reshape(-1, self.k)
        return s.reshape(len(s), self.k, self.S).transpose(0, 2, 1).reshape(-1, self.k)

    def rows(self, z: np.ndarray) -> np.ndarray:
        """Return the rows (m, S k) of slots z (m S, k): `vectors` undone."""
        if not self.on_grid:
            return z.reshape(-1, self.S * self.k)
        return z.reshape(-1, self.S, self.k).transpose(0, 2, 1).reshape(-1, self.k * self.S)

    # ---- forward and backward -------------------------------------------------------------------------------------

    def freeze(self, E: np.ndarray, s: np.ndarray) -> dict[str, np.ndarray]:
        """Return what stands behind a stop-gradient for encodings s (m, S k), one row per example, by name."""
        z = self.vectors(s).real
        j = nearest_code(z, E)
        return {self.named("codes"): j.reshape(-1, self.S), self.named("z_still"): z.reshape(-1, self.S, self.k),
                self.named("e_still"): E.real[j].reshape(-1, self.S, self.k)}

    def forward(self, params: Mapping[str, np.ndarray], s: np.ndarray, frozen: Mapping[str, np.ndarray]) -> Quantized:
        """Quantize encodings s (m, S k). frozen: what `freeze` has written down, or nothing to write it down now."""
        if self.named("codes") not in frozen:
            frozen = self.freeze(params[self.named("codebook")], s)
        j = frozen[self.named("codes")].ravel().astype(np.intp)
        z_still, e_still = (frozen[self.named(name)].reshape(-1, self.k) for name in ("z_still", "e_still"))
        z = self.vectors(s)
        return Quantized(z, j, z_still, e_still, self.rows(straight_through(z, z_still, e_still)))

    def add_terms(self, terms: Terms, params: Mapping[str, np.ndarray], seen: Quantized) -> None:
        """Write the codebook's term, 0 where averages move it, and the commitment into terms."""
        E, weight = params[self.named("codebook")], self.S / len(seen.z)        # 1/m: summed over slots
        moves = codebook_term(E, seen.z_still, seen.j, weight) if self.by_gradient else 0.0
        terms[self.named("codebook")] = moves
        terms[self.named("commitment")] = self.beta * commitment(seen.z, seen.e_still, weight)

    def backward(self, dq: np.ndarray, params: Mapping[str, np.ndarray], seen: Quantized, grads: Gradients) -> np.ndarray:
        """Add the codebook's gradient to grads and return ds (m, S k), for dq (m, S k) from the decoder."""
        name, weight = self.named("codebook"), self.S / len(seen.z)
        if self.by_gradient:
            grads[name] += codebook_term_backward(params[name], seen.z_still, seen.j, weight)
        dz = straight_through_backward(self.vectors(dq))
        dz = dz + self.beta * commitment_backward(seen.z, seen.e_still, weight)     # two paths: the copy, and the commitment
        return self.rows(dz)

    # ---- state that moves with training: running averages, and how often each code was chosen -----------------------

    def new_state(self, E: np.ndarray) -> dict[str, np.ndarray]:
        """Return the averages of a fresh codebook E (K, k), and counters at zero."""
        return {self.named("N"): np.ones(self.K, E.dtype), self.named("M"): E.copy(),
                self.named("chosen"): np.zeros(self.K, E.dtype)}

    def after_step(self, params: Parameters, state: dict[str, np.ndarray], s: np.ndarray) -> None:
        """Count the codes that s (m, S k) chooses, and move the averages and the codebook where that is their way."""
        name, z = self.named("codebook"), self.vectors(s)
        j = nearest_code(z, params[name])
        state[self.named("chosen")] = state[self.named("chosen")] + code_counts(j, self.K).astype(z.dtype)
        if self.by_gradient:
            return
        N, M = updated_averages(state[self.named("N")], state[self.named("M")], z, j, self.decay)
        seldom = N < np.finfo(N.dtype).eps                  # never chosen for long (or ever, if decay is 0): stays put
        N, M = np.where(seldom, 1, N), np.where(seldom[:, np.newaxis], params[name], M)
        state[self.named("N")], state[self.named("M")] = N, M
        params[name] = averaged_codebook(N, M, self.smoothing)

    def revive(self, params: Parameters, state: dict[str, np.ndarray], s: np.ndarray, rng: np.random.Generator) -> None:
        """Move every code that was not chosen since the counters were at zero to an encoding of s that is badly served.

        Encodings are drawn with a probability proportional to their squared distance from their codes, as in k-means++.
        The averages of a moved code start anew: otherwise the next step would take it back to where it came from.
        """
        name, chosen = self.named("codebook"), state[self.named("chosen")]
        dead = np.flatnonzero(chosen == 0)
        if len(dead) and chosen.any():
            z, E = self.vectors(s), params[name]
            p = np.sum((z - E[nearest_code(z, E)]) ** 2, axis=1, dtype=np.float64)
            if p.sum() > 0:
                new = z[rng.choice(len(z), len(dead), p=p / p.sum())]
                E[dead], state[self.named("M")][dead], state[self.named("N")][dead] = new, new, 1
        state[self.named("chosen")] = np.zeros_like(chosen)
