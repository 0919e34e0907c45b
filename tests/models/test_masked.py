"""The masked autoencoder: what may see what, an exact likelihood, exact sampling, and what it refuses."""

import copy
import itertools
import pickle
from functools import reduce

import numpy as np
import pytest

from npae import L1Sparsity, MaskedAutoencoder, NotFittedError, load
from npae.baselines import independent_codes
from npae.corruption import GaussianNoise
from npae.gradcheck import check_gradients
from npae.losses import softmax
from npae.models.masked_checks import NOT_FOR_US

SMALL = {"hidden_dims": (5,), "activation": "tanh", "dtype": "float64", "random_state": 0}
VARIANTS = {        # hyperparameters and the number of columns
    "plain": ({"n_codes": 3}, 4),
    "deep": ({"n_codes": 3, "hidden_dims": (5, 4, 6), "activation": "softplus"}, 4),
    "hidden alone": ({"n_codes": 2, "direct": False, "hidden_dims": (5, 5)}, 5),
    "unequal": ({"n_codes": (2, 4, 4, 3)}, 4),
    "given": ({"n_codes": 3, "n_given": 2, "hidden_dims": (5, 5)}, 5),
    "given, unequal, decay": ({"n_codes": (4, 2, 3, 3, 2), "n_given": 2, "weight_decay": 0.1}, 5),
    "narrow, relu": ({"n_codes": 3, "hidden_dims": (2,), "activation": "relu", "decay_biases": True, "weight_decay": 0.1}, 5),
    "one slot": ({"n_codes": (3, 4), "n_given": 1}, 2),
}
each_variant = pytest.mark.parametrize("name", VARIANTS)


def make(name="plain", shake=1.0, seed=1, **overrides):
    """A variant with every parameter off zero, also those under the masks."""
    hyperparameters, n = VARIANTS[name]
    model = MaskedAutoencoder(**{**SMALL, **hyperparameters, **overrides}).initialize(n)
    model.theta[...] += (shake * np.random.default_rng(seed).normal(size=model.theta.shape)).astype(model.theta.dtype)
    return model


def codes(model, m, seed=2):
    K = np.broadcast_to(model.n_codes, model.n_features_in_)
    return np.random.default_rng(seed).integers(0, K, (m, len(K))).astype(float)


def every_sequence(model, given=()):
    """All sequences of the slots, (number, n), behind one condition."""
    K = np.broadcast_to(model.n_codes, model.n_features_in_)[model.n_given:]
    return np.array([(*given, *c) for c in itertools.product(*map(range, K))], dtype=float)


def slots_of(model, p):
    """The probabilities (m, sum of K) cut into slots."""
    K = np.broadcast_to(model.n_codes, model.n_features_in_)[model.n_given:]
    return np.split(p, np.cumsum(K)[:-1], axis=1)


def noisy_copies(rng, m, S, K):
    """Columns that mostly repeat the one before: independence is a bad guess."""
    X = rng.integers(0, K, (m, S))
    for s in range(1, S):
        X[:, s] = np.where(rng.random(m) < 0.8, X[:, s - 1], X[:, s])
    return X


# ---- what sees what -------------------------------------------------------------------------------------------------------


@each_variant
def test_a_slot_changes_the_later_outputs_and_no_other(name):
    model = make(name)
    x, G = codes(model, 3), model.n_given
    K = np.broadcast_to(model.n_codes, model.n_features_in_)
    before = slots_of(model, model.reconstruct(x))
    for column in range(len(K)):
        changed = x.copy()
        changed[:, column] = (changed[:, column] + 1) % K[column]
        after = slots_of(model, model.reconstruct(changed))
        for s in range(len(K) - G):
            same = np.array_equal(before[s], after[s])
            assert same == (column - G >= s), f"column {column} and slot {s}"


