"""What the sources say about autoencoders, with the numbers: capacity, copying, memorizing, PCA, activations.

(The linear cases with closed-form answers are in npae.checks.oracles, and run from tests/checks.)
"""

import numpy as np
import pytest

from npae import PCA, Autoencoder, arc, correlated_gaussian, helix, load_digits, network, principal_angles
from npae.checks.oracles import minimize
from npae.initialization import draw_weights
from npae.layers import ACTIVATIONS
from npae.network import Layer
from npae.parameters import Parameters

DIGITS = load_digits()
EXACT = {"dtype": "float64", "optimizer": "lbfgs"}


def final_loss(model):
    return model.history_["loss"][-1]


# ---- PCA (000 section 2, 001 linear slides) ----------------------------------------------------------------------------

def test_on_the_digits_the_linear_autoencoder_reaches_the_floor():
    model = Autoencoder(latent_dim=4, hidden_dims=(), epochs=500, random_state=0, **EXACT).fit(DIGITS.X_train)
    excess = final_loss(model) / PCA(4).fit(DIGITS.X_train).floor_ - 1
    assert -1e-12 < excess < 1e-4


def test_with_adam_the_linear_autoencoder_comes_near():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 6)) * np.sqrt([9, 4, 2, 0.5, 0.3, 0.1])
    model = Autoencoder(latent_dim=3, hidden_dims=(), epochs=600, batch_size=100, learning_rate=1e-2, schedule="cosine",
                        dtype="float64", random_state=0).fit(x)
    pca = PCA(3).fit(x)
    assert model.loss_and_gradients(x)[0]["loss"] / pca.floor_ - 1 < 1e-3
    assert principal_angles(model.params["decoder.0.W"], pca.components_).max() < 1
    gram = model.params["decoder.0.W"] @ model.params["decoder.0.W"].T
    assert np.abs(gram - np.diag(np.diag(gram))).max() > 1e-3       # the subspace, not the axes


def test_with_absolute_error_the_subspace_is_another_one():
    """E000-10: heavy tails pull PCA's axis away; the absolute error ignores them."""
    rng = np.random.default_rng(4)
    x = np.outer(rng.normal(size=400), [1.0, 0.0])
    x[::50, 1] = 12 * rng.choice([-1, 1], size=8)
    squared = Autoencoder(latent_dim=1, hidden_dims=(), epochs=300, random_state=0, **EXACT).fit(x)
    starts = [Autoencoder(latent_dim=1, hidden_dims=(), loss="mae", epochs=400, learning_rate=1e-2, batch_size=100,
                          schedule="cosine", dtype="float64", random_state=seed).fit(x) for seed in range(5)]
    absolute = min(starts, key=final_loss)      # each axis is a local minimum
    truth = np.array([[1.0, 0.0]])
    assert principal_angles(squared.params["decoder.0.W"], truth).max() > 10
    assert principal_angles(absolute.params["decoder.0.W"], truth).max() < 1


def test_independent_features_cannot_be_compressed_correlated_ones_can():
    """002: k = 2 of d = 10. Independent: (d - k)/d = 0.8 is left. Two blocks of correlation 0.9: 8 (1 - 0.9)/10 = 0.08."""
    block = np.full((5, 5), 0.9) + 0.1 * np.eye(5)
    for covariance, unexplained in ((np.eye(10), 0.8), (np.kron(np.eye(2), block), 0.08)):
        x = correlated_gaussian(4000, covariance, random_state=0)
        model = Autoencoder(latent_dim=2, hidden_dims=(), epochs=300, random_state=0, **EXACT).fit(x)
        assert final_loss(model) / x.var(axis=0).sum() == pytest.approx(unexplained, rel=0.05)


@pytest.mark.parametrize("manifold, ratio", [(arc, 1000), (helix, 100)])
def test_one_curved_unit_beats_one_straight_direction(manifold, ratio):
    """SEEDS 3.2: nonlinear PCA on a curve, best of three starts, by more than 1000 (arc) and 100 (helix)."""
    options = {"height": 4.0} if manifold is helix else {}
    x, _ = manifold(200, random_state=0, **options)
    best = min(final_loss(Autoencoder(latent_dim=1, hidden_dims=(32, 32), activation="tanh", epochs=500, random_state=seed,
                                      **EXACT).fit(x)) for seed in range(3))
    assert PCA(1).fit(x).floor_ / best > ratio


