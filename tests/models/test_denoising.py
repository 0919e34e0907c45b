"""DenoisingAutoencoder: noisy input, clean target, fresh noise; its hyperparameters, its score, and the exact answers."""

import numpy as np
import pytest

import npae
from npae import Autoencoder, DenoisingAutoencoder, NotFittedError, load_digits
from npae.baselines import wiener_filter
from npae.checks import denoising_oracles as oracles
from npae.corruption import GaussianNoise, MaskingNoise, SaltAndPepperNoise

X = load_digits().X_train[:100]
CORRUPTIONS = {"gaussian": GaussianNoise, "masking": MaskingNoise, "salt_and_pepper": SaltAndPepperNoise}
every_noise = pytest.mark.parametrize("noise", CORRUPTIONS)


def build(**changes):
    return DenoisingAutoencoder(**{"hidden_dims": (16,), "latent_dim": 4, "epochs": 2, "batch_size": 40, "random_state": 0,
                                   **changes})


# ---- hyperparameters ---------------------------------------------------------------------------------------------------

def test_defaults_and_parameters():
    params = DenoisingAutoencoder().get_params()
    own = {"noise": "gaussian", "noise_level": 0.3, "noise_mean": 0.0, "corrupted_weight": 1.0, "untouched_weight": 1.0}
    assert {name: params[name] for name in own} == own
    assert set(params) - set(Autoencoder().get_params()) == set(own)
    changed = build(noise="masking", noise_level=0.5)
    assert "noise='masking'" in repr(changed) and type(changed)(**changed.get_params()).get_params() == changed.get_params()


@pytest.mark.parametrize("changes, error, message", [
    ({"noise": "poisson"}, ValueError, "noise must be one of 'gaussian', 'masking', 'salt_and_pepper', got 'poisson'"),
    ({"noise": None}, ValueError, "noise must be one of"),
    ({"noise_level": -0.1}, ValueError, r"noise_level \(sd of GaussianNoise\) must be .* in \[0, inf\), got -0.1"),
    ({"noise_level": np.nan}, ValueError, "noise_level"),
    ({"noise": "masking", "noise_level": 1.2}, ValueError, r"noise_level \(fraction of MaskingNoise\) .* \[0, 1\], got 1.2"),
    ({"noise": "masking", "noise_level": -0.2}, ValueError, "noise_level"),
    ({"noise": "salt_and_pepper", "noise_level": 1.2}, ValueError, r"noise_level \(fraction of SaltAndPepperNoise\)"),
    ({"noise_level": "0.3"}, TypeError, "noise_level .* must be a number, got '0.3'"),
    ({"noise_mean": np.inf}, ValueError, "noise_mean"),
    ({"corrupted_weight": -1}, ValueError, "corrupted_weight"),
    ({"untouched_weight": "none"}, TypeError, "untouched_weight"),
    ({"corruption": GaussianNoise(0.1)}, ValueError, "makes its corruption from noise='gaussian' .* leave corruption=None"),
    ({"optimizer": "lbfgs"}, ValueError, "'lbfgs' needs a loss without noise"),
])
def test_bad_hyperparameters_are_refused_before_anything_changes(changes, error, message):
    model = build(**changes)
    with pytest.raises(error, match=message):
        model.fit(X)
    assert not hasattr(model, "n_features_in_")


def test_a_standard_deviation_may_exceed_one_a_fraction_may_be_one():
    build(noise_level=3.0).fit(X)
    build(noise="masking", noise_level=1).fit(X)


# ---- the objective -----------------------------------------------------------------------------------------------------

@every_noise
def test_the_input_is_corrupted_and_the_target_clean(noise):
    model = build(noise=noise, noise_level=0.4, dtype="float64", noise_mean=0.2).initialize(64)
    drawn = model.draw_noise(X, np.random.default_rng(1))
    corruption = GaussianNoise(0.4, 0.2) if noise == "gaussian" else CORRUPTIONS[noise](0.4)
    corrupted = corruption(X.astype(np.float64), drawn["corruption"])
    terms, _ = model.loss_and_gradients(X, noise=drawn)
    assert list(terms) == ["loss", "reconstruction"]
    assert terms["loss"] == pytest.approx(np.sum((model.reconstruct(corrupted) - X) ** 2) / len(X), rel=1e-12)
    np.testing.assert_array_equal(model.corrupt(X, np.random.default_rng(1)), corrupted)


