"""The variational autoencoder: what it refuses, what its loss is, how it trains, what it remembers."""

import copy
import pickle
import warnings

import numpy as np
import pytest

from npae import L1Sparsity, VariationalAutoencoder, load, load_digits
from npae.corruption import GaussianNoise
from npae.gradcheck import relative_error
from npae.models.variational import LOG_VARIANCE_FLOOR
from npae.models.variational_checks import NOT_FOR_US

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 5))
GRAY = RNG.uniform(0.05, 0.95, (6, 5))
BITS = (GRAY > 0.5).astype(float)
SMALL = {"latent_dim": 2, "hidden_dims": (4,), "activation": "tanh", "dtype": "float64", "random_state": 0}
VARIANTS = {        # hyperparameters and the data that suit them
    "plain": ({}, X),
    "deep, two samples, decay": ({"hidden_dims": (4, 3), "n_samples": 2, "weight_decay": 0.1}, X),
    "linear, shared variance": ({"hidden_dims": (), "sigma2": "shared"}, X),
    "variance per feature, laplace": ({"sigma2": "per_feature", "likelihood": "laplace"}, X),
    "variance per example": ({"sigma2": "per_example"}, X),
    "bernoulli": ({"likelihood": "bernoulli"}, BITS),
    "continuous bernoulli": ({"likelihood": "continuous_bernoulli"}, GRAY),
    "full, priors as arrays": ({"covariance": "full", "prior_mean": np.array([0.3, -0.2]),
                                "prior_logvar": np.array([0.1, 0.4])}, X),
    "sampled, warm-up": ({"kl": "sampled", "beta_warmup": 5, "beta": 2.0}, X),
    "free bits": ({"free_bits": 0.1}, X),
    "iwae": ({"objective": "iwae", "n_samples": 3, "sigma2": 0.3}, X),
}
each_variant = pytest.mark.parametrize("name", VARIANTS)


def make(n=5, shake=0.3, **hyperparameters):
    """A model with every parameter off zero."""
    model = VariationalAutoencoder(**{**SMALL, **hyperparameters}).initialize(n)
    model.theta[...] += (shake * np.random.default_rng(1).normal(size=model.theta.shape)).astype(model.theta.dtype)
    return model


def trained(name, **overrides):
    """A variant after three epochs, which may end in a collapsed posterior."""
    hyperparameters, x = VARIANTS[name]
    model = VariationalAutoencoder(**{**SMALL, **hyperparameters, "epochs": 3, "batch_size": 4, "learning_rate": 0.05,
                                      **overrides})
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="the posterior has collapsed")
        return model.fit(np.tile(x, (3, 1))), x


def noise_for(model, x, seed=2):
    return model.draw_noise(x, np.random.default_rng(seed))


# ---- hyperparameters ------------------------------------------------------------------------------------------------------

FOREIGN = {"loss": ("mae", "choose it with likelihood="),
           "output_activation": ("sigmoid", "how the decoder's output is read"),
           "latent_activation": ("tanh", "have no activation"), "tied": (True, "its transpose is no decoder"),
           "corruption": (GaussianNoise(0.1), "use DenoisingAutoencoder"),
           "penalties": ([L1Sparsity(0.1)], r"use Autoencoder\(penalties=")}


def test_every_foreign_hyperparameter_is_tested():
    assert FOREIGN.keys() == NOT_FOR_US.keys()


@pytest.mark.parametrize("name", FOREIGN)
def test_what_belongs_to_other_models_is_refused_with_the_reason(name):
    value, reason = FOREIGN[name]
    with pytest.raises(ValueError, match=f"VariationalAutoencoder does not take {name}=.*{reason}"):
        VariationalAutoencoder(**{name: value}).initialize(3)


def test_neutral_values_of_foreign_hyperparameters_are_accepted():
    VariationalAutoencoder(**{name: neutral for name, (neutral, _) in NOT_FOR_US.items()}).initialize(3)
    VariationalAutoencoder(penalties=[]).initialize(3)


