"""The estimator's public face: hyperparameters, shapes, conventions, and an answer to every kind of bad input."""

import copy
import pickle
import warnings

import numpy as np
import pytest

from npae import Autoencoder, NotFittedError, load_digits
from npae.corruption import Corruption
from npae.penalties import Penalty, WeightDecay

DIGITS = load_digits()
X = DIGITS.X_train[:120]


def fitted(**changes):
    return Autoencoder(**{"hidden_dims": (16,), "latent_dim": 3, "epochs": 2, "random_state": 0, **changes}).fit(X)


# ---- architecture ------------------------------------------------------------------------------------------------------

def test_names_and_shapes_are_symmetric_by_construction():
    model = Autoencoder(hidden_dims=(8, 5), latent_dim=3).initialize(11)
    assert model.params.shapes == {
        "encoder.0.W": (11, 8), "encoder.0.b": (8,), "encoder.1.W": (8, 5), "encoder.1.b": (5,),
        "encoder.2.W": (5, 3), "encoder.2.b": (3,), "decoder.0.W": (3, 5), "decoder.0.b": (5,),
        "decoder.1.W": (5, 8), "decoder.1.b": (8,), "decoder.2.W": (8, 11), "decoder.2.b": (11,)}
    widths = [shape[0] for name, shape in model.params.shapes.items() if name.endswith(".W")] + [11]
    assert widths == widths[::-1] and int(np.argmin(widths)) == len(widths) // 2 and len(widths) % 2 == 1


def test_a_tied_decoder_has_biases_only():
    model = Autoencoder(hidden_dims=(8,), latent_dim=3, tied=True).initialize(11)
    assert list(model.params) == ["encoder.0.W", "encoder.0.b", "encoder.1.W", "encoder.1.b", "decoder.0.b", "decoder.1.b"]


def test_a_tied_decoder_really_uses_the_encoder_s_weights():
    model = Autoencoder(hidden_dims=(8,), latent_dim=3, tied=True, activation="tanh", dtype="float64").initialize(11)
    z = np.random.default_rng(0).normal(size=(4, 3))
    expected = np.tanh(z @ model.params["encoder.1.W"].T) @ model.params["encoder.0.W"].T
    np.testing.assert_allclose(model.inverse_transform(z), expected, rtol=1e-13)


def test_require_decreasing():
    Autoencoder(hidden_dims=(8, 5), latent_dim=3, require_decreasing=True).initialize(11)
    for hidden, k in (((11, 5), 3), ((8, 8), 3), ((8,), 8)):
        with pytest.raises(ValueError, match="require_decreasing.*11"):
            Autoencoder(hidden_dims=hidden, latent_dim=k, require_decreasing=True).initialize(11)
    assert Autoencoder(hidden_dims=(), latent_dim=20).initialize(5).transform(np.zeros((2, 5))).shape == (2, 20)


@pytest.mark.parametrize("loss, output, low, high", [("mse", "sigmoid", 0, 1), ("mse", "relu", 0, np.inf), ("mae", "tanh", -1, 1),
                                                     ("bce", None, 0, 1), ("bce", "sigmoid", 0, 1)])
def test_output_activations(loss, output, low, high):
    model = fitted(loss=loss, output_activation=output)
    reconstruction = model.reconstruct(X)
    assert reconstruction.min() >= low and reconstruction.max() <= high
    np.testing.assert_array_equal(reconstruction, model.inverse_transform(model.transform(X)))


def test_initialize_is_what_fit_begins_with():
    initial = Autoencoder(hidden_dims=(16,), random_state=5).initialize(64)
    np.testing.assert_array_equal(initial.theta, fitted(latent_dim=2, epochs=0, random_state=5).theta)


# ---- the loss and its gradient -----------------------------------------------------------------------------------------

def test_terms_add_up_and_follow_the_dtype():
    for dtype in (np.float32, np.float64, np.complex128):
        model = Autoencoder(weight_decay=0.1).initialize(64)
        model.params = model.params.astype(dtype)
        terms, grads = model.loss_and_gradients(X)
        assert set(terms) == {"loss", "reconstruction", "weight_decay"}
        assert all(np.asarray(term).dtype == dtype for term in terms.values()) and grads.theta.dtype == dtype
        assert terms["loss"] == pytest.approx(terms["reconstruction"] + terms["weight_decay"])
        assert terms["weight_decay"] == pytest.approx(
            0.1 * sum(np.sum(array ** 2) for name, array in model.params.items() if name.endswith("W")))
        assert grads.shapes == model.params.shapes


