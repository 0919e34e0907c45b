"""The convolution, from a sum over a window to two matrix products, and the transposed convolution as its adjoint."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import layers
from ...layers.windows import channels_as_rows, overlapped, patches, rows_as_channels
from ..derivation import Derivation
from ..step import Step


def _convolution_point(rng: np.random.Generator) -> dict[str, Any]:
    m, c, o = (int(length) for length in rng.permutation([1, 2, 3]))
    k, p, rows, columns = int(rng.integers(2, 4)), 1, 2, int(rng.integers(2, 4))
    t, pad = int(rng.integers(1, k + 1)), (p, int(rng.integers(0, k - p)))
    height, width = (t * (side - 1) + k - sum(pad) for side in (rows, columns))
    W = rng.normal(size=(o, c, k, k))
    x, small = rng.normal(size=(m, c, height, width)), (m, o, rows, columns)

    def pixel(x, i, a, g, h):
        return x[i, a, g, h] if 0 <= g < height and 0 <= h < width else 0.0

    def weight(q, a, u, v):
        return W[q, a, u, v] if 0 <= u < k and 0 <= v < k else 0.0

    return {"m": m, "c": c, "o": o, "k": k, "t": t, "p": p, "pad": pad, "rows": rows, "columns": columns, "height": height,
            "width": width, "x": x, "W": W, "V": W.reshape(o, -1), "b": rng.normal(size=o), "dy": rng.normal(size=small),
            "z": rng.normal(size=small), "e": rng.normal(size=c), "dx": rng.normal(size=x.shape), "pixel": pixel,
            "weight": weight, "G": rng.normal(size=(c * k * k, rows * columns * m)), "patches": patches, "overlapped": overlapped,
            "channels_as_rows": channels_as_rows, "rows_as_channels": rows_as_channels, "conv2d": layers.conv2d,
            "conv2d_backward": layers.conv2d_backward, "conv2d_transpose": layers.conv2d_transpose,
            "conv2d_transpose_backward": layers.conv2d_transpose_backward}


CONVOLUTION = Derivation(
    name="convolution", title="The convolution as a matrix product, its gradients, and its adjoint",
    key="m images, c channels in, o out; kernels of side k, stride t, pad = (p, p'): p rows and columns of zeros before the "
        "image, p' after it. x (m, c, height, width), W (o, c, k, k), V (o, c k k) the same with a kernel in a row, b (o,); y "
        "and dy (m, o, rows, columns). pixel(x, i, a, g, h) is an entry of x, 0 outside of the image, weight(q, a, u, v) one of "
        "W, 0 outside of the kernel. patches(x) (c k k, places) has a window in a column, overlapped adds columns to where they "
        "came from, G is of their shape. For the transposed convolution z has the shape of y, dx that of x, and e (c,) are its "
        "biases.",
    draw=_convolution_point,
    steps=(
        Step(r"y_{iqrs} = b_q + \sum_{auv} W_{qauv}\, x_{i, a, tr + u - p, ts + v - p}",
             "np.array([[[[b[q] + sum(W[q, a, u, v] * pixel(x, i, a, t * r + u - p, t * s + v - p) for a in range(c) "
             "for u in range(k) for v in range(k)) for s in range(columns)] for r in range(rows)] for q in range(o)] "
             "for i in range(m)])",
             "the definition: a kernel, the same at every place (r, s), is multiplied with the window that lies under it", ""),
        Step(r"V C + b,\quad C = \mathrm{patches}(x)", "rows_as_channels(V @ patches(x, k, t, pad) + b[:, None], rows, columns)",
             "the sum over channel and place in the window is a row of V times a column of C: an affine map of windows"),
        Step(r"y", "conv2d(x, W, b, t, pad)", "the code"),
        Step(r"\frac{\partial L}{\partial b_q}", "gradient(lambda b: np.sum(dy * conv2d(x, W, b, t, pad)), b)",
             "by definition: to first order the loss moves by sum(dy * change of y)", ""),
        Step(r"\sum_{irs} dy_{iqrs}", "np.sum(dy, axis=(0, 2, 3))", "b_q is added in every example and at every place"),
        Step(r"D\, (1, \ldots, 1)^T", "channels_as_rows(dy) @ np.ones(m * rows * columns)", "D is dy with a channel in a row"),
        Step(r"db", "conv2d_backward(dy, x, W, t, pad)[2]", "the code"),
        Step(r"\frac{\partial L}{\partial W_{qauv}}", "gradient(lambda W: np.sum(dy * conv2d(x, W, b, t, pad)), W)",
             "by definition", ""),
        Step(r"\sum_{irs} dy_{iqrs}\, x_{i, a, tr + u - p, ts + v - p}",
             "np.array([[[[sum(dy[i, q, r, s] * pixel(x, i, a, t * r + u - p, t * s + v - p) for i in range(m) "
             "for r in range(rows) for s in range(columns)) for v in range(k)] for u in range(k)] for a in range(c)] "
             "for q in range(o)])",
             "a weight meets one pixel of every window: the places add up as the examples do"),
        Step(r"D\, C^T", "(channels_as_rows(dy) @ patches(x, k, t, pad).T).reshape(W.shape)",
             "a sum over the columns of both: that of an affine map, dW = dy x^T, with its examples in columns"),
        Step(r"dW", "conv2d_backward(dy, x, W, t, pad)[1]", "the code"),
        Step(r"\langle G, \mathrm{patches}(x) \rangle", "np.sum(G * patches(x, k, t, pad))",
             "any weights for the entries of the windows: every entry is a pixel or 0", ""),
        Step(r"\langle \mathrm{overlapped}(G), x \rangle", "np.sum(overlapped(G, x.shape, k, t, pad) * x)",
             "sorted by pixels: what belongs to the copies of one pixel is added up. The two are adjoint"),
        Step(r"\frac{\partial L}{\partial x_{iagh}}", "gradient(lambda x: np.sum(dy * conv2d(x, W, b, t, pad)), x)",
             "by definition", ""),
        Step(r"\sum_{qrs} dy_{iqrs}\, W_{q, a, g + p - tr, h + p - ts}",
             "np.array([[[[sum(dy[i, q, r, s] * weight(q, a, g + p - t * r, h + p - t * s) for q in range(o) "
             "for r in range(rows) for s in range(columns)) for h in range(width)] for g in range(height)] for a in range(c)] "
             "for i in range(m)])",
             "tr + u - p = g for u = g + p - tr: a pixel lies under another weight in each of its windows"),
        Step(r"\mathrm{overlapped}(V^T D)", "overlapped(V.T @ channels_as_rows(dy), x.shape, k, t, pad)",
             "<D, V C> = <V^T D, C>, and C = patches(x), whose adjoint adds up where windows overlap"),
        Step(r"dx", "conv2d_backward(dy, x, W, t, pad)[0]", "the code"),
        Step(r"\langle \mathrm{conv}(x), z \rangle", "np.sum(conv2d(x, W, 0 * b, t, pad) * z)",
             "the convolution without bias is linear in x: which map is its adjoint?", ""),
        Step(r"\langle V C, Z \rangle", "np.sum(V @ patches(x, k, t, pad) * channels_as_rows(z))",
             "Z is z with a channel in a row"),
        Step(r"\langle C, V^T Z \rangle", "np.sum(patches(x, k, t, pad) * (V.T @ channels_as_rows(z)))",
             "a matrix goes to the other side as its transpose"),
        Step(r"\langle x, \mathrm{overlapped}(V^T Z) \rangle",
             "np.sum(x * overlapped(V.T @ channels_as_rows(z), x.shape, k, t, pad))", "and patches as overlapped"),
        Step(r"\langle x, \mathrm{conv}_T(z) \rangle", "np.sum(x * conv2d_transpose(z, W, 0 * e, t, pad))",
             "the code: the backward pass of the one, in x, is the forward pass of the other. It makes images larger again"),
        Step(r"\frac{\partial}{\partial z} \langle dx, \mathrm{conv}_T(z) + e \rangle",
             "gradient(lambda z: np.sum(dx * conv2d_transpose(z, W, e, t, pad)), z)",
             "the layer of a decoder, with biases e, and dx from above", ""),
        Step(r"\mathrm{conv}(dx)", "conv2d(dx, W, 0 * b, t, pad)", "the adjoint of the adjoint: <dx, conv_T(z)> = <conv(dx), z>"),
        Step(r"dz", "conv2d_transpose_backward(dx, z, W, t, pad)[0]", "the code"),
        Step(r"\frac{\partial}{\partial W} \langle dx, \mathrm{conv}_T(z) + e \rangle",
             "gradient(lambda W: np.sum(dx * conv2d_transpose(z, W, e, t, pad)), W)", "the same product, in the kernels", ""),
        Step(r"dW(z, dx)", "conv2d_backward(z, dx, W, t, pad)[1]",
             "it is <conv(dx), z>: the convolution's own dW, with dx for its images and z for what comes from above"),
        Step(r"dW", "conv2d_transpose_backward(dx, z, W, t, pad)[1]", "the code"),
    ),
    leads_to=("npae.layers.conv2d", "npae.layers.conv2d_backward", "npae.layers.conv2d_transpose",
              "npae.layers.conv2d_transpose_backward"))

CONVOLUTIONS = (CONVOLUTION,)