REFUSED = [
    ({"latent_dim": 0}, ValueError, "latent_dim must be an integer of at least 1, got 0"),
    ({"beta": -0.1}, ValueError, "beta must be a finite number in \\[0, inf\\), got -0.1"),
    ({"beta": np.nan}, ValueError, "beta must be a finite number"),
    ({"beta": "one"}, TypeError, "beta must be a number, got 'one'"),
    ({"likelihood": "poisson"}, ValueError, "likelihood must be one of 'gaussian', 'laplace', .* got 'poisson'"),
    ({"sigma2": 0}, ValueError, "sigma2 must be a finite number in \\(0, inf\\), got 0"),
    ({"sigma2": -1.0}, ValueError, "sigma2 must be"),
    ({"sigma2": np.inf}, ValueError, "sigma2 must be a finite number"),
    ({"sigma2": None}, TypeError, "sigma2 must be a number, got None"),
    ({"sigma2": "learned"}, ValueError, "sigma2 .learned. must be one of 'shared', .* got 'learned'"),
    ({"sigma2": "shared", "likelihood": "bernoulli"}, ValueError, "the likelihood 'bernoulli' has no variance to learn"),
    ({"sigma2": "per_example", "likelihood": "continuous_bernoulli"}, ValueError, "has no variance to learn"),
    ({"n_samples": 0}, ValueError, "n_samples must be an integer of at least 1, got 0"),
    ({"n_samples": 1.5}, TypeError, "n_samples must be an integer"),
    ({"covariance": "banded"}, ValueError, "covariance must be one of 'diagonal', 'full', got 'banded'"),
    ({"kl": "reverse"}, ValueError, "kl must be one of 'exact', 'sampled', got 'reverse'"),
    ({"objective": "map"}, ValueError, "objective must be one of 'elbo', 'iwae', got 'map'"),
    ({"free_bits": -1.0}, ValueError, "free_bits must be a finite number"),
    ({"free_bits": 0.1, "kl": "sampled"}, ValueError, "free_bits needs the closed form per unit: kl='exact'"),
    ({"beta_warmup": -1}, ValueError, "beta_warmup must be an integer of at least 0"),
    ({"beta_warmup": 0.5}, TypeError, "beta_warmup must be an integer"),
    ({"objective": "iwae", "beta": 2.0}, ValueError, "objective='iwae' is a bound on log p.x.: it needs beta=1"),
    ({"objective": "iwae", "free_bits": 0.1}, ValueError, "needs beta=1, free_bits=0 and beta_warmup=0"),
    ({"objective": "iwae", "beta_warmup": 3}, ValueError, "needs beta=1, free_bits=0 and beta_warmup=0"),
    ({"prior_mean": (0.0, 0.0, 0.0)}, ValueError, "prior_mean must be a finite number or 2 of them"),
    ({"prior_mean": "zero"}, ValueError, "prior_mean must be a finite number or 2 of them, got 'zero'"),
    ({"prior_mean": [[0.0], [0.0, 1.0]]}, ValueError, "prior_mean must be a finite number or 2"),
    ({"prior_logvar": np.zeros((1, 2))}, ValueError, "prior_logvar must be a finite number or 2"),
    ({"prior_logvar": np.nan}, ValueError, "prior_logvar must be a finite number"),
    ({"optimizer": "lbfgs"}, ValueError, "optimizer='lbfgs' needs a loss without noise"),
]


@pytest.mark.parametrize("hyperparameters, error, message", REFUSED, ids=[str(case[0]) for case in REFUSED])
def test_refusals(hyperparameters, error, message):
    with pytest.raises(error, match=message):
        VariationalAutoencoder(**hyperparameters).fit(X)


# ---- parameters -----------------------------------------------------------------------------------------------------------

HEADS = {"encoder.mu.W": (4, 2), "encoder.mu.b": (2,), "encoder.logvar.W": (4, 2), "encoder.logvar.b": (2,)}
PLAIN = {"encoder.0.W": (5, 4), "encoder.0.b": (4,), **HEADS,
         "decoder.0.W": (2, 4), "decoder.0.b": (4,), "decoder.1.W": (4, 5), "decoder.1.b": (5,)}


def test_parameter_names_and_shapes():
    assert make().params.shapes == PLAIN
    assert make(sigma2="shared").params.shapes == {**PLAIN, "log_sigma2": ()}
    assert make(sigma2="per_feature").params.shapes == {**PLAIN, "log_sigma2": (5,)}
    assert make(sigma2="per_example").params.shapes == {**PLAIN, "decoder.logvar.W": (4, 5), "decoder.logvar.b": (5,)}
    lower = {"encoder.lower.W": (4, 3), "encoder.lower.b": (3,)}
    assert make(covariance="full", latent_dim=3).params.shapes.items() >= lower.items()
    linear = {"encoder.mu.W": (5, 2), "encoder.mu.b": (2,), "encoder.logvar.W": (5, 2), "encoder.logvar.b": (2,),
              "decoder.0.W": (2, 5), "decoder.0.b": (5,)}
    assert make(hidden_dims=()).params.shapes == linear
    deep = make(hidden_dims=(4, 3)).params.shapes
    assert deep["encoder.1.W"] == (4, 3) and deep["encoder.mu.W"] == (3, 2) and deep["decoder.2.W"] == (4, 5)


