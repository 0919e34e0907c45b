"""Scores of strangeness: what they are, that they depend on the row alone, and a detector that keeps its threshold."""

import numpy as np
import pytest

from npae.applications import (
    AnomalyDetector,
    auc,
    code_surprise,
    false_alarm_threshold,
    fit_code_density,
    model_losses,
    reconstruction_errors,
)
from npae.baselines import PCA, GaussianMixture, ProbabilisticPCA
from npae.datasets import arc
from npae.estimator import NotFittedError
from npae.models import Autoencoder, DenoisingAutoencoder, VariationalAutoencoder, VectorQuantizedAutoencoder

SMALL = {"hidden_dims": (16,), "epochs": 3, "batch_size": 50, "learning_rate": 1e-2, "random_state": 0}
MODELS = {
    "plain": Autoencoder(latent_dim=2, loss="bce", **SMALL),
    "denoising": DenoisingAutoencoder(latent_dim=2, noise_level=0.5, **SMALL),
    "variational": VariationalAutoencoder(latent_dim=2, **SMALL),
    "quantized": VectorQuantizedAutoencoder(latent_dim=2, n_codes=8, n_slots=2, **SMALL),
    "pca": PCA(2),
}


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(0)
    return 1 / (1 + np.exp(-rng.normal(size=(150, 3)) @ rng.normal(size=(3, 6))))


@pytest.fixture(scope="module")
def fitted(X):
    models = {name: model.fit(X) for name, model in MODELS.items()}
    models["quantized"].fit_prior(X, epochs=3, hidden_dims=(16,))
    return models


def all_scores(name, model, X):
    """Every kind of score as a function of the rows."""
    density = None if name == "quantized" else fit_code_density(model, X, n_components=2, random_state=0)
    return {"reconstruction": lambda x: reconstruction_errors(model, x), "loss": lambda x: model_losses(model, x),
            "code": lambda x: code_surprise(model, x, density)}


@pytest.mark.parametrize("name", MODELS)
def test_a_row_has_one_score_in_any_company(X, fitted, name):
    for kind, scores in all_scores(name, fitted[name], X).items():
        together = scores(X)
        assert together.shape == (150,) and together.dtype == np.float64 and np.ptp(together) > 0, kind
        np.testing.assert_array_equal(scores(X), together)
        order = np.random.default_rng(1).permutation(150)
        alone = np.concatenate([scores(X[i:i + 1]) for i in range(20)])
        for again, before in ((scores(X[order]), together[order]), (scores(X[40:55]), together[40:55]), (alone, together[:20])):
            np.testing.assert_allclose(again, before, rtol=2e-5, atol=2e-6)


def test_what_the_scores_are(X, fitted):
    pca, vae, vq = fitted["pca"], fitted["variational"], fitted["quantized"]
    left = X - X.mean(axis=0)
    left = left - left @ pca.components_.T @ pca.components_
    np.testing.assert_allclose(reconstruction_errors(pca, X), np.sum(left ** 2, axis=1), atol=1e-12)
    np.testing.assert_array_equal(model_losses(pca, X), -pca.score_samples(X))
    np.testing.assert_array_equal(model_losses(vae, X), -vae.score_samples(X).astype(np.float64))
    np.testing.assert_allclose(code_surprise(vq, X), -vq.priors_[0].score_samples(vq.codes(X)), rtol=1e-6)
    density = fit_code_density(vae, X, n_components=3, random_state=0)
    assert density.n_components == 3
    np.testing.assert_allclose(code_surprise(vae, X, density), -density.score_samples(vae.transform(X)), rtol=1e-12)


def test_error_and_code_of_pca_together_are_the_likelihood_of_probabilistic_pca(X):
    """Known answer: -log p(x) = error / (2 sigma2) - log p(z) + a constant, for one Gaussian on the codes."""
    pca, exact = PCA(2).fit(X), ProbabilisticPCA(2).fit(X)
    both = (reconstruction_errors(pca, X) / (2 * exact.noise_variance_)
            + code_surprise(pca, X, fit_code_density(pca, X, n_components=1)))
    difference = both + exact.score_samples(X)
    np.testing.assert_allclose(difference, difference[0], atol=1e-9)


