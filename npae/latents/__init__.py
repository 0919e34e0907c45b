"""Latents: what happens between the encoder's output and the decoder's input, as pairs of functions."""

from .cholesky import cholesky_factor, reparameterize_cholesky, reparameterize_cholesky_backward
from .code_usage import perplexity, usage
from .codebook_averages import averaged_codebook, code_counts, updated_averages
from .quantization import (
    chosen_vectors,
    codebook_term,
    codebook_term_backward,
    commitment,
    commitment_backward,
    nearest_code,
    straight_through,
    straight_through_backward,
)
from .reparameterization import reparameterize, reparameterize_backward
from .unit_noise import unit_noise, unit_noise_backward

__all__ = [
    "averaged_codebook", "cholesky_factor", "chosen_vectors", "code_counts", "codebook_term", "codebook_term_backward",
    "commitment", "commitment_backward", "nearest_code", "perplexity", "reparameterize", "reparameterize_backward",
    "reparameterize_cholesky", "reparameterize_cholesky_backward", "straight_through", "straight_through_backward",
    "unit_noise", "unit_noise_backward", "updated_averages", "usage",
]


def __dir__() -> list[str]:
    return sorted(__all__)