def test_a_learned_variance_starts_at_one():
    assert VariationalAutoencoder(**SMALL, sigma2="shared").initialize(5).params["log_sigma2"] == 0
    model = VariationalAutoencoder(**SMALL, sigma2="per_example").initialize(5)
    model.params["decoder.logvar.W"] = np.zeros((4, 5))
    np.testing.assert_allclose(model.decoder_distribution(X[:3, :2]).logvar, 0, atol=1e-5)


# ---- the loss: what it is -------------------------------------------------------------------------------------------------

@each_variant
def test_terms_add_up_and_gradients_have_the_shapes(name):
    hyperparameters, x = VARIANTS[name]
    model = make(**hyperparameters)
    terms, grads = model.loss_and_gradients(x, noise=noise_for(model, x))
    assert terms["loss"] == pytest.approx(sum(value for term, value in terms.items() if term != "loss"), abs=1e-12)
    extra = {"weight_decay"} if model.weight_decay else {"importance"} if model.objective == "iwae" else set()
    assert set(terms) == {"loss", "reconstruction", "kl"} | extra
    assert grads.shapes == model.params.shapes and np.all(np.isfinite(grads.theta))
    assert all(np.abs(grads[part]).max() > 1e-8 for part in grads)


@each_variant
def test_float32_stays_float32(name):
    hyperparameters, x = VARIANTS[name]
    single, double = make(**hyperparameters, dtype="float32", shake=0), make(**hyperparameters, shake=0)
    double.theta[...] = single.theta
    noise = noise_for(single, x)
    assert noise["eps"].dtype == np.float32
    terms, grads = single.loss_and_gradients(x, noise=noise)
    reference, exact = double.loss_and_gradients(x.astype(np.float32), noise={"eps": noise["eps"].astype(float)})
    assert {np.asarray(value).dtype for value in terms.values()} == {np.dtype("float32")} and grads.dtype == np.float32
    assert terms["loss"] == pytest.approx(reference["loss"], rel=1e-5)
    assert relative_error(grads.theta.astype(float), exact.theta) < 1e-4


@each_variant
def test_the_loss_is_pure(name):
    model, x = trained(name)
    before, state = model.theta.copy(), copy.deepcopy(model._state)
    noise = noise_for(model, x)
    first, grads = model.loss_and_gradients(x, noise=noise)
    kept = grads.theta.copy()
    second, again = model.loss_and_gradients(x, noise=noise)
    assert first == second and not np.shares_memory(grads.theta, again.theta)
    np.testing.assert_array_equal(again.theta, kept)
    np.testing.assert_array_equal(model.theta, before)
    assert model._state == state


@pytest.mark.parametrize("name", ["plain", "linear, shared variance", "variance per feature, laplace", "bernoulli",
                                  "variance per example", "continuous bernoulli", "full, priors as arrays"])
def test_the_loss_in_terms_of_the_distributions(name):
    """Reconstruction: -log p(x|z) of decoder_distribution at the sample; kl: its sampled form, averaged, is the term."""
    hyperparameters, x = VARIANTS[name]
    model = make(**hyperparameters, beta=0.7)
    noise = noise_for(model, x)
    q = model._encode(model.params, x)[2]
    z = model._posterior.sample(q, noise["eps"])[:, 0]
    terms = model.loss_and_gradients(x, noise=noise)[0]
    assert terms["reconstruction"] == pytest.approx(-model.decoder_distribution(z).log_prob(x).mean(), rel=1e-12)
    S = np.stack([np.diag(np.exp(row)) for row in q["logvar"]])
    if model.covariance == "full":
        L = np.stack([np.diag(np.exp(row / 2)) for row in q["logvar"]])
        L[:, 1, 0] = q["lower"][:, 0]
        S = L @ np.swapaxes(L, 1, 2)
    precision, r = np.diag(np.exp(-np.broadcast_to(model.prior_logvar, 2))), q["mu"] - model.prior_mean
    kl = [0.5 * (np.trace(precision @ s) + d @ precision @ d - 2 - np.linalg.slogdet(precision @ s)[1])
          for s, d in zip(S, r)]
    assert terms["kl"] == pytest.approx(0.7 * np.mean(kl), rel=1e-12) and min(kl) >= 0


