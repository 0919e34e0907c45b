"""Hostile files: the small form of the fuzzer, and by name what it has found or what is worst."""

import gzip
import io
import json
import struct
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

import npae
from npae.datasets import DataFileError, load_file, load_mnist, read_idx
from npae.resuming import restore_random

from .fuzz import LIMIT, fuzzed
from .kills import ROOT
from .mutated_arrays import archive, members, npy_header, pickled, split_npy, zeros_npy
from .mutated_headers import TEXTS_OF, VALUES, with_header
from .originals import idx, originals


def assert_all_well(found, files):
    assert found.failures == []
    assert sum(found.files.values()) == files == sum(found.errors.values()) + sum(found.correct.values())
    assert found.errors.keys() == found.files.keys()
    assert found.most_memory <= 2 * found.limit


def test_spoiled_files_end_in_clear_errors_or_correct_results(tmp_path):
    assert_all_well(fuzzed(tmp_path, 200, seed=1000), 200)


@pytest.mark.dev
def test_many_spoiled_files(tmp_path):
    found = fuzzed(tmp_path, 2000, seed=1001)
    assert_all_well(found, 2000)
    assert found.correct.keys() == found.files.keys()


def test_a_fuzzer_that_could_not_fail_would_prove_nothing(tmp_path, monkeypatch):
    """Loaders that let everything through, or raise anything, are found out."""
    def careless(path, max_bytes):
        if path.suffix == ".csv":
            return np.zeros((1, 1))
        return np.lib.format.read_array(io.BytesIO(path.read_bytes()))
    monkeypatch.setattr("tests.robustness.fuzz.load_file", careless)
    failures = fuzzed(tmp_path, 40, seed=1000).failures
    assert any("(csv" in failure and "entries other than" in failure for failure in failures)
    assert any("(npy" in failure and "Error" in failure for failure in failures)


# ---- by name ----------------------------------------------------------------------------------------------------------

