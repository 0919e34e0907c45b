"""Greedy pretraining, unrolled fine-tuning of all layers, the classifier on top."""

import numpy as np
import pytest

from npae import DenoisingAutoencoder, StackedDenoisingAutoencoder, load, load_digits
from npae.gradcheck import relative_error

DIGITS = load_digits()
X, Y = DIGITS.X_train[:400], DIGITS.y_train[:400]
FAST = {"hidden_dims": (32,), "latent_dim": 16, "epochs": 5, "pretrain_epochs": 5, "learning_rate": 3e-3, "batch_size": 64,
        "random_state": 0}


def test_pretraining_is_greedy_and_fine_tuning_starts_where_it_ends():
    """The first layer is that of a shallow denoiser; the second is trained on the first one's clean outputs."""
    model = StackedDenoisingAutoencoder(**{**FAST, "epochs": 0}).fit(X)
    assert len(model.pretraining_) == 2 and len(model.pretraining_[0]["loss"]) == 5
    assert all(history["loss"][-1] < history["loss"][0] for history in model.pretraining_)
    h = np.maximum(X @ model.params["encoder.0.W"] + model.params["encoder.0.b"], 0)
    second = DenoisingAutoencoder(hidden_dims=(), latent_dim=16, output_activation="relu", dtype="float32").initialize(32)
    for ours, theirs in (("encoder.0.W", "encoder.1.W"), ("encoder.0.b", "encoder.1.b"),
                         ("decoder.0.W", "decoder.0.W"), ("decoder.0.b", "decoder.0.b")):
        second.params[ours] = model.params[theirs]
    untrained = DenoisingAutoencoder(hidden_dims=(), latent_dim=16, output_activation="relu", random_state=0).initialize(32)
    assert second.score(h) > untrained.score(h)
    assert -second.score(h) < 0.7 * np.mean(np.sum(h ** 2, axis=1))


def test_fine_tuning_moves_every_layer_and_improves_the_reconstruction():
    start = StackedDenoisingAutoencoder(**{**FAST, "epochs": 0}).fit(X)
    end = StackedDenoisingAutoencoder(**{**FAST, "epochs": 20}).fit(X)
    assert all(np.any(start.params[name] != end.params[name]) for name in start.params)
    assert end.score(X) > start.score(X) and end.score(DIGITS.X_test) > start.score(DIGITS.X_test)


def test_without_pretraining_it_is_the_deep_denoiser():
    ours = StackedDenoisingAutoencoder(**{**FAST, "pretrain_epochs": 0}).fit(X)
    plain = DenoisingAutoencoder(**{name: value for name, value in FAST.items() if name != "pretrain_epochs"}).fit(X)
    np.testing.assert_array_equal(ours.theta, plain.theta)
    assert ours.pretraining_ == []


def test_pretraining_helps_with_few_labels():
    """SEEDS 3.5: the accuracy with few labels is at least that from random weights, here over three seeds."""
    few = np.full(len(DIGITS.y_train), -1)
    few[:50] = DIGITS.y_train[:50]
    accuracies = {}
    for pretrain in (0, 30):
        models = [StackedDenoisingAutoencoder(**{**FAST, "pretrain_epochs": pretrain, "epochs": 200, "random_state": seed})
                  .fit(DIGITS.X_train, few) for seed in range(3)]
        accuracies[pretrain] = np.mean([np.mean(model.predict(DIGITS.X_test) == DIGITS.y_test) for model in models])
    assert accuracies[30] > accuracies[0] > 0.5


def test_labels_of_any_kind():
    names = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    by_number = StackedDenoisingAutoencoder(**{**FAST, "epochs": 60}).fit(X, Y)
    by_name = StackedDenoisingAutoencoder(**{**FAST, "epochs": 60}).fit(X, names[Y])
    assert list(by_number.classes_) == list(range(10)) and sorted(by_name.classes_) == sorted(names)
    assert np.mean(by_name.predict(X) == names[Y]) > 0.8
    probabilities = by_number.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(by_number.classes_[probabilities.argmax(axis=1)], by_number.predict(X))
    assert {"loss", "reconstruction", "classification", "seconds"} == set(by_number.history_)