def test_sampled_kl_has_the_mean_of_the_exact_one():
    """Over +-sqrt(2) e_j the average of a quadratic is its expectation: value and gradient agree to rounding."""
    points = np.sqrt(2) * np.vstack([np.eye(2), -np.eye(2)])
    noise = {"eps": np.broadcast_to(points, (6, 4, 2))}
    for covariance in ("diagonal", "full"):
        shared = {"hidden_dims": (), "covariance": covariance, "prior_mean": 0.4, "prior_logvar": -0.3, "beta": 1.7}
        exact, d_exact = make(**shared).loss_and_gradients(X, noise=noise)
        sampled, d_sampled = make(**shared, kl="sampled").loss_and_gradients(X, noise=noise)
        assert sampled["kl"] == pytest.approx(exact["kl"], rel=1e-12)
        np.testing.assert_allclose(d_sampled.theta, d_exact.theta, atol=1e-12)
        drawn = make(**shared, kl="sampled").loss_and_gradients(X, np.random.default_rng(0))[0]
        assert abs(drawn["kl"] - exact["kl"]) > 1e-3


def test_several_samples_are_averaged():
    for kl in ("exact", "sampled"):
        model = make(n_samples=3, kl=kl)
        noise = noise_for(model, X)["eps"]
        terms, grads = model.loss_and_gradients(X, noise={"eps": noise})
        single = [model.loss_and_gradients(X, noise={"eps": noise[:, s:s + 1]}) for s in range(3)]
        assert terms["loss"] == pytest.approx(np.mean([one["loss"] for one, _ in single]), rel=1e-13)
        np.testing.assert_allclose(grads.theta, np.mean([one.theta for _, one in single], axis=0), atol=1e-13)


def test_iwae_is_minus_the_log_mean_weight():
    """And its gradient weighs the samples' gradients by their share in the sum."""
    model = make(objective="iwae", n_samples=4, sigma2=0.5)
    eps = noise_for(model, X[:1])["eps"]
    terms, grads = model.loss_and_gradients(X[:1], noise={"eps": eps})
    one = make(kl="sampled", sigma2=0.5)
    single = [one.loss_and_gradients(X[:1], noise={"eps": eps[:, s:s + 1]}) for s in range(4)]
    log_w = -np.array([t["loss"] for t, _ in single])
    assert terms["loss"] == pytest.approx(-np.log(np.mean(np.exp(log_w))), rel=1e-12)
    share = np.exp(log_w) / np.exp(log_w).sum()
    expected = sum(v * g.theta for v, (_, g) in zip(share, single))
    np.testing.assert_allclose(grads.theta, expected, atol=1e-12)
    assert share.max() > 0.4 and terms["loss"] < -log_w.mean()          # a tighter bound than the mean of the logarithms


def test_iwae_with_weights_that_underflow():
    model = make(objective="iwae", n_samples=3, sigma2=1e-6)
    terms, grads = model.loss_and_gradients(X, noise=noise_for(model, X))
    assert all(np.isfinite(value) for value in terms.values()) and np.all(np.isfinite(grads.theta))


def test_full_covariance_without_a_lower_head_is_the_diagonal_one():
    diagonal, full = make(), make(covariance="full")
    for name in full.params:
        full.params[name] = diagonal.params[name] if name in diagonal.params else np.zeros(full.params[name].shape)
    noise = noise_for(diagonal, X)
    (plain, d_plain), (wide, d_wide) = (model.loss_and_gradients(X, noise=noise) for model in (diagonal, full))
    assert wide["loss"] == pytest.approx(plain["loss"], rel=1e-14)
    for name in d_plain:
        np.testing.assert_allclose(d_wide[name], d_plain[name], atol=1e-14)
    assert np.abs(d_wide["encoder.lower.b"]).max() > 1e-3


def test_beta_multiplies_the_divergence_and_nothing_else():
    noise = noise_for(make(), X)
    one, two, none = (make(beta=beta).loss_and_gradients(X, noise=noise) for beta in (1.0, 2.0, 0.0))
    assert two[0]["kl"] == pytest.approx(2 * one[0]["kl"], rel=1e-14) and none[0]["kl"] == 0
    assert one[0]["reconstruction"] == two[0]["reconstruction"] == none[0]["reconstruction"]
    np.testing.assert_allclose(two[1].theta - one[1].theta, one[1].theta - none[1].theta, atol=1e-13)
    assert np.all(none[1]["decoder.1.W"] == two[1]["decoder.1.W"])


