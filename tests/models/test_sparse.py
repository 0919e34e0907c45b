"""The sparse autoencoder: hyperparameters, answers to bad input, its term, unit decoders, running averages, saving."""

import copy
import pickle

import numpy as np
import pytest

from npae import load, load_digits, network
from npae.corruption import SaltAndPepperNoise
from npae.models import Autoencoder, SparseAutoencoder
from npae.penalties import (
    Contraction,
    GaussianPrior,
    KLSparsity,
    L1Sparsity,
    StudentTSparsity,
    WeightDecay,
    bernoulli_kl,
    gaussian_prior,
    kl_sparsity,
    l1_sparsity,
    student_t_sparsity,
)
from npae.sparseness import lifetime_sparseness, population_sparseness, zero_fraction

X = load_digits().X_train[:150]
SMALL = {"hidden_dims": (8,), "latent_dim": 5, "epochs": 3, "batch_size": 50, "random_state": 0}
KINDS = {"kl": "sigmoid", "l1": "relu", "student_t": "identity", "gaussian": "identity"}
kinds = pytest.mark.parametrize("kind", KINDS)


def sparse(kind="kl", **changes):
    return SparseAutoencoder(**{**SMALL, "sparsity": kind, **changes})


# ---- hyperparameters --------------------------------------------------------------------------------------------------

@kinds
def test_the_penalty_chooses_the_code_s_activation(kind):
    model = sparse(kind).initialize(64)
    assert model._encoder[-1].activation.name == KINDS[kind]
    assert model.latent_activation is None              # stored untouched
    assert sparse(kind, latent_activation="tanh").initialize(64)._encoder[-1].activation.name == "tanh"


@pytest.mark.parametrize("changes, error, words", [
    ({"sparsity": "l2"}, ValueError, "sparsity must be one of 'kl', 'l1', 'student_t', 'gaussian', got 'l2'"),
    ({"sparsity": None}, ValueError, "sparsity must be one of"),
    ({"sparsity_weight": -0.1}, ValueError, r"sparsity_weight must be a finite number in \[0, inf\), got -0.1"),
    ({"sparsity_weight": np.nan}, ValueError, "sparsity_weight must be a finite number"),
    ({"sparsity_weight": "1"}, TypeError, "sparsity_weight must be a number, got '1'"),
    ({"rho": 0.0}, ValueError, r"rho must be a finite number in \(0, 1\), got 0.0"),
    ({"rho": 1.0}, ValueError, r"rho must be a finite number in \(0, 1\), got 1.0"),
    ({"rho": -0.05}, ValueError, r"rho .*\(0, 1\), got -0.05"),
    ({"rho": 5}, ValueError, r"rho .*\(0, 1\), got 5"),
    ({"rho": True}, TypeError, "rho must be a number"),
    ({"rho_momentum": 1.0}, ValueError, r"rho_momentum must be a finite number in \[0, 1\), got 1.0"),
    ({"rho_momentum": -0.1}, ValueError, r"rho_momentum .*\[0, 1\), got -0.1"),
    ({"sparsity": "student_t", "nu": 0.0}, ValueError, r"nu must be a finite number in \(0, inf\), got 0.0"),
    ({"sparsity": "student_t", "nu": -1.0}, ValueError, r"nu .*\(0, inf\), got -1.0"),
    ({"unit_decoder": "yes"}, TypeError, "unit_decoder must be True or False, got 'yes'"),
    ({"latent_activation": "relu"}, ValueError, r"KL sparsity needs units with outputs in \(0, 1\), or tanh .*got 'relu'"),
    ({"latent_activation": "identity"}, ValueError, "KL sparsity needs units .*got 'identity': use 'sigmoid' or 'tanh'"),
    ({"latent_activation": "softplus"}, ValueError, "KL sparsity needs units .*got 'softplus'"),
    ({"latent_activation": "swish"}, ValueError, "latent_activation must be one of .*got 'swish'"),
])
def test_bad_hyperparameters_are_named_and_nothing_is_fitted(changes, error, words):
    model = sparse(**changes)
    with pytest.raises(error, match=words):
        model.fit(X)
    assert not hasattr(model, "n_features_in_") and not hasattr(model, "history_")


