"""Vector-quantized autoencoders of one and two levels: codes, gradients past them, the codebook's life, the prior, samples."""

import itertools

import numpy as np
import pytest

from npae import (
    Contraction,
    GaussianNoise,
    HierarchicalVectorQuantizedAutoencoder,
    L1Sparsity,
    NotFittedError,
    VectorQuantizedAutoencoder,
    load,
    load_digits,
)
from npae.baselines import independent_codes
from npae.gradcheck import check_gradients, relative_error
from npae.latents import perplexity, usage

FAST = {"epochs": 3, "random_state": 0}
MODELS = {
    "dense": VectorQuantizedAutoencoder(n_codes=16, n_slots=3, hidden_dims=(32,), latent_dim=4, **FAST),
    "grid": VectorQuantizedAutoencoder(n_codes=16, n_slots=16, channels=(8,), latent_dim=4, **FAST),
    "two levels": HierarchicalVectorQuantizedAutoencoder(n_codes_top=12, n_codes_bottom=8, channels=(8,), top_channels=(8,),
                                                         latent_dim=4, **FAST)}
SLOTS = {"dense": 3, "grid": 16, "two levels": 4 + 16}
each = pytest.mark.parametrize("name", MODELS)
X_TRAIN = load_digits().X_train
X = X_TRAIN[:300]
X_TEST = load_digits().X_test[:100]


def fresh(name, **changes):
    model = MODELS[name]
    return type(model)(**{**model.get_params(), **changes})


@pytest.fixture(scope="module")
def fitted():
    prior = {"hidden_dims": (32,), "epochs": 10, "learning_rate": 5e-3, "weight_decay": 1e-3}
    models = {name: fresh(name, epochs=20, learning_rate=5e-3).fit(X_TRAIN) for name in MODELS}
    return {name: model.fit_prior(X_TRAIN, **prior) for name, model in models.items()}


# ---- codes -------------------------------------------------------------------------------------------------------------

@each
def test_codes_are_whole_numbers_and_stand_for_the_reconstruction(fitted, name):
    model = fitted[name]
    codes, z = model.codes(X_TEST), model.transform(X_TEST)
    assert codes.shape == (100, SLOTS[name]) and codes.dtype.kind == "i" and codes.min() >= 0
    assert z.shape == (100, SLOTS[name] * 4) and len(model.get_feature_names_out()) == z.shape[1]
    np.testing.assert_array_equal(model.decode_codes(codes), model.reconstruct(X_TEST))
    np.testing.assert_array_equal(model.inverse_transform(z), model.reconstruct(X_TEST))


@each
def test_the_loss_is_that_of_the_quantized_reconstruction(fitted, name):
    model = fitted[name]
    terms, _ = model.loss_and_gradients(X_TEST)
    error = np.mean(np.sum((model.reconstruct(X_TEST) - X_TEST) ** 2, axis=1))
    assert relative_error(np.asarray(terms["reconstruction"]), np.asarray(error)) < 1e-6
    assert relative_error(np.asarray(-model.score(X_TEST)), np.asarray(error)) < 1e-6


@each
def test_every_slot_has_the_nearest_code(fitted, name):
    model = fitted[name]
    frozen = model.freeze(X_TEST)
    for level in ("",) if name != "two levels" else (".top", ".bottom"):
        z, E = frozen[f"z_still{level}"], model.params[f"codebook{level}"]
        distances = np.sum((z[:, :, None] - E) ** 2, axis=3)
        chosen = np.take_along_axis(distances, frozen[f"codes{level}"][:, :, None], 2)[:, :, 0]
        assert np.all(chosen <= distances.min(axis=2) * (1 + 1e-4) + 1e-6)
        np.testing.assert_array_equal(frozen[f"e_still{level}"], E[frozen[f"codes{level}"]])


