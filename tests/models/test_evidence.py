"""What a variational autoencoder can be asked: codes, bounds, likelihoods, samples. Linear models, where all is known."""

import tracemalloc

import numpy as np
import pytest

from npae import VariationalAutoencoder
from npae.gradcheck import relative_error
from npae.models import evidence

SIGMA2, PRIOR_MEAN, PRIOR_LOGVAR = 0.4, np.array([0.5, -0.3]), np.array([0.2, -0.4])


def make(n=3, seed=1, shake=0.3, **hyperparameters):
    """A float64 model with every parameter off zero."""
    chosen = {"latent_dim": 2, "hidden_dims": (4,), "activation": "tanh", "dtype": "float64", "random_state": 0,
              **hyperparameters}
    model = VariationalAutoencoder(**chosen).initialize(n)
    model.theta[...] += (shake * np.random.default_rng(seed).normal(size=model.theta.shape)).astype(model.theta.dtype)
    return model


def linear(**hyperparameters):
    return make(hidden_dims=(), sigma2=SIGMA2, prior_mean=PRIOR_MEAN, prior_logvar=PRIOR_LOGVAR, **hyperparameters)


def marginal(model):
    """Mean and covariance of p(x) of a linear model."""
    W, b = model.params["decoder.0.W"], model.params["decoder.0.b"]
    return PRIOR_MEAN @ W + b, (W.T * np.exp(PRIOR_LOGVAR)) @ W + SIGMA2 * np.eye(W.shape[1])


def log_density(x, mean, covariance):
    r = x - mean
    return -0.5 * (len(mean) * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1]
                   + np.sum(r @ np.linalg.inv(covariance) * r, axis=1))


def exact_elbo(model, x):
    """E_q log p(x|z) - KL(q || prior) of a linear model with diagonal q, written out."""
    p = model.params
    mu, v = x @ p["encoder.mu.W"] + p["encoder.mu.b"], np.exp(x @ p["encoder.logvar.W"] + p["encoder.logvar.b"])
    W, n = p["decoder.0.W"], x.shape[1]
    expected_error = np.sum((x - mu @ W - p["decoder.0.b"]) ** 2, axis=1) + v @ np.sum(W ** 2, axis=1)
    s = np.exp(PRIOR_LOGVAR)
    kl = 0.5 * np.sum(v / s + (mu - PRIOR_MEAN) ** 2 / s - 1 - np.log(v / s), axis=1)
    return -0.5 * n * np.log(2 * np.pi * SIGMA2) - expected_error / (2 * SIGMA2) - kl


def normal(*shape, seed=0):
    """The same numbers in every test, whichever are run."""
    return np.random.default_rng(seed).normal(size=shape)


X = normal(6, 3)


# ---- codes and distributions ----------------------------------------------------------------------------------------------

def test_encoder_distribution_is_that_of_the_heads():
    model = make()
    p = model.params
    h = np.tanh(X @ p["encoder.0.W"] + p["encoder.0.b"])
    mu, logvar = (h @ p[f"encoder.{head}.W"] + p[f"encoder.{head}.b"] for head in ("mu", "logvar"))
    q = model.encoder_distribution(X)
    np.testing.assert_allclose(q.mean, mu, atol=1e-14)
    np.testing.assert_array_equal(model.transform(X), q.mean)
    z = normal(*mu.shape, seed=3)
    expected = -0.5 * np.sum(np.log(2 * np.pi) + logvar + (z - mu) ** 2 / np.exp(logvar), axis=1)
    np.testing.assert_allclose(q.log_prob(z), expected, rtol=1e-13)


