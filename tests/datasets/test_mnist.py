"""load_mnist from folders; the network is in test_download.py."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from npae import Autoencoder
from npae.datasets import DataFileError, ImageData, cache_dir, load_mnist


@pytest.fixture
def save(tmp_path, idx_bytes):
    """A function that writes arrays by name into a folder, and returns the folder."""

    def write(arrays, spelling=lambda name: name, pack=lambda content: content):
        for name, array in arrays.items():
            (tmp_path / spelling(name)).write_bytes(pack(idx_bytes(array)))
        return tmp_path

    return write


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("zipped", [False, True])
def test_all_spellings(save, mnist_arrays, dotted, zipped):
    def spelling(name):
        return (name.replace("-idx", ".idx") if dotted else name) + (".gz" if zipped else "")

    mnist = load_mnist(save(mnist_arrays, spelling, gzip.compress if zipped else bytes))
    assert isinstance(mnist, ImageData) and mnist.image_shape == (28, 28)
    assert mnist.X_train.shape == (20, 784) and mnist.X_train.dtype == np.float32
    assert mnist.X_test.shape == (10, 784) and mnist.X_test.dtype == np.float32
    np.testing.assert_allclose(mnist.X_train[3].reshape(28, 28), mnist_arrays["train-images-idx3-ubyte"][3] / 255, rtol=1e-6)
    assert mnist.X_train.min() == 0 and mnist.X_train.max() == 1
    for y, part in ((mnist.y_train, "train"), (mnist.y_test, "t10k")):
        np.testing.assert_array_equal(y, mnist_arrays[f"{part}-labels-idx1-ubyte"])
        assert y.dtype == np.int64


def test_bytes_are_the_same_gray_levels_to_a_model(save, mnist_arrays):
    folder = save(mnist_arrays)
    gray, images = load_mnist(folder), load_mnist(folder, as_bytes=True)
    assert images.X_train.dtype == images.X_test.dtype == np.uint8
    np.testing.assert_array_equal(images.X_train.astype(np.float32) / np.float32(255), gray.X_train)
    thetas = [Autoencoder(hidden_dims=(8,), loss="bce", epochs=2, random_state=0).fit(data.X_train, X_val=data.X_test).theta
              for data in (gray, images)]
    np.testing.assert_array_equal(*thetas)


def test_a_folder_may_be_a_string(save, mnist_arrays):
    assert load_mnist(str(save(mnist_arrays))).X_test.shape == (10, 784)


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_a_missing_file_is_named_with_its_folder(save, mnist_arrays, name):
    del mnist_arrays[name]
    folder = save(mnist_arrays)
    with pytest.raises(FileNotFoundError) as caught:
        load_mnist(folder)
    assert f"no {name}(.gz) in {folder}" in str(caught.value)
    assert "t10k-images-idx3-ubyte.gz" in str(caught.value)


@pytest.mark.parametrize(
    "name, change, message",
    [
        ("train-labels-idx1-ubyte", lambda y: y[:-1], "19 labels found, 20 expected"),
        ("t10k-images-idx3-ubyte", lambda x: x[:-1], "10 labels found, 9 expected"),
        ("t10k-labels-idx1-ubyte", lambda y: y + np.uint8(1), "labels 0 to 9 expected, found 10"),
        ("train-images-idx3-ubyte", lambda x: x[:, :27], r"uint8 images of shape \(m, 28, 28\), found uint8 \(20, 27, 28\)"),
        ("train-images-idx3-ubyte", lambda x: x.reshape(20, 784), r"found uint8 \(20, 784\)"),
        ("train-images-idx3-ubyte", lambda x: x.astype(np.int16), "found int16"),
        ("train-labels-idx1-ubyte", lambda y: y[:, None], r"uint8 labels of shape \(m,\), found uint8 \(20, 1\)"),
        ("train-labels-idx1-ubyte", lambda y: y.astype(np.int32), "found int32"),
    ],
)
def test_files_of_another_form(save, mnist_arrays, name, change, message):
    mnist_arrays[name] = change(mnist_arrays[name])
    with pytest.raises(DataFileError, match=message):
        load_mnist(save(mnist_arrays))


def test_swapped_files_are_refused(save, mnist_arrays):
    images, labels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
    mnist_arrays[images], mnist_arrays[labels] = mnist_arrays[labels], mnist_arrays[images]
    with pytest.raises(DataFileError, match=images):
        load_mnist(save(mnist_arrays))


def test_the_cache_is_used_before_the_network(save, mnist_arrays, monkeypatch):
    monkeypatch.setenv("NPAE_DATA", str(save(mnist_arrays)))
    monkeypatch.setattr("npae.datasets.mnist._MIRRORS", ("http://127.0.0.1:9/",))
    assert load_mnist().X_train.shape == (20, 784)


def test_the_cache_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("USERPROFILE", "/home/someone")
    monkeypatch.delenv("NPAE_DATA", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_dir() == Path("/home/someone/.cache/npae/mnist")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert cache_dir() == Path("/cache/npae/mnist")
    monkeypatch.setenv("NPAE_DATA", "~/data")
    assert cache_dir() == Path("/home/someone/data")
