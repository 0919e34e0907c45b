"""The sound files that are spoiled: models of many classes, a checkpoint, data in every format."""

from __future__ import annotations

import functools
import gzip
import io
import struct
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

import npae

X = np.random.default_rng(0).random((40, 16)).astype(np.float32)
LABELS = np.arange(40) % 3
SMALL = {"epochs": 2, "random_state": 0, "batch_size": 20}


class Original(NamedTuple):
    """A sound file: the loader it is for, a name to tell it by, the ending it needs, its content."""

    loader: str
    name: str
    suffix: str
    content: bytes


def models() -> dict[str, npae.Autoencoder]:
    """Return fitted models, tiny ones, of as many kinds as matter to a loader."""
    vq = npae.VectorQuantizedAutoencoder(hidden_dims=(6,), latent_dim=2, n_slots=2, n_codes=4, **SMALL).fit(X)
    deep = npae.HierarchicalVectorQuantizedAutoencoder(channels=(2,), top_channels=(2,), n_codes_top=3, n_codes_bottom=4, **SMALL)
    sparse = npae.SparseAutoencoder(hidden_dims=(), rho_momentum=0.9, optimizer=npae.Momentum(0.5), **SMALL)
    plain = npae.Autoencoder(hidden_dims=(6,), optimizer=npae.Adam(beta1=0.5), corruption=npae.GaussianNoise(0.1),
                             penalties=[npae.L1Sparsity(0.1)], patience=3, **SMALL)
    variational = npae.VariationalAutoencoder(hidden_dims=(6,), beta_warmup=3, sigma2="shared", covariance="full", **SMALL)
    return {
        "autoencoder": plain.fit(X, X_val=X[:9]), "variational": variational.fit(X), "sparse": sparse.fit(X),
        "convolutional": npae.ConvolutionalAutoencoder(channels=(2,), **SMALL).fit(X),
        "stacked": npae.StackedDenoisingAutoencoder(hidden_dims=(6, 4), pretrain_epochs=1, **SMALL).fit(X, LABELS),
        "masked": npae.MaskedAutoencoder(hidden_dims=(7,), n_codes=3, **SMALL).fit(np.rint(2 * X[:, :5])),
        "vq": vq.fit_prior(X, hidden_dims=(5,), epochs=1), "vq2": deep.fit(X).fit_prior(X, hidden_dims=(5,), epochs=1)}


RUNS = {"adam": npae.VariationalAutoencoder(hidden_dims=(6,), beta_warmup=3, patience=5, **SMALL),
        "lbfgs": npae.Autoencoder(hidden_dims=(6,), optimizer="lbfgs", **SMALL),
        "vq": npae.VectorQuantizedAutoencoder(hidden_dims=(6,), latent_dim=2, n_slots=2, n_codes=4, **SMALL)}


@functools.cache
def originals() -> list[Original]:
    """Return all of them."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_models(Path(folder)), *_data()]


def _models(folder: Path) -> list[Original]:
    found = []
    for name, model in models().items():
        model.save(folder / "model.npz")
        found.append(Original("model", name, ".npz", (folder / "model.npz").read_bytes()))
    for name in RUNS:
        run(name).fit(X, X_val=X[:9], checkpoint=folder / name)
        found.append(Original("checkpoint", name, ".npz", (folder / name / "checkpoint.npz").read_bytes()))
    return found


def run(name: str) -> npae.Autoencoder:
    """Return a model that has not been fitted, whose run there is a checkpoint of."""
    return type(RUNS[name])(**RUNS[name].get_params(deep=False))


def _data() -> list[Original]:
    images = np.random.default_rng(1).integers(0, 256, (6, 4, 4)).astype(np.uint8)
    found = [Original("npy", str(kind), ".npy", _saved(np.save, array)) for kind, array in
             {"f8": X.astype(float), "f4": X, "images": images, "fortran": np.asfortranarray(X), "bools": X > 0.5}.items()]
    found += [Original("npz", "one", ".npz", _saved(np.savez, X)),
              Original("npz", "packed", ".npz", _saved(np.savez_compressed, X=X, y=LABELS))]
    table = "\n".join(",".join(f"{value:.6g}" for value in row) for row in X[:12])
    found += [Original("csv", "table", ".csv", table.encode()), Original("csv", "header", ".csv", b"a,b,c\n1,2,3\n4,5,6\n")]
    for code, array in ((0x08, images), (0x0D, X.astype(">f4")), (0x0C, LABELS.astype(">i4"))):
        content = idx(code, array)
        found += [Original("idx", f"{code:#x}", "", content), Original("gzip", f"{code:#x}", ".gz", gzip.compress(content))]
    mnist = np.random.default_rng(2).integers(0, 256, (4, 28, 28)).astype(np.uint8)
    labels = np.arange(4, dtype=np.uint8)
    found += [Original("mnist", "images", "", idx(0x08, mnist)), Original("mnist", "labels", "", idx(0x08, labels))]
    return [*found, Original("download", "body", ".gz", gzip.compress(images.tobytes()))]


def _saved(save, *arrays: np.ndarray, **named: np.ndarray) -> bytes:
    file = io.BytesIO()
    save(file, *arrays, **named)
    return file.getvalue()


def idx(code: int, array: np.ndarray) -> bytes:
    """Return the IDX file of an array whose entries are big-endian."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape) + array.tobytes()