def test_weight_decay():
    noise = noise_for(make(), X)
    terms, grads = make(weight_decay=0.1).loss_and_gradients(X, noise=noise)
    d_plain = make().loss_and_gradients(X, noise=noise)[1]
    weights = [value for name, value in make().params.items() if name.endswith(".W")]
    assert terms["weight_decay"] == pytest.approx(0.1 * sum(np.sum(W ** 2) for W in weights), rel=1e-12)
    pull = grads["encoder.mu.W"] - d_plain["encoder.mu.W"]
    np.testing.assert_allclose(pull, 0.2 * make().params["encoder.mu.W"], atol=1e-14)
    np.testing.assert_array_equal(grads["encoder.mu.b"], d_plain["encoder.mu.b"])


def test_free_bits():
    """A unit below has no KL gradient and counts as the threshold; one above is as if there were none."""
    model = make(beta=1.5)
    per_unit = model._posterior.kl_entries(model._encode(model.params, X)[2]).mean(axis=0)
    low, high = np.argsort(per_unit)
    threshold = float(per_unit.mean())
    noise = noise_for(model, X)
    (plain, d_plain), (none, d_none), (bits, d_bits) = (
        make(**other).loss_and_gradients(X, noise=noise)
        for other in ({"beta": 1.5}, {"beta": 0.0}, {"beta": 1.5, "free_bits": threshold}))
    assert bits["kl"] == pytest.approx(1.5 * (threshold + per_unit[high]), rel=1e-12)
    assert none["kl"] == 0 and plain["kl"] == pytest.approx(1.5 * per_unit.sum(), rel=1e-12)
    for name in ("encoder.mu.W", "encoder.mu.b", "encoder.logvar.W", "encoder.logvar.b"):
        np.testing.assert_allclose(d_bits[name][..., low], d_none[name][..., low], atol=1e-14)
        np.testing.assert_allclose(d_bits[name][..., high], d_plain[name][..., high], atol=1e-14)
        assert np.abs(d_plain[name][..., low] - d_none[name][..., low]).max() > 1e-6
    all_below = make(free_bits=100.0).loss_and_gradients(X, noise=noise)
    assert all_below[0]["kl"] == 200.0
    np.testing.assert_array_equal(all_below[1].theta, d_none.theta)


def test_noise():
    model = make(n_samples=3)
    with pytest.raises(ValueError, match="VariationalAutoencoder is noisy: pass noise="):
        model.loss_and_gradients(X)
    noise = noise_for(model, X)
    assert set(noise) == {"eps"} and noise["eps"].shape == (6, 3, 2)
    model.theta *= 2.0                                  # the draws do not depend on the parameters
    np.testing.assert_array_equal(noise_for(model, X)["eps"], noise["eps"])
    by_rng = model.loss_and_gradients(X, np.random.default_rng(2))[0]
    assert by_rng == model.loss_and_gradients(X, noise=noise)[0]


# ---- training -------------------------------------------------------------------------------------------------------------

