"""The probabilistic autoencoder: refusals, its loss by hand, its bound, its samples, and what the price of the code does."""

import pickle

import numpy as np
import pytest

from npae import Autoencoder, GaussianNoise, KLSparsity, ProbabilisticAutoencoder, VariationalAutoencoder, load
from npae.gradcheck import relative_error
from npae.models.probabilistic import SCORE_SAMPLES

X, Z = np.random.default_rng(0).normal(size=(6, 5)), np.random.default_rng(1).normal(size=(6, 2))
SMALL = {"latent_dim": 2, "hidden_dims": (4,), "activation": "tanh", "dtype": "float64", "random_state": 0}


def make(n=5, **hyperparameters):
    """A model with every parameter off zero."""
    model = ProbabilisticAutoencoder(**{**SMALL, **hyperparameters}).initialize(n)
    model.theta[...] += (0.3 * np.random.default_rng(1).normal(size=model.theta.shape)).astype(model.theta.dtype)
    return model


REFUSED = [
    ({"code_weight": -0.1}, ValueError, "code_weight must be a finite number in \\[0, inf\\), got -0.1"),
    ({"code_weight": np.inf}, ValueError, "code_weight must be a finite number"),
    ({"code_weight": None}, TypeError, "code_weight must be a number, got None"),
    ({"n_samples": 0}, ValueError, "n_samples must be an integer of at least 1, got 0"),
    ({"n_samples": True}, TypeError, "n_samples must be an integer"),
    ({"latent_dim": 0}, ValueError, "latent_dim must be an integer of at least 1"),
    ({"loss": "bce"}, ValueError, "ProbabilisticAutoencoder does not take loss='bce': encoder and decoder are Gaussian"),
    ({"loss": "mae"}, ValueError, "does not take loss='mae'"),
    ({"output_activation": "sigmoid"}, ValueError, "does not take output_activation='sigmoid'"),
    ({"corruption": GaussianNoise(0.1)}, ValueError, "does not take corruption=GaussianNoise"),
    ({"penalties": [KLSparsity(0.1)]}, ValueError, "does not take penalties: the price of the code is code_weight"),
    ({"optimizer": "lbfgs"}, ValueError, "needs a loss without noise"),
]


@pytest.mark.parametrize("hyperparameters, error, message", REFUSED, ids=[str(case[0]) for case in REFUSED])
def test_refusals(hyperparameters, error, message):
    with pytest.raises(error, match=message):
        ProbabilisticAutoencoder(**hyperparameters).fit(X)


def test_neutral_values_are_accepted():
    ProbabilisticAutoencoder(**SMALL, output_activation="identity", penalties=[], epochs=1).fit(X)
    assert make().params.shapes == Autoencoder(**SMALL).initialize(5).params.shapes


# ---- the loss -------------------------------------------------------------------------------------------------------------

def test_the_loss_by_hand():
    model = make(code_weight=0.7, n_samples=3, weight_decay=0.1)
    p, eps = model.params, model.draw_noise(X, np.random.default_rng(2))["eps"]
    f = np.tanh(X @ p["encoder.0.W"] + p["encoder.0.b"]) @ p["encoder.1.W"] + p["encoder.1.b"]
    z = f[:, None] + eps
    o = np.tanh(z @ p["decoder.0.W"] + p["decoder.0.b"]) @ p["decoder.1.W"] + p["decoder.1.b"]
    terms, grads = model.loss_and_gradients(X, noise={"eps": eps})
    assert terms["reconstruction"] == pytest.approx(np.sum((X[:, None] - o) ** 2) / (6 * 3), rel=1e-13)
    assert terms["code"] == pytest.approx(0.7 * np.sum(f ** 2) / 6, rel=1e-13)
    squares = sum(np.sum(value ** 2) for name, value in p.items() if name.endswith("W"))
    assert terms["weight_decay"] == pytest.approx(0.1 * squares, rel=1e-13)
    assert set(terms) == {"loss", "reconstruction", "code", "weight_decay"}
    assert terms["loss"] == pytest.approx(terms["reconstruction"] + terms["code"] + terms["weight_decay"], rel=1e-14)
    assert grads.shapes == p.shapes


@pytest.mark.parametrize("tied", [False, True])
def test_the_gradient_by_central_differences(tied):
    model = make(code_weight=0.7, n_samples=2, weight_decay=0.05, tied=tied)
    noise, step = model.draw_noise(X, np.random.default_rng(2)), 1e-5
    start, numerical = model.theta.copy(), []
    for e in np.eye(len(start)):
        values = []
        for sign in (1, -1):
            model.theta[...] = start + sign * step * e
            values.append(model.loss_and_gradients(X, noise=noise)[0]["loss"])
        numerical.append((values[0] - values[1]) / (2 * step))
    model.theta[...] = start
    assert relative_error(model.loss_and_gradients(X, noise=noise)[1].theta, np.array(numerical)) < 1e-7