@pytest.mark.parametrize("hidden_dims", [(4,), (9,), (8, 5), (16, 4, 11)])
def test_the_product_of_the_masks_is_strictly_triangular(hidden_dims):
    """It counts the paths from an input column to an output slot."""
    G, S = 2, 4
    network = MaskedAutoencoder(n_codes=3, n_given=G, hidden_dims=hidden_dims, dtype="float64").initialize(G + S)._network
    for layers in (network.stack, [network.direct]):
        paths = reduce(np.matmul, [layer.mask for layer in layers])
        connected = paths.reshape(G + S, 3, S, 3) > 0
        expected = np.arange(G + S)[:, None] - G < np.arange(S)
        expected[:G] = True
        assert np.array_equal(connected, np.broadcast_to(expected[:, None, :, None], connected.shape))


@pytest.mark.parametrize("width", [3, 16, 50])
def test_degrees_are_spread_evenly(width):
    network = MaskedAutoencoder(n_codes=2, hidden_dims=(width,)).initialize(16)._network
    seen = network.stack[0].mask.sum(axis=0) / 2            # so many slots are seen by a unit, which is its degree
    sizes = np.bincount(seen.astype(int), minlength=16)
    assert sizes.max() - sizes.min() <= 1 and sizes.sum() == width
    assert np.ptp(np.diff([*np.unique(seen), 16])) <= 1 and seen.min() == 0


def test_what_stands_under_a_mask_starts_at_zero_stays_there_and_does_nothing():
    model = MaskedAutoencoder(**SMALL, n_codes=3, epochs=3, weight_decay=0.01).initialize(4)
    x = codes(model, 20)
    masks = {layer.weight: layer.mask for layer in model._network.layers}
    assert all(np.all(model.params[name][mask == 0] == 0) and np.any(model.params[name]) for name, mask in masks.items())
    model.fit(x)
    assert all(np.all(model.params[name][mask == 0] == 0) for name, mask in masks.items())
    before = model.score_samples(x)
    for name, mask in masks.items():
        model.params[name][mask == 0] = 17.0
    assert np.array_equal(model.score_samples(x), before)


# ---- the likelihood -------------------------------------------------------------------------------------------------------


@each_variant
@pytest.mark.parametrize("seed", range(3))
def test_the_probabilities_of_all_sequences_sum_to_one(name, seed):
    model = make(name, seed=seed)
    K = np.broadcast_to(model.n_codes, model.n_features_in_)
    for given in itertools.islice(itertools.product(*map(range, K[:model.n_given])), 3):
        p = np.exp(model.score_samples(every_sequence(model, given)))
        assert abs(p.sum() - 1) < 1e-12 and np.ptp(p) > 0.01


@each_variant
def test_the_score_is_the_product_of_the_conditionals_and_minus_the_loss(name):
    model = make(name)
    x = codes(model, 6)
    p = [slot[np.arange(6), x[:, model.n_given + s].astype(int)] for s, slot in enumerate(slots_of(model, model.reconstruct(x)))]
    np.testing.assert_allclose(model.score_samples(x), np.log(p).sum(axis=0), rtol=1e-12)
    terms, _ = model.loss_and_gradients(x)
    assert set(terms) == {"loss", "reconstruction"} | ({"weight_decay"} if model.weight_decay else set())
    np.testing.assert_allclose(terms["reconstruction"], -model.score(x), rtol=1e-12)
    if model.weight_decay:
        decayed = sum((W ** 2).sum() for parameter, W in model.params.items() if model.decay_biases or parameter.endswith("W"))
        np.testing.assert_allclose(terms["weight_decay"], 0.1 * decayed, rtol=1e-12)


def test_the_hidden_layers_by_hand():
    model = make("given")
    x = codes(model, 4)
    v = np.concatenate([np.eye(3)[x[:, j].astype(int)] for j in range(5)], axis=1)
    y, params = v, model.params
    for layer in model._network.stack[:-1]:
        y = np.tanh(y @ (params[layer.weight] * layer.mask) + params[layer.bias])
    np.testing.assert_allclose(model.transform(x), y, rtol=1e-12)
    last, direct = model._network.stack[-1], model._network.direct
    o = y @ (params["decoder.0.W"] * last.mask) + params["decoder.0.b"] + v @ (params["direct.W"] * direct.mask)
    np.testing.assert_allclose(model.reconstruct(x), softmax(o.reshape(-1, 3)).reshape(4, 9), rtol=1e-12)


