"""The contractive autoencoder: hyperparameters, answers to bad input, its term, probes, what contraction does, saving."""

import pickle

import numpy as np
import pytest

from npae import load, load_digits
from npae.layers import ACTIVATIONS
from npae.models import Autoencoder, ContractiveAutoencoder
from npae.penalties import Contraction

X = load_digits().X_train[:150]
SMALL = {"hidden_dims": (8,), "latent_dim": 5, "epochs": 3, "batch_size": 50, "random_state": 0}


def contractive(**changes):
    return ContractiveAutoencoder(**{**SMALL, **changes})


def slopes(function, x, step=1e-5):
    """Return the Jacobian (m, h, n) of a map of rows by central differences."""
    columns = [(function(x + step * unit) - function(x - step * unit)) / (2 * step) for unit in np.eye(x.shape[1])]
    return np.stack(columns, axis=2)


# ---- hyperparameters --------------------------------------------------------------------------------------------------

def test_tied_sigmoid_layers_by_default():
    model = contractive().initialize(64)
    assert list(model.params) == ["encoder.0.W", "encoder.0.b", "encoder.1.W", "encoder.1.b", "decoder.0.b", "decoder.1.b"]
    assert [layer.activation.name for layer in model._encoder] == ["sigmoid", "sigmoid"]
    assert "decoder.0.W" in contractive(tied=False).initialize(64).params


@pytest.mark.parametrize("changes, error, words", [
    ({"contraction_weight": -1}, ValueError, r"contraction_weight must be a finite number in \[0, inf\), got -1"),
    ({"contraction_weight": np.inf}, ValueError, "contraction_weight must be a finite number"),
    ({"contraction_weight": None}, TypeError, "contraction_weight must be a number, got None"),
    ({"contraction": "encoder"}, ValueError, "contraction must be one of 'code', 'reconstruction', got 'encoder'"),
    ({"method": "stochastic"}, ValueError, "method of the contraction must be one of 'exact', 'probes', got 'stochastic'"),
    ({"n_probes": 0}, ValueError, "n_probes must be an integer of at least 1, got 0"),
    ({"n_probes": 2.0}, TypeError, "n_probes must be an integer, got 2.0"),
    ({"method": "probes", "optimizer": "lbfgs"}, ValueError, "optimizer='lbfgs' needs a loss without noise"),
])
def test_bad_hyperparameters_are_named_and_nothing_is_fitted(changes, error, words):
    model = contractive(**changes)
    with pytest.raises(error, match=words):
        model.fit(X)
    assert not hasattr(model, "n_features_in_") and not hasattr(model, "history_")


@pytest.mark.parametrize("penalty, words", [
    (Contraction(-1.0), "weight of Contraction must be"),
    (Contraction(0.1, "hidden"), "contraction must be one of 'code', 'reconstruction', got 'hidden'"),
    (Contraction(0.1, method="exactly"), "method of the contraction"),
    (Contraction(0.1, n_probes=0), "n_probes must be an integer of at least 1"),
    (Contraction(0.1, "reconstruction", layer=0), r"\(of='reconstruction'\) is of the whole map: leave layer=None"),
    (Contraction(0.1, layer=2), "layer=2 of Contraction: the encoder has layers 0 to 1"),
])
def test_bad_penalty_objects_are_refused(penalty, words):
    with pytest.raises(ValueError, match=words):
        Autoencoder(**SMALL, penalties=[penalty]).fit(X)


def test_an_activation_without_second_derivative_is_refused(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "square", ACTIVATIONS["relu"]._replace(name="square", second_derivative=None))
    with pytest.raises(ValueError, match="second derivative of every activation; 'square' of encoder.0 has none"):
        contractive(activation="square").fit(X)
    with pytest.raises(ValueError, match="'square' of encoder.1 has none"):
        contractive(latent_activation="square").fit(X)
    Autoencoder(**SMALL, activation="square").fit(X)            # a model without contraction takes it


# ---- the term ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("hidden", [(), (8,), (8, 6)])
@pytest.mark.parametrize("tied", [True, False])
def test_the_term_is_the_mean_squared_norm_of_the_code_s_jacobian(hidden, tied):
    model = contractive(hidden_dims=hidden, tied=tied, contraction_weight=0.3, activation="tanh", dtype="float64")
    model.initialize(64)
    x = X[:6].astype(float)
    terms, _ = model.loss_and_gradients(x)
    J = slopes(model.transform, x)
    assert set(terms) == {"loss", "reconstruction", "contraction"}
    assert terms["contraction"] == pytest.approx(0.3 * np.sum(J ** 2) / 6, rel=1e-7)
    np.testing.assert_allclose(model.jacobian(x), J, atol=1e-8)
    assert terms["contraction"] == pytest.approx(0.3 * np.sum(model.jacobian(x) ** 2) / 6, rel=1e-12)