def test_one_code_of_one_slot_changes_its_window_of_the_image_only(fitted):
    """On a grid of 4 x 4 the decoder's windows reach two places far: the opposite corner does not move."""
    model = fitted["grid"]
    codes = model.codes(X_TEST[:1])
    other = codes.copy()
    other[0, 0] = (codes[0, 0] + 1) % 16
    change = np.abs(model.decode_codes(other) - model.decode_codes(codes)).reshape(8, 8)
    assert change[:2, :2].max() > 1e-4 and change[6:, 6:].max() == 0


def test_bits():
    assert fresh("dense").initialize(64).bits == 3 * 4
    assert fresh("two levels").initialize(64).bits == pytest.approx(4 * np.log2(12) + 16 * 3)


# ---- gradients ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("update", ["ema", "gradient"])
@pytest.mark.parametrize("name, side", [("dense", 4), ("grid", 8), ("two levels", 8)])
def test_gradients_are_those_of_the_frozen_surrogate(name, side, update):
    changes = {"channels": (2,)} if name != "dense" else {"hidden_dims": (5,), "corruption": GaussianNoise(0.1),
                                                          "penalties": (L1Sparsity(0.1), Contraction(0.1))}
    changes |= {"top_channels": (2,)} if name == "two levels" else {"n_slots": SLOTS[name]}
    model = fresh(name, **changes, latent_dim=2, activation="tanh", codebook_update=update, dtype="float64", weight_decay=0.01)
    model.initialize(side ** 2)
    model.theta += 0.1 * np.random.default_rng(1).normal(size=model.theta.shape)
    x = np.random.default_rng(2).uniform(size=(2, side ** 2))
    report = check_gradients(model, x, rng=np.random.default_rng(3), method="complex")
    assert report.passed and max(row.error for row in report.rows) < 1e-12


@pytest.mark.parametrize("name", ["dense", "two levels"])
def test_a_central_difference_needs_the_frozen_values(name):
    """With freeze the difference quotient is the gradient; without, the loss is another function: z moves, its code does not."""
    model = fresh(name, activation="tanh", codebook_update="gradient", dtype="float64").initialize(64)
    x = X[:4].astype(float)
    frozen, weight = model.freeze(x), next(iter(model.params))
    grads = model.loss_and_gradients(x, noise=frozen)[1]
    np.testing.assert_array_equal(grads.theta, model.loss_and_gradients(x)[1].theta)
    place = np.unravel_index(np.argmax(np.abs(grads[weight])), grads[weight].shape)
    quotients = {}
    for kind, noise in (("frozen", frozen), ("free", {})):
        losses, start = [], model.params[weight][place]
        for moved in (start + 1e-6, start - 1e-6):
            model.params[weight][place] = moved
            losses.append(model.loss_and_gradients(x, noise=noise)[0]["loss"])
        model.params[weight][place] = start
        quotients[kind] = (losses[0] - losses[1]) / 2e-6
    assert abs(quotients["frozen"] / grads[weight][place] - 1) < 1e-6
    assert abs(quotients["free"] / grads[weight][place] - 1) > 1e-2


def test_the_codebook_hears_of_its_own_term_only():
    """A codebook term computed after the straight-through copy would leave these gradients at zero."""
    model = fresh("dense", codebook_update="gradient", dtype="float64").initialize(64)
    x = X[:20].astype(float)
    terms, grads = model.loss_and_gradients(x)
    frozen = model.freeze(x)
    z, j = frozen["z_still"].reshape(-1, 4), frozen["codes"].ravel()
    expected = np.array([2 / 20 * np.sum(model.params["codebook"][c] - z[j == c], axis=0) for c in range(16)])
    assert np.abs(expected).max() > 0 and relative_error(grads["codebook"], expected) < 1e-12
    assert terms["codebook"] == pytest.approx(terms["commitment"] / model.commitment)


def test_with_running_averages_the_codebook_has_no_gradient_and_no_term():
    terms, grads = fresh("dense").initialize(64).loss_and_gradients(X[:20])
    assert terms["codebook"] == 0 and not grads["codebook"].any() and terms["commitment"] > 0