def test_an_impossible_code_has_a_finite_logarithm():
    model = make(shake=0)
    model.params["decoder.0.b"] = np.tile([2000.0, 0, 0], 4)
    np.testing.assert_allclose(model.score_samples([[1, 0, 0, 2]]), -4000, rtol=1e-3)


def test_many_rows_are_scored_in_pieces(monkeypatch):
    model = make("given, unequal, decay")
    x = codes(model, 25)
    whole = model.score_samples(x)
    monkeypatch.setattr("npae.models.masked.ROWS", 8)
    np.testing.assert_allclose(model.score_samples(x), whole, rtol=1e-12)


# ---- gradients ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, method, limit", [*((name, "complex", 1e-12) for name in VARIANTS),
                                                 ("hidden alone", "central", 1e-7), ("given, unequal, decay", "central", 1e-7)])
def test_gradients_of_every_parameter(name, method, limit):
    model = make(name, shake=0.5)
    report = check_gradients(model, codes(model, 3), method=method, tolerance=limit)
    assert report.verdict == "pass", str(report)
    assert {row.name for row in report.rows} == set(model.params) and max(row.error for row in report.rows) < limit


@pytest.mark.parametrize("seed", range(6))
def test_gradients_at_random_shapes(seed):
    rng = np.random.default_rng(seed)
    S, G = int(rng.integers(1, 5)), int(rng.integers(0, 3))
    hidden = tuple(int(width) for width in rng.integers(1, 8, rng.integers(1, 4)))
    model = MaskedAutoencoder(n_codes=tuple(int(K) for K in rng.integers(2, 5, G + S)), n_given=G, hidden_dims=hidden,
                              activation=str(rng.choice(["relu", "tanh", "sigmoid"])), direct=bool(rng.integers(2)),
                              dtype="float64", random_state=seed).initialize(G + S)
    model.theta += 0.5 * rng.normal(size=model.theta.shape)
    check_gradients(model, codes(model, int(rng.integers(1, 5))), method="complex", tolerance=1e-12).raise_if_failed()


@each_variant
def test_repeating_the_batch_changes_nothing(name):
    model = make(name)
    x = codes(model, 5)
    (once, grads), (thrice, same) = model.loss_and_gradients(x), model.loss_and_gradients(np.repeat(x, 3, axis=0))
    np.testing.assert_allclose(once["loss"], thrice["loss"], rtol=1e-13)
    np.testing.assert_allclose(grads.theta, same.theta, rtol=1e-11, atol=1e-14)


# ---- training -------------------------------------------------------------------------------------------------------------


def test_reaches_the_entropy_of_a_known_distribution():
    """Every sequence as often as its probability says: the least loss is the entropy, and the probabilities are the true ones."""
    rng = np.random.default_rng(0)
    sequences = np.array(list(itertools.product(range(3), range(2), range(3))))
    counts = rng.integers(1, 9, len(sequences)) ** 2
    p = counts / counts.sum()
    model = MaskedAutoencoder(n_codes=(3, 2, 3), hidden_dims=(40,), optimizer="lbfgs", epochs=200, dtype="float64",
                              random_state=0)
    model.fit(np.repeat(sequences, counts, axis=0))
    assert abs(model.history_["loss"][-1] + np.sum(p * np.log(p))) < 1e-6
    np.testing.assert_allclose(np.exp(model.score_samples(sequences)), p, atol=1e-4)