def test_several_samples_are_averaged():
    model = make(n_samples=3)
    eps = model.draw_noise(X, np.random.default_rng(2))["eps"]
    terms, grads = model.loss_and_gradients(X, noise={"eps": eps})
    single = [model.loss_and_gradients(X, noise={"eps": eps[:, s:s + 1]}) for s in range(3)]
    assert terms["loss"] == pytest.approx(np.mean([one["loss"] for one, _ in single]), rel=1e-13)
    np.testing.assert_allclose(grads.theta, np.mean([one.theta for _, one in single], axis=0), atol=1e-13)


def test_without_noise_and_price_it_is_the_autoencoder():
    model, plain = make(code_weight=0.0), Autoencoder(**SMALL).initialize(5)
    plain.theta[...] = model.theta
    terms, grads = model.loss_and_gradients(X, noise={"eps": np.zeros((6, 1, 2))})
    expected, d_expected = plain.loss_and_gradients(X)
    assert terms["loss"] == pytest.approx(expected["loss"], rel=1e-14) and terms["code"] == 0
    np.testing.assert_allclose(grads.theta, d_expected.theta, atol=1e-13)


def test_noise_and_purity():
    model = make(n_samples=3)
    with pytest.raises(ValueError, match="ProbabilisticAutoencoder is noisy: pass noise="):
        model.loss_and_gradients(X)
    noise, before = model.draw_noise(X, np.random.default_rng(2)), model.theta.copy()
    assert noise["eps"].shape == (6, 3, 2)
    first, second = model.loss_and_gradients(X, noise=noise), model.loss_and_gradients(X, np.random.default_rng(2))
    assert first[0] == second[0] and not np.shares_memory(first[1].theta, second[1].theta)
    np.testing.assert_array_equal(model.theta, before)


def test_float32_stays_float32():
    model, double = make(dtype="float32"), make()
    double.theta[...] = model.theta
    noise = model.draw_noise(X, np.random.default_rng(2))
    terms, grads = model.loss_and_gradients(X, noise=noise)
    assert {np.asarray(value).dtype for value in terms.values()} == {np.dtype("float32")} and grads.dtype == np.float32
    arrays = (model.transform(X), model.sample(3, 0), model.score_samples(X), model.encoder_distribution(X).sample(0))
    assert {array.dtype for array in arrays} == {np.dtype("float32")}
    np.testing.assert_allclose(model.score_samples(X), double.score_samples(X), rtol=1e-5)


# ---- using ----------------------------------------------------------------------------------------------------------------

def test_distributions():
    """Unit variances around the code and around the reconstruction."""
    model, N = make(), 100_000
    z = model.encoder_distribution(np.repeat(X[:1], N, axis=0)).sample(0)
    assert np.all(np.abs(z.mean(axis=0) - model.transform(X[:1])[0]) < 4 / np.sqrt(N))
    assert np.all(np.abs(np.cov(z.T) - np.eye(2)) < 4 * np.sqrt((1 + np.eye(2)) / N))
    code, at = model.transform(X), Z
    np.testing.assert_allclose(model.encoder_distribution(X).log_prob(at),
                               -np.log(2 * np.pi) - 0.5 * np.sum((at - code) ** 2, axis=1), rtol=1e-13)
    decoder = model.decoder_distribution(at)
    np.testing.assert_array_equal(decoder.mean, model.inverse_transform(at))
    np.testing.assert_allclose(decoder.log_prob(X), -2.5 * np.log(2 * np.pi) - 0.5 * np.sum((X - decoder.mean) ** 2, axis=1),
                               rtol=1e-13)
    x = model.decoder_distribution(np.repeat(at[:1], N, axis=0)).sample(0)
    assert np.all(np.abs(np.cov(x.T) - np.eye(5)) < 4 * np.sqrt((1 + np.eye(5)) / N))


def test_score_is_the_bound_of_the_same_variational_autoencoder():
    """q = N(f, I), p(x|z) = N(g, I), prior N(0, I), constants included, with the same fixed noise."""
    model = make()
    vae = VariationalAutoencoder(**SMALL).initialize(5)
    for name, value in model.params.items():
        vae.params[name.replace("encoder.1", "encoder.mu")] = value
    vae.params["encoder.logvar.W"], vae.params["encoder.logvar.b"] = np.zeros((4, 2)), np.zeros(2)
    np.testing.assert_allclose(model.score_samples(X), vae.score_samples(X), rtol=1e-12)
    assert SCORE_SAMPLES > 1
    np.testing.assert_array_equal(model.score_samples(X), model.score_samples(X))
    np.testing.assert_allclose(model.score_samples(X[::-1])[::-1], model.score_samples(X), rtol=1e-13)
    np.testing.assert_allclose(model.score_samples(X[2:3]), model.score_samples(X)[2:3], rtol=1e-13)
    assert model.score(X) == pytest.approx(model.score_samples(X).mean(), rel=1e-13)