def with_classifier():
    model = StackedDenoisingAutoencoder(**{**FAST, "epochs": 1, "pretrain_epochs": 1, "dtype": "float64", "activation": "tanh",
                                           "hidden_dims": (5,), "latent_dim": 3, "classification_weight": 0.7})
    model.fit(X[:, 20:28], Y)
    noise = model.draw_noise(X[:6, 20:28], np.random.default_rng(0))
    return model, X[:6, 20:28], {**noise, "labels": model.encode_labels(Y[:6])}


def test_the_gradient_with_labels_by_complex_step():
    """Two paths meet in the code: through the decoder and from the classifier."""
    model, x, noise = with_classifier()
    terms, grads = model.loss_and_gradients(x, noise=noise)
    assert terms["loss"] == pytest.approx(terms["reconstruction"] + terms["classification"])
    numerical = np.empty_like(model.theta)
    for index in range(model.theta.size):
        moved = model.params.astype(complex)
        moved.theta[index] += 1e-30j
        numerical[index] = model._loss_and_gradients(moved, x.astype(float), noise)[0]["loss"].imag / 1e-30
    for name, part in model.params.with_theta(numerical).items():
        assert relative_error(grads[name], part) < 1e-12, name
    unlabelled, _ = model.loss_and_gradients(x, noise={name: noise[name] for name in ("corruption",)})
    assert set(unlabelled) == {"loss", "reconstruction"}


def test_the_classification_term_is_the_mean_cross_entropy():
    model, x, noise = with_classifier()
    corrupted = model._corruption()(x, noise["corruption"])
    p = model.predict_proba(corrupted)
    expected = -0.7 * np.mean(np.log(p[np.arange(6), np.searchsorted(model.classes_, Y[:6])]))
    assert model.loss_and_gradients(x, noise=noise)[0]["classification"] == pytest.approx(expected, rel=1e-5)


def test_save_and_load_keep_the_classifier(tmp_path):
    model = StackedDenoisingAutoencoder(**FAST).fit(X, Y)
    model.save(tmp_path / "m.npz")
    np.testing.assert_array_equal(load(tmp_path / "m.npz").predict(X), model.predict(X))


def test_fitting_again_without_labels_forgets_the_classifier():
    model = StackedDenoisingAutoencoder(**FAST).fit(X, Y).fit(X)
    assert "classifier.W" not in model.params
    for call in (model.predict, model.predict_proba):
        with pytest.raises(AttributeError, match="no classifier"):
            call(X)


@pytest.mark.parametrize("y, words", [
    (Y[:10], r"one label for each of the 400 examples, shape \(400,\), got shape \(10,\)"),
    (np.zeros(400, int), "at least two classes"),
    (np.full(400, -1), "at least two classes"),
    (Y / 2, "class labels"),
    (np.stack([Y, Y]), "one label for each"),
])
def test_bad_labels(y, words):
    model = StackedDenoisingAutoencoder(**FAST).fit(X)
    before = model.theta.copy()
    with pytest.raises(ValueError, match=words):
        model.fit(X, y)
    np.testing.assert_array_equal(model.theta, before)


@pytest.mark.parametrize("changes, words", [
    ({"pretrain_epochs": -1}, "pretrain_epochs"), ({"classification_weight": -1.0}, "classification_weight"),
    ({"tied": True}, "tied=True is not for stacked"),
])
def test_bad_hyperparameters(changes, words):
    with pytest.raises(ValueError, match=words):
        StackedDenoisingAutoencoder(**{**FAST, **changes}).fit(X)
    with pytest.raises(ValueError, match="labels that fit has not seen"):
        StackedDenoisingAutoencoder(**FAST).fit(X, Y).encode_labels([11])