@pytest.mark.parametrize("covariance", ["diagonal", "full"])
def test_encoder_distribution_samples(covariance):
    """1e5 draws for one input: mean and covariance within four standard errors."""
    model = make(covariance=covariance)
    q = model._encode(model.params, X[:1])[2]
    L = np.diag(np.exp(q["logvar"][0] / 2))
    if covariance == "full":
        L[1, 0] = q["lower"][0, 0]
        assert abs(L[1, 0]) > 0.05
    exact, N = L @ L.T, 100_000
    z = model.encoder_distribution(np.repeat(X[:1], N, axis=0)).sample(4)
    assert np.all(np.abs(z.mean(axis=0) - q["mu"][0]) < 4 * np.sqrt(np.diag(exact) / N))
    spread = np.sqrt((np.outer(np.diag(exact), np.diag(exact)) + exact ** 2) / N)
    assert np.all(np.abs(np.cov(z.T) - exact) < 4 * spread)
    r = z[:5] - q["mu"][0]
    expected = -np.log(2 * np.pi) - 0.5 * np.linalg.slogdet(exact)[1] - 0.5 * np.sum(r @ np.linalg.inv(exact) * r, axis=1)
    np.testing.assert_allclose(model.encoder_distribution(np.repeat(X[:1], 5, axis=0)).log_prob(z[:5]), expected, rtol=1e-12)


def decoder_output(model, z):
    """The decoder's output before the likelihood reads it."""
    p = model.params
    return np.tanh(z @ p["decoder.0.W"] + p["decoder.0.b"]) @ p["decoder.1.W"] + p["decoder.1.b"]


def test_decoder_distributions():
    """p(x|z) by hand for every likelihood; inverse_transform is its mean, samples have its moments."""
    z, x = normal(5, 2), np.random.default_rng(6).uniform(0.1, 0.9, (5, 3))
    for likelihood in ("gaussian", "laplace", "bernoulli", "continuous_bernoulli"):
        model = make(likelihood=likelihood, sigma2=0.7)
        o = decoder_output(model, z)
        bits = (x > 0.5).astype(float)
        p = 1 / (1 + np.exp(-o))
        b = np.sqrt(0.7 / 2)
        expected = {"gaussian": -0.5 * (np.log(2 * np.pi * 0.7) + (x - o) ** 2 / 0.7),
                    "laplace": -np.log(2 * b) - np.abs(x - o) / b,
                    "bernoulli": bits * np.log(p) + (1 - bits) * np.log(1 - p),
                    "continuous_bernoulli": x * o + np.log(o / (np.exp(o) - 1))}[likelihood]
        distribution = model.decoder_distribution(z)
        np.testing.assert_allclose(distribution.log_prob(bits if likelihood == "bernoulli" else x), expected.sum(axis=1),
                                   rtol=1e-10)
        np.testing.assert_array_equal(model.inverse_transform(z), distribution.mean)
        N = 100_000
        draws = model.decoder_distribution(np.repeat(z[:1], N, axis=0)).sample(5)
        variance = {"gaussian": 0.7, "laplace": 0.7}.get(likelihood, np.var(draws, axis=0))
        assert np.all(np.abs(draws.mean(axis=0) - distribution.mean[0]) < 4 * np.sqrt(variance / N))
        if likelihood in ("gaussian", "laplace"):       # Var(x^2) is 2 or 5 times the squared variance
            spread = 0.7 * np.sqrt({"gaussian": 2, "laplace": 5}[likelihood] / N)
            assert np.all(np.abs(np.var(draws, axis=0) - 0.7) < 4 * spread)


def test_a_variance_per_example_depends_on_the_code():
    model = make(sigma2="per_example")
    p, z = model.params, normal(4, 2)
    h = np.tanh(z @ p["decoder.0.W"] + p["decoder.0.b"])
    variance = 1e-6 * (1 + np.exp(h @ p["decoder.logvar.W"] + p["decoder.logvar.b"]))       # exp(floor + softplus)
    np.testing.assert_allclose(np.exp(model.decoder_distribution(z).logvar), variance, rtol=1e-10)
    assert variance.std(axis=0).min() > 1e-3


def test_jacobian_against_central_differences():
    for hidden in ((), (4, 3)):
        model, h = make(hidden_dims=hidden), 1e-5
        columns = [(model.transform(X + h * e) - model.transform(X - h * e)) / (2 * h) for e in np.eye(3)]
        numerical = np.stack(columns, axis=2)
        assert model.jacobian(X).shape == (6, 2, 3)
        assert relative_error(model.jacobian(X), numerical) < 1e-8


# ---- bounds -------------------------------------------------------------------------------------------------------------