def test_one_step_of_sgd_by_hand():
    """The algorithm of the 001 slide in seven steps, written with NumPy alone, gives the model's own step."""
    m, rate, model_rng, rng = len(X), 0.1, np.random.default_rng(5), np.random.default_rng(5)
    ours = VariationalAutoencoder(**{**SMALL, "random_state": model_rng}, optimizer="sgd", learning_rate=rate, epochs=1,
                                  batch_size=m).fit(X)
    p = dict(VariationalAutoencoder(**{**SMALL, "random_state": rng}).initialize(5).params)

    x = X[rng.permutation(m)]                                                   # 1 a batch of examples
    h = np.tanh(x @ p["encoder.0.W"] + p["encoder.0.b"])                        # 2 the encoder: mean and log-variance
    mu, logvar = h @ p["encoder.mu.W"] + p["encoder.mu.b"], h @ p["encoder.logvar.W"] + p["encoder.logvar.b"]
    eps = rng.standard_normal((m, 1, 2))[:, 0]                                  # 3 noise that depends on nothing
    std = np.exp(0.5 * logvar)
    z = mu + std * eps                                                          # 4 the sample
    g = np.tanh(z @ p["decoder.0.W"] + p["decoder.0.b"])                        # 5 the decoder
    o = g @ p["decoder.1.W"] + p["decoder.1.b"]
    d, do = {}, (o - x) / m                                                     # 6 the gradient of the bound
    d["decoder.1.W"], d["decoder.1.b"] = g.T @ do, do.sum(axis=0)
    da = do @ p["decoder.1.W"].T * (1 - g ** 2)
    d["decoder.0.W"], d["decoder.0.b"] = z.T @ da, da.sum(axis=0)
    dz = da @ p["decoder.0.W"].T
    dmu = dz + mu / m
    dlogvar = dz * eps * std / 2 + (np.exp(logvar) - 1) / (2 * m)
    d["encoder.mu.W"], d["encoder.mu.b"] = h.T @ dmu, dmu.sum(axis=0)
    d["encoder.logvar.W"], d["encoder.logvar.b"] = h.T @ dlogvar, dlogvar.sum(axis=0)
    da = (dmu @ p["encoder.mu.W"].T + dlogvar @ p["encoder.logvar.W"].T) * (1 - h ** 2)
    d["encoder.0.W"], d["encoder.0.b"] = x.T @ da, da.sum(axis=0)
    loss = np.sum(0.5 * (np.log(2 * np.pi) + (x - o) ** 2)) / m + np.sum(mu ** 2 + np.exp(logvar) - 1 - logvar) / (2 * m)

    assert ours.history_["loss"] == pytest.approx([loss], rel=1e-14)
    for name, value in p.items():                                               # 7 the step
        np.testing.assert_allclose(ours.params[name], value - rate * d[name], rtol=0, atol=1e-15, err_msg=name)
        assert np.abs(d[name]).max() > 1e-4


def test_training_raises_the_bound_on_digits():
    x = load_digits().X_train[:300]
    model = VariationalAutoencoder(latent_dim=8, hidden_dims=(32,), likelihood="continuous_bernoulli", epochs=30,
                                   learning_rate=5e-3, batch_size=50, random_state=0)
    start = model.initialize(x.shape[1]).score(x)
    assert model.fit(x).score(x) > start + 5
    assert model.active_units_ >= 2 and model.history_["loss"][-1] < model.history_["loss"][0]


def test_warm_up():
    """The weight of the KL grows linearly over the epochs, then stays at beta."""
    model, shares = VariationalAutoencoder(**SMALL, beta=2.0, beta_warmup=3), []
    for _ in range(6):
        model.partial_fit(X)
        terms = model.loss_and_gradients(X, noise=noise_for(model, X))[0]
        shares.append(float(terms["kl"] / (2.0 * model._posterior.kl_entries(model._encode(model.params, X)[2]).sum() / 6)))
    np.testing.assert_allclose(shares, [0.25, 0.5, 0.75, 1.0, 1.0, 1.0], rtol=1e-12)
    fresh = VariationalAutoencoder(**SMALL, beta=2.0, beta_warmup=3, epochs=1).fit(X)
    assert float(fresh._state["beta_share"]) == 0.25        # fit starts the ramp anew
    assert "beta_share" not in VariationalAutoencoder(**SMALL, epochs=1).fit(X)._state


@pytest.mark.parametrize("sigma2", ["shared", "per_feature"])
def test_the_variance_has_a_floor(sigma2, monkeypatch):
    """Zeros, reproduced exactly from weights of zero: without the floor the likelihood has no bound."""
    monkeypatch.setattr("npae.models.base.draw_weights", lambda rng, shape, *_: np.zeros(shape))
    model = VariationalAutoencoder(**SMALL, sigma2=sigma2, epochs=200, learning_rate=0.1)
    with pytest.warns(UserWarning) as caught:
        model.fit(np.zeros((8, 5)))
    assert any("variance has reached its floor of 1e-6: the likelihood of a perfect fit has no bound. Fix sigma2"
               in str(warning.message) for warning in caught)
    np.testing.assert_allclose(model.params["log_sigma2"], np.log(1e-6), rtol=1e-12)
    assert np.isfinite(model.score(np.zeros((2, 5))))


def test_a_variance_per_example_has_the_floor_built_in():
    per_example = make(sigma2="per_example")
    per_example.params["decoder.logvar.b"] = np.full(5, -1e3)
    assert per_example.decoder_distribution(np.zeros((1, 2))).logvar.min() >= LOG_VARIANCE_FLOOR


