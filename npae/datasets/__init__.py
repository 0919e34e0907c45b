"""Data to learn from: embedded digits, MNIST, patches of a photograph, and synthetic data whose truth is known."""

from .audio import SAMPLE_RATE, chirps, chords, hum, mix_at_snr, pink_noise, white_noise
from .bar_images import bars
from .data_file import DataFileError
from .digits import load_digits
from .gaussians import correlated_gaussian, gaussian_mixture
from .idx import read_idx
from .images import ImageData
from .manifolds import arc, circle, helix, spiral, swiss_roll
from .mnist import cache_dir, load_mnist
from .patches import load_patches
from .scenes import SHAPES, digit_scenes, shapes
from .strokes import Strokes, strokes
from .user_file import load_file

__all__ = [
    "DataFileError",
    "ImageData",
    "Strokes",
    "SAMPLE_RATE",
    "SHAPES",
    "arc",
    "bars",
    "cache_dir",
    "chirps",
    "chords",
    "circle",
    "correlated_gaussian",
    "digit_scenes",
    "gaussian_mixture",
    "helix",
    "hum",
    "load_digits",
    "load_file",
    "load_mnist",
    "load_patches",
    "mix_at_snr",
    "pink_noise",
    "read_idx",
    "shapes",
    "spiral",
    "strokes",
    "swiss_roll",
    "white_noise",
]


def __dir__() -> list[str]:
    return sorted(__all__)
