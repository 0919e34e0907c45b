import numpy as np
import pytest

from npae.datasets import DataFileError, load_file

X = np.arange(12.0).reshape(4, 3) / 7


def test_the_three_formats_agree(tmp_path):
    np.save(tmp_path / "x.npy", X)
    np.savez(tmp_path / "one.npz", whatever=X)
    np.savez(tmp_path / "named.npz", X=X, y=np.zeros(4))
    np.savetxt(tmp_path / "x.csv", X, delimiter=",", fmt="%.17g")
    (tmp_path / "header.CSV").write_text("a,b,c\n" + (tmp_path / "x.csv").read_text() + "\n")
    for name in ("x.npy", "one.npz", "named.npz", "x.csv", "header.CSV"):
        loaded = load_file(tmp_path / name)
        assert loaded.dtype == np.float64
        np.testing.assert_array_equal(loaded, X)


def test_images_are_flattened_and_one_column_stays_a_column(tmp_path):
    np.save(tmp_path / "images.npy", np.zeros((5, 4, 4), np.uint8))
    assert load_file(tmp_path / "images.npy").shape == (5, 16)
    (tmp_path / "column.csv").write_text("1\n2\n3\n")
    assert load_file(tmp_path / "column.csv").shape == (3, 1)


@pytest.mark.parametrize("name, content, words", [
    ("x.txt", b"1,2", "ending in .npy, .npz or .csv"),
    ("x.npy", b"not an array", "x.npy"),
    ("x.npz", b"not an archive", "x.npz"),
    ("x.csv", b"", "empty"),
    ("x.csv", b"a,b\n", "empty"),
    ("x.csv", b"1,2\n3\n", "x.csv"),
    ("x.csv", b"1,2\n3,four\n", "x.csv"),
    ("x.csv", b"1,2\n3,nan\n", "row 1, column 1"),
    ("x.csv", b"\xff\xfe\x00", "x.csv"),
    ("x.csv", b"1,2\n3,4,5\n", "line 2 has 3 columns, the lines before it have 2"),
    ("x.csv", b"1,2\n3,1_0\n", "line 2: could not convert"),
    ("x.npy", b"", "no array"),
    ("x.npz", b"", "it is empty"),
])
def test_bad_files_are_named(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataFileError, match=words) as caught:
        load_file(tmp_path / name)
    assert name in str(caught.value)


def test_missing_ambiguous_and_pickled_files(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_file(tmp_path / "nothing.npy")
    np.savez(tmp_path / "two.npz", a=X, b=X)
    with pytest.raises(DataFileError, match="several arrays must call the data X, found a, b"):
        load_file(tmp_path / "two.npz")
    np.save(tmp_path / "object.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataFileError, match="object.npy.*never unpickled"):
        load_file(tmp_path / "object.npy")