def test_elbo_is_an_unbiased_estimate_of_the_bound():
    model = linear()
    draws = model.elbo(np.repeat(X[:1], 20_000, axis=0), random_state=0)
    assert abs(draws.mean() - exact_elbo(model, X[:1])[0]) < 4 * draws.std() / np.sqrt(len(draws))
    fewer = model.elbo(np.repeat(X[:1], 2_000, axis=0), n_samples=10, random_state=0)
    assert abs(fewer.mean() - exact_elbo(model, X[:1])[0]) < 4 * fewer.std() / np.sqrt(len(fewer))
    assert 8 < draws.var() / fewer.var() < 12.5           # ten samples, a tenth of the variance


def test_elbo_does_not_depend_on_the_training_objective():
    """beta, the form of the KL, free bits and importance weighting change training, not the bound."""
    plain = linear().elbo(X, 3, 0)
    for other in ({"beta": 7.0}, {"kl": "sampled"}, {"free_bits": 0.5}, {"objective": "iwae"}, {"weight_decay": 1.0}):
        np.testing.assert_array_equal(linear(**other).elbo(X, 3, 0), plain)


def test_elbo_is_below_the_log_likelihood():
    model = make(sigma2=0.2)
    x = np.tile(X, (50, 1))
    bound, estimate = model.elbo(x, 20, 0).mean(), model.log_likelihood(x, 500, 0)[0].mean()
    assert bound < estimate - 0.01
    model = linear()
    assert exact_elbo(model, X).mean() < log_density(X, *marginal(model)).mean()


def test_score_is_deterministic_and_near_the_bound():
    model = linear()
    np.testing.assert_array_equal(model.score_samples(X), model.score_samples(X))
    assert model.score(X) == pytest.approx(model.score_samples(X).mean(), rel=1e-12)
    wide = linear()
    wide.params["encoder.logvar.b"] = np.full(2, -8.0)         # little noise: 16 fixed draws are as good as the expectation
    assert abs(wide.score(X) - wide.elbo(X, 2000, 0).mean()) < 0.1
    assert abs(wide.score(X) - exact_elbo(wide, X).mean()) < 0.1
    assert abs(model.score(X) - exact_elbo(model, X).mean()) > 1e-6        # an estimate, not the expectation


def test_the_score_of_a_row_does_not_depend_on_the_others():
    model, x = make(), normal(700, 3)        # more than one piece
    assert len(x) * evidence.SCORE_SAMPLES > evidence.ROWS
    scores, order = model.score_samples(x), np.random.default_rng(1).permutation(len(x))
    np.testing.assert_allclose(model.score_samples(x[order]), scores[order], rtol=1e-12)
    np.testing.assert_allclose(model.score_samples(x[5:6]), scores[5:6], rtol=1e-12)
    equal = model.score_samples(np.repeat(x[:1], 4, axis=0))
    np.testing.assert_allclose(equal, equal[0], rtol=1e-13)


# ---- likelihoods ----------------------------------------------------------------------------------------------------------

def importance_estimate(model, x, eps):
    """log 1/K sum p(x|z) p(z) / q(z|x) by plain exponentials, for one example."""
    z = model._posterior.sample(model._encode(model.params, x)[2], eps)[0]
    repeated = np.repeat(x, len(z), axis=0)
    log_p = model.decoder_distribution(z).log_prob(repeated)
    prior = np.sum(-0.5 * (np.log(2 * np.pi) + PRIOR_LOGVAR + (z - PRIOR_MEAN) ** 2 / np.exp(PRIOR_LOGVAR)), axis=1)
    w = np.exp(log_p + prior - model.encoder_distribution(repeated).log_prob(z))
    return np.log(w.mean()), w.std(ddof=1) / w.mean() / np.sqrt(len(w))


@pytest.mark.parametrize("covariance", ["diagonal", "full"])
def test_log_likelihood_by_hand(covariance):
    """The estimate and its standard error, from the same draws and the distributions' own log_prob."""
    model = make(covariance=covariance, prior_mean=PRIOR_MEAN, prior_logvar=PRIOR_LOGVAR, likelihood="laplace", sigma2=0.5)
    estimate, error = model.log_likelihood(X[:1], 40, 9)
    eps = np.random.default_rng(9).standard_normal((1, 40, 2))
    np.testing.assert_allclose((estimate[0], error[0]), importance_estimate(model, X[:1], eps), rtol=1e-11)