def test_held_out_error_falls_with_the_size_of_the_code():
    errors = [-Autoencoder(latent_dim=k, hidden_dims=(64,), epochs=30, batch_size=64, learning_rate=3e-3, random_state=0)
              .fit(DIGITS.X_train).score(DIGITS.X_test) for k in (1, 2, 4, 8, 16)]
    assert all(after < before for before, after in zip(errors, errors[1:]))


# ---- capacity, copying, memorizing (001, 002, 004) ---------------------------------------------------------------------

def test_an_overcomplete_linear_autoencoder_learns_to_copy():
    x = np.random.default_rng(0).normal(size=(100, 5))
    model = Autoencoder(latent_dim=8, hidden_dims=(), epochs=500, random_state=0, **EXACT).fit(x)
    assert final_loss(model) < 1e-6 * x.var(axis=0).sum()
    W = model.params["encoder.0.W"] @ model.params["decoder.0.W"]
    np.testing.assert_allclose(W, np.eye(5), atol=1e-4)


def test_the_index_code_memorizes_and_knows_nothing_else():
    """001 "index" slide: f(x_i) = i, else 0; g(i) = x_i, else 0. Train error 0, test error E||x||^2."""
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(20, 10)), rng.normal(size=(1000, 10))
    number = {row.tobytes(): i for i, row in enumerate(train, start=1)}
    codes = lambda x: np.array([number.get(row.tobytes(), 0) for row in x])
    decode = lambda z: np.vstack([np.zeros(10), train])[z]
    assert np.array_equal(decode(codes(train)), train)
    assert np.mean(np.sum((decode(codes(test)) - test) ** 2, axis=1)) == np.mean(np.sum(test ** 2, axis=1))


def constructed_memorizer(x):
    """An autoencoder with one code unit and weights set by hand: a projection numbers the examples, and a decoder whose
    ReLU units switch on one after another walks from stored example to stored example."""
    m, n = x.shape
    direction = np.random.default_rng(1).normal(size=n)
    position = x @ direction
    order = np.argsort(position)
    knots, values = position[order], x[order]
    model = Autoencoder(latent_dim=1, hidden_dims=(m,), dtype="float64").initialize(n)
    first = np.zeros((n, m))
    first[:, 0] = direction
    slopes = np.diff(values, axis=0) / np.diff(knots)[:, None]
    model.theta[:] = 0
    model.params["encoder.0.W"] = first
    model.params["encoder.0.b"] = np.where(np.arange(m) == 0, 100.0, 0.0)      # keeps the one used unit on its linear side
    model.params["encoder.1.W"] = np.eye(m)[:, :1]
    model.params["encoder.1.b"] = [-100.0]
    model.params["decoder.0.W"] = np.ones((1, m))
    model.params["decoder.0.b"] = -knots
    model.params["decoder.1.W"] = np.vstack([slopes[:1], np.diff(slopes, axis=0), np.zeros((1, n))])
    model.params["decoder.1.b"] = values[0]
    return model


def test_one_code_unit_can_memorize_by_construction():
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(20, 10)), rng.normal(size=(1000, 10))
    model = constructed_memorizer(train)
    assert -model.score(train) < 1e-20
    assert -model.score(test) > test.var(axis=0).sum()


def test_one_code_unit_memorizes_when_trained():
    """SEEDS C3: 10-128-64-1-64-128-10 on 20 random points; train below 1e-6, test above the variance of the data."""
    rng = np.random.default_rng(2)
    train, test = rng.normal(size=(20, 10)), rng.normal(size=(1000, 10))
    model = Autoencoder(latent_dim=1, hidden_dims=(128, 64), activation="tanh", epochs=4000, batch_size=20,
                        schedule="cosine", dtype="float64", random_state=2).fit(train)
    minimize(model, train, list(model.params), iterations=300)      # Adam finds the valley, L-BFGS its floor
    assert -model.score(train) < 1e-6
    assert -model.score(test) > test.var(axis=0).sum()


def test_the_gap_between_train_and_test_grows_with_capacity():
    train, test = DIGITS.X_train[:60], DIGITS.X_test
    losses, gaps = [], []
    for width in (4, 16, 64):
        model = Autoencoder(latent_dim=width, hidden_dims=(2 * width,), epochs=400, batch_size=60, learning_rate=3e-3,
                            random_state=0).fit(train)
        losses.append(-model.score(train))
        gaps.append(-model.score(test) + model.score(train))
    assert losses[0] > losses[1] > losses[2]
    ratios = [gap / loss for gap, loss in zip(gaps, losses)]
    assert ratios[0] < ratios[1] < ratios[2]