@pytest.mark.parametrize("penalty, words", [
    (L1Sparsity(-1.0), "weight of L1Sparsity must be a finite number"),
    (GaussianPrior(np.inf), "weight of GaussianPrior must be a finite number"),
    (StudentTSparsity(0.1, nu=0), r"nu must be .*\(0, inf\), got 0"),
    (KLSparsity(0.1, rho=1), r"rho must be .*\(0, 1\), got 1"),
    (KLSparsity(0.1, momentum=1), "rho_momentum must be"),
    (L1Sparsity(0.1, layer=-1), "layer of L1Sparsity must be an integer of at least 0"),
    (L1Sparsity(0.1, layer=2), "layer=2 of L1Sparsity: the encoder has layers 0 to 1"),
    (Contraction(0.1, layer=7), "layer=7 of Contraction: the encoder has layers 0 to 1"),
    (KLSparsity(0.1, layer=0), "KL sparsity needs units .*got 'relu'"),
])
def test_bad_penalty_objects_are_refused(penalty, words):
    with pytest.raises(ValueError, match=words):
        Autoencoder(**SMALL, latent_activation="sigmoid", penalties=[penalty]).fit(X)


def test_values_of_the_other_penalties_are_not_looked_at():
    sparse("l1", rho=7, nu=-1).initialize(64)


# ---- the term ----------------------------------------------------------------------------------------------------------

@kinds
def test_the_term_is_the_weighted_penalty_of_the_code(kind):
    model = sparse(kind, sparsity_weight=0.7, rho=0.2, nu=2.0, dtype="float64").initialize(64)
    terms, _ = model.loss_and_gradients(X)
    z = model.transform(X)
    expected = {"kl": lambda: kl_sparsity(z, 0.2), "l1": lambda: l1_sparsity(z),
                "student_t": lambda: student_t_sparsity(z, 2.0), "gaussian": lambda: gaussian_prior(z)}[kind]()
    assert set(terms) == {"loss", "reconstruction", "sparsity"}
    assert terms["sparsity"] == pytest.approx(0.7 * expected, rel=1e-13)
    assert terms["loss"] == pytest.approx(terms["reconstruction"] + terms["sparsity"], rel=1e-14)


def test_tanh_units_are_mapped_to_the_unit_interval():
    model = sparse(rho=0.3, latent_activation="tanh", dtype="float64").initialize(64)
    assert model.loss_and_gradients(X)[0]["sparsity"] == pytest.approx(kl_sparsity((1 + model.transform(X)) / 2, 0.3))


@kinds
def test_weight_zero_is_the_plain_autoencoder_to_the_bit(kind):
    model = sparse(kind, sparsity_weight=0.0, unit_decoder=False).fit(X)
    plain = Autoencoder(**SMALL, latent_activation=KINDS[kind]).fit(X)
    np.testing.assert_array_equal(model.theta, plain.theta)
    assert set(model.history_["sparsity"]) == {0.0}


def test_only_l1_makes_exact_zeros_and_more_of_them_with_its_weight():
    def zeros(kind, weight):
        model = sparse(kind, sparsity_weight=weight, epochs=40, latent_dim=20, learning_rate=1e-2, tied=True)
        return zero_fraction(model.fit_transform(X))
    few, more, most = (zeros("l1", weight) for weight in (0.03, 0.3, 3.0))
    assert few + 0.1 < more < most - 0.01
    assert zeros("student_t", 0.3) == zeros("gaussian", 0.3) == 0


def test_penalties_act_on_the_layer_they_name():
    model = Autoencoder(**SMALL, activation="tanh", dtype="float64",
                        penalties=[L1Sparsity(0.5, layer=0), GaussianPrior(0.25)]).initialize(64)
    terms, _ = model.loss_and_gradients(X)
    trace = network.forward(model._encoder, model.params, X.astype(float))
    assert terms["l1_sparsity"] == pytest.approx(0.5 * np.abs(trace[0].y).sum() / len(X))
    assert terms["gaussian_prior"] == pytest.approx(0.25 * np.sum(trace[1].y ** 2) / 2 / len(X))


def test_the_penalty_is_that_of_the_corrupted_pass():
    noise = SaltAndPepperNoise(0.5)
    model = sparse("l1", corruption=noise, dtype="float64").initialize(64)
    drawn = model.draw_noise(X, np.random.default_rng(0))
    codes = model.transform(noise(X.astype(float), drawn["corruption"]))
    assert model.loss_and_gradients(X, noise=drawn)[0]["sparsity"] == pytest.approx(l1_sparsity(codes))