def test_the_shared_variance_becomes_the_mean_squared_residual():
    """At the optimum of its own parameter, all others given: gradient zero exactly there."""
    for likelihood, sigma2 in (("gaussian", "shared"), ("gaussian", "per_feature"), ("laplace", "shared")):
        model = make(sigma2=sigma2, likelihood=likelihood)
        noise = noise_for(model, X)
        z = model._posterior.sample(model._encode(model.params, X)[2], noise["eps"])[:, 0]
        residual = X - model.decoder_distribution(z).mean
        axis = 0 if sigma2 == "per_feature" else None
        best = {"gaussian": np.mean(residual ** 2, axis=axis), "laplace": 2 * np.mean(np.abs(residual), axis=axis) ** 2}
        model.params["log_sigma2"] = np.log(best[likelihood])
        assert np.abs(model.loss_and_gradients(X, noise=noise)[1]["log_sigma2"]).max() < 1e-13
        model.params["log_sigma2"] = np.log(best[likelihood]) + 0.1
        assert np.all(model.loss_and_gradients(X, noise=noise)[1]["log_sigma2"] > 1e-3)


def test_collapse_is_reported():
    """With beta sigma2 far above every eigenvalue nothing is encoded (fact E001-18)."""
    model = VariationalAutoencoder(**SMALL, beta=50.0, epochs=300, learning_rate=0.02)
    with pytest.warns(UserWarning, match="the posterior has collapsed: no latent unit is active.*smaller beta or sigma2"):
        model.fit(X)
    assert model.active_units_ == 0 and model.metrics_["active_units"][-1] == 0
    assert model.kl_per_unit_.sum() < 0.05 and model.metrics_["raw_kl"][-1] == pytest.approx(model.kl_per_unit_.sum())


def test_history_and_metrics():
    model, _ = trained("bernoulli")
    assert set(model.history_) == {"loss", "reconstruction", "kl", "seconds"}
    assert set(model.metrics_) == {"raw_kl", "active_units", "excess"}
    assert {len(values) for values in [*model.history_.values(), *model.metrics_.values()]} == {3}
    assert model.metrics_["excess"] == pytest.approx(model.history_["reconstruction"])      # bits have no entropy
    model, x = trained("plain", beta=0.5)
    assert set(model.metrics_) == {"raw_kl", "active_units"}
    mu = model.transform(np.tile(x, (3, 1)))
    assert model.active_units_ == np.sum(mu.var(axis=0) > 0.01)


def test_active_units_by_hand():
    model = make(hidden_dims=())
    model.params["encoder.mu.W"] = np.column_stack([0.09 * np.eye(5)[0], np.zeros(5)])
    x = np.zeros((4, 5))
    x[:, 0] = [-2, 2, -2, 2]
    model._look_at_posterior(x)
    assert model.active_units_ == 1                         # variance 0.0324; 0.01 is the limit
    model._look_at_posterior(x / 2)
    assert model.active_units_ == 0                         # variance 0.0081


def test_summary_shows_the_posterior():
    model, _ = trained("plain", sigma2=0.5, beta=0.8)
    text = model.summary()
    assert f"active units: {model.active_units_} of 2" in text and "KL per latent unit, nats: " in text
    assert all(f"{value:.2f}" in text for value in model.kl_per_unit_)
    assert ("effective beta: 0.8; beside a plain squared error the KL has the weight 0.8, beside its mean over features 0.16"
            in text)
    other = trained("sampled, warm-up")[0].summary()
    assert "effective beta: 2; beside a plain squared error the KL has the weight 4" in other
    assert "effective beta: 1 (1 is the evidence lower bound)" in trained("bernoulli")[0].summary()
    assert "active units" not in make().summary() and "not fitted" in VariationalAutoencoder().summary()


def test_bernoulli_and_gray_data():
    model = VariationalAutoencoder(**SMALL, likelihood="bernoulli", epochs=1)
    with pytest.warns(UserWarning, match="100% of X lies strictly between 0 and 1.*likelihood='continuous_bernoulli'"):
        model.fit(GRAY)
    half = np.where(np.arange(30).reshape(6, 5) % 2, GRAY, BITS)
    with pytest.warns(UserWarning, match="50% of X_val"):
        VariationalAutoencoder(**SMALL, likelihood="bernoulli", epochs=1).fit(BITS, X_val=half)
    VariationalAutoencoder(**SMALL, likelihood="bernoulli", epochs=1).fit(BITS)             # silent
    VariationalAutoencoder(**SMALL, likelihood="continuous_bernoulli", epochs=1).fit(GRAY)


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous_bernoulli"])
def test_data_outside_the_support(likelihood):
    model = VariationalAutoencoder(**SMALL, likelihood=likelihood)
    with pytest.raises(ValueError, match=rf"X must lie in \[0, 1\] for likelihood='{likelihood}'.*use 'gaussian'"):
        model.fit(X)
    with pytest.raises(ValueError, match=r"X_val must lie in \[0, 1\]"):
        model.fit(BITS, X_val=2 * BITS)
    with pytest.raises(ValueError, match=r"X must lie in \[0, 1\]"):
        model.initialize(5).loss_and_gradients(X, np.random.default_rng(0))