def peak(load, error=None, words=""):
    """Return how much memory a call took at a moment; with an error, it must end in that."""
    tracemalloc.start()
    try:
        if error is None:
            load()
        else:
            with pytest.raises(error, match=words):
                load()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_two_to_the_31_images_are_refused_before_anything_is_allocated(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(struct.pack(">BBBB3I", 0, 0, 8, 3, 2 ** 31, 28, 28) + bytes(784))
    assert peak(lambda: read_idx(path), DataFileError, "announces 1683627180032 bytes, at most max_bytes=2147483648") < 10 ** 6
    path.write_bytes(npy_header("{'descr': '|u1', 'fortran_order': False, 'shape': (2147483648, 28, 28), }\n") + bytes(784))
    path = path.rename(tmp_path / "images.npy")
    assert peak(lambda: load_file(path), DataFileError, "would take 13,469,017,440,256 bytes.*pass a larger max_bytes") < 10 ** 6
    path.write_bytes(npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (200000, 784), }\n") + bytes(784))
    assert peak(lambda: load_file(path), DataFileError, "announces 1254400000 bytes of entries, 784 are there") < 10 ** 6


@pytest.mark.parametrize("kind", ["npy", "fortran.npy", "npz", "csv", "idx", "gzip"])
def test_files_as_large_as_the_limit_take_less_than_twice_as_much(kind, tmp_path):
    limit, columns = 2 ** 22, 512       # beside it the buffers of gzip and zip are small
    rows, path = limit // 8 // columns, tmp_path / f"x.{kind}"
    X = np.random.default_rng(0).integers(0, 10, (rows + 1, columns)).astype(">i4" if kind in ("idx", "gzip") else np.uint8)

    def write(X):
        if kind == "npy":
            np.save(path, X)
        elif kind == "fortran.npy":
            np.save(path, np.asfortranarray(X, np.float64))
        elif kind == "npz":
            np.savez_compressed(path, X)
        elif kind == "csv":
            path.write_text("\n".join(",".join(map(str, row)) for row in X.tolist()))
        else:
            path.write_bytes(idx(0x0C, X) if kind == "idx" else gzip.compress(idx(0x0C, X), 1))
    read = read_idx if kind in ("idx", "gzip") else load_file
    most = limit if read is load_file else X[1:].nbytes
    write(X)
    assert peak(lambda: read(path, max_bytes=most), DataFileError, "max_bytes") < 2 * most
    write(X[1:])
    assert peak(lambda: read(path, max_bytes=most)) < 2 * most
    np.testing.assert_array_equal(read(path, max_bytes=most), X[1:])


def test_nothing_is_listed_of_a_file_in_which_everything_is_wrong(tmp_path):
    path, limit = tmp_path / "x.npy", 2 ** 20
    np.save(path, np.full((limit // 4096, 512), np.nan))
    assert peak(lambda: load_file(path, max_bytes=limit), DataFileError, "NaN or infinite.*row 0, column 0") < 2 * limit


def test_models_as_large_as_the_limit_take_less_than_twice_as_much(tmp_path):
    path = tmp_path / "model.npz"       # of a model whose masks are as large again
    npae.MaskedAutoencoder(n_codes=64, hidden_dims=(250,), direct=True).initialize(30).save(path)
    size = path.stat().st_size
    assert peak(lambda: npae.load(path, max_bytes=size - size // 50), npae.ModelFileError, "more than max_bytes") < 10 ** 6
    limit = size + 48 * 4000
    assert peak(lambda: npae.load(path, max_bytes=limit)) < 2 * limit


def test_mnist_counts_all_its_arrays(tmp_path):
    images, labels = np.zeros((50, 28, 28), np.uint8), np.zeros(50, np.uint8)
    for part in ("train", "t10k"):
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx(8, images))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx(8, labels))
    enough = 2 * 50 * (784 * 4 + 8)
    assert len(load_mnist(tmp_path, max_bytes=enough).X_test) == 50
    with pytest.raises(DataFileError, match="t10k-images.*max_bytes"):
        load_mnist(tmp_path, max_bytes=enough - 1)


@pytest.fixture
def sound():
    """The bytes of saved models, by name."""
    return {original.name: original.content for original in originals() if original.loader == "model"}


def refused(tmp_path, content, words):
    """Load a model that must be refused with these words, and at no cost."""
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    assert peak(lambda: npae.load(path, max_bytes=LIMIT), npae.ModelFileError, words) < LIMIT


def headed(content, change):
    """Return a model's file after change(header)."""
    parts = members(content)
    header = json.loads(split_npy(parts["header.npy"])[1])
    change(header)
    return with_header(parts, json.dumps(header).encode())


@pytest.mark.parametrize("model, hyperparameters", [
    ("autoencoder", {"latent_dim": 10 ** 12}), ("autoencoder", {"hidden_dims": [10 ** 9]}),
    ("masked", {"hidden_dims": [10 ** 9]}), ("masked", {"hidden_dims": [30000, 30000]}),
    ("masked", {"n_codes": 10 ** 9}), ("autoencoder", {"hidden_dims": [1] * 10000}),
    ("autoencoder", {"penalties": [{"type": "L1Sparsity", "fields": {}}] * 2000}), ("vq", {"n_codes": 10 ** 9}),
    ("variational", {"prior_mean": ["x" * 3000] + [""] * 3000}), ("convolutional", {"kernel_size": 10 ** 9}),
    ("autoencoder", {"dtype": "f4," * 20000}), ("autoencoder", {"learning_rate": 10 ** 400}),
    ("autoencoder", {"optimizer": {"type": "os.system", "fields": {"command": "true"}}})])
def test_hyperparameters_that_ask_for_more_than_the_file_holds(model, hyperparameters, sound, tmp_path):
    refused(tmp_path, headed(sound[model], lambda header: header["hyperparameters"].update(hyperparameters)), "valid model")


@pytest.mark.parametrize("model, change, words", [
    ("stacked", lambda header: header["extras"].update(classes=["x" * 3000] + [str(i) for i in range(3000)]), "shorter names"),
    ("stacked", lambda header: header["extras"].update(classes=[0, 0, 1]), "different labels"),
    ("vq", lambda header: header["parts"].update(priors_0=header["parts"]["priors_0"] | {"class": "Autoencoder"}), "valid model"),
    ("vq", lambda header: header["parts"].update({"a/parts/b": {}}), "its parts have the names"),
    ("vq", lambda header: header.update(parts=3), "valid model"),
    ("masked", lambda header: header.update(n_features_in_=10 ** 15), "valid model"),
    ("autoencoder", lambda header: header["history_"].pop("seconds"), "as many times as losses"),
    ("autoencoder", lambda header: header["history_"].update(loss=[]), "is empty"),
    ("autoencoder", lambda header: header.pop("class"), "'class' is missing"),
    ("autoencoder", lambda header: header.update({"class": "Model"}), "NotImplementedError"),
    ("autoencoder", lambda header: header.update(feature_names_in_="ab"), "feature_names_in_ must be 16 names")])
def test_headers_that_fit_nothing(model, change, words, sound, tmp_path):
    refused(tmp_path, headed(sound[model], change), words)


@pytest.mark.parametrize("text", TEXTS_OF.values(), ids=TEXTS_OF)
def test_json_that_is_deep_or_long(text, sound, tmp_path):
    refused(tmp_path, with_header(members(sound["autoencoder"]), text.encode() * 10), "header|max_bytes")
    with pytest.raises(npae.ModelFileError, match="its header is damaged|no header of one"):
        npae.load(tmp_path / "model.npz")


def test_archives_that_lie(sound, tmp_path):
    parts = members(sound["autoencoder"])
    refused(tmp_path, b"junk", "no .npz archive of arrays; model.save")
    refused(tmp_path, archive([*parts.items(), ("params/more.npy", zeros_npy(2 ** 23))], 8), "more than max_bytes")
    refused(tmp_path, archive([*parts.items(), ("header.npy", parts["header.npy"])]), "two arrays of the name 'header'")
    refused(tmp_path, archive([*parts.items(), ("evil.py", b"1")]), "'evil.py', which is no array")
    refused(tmp_path, archive([(f"{i}.npy", b"") for i in range(20000)]), "directory is longer")
    said = archive([("header.npy", zeros_npy(800))], 8)
    place = said.rfind(b"PK\1\2") + 24
    refused(tmp_path, said[:place] + struct.pack("<I", 2 ** 31) + said[place + 4:], "is said to have 2,147,483,648 bytes")


def test_what_is_pickled_stays_pickled(sound, tmp_path):
    canary = tmp_path / "canary"
    parts = members(sound["autoencoder"]) | {"params/encoder.0.W.npy": pickled(str(canary))}
    refused(tmp_path, archive(list(parts.items())), "Python objects, which are never unpickled")
    for name, content in (("x.npy", pickled(str(canary))), ("x.npz", archive([("X.npy", pickled(str(canary)))]))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataFileError, match=f"{name}.*never unpickled"):
            load_file(tmp_path / name)
    assert not canary.exists()
    np.load(tmp_path / "x.npy", allow_pickle=True)
    assert canary.exists()      # the bomb is one


@pytest.mark.parametrize("kind, name, value", [(np.random.MT19937, "pos", 10 ** 6), (np.random.Philox, "buffer_pos", 10 ** 6),
                                               (np.random.Philox, "buffer_pos", -1), (np.random.PCG64, "state", 2 ** 200)])
def test_a_random_state_whose_place_is_outside_of_its_buffer(kind, name, value):
    """NumPy takes such a state, reads the memory beside the buffer, and may crash."""
    rng = np.random.Generator(kind(0))
    state = json.loads(json.dumps(rng.bit_generator.state, default=np.ndarray.tolist))
    (state["state"] if name in state["state"] else state)[name] = value
    before = rng.bit_generator.state
    with pytest.raises((ValueError, TypeError, OverflowError)):
        restore_random(rng, state)
    assert str(rng.bit_generator.state) == str(before)


def test_the_first_line_of_a_table_is_a_header_only_if_it_holds_no_number(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("1,2\x00\n3,4\n")
    with pytest.raises(DataFileError, match="x.csv: line 1: could not convert"):
        load_file(path)
    path.write_text("eins,zw\u00f6lf\n3,4\n")
    np.testing.assert_array_equal(load_file(path), [[3, 4]])


@pytest.mark.dev
def test_every_value_of_a_header_by_every_other(sound, tmp_path):
    """No value in the header of a model can make `load` raise anything else, take long, or load a model of no use."""
    path, parts = tmp_path / "model.npz", members(sound["vq"])
    header = json.loads(split_npy(parts["header.npy"])[1])
    loaded = 0
    for keys in list(_paths(header)):
        for value in VALUES[::3]:
            path.write_bytes(with_header(parts, json.dumps(_replaced(header, keys, value)).encode()))
            try:
                model = npae.load(path, max_bytes=LIMIT)
            except npae.ModelFileError:
                continue
            loaded += 1
            assert model.summary() and len(model.transform(np.zeros((2, 16)))) == 2
    assert loaded > 100


def _paths(tree, above=()):
    for key, value in tree.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from _paths(value, (*above, key))


def _replaced(tree, keys, value):
    return {**tree, keys[0]: value if len(keys) == 1 else _replaced(tree[keys[0]], keys[1:], value)}


CHILD = """
import resource, sys
import npae
from npae.datasets import DataFileError, load_file, read_idx
import numpy, json, zipfile, csv
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2 ** 26, used + 2 ** 26))
for path in sys.argv[1:]:
    try:
        (npae.load if path.endswith("model") else read_idx if path.endswith("idx") else load_file)(path)
    except (npae.ModelFileError, DataFileError) as error:
        print(type(error).__name__, "MemoryError" in str(error))
"""


@pytest.mark.dev
def test_the_worst_files_need_no_memory_even_where_the_limit_would_allow_it(sound, tmp_path):
    """In a process that cannot get 64 MB, with max_bytes at its default of 2 GiB."""
    header = npy_header("{'descr': '|u1', 'fortran_order': False, 'shape': (250000000,), }\n")
    huge = archive([("X.npy", header + bytes(1000))], 8)
    place = huge.rfind(b"PK\1\2") + 24
    files = {
        "images.idx": struct.pack(">BBBB3I", 0, 0, 8, 3, 2 ** 31, 28, 28),
        "short.idx": struct.pack(">BBBB2I", 0, 0, 8, 2, 2 ** 20, 2000),
        "bomb.idx": gzip.compress(idx(8, np.zeros((2, 2), np.uint8)) + bytes(2 ** 28), 1),
        "short.npy": npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (200000000,), }\n"),
        "lie.npz": huge[:place] + struct.pack("<I", len(header) + 250000000) + huge[place + 4:],
        "wide.model": headed(sound["masked"], lambda header: header["hyperparameters"].update(hidden_dims=[30000, 30000])),
        "deep.model": with_header(members(sound["vq"]), b"[" * 10 ** 6)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    done = subprocess.run([sys.executable, "-c", CHILD, *(str(tmp_path / name) for name in files)], cwd=ROOT, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    kinds = ["ModelFileError" if name.endswith("model") else "DataFileError" for name in files]
    assert done.stdout.split("\n") == [*(f"{kind} False" for kind in kinds), ""]
