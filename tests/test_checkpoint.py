"""Runs that are interrupted and go on: the same bits, or a clear error and the last good checkpoint."""

import errno
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from npae import (
    Autoencoder,
    Checkpoint,
    ContractiveAutoencoder,
    ConvolutionalAutoencoder,
    DenoisingAutoencoder,
    HierarchicalVectorQuantizedAutoencoder,
    ModelFileError,
    ProbabilisticAutoencoder,
    SparseAutoencoder,
    StackedDenoisingAutoencoder,
    VariationalAutoencoder,
    VectorQuantizedAutoencoder,
    load,
    load_digits,
    model_file,
)
from npae.checkpoint import CheckpointWriter
from npae.cli import main

X = load_digits().X_train[:120]
FAST = {"hidden_dims": (12,), "latent_dim": 3, "epochs": 6, "batch_size": 50, "random_state": 3}
MODELS = [
    Autoencoder(**FAST, schedule="cosine"), Autoencoder(**FAST, optimizer="momentum", loss="bce"),
    Autoencoder(**{**FAST, "optimizer": "lbfgs", "epochs": 8}), Autoencoder(**{**FAST, "patience": 2, "learning_rate": 0.1}),
    SparseAutoencoder(**FAST, rho_momentum=0.9), DenoisingAutoencoder(**FAST), ContractiveAutoencoder(**FAST),
    ProbabilisticAutoencoder(**FAST), VariationalAutoencoder(**FAST, beta_warmup=3, sigma2="shared"),
    VectorQuantizedAutoencoder(**FAST, n_codes=8, n_slots=4),
    ConvolutionalAutoencoder(channels=(4,), epochs=4, random_state=0),
    HierarchicalVectorQuantizedAutoencoder(epochs=4, n_codes_top=8, n_codes_bottom=8, random_state=0),
]


def twin(model, **changes):
    return type(model)(**{**model.get_params(), **changes})


class Killed(BaseException):
    """Stands for the end of the process: nothing in the package catches it."""


def interrupt(model, folder, after, monkeypatch, **fit):
    """Fit until so many epochs have been written, then stop as if the process had been killed."""
    with monkeypatch.context() as patch:
        count, write = [], model_file.write

        def counting(header, arrays, path):
            write(header, arrays, path)
            count.append(path)
            if len(count) == after:
                raise Killed
        patch.setattr("npae.checkpoint.write", counting)
        with pytest.raises(Killed):
            model.fit(X, checkpoint=folder, **fit)


def assert_same(one, other):
    np.testing.assert_array_equal(one.theta, other.theta)
    assert one._state.keys() == other._state.keys()
    for name, array in one._state.items():
        np.testing.assert_array_equal(array, other._state[name])
    histories = [{name: values for name, values in model.history_.items() if name != "seconds"} for model in (one, other)]
    assert histories[0] == histories[1] and one.metrics_ == other.metrics_
    assert one._training.rng.bit_generator.state == other._training.rng.bit_generator.state
    states = [model._training.optimizer.state() for model in (one, other)]
    assert states[0].keys() == states[1].keys()
    for name, value in states[0].items():
        np.testing.assert_array_equal(value, states[1][name])


@pytest.mark.parametrize("after", [1, 3])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: repr(model)[:70])
def test_a_resumed_run_ends_with_the_same_bits(model, after, tmp_path, monkeypatch):
    whole = twin(model).fit(X, X_val=X[:30])
    interrupt(twin(model), tmp_path, after, monkeypatch, X_val=X[:30])
    again = twin(model).fit(X, X_val=X[:30], checkpoint=tmp_path, resume=True)
    assert_same(whole, again)
    assert again._training.epoch == whole._training.epoch


def test_patience_is_not_given_anew(tmp_path, monkeypatch):
    """The steps are far too long: the first epoch is the best, and training stops when patience has been waited out."""
    settings = {**FAST, "epochs": 20, "patience": 4, "optimizer": "sgd", "learning_rate": 100.0, "max_gradient_norm": 1.0}
    whole = Autoencoder(**settings).fit(X, X_val=X[:30])
    assert len(whole.history_["loss"]) == 5
    interrupt(Autoencoder(**settings), tmp_path, 3, monkeypatch, X_val=X[:30])
    assert_same(whole, Autoencoder(**settings).fit(X, X_val=X[:30], checkpoint=tmp_path, resume=True))


