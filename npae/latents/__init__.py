"""Latents: what happens between the encoder's output and the decoder's input, as pairs of functions."""

from .cholesky import cholesky_factor, reparameterize_cholesky, reparameterize_cholesky_backward
from .reparameterization import reparameterize, reparameterize_backward
from .unit_noise import unit_noise, unit_noise_backward

__all__ = [
    "cholesky_factor", "reparameterize", "reparameterize_backward", "reparameterize_cholesky",
    "reparameterize_cholesky_backward", "unit_noise", "unit_noise_backward",
]