@every_noise
def test_it_is_the_autoencoder_with_that_corruption(noise):
    named = build(noise=noise, noise_level=0.25).fit(X)
    plain = Autoencoder(hidden_dims=(16,), latent_dim=4, epochs=2, batch_size=40, random_state=0,
                        corruption=CORRUPTIONS[noise](0.25)).fit(X)
    np.testing.assert_array_equal(named.theta, plain.theta)


def test_the_mean_of_the_noise_is_a_shift():
    noise = {"corruption": np.zeros(X.shape)}
    shifted = build(noise_mean=0.5, dtype="float64").initialize(64)
    plain = build(dtype="float64").initialize(64)
    plain.params["encoder.0.b"] = 0.5 * plain.params["encoder.0.W"].sum(axis=0)          # the first bias can do the same
    assert shifted.loss_and_gradients(X, noise=noise)[0]["loss"] == pytest.approx(
        plain.loss_and_gradients(X, noise=noise)[0]["loss"], rel=1e-12)


def test_noise_must_come_from_somewhere():
    model = build().initialize(64)
    with pytest.raises(ValueError, match="DenoisingAutoencoder is noisy: pass noise=model.draw_noise"):
        model.loss_and_gradients(X)
    terms, grads = model.loss_and_gradients(X, np.random.default_rng(3))
    again, same = model.loss_and_gradients(X, noise=model.draw_noise(X, np.random.default_rng(3)))
    assert terms == again
    np.testing.assert_array_equal(grads.theta, same.theta)


def test_noise_is_fresh_for_every_batch():
    drawn = []

    class Recording(DenoisingAutoencoder):
        def _draw_noise(self, x, rng):
            noise = super()._draw_noise(x, rng)
            drawn.append(noise["corruption"].copy())
            return noise

    Recording(hidden_dims=(), epochs=3, batch_size=20, random_state=0).fit(X)
    assert len(drawn) == 15
    rows = np.vstack(drawn)
    assert len(np.unique(rows, axis=0)) == len(rows) == 300