# ---- scale (E002-11) ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["l1", "student_t", "gaussian"])
def test_the_rows_of_a_unit_decoder_are_at_most_one_long(kind):
    settings = {"hidden_dims": (), "sparsity_weight": 0.3, "learning_rate": 0.03, "epochs": 30}
    lengths = {flag: np.linalg.norm(sparse(kind, unit_decoder=flag, **settings).fit(X).params["decoder.0.W"], axis=1)
               for flag in (True, False)}
    assert lengths[True].max() <= 1 + 1e-6
    assert lengths[False].max() > 1.2               # without the rule the scale goes where it costs nothing


def test_rows_that_are_shorter_than_one_are_left_alone():
    model = sparse("l1", sparsity_weight=0.0, learning_rate=1e-9, epochs=1).initialize(64)
    rows, lengths = model.params["decoder.0.W"], np.array([0.1, 0.5, 1.1, 1.5, 2.0])      # rows: a view
    rows *= lengths[:, None] / np.linalg.norm(rows, axis=1, keepdims=True)
    before = rows.copy()
    model._after_step(X, {})
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), np.minimum(lengths, 1), rtol=1e-5)
    np.testing.assert_array_equal(rows[:2], before[:2])


@pytest.mark.parametrize("kind, changes", [("kl", {}), ("l1", {"tied": True}), ("l1", {"unit_decoder": False})])
def test_where_no_row_is_cut(kind, changes):
    model = sparse(kind, **changes).initialize(64)
    model.theta *= 10
    before = model.theta.copy()
    model._after_step(X, {})
    np.testing.assert_array_equal(model.theta, before)


# ---- what is watched ---------------------------------------------------------------------------------------------------

@kinds
def test_sparseness_is_recorded_for_every_epoch(kind):
    model = sparse(kind, loss="bce").fit(X)
    assert set(model.metrics_) == {"excess", "lifetime_sparseness", "population_sparseness", "zero_codes"}
    assert {len(values) for values in model.metrics_.values()} == {3}
    z = model.transform(X)
    assert model.metrics_["lifetime_sparseness"][-1] == pytest.approx(lifetime_sparseness(z), rel=1e-6)
    assert model.metrics_["population_sparseness"][-1] == pytest.approx(population_sparseness(z), rel=1e-6)
    assert model.metrics_["zero_codes"][-1] == zero_fraction(z)


def test_the_constant_unit_trap_shows_in_the_lifetime_sparseness():
    model = sparse(rho=0.2, hidden_dims=(), latent_dim=20, dtype="float64").initialize(64)
    model.params["encoder.0.W"] = np.zeros((64, 20))
    model.params["encoder.0.b"] = np.full(20, np.log(0.2 / 0.8))
    assert model.loss_and_gradients(X)[0]["sparsity"] == pytest.approx(0, abs=1e-14)
    assert model._metrics({}, X)["lifetime_sparseness"] == pytest.approx(0, abs=1e-12)


# ---- running averages --------------------------------------------------------------------------------------------------

def averaging(momentum=0.75, **changes):
    return sparse(rho=0.2, rho_momentum=momentum, batch_size=1000, dtype="float64", **changes)


def test_the_running_average_is_updated_after_every_step():
    model = averaging(random_state=3)
    model.partial_fit(X)
    first = model.transform(X).mean(axis=0)
    np.testing.assert_allclose(model._state["sparsity"], first, rtol=1e-13)                 # the first batch starts it
    model.partial_fit(X)
    second = model.transform(X).mean(axis=0)
    np.testing.assert_allclose(model._state["sparsity"], 0.75 * first + 0.25 * second, rtol=1e-13)


def test_without_momentum_nothing_is_remembered():
    assert averaging(momentum=None).fit(X)._state == {} and averaging().initialize(64)._state == {}


def test_the_term_uses_the_average_and_its_gradient_the_share_of_the_batch():
    model, plain = averaging().initialize(64), averaging(momentum=None).initialize(64)
    z = model.transform(X)
    unremembered = model.loss_and_gradients(X)[0]["sparsity"]
    assert unremembered == pytest.approx(kl_sparsity(z, 0.2), rel=1e-13)
    model._state["sparsity"] = np.full(5, 0.4)
    average = 0.75 * 0.4 + 0.25 * z.mean(axis=0)
    assert model.loss_and_gradients(X)[0]["sparsity"] == pytest.approx(bernoulli_kl(average, 0.2), rel=1e-13)

    model._state["sparsity"] = z.mean(axis=0)       # where the average is the batch's, the gradients differ by 1 - gamma
    unpenalized = Autoencoder(**SMALL, latent_activation="sigmoid", dtype="float64").initialize(64)
    averaged, batch, rest = (twin.loss_and_gradients(X)[1].theta for twin in (model, plain, unpenalized))
    np.testing.assert_allclose(averaged - rest, 0.25 * (batch - rest), rtol=1e-9, atol=1e-14)
    assert np.abs(batch - rest).max() > 1e-3