def test_l2_lowers_the_rank_and_makes_no_code_sparse():
    """E003-07: weight decay acts on the weights; codes that are exactly zero need a penalty on the codes."""
    x = np.random.default_rng(0).normal(size=(300, 6)) * np.sqrt([9, 4, 2, 0.5, 0.3, 0.1])
    ranks = []
    for decay in (0.0, 0.01, 0.1, 0.4, 1.0):
        model = Autoencoder(latent_dim=6, hidden_dims=(), weight_decay=decay, epochs=1500, random_state=0, **EXACT).fit(x)
        assert np.count_nonzero(model.transform(x) == 0) == 0
        W = model.params["encoder.0.W"] @ model.params["decoder.0.W"]
        ranks.append(int(np.sum(np.linalg.svd(W, compute_uv=False) > 1e-3)))
    assert ranks[0] == 6 and ranks == sorted(ranks, reverse=True) and ranks[-1] < ranks[0]


# ---- activations (003 section V) ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("output, floor", [("relu", 0.5), ("sigmoid", 0.575340), ("tanh", 0.150680), ("identity", 0.0)])
def test_floors_of_the_output_activation_on_standardized_data(output, floor):
    """E003-17, 18: with N(0, 1) features, what each output cannot produce costs E[(x - clip(x))^2] per feature."""
    x = np.random.default_rng(0).normal(size=(20000, 3))
    activation = ACTIVATIONS[output]
    reachable = np.clip(x, activation.low, activation.high)
    assert np.mean((x - reachable) ** 2) == pytest.approx(floor, abs=0.02)
    x, model = x[:300], Autoencoder(hidden_dims=(32,), latent_dim=3, activation="tanh", output_activation=output,
                                    epochs=300, random_state=0, **EXACT)
    if output != "identity":
        with pytest.warns(UserWarning, match="cannot produce"):
            model.fit(x)
    else:
        model.fit(x)
    exact_floor = np.mean(np.sum((x - np.clip(x, activation.low, activation.high)) ** 2, axis=1))
    assert exact_floor <= final_loss(model) < exact_floor + 0.15


def input_gradient(name, depth, rng, width=64):
    """Mean over examples of |dL/dx| through `depth` random layers, for dL/dy of length about one."""
    activation = ACTIVATIONS[name]
    layers = [Layer(f"{i}", f"{i}.W", f"{i}.b", activation) for i in range(depth)]
    params = Parameters({f"{i}.{part}": shape for i in range(depth) for part, shape in (("W", (width, width)), ("b", (width,)))})
    for layer in layers:
        params[layer.weight] = draw_weights(rng, (width, width), activation)
    trace = network.forward(layers, params, rng.normal(size=(50, width)))
    dx = network.backward(rng.normal(size=(50, width)) / 8, params, trace, params.gradients(), need_dx=True)
    return np.linalg.norm(dx, axis=1).mean(), np.mean(trace[0].y == 0)


def test_gradients_vanish_through_sigmoids_and_not_through_rectifiers():
    """E003-09: width 64, depth 20, the ratio of the input gradients is below 1e-10; half of the rectifiers are off."""
    rng = np.random.default_rng(0)
    shrink = [input_gradient("sigmoid", depth, rng)[0] for depth in (5, 10, 20)]
    kept = [input_gradient("relu", depth, rng)[0] for depth in (5, 10, 20)]
    assert shrink[0] > shrink[1] > shrink[2]
    assert shrink[2] / kept[2] < 1e-10 and min(kept) > 0.1
    assert input_gradient("relu", 5, rng)[1] == pytest.approx(0.5, abs=0.05)


def test_dead_units_have_gradient_exactly_zero():
    """E003-09: bias -4.5 with inputs that cannot overcome it: off on every example, and it will stay so."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, size=(1000, 3))
    model = Autoencoder(hidden_dims=(100,), latent_dim=2, dtype="float64", random_state=0).initialize(3)
    model.params["encoder.0.W"] = rng.uniform(-1, 1, size=(3, 100))
    model.params["encoder.0.b"] = np.full(100, -4.5)
    _, grads = model.loss_and_gradients(x)
    assert not grads["encoder.0.W"].any() and not grads["encoder.0.b"].any() and grads["decoder.1.b"].any()
