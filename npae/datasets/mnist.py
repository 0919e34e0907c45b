"""MNIST (Y. LeCun, C. Cortes, C. J. C. Burges): 70,000 handwritten digits of 28x28 pixels, from a folder or the network."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..files import MAX_BYTES, atomic_write
from ..validation import check_flag, check_integer
from .data_file import DataFileError
from .idx import read_idx
from .images import ImageData

_IMAGE_SHAPE = (28, 28)
_MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
_SHA256 = {  # of the unzipped files
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_FOUR_FILES = "the four files " + ", ".join(f"{name}.gz" for name in _SHA256)


def load_mnist(path: str | os.PathLike | None = None, as_bytes: bool = False, max_bytes: int = MAX_BYTES) -> ImageData:
    """Return MNIST: X_train (60000, 784), X_test (10000, 784), float32 gray levels / 255; labels 0..9; image_shape (28, 28).

    as_bytes leaves the images as they are in the file, uint8, a quarter of the memory: models read them as the same gray levels.
    path is the folder of the four IDX files, gzipped or not, named `train-images-idx3-ubyte` or `train-images.idx3-ubyte` (and so
    on), with or without `.gz`. Only the form of their content is checked, not the checksums, so that data sets of the same form
    (Fashion-MNIST) load too, with as many images as they have.
    max_bytes: what all arrays together may take in memory (2 GiB), counted before anything is allocated.
    With None the folder is `cache_dir()`, and what is missing there is downloaded once (12 MB) and checked by SHA-256.

    Raises OSError, saying which files belong where, when they are neither there nor to be downloaded; DataFileError,
    naming the file, when one is malformed: images that are not 28x28, labels outside 0..9, unequal numbers of images and labels.
    """
    if path is None:
        folder = cache_dir()
        _download_missing(folder, _MIRRORS)
    else:
        folder = Path(path).expanduser()
    check_flag(as_bytes, "as_bytes")
    check_integer(max_bytes, "max_bytes", 1)
    X, y = _load_part(folder, "train", as_bytes, max_bytes)
    return ImageData(X, y, *_load_part(folder, "t10k", as_bytes, max_bytes - X.nbytes - y.nbytes), _IMAGE_SHAPE)


def cache_dir() -> Path:
    """Return the folder of downloaded data: $NPAE_DATA, else $XDG_CACHE_HOME/npae/mnist, else ~/.cache/npae/mnist."""
    if os.environ.get("NPAE_DATA"):
        return Path(os.environ["NPAE_DATA"]).expanduser()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "npae" / "mnist"


def _download_missing(folder: Path, mirrors: Sequence[str], **options) -> None:
    """Download the files that folder lacks. The options are those of `download`."""
    from .download import download  # urllib takes long to import, and only the first load of MNIST needs it

    for name, sha256 in _SHA256.items():
        if _find(folder, name) is None:
            folder.mkdir(parents=True, exist_ok=True)
            try:
                content = download(f"{name}.gz", sha256, mirrors, **options)
            except OSError as error:
                raise OSError(f"{error}. Put {_FOUR_FILES} into {folder}, or call load_mnist(their folder)") from error
            with atomic_write(folder / f"{name}.gz") as file:
                file.write(content)


def _find(folder: Path, name: str) -> Path | None:
    """Return the path of a file under any of its spellings, or None."""
    spellings = [name, name.replace("-idx", ".idx")]
    paths = [folder / f"{spelling}{suffix}" for spelling in spellings for suffix in ("", ".gz")]
    return next((path for path in paths if path.is_file()), None)


def _load_part(folder: Path, part: str, as_bytes: bool, max_bytes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return X (m, 784) float32, or uint8, and y (m,) int64 of "train" or "t10k"."""
    images_path, labels_path = _require(folder, f"{part}-images-idx3-ubyte"), _require(folder, f"{part}-labels-idx1-ubyte")
    y_bytes = np.dtype(np.int64).itemsize
    labels = read_idx(labels_path, max(max_bytes // y_bytes, 1))
    left = max_bytes - y_bytes * labels.size
    images = read_idx(images_path, max(left if as_bytes else left // np.dtype(np.float32).itemsize, 1))
    if images.dtype != np.uint8 or images.shape[1:] != _IMAGE_SHAPE:
        raise DataFileError(f"{images_path}: expected uint8 images of shape (m, 28, 28), found {images.dtype} {images.shape}")
    if labels.dtype != np.uint8 or labels.ndim != 1:
        raise DataFileError(f"{labels_path}: expected uint8 labels of shape (m,), found {labels.dtype} {labels.shape}")
    if len(images) != len(labels):
        raise DataFileError(f"{labels_path}: {len(labels)} labels found, {len(images)} expected, one per image of {images_path}")
    if labels.max() > 9:
        raise DataFileError(f"{labels_path}: labels 0 to 9 expected, found {labels.max()}")
    X = images.reshape(len(images), -1)
    if not as_bytes:
        X = X.astype(np.float32)
        X /= 255
    return X, labels.astype(np.int64)


def _require(folder: Path, name: str) -> Path:
    path = _find(folder, name)
    if path is None:
        raise FileNotFoundError(f"no {name}(.gz) in {folder}: MNIST is {_FOUR_FILES} (unzipped is fine) in one folder")
    return path