def test_loss_and_gradients_is_pure_and_fresh():
    model = fitted()
    state = pickle.dumps(model)
    _, first = model.loss_and_gradients(X)
    _, second = model.loss_and_gradients(X)
    assert not np.shares_memory(first.theta, second.theta)
    np.testing.assert_array_equal(first.theta, second.theta)
    assert pickle.dumps(model) == state


def test_the_loss_is_the_negative_score():
    for loss in ("mse", "mae", "bce"):
        model = fitted(loss=loss, dtype="float64")
        scores = model.score_samples(X)
        assert scores.shape == (120,)
        assert model.score(X) == pytest.approx(scores.mean())
        assert -scores.mean() == pytest.approx(model.loss_and_gradients(X)[0]["reconstruction"])


class Offset(Penalty):
    """A penalty by the protocol alone: u . code + v . first weights, to see where its gradients arrive."""

    name = "offset"

    def validate(self):
        pass

    def __call__(self, params, trace, given):
        code = next(step for step in trace if step.name == "encoder.1").y
        value = code.sum() + 2 * params["encoder.0.W"].sum()
        return value, {"encoder.1.y": np.ones_like(code), "encoder.0.W": 2 * np.ones_like(params["encoder.0.W"])}


def test_penalties_of_one_name_are_numbered_and_their_gradients_arrive():
    plain = Autoencoder(hidden_dims=(5,), activation="tanh", dtype="float64", random_state=0).initialize(64)
    model = Autoencoder(hidden_dims=(5,), activation="tanh", dtype="float64", random_state=0,
                        penalties=[Offset(), WeightDecay(0.1), Offset()], weight_decay=0.2).initialize(64)
    terms, grads = model.loss_and_gradients(X)
    assert list(terms) == ["loss", "reconstruction", "offset", "weight_decay", "offset_2", "weight_decay_2"]
    assert terms["weight_decay_2"] == pytest.approx(2 * terms["weight_decay"])
    difference = grads["encoder.1.b"] - plain.loss_and_gradients(X)[1]["encoder.1.b"]
    np.testing.assert_allclose(difference, 2 * len(X))
    moved = model.params.astype(complex)
    moved["encoder.0.W"][3, 2] += 1e-30j
    numerical = model._loss_and_gradients(moved, X.astype(float), {})[0]["loss"].imag / 1e-30
    assert grads["encoder.0.W"][3, 2] == pytest.approx(numerical, rel=1e-12)


class Shift(Corruption):
    """A corruption by the protocol alone."""

    def validate(self):
        pass

    def draw(self, x, rng):
        return rng.normal(size=x.shape)

    def __call__(self, x, noise):
        return x + noise.astype(x.dtype)


def test_a_corruption_changes_the_input_and_never_the_target():
    model = Autoencoder(hidden_dims=(), latent_dim=64, corruption=Shift(), dtype="float64").initialize(64)
    model.params["encoder.0.W"], model.params["decoder.0.W"] = np.eye(64), np.eye(64)
    noise = model.draw_noise(X, np.random.default_rng(0))
    terms, _ = model.loss_and_gradients(X, noise=noise)
    assert terms["reconstruction"] == pytest.approx(np.sum(noise["corruption"] ** 2) / len(X))
    assert model.loss_and_gradients(X, np.random.default_rng(0))[0] == terms
    with pytest.raises(ValueError, match="noisy: pass noise=model.draw_noise"):
        model.loss_and_gradients(X)
    np.testing.assert_allclose(model.reconstruct(X), X, rtol=1e-6)     # using a model adds no noise
    with pytest.raises(ValueError, match="lbfgs.*without noise"):
        Autoencoder(corruption=Shift(), optimizer="lbfgs").fit(X)


def test_two_epochs_see_different_noise():
    class Recorder(Shift):
        seen = []

        def draw(self, x, rng):
            self.seen.append(super().draw(x, rng))
            return self.seen[-1]
    Autoencoder(corruption=Recorder(), epochs=2, batch_size=120, random_state=0).fit(X)
    assert len(Recorder.seen) == 2 and not np.any(Recorder.seen[0] == Recorder.seen[1])


def test_jacobian_is_the_derivative_of_transform():
    model = fitted(dtype="float64", activation="tanh")
    J, step = model.jacobian(X[:4]), 1e-6
    assert J.shape == (4, 3, 64)
    moved = X[:4].astype(float)
    moved[:, 10] += step
    np.testing.assert_allclose((model.transform(moved) - model.transform(X[:4])) / step, J[:, :, 10], atol=1e-5)


# ---- scikit-learn's conventions ----------------------------------------------------------------------------------------