def test_log_likelihood_converges_to_the_exact_one():
    """With q wider than the posterior: from a narrower one the weights have heavy tails and no honest standard error."""
    model = linear()
    model.params["encoder.logvar.W"], model.params["encoder.logvar.b"] = np.zeros((3, 2)), np.zeros(2)
    estimate, error = model.log_likelihood(X, 20_000, 0)
    assert np.all(error < 0.1) and np.all(np.abs(estimate - log_density(X, *marginal(model))) < 3 * error)


def test_the_standard_error_is_the_spread_of_repetitions():
    model = linear()
    estimate, error = model.log_likelihood(np.repeat(X[:1], 2000, axis=0), 400, 0)
    assert 0.8 < estimate.std() / np.sqrt(np.mean(error ** 2)) < 1.25


def test_log_likelihood_does_not_depend_on_the_pieces(monkeypatch):
    """Neither on the block size nor on the rows that follow: the noise comes example by example."""
    model = make()
    whole = model.log_likelihood(X, 50, 7)
    np.testing.assert_allclose(model.log_likelihood(X[:2], 50, 7), [part[:2] for part in whole], rtol=1e-11)
    for rows in (1, 7, 49, 50, 51, 120, 10_000):
        monkeypatch.setattr(evidence, "ROWS", rows)
        np.testing.assert_allclose(model.log_likelihood(X, 50, 7), whole, rtol=1e-11)


def test_elbo_does_not_depend_on_the_pieces(monkeypatch):
    model = make()
    bound, score = model.elbo(X, 5, 7), model.score_samples(X)
    for rows in (1, 12, 10_000):
        monkeypatch.setattr(evidence, "ROWS", rows)
        np.testing.assert_allclose(model.elbo(X, 5, 7), bound, rtol=1e-12)
        np.testing.assert_allclose(model.score_samples(X), score, rtol=1e-12)


def test_memory_does_not_grow_with_the_samples_or_the_examples():
    """All decoder outputs at once would take 200 * 1000 * 50 * 8 = 80 MB, the pieces some 1.6 MB each."""
    model = make(n=50)
    x = normal(200, 50)
    model.log_likelihood(x[:2], 10, 0)
    peaks = {}
    for rows, samples in ((200, 1000), (2, 60_000), (20, 1000)):
        tracemalloc.start()
        model.log_likelihood(x[:rows], samples, 0)
        peaks[rows] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert max(peaks.values()) < 25e6 and peaks[200] < 1.2 * peaks[20] + 1e6


def test_a_single_sample_has_no_standard_error():
    model = make()
    estimate, error = model.log_likelihood(X, 1, 0)
    assert np.all(np.isfinite(estimate)) and np.all(error == np.inf)


def test_weights_that_underflow():
    """log w of -1e5 everywhere: plain exponentials would give log 0."""
    state = evidence._LogMean(2)
    log_w = np.array([[-1e5, -1e5 + np.log(3)], [1e5, 1e5 - 800.0]])
    for column in (log_w[:, :1], log_w[:, 1:]):
        state.add(column)
    np.testing.assert_allclose(state.value(), [-1e5 + np.log(2), 1e5 - np.log(2)], rtol=1e-15)
    np.testing.assert_allclose(state.standard_error(), [0.5, 1.0], rtol=1e-8)      # w = 1, 3 and w = 1, 0
    far = 1e3 * np.ones((1, 3))
    assert np.all(np.isfinite(make(sigma2=0.01).log_likelihood(far, 20, 0)[0]))


# ---- generation -----------------------------------------------------------------------------------------------------------

def test_samples_have_the_moments_of_the_marginal():
    """SEEDS 3.6, training against inference: mean and covariance within four standard errors of the exact p(x)."""
    model = linear()
    x, N = model.sample(100_000, 0), 100_000
    mean, S = marginal(model)
    assert np.all(np.abs(x.mean(axis=0) - mean) < 4 * np.sqrt(np.diag(S) / N))
    spread = np.sqrt((np.outer(np.diag(S), np.diag(S)) + S ** 2) / N)
    assert np.all(np.abs(np.cov(x.T) - S) < 4 * spread)
    means = model.sample(N, 0, mean=True)
    signal = S - SIGMA2 * np.eye(3)
    spread = np.sqrt((np.outer(np.diag(signal), np.diag(signal)) + signal ** 2) / N)
    assert np.all(np.abs(np.cov(means.T) - signal) < 4 * spread)


