"""Kinds of 8x8 images that have nothing in common but their size, and the mean and the variance of every single image.

Brightness and contrast alone move a reconstruction error; so each image is shifted and scaled to one mean and one variance
(those of the digits), and what is left to notice is the arrangement of the pixels.

    digits      the embedded ones
    letters     twelve capitals of straight strokes, with shaking corners, drawn with a pen on 32x32 points and reduced by
                counting 4x4 blocks, as the digits were
    bars        rows and columns
    patches     of a photograph, without those that show nearly nothing: stretched to the same variance they are mostly noise
                (with them an autoencoder trained on patches reconstructs digits better than patches, AUC .33). Those of
                training and test overlap, which makes the seen kind look easier than it is
    noise       independent normal pixels: nothing to compress
    shuffled    the test digits with their pixels in another order, the same for all images
    turned      the test digits, turned by a quarter
"""

from __future__ import annotations

import numpy as np

from ..datasets import bars, load_patches

MEAN, SD = 0.305, 0.376             # of the pixels of the training digits
SIDE, FINE = 8, 32                  # pixels; points along a side on which letters are drawn
PEN, SHAKE = 0.055, 0.04            # half the width of the pen, standard deviation of a corner's place; the side is 1
SHAPE = (SIDE, SIDE)

A, B, C, D = (0.2, 0.1), (0.8, 0.1), (0.2, 0.9), (0.8, 0.9)         # corners (across, down): above A B, below C D
TOP, FOOT, LEFT, RIGHT, MIDDLE = (0.5, 0.1), (0.5, 0.9), (0.2, 0.5), (0.8, 0.5), (0.5, 0.5)
LETTERS = {
    "A": ((C, TOP), (TOP, D), ((0.32, 0.6), (0.68, 0.6))), "E": ((A, C), (A, B), (LEFT, RIGHT), (C, D)),
    "F": ((A, C), (A, B), (LEFT, (0.7, 0.5))), "H": ((A, C), (B, D), (LEFT, RIGHT)), "K": ((A, C), (LEFT, B), (LEFT, D)),
    "L": ((A, C), (C, D)), "M": ((A, C), (A, MIDDLE), (MIDDLE, B), (B, D)), "N": ((A, C), (A, D), (B, D)),
    "T": ((A, B), (TOP, FOOT)), "V": ((A, FOOT), (FOOT, B)), "X": ((A, D), (B, C)), "Z": ((A, B), (B, C), (C, D)),
}


def standardized(X: np.ndarray) -> np.ndarray:
    """Return X (m, n) with every row shifted and scaled to the mean MEAN and the standard deviation SD."""
    X = np.asarray(X, np.float64)
    return MEAN + SD * (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)


def letters(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return drawings (count, 64) of letters, in [0, 1]."""
    grid = (np.arange(FINE) + 0.5) / FINE
    points = np.stack(np.meshgrid(grid, grid), axis=-1)                              # (32, 32, 2): across, down
    drawn = np.empty((count, FINE, FINE))
    for image, name in zip(drawn, rng.choice(list(LETTERS), count)):
        strokes = np.array(LETTERS[name]) + SHAKE * rng.standard_normal((len(LETTERS[name]), 2, 2))
        image[...] = min_distance(points, strokes) < PEN
    block = FINE // SIDE
    return drawn.reshape(count, SIDE, block, SIDE, block).mean(axis=(2, 4)).reshape(count, -1)


def min_distance(points: np.ndarray, strokes: np.ndarray) -> np.ndarray:
    """Return the distance of points (..., 2) from the nearest of the strokes (s, 2, 2), given by their ends."""
    distances = []
    for start, end in strokes:
        along = end - start
        t = np.clip((points - start) @ along / (along @ along), 0, 1)                # the nearest point is start + t along
        distances.append(np.linalg.norm(points - start - t[..., np.newaxis] * along, axis=-1))
    return np.min(distances, axis=0)


def draw(kind: str, count: int, seed: tuple[int, ...]) -> np.ndarray:
    """Return images (count, 64) of a kind that can be drawn, on one scale."""
    rng = np.random.default_rng(seed)
    if kind == "letters":
        return standardized(letters(count, rng))
    if kind == "bars":
        images = bars(2 * count, SIDE, random_state=rng)[0]
        return standardized(images[images.std(axis=1) > 0][:count])                  # an empty image has no scale
    if kind == "patches":
        images = load_patches(4 * count, size=SIDE, normalize="none", random_state=rng)
        return standardized(images[images.std(axis=1) > 0.05][:count])               # of a plain wall only noise would be left
    return standardized(rng.standard_normal((count, SIDE * SIDE)))


def of_digits(X: np.ndarray) -> dict[str, np.ndarray]:
    """Return kinds made of digits X (m, 64), on one scale."""
    order = np.random.default_rng(0).permutation(SIDE * SIDE)
    turned = np.rot90(X.reshape(-1, *SHAPE), axes=(1, 2)).reshape(len(X), -1)
    return {"shuffled": standardized(X[:, order]), "turned": standardized(turned)}


TRAINED = ("digits", "letters", "bars", "patches", "noise")
UNSEEN = (*TRAINED, "shuffled", "turned")
