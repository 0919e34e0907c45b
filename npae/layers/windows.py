r"""The windows of an image as columns of a matrix (im2col), and its adjoint (col2im): what a convolution is made of.

Key: m images of c channels, x (m, c, H, W); square windows of side k, a step of `stride` between them, `padding` = (p, q) rows
and columns of zeros before and after. H' = (H + p + q - k) / stride + 1 windows fit one below the other, W' side by side.

    C = patches(x, ...)         (c k k, H' W' m)    column (i, j, example) holds window (i, j) of that image, flattened
    x = overlapped(C, ...)      (m, c, H, W)        every entry of C is added back to the pixel it was taken from

The two are adjoint, <C, patches(x)> = <overlapped(C), x>: each is the other's backward pass. A pixel that stands in several
windows is copied several times by the first, and collects the sum of its copies' gradients in the second. Where the division
above leaves a remainder, the last rows and columns stand in no window, and no gradient reaches them.

How they are stored. Shapes are the usual ones, examples first; in memory the examples come last, (c, H, W, m), and what is
returned is a view with its axes in the usual order. Then a window's row is a run of m neighbours in memory however the
windows overlap, copying is fast for images of any size, and the matrix product that follows needs no transposed copy.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Padding = tuple[int, int]


def patches(x: np.ndarray, k: int, stride: int = 1, padding: Padding = (0, 0)) -> np.ndarray:
    """Return C (c k k, H' W' m) for x (m, c, H, W): but for a frame of zeros the only copy that a convolution makes.

    Windows of one pixel (k = 1) need not even that: C is then a read-only view of x, if the examples come last in memory.
    """
    image = x.transpose(1, 2, 3, 0)                                                 # (c, H, W, m)
    if any(padding):
        image = _framed(image, *padding)
    windows = sliding_window_view(image, (k, k), axis=(1, 2))[:, ::stride, ::stride]     # (c, H', W', m, k, k)
    return windows.transpose(0, 4, 5, 1, 2, 3).reshape(image.shape[0] * k * k, -1)


def _framed(image: np.ndarray, p: int, q: int) -> np.ndarray:
    """Return the image (c, H, W, m) with zeros around it; np.pad takes longer than the product with a small image."""
    c, height, width, m = image.shape
    framed = np.zeros((c, p + height + q, p + width + q, m), image.dtype)
    framed[:, p:p + height, p:p + width] = image
    return framed


def overlapped(C: np.ndarray, shape: tuple[int, ...], k: int, stride: int = 1, padding: Padding = (0, 0)) -> np.ndarray:
    """Return x of `shape` (m, c, H, W) for C (c k k, H' W' m), the adjoint of `patches`."""
    m, c, height, width = shape
    p, extra = padding[0], sum(padding)
    rows, columns = window_grid(shape, k, stride, padding)
    windows = C.reshape(c, k, k, rows, columns, m)
    image = np.zeros((c, height + extra, width + extra, m), C.dtype)
    for i in range(k):
        for j in range(k):
            image[:, i:i + stride * rows:stride, j:j + stride * columns:stride] += windows[:, i, j]
    return np.ascontiguousarray(image[:, p:p + height, p:p + width]).transpose(3, 0, 1, 2)


def window_grid(shape: tuple[int, ...], k: int, stride: int = 1, padding: Padding = (0, 0)) -> tuple[int, int]:
    """Return H' and W', how many windows images of `shape` (m, c, H, W) have one below the other and side by side."""
    height, width = ((side + sum(padding) - k) // stride + 1 for side in shape[2:])
    return height, width


def channels_as_rows(x: np.ndarray) -> np.ndarray:
    """Return x (m, c, H, W) as a matrix (c, H W m); a view where the examples come last in memory."""
    return x.transpose(1, 2, 3, 0).reshape(x.shape[1], -1)


def rows_as_channels(A: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return A (c, H W m) as images (m, c, H, W), a view."""
    return A.reshape(len(A), height, width, -1).transpose(3, 0, 1, 2)
