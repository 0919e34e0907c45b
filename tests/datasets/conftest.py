import struct

import numpy as np
import pytest

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


@pytest.fixture
def idx_bytes():
    """A function from an array to the content of its IDX file; shape= writes another shape into the header."""

    def encode(array, shape=None):
        array = np.asarray(array)
        shape = array.shape if shape is None else shape
        header = struct.pack(f">BBBB{len(shape)}I", 0, 0, CODES[array.dtype.str[1:]], len(shape), *shape)
        return header + array.astype(array.dtype.newbyteorder(">")).tobytes()

    return encode


@pytest.fixture
def mnist_arrays():
    """Twenty train and ten test images of the MNIST form, by file name."""
    rng = np.random.default_rng(0)
    arrays = {}
    for part, m in (("train", 20), ("t10k", 10)):
        arrays[f"{part}-images-idx3-ubyte"] = rng.integers(0, 256, (m, 28, 28)).astype(np.uint8)
        arrays[f"{part}-labels-idx1-ubyte"] = rng.permutation(np.arange(m) % 10).astype(np.uint8)
    return arrays