def test_get_and_set_params():
    model = Autoencoder(latent_dim=7, hidden_dims=[4])
    assert model.get_params()["latent_dim"] == 7 and model.get_params(deep=False)["hidden_dims"] == [4]
    assert model.set_params(latent_dim=9, tied=True) is model and model.latent_dim == 9 and model.tied
    with pytest.raises(ValueError, match="no hyperparameter 'nonsense'"):
        model.set_params(latent_dim=1, nonsense=2)
    assert model.latent_dim == 9
    twin = Autoencoder(**model.get_params())
    assert twin.get_params() == model.get_params()
    with pytest.raises(TypeError):
        Autoencoder(7)      # keyword arguments only


def test_repr_shows_what_differs_from_the_defaults():
    assert repr(Autoencoder()) == "Autoencoder()"
    assert repr(Autoencoder(latent_dim=7, tied=True)) == "Autoencoder(latent_dim=7, tied=True)"
    assert "not fitted" in Autoencoder().summary()
    assert "2,243 parameters in float32" in fitted().summary() and "2 epochs" in fitted().summary()


def test_fit_transform_and_feature_names():
    model = Autoencoder(epochs=1, random_state=0)
    Z = model.fit_transform(X)
    np.testing.assert_array_equal(Z, model.transform(X))
    assert list(model.get_feature_names_out()) == ["autoencoder0", "autoencoder1"]
    assert model.n_features_in_ == 64 and Z.dtype == np.float32


def test_copies_and_pickles_train_on_to_the_same_bits():
    model = fitted()
    twins = [copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
    model.partial_fit(X)
    for twin in twins:
        np.testing.assert_array_equal(twin.partial_fit(X).theta, model.theta)
        assert np.shares_memory(twin.params["encoder.0.W"], twin.theta)


def test_columns_become_feature_names_and_are_checked():
    class Frame(np.ndarray):
        columns = ("a", "b", "c")
    frame = np.random.default_rng(0).normal(size=(10, 3)).view(Frame)
    model = Autoencoder(latent_dim=1, epochs=1).fit(frame)
    assert list(model.feature_names_in_) == ["a", "b", "c"]

    class Swapped(np.ndarray):
        columns = ("b", "a", "c")
    with pytest.raises(ValueError, match="expected those of fit"):
        model.transform(frame.view(Swapped))
    assert not hasattr(model.fit(np.asarray(frame)), "feature_names_in_")


# ---- bad input ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("changes, error, words", [
    ({"latent_dim": 0}, ValueError, "latent_dim must be an integer of at least 1, got 0"),
    ({"latent_dim": 2.0}, TypeError, "latent_dim"),
    ({"hidden_dims": 64}, TypeError, r"hidden_dims must be a sequence of widths such as \(128,\), got 64"),
    ({"hidden_dims": "64"}, TypeError, "hidden_dims"),
    ({"hidden_dims": (8, 0)}, ValueError, r"hidden_dims\[1\]"),
    ({"activation": "swish"}, ValueError, "activation must be one of 'identity', 'relu'"),
    ({"latent_activation": None}, ValueError, "latent_activation"),
    ({"loss": "l2"}, ValueError, "loss must be one of 'mse', 'mae', 'bce', got 'l2'"),
    ({"loss": "bce", "output_activation": "tanh"}, ValueError, "output_activation.*logits.*got 'tanh'"),
    ({"output_activation": "softmax"}, ValueError, "output_activation"),
    ({"tied": "yes"}, TypeError, "tied"),
    ({"require_decreasing": 1}, TypeError, "require_decreasing"),
    ({"weight_decay": -1.0}, ValueError, r"weight_decay must be a finite number in \[0, inf\), got -1.0"),
    ({"decay_kind": "l3"}, ValueError, "decay_kind"),
    ({"decay_biases": None}, TypeError, "decay_biases"),
    ({"penalties": WeightDecay()}, TypeError, "penalties must be a list or tuple"),
    ({"penalties": ["l1"]}, TypeError, "Penalty objects"),
    ({"corruption": "gaussian"}, TypeError, "corruption"),
    ({"initialization": "zeros"}, ValueError, "initialization"),
    ({"optimizer": "adamw"}, ValueError, "optimizer must be one of"),
    ({"learning_rate": 0.0}, ValueError, r"learning_rate must be a finite number in \(0, inf\)"),
    ({"learning_rate": np.nan}, ValueError, "learning_rate"),
    ({"schedule": "linear-ish"}, ValueError, "schedule"),
    ({"max_gradient_norm": 0}, ValueError, "max_gradient_norm"),
    ({"batch_size": 0}, ValueError, "batch_size"),
    ({"epochs": -1}, ValueError, "epochs"),
    ({"patience": 0}, ValueError, "patience"),
    ({"dtype": "float16"}, ValueError, "dtype must be 'float32' or 'float64', got 'float16'"),
    ({"dtype": "no dtype"}, ValueError, "dtype"),
    ({"random_state": "seed"}, TypeError, "random_state must be None, a non-negative integer"),
])
def test_bad_hyperparameters_are_refused_before_anything_changes(changes, error, words):
    model = fitted()
    before = model.theta.copy(), model.history_
    with pytest.raises(error, match=words):
        model.set_params(**changes).fit(X)
    np.testing.assert_array_equal(model.theta, before[0])
    assert model.history_ is before[1]