def test_partial_fit_goes_on_where_fit_stopped():
    whole = VariationalAutoencoder(**SMALL, epochs=3, batch_size=4, beta_warmup=2).fit(X)
    parts = VariationalAutoencoder(**SMALL, epochs=1, batch_size=4, beta_warmup=2).fit(X).partial_fit(X).partial_fit(X)
    np.testing.assert_array_equal(parts.theta, whole.theta)
    assert parts.history_["loss"] == whole.history_["loss"] and len(parts.metrics_["raw_kl"]) == 3
    again = whole.fit(X)
    np.testing.assert_array_equal(again.theta, parts.theta)             # fit starts afresh


# ---- keeping --------------------------------------------------------------------------------------------------------------

def assert_same(model, other, x):
    np.testing.assert_array_equal(model.theta, other.theta)
    assert model.theta.dtype == other.theta.dtype
    for method in ("transform", "score_samples", "reconstruct"):
        np.testing.assert_array_equal(getattr(model, method)(x), getattr(other, method)(x))
    np.testing.assert_array_equal(model.sample(4, 1), other.sample(4, 1))
    np.testing.assert_array_equal(model.log_likelihood(x, 5, 1), other.log_likelihood(x, 5, 1))
    noise = noise_for(model, x)
    assert model.loss_and_gradients(x, noise=noise)[0] == other.loss_and_gradients(x, noise=noise)[0]
    assert model.history_ == other.history_ and model.metrics_ == other.metrics_


@each_variant
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_save_and_load_keep_every_bit(name, dtype, tmp_path):
    model, x = trained(name, dtype=dtype)
    model.save(tmp_path / "model.npz")
    loaded = load(tmp_path / "model.npz")
    assert_same(model, loaded, x)
    assert loaded.active_units_ == model.active_units_ and loaded.kl_per_unit_.dtype == model.kl_per_unit_.dtype
    np.testing.assert_array_equal(loaded.kl_per_unit_, model.kl_per_unit_)
    assert model.summary().splitlines()[1:] == loaded.summary().splitlines()[1:]
    make().save(tmp_path / "untrained.npz")
    assert not hasattr(load(tmp_path / "untrained.npz"), "active_units_")


def test_a_loaded_model_does_not_warm_up_again(tmp_path):
    VariationalAutoencoder(**SMALL, beta_warmup=2, epochs=4).fit(X).save(tmp_path / "model.npz")
    loaded = load(tmp_path / "model.npz").partial_fit(X)
    assert float(loaded._state["beta_share"]) == 1 and len(loaded.history_["loss"]) == 5


@each_variant
def test_pickle_and_deepcopy(name):
    model, x = trained(name)
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert_same(model, other, x)
        other.params["decoder.0.b"] = other.params["decoder.0.b"] + 1       # a copy of its own
        assert np.any(other.theta != model.theta)
        other.params["decoder.0.b"] = model.params["decoder.0.b"]
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).partial_fit(x).theta, model.partial_fit(x).theta)


def test_same_seed_same_bits():
    for name in ("plain", "iwae", "full, priors as arrays"):
        first, second = trained(name)[0], trained(name)[0]
        np.testing.assert_array_equal(first.theta, second.theta)
        np.testing.assert_array_equal(first.transform(X), first.transform(X))
        assert np.any(trained(name, random_state=1)[0].theta != first.theta)


def test_data_far_from_the_origin_begin_with_ordinary_log_variances():
    x = np.random.default_rng(0).normal(1000, 1, (40, 3))
    model = VariationalAutoencoder(epochs=0, random_state=0)
    drawn = VariationalAutoencoder(random_state=0).initialize(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model.fit(x)
    far = np.abs(drawn._encode(drawn.params, x.astype(np.float32))[2]["logvar"]).max()
    assert far > 20 and np.abs(model._encode(model.params, x.astype(np.float32))[2]["logvar"]).max() <= 1 + 1e-5
    near = VariationalAutoencoder(epochs=0, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        near.fit(x - 1000)
    np.testing.assert_array_equal(near.theta, drawn.theta)      # what is ordinary begins as it was drawn