def test_interrupted_twice_and_training_goes_on_afterwards(tmp_path, monkeypatch):
    model = VariationalAutoencoder(**FAST)
    whole = twin(model).fit(X)
    interrupt(twin(model), tmp_path, 2, monkeypatch)
    interrupt(twin(model), tmp_path, 2, monkeypatch, resume=True)
    again = twin(model).fit(X, checkpoint=tmp_path, resume=True)
    assert_same(whole, again)
    assert_same(whole.partial_fit(X), again.partial_fit(X))


def test_a_finished_run_is_not_trained_again(tmp_path):
    model = Autoencoder(**FAST).fit(X, checkpoint=tmp_path)
    again = Autoencoder(**FAST).fit(X, checkpoint=tmp_path, resume=True)
    assert_same(model, again)
    assert len(again.history_["loss"]) == 6


def test_without_a_file_resume_begins_at_the_beginning(tmp_path):
    assert_same(Autoencoder(**FAST).fit(X), Autoencoder(**FAST).fit(X, checkpoint=tmp_path / "new", resume=True))


@pytest.mark.parametrize("bits", [np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_any_bit_generator(bits, tmp_path, monkeypatch):
    def model():
        return DenoisingAutoencoder(**{**FAST, "random_state": np.random.Generator(bits(5))})
    whole = model().fit(X)
    interrupt(model(), tmp_path, 2, monkeypatch)
    np.testing.assert_array_equal(whole.theta, model().fit(X, checkpoint=tmp_path, resume=True).theta)


def test_a_checkpoint_is_a_model(tmp_path):
    model = Autoencoder(**FAST).fit(X, checkpoint=tmp_path)
    np.testing.assert_array_equal(load(tmp_path / "checkpoint.npz").reconstruct(X), model.reconstruct(X))


def test_how_often(tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr("npae.checkpoint.write", lambda header, arrays, path: written.append(header["training"]["epochs_done"]))
    Autoencoder(**FAST).fit(X, checkpoint=Checkpoint(tmp_path, epochs=2))
    assert written == [2, 4, 6]
    written.clear()
    Autoencoder(**FAST).fit(X, checkpoint=Checkpoint(tmp_path, seconds=3600))
    assert written == []


@pytest.mark.parametrize("changes, words", [
    ({"latent_dim": 2}, "latent_dim=3, here 2"), ({"learning_rate": 0.1, "epochs": 7}, "epochs=6, here 7"),
    ({"dtype": "float64"}, "dtype='float32', this one has 'float64'")])
def test_another_run_is_refused(changes, words, tmp_path):
    Autoencoder(**FAST).fit(X, checkpoint=tmp_path)
    with pytest.raises(ModelFileError, match=words):
        Autoencoder(**{**FAST, **changes}).fit(X, checkpoint=tmp_path, resume=True)


def test_other_data_and_other_models_are_refused(tmp_path):
    Autoencoder(**FAST).fit(X, checkpoint=tmp_path)
    for data in (X[:100], X + 1e-3):
        with pytest.raises(ModelFileError, match="on other data"):
            Autoencoder(**FAST).fit(data, checkpoint=tmp_path, resume=True)
    with pytest.raises(ModelFileError, match="class='Autoencoder'"):
        ProbabilisticAutoencoder(**FAST).fit(X, checkpoint=tmp_path, resume=True)
    Autoencoder(**FAST).fit(X).save(tmp_path / "checkpoint.npz")
    with pytest.raises(ModelFileError, match="without its training"):
        Autoencoder(**FAST).fit(X, checkpoint=tmp_path, resume=True)


@pytest.mark.parametrize("spoil", [
    lambda training, arrays: training.pop("random"), lambda training, arrays: training.update(random={"bit_generator": "PCG64"}),
    lambda training, arrays: training.update(epoch=None), lambda training, arrays: arrays.pop("training/optimizer/M"),
    lambda training, arrays: arrays.update({"training/good": np.zeros(3, np.float32)}),
    lambda training, arrays: arrays.update({"params/encoder.0.W": np.zeros((2, 2), np.float32)}),
    lambda training, arrays: training.update(optimizer={"t": "many"}),
    lambda training, arrays: training.update(optimizer={"t": -1}),
    lambda training, arrays: training.update(epochs_done=7), lambda training, arrays: training.update(epoch=5),
    lambda training, arrays: arrays.update({"params/encoder.0.b": np.full(12, np.nan, np.float32)}),
    lambda training, arrays: training["random"].update(has_uint32=1.5)])
def test_a_spoiled_checkpoint_is_refused(spoil, tmp_path):
    Autoencoder(**FAST).fit(X, checkpoint=tmp_path)
    header, arrays = model_file.read(os.fspath(tmp_path / "checkpoint.npz"))
    spoil(header["training"], arrays)
    model_file.write(header, arrays, tmp_path / "checkpoint.npz")
    with pytest.raises(ModelFileError, match="does not describe a training run"):
        Autoencoder(**FAST).fit(X, checkpoint=tmp_path, resume=True)


def test_a_full_disk_leaves_the_last_good_checkpoint(tmp_path, monkeypatch):
    interrupt(Autoencoder(**FAST), tmp_path, 2, monkeypatch)
    before = (tmp_path / "checkpoint.npz").read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            Autoencoder(**FAST).fit(X, checkpoint=tmp_path, resume=True)
    assert (tmp_path / "checkpoint.npz").read_bytes() == before and os.listdir(tmp_path) == ["checkpoint.npz"]
    assert_same(Autoencoder(**FAST).fit(X), Autoencoder(**FAST).fit(X, checkpoint=tmp_path, resume=True))


def test_a_folder_that_cannot_be_made_is_an_error_before_training(tmp_path):
    (tmp_path / "file").write_text("in the way")
    model = Autoencoder(**FAST)
    with pytest.raises(OSError, match="checkpoint='.*file' must be a folder"):
        model.fit(X, checkpoint=tmp_path / "file")
    assert not hasattr(model, "history_")


def test_a_folder_that_is_read_only_is_an_error_before_training(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)     # permissions do not bind the superuser
    model = Autoencoder(**FAST)
    with pytest.raises(PermissionError, match="checkpoint='.*' is a folder that cannot be written to"):
        model.fit(X, checkpoint=tmp_path)
    assert not hasattr(model, "history_")


@pytest.mark.parametrize("spoil", ["another run", "damaged", "no state"])
def test_a_refused_checkpoint_leaves_the_model_as_it_was(spoil, tmp_path):
    Autoencoder(**FAST).fit(X, checkpoint=tmp_path)
    header, arrays = model_file.read(os.fspath(tmp_path / "checkpoint.npz"))
    if spoil == "no state":
        arrays.pop("training/optimizer/M")
        model_file.write(header, arrays, tmp_path / "checkpoint.npz")
    if spoil == "damaged":
        (tmp_path / "checkpoint.npz").write_bytes(b"junk")
    model = Autoencoder(**{**FAST, "epochs": 9 if spoil == "another run" else 6}).fit(X[:90])
    theta, history = model.theta.copy(), dict(model.history_)
    with pytest.raises(ModelFileError):
        model.fit(X, checkpoint=tmp_path, resume=True)
    np.testing.assert_array_equal(model.theta, theta)
    assert model.history_ == history and model._training.epoch == len(history["loss"])


@pytest.mark.parametrize("wrong, error, words", [
    (3, TypeError, "a folder or a Checkpoint"), (Checkpoint("x", epochs=0), ValueError, "epochs of the checkpoint"),
    (Checkpoint("x", seconds=-1), ValueError, "seconds of the checkpoint"),
    (Checkpoint("x", max_bytes=0), ValueError, "max_bytes of the checkpoint")])
def test_bad_arguments(wrong, error, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=words):
        Autoencoder(**FAST).fit(X, checkpoint=wrong)
    with pytest.raises(TypeError, match="resume must be True or False"):
        Autoencoder(**FAST).fit(X, checkpoint=tmp_path, resume="yes")
    with pytest.raises(ValueError, match="resume=True needs checkpoint"):
        Autoencoder(**FAST).fit(X, resume=True)
    with pytest.raises(ValueError, match="several stages"):
        StackedDenoisingAutoencoder(**FAST).fit(X, checkpoint=tmp_path)


SCRIPT = """
import os, signal, sys, threading, time, warnings
import numpy as np
import npae
warnings.simplefilter("always")
class Model(npae.Autoencoder):
    steps = 0
    def _after_step(self, x, noise):
        super()._after_step(x, noise)
        Model.steps += 1
        if Model.steps == 5:
            for _ in range(int(sys.argv[1])):
                signal.raise_signal(signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)     # a background process ignores it
X = np.random.default_rng(0).random((64, 6))
model = Model(hidden_dims=(), latent_dim=2, epochs=10, batch_size=16, random_state=0, **eval(sys.argv[2]))
before = signal.getsignal(signal.SIGINT)
model.fit(X, X_val=X, checkpoint=sys.argv[3])
assert signal.getsignal(signal.SIGINT) is before
with np.load(os.path.join(sys.argv[3], "checkpoint.npz")) as file:
    kept = np.array_equal(file["params/encoder.0.W"], model.params["encoder.0.W"])
print(Model.steps, len(model.history_["loss"]), kept, len(model.transform(X)))
"""


def interrupted(presses, settings, folder):
    words = [sys.executable, "-c", SCRIPT, str(presses), repr(settings), str(folder)]
    return subprocess.run(words, capture_output=True, text=True)


def test_control_c_ends_training_after_the_batch(tmp_path):
    """Steps 1 to 4 are epoch 1, and in its checkpoint; step 5 is the first batch of epoch 2."""
    ended = interrupted(1, {}, tmp_path)
    assert ended.stdout.split() == ["5", "2", "False", "64"]
    assert "TrainingInterrupted: training was interrupted in epoch 2: the model keeps its present parameters" in ended.stderr


def test_control_c_keeps_the_best_parameters(tmp_path):
    ended = interrupted(1, {"patience": 5, "learning_rate": 100.0, "optimizer": "sgd", "max_gradient_norm": 1.0}, tmp_path)
    assert ended.stdout.split() == ["5", "2", "True", "64"]
    assert "the model keeps the parameters of the lowest loss so far" in ended.stderr


def test_a_second_control_c_ends_the_program(tmp_path):
    ended = interrupted(2, {}, tmp_path)
    assert ended.returncode and "KeyboardInterrupt" in ended.stderr


def test_the_command_line_resumes(tmp_path, monkeypatch, capsys):
    np.save(tmp_path / "x.npy", X)
    words = ["train", "autoencoder", "--data", str(tmp_path / "x.npy"), "--set", "epochs=4", "latent_dim=2", "--out"]
    assert main([*words, str(tmp_path / "whole")]) == 0
    with monkeypatch.context() as patch:
        patch.setattr("npae.checkpoint.CheckpointWriter.see", _killing_after_two(CheckpointWriter.see))
        with pytest.raises(Killed):
            main([*words, str(tmp_path / "run"), "--checkpoint-every", "1"])
    assert not (tmp_path / "run" / "model.npz").exists()
    assert main([*words, str(tmp_path / "run"), "--resume"]) == 0
    np.testing.assert_array_equal(load(tmp_path / "run" / "model.npz").theta, load(tmp_path / "whole" / "model.npz").theta)


def _killing_after_two(see):
    def seen(self, model, watch, epochs_done):
        see(self, model, watch, epochs_done)
        if epochs_done == 2:
            raise Killed
    return seen


def test_nothing_is_pickled(tmp_path):
    Autoencoder(**FAST).fit(X, checkpoint=tmp_path)
    with np.load(tmp_path / "checkpoint.npz", allow_pickle=False) as file:
        assert json.loads(file["header"].tobytes())["training"]["epochs_done"] == 6
        assert all(file[name].dtype != object for name in file.files)
