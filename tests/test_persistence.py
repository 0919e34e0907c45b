import json
import zipfile

import numpy as np
import pytest

from npae import Adam, Autoencoder, ModelFileError, NotFittedError, load, load_digits
from npae.models import Model

X = load_digits().X_train[:100]


@pytest.fixture
def saved(tmp_path):
    model = Autoencoder(hidden_dims=(8,), latent_dim=3, loss="bce", epochs=2, optimizer=Adam(beta1=0.5), random_state=1)
    model.fit(X)
    path = tmp_path / "model.npz"
    model.save(path)
    return model, path


def rewrite(path, **changes):
    """Write the file again with some arrays replaced (None removes one)."""
    with np.load(path) as file:
        arrays = {**{name: file[name] for name in file.files}, **changes}
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def with_header(path, **changes):
    with np.load(path) as file:
        header = {**json.loads(file["header"].tobytes()), **changes}
    rewrite(path, header=np.frombuffer(json.dumps(header).encode(), np.uint8))


def test_round_trip_to_the_bit(saved):
    model, path = saved
    loaded = load(path)
    assert type(loaded) is Autoencoder
    np.testing.assert_array_equal(loaded.theta, model.theta)
    np.testing.assert_array_equal(loaded.reconstruct(X), model.reconstruct(X))
    assert loaded.history_ == model.history_ and loaded.metrics_ == model.metrics_
    assert loaded.get_params() == model.get_params()
    assert np.shares_memory(loaded.params["encoder.0.W"], loaded.theta)
    assert loaded.partial_fit(X).history_["loss"][:2] == model.history_["loss"]


def test_feature_names_and_generators(tmp_path):
    class Frame(np.ndarray):
        columns = ["a", "b"]
    frame = np.random.default_rng(0).normal(size=(9, 2)).view(Frame)
    model = Autoencoder(epochs=1, latent_dim=1, random_state=np.random.default_rng(3), dtype=np.float64).fit(frame)
    model.save(tmp_path / "m.npz")
    loaded = load(tmp_path / "m.npz")
    assert list(loaded.feature_names_in_) == ["a", "b"] and loaded.random_state is None
    assert loaded.theta.dtype == np.float64


def test_classes_of_your_own_must_be_named(tmp_path):
    class Mine(Autoencoder):
        pass
    Mine(epochs=0).fit(X).save(tmp_path / "m.npz")
    with pytest.raises(ModelFileError, match=r"unknown model class 'Mine'; pass classes=\[YourClass\]"):
        load(tmp_path / "m.npz")
    assert type(load(tmp_path / "m.npz", classes=[Mine])) is Mine


def test_what_cannot_be_saved(tmp_path):
    with pytest.raises(NotFittedError):
        Autoencoder().save(tmp_path / "m.npz")
    with pytest.raises(TypeError, match="hyperparameter schedule=.*cannot be saved"):
        Autoencoder(schedule=lambda epoch, epochs: 1.0, epochs=1).fit(X).save(tmp_path / "m.npz")
    assert not list(tmp_path.iterdir())


def test_a_failed_write_keeps_the_old_file(saved, monkeypatch):
    model, path = saved
    before = path.read_bytes()
    monkeypatch.setattr(np, "savez", lambda file, **arrays: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        model.save(path)
    assert path.read_bytes() == before and [entry.name for entry in path.parent.iterdir()] == ["model.npz"]


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nothing.npz")


@pytest.mark.parametrize("size", [0, 1, 100, 2000])
def test_truncated(saved, size):
    _, path = saved
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ModelFileError, match="model.npz is not a readable npae model file"):
        load(path)


def test_foreign_files(tmp_path):
    for name, write in {
        "text": lambda path: path.write_text("hello"),
        "plain.npy": lambda path: np.save(path, np.zeros(3)),
        "other.npz": lambda path: np.savez(path, a=np.zeros(3)),
        "folder": lambda path: path.mkdir(),
    }.items():
        write(tmp_path / name)
        with pytest.raises(ModelFileError, match=name):
            load(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "zip.npz", "w") as archive:
        archive.writestr("a.txt", "hello")
    with pytest.raises(ModelFileError):
        load(tmp_path / "zip.npz")


@pytest.mark.parametrize("tamper, words", [
    (lambda path: rewrite(path, **{"params/encoder.0.W": np.zeros((64, 9), np.float32)}), "shape"),
    (lambda path: rewrite(path, **{"params/encoder.0.W": np.zeros((64, 8), np.float64)}), "float64 of shape .*expected float32"),
    (lambda path: rewrite(path, **{"params/encoder.0.W": np.full((64, 8), np.nan, np.float32)}), "not finite"),
    (lambda path: rewrite(path, **{"params/encoder.0.W": np.full((64, 8), "x")}), "entries of type '<U1'.*integers or floats"),
    (lambda path: rewrite(path, **{"params/encoder.0.W": None}), "expected"),
    (lambda path: rewrite(path, extra=np.zeros(2)), "extra"),
    (lambda path: rewrite(path, header=None), "no header of one"),
    (lambda path: rewrite(path, header=np.frombuffer(b"{broken", np.uint8)), "header is damaged"),
    (lambda path: rewrite(path, header=np.frombuffer(b"\xff\xfe", np.uint8)), "header is damaged"),
    (lambda path: with_header(path, format="other"), "not an npae model"),
    (lambda path: with_header(path, version=2), "version 2.*upgrade"),
    (lambda path: with_header(path, version="1"), "version"),
    (lambda path: with_header(path, **{"class": "OSError"}), "unknown model class"),
    (lambda path: with_header(path, **{"class": "Adam"}), "unknown model class"),
    (lambda path: with_header(path, **{"class": ["Autoencoder"]}), "unhashable"),
    (lambda path: with_header(path, hyperparameters={"latent_dim": 10**9}), "valid model"),
    (lambda path: with_header(path, hyperparameters={"nonsense": 1}), "nonsense"),
    (lambda path: with_header(path, hyperparameters={"optimizer": {"type": "Popen", "fields": {}}}), "unknown object 'Popen'"),
    (lambda path: with_header(path, hyperparameters={"optimizer": {"type": "Autoencoder", "fields": {}}}), "unknown object"),
    (lambda path: with_header(path, n_features_in_=65), "shape"),
    (lambda path: with_header(path, n_features_in_="64"), "n_features"),
    (lambda path: with_header(path, dtype="float16"), "float16"),
    (lambda path: with_header(path, dtype="object"), "dtype"),
    (lambda path: with_header(path, history_={"loss": ["x"]}), "valid model"),
    (lambda path: with_header(path, history_=3), "valid model"),
])
def test_tampered(saved, tamper, words):
    _, path = saved
    tamper(path)
    with pytest.raises(ModelFileError, match=words):
        load(path)


def test_object_arrays_are_never_unpickled(saved):
    _, path = saved

    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("unpickled",))
    rewrite(path, **{"params/encoder.0.W": np.array([Bomb()], dtype=object)})
    with pytest.raises(ModelFileError, match="Python objects, which are never unpickled"):
        load(path)


def test_every_model_class_of_the_package_can_be_loaded():
    from npae import models, persistence
    known = persistence._known_classes(())
    for name in models.__all__:
        cls = getattr(models, name)
        if isinstance(cls, type) and issubclass(cls, Model):
            assert known[name] is cls