@each
def test_terms_add_up_and_repeating_the_batch_changes_nothing(name):
    model = fresh(name, dtype="float64", codebook_update="gradient").initialize(64)
    x = X[:6].astype(float)
    (terms, grads), (again, same) = model.loss_and_gradients(x), model.loss_and_gradients(np.repeat(x, 3, axis=0))
    assert terms["loss"] == pytest.approx(sum(value for term, value in terms.items() if term != "loss"), rel=1e-12)
    assert all(again[term] == pytest.approx(terms[term], rel=1e-12) for term in terms)
    assert relative_error(same.theta, grads.theta) < 1e-12


# ---- the codebook's life -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("update", ["ema", "gradient"])
@each
def test_the_codebook_moves(name, update):
    model = fresh(name, codebook_update=update, codebook_init="normal", revive_codes=False, epochs=1).initialize(64)
    before = {key: value.copy() for key, value in model.params.items() if key.startswith("codebook")}
    model.partial_fit(X)
    assert before and all(np.abs(model.params[key] - value).max() > 1e-4 for key, value in before.items())


@each
def test_history_and_metrics(fitted, name):
    model = fitted[name]
    levels = ("",) if name != "two levels" else (".top", ".bottom")
    assert {"loss", "reconstruction", "seconds", *(f"{term}{level}" for term in ("codebook", "commitment") for level in levels)} \
        == set(model.history_)
    for level in levels:
        K = len(model.params[f"codebook{level}"])
        assert len(model.metrics_[f"perplexity{level}"]) == 20
        assert 0.25 * K < model.metrics_[f"perplexity{level}"][-1] <= K and 0.5 < model.metrics_[f"usage{level}"][-1] <= 1
    assert model.history_["reconstruction"][-1] < 0.6 * model.history_["reconstruction"][0]


def test_perplexity_is_that_of_the_codes_chosen_in_the_epoch():
    model = fresh("dense", learning_rate=1e-300, optimizer="sgd", ema_decay=0.0, batch_size=300, epochs=1, revive_codes=False)
    model.fit(X)
    model.partial_fit(X)        # nothing but the codebook moved, and at the end of the step
    before = np.bincount(model.codes(X).ravel(), minlength=16)
    model.partial_fit(X)
    assert model.metrics_["perplexity"][-1] == pytest.approx(perplexity(before), rel=1e-5)
    assert model.metrics_["usage"][-1] == pytest.approx(usage(before))


def test_codes_start_as_means_of_the_first_encodings():
    started, random = (fresh("dense", codebook_init=init, epochs=0).fit(X) for init in ("kmeans", "normal"))
    distances = [np.mean(np.sum((m.freeze(X)["z_still"] - m.freeze(X)["e_still"]) ** 2, axis=2)) for m in (started, random)]
    assert distances[0] < 0.3 * distances[1]
    assert perplexity(np.bincount(started.codes(X).ravel())) > perplexity(np.bincount(random.codes(X).ravel()))


def test_dead_codes_come_back_with_fresh_averages():
    model = fresh("dense", codebook_init="normal", epochs=1).fit(X)
    model.params["codebook"][5:9] = 1e6                             # as good as dead
    model._state["M"][5:9] = 1e6 * model._state["N"][5:9, None]
    model._state["chosen"][:] = 1                                   # nothing to revive before
    model.partial_fit(X)                                            # an epoch in which nothing chooses them
    assert model._state["chosen"][5:9].sum() == 0
    model._before_epoch(2, X)
    assert np.abs(model.params["codebook"][5:9]).max() < 100
    np.testing.assert_array_equal(model._state["M"][5:9], model.params["codebook"][5:9])
    np.testing.assert_array_equal(model._state["N"][5:9], 1)
    frozen = model.freeze(X)["z_still"].reshape(-1, 4)
    assert all((np.abs(frozen - code).max(axis=1) < 1e-6).any() for code in model.params["codebook"][5:9])


