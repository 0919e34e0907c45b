"""Data to learn from: embedded digits, MNIST, patches of a photograph, and synthetic data whose truth is known."""

from .bar_images import bars
from .digits import load_digits
from .gaussians import correlated_gaussian, gaussian_mixture
from .idx import read_idx
from .images import ImageData
from .manifolds import arc, circle, helix, spiral, swiss_roll
from .mnist import cache_dir, load_mnist
from .patches import load_patches
from .user_file import load_file

__all__ = [
    "ImageData",
    "arc",
    "bars",
    "cache_dir",
    "circle",
    "correlated_gaussian",
    "gaussian_mixture",
    "helix",
    "load_digits",
    "load_file",
    "load_mnist",
    "load_patches",
    "read_idx",
    "spiral",
    "swiss_roll",
]