def test_a_detector_on_an_arc():
    X, X_val, new = (arc(count, noise=0.02, random_state=seed)[0] for seed, count in enumerate((300, 200, 1000)))
    strange = np.random.default_rng(3).uniform(-1.5, 1.5, (500, 2))
    model = Autoencoder(latent_dim=1, hidden_dims=(32,), activation="tanh", epochs=60, batch_size=50, learning_rate=1e-2,
                        random_state=0)
    detector = AnomalyDetector(model, false_alarm_rate=0.1, confidence=0.9)
    assert detector.fit(X, X_val=X_val) is detector
    assert not hasattr(model, "n_features_in_")                         # copied
    scores = reconstruction_errors(detector.model_, X_val)
    assert detector.threshold_ == false_alarm_threshold(scores, 0.1, 0.9)
    assert np.sum(detector.predict(X_val)) == detector.threshold_.exceeding > 0
    assert detector.predict(new).mean() < 0.1
    assert detector.predict(strange).mean() > 0.5
    np.testing.assert_array_equal(detector.score_samples(new), -detector.anomaly_scores(new))
    np.testing.assert_array_equal(detector.predict(new), detector.anomaly_scores(new) > detector.threshold_.value)
    pca = AnomalyDetector(PCA(1)).fit(X, X_val=X_val)
    assert auc(detector.anomaly_scores(new), detector.anomaly_scores(strange)) > 0.9
    assert auc(pca.anomaly_scores(new), pca.anomaly_scores(strange)) < 0.8


@pytest.mark.parametrize("name, kind", [("variational", "loss"), ("plain", "code"), ("quantized", "code")])
def test_every_kind_of_detector(X, name, kind):
    model = MODELS[name]
    detector = AnomalyDetector(model, kind=kind, n_components=2, random_state=0, false_alarm_rate=0.3).fit(X[:100], X_val=X[100:])
    assert (detector.density_ is not None) == ((name, kind) == ("plain", "code"))
    assert hasattr(detector.model_, "priors_") == (name == "quantized")
    assert detector.predict(X[100:]).sum() <= detector.threshold_.exceeding
    np.testing.assert_array_equal(detector.anomaly_scores(X[:5]), detector.anomaly_scores(X[:5]))


def test_bad_input(X, fitted):
    with pytest.raises(ValueError, match="kind must be one of"):
        AnomalyDetector(PCA(1), kind="elbo").fit(X, X_val=X)
    with pytest.raises(TypeError, match="'reconstruction' needs a model with the method reconstruct, which GaussianMixture"):
        AnomalyDetector(GaussianMixture()).fit(X, X_val=X)
    with pytest.raises(ValueError, match="X_val has 5 features"):
        AnomalyDetector(PCA(1)).fit(X, X_val=X[:, :5])
    untrained = AnomalyDetector(PCA(1))
    with pytest.raises(ValueError, match="at least 59 are needed"):
        untrained.fit(X, X_val=X[:58])
    with pytest.raises(NotFittedError):
        untrained.predict(X)
    with pytest.raises(TypeError, match="PCA has no prior over its codes"):
        code_surprise(fitted["pca"], X)
    with pytest.raises(ValueError, match="collapsed"):
        fit_code_density(fitted["pca"], X[:1])
    with pytest.raises(ValueError, match="X has 5 features"):
        reconstruction_errors(fitted["pca"], X[:, :5])


def test_without_other_examples_a_share_is_kept_out_of_the_training():
    X = np.random.default_rng(0).normal(size=(50, 3))
    alone = AnomalyDetector(PCA(1), false_alarm_rate=0.3, validation_share=0.4).fit(X)
    told = AnomalyDetector(PCA(1), false_alarm_rate=0.3).fit(X[:30], X_val=X[30:])
    np.testing.assert_array_equal(alone.model_.components_, told.model_.components_)
    assert alone.threshold_ == told.threshold_ and alone.score(X) == told.score(X)
    with pytest.raises(ValueError, match="X has 1 sample"):
        AnomalyDetector(PCA(1)).fit(X[:1])
    with pytest.raises(ValueError, match="validation_share must be a finite number in"):
        AnomalyDetector(PCA(1), validation_share=1.0).fit(X)