@pytest.mark.parametrize("loss", ["mse", "bce", "mae"])
def test_contraction_of_the_reconstruction_is_of_what_reconstruct_returns(loss):
    """For "bce" the network ends in logits; the map ends in the sigmoid."""
    model = contractive(contraction="reconstruction", contraction_weight=0.3, loss=loss, dtype="float64").initialize(64)
    x = X[:6].astype(float)
    expected = 0.3 * np.sum(slopes(model.reconstruct, x) ** 2) / 6
    assert model.loss_and_gradients(x)[0]["contraction"] == pytest.approx(expected, rel=1e-7)


def test_a_linear_encoder_pays_for_its_weights_whatever_the_data():
    model = contractive(hidden_dims=(), latent_activation="identity", contraction_weight=0.3, dtype="float64").initialize(64)
    W = model.params["encoder.0.W"]
    for x in (X[:1], X[:20], 0 * X[:3]):
        assert model.loss_and_gradients(x)[0]["contraction"] == pytest.approx(0.3 * np.sum(W ** 2), rel=1e-13)


@pytest.mark.parametrize("name", ["relu", "identity"])
def test_the_penalty_of_piecewise_linear_layers_has_no_gradient_in_the_biases(name):
    settings = {**SMALL, "activation": name, "latent_activation": name, "dtype": "float64"}
    plain, penalized = (Autoencoder(**settings, penalties=penalties).initialize(64).loss_and_gradients(X)[1]
                        for penalties in ([], [Contraction(5.0)]))
    for layer in ("encoder.0", "encoder.1"):
        np.testing.assert_array_equal(penalized[f"{layer}.b"], plain[f"{layer}.b"])
        assert np.abs(penalized[f"{layer}.W"] - plain[f"{layer}.W"]).max() > 0.1


def test_a_hidden_layer_s_contraction_does_not_reach_the_layers_above_it():
    settings = {**SMALL, "activation": "tanh", "dtype": "float64"}
    model = Autoencoder(**settings, penalties=[Contraction(0.5, layer=0)]).initialize(64)
    terms, grads = model.loss_and_gradients(X)
    plain = Autoencoder(**settings).initialize(64).loss_and_gradients(X)[1]
    W, hidden = model.params["encoder.0.W"], np.tanh(X @ model.params["encoder.0.W"] + model.params["encoder.0.b"])
    norms = np.sum((1 - hidden ** 2) ** 2 * np.sum(W ** 2, axis=0), axis=1)
    assert terms["contraction"] == pytest.approx(0.5 * norms.mean(), rel=1e-6)
    np.testing.assert_array_equal(grads["encoder.1.W"], plain["encoder.1.W"])
    assert np.abs(grads["encoder.0.W"] - plain["encoder.0.W"]).max() > 1e-3


def test_two_contractions_are_two_terms():
    model = contractive(penalties=[Contraction(0.2, layer=0), Contraction(0.1, "reconstruction")]).initialize(64)
    terms = model.loss_and_gradients(X)[0]
    assert list(terms) == ["loss", "reconstruction", "contraction", "contraction_2", "contraction_3"]
    assert terms["loss"] == pytest.approx(sum(value for name, value in terms.items() if name != "loss"), rel=1e-6)


def test_weight_zero_is_the_plain_autoencoder_to_the_bit():
    model = contractive(contraction_weight=0.0).fit(X)
    plain = Autoencoder(**SMALL, activation="sigmoid", latent_activation="sigmoid", tied=True).fit(X)
    np.testing.assert_array_equal(model.theta, plain.theta)


@pytest.mark.parametrize("contraction", ["code", "reconstruction"])
def test_float32_stays_float32(contraction):
    terms, grads = contractive(contraction=contraction).initialize(64).loss_and_gradients(X)
    assert np.asarray(terms["contraction"]).dtype == grads.theta.dtype == np.float32


# ---- probes ------------------------------------------------------------------------------------------------------------