def test_a_condition_is_used():
    """One distribution of the slots for each of two conditions, learned with Adam in minibatches."""
    rng = np.random.default_rng(0)
    given = rng.integers(0, 2, 2000)
    slots = rng.integers(0, 2, 2000)
    x = np.stack([given, slots, np.where(given == 1, slots, 1 - slots)], axis=1)
    common = {"n_codes": 2, "hidden_dims": (16,), "epochs": 15, "learning_rate": 0.02, "random_state": 0}
    assert abs(MaskedAutoencoder(n_given=1, **common).fit(x).score(x) + np.log(2)) < 0.01
    assert abs(MaskedAutoencoder(**common).fit(x[:, 1:]).score(x[:, 1:]) + 2 * np.log(2)) < 0.01


def test_beats_independence_where_columns_depend_on_each_other_and_only_there():
    rng = np.random.default_rng(0)
    train, test = noisy_copies(rng, 2000, 5, 4), noisy_copies(rng, 1000, 5, 4)
    shuffled, held_out = (np.stack([rng.permutation(column) for column in X.T], axis=1) for X in (train, test))
    common = {"n_codes": 4, "hidden_dims": (32,), "epochs": 12, "learning_rate": 0.01, "weight_decay": 1e-4, "random_state": 0}
    gain = {}
    for kind, (X, X_test) in {"dependent": (train, test), "independent": (shuffled, held_out)}.items():
        difference = MaskedAutoencoder(**common).fit(X).score_samples(X_test) - independent_codes(X, 4, X_test)
        gain[kind], error = difference.mean(), difference.std() / np.sqrt(len(difference))
    stay, leave = 0.8 + 0.2 / 4, 0.2 / 4        # what is to be gained: 4 times the mutual information of neighbours
    information = np.log(4) + stay * np.log(stay) + 3 * leave * np.log(leave)
    assert 0.9 * 4 * information < gain["dependent"] < 1.1 * 4 * information
    assert gain["independent"] < 3 * error


def test_validation_data_and_early_stopping_work():
    rng = np.random.default_rng(0)
    model = MaskedAutoencoder(n_codes=4, hidden_dims=(64,), epochs=60, learning_rate=0.03, patience=3, random_state=0)
    model.fit(noisy_copies(rng, 40, 4, 4), X_val=noisy_copies(rng, 40, 4, 4))
    val = model.history_["val_loss"]
    assert len(val) < 60 and np.argmin(val) == len(val) - 4


# ---- sampling -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, given", [("plain", ()), ("unequal", ()), ("given", (2, 0)), ("given, unequal, decay", (3, 1))])
def test_samples_come_as_often_as_their_probability_says(name, given):
    model, n = make(name, shake=0.7), 20_000
    every = every_sequence(model, given)
    expected = n * np.exp(model.score_samples(every))
    drawn = model.sample(n, given=np.tile(given, (n, 1)) if given else None, random_state=0)
    K = np.broadcast_to(model.n_codes, model.n_features_in_)[model.n_given:]
    assert drawn.shape == (n, len(K)) and drawn.dtype.kind == "i"
    observed = np.bincount(np.ravel_multi_index(drawn.T, K), minlength=len(every))
    often = expected >= 5                           # the rare ones in one bin
    observed, expected = (np.append(c[often], c[~often].sum()) for c in (observed, expected))
    freedom = len(expected) - 1
    chi_square = np.sum((observed - expected) ** 2 / np.maximum(expected, 1e-9))
    assert abs(chi_square - freedom) < 4 * np.sqrt(2 * freedom)


def test_each_sample_obeys_its_own_condition(monkeypatch):
    model = make("given", shake=0)
    model.params["direct.W"] *= 0
    model.params["direct.W"][:3] = 30 * np.tile(np.eye(3), 3)      # every slot repeats the first given column
    given = np.stack([np.arange(50) % 3, np.zeros(50)], axis=1)
    assert np.array_equal(model.sample(50, given, random_state=0), np.repeat(given[:, :1], 3, axis=1))
    monkeypatch.setattr("npae.models.masked.ROWS", 16)
    assert np.array_equal(model.sample(50, given=given, random_state=0), np.repeat(given[:, :1], 3, axis=1))