def test_samples_have_the_moments_of_the_marginal():
    model, N = make(hidden_dims=()), 100_000
    B, b = model.params["decoder.0.W"], model.params["decoder.0.b"]
    S = B.T @ B + np.eye(5)
    x = model.sample(N, 0)
    assert np.all(np.abs(x.mean(axis=0) - b) < 4 * np.sqrt(np.diag(S) / N))
    assert np.all(np.abs(np.cov(x.T) - S) < 4 * np.sqrt((np.outer(np.diag(S), np.diag(S)) + S ** 2) / N))
    means = model.sample(1000, 0, mean=True)
    assert np.linalg.matrix_rank(means - b) == 2            # in the decoder's plane, without noise
    np.testing.assert_array_equal(model.sample(5, 3), model.sample(5, 3))
    assert np.any(model.sample(5, 3) != model.sample(5, 4))
    with pytest.raises(ValueError, match="n must be an integer of at least 1, got 0"):
        model.sample(0)


def test_jacobian():
    model, h = make(), 1e-5
    numerical = np.stack([(model.transform(X + h * e) - model.transform(X - h * e)) / (2 * h) for e in np.eye(5)], axis=2)
    assert relative_error(model.jacobian(X), numerical) < 1e-8


def test_before_fit_and_wrong_widths():
    for method in ("encoder_distribution", "decoder_distribution", "score_samples"):
        with pytest.raises(ValueError, match="not fitted yet"):
            getattr(ProbabilisticAutoencoder(), method)(X)
        with pytest.raises(ValueError, match="has 7 features, .*expect"):
            getattr(make(), method)(np.zeros((1, 7)))
    with pytest.raises(ValueError, match="not fitted yet"):
        ProbabilisticAutoencoder().sample(1)


# ---- training -------------------------------------------------------------------------------------------------------------

def fitted(code_weight, **hyperparameters):
    x = np.random.default_rng(3).normal(size=(200, 4)) * [3.0, 2.0, 1.0, 0.3]
    model = ProbabilisticAutoencoder(**{"latent_dim": 4, "hidden_dims": (), "dtype": "float64", "random_state": 0,
                                        "epochs": 150, "learning_rate": 0.02, "batch_size": 50, "schedule": "cosine",
                                        "n_samples": 4, "code_weight": code_weight, **hyperparameters})
    return model.fit(x), x


def test_the_vanilla_code_grows_and_a_price_stops_it():
    """SEEDS 3.6: the noise is made small beside the code, for ever, unless the code has a price."""
    norms = {}
    for weight in (0.0, 0.5):
        early, x = fitted(weight, epochs=20, schedule="constant")
        late, _ = fitted(weight, epochs=150, schedule="constant")
        norms[weight] = [np.mean(np.sum(model.transform(x) ** 2, axis=1)) for model in (early, late)]
    assert norms[0.0][1] > 3 * norms[0.0][0]
    assert norms[0.5][1] < 2 * norms[0.5][0] and norms[0.0][1] > 5 * norms[0.5][1]


@pytest.mark.parametrize("weight, active", [(0.4, 3), (2.0, 2), (6.0, 1), (20.0, 0)])
def test_directions_below_the_price_are_dropped_by_ordinary_training(weight, active):
    """Eigenvalues 9, 4, 1, 0.09 (about): active are those above code_weight (fact E001-14)."""
    model, x = fitted(weight)
    variances = np.linalg.eigvalsh(np.cov(model.transform(x).T, bias=True))
    eigenvalues = np.linalg.eigvalsh(np.cov(x.T, bias=True))
    np.testing.assert_allclose(variances, np.maximum(np.sqrt(eigenvalues / weight) - 1, 0), atol=0.15)
    assert np.sum(variances > 0.1) == active


def test_history_and_partial_fit():
    whole = ProbabilisticAutoencoder(**SMALL, epochs=2).fit(X)
    parts = ProbabilisticAutoencoder(**SMALL, epochs=1).fit(X).partial_fit(X)
    np.testing.assert_array_equal(parts.theta, whole.theta)
    assert set(whole.history_) == {"loss", "reconstruction", "code", "seconds"} and len(whole.history_["code"]) == 2


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_save_load_and_pickle_keep_every_bit(dtype, tmp_path):
    model = ProbabilisticAutoencoder(**{**SMALL, "dtype": dtype}, code_weight=0.3, n_samples=2, epochs=2).fit(X)
    model.save(tmp_path / "model.npz")
    noise = model.draw_noise(X, np.random.default_rng(0))
    for other in (load(tmp_path / "model.npz"), pickle.loads(pickle.dumps(model))):
        assert other.get_params() == model.get_params()
        np.testing.assert_array_equal(other.theta, model.theta)
        np.testing.assert_array_equal(other.score_samples(X), model.score_samples(X))
        np.testing.assert_array_equal(other.sample(3, 1), model.sample(3, 1))
        assert other.loss_and_gradients(X, noise=noise)[0] == model.loss_and_gradients(X, noise=noise)[0]