def test_asking_for_the_loss_does_not_move_the_average():
    model = averaging().fit(X)
    before = pickle.dumps(model)
    model.loss_and_gradients(X[:7])
    model.transform(X)
    model.score(X)
    assert pickle.dumps(model) == before


def test_the_average_survives_copies_pickles_and_files(tmp_path):
    model = averaging(epochs=4).fit(X)
    model.save(tmp_path / "m.npz")
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model)), load(tmp_path / "m.npz")):
        np.testing.assert_array_equal(twin._state["sparsity"], model._state["sparsity"])
        assert twin.loss_and_gradients(X)[0] == model.loss_and_gradients(X)[0]
        twin._state["sparsity"][:] = 0.01
        assert model._state["sparsity"].min() > 0.01        # it is the twin's own


def test_fit_starts_the_average_afresh():
    model = averaging(epochs=2)
    first = model.fit(X)._state["sparsity"].copy()
    np.testing.assert_array_equal(model.fit(X)._state["sparsity"], first)


def test_a_penalty_object_keeps_its_own_average():
    model = Autoencoder(**SMALL, activation="sigmoid", latent_activation="tanh",
                        penalties=[KLSparsity(0.1, 0.2, layer=0, momentum=0.5), KLSparsity(0.1, 0.3, momentum=0.9)]).fit(X)
    assert {name: state.shape for name, state in model._state.items()} == {"kl_sparsity": (8,), "kl_sparsity_2": (5,)}
    assert {state.dtype for state in model._state.values()} == {np.dtype(np.float32)}
    assert all(0 < state.min() and state.max() < 1 for state in model._state.values())


# ---- penalty objects ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("penalty, other, text", [
    (L1Sparsity(0.1), L1Sparsity(0.2), "L1Sparsity(weight=0.1, layer=None)"),
    (GaussianPrior(0.1, layer=1), GaussianPrior(0.1), "GaussianPrior(weight=0.1, layer=1)"),
    (StudentTSparsity(0.1, 2.0), StudentTSparsity(0.1), "StudentTSparsity(weight=0.1, nu=2.0, layer=None)"),
    (KLSparsity(0.1, 0.2), KLSparsity(0.1, 0.2, momentum=0.5), "KLSparsity(weight=0.1, rho=0.2, layer=None, momentum=None)"),
    (Contraction(0.1), Contraction(0.1, "reconstruction"),
     "Contraction(weight=0.1, of='code', method='exact', n_probes=1, layer=None)"),
    (WeightDecay(0.1), WeightDecay(0.1, "l1"), "WeightDecay(weight=0.1, kind='l2', biases=False)"),
])
def test_equality_repr_and_immutability(penalty, other, text):
    twin = eval(repr(penalty))
    assert twin == penalty and hash(twin) == hash(penalty) and penalty != other
    assert repr(penalty) == text
    with pytest.raises(AttributeError):
        penalty.weight = 1.0


def test_a_model_with_every_penalty_and_a_corruption_survives_a_file(tmp_path):
    model = Autoencoder(**SMALL, activation="tanh", latent_activation="sigmoid", corruption=SaltAndPepperNoise(0.2, low=0.1),
                        penalties=(KLSparsity(0.1, 0.2, momentum=0.5), L1Sparsity(0.2, layer=0), StudentTSparsity(0.1, 3.0),
                                   GaussianPrior(0.05), Contraction(0.1, method="probes", n_probes=2))).fit(X)
    model.save(tmp_path / "m.npz")
    loaded = load(tmp_path / "m.npz")
    assert loaded.get_params() == model.get_params() and loaded.history_ == model.history_
    noise = model.draw_noise(X, np.random.default_rng(1))
    assert set(noise) == {"corruption", "contraction"}
    (terms, grads), (loaded_terms, loaded_grads) = (twin.loss_and_gradients(X, noise=noise) for twin in (model, loaded))
    assert loaded_terms == terms
    np.testing.assert_array_equal(loaded_grads.theta, grads.theta)