def test_without_revival_they_stay_dead():
    model = fresh("dense", codebook_init="normal", revive_codes=False, epochs=1).fit(X)
    model.params["codebook"][5:9], model._state["M"][5:9] = 1e6, 1e6 * model._state["N"][5:9, None]
    model.partial_fit(X)
    model.partial_fit(X)
    assert np.all(model.params["codebook"][5:9] > 1e5) and model.metrics_["usage"][-1] < 0.8


def test_averages_and_codebook_agree_after_early_stopping():
    model = fresh("dense", epochs=12, patience=2).fit(X, X_val=X_TEST)
    np.testing.assert_allclose(model._state["M"] / model._state["N"][:, None], model.params["codebook"], rtol=1e-5)


def test_raising_the_commitment_keeps_encodings_near_their_codes():
    distances = []
    for beta in (0.01, 0.25, 4.0):
        frozen = fresh("dense", commitment=beta, epochs=20).fit(X).freeze(X)
        distances.append(np.mean((frozen["z_still"] - frozen["e_still"]) ** 2))
    assert distances[0] > distances[1] > distances[2]


# ---- the prior and samples -----------------------------------------------------------------------------------------------

@each
def test_the_prior_beats_uniform_and_independent_codes(fitted, name):
    model = fitted[name]
    nats = -model.code_log_likelihood(X_TEST).mean(axis=0)
    assert len(nats) == len(model.priors_) == (2 if name == "two levels" else 1)
    assert nats.sum() < model.bits * np.log(2)
    sizes = model._sizes()
    assert nats.sum() < -independent_codes(model.codes(X_TRAIN), sizes, model.codes(X_TEST)).mean()


def test_the_bottom_is_conditioned_on_the_top(fitted):
    """Exchange the top codes among the images: the likelihood of the bottom codes given them falls."""
    model = fitted["two levels"]
    codes, prior = model.codes(X_TEST), model.priors_[1]
    swapped = codes.copy()
    swapped[:, :4] = np.roll(codes[:, :4], 1, axis=0)
    assert prior.n_given == 4 and prior.score(codes) > prior.score(swapped) + 0.5


@each
def test_samples(fitted, name):
    model = fitted[name]
    drawn, codes = model.sample(50, random_state=3), model.sample_codes(50, random_state=3)
    np.testing.assert_array_equal(drawn, model.decode_codes(codes))
    np.testing.assert_array_equal(drawn, model.sample(50, random_state=3))
    assert drawn.shape == (50, 64) and len(np.unique(codes, axis=0)) > 40 and np.isfinite(drawn).all()


@each
def test_saved_with_its_prior(fitted, name, tmp_path):
    model = fitted[name]
    model.save(tmp_path / "m.npz")
    again = load(tmp_path / "m.npz")
    np.testing.assert_array_equal(again.codes(X_TEST), model.codes(X_TEST))
    np.testing.assert_array_equal(again.sample(20, random_state=0), model.sample(20, random_state=0))
    assert again.priors_[-1].history_ == model.priors_[-1].history_
    assert all(np.array_equal(again._state[key], value) for key, value in model._state.items())


def test_a_prior_of_other_codes_is_dropped():
    model = fresh("dense", epochs=1).fit(X).fit_prior(X, hidden_dims=(8,), epochs=1)
    model.sample(2)
    for change in (lambda: model.partial_fit(X), lambda: model.fit_prior(X, hidden_dims=(8,), epochs=1).fit(X)):
        change()
        with pytest.raises(NotFittedError, match="no prior over its codes yet: call fit_prior"):
            model.sample(2)


def test_two_level_codes_are_a_joint_distribution():
    """p(top) p(bottom | top), summed over all codes of a tiny model, is one."""
    model = HierarchicalVectorQuantizedAutoencoder(n_codes_top=3, n_codes_bottom=2, channels=(2,), top_channels=(2,),
                                                   dtype="float64", epochs=1, random_state=0)
    x = np.random.default_rng(0).uniform(size=(20, 16))
    model.fit(x).fit_prior(x, hidden_dims=(6,), epochs=2)
    every = np.array(list(itertools.product(range(3), *[range(2)] * 4)), dtype=float)
    log_p = model.priors_[0].score_samples(every[:, :1]) + model.priors_[1].score_samples(every)
    assert np.exp(log_p).sum() == pytest.approx(1, abs=1e-12)