def test_the_prior_is_the_one_given():
    z = linear().sample_prior(100_000, 0)
    assert np.all(np.abs(z.mean(axis=0) - PRIOR_MEAN) < 4 * np.sqrt(np.exp(PRIOR_LOGVAR) / len(z)))
    assert np.all(np.abs(z.var(axis=0) - np.exp(PRIOR_LOGVAR)) < 4 * np.exp(PRIOR_LOGVAR) * np.sqrt(2 / len(z)))


def test_generation_is_reproducible_and_refuses_nonsense():
    model = make(likelihood="bernoulli")
    np.testing.assert_array_equal(model.sample(5, 3), model.sample(5, 3))
    assert np.any(model.sample(50, 3) != model.sample(50, 4)) and set(np.unique(model.sample(50, 0))) == {0.0, 1.0}
    rng = np.random.default_rng(3)
    np.testing.assert_array_equal(model.sample(5, rng), model.sample(5, 3))
    assert np.any(model.sample(50, rng) != model.sample(50, 3))            # a Generator moves on
    with pytest.raises(ValueError, match="n must be an integer of at least 1, got 0"):
        model.sample(0)
    with pytest.raises(TypeError, match="n must be an integer"):
        model.sample(2.0)


# ---- shapes, dtypes, bad input -------------------------------------------------------------------------------------------

def test_float32_stays_float32():
    model = make(dtype="float32", prior_mean=PRIOR_MEAN, prior_logvar=PRIOR_LOGVAR)
    single = [model.transform(X), model.inverse_transform(model.transform(X)), model.elbo(X), model.score_samples(X),
              model.sample(3, 0), model.sample_prior(3, 0), model.jacobian(X), model.encoder_distribution(X).sample(0)]
    assert {array.dtype for array in single} == {np.dtype("float32")}
    reference = make(prior_mean=PRIOR_MEAN, prior_logvar=PRIOR_LOGVAR)
    np.testing.assert_allclose(model.log_likelihood(X, 30, 0)[0], reference.log_likelihood(X, 30, 0)[0], rtol=1e-4)


CALLS = {"elbo": (3,), "score_samples": (3,), "log_likelihood": (3,), "transform": (3,), "encoder_distribution": (3,),
         "jacobian": (3,), "inverse_transform": (2,), "decoder_distribution": (2,)}


@pytest.mark.parametrize("method", [*CALLS, "sample", "sample_prior"])
def test_before_fit(method):
    argument = np.zeros((1, *CALLS[method])) if method in CALLS else 1
    with pytest.raises(ValueError, match="not fitted yet"):
        getattr(VariationalAutoencoder(), method)(argument)


@pytest.mark.parametrize("method", CALLS)
def test_wrong_widths_are_named(method):
    with pytest.raises(ValueError, match=rf"{'Z' if CALLS[method] == (2,) else 'X'} has 7 features, .*expect"):
        getattr(make(), method)(np.zeros((1, 7)))


@pytest.mark.parametrize("method", ["elbo", "log_likelihood"])
def test_the_number_of_samples_is_checked(method):
    with pytest.raises(ValueError, match="n_samples must be an integer of at least 1, got 0"):
        getattr(make(), method)(X, 0)


@pytest.mark.parametrize("method", ["elbo", "log_likelihood", "score_samples"])
def test_data_outside_the_support(method):
    for likelihood in ("bernoulli", "continuous_bernoulli"):
        with pytest.raises(ValueError, match=rf"X must lie in \[0, 1\] for likelihood='{likelihood}'"):
            getattr(make(likelihood=likelihood), method)(X)
    with pytest.warns(UserWarning, match="its ELBO no bound; likelihood='continuous_bernoulli'"):
        getattr(make(likelihood="bernoulli"), method)(np.full((1, 3), 0.5))
