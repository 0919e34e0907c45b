r"""Curves and a surface, embedded in two or three dimensions: what nonlinear codes describe and PCA cannot.

Each function draws its coordinate uniformly, maps it by the formula in its docstring, and adds `noise` times a standard
normal draw to every feature. It returns (X, t): X (n_examples, 2 or 3), t (n_examples,) the coordinate of the noise-free
point, both float64. Every shape has a radius of 1, so that one `noise` means the same on all of them; with the same seed, t and
the normal draw are the same for every `noise`.

The unexplained variance that the docstrings give is the squared error of the best one-direction PCA, summed over features, mean
over examples, for infinitely many noise-free examples.

All raise ValueError, naming the argument, for a number out of range (noise < 0, n_examples < 1, ...).
random_state is None, an integer of at least 0 or a numpy Generator.
"""

import numpy as np

from ..validation import Seed, check_integer, check_random_state, check_real


def arc(
    n_examples: int, *, noise: float = 0.0, random_state: Seed = None, angle: float = 4 * np.pi / 3
) -> tuple[np.ndarray, np.ndarray]:
    """Part of the unit circle: x = (cos t, sin t), t uniform on [0, angle), angle at most 2 pi.

    Variance .829, of which PCA with one direction leaves .226 unexplained.
    """
    check_real(angle, "angle", 0.0, 2 * np.pi)
    rng, u = _draw(n_examples, noise, random_state)
    t = angle * u
    return _with_noise([np.cos(t), np.sin(t)], noise, rng), t


def circle(n_examples: int, *, noise: float = 0.0, random_state: Seed = None) -> tuple[np.ndarray, np.ndarray]:
    """The unit circle: x = (cos t, sin t), t uniform on [0, 2 pi).

    Variance 1, of which PCA with one direction leaves .5 unexplained. No continuous one-dimensional code describes it: it
    must tear the circle somewhere.
    """
    return arc(n_examples, noise=noise, random_state=random_state, angle=2 * np.pi)


def spiral(
    n_examples: int, *, noise: float = 0.0, random_state: Seed = None, turns: float = 2.0
) -> tuple[np.ndarray, np.ndarray]:
    """An Archimedean spiral: x = r (cos t, sin t), r = t / (2 pi turns), t uniform on [0, 2 pi turns).

    The radius grows from 0 to 1. Variance .327, of which PCA with one direction leaves .143 unexplained.
    """
    check_real(turns, "turns", 0.0)
    rng, r = _draw(n_examples, noise, random_state)
    t = 2 * np.pi * turns * r
    return _with_noise([r * np.cos(t), r * np.sin(t)], noise, rng), t


def helix(
    n_examples: int, *, noise: float = 0.0, random_state: Seed = None, turns: float = 2.0, height: float = 2.0
) -> tuple[np.ndarray, np.ndarray]:
    """A screw of radius 1: x = (cos t, sin t, height (t / (2 pi turns) - 1/2)), t uniform on [0, 2 pi turns).

    Variance 1.333, of which PCA with one direction leaves .737 unexplained.
    """
    check_real(turns, "turns", 0.0)
    check_real(height, "height", 0.0)
    rng, u = _draw(n_examples, noise, random_state)
    t = 2 * np.pi * turns * u
    return _with_noise([np.cos(t), np.sin(t), height * (u - 0.5)], noise, rng), t


def swiss_roll(
    n_examples: int, *, noise: float = 0.0, random_state: Seed = None, width: float = 1.5
) -> tuple[np.ndarray, np.ndarray]:
    """A rolled-up sheet: x = (r cos t, w, r sin t), r = t / (4.5 pi), t uniform on [1.5 pi, 4.5 pi), w on [-width/2, width/2).

    The one surface here. t is the coordinate along the roll; the other, w, is the second feature itself. Variance .649, of which
    PCA leaves .394 unexplained with one direction and .188 with two.
    """
    check_real(width, "width", 0.0)
    rng, u = _draw(n_examples, noise, random_state)
    r = (1 + 2 * u) / 3  # from 1/3 to 1
    t = 4.5 * np.pi * r
    w = width * (rng.random(n_examples) - 0.5)
    return _with_noise([r * np.cos(t), w, r * np.sin(t)], noise, rng), t


def _draw(n_examples: int, noise: float, random_state: Seed) -> tuple[np.random.Generator, np.ndarray]:
    """Check what all functions share; return the generator and n_examples uniform numbers in [0, 1)."""
    check_integer(n_examples, "n_examples", 1)
    check_real(noise, "noise", 0.0)
    rng = check_random_state(random_state)
    return rng, rng.random(n_examples)


def _with_noise(features: list[np.ndarray], noise: float, rng: np.random.Generator) -> np.ndarray:
    X = np.stack(features, axis=1)  # (m, n)
    return X + noise * rng.standard_normal(X.shape)
