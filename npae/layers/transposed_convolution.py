r"""Transposed convolution: the adjoint of a convolution, run forwards, so that a decoder can make images larger again.

Key: m images; o channels in, c out; k the side of the kernel; x (m, o, H', W'), W (o, c, k, k), b (c,), y (m, c, H, W) of
`shape`, where H = stride (H' - 1) + k - p - q for padding (p, q). W is that of the convolution from y's shape to x's: with the
same W and no bias, <conv(y), x> = <y, transposed(x)>.

Forward: every pixel of x sends its window, W times its value, and where windows overlap they add up.
    V = W.reshape(len(W), -1)                                       (1)
    X = channels_as_rows(x)                                         (2)
    y = overlapped(V.T @ X, shape, k, stride, padding) + b[:, np.newaxis, np.newaxis]       (3)

Backward: the convolution's forward and backward passes with the parts exchanged.
    C = patches(dy, k, stride, padding)                             (4)
    dx = rows_as_channels(V @ C, *x.shape[2:])                      (5)
    dW = (X @ C.T).reshape(W.shape)                                 (6)
    db = dy.sum(axis=(0, 2, 3))                                     (7)

"Deconvolution", its other name, is wrong: it undoes the change of size, not the convolution.
Failure mode: a kernel whose side is no multiple of the stride covers some pixels by more windows than others, and weights that
are all equal draw a chessboard.
Source: 004 introduction (decoder of a convolutional autoencoder); Dumoulin and Visin 2016.
"""

from __future__ import annotations

import numpy as np

from .windows import Padding, channels_as_rows, overlapped, patches, rows_as_channels


def conv2d_transpose(x: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int = 1, padding: Padding = (0, 0)) -> np.ndarray:
    """Return y (m, c, H, W) for x (m, o, H', W'), W (o, c, k, k), b (c,); padding is that of the convolution."""
    k = W.shape[-1]
    shape = (len(x), W.shape[1], *(stride * (side - 1) + k - sum(padding) for side in x.shape[2:]))
    V = W.reshape(len(W), -1)                                       # (1)
    X = channels_as_rows(x)                                         # (2)
    y = overlapped(V.T @ X, shape, k, stride, padding) + b[:, np.newaxis, np.newaxis]       # (3)
    return y


def conv2d_transpose_backward(dy: np.ndarray, x: np.ndarray, W: np.ndarray, stride: int = 1, padding: Padding = (0, 0),
                              need_dx: bool = True):
    """Return dx (m, o, H', W'), dW (o, c, k, k), db (c,) for dy (m, c, H, W); dx is None unless needed."""
    V = W.reshape(len(W), -1)                                       # (1)
    X = channels_as_rows(x)                                         # (2)
    C = patches(dy, W.shape[-1], stride, padding)                   # (4)
    dx = rows_as_channels(V @ C, *x.shape[2:]) if need_dx else None     # (5)
    dW = (X @ C.T).reshape(W.shape)                                 # (6)
    db = dy.sum(axis=(0, 2, 3))                                     # (7)
    return dx, dW, db