@pytest.mark.parametrize("bad, error, words", [
    (np.full((3, 64), np.nan), ValueError, "X has 192 entries"),
    (np.zeros((0, 64)), ValueError, "X is empty"),
    (np.zeros(64), ValueError, "X must have two dimensions"),
    (np.zeros((5, 8, 8)), ValueError, "flatten"),
    ([["a"] * 64], TypeError, "X must hold real numbers"),
    (DIGITS.y_train, ValueError, "two dimensions"),
    (None, TypeError, "X must be a matrix"),
])
def test_bad_data_is_refused_everywhere(bad, error, words):
    model = fitted()
    before = model.theta.copy()
    for call in (model.fit, model.partial_fit, model.transform, model.reconstruct, model.score, model.score_samples,
                 model.jacobian, model.loss_and_gradients):
        with pytest.raises(error, match=words):
            call(bad)
    np.testing.assert_array_equal(model.theta, before)
    if bad is not None:
        with pytest.raises(error, match=words.replace("X", "X_val", 1)):
            model.fit(X, X_val=bad)
    np.testing.assert_array_equal(model.theta, before)


def test_wrong_widths_after_fit():
    model = fitted()
    for call in (model.transform, model.reconstruct, model.score, model.partial_fit, model.loss_and_gradients):
        with pytest.raises(ValueError, match="X has 63 features, but Autoencoder is expecting 64 features"):
            call(X[:, :63])
    with pytest.raises(ValueError, match="Z has 2 features, expected 3"):
        model.inverse_transform(np.zeros((1, 2)))
    with pytest.raises(ValueError, match="X_val has 5 features"):
        model.fit(X, X_val=X[:, :5])


def test_cross_entropy_wants_the_unit_interval():
    for bad in (X - 0.1, X * 16):
        with pytest.raises(ValueError, match=r"X must lie in \[0, 1\] for loss='bce', found values from .*use loss='mse'"):
            Autoencoder(loss="bce").fit(bad)
    with pytest.raises(ValueError, match="X_val must lie in"):
        Autoencoder(loss="bce").fit(X, X_val=X * 2)
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        fitted(loss="bce").score(X * 2)


@pytest.mark.parametrize("output, data, floor", [("relu", X - 0.5, None), ("sigmoid", 2 * X, None), ("tanh", 2 * X, None)])
def test_outputs_that_cannot_reach_the_data_are_warned_of(output, data, floor):
    with pytest.warns(UserWarning, match=f"output_activation='{output}' cannot produce: the loss has a floor of"):
        Autoencoder(output_activation=output, epochs=0).fit(data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Autoencoder(output_activation=output, epochs=0).fit(X)


def test_before_fit():
    model = Autoencoder()
    for call in (lambda: model.transform(X), lambda: model.params, lambda: model.theta, lambda: model.reconstruct(X),
                 lambda: model.inverse_transform(np.zeros((1, 2))), lambda: model.loss_and_gradients(X),
                 model.get_feature_names_out, lambda: model.jacobian(X)):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            call()
    with pytest.raises(ValueError, match="n_features"):
        model.initialize(0)


def test_params_and_theta_can_be_replaced_by_the_like_only():
    model = fitted()
    model.theta = np.zeros(model.theta.size)
    assert not model.params["encoder.0.W"].any()
    with pytest.raises(ValueError, match="theta must be a vector"):
        model.theta = np.zeros(3)
    with pytest.raises(ValueError, match="same names and shapes"):
        model.params = {"encoder.0.W": 3}


@pytest.mark.parametrize("data", [
    X.astype(np.float64), np.asfortranarray(X), X.astype(">f4"), (X * 16).astype(np.uint8), X > 0.5, X[:1], X[:, :1],
    np.full((20, 4), 0.5), X.tolist(),
], ids=["float64", "fortran", "big-endian", "uint8", "bool", "one row", "one column", "constant", "lists"])
def test_unusual_but_sound_data(data):
    model = Autoencoder(hidden_dims=(4,), epochs=1, random_state=0).fit(data)
    assert model.reconstruct(data).shape == np.shape(data) and np.isfinite(model.score(data))


def test_read_only_data_stay_untouched():
    data = X.copy()
    data.flags.writeable = False
    fitted_model = Autoencoder(epochs=1).fit(data)
    fitted_model.transform(data)
    np.testing.assert_array_equal(data, X)
