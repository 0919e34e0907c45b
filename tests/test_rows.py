"""Bytes as gray levels, pieces of many rows, and what training needs of memory."""

import gc
import sys
import tracemalloc

import numpy as np
import pytest

from npae import Autoencoder, MaskedAutoencoder, ProbabilisticAutoencoder, VariationalAutoencoder, VectorQuantizedAutoencoder
from npae.losses import bernoulli_entropy, mean_bernoulli_entropy
from npae.rows import CHUNK, ByteImages, by_chunks, chunks

RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (300, 20), dtype=np.uint8)
GRAY = BYTES.astype(np.float32) / 255


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bytes_give_out_rows_as_gray_levels(dtype):
    images, gray = ByteImages(BYTES, dtype), BYTES.astype(dtype) / dtype(255)
    order = RNG.permutation(300)
    out = np.empty((300, 20), dtype)
    for found, expected in ((images[:], gray), (images[3:9], gray[3:9]), (images[order], gray[order]), (np.asarray(images), gray),
                            (images.take(order, axis=0, out=out, mode="clip"), gray[order]), (out, gray[order])):
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, expected)
    assert (len(images), images.shape) == (300, (300, 20))
    assert images.min() == pytest.approx(gray.min(), rel=1e-6) and images.max() == pytest.approx(gray.max(), rel=1e-6)


@pytest.mark.parametrize("model", [
    Autoencoder(loss="bce"), VariationalAutoencoder(likelihood="continuous_bernoulli"), ProbabilisticAutoencoder(),
    VectorQuantizedAutoencoder(n_slots=2, latent_dim=2, hidden_dims=(8,))], ids=lambda model: type(model).__name__)
def test_bytes_train_and_are_used_as_their_gray_levels_are(model):
    fitted = []
    for X in (BYTES, GRAY):
        model.set_params(epochs=2, random_state=0)
        model.fit(X, X_val=X[:50])
        fitted.append((model.theta.copy(), model.history_["val_loss"], model.transform(X), model.reconstruct(X), model.score(X)))
    for of_bytes, of_gray in zip(*fitted):
        np.testing.assert_array_equal(of_bytes, of_gray)


def test_bytes_are_codes_where_the_model_models_codes():
    codes = RNG.integers(0, 4, (60, 3), dtype=np.uint8)
    of_bytes, of_numbers = (MaskedAutoencoder(n_codes=4, epochs=1, random_state=0).fit(X).theta
                            for X in (codes, codes.astype(int)))
    np.testing.assert_array_equal(of_bytes, of_numbers)


@pytest.mark.parametrize("wrong, message", [(BYTES[0], "two dimensions"), (BYTES[:, :5], "5 features"), (BYTES[:0], "empty")])
def test_bytes_are_checked_like_numbers(wrong, message):
    model = Autoencoder(epochs=1, random_state=0).fit(BYTES)
    with pytest.raises(ValueError, match=message):
        model.transform(wrong)


def test_full_batches_and_bytes():
    model = Autoencoder(hidden_dims=(), optimizer="lbfgs", epochs=3, random_state=0)
    np.testing.assert_array_equal(model.fit(BYTES).theta.copy(), model.fit(GRAY).theta)


def test_entropy_of_the_targets_in_pieces():
    x = RNG.random((2 * CHUNK + 5, 3))
    assert mean_bernoulli_entropy(x) == pytest.approx(bernoulli_entropy(x).sum(axis=1).mean(), rel=1e-12)