def test_codes_and_reconstructions_are_of_the_uncorrupted_input():
    model = build(dtype="float64").fit(X)
    code = np.maximum(X @ model.params["encoder.0.W"] + model.params["encoder.0.b"], 0)
    code = code @ model.params["encoder.1.W"] + model.params["encoder.1.b"]
    np.testing.assert_allclose(model.transform(X), code, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(model.reconstruct(X), model.inverse_transform(model.transform(X)))


# ---- emphasis ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("noise", ["masking", "salt_and_pepper"])
def test_touched_and_untouched_entries_have_their_weights(noise):
    model = build(noise=noise, noise_level=0.4, corrupted_weight=3.0, untouched_weight=0.5, dtype="float64").initialize(64)
    drawn = model.draw_noise(X, np.random.default_rng(2))
    touched = drawn["corruption"] == 0 if noise == "masking" else drawn["corruption"] != 0
    assert 0.3 < touched.mean() < 0.5
    corrupted = CORRUPTIONS[noise](0.4)(X.astype(np.float64), drawn["corruption"])
    errors = (model.reconstruct(corrupted) - X) ** 2
    expected = (3 * errors[touched].sum() + 0.5 * errors[~touched].sum()) / len(X)
    assert model.loss_and_gradients(X, noise=drawn)[0]["loss"] == pytest.approx(expected, rel=1e-12)


def test_gaussian_noise_touches_everything():
    weighted = build(corrupted_weight=2.0, untouched_weight=0.0).initialize(64)
    plain = build().initialize(64)
    noise = plain.draw_noise(X, np.random.default_rng(0))
    assert weighted.loss_and_gradients(X, noise=noise)[0]["loss"] == pytest.approx(
        2 * plain.loss_and_gradients(X, noise=noise)[0]["loss"], rel=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_weights_keep_the_dtype(dtype):
    model = build(noise="masking", corrupted_weight=2.0, dtype=dtype).initialize(64)
    terms, grads = model.loss_and_gradients(X, np.random.default_rng(0))
    assert terms["loss"].dtype == grads.theta.dtype == np.dtype(dtype)


# ---- the score ---------------------------------------------------------------------------------------------------------

def test_the_score_field_is_reconstruction_minus_input_over_the_variance():
    model = build(noise_level=0.2, dtype="float64").fit(X)
    np.testing.assert_allclose(model.score_field(X), (model.reconstruct(X) - X) / 0.04, rtol=1e-12)
    assert build().fit(X).score_field(X).dtype == np.float32


@pytest.mark.parametrize("changes", [{"noise": "masking"}, {"noise": "salt_and_pepper"}, {"noise_level": 0}])
def test_there_is_a_score_for_gaussian_noise_only(changes):
    with pytest.raises(ValueError, match="score_field needs noise='gaussian' with noise_level > 0"):
        build(**changes).fit(X).score_field(X)


def test_score_field_and_corrupt_check_their_input():
    for method in (lambda model, x: model.score_field(x), lambda model, x: model.corrupt(x, np.random.default_rng(0))):
        with pytest.raises(NotFittedError):
            method(build(), X)
        with pytest.raises(ValueError, match="X has 63 features"):
            method(build().fit(X), X[:, 1:])


# ---- reproducibility ---------------------------------------------------------------------------------------------------

@every_noise
def test_a_seed_determines_everything(noise):
    first, again, other = (build(noise=noise, random_state=seed).fit(X) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first.theta, again.theta)
    assert first.history_["loss"] == again.history_["loss"] != other.history_["loss"]


def test_validation_noise_is_the_same_in_every_epoch():
    model = build(epochs=4, learning_rate=1e-12).fit(X, X_val=X[:30])
    assert np.ptp(model.history_["val_loss"]) < 1e-5 * model.history_["val_loss"][0]
    assert np.ptp(model.history_["loss"]) > 1e-3 * model.history_["loss"][0]            # training noise is not


def test_saved_and_loaded(tmp_path):
    model = build(noise="salt_and_pepper", noise_level=0.15, corrupted_weight=2.0).fit(X)
    model.save(tmp_path / "model.npz")
    loaded = npae.load(tmp_path / "model.npz")
    assert type(loaded) is DenoisingAutoencoder and loaded.get_params() == model.get_params()
    np.testing.assert_array_equal(loaded.reconstruct(X), model.reconstruct(X))


# ---- exact answers -----------------------------------------------------------------------------------------------------

def test_every_oracle_check_passes():
    checks = list(oracles.denoising_oracle_checks(seed=1))
    assert len(checks) == 14 and {check.kind for check in checks} == {"oracles"}
    assert [str(check) for check in checks if not check.passed] == []


def test_a_wrong_gaussian_sampler_is_seen(monkeypatch):
    drawn = GaussianNoise.draw
    monkeypatch.setattr(GaussianNoise, "draw", lambda self, x, rng: 1.03 * drawn(self, x, rng) + 0.03)
    assert failures() == {("GaussianNoise", "mean"), ("GaussianNoise", "standard deviation")}


@pytest.mark.parametrize("kind, seen", [(MaskingNoise, {"MaskingNoise"}),
                                        (SaltAndPepperNoise, {"SaltAndPepperNoise, low", "SaltAndPepperNoise, high"})])
def test_a_wrong_fraction_is_seen(monkeypatch, kind, seen):
    drawn = kind.draw
    monkeypatch.setattr(kind, "draw", lambda self, x, rng: drawn(kind(1.05 * self.fraction), x, rng))
    assert failures() == {(subject, "fraction") for subject in seen}


def failures():
    return {(check.subject, check.claim.split(":")[0]) for check in oracles.corruption_moments(np.random.default_rng(0))
            if not check.passed}


def test_a_denoiser_of_other_noise_is_seen():
    x, S = oracles.gaussian_data(np.random.default_rng(0))
    checks = list(oracles.linear_denoiser("gaussian", 0.5, x, wiener_filter(x.mean(axis=0), S, 0.55), seed=0))
    assert not checks[0].passed and checks[0].claim.startswith("W")
