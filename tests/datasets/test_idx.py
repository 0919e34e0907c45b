"""read_idx: what it reads, and how it refuses."""

import gzip
import tracemalloc

import numpy as np
import pytest

from npae.datasets import DataFileError, read_idx

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
PACKINGS = {"plain": lambda content: content, "gzip": gzip.compress}


@pytest.fixture(params=PACKINGS)
def save(request, tmp_path):
    """A function that writes a content, plain or gzipped, and returns the path; the name tells nothing."""

    def write(content):
        path = tmp_path / "some-file"
        path.write_bytes(PACKINGS[request.param](content))
        return path

    return write


@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "i4", "f4", "f8"])
@pytest.mark.parametrize("shape", [(24,), (2, 12), (2, 3, 4)])
def test_round_trip(save, idx_bytes, dtype, shape):
    array = (1000 * np.random.default_rng(0).standard_normal(shape)).astype(dtype)
    found = read_idx(save(idx_bytes(array)))
    np.testing.assert_array_equal(found, array)
    assert found.shape == shape and found.dtype == np.dtype(dtype) and found.dtype.isnative
    assert found.flags.writeable


def test_a_large_array_takes_several_reads(save, idx_bytes):
    array = np.random.default_rng(0).integers(0, 256, (1000, 28, 28)).astype(np.uint8)
    np.testing.assert_array_equal(read_idx(save(idx_bytes(array))), array)


def refused(path, *words):
    with pytest.raises(DataFileError) as caught:
        read_idx(path)
    for word in (str(path), *words):
        assert word in str(caught.value)


@pytest.mark.parametrize("i", [0, 1])
def test_wrong_magic(save, idx_bytes, i):
    content = bytearray(idx_bytes(ARRAY))
    content[i] = 1
    refused(save(content), f"magic: found {bytes(content[:2])!r}, expected two zero bytes")


@pytest.mark.parametrize("length", [0, 1, 3])
def test_truncated_magic(save, idx_bytes, length):
    refused(save(idx_bytes(ARRAY)[:length]), f"magic: {length} bytes found, 4 expected")


def test_wrong_dtype_code(save, idx_bytes):
    content = bytearray(idx_bytes(ARRAY))
    content[2] = 0x0A
    refused(save(content), "dtype code: found 0x0a")


@pytest.mark.parametrize("number", [0, 9, 255])
def test_wrong_number_of_dimensions(save, idx_bytes, number):
    content = bytearray(idx_bytes(ARRAY))
    content[3] = number
    refused(save(content), f"number of dimensions: found {number}")


def test_truncated_dimensions(save, idx_bytes):
    refused(save(idx_bytes(ARRAY)[:6]), "dimension 0: 2 bytes found, 4 expected")
    refused(save(idx_bytes(ARRAY)[:12]), "dimension 2: 0 bytes found, 4 expected")


def test_empty_dimension(save, idx_bytes):
    refused(save(idx_bytes(ARRAY, shape=(2, 0, 4))), "dimension 1: found 0")


@pytest.mark.parametrize("missing", [1, 24])
def test_truncated_data(save, idx_bytes, missing):
    refused(save(idx_bytes(ARRAY)[:-missing]), f"data length: {24 - missing} bytes found, 24 expected")


def test_data_length_counts_bytes(save, idx_bytes):
    content = idx_bytes(np.zeros((3, 2), dtype=np.float64))
    refused(save(content[:-8]), "data length: 40 bytes found, 48 expected")


def test_extra_bytes(save, idx_bytes):
    refused(save(idx_bytes(ARRAY) + b"\0"), "data length: more than 24 bytes found, 24 expected")


def test_a_header_that_announces_too_much(save, idx_bytes):
    refused(save(idx_bytes(ARRAY, shape=(2**31, 28, 28))), f"data length: the header announces {2**31 * 28 * 28} bytes")


def peak_memory(path):
    tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    with pytest.raises(DataFileError):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - before


def test_announced_bytes_cost_no_memory(save, idx_bytes):
    assert peak_memory(save(idx_bytes(ARRAY, shape=(2**20, 28, 28)))) < 2**22  # 800 MB announced, 24 bytes there


def test_a_gzip_bomb_is_not_unpacked(tmp_path, idx_bytes):
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(idx_bytes(ARRAY) + bytes(2**25)))
    assert peak_memory(tmp_path / "bomb.gz") < 2**22


@pytest.mark.parametrize("kept", [5, 40, -9, -1])  # in the gzip header, in the data, just before and in the trailer
def test_truncated_gzip(tmp_path, idx_bytes, kept):
    content = idx_bytes(np.random.default_rng(0).integers(0, 256, (20, 10)).astype(np.uint8))
    (tmp_path / "a.gz").write_bytes(gzip.compress(content)[:kept])
    refused(tmp_path / "a.gz", "ended before the end-of-stream marker")


def test_truncated_gzip_tells_how_far_it_came(tmp_path, idx_bytes):
    content = idx_bytes(np.random.default_rng(0).integers(0, 256, (1000, 1000)).astype(np.uint8))
    (tmp_path / "a.gz").write_bytes(gzip.compress(content)[:500_000])
    with pytest.raises(DataFileError, match=r"data length: 4\d\d\d\d\d bytes found, 1000000 expected"):
        read_idx(tmp_path / "a.gz")


def test_damaged_gzip(tmp_path, idx_bytes):
    zipped = bytearray(gzip.compress(idx_bytes(ARRAY)))
    zipped[-8] ^= 1  # the checksum
    (tmp_path / "a.gz").write_bytes(zipped)
    refused(tmp_path / "a.gz", "CRC")


def test_a_missing_file_is_an_oserror(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "nothing")