@pytest.mark.parametrize("m", [1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_pieces_are_put_together_in_order(m):
    x = np.arange(2.0 * m).reshape(m, 2)
    np.testing.assert_array_equal(by_chunks(lambda rows: rows.sum(axis=1), x), x.sum(axis=1))
    assert max(len(rows) for rows in chunks(x)) <= CHUNK and sum(len(rows) for rows in chunks(x)) == m


def peak(call):
    """Return the peak of what is allocated during a call, in bytes."""
    gc.collect()
    tracemalloc.start()
    call()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


@pytest.mark.parametrize("model, widths, vectors", [
    (Autoencoder(hidden_dims=(256,), latent_dim=64, loss="bce"), (784, 256, 64, 256, 784), 4),
    (VariationalAutoencoder(hidden_dims=(400,), latent_dim=20, likelihood="bernoulli"), (784, 400, 20, 20, 20, 400, 784), 5)],
    ids=["autoencoder", "variational"])
def test_training_on_bytes_needs_parameters_optimizer_and_a_few_batches(model, widths, vectors):
    """As large as MNIST. vectors of theta's size: itself, gradient, M, V; beside small batches also the last good theta."""
    X = 255 * RNG.integers(0, 2, (60_000, 784), dtype=np.uint8)
    model.set_params(epochs=1, batch_size=128, random_state=0, learning_rate=1e-4)
    model.fit(X[:256])
    limit = vectors * model.theta.nbytes + 4 * (128 * sum(widths) * 4)      # and four batches of activations
    assert peak(lambda: model.fit(X)) <= limit


def test_float_data_are_not_copied():
    X = RNG.random((20_000, 100), dtype=np.float32)
    model = Autoencoder(hidden_dims=(8,), latent_dim=2, epochs=1, random_state=0)
    assert peak(lambda: model.fit(X)) < X.nbytes / 4
    assert peak(lambda: model.score(X)) < X.nbytes / 4


def test_memory_mapped_data_are_not_read_at_once(tmp_path):
    np.save(tmp_path / "x.npy", RNG.random((20_000, 100), dtype=np.float32))
    X = np.load(tmp_path / "x.npy", mmap_mode="r")
    model = Autoencoder(hidden_dims=(8,), latent_dim=2, epochs=1, random_state=0)
    assert peak(lambda: model.fit(X)) < X.nbytes / 4
    np.testing.assert_array_equal(model.theta, Autoencoder(**model.get_params()).fit(np.array(X)).theta)


@pytest.mark.parametrize("method", ["transform", "score_samples", "log_likelihood", "elbo"])
def test_memory_beside_the_result_does_not_grow_with_the_rows(method):
    X = RNG.integers(0, 2, (12_000, 50)).astype(np.float32)
    model = VariationalAutoencoder(hidden_dims=(64,), latent_dim=2, likelihood="bernoulli", epochs=1, random_state=0).fit(X[:500])
    few, many = (peak(lambda rows=rows: getattr(model, method)(X[:rows])) - 8 * rows * 2 for rows in (6000, 12_000))
    assert many < 1.1 * few + 8 * 12_000


def test_memory_of_sampling_does_not_grow_with_the_number_of_samples():
    X = RNG.integers(0, 2, (500, 50)).astype(np.float32)
    model = VariationalAutoencoder(hidden_dims=(256,), latent_dim=2, likelihood="bernoulli", epochs=1, random_state=0).fit(X)
    few, many = (peak(lambda n=n: model.sample(n, random_state=0)) - n * 50 * 4 for n in (5000, 10_000))
    assert many < 1.5 * few
    one, hundred = (peak(lambda S=S: model.log_likelihood(X[:5], n_samples=S)) for S in (20_000, 200_000))
    assert hundred < 1.1 * one


@pytest.mark.skipif(sys.platform == "win32", reason="there is no getrusage")
def test_no_page_fault_for_each_step():
    """In the steady state a step finds all its arrays where the last step left them."""
    import resource
    X = RNG.random((1280, 784), dtype=np.float32)
    model = Autoencoder(hidden_dims=(256,), latent_dim=64, loss="bce", batch_size=128, random_state=0).initialize(784)
    training = model._training
    training._start(model)
    params = model.params.with_workspace()
    for _ in range(5):
        training._minibatch_epoch(model, params, X, None, 1e-3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        training._minibatch_epoch(model, params, X, None, 1e-3)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 100 * 5        # a fresh array of a step has 100 pages
