r"""Convolution: an affine map that looks at a small window at a time, with the same weights at every place.

Key: m images; c channels in, o out; k the side of the kernel; x (m, c, H, W), W (o, c, k, k), b (o,), y (m, o, H', W').

    y[i, :, r, s] = b + sum over channel and place in the window of W * x[i, window (r, s)]

(a cross-correlation, as everywhere in this field: the kernel is not mirrored). With one kernel in a row of V and one window in
a column of C it is one matrix product, and what is known of the affine map holds here.

Forward, with size = window_grid(x.shape, k, stride, padding) = (H', W'):
    V = W.reshape(len(W), -1)                                       (1)
    C = patches(x, k, stride, padding)                              (2)
    y = rows_as_channels(V @ C + b[:, np.newaxis], *size)           (3)

Backward. D is dy with one channel in a row. A weight meets every window, so its gradient is a sum over all places and all
examples; a pixel stands in several windows, and `overlapped` adds up what they send back.
    D = channels_as_rows(dy)                                        (4)
    dx = overlapped(V.T @ D, x.shape, k, stride, padding)           (5)
    dW = (D @ C.T).reshape(W.shape)                                 (6)
    db = D.sum(axis=1)                                              (7)

Why it pays on images: o c k k weights, whatever the size of the image, where a dense layer has c H W times o H' W'.
Failure modes: db averaged over the places; a kernel mirrored in (5) but not in (3), which no shape reveals; padding that is
symmetric where k - stride is odd: 28 pixels become 14 and, in the transposed layer of a decoder, 27.
Source: 004 introduction (convolutional encoder); Dumoulin and Visin 2016 for the arithmetic of sizes.
"""

from __future__ import annotations

import numpy as np

from .windows import Padding, channels_as_rows, overlapped, patches, rows_as_channels, window_grid


def conv2d(x: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int = 1, padding: Padding = (0, 0)) -> np.ndarray:
    """Return y (m, o, H', W') for x (m, c, H, W), W (o, c, k, k), b (o,); padding is (before, after)."""
    size = window_grid(x.shape, W.shape[-1], stride, padding)
    V = W.reshape(len(W), -1)                                       # (1)
    C = patches(x, W.shape[-1], stride, padding)                    # (2)
    y = rows_as_channels(V @ C + b[:, np.newaxis], *size)           # (3)
    return y


def conv2d_backward(dy: np.ndarray, x: np.ndarray, W: np.ndarray, stride: int = 1, padding: Padding = (0, 0),
                    need_dx: bool = True):
    """Return dx (m, c, H, W), dW (o, c, k, k), db (o,) for dy (m, o, H', W'); dx is None unless needed.

    V.T @ D and C are the two large matrices, k k / stride^2 times the images: the one is gone before the other is made.
    """
    V = W.reshape(len(W), -1)                                       # (1)
    D = channels_as_rows(dy)                                        # (4)
    dx = overlapped(V.T @ D, x.shape, W.shape[-1], stride, padding) if need_dx else None    # (5)
    C = patches(x, W.shape[-1], stride, padding)                    # (2)
    dW = (D @ C.T).reshape(W.shape)                                 # (6)
    db = D.sum(axis=1)                                              # (7)
    return dx, dW, db
