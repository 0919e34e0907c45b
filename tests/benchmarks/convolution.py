"""What a convolution costs here and in PyTorch. Run: python -m tests.benchmarks.convolution [--threads 1]

float32, kernel 3, stride 2, one row and one column of zeros before the image: forward alone, and forward with all three
gradients, of the convolution (m, c, side, side) -> (m, o, side / 2, side / 2) and of its transposed back. The libraries take
turns; medians of processor time, with more than one thread of time on the wall. Images lie in memory as either library's own
layers leave them: examples last here, examples first there. PyTorch's zeros are its `padding=1` (and `output_padding=1`),
which on even sides is the same map; torch.nn.functional.pad before, or a crop behind, is timed too. Before anything is timed,
the results of both libraries are compared, in float64 and in float32.
"""

import argparse
import os

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Convolutions here and in PyTorch, as a Markdown table.")
    parser.add_argument("--threads", type=int, default=1, help="for BLAS and for PyTorch (default: %(default)s)")
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):     # read when NumPy is imported
        os.environ[variable] = str(parser.parse_args().threads)

import statistics
import time

import numpy as np

from npae.gradcheck import relative_error
from npae.layers import conv2d, conv2d_backward, conv2d_transpose, conv2d_transpose_backward

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None

SHAPES = ((64, 1, 8, 16), (64, 16, 4, 32), (128, 1, 28, 16), (128, 16, 14, 32), (128, 32, 28, 32))       # m, c, side, o
MAPS = {"conv2d": (conv2d, conv2d_backward), "conv2d_transpose": (conv2d_transpose, conv2d_transpose_backward)}
KERNEL, STRIDE, PADDING, ROUNDS = 3, 2, (1, 0), 41
THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))
LIMITS = {"float64": 1e-12, "float32": 1e-4}


def arguments(name, shape, dtype):
    """Return x, W, b and dy; the images with their examples last in memory."""
    m, c, side, o = shape
    rng = np.random.default_rng(0)
    large, small = rng.normal(size=(c, side, side, m)), rng.normal(size=(o, side // 2, side // 2, m))
    x, dy = (large, small) if name == "conv2d" else (small, large)
    arrays = x.transpose(3, 0, 1, 2), rng.normal(size=(o, c, KERNEL, KERNEL)), rng.normal(size=len(dy)), dy.transpose(3, 0, 1, 2)
    return [a.astype(dtype, order="K") for a in arrays]


def our_ways(name, x, W, b, dy):
    """Return two callables: y alone, and y with dx, dW and db."""
    forward, backward = MAPS[name]

    def both():
        return forward(x, W, b, STRIDE, PADDING), *backward(dy, x, W, STRIDE, PADDING)
    return (lambda: forward(x, W, b, STRIDE, PADDING)), both


def torch_ways(name, x, W, b, dy, frame):
    """Return the same two callables by PyTorch: zeros by `frame` = "padding", or by "pad and crop"."""
    x, W, b, dy = (torch.tensor(np.ascontiguousarray(a)) for a in (x, W, b, dy))
    leaves = [a.clone().requires_grad_() for a in (x, W, b)]
    p, q = PADDING

    def forward(x, W, b):
        if frame == "padding":
            return (F.conv2d(x, W, b, STRIDE, 1) if name == "conv2d"
                    else F.conv_transpose2d(x, W, b, STRIDE, padding=1, output_padding=1))
        if name == "conv2d":
            return F.conv2d(F.pad(x, (p, q, p, q)), W, b, STRIDE)
        y = F.conv_transpose2d(x, W, b, STRIDE)
        return y[:, :, p:y.shape[2] - q, p:y.shape[3] - q]

    def alone():
        with torch.no_grad():
            return forward(x, W, b)

    def both():
        y = forward(*leaves)
        return y, *torch.autograd.grad(y, leaves, dy)
    return alone, both


def ways(name, shape, dtype="float32"):
    """Return everything that is compared for a map and a shape: {library: (forward, forward and backward)}."""
    given = arguments(name, shape, dtype)
    found = {"npae": our_ways(name, *given)}
    if torch is not None:
        found |= {frame: torch_ways(name, *given, frame) for frame in ("padding", "pad and crop")}
    return found


def disagreement(dtype):
    """Return the worst relative difference between us and PyTorch over all maps, shapes and results."""
    worst = 0.0
    for name in MAPS:
        for shape in SHAPES:
            results = {library: [np.asarray(a.detach() if hasattr(a, "detach") else a) for a in both()]
                       for library, (_, both) in ways(name, shape, dtype).items()}
            ours = results.pop("npae")
            worst = max([worst, *(relative_error(a, b) for theirs in results.values() for a, b in zip(ours, theirs))])
    return worst


def measured():
    """Yield map, shape, pass and the median milliseconds by library; all that is printed in one row takes turns."""
    clock = time.process_time if THREADS == 1 else time.perf_counter
    compared = {(name, shape): ways(name, shape) for name in MAPS for shape in SHAPES}
    for pair in (pair for found in compared.values() for pair in found.values()):
        for call in pair * 2:               # the allocator has seen every size before anything is timed
            call()
    for (name, shape), found in compared.items():
        for index, kind in enumerate(("forward", "with gradients")):
            seconds = {library: [] for library in found}
            for _ in range(ROUNDS):
                for library, pair in found.items():
                    began = clock()
                    pair[index]()
                    seconds[library].append(clock() - began)
            yield name, shape, kind, {library: 1e3 * statistics.median(times) for library, times in seconds.items()}


def main():
    if torch is None:
        print("PyTorch is not installed: not measured beside it\n")
    else:
        torch.set_num_threads(THREADS)
        for dtype, limit in LIMITS.items():
            worst = disagreement(dtype)
            assert worst < limit, f"{dtype}: results differ by {worst:.1e}"
            print(f"{dtype}: results within {worst:.1e} of PyTorch's, relative to the largest entry")
    print("\n| map | m, c, side, o | pass | npae, ms | PyTorch, ms | ratio | PyTorch, pad and crop, ms |")
    print("|---|---|---|---:|---:|---:|---:|")
    for name, shape, kind, times in measured():
        cells = [f"{times['npae']:.3f}", *("not measured",) * 3] if torch is None else [
            f"{times['npae']:.3f}", f"{times['padding']:.3f}", f"{times['npae'] / times['padding']:.2f}",
            f"{times['pad and crop']:.3f}"]
        print(f"| {name} | {', '.join(map(str, shape))} | {kind} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