def test_probes_are_noise():
    model = contractive(method="probes", n_probes=3).initialize(64)
    with pytest.raises(ValueError, match="is noisy: pass noise"):
        model.loss_and_gradients(X)
    noise = model.draw_noise(X, np.random.default_rng(0))
    assert noise["contraction"].shape == (150, 3, 5) and noise["contraction"].dtype == np.float32
    assert set(np.unique(noise["contraction"])) == {-1, 1}
    assert abs(noise["contraction"].mean()) < 4 / np.sqrt(noise["contraction"].size)
    assert model.loss_and_gradients(X, noise=noise)[0] == model.loss_and_gradients(X, noise=noise)[0]
    other = model.draw_noise(X, np.random.default_rng(1))
    assert model.loss_and_gradients(X, noise=other)[0] != model.loss_and_gradients(X, noise=noise)[0]


@pytest.mark.parametrize("penalty, width", [
    (Contraction(0.1, method="probes"), 5),
    (Contraction(0.1, method="probes", layer=0), 8),
    (Contraction(0.1, "reconstruction", "probes"), 64),
])
def test_a_probe_is_as_wide_as_the_output_of_its_map(penalty, width):
    model = Autoencoder(**SMALL, activation="tanh", penalties=[penalty]).initialize(64)
    noise = model.draw_noise(X, np.random.default_rng(0))
    assert noise["contraction"].shape == (150, 1, width)
    assert model.loss_and_gradients(X, noise=noise)[0]["contraction"] > 0


@pytest.mark.parametrize("contraction", ["code", "reconstruction"])
def test_many_probes_come_near_the_exact_value_and_gradient(contraction):
    settings = {"contraction": contraction, "contraction_weight": 1.0, "dtype": "float64", "activation": "tanh"}
    exact = contractive(**settings).initialize(64)
    drawn = contractive(method="probes", n_probes=3000, **settings).initialize(64)
    terms, grads = exact.loss_and_gradients(X[:5])
    other, other_grads = drawn.loss_and_gradients(X[:5], np.random.default_rng(0))
    assert other["contraction"] == pytest.approx(terms["contraction"], rel=0.05)
    assert other["contraction"] != terms["contraction"]
    np.testing.assert_allclose(other_grads.theta, grads.theta, atol=0.05 * np.abs(grads.theta).max())


# ---- what it does ------------------------------------------------------------------------------------------------------

def test_a_larger_weight_contracts_more_and_reconstructs_worse_until_the_code_is_constant():
    settings = {"hidden_dims": (), "latent_dim": 20, "loss": "bce", "epochs": 60, "learning_rate": 1e-2}
    models = [contractive(contraction_weight=weight, **settings).fit(X) for weight in (0.0, 0.1, 1.0, 30.0)]
    norms = [np.sum(model.jacobian(X) ** 2) / len(X) for model in models]
    losses = [-model.score(X) for model in models]
    assert all(after < 0.8 * before for before, after in zip(norms, norms[1:]))
    assert all(after > before for before, after in zip(losses, losses[1:]))
    distinct = [len(np.unique(model.transform(X).round(1), axis=0)) for model in models]
    assert distinct[0] == 150 and distinct[-1] < 8


def test_probes_train_as_well():
    settings = {"hidden_dims": (), "latent_dim": 20, "loss": "bce", "epochs": 60, "learning_rate": 1e-2}
    free, probed, exact = (contractive(contraction_weight=weight, method=method, **settings).fit(X)
                           for weight, method in ((0.0, "exact"), (0.3, "probes"), (0.3, "exact")))
    norms = [np.sum(model.jacobian(X) ** 2) / len(X) for model in (free, probed, exact)]
    assert norms[1] < 0.7 * norms[0] and norms[1] == pytest.approx(norms[2], rel=0.3)


# ---- saving ------------------------------------------------------------------------------------------------------------

def test_a_file_keeps_every_hyperparameter(tmp_path):
    model = contractive(contraction_weight=0.2, contraction="reconstruction", method="probes", n_probes=3, tied=False,
                        activation="softplus").fit(X)
    model.save(tmp_path / "m.npz")
    noise = model.draw_noise(X, np.random.default_rng(0))
    for twin in (load(tmp_path / "m.npz"), pickle.loads(pickle.dumps(model))):
        assert type(twin) is ContractiveAutoencoder and twin.get_params() == model.get_params()
        assert twin.loss_and_gradients(X, noise=noise)[0] == model.loss_and_gradients(X, noise=noise)[0]