def test_samples_are_determined_by_the_seed_and_drawn_in_pieces(monkeypatch):
    model = make()
    drawn = model.sample(50, random_state=3)
    assert np.array_equal(drawn, model.sample(50, random_state=np.random.default_rng(3)))
    assert not np.array_equal(drawn, model.sample(50, random_state=4))
    monkeypatch.setattr("npae.models.masked.ROWS", 7)
    assert np.array_equal(drawn, model.sample(50, random_state=3))


def test_the_last_code_is_drawn_where_probabilities_add_up_to_less_than_one_by_rounding():
    class Highest(np.random.Generator):
        def random(self, size):
            return np.full(size, 1 - 2.0 ** -53)

    model = make("given", dtype="float32")
    given = np.array(list(itertools.product(range(3), range(3))))
    assert np.array_equal(model.sample(9, given, Highest(np.random.PCG64(0))), np.full((9, 3), 2))


def test_training_and_sampling_reproduce_the_data():
    """Sequences that all count upwards from a random start, 2000 samples: nearly all of them must, too."""
    start = np.random.default_rng(0).integers(0, 5, (500, 1))
    model = MaskedAutoencoder(n_codes=5, hidden_dims=(32,), epochs=40, learning_rate=0.02, random_state=0)
    drawn = model.fit((start + np.arange(4)) % 5).sample(2000, random_state=0)
    assert np.mean(np.all(np.diff(drawn, axis=1) % 5 == 1, axis=1)) > 0.97
    assert np.bincount(drawn[:, 0]).min() > 250


# ---- what it refuses ------------------------------------------------------------------------------------------------------

FOREIGN = {"latent_dim": (3, "no bottleneck"), "latent_activation": ("tanh", "no code layer"), "loss": ("mae", "data are codes"),
           "output_activation": ("sigmoid", "outputs are logits"), "tied": (True, "different masks"),
           "require_decreasing": (True, "any width"), "corruption": (GaussianNoise(0.1), "is no code"),
           "penalties": ([L1Sparsity(0.1)], "use weight_decay")}


@pytest.mark.parametrize("name", NOT_FOR_US)
def test_what_belongs_to_other_models_is_refused_with_the_reason(name):
    value, reason = FOREIGN[name]
    with pytest.raises(ValueError, match=f"MaskedAutoencoder does not take {name}=.*{reason}"):
        MaskedAutoencoder(**{name: value}).initialize(3)
    MaskedAutoencoder(**{name: NOT_FOR_US[name][0]}).initialize(3)


@pytest.mark.parametrize("hyperparameters, error, message", [
    ({"n_codes": 1}, ValueError, "n_codes must be an integer of at least 2, got 1"),
    ({"n_codes": (3, 1, 3)}, ValueError, r"n_codes\[1\] must be an integer of at least 2"),
    ({"n_codes": (3, 3)}, ValueError, "n_codes must be one number, or one for each of the 3 columns, got 2"),
    ({"n_given": 3}, ValueError, "n_given must leave at least one column to model: it is 3, the data have 3 columns"),
    ({"n_given": 7}, ValueError, "n_given must leave"), ({"n_given": -1}, ValueError, "n_given must be an integer of at least 0"),
    ({"hidden_dims": ()}, ValueError, "hidden_dims must hold at least one width"), ({"direct": 1}, TypeError, "direct"),
    ({"weight_decay": -1.0}, ValueError, "weight_decay")])
def test_hyperparameters_that_make_no_sense_are_refused(hyperparameters, error, message):
    model = MaskedAutoencoder(**{"n_codes": 3, **hyperparameters})
    before = dict(vars(model))
    for call in (lambda: model.initialize(3), lambda: model.fit(np.zeros((4, 3)))):
        with pytest.raises(error, match=message):
            call()
        assert vars(model) == before