# ---- bad input -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, changes, n, message", [
    ("dense", {"n_codes": 1}, 64, "n_codes must be"), ("dense", {"n_slots": 0}, 64, "n_slots must be"),
    ("dense", {"n_slots": None}, 64, "without channels it must be a number"),
    ("grid", {}, 60, "no square image"), ("grid", {}, 49, "does not fit its input of 7 x 7"),
    ("grid", {"n_slots": 4}, 64, "leave 4 x 4 = 16 places: set n_slots=16 or None"),
    ("grid", {"tied": True}, 64, "tied is for dense layers"),
    ("dense", {"commitment": -1}, 64, "commitment must be"), ("dense", {"ema_decay": 1.0}, 64, r"ema_decay must be .* \[0, 1\)"),
    ("dense", {"ema_smoothing": -1}, 64, "ema_smoothing must be"),
    ("dense", {"codebook_update": "mean"}, 64, "codebook_update must be one of 'ema', 'gradient'"),
    ("dense", {"codebook_init": "zeros"}, 64, "codebook_init must be one of"),
    ("dense", {"optimizer": "lbfgs"}, 64, "encodings jump from code to code"),
    ("dense", {"penalties": (Contraction(0.1, of="reconstruction"),)}, 64, "piecewise constant"),
    ("two levels", {"n_codes_top": 1}, 64, "n_codes_top must"), ("two levels", {"n_codes_bottom": 1}, 64, "n_codes_bottom must"),
    ("two levels", {"tied": True}, 64, "does not take tied=True"), ("two levels", {"hidden_dims": (3,)}, 64, "take hidden_dims"),
    ("two levels", {"penalties": (L1Sparsity(1),)}, 64, "does not take penalties"),
    ("two levels", {"top_channels": ()}, 64, "top_channels must hold"), ("two levels", {}, 60, "no square image"),
    ("two levels", {"top_channels": (4, 4, 4)}, 64, "does not fit its input of 1 x 1"),
])
def test_bad_hyperparameters_and_data_are_refused_before_anything_changes(name, changes, n, message):
    model = fresh(name, **changes)
    with pytest.raises(ValueError, match=message):
        model.fit(np.zeros((5, n)))
    assert not hasattr(model, "n_features_in_") and not hasattr(model, "history_")


@each
def test_bad_codes_and_empty_batches(fitted, name):
    model, slots = fitted[name], SLOTS[name]
    with pytest.raises(ValueError, match=f"codes has 2 features, expected {slots}"):
        model.decode_codes(np.zeros((3, 2)))
    for wrong in (0.5, -1, 99):
        with pytest.raises(ValueError, match="codes must hold codes, whole numbers, from 0 to"):
            model.decode_codes(np.full((1, slots), wrong))
    for call in (model.codes, model.transform, model.score, model.loss_and_gradients, model.freeze):
        with pytest.raises(ValueError, match="X is empty"):
            call(np.zeros((0, 64)))
    with pytest.raises(ValueError, match="n must be"):
        model.sample(0)


def test_what_is_not_fitted_says_so():
    with pytest.raises(NotFittedError):
        fresh("dense").codes(X)
    with pytest.raises(NotFittedError, match="fit_prior"):
        fresh("dense").initialize(64).sample(3)
    with pytest.raises(NotImplementedError, match="no derivative"):
        fresh("two levels").initialize(64).jacobian(X)


def test_more_codes_than_different_encodings():
    """k-means has at most as many centres as there are different points; the other codes repeat some of them."""
    model = fresh("dense", n_codes=64, epochs=1).fit(np.repeat(X[:3], 4, axis=0))
    assert np.isfinite(model.params["codebook"]).all() and model.codes(X[:3]).max() < 64