@pytest.mark.parametrize("value, message", [(0.5, "X must hold codes.* from 0 to 3 in column 2; found 0.5 in row 1"),
                                            (4, "from 0 to 3 in column 2; found 4"), (-1, "column 2; found -1"),
                                            (np.nan, "not finite")])
def test_data_that_are_no_codes_are_refused_with_their_column(value, message):
    model = make("unequal")
    x = codes(model, 3)
    x[1, 2] = value
    fresh = MaskedAutoencoder(n_codes=(2, 4, 4, 3))
    for call in (model.score_samples, model.transform, model.reconstruct, model.loss_and_gradients, model.fit, fresh.fit):
        with pytest.raises(ValueError, match=message):
            call(x)
    with pytest.raises(ValueError, match=message.replace("X must", "X_val must")):
        fresh.fit(codes(model, 3), X_val=x)
    assert not hasattr(fresh, "history_")


@pytest.mark.parametrize("name, arguments, message", [
    ("given", {}, r"given must hold the first 2 columns of the 3 samples, shape \(3, 2\); got None"),
    ("given", {"given": np.zeros((3, 1))}, "given has 1 features"),
    ("given", {"given": np.zeros((2, 2))}, "given .* n=3 .* got 2"),
    ("given", {"given": np.zeros(2)}, "given must have two dimensions"),
    ("given", {"given": np.full((3, 2), 3)}, "given must hold codes.* column 0; found 3"),
    ("plain", {"given": np.zeros((3, 1))}, "given must be None"), ("plain", {"n": 0}, "n must be")])
def test_conditions_that_do_not_fit_are_refused(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(name).sample(**{"n": 3, **arguments})


def test_codes_alone_are_not_invertible():
    with pytest.raises(NotImplementedError, match="needs the slots before it; use reconstruct"):
        make().inverse_transform(np.zeros((1, 5)))


@pytest.mark.parametrize("method", ["transform", "reconstruct", "score_samples", "sample", "get_feature_names_out"])
def test_before_fitting_there_is_nothing_to_ask(method):
    with pytest.raises(NotFittedError):
        getattr(MaskedAutoencoder(), method)(2)


# ---- the same bits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["deep", "given, unequal, decay"])
def test_saved_copied_pickled_and_trained_again_it_is_the_same(name, tmp_path):
    x = codes(make(name), 30)
    model, again, other = (make(name, dtype="float32", epochs=2, batch_size=8, random_state=seed).fit(x) for seed in (4, 4, 5))
    model.save(tmp_path / "masked.npz")
    given = x[:, :model.n_given] if model.n_given else None
    for twin in (again, load(tmp_path / "masked.npz"), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert np.array_equal(twin.theta, model.theta) and twin.history_["loss"] == model.history_["loss"]
        assert np.array_equal(twin.score_samples(x), model.score_samples(x))
        assert np.array_equal(twin.sample(30, given, random_state=0), model.sample(30, given, random_state=0))
    assert not np.array_equal(other.theta, model.theta)


def test_float32_is_float32_throughout():
    model = make("given", dtype="float32")
    x = codes(model, 4)
    terms, grads = model.loss_and_gradients(x)
    assert {array.dtype.name for array in (terms["loss"], grads.theta, model.transform(x), model.reconstruct(x),
                                           model.score_samples(x))} == {"float32"}
    np.testing.assert_allclose(model.score_samples(x), make("given").score_samples(x), rtol=1e-4)
    assert [model.transform(x).shape, model.reconstruct(x).shape] == [(4, 5), (4, 9)]
    assert list(model.get_feature_names_out())[-1] == "maskedautoencoder4"
    assert "direct.W" in model.summary()


def test_codes_may_be_integers_and_the_caller_s_array_stays_as_it_is():
    model = make()
    x = codes(model, 6).astype(int)
    before = x.copy()
    assert np.array_equal(model.score_samples(x), model.score_samples(x.astype(float)))
    model.fit(x)
    assert np.array_equal(x, before)
