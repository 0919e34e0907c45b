"""The segmentation network: its gradients, its loss written anew, what its skip connections are, and what it refuses."""

import copy
import pickle

import numpy as np
import pytest

from npae import L1Sparsity, ModelFileError, NotFittedError, load
from npae.applications import SegmentationNetwork, SoftmaxRegression, mean_iou
from npae.applications.segmentation_checks import NOT_FOR_US
from npae.corruption import GaussianNoise
from npae.gradcheck import check_gradients, relative_error
from npae.layers import conv2d, conv2d_transpose
from npae.layers.windows import patches
from npae.losses import softmax

SMALL = {"n_classes": 3, "channels": (2, 3), "dtype": "float64", "activation": "tanh", "random_state": 0}
VARIANTS = {        # hyperparameters and the side of the images
    "two levels": ({}, 4),
    "no skips": ({"skip_connections": False}, 4),
    "three levels, two classes": ({"channels": (2, 1, 2), "n_classes": 2, "activation": "softplus"}, 8),
    "one level": ({"channels": (3,), "kernel_size": 4}, 4),
    "stride 1": ({"stride": 1, "kernel_size": 2}, 3),
    "stride 3, rectifiers": ({"channels": (4,), "stride": 3, "activation": "relu"}, 6),
    "class weights and decay": ({"class_weights": (0.5, 1, 3), "weight_decay": 0.1}, 4),
    "decay of all, no skips": ({"weight_decay": 0.1, "decay_kind": "l1", "decay_biases": True, "skip_connections": False}, 4),
}
each_variant = pytest.mark.parametrize("name", VARIANTS)


def make(name="two levels", m=3, seed=1, **overrides):
    """A variant with every parameter off zero, images and labels."""
    hyperparameters, side = VARIANTS[name]
    rng = np.random.default_rng(seed)
    model = SegmentationNetwork(**{**SMALL, **hyperparameters, **overrides}).initialize(side ** 2)
    model.theta[...] += 0.3 * rng.normal(size=model.theta.shape).astype(model.theta.dtype)
    return model, rng.normal(size=(m, side ** 2)), rng.integers(0, model.n_classes, (m, side ** 2))


def loss_of(model, X, y):
    return model.loss_and_gradients(X, noise={"labels": y})


def little_task(m=40, side=8, seed=0):
    """Lit columns on dark images: class 1 in the left half, 2 in the right half, 0 elsewhere. Gray alone does not tell."""
    rng = np.random.default_rng(seed)
    X, y = np.zeros((m, side, side)), np.zeros((m, side, side), int)
    for i in range(m):
        column, top = rng.integers(side), rng.integers(side // 2)
        X[i, top:top + side // 2, column] = 1
        y[i, top:top + side // 2, column] = 1 + (column >= side // 2)
    return X.reshape(m, -1), y.reshape(m, -1)


# ---- the loss and its gradient --------------------------------------------------------------------------------------


def gradient_error(model, X, y):
    """The worst error of the gradients against the complex step, tensor by tensor, relative to the tensor's largest entry."""
    grads, twin, step = loss_of(model, X, y)[1], copy.deepcopy(model), 1e-30
    numerical = np.empty_like(grads.theta)
    for j in range(len(numerical)):
        theta = model.theta.astype(complex)
        theta[j] += 1j * step
        twin.params = model.params.with_theta(theta)
        numerical[j] = loss_of(twin, X, y)[0]["loss"].imag / step
    numerical = grads.with_theta(numerical)
    return max(relative_error(grads[name], numerical[name]) for name in grads)


@each_variant
def test_gradients(name):
    model, X, y = make(name)
    assert set(loss_of(model, X, y)[1]) == set(model.params)
    assert gradient_error(model, X, y) < 1e-12


def test_gradients_after_training():
    model, X, y = make()
    for _ in range(10):
        model.partial_fit(X, y)
    assert gradient_error(model, X, y) < 1e-12


def test_the_checker_of_the_package_agrees():
    model, X, y = make("one level", channels=(1,), kernel_size=2)
    assert check_gradients(model, X, noise={"labels": y}).passed


@each_variant
def test_the_loss_is_minus_the_log_probability_of_each_label_summed_over_pixels(name):
    model, X, y = make(name)
    terms, _ = loss_of(model, X, y)
    p = model.predict_proba(X)
    weights = np.ones(model.n_classes) if model.class_weights is None else model.class_weights
    nats = [sum(-weights[c] * np.log(p[i, j, c]) for j, c in enumerate(row)) for i, row in enumerate(y)]
    assert terms["classification"] == pytest.approx(np.mean(nats), rel=1e-12)
    assert terms["loss"] == pytest.approx(sum(value for key, value in terms.items() if key != "loss"), rel=1e-12)
    assert p.shape == (*X.shape, model.n_classes) and p.sum(axis=2) == pytest.approx(1)
    np.testing.assert_array_equal(model.predict(X), p.argmax(axis=2))


@pytest.mark.parametrize("skips", [True, False])
def test_the_network_written_anew(skips):
    model, X, _ = make(skip_connections=skips)
    P, images = model.params, X.reshape(-1, 1, 4, 4)
    around = (1, 0)                                                     # kernel 3 - stride 2 = 1 zero, before
    e1 = np.tanh(conv2d(images, P["encoder.0.W"], P["encoder.0.b"], 2, around))
    e2 = np.tanh(conv2d(e1, P["encoder.1.W"], P["encoder.1.b"], 2, around))
    d1 = np.tanh(conv2d_transpose(e2, P["decoder.0.W"], P["decoder.0.b"], 2, around))
    joined = np.concatenate([d1, e1], axis=1) if skips else d1          # (m, channels, 2, 2)
    o = conv2d_transpose(joined, P["decoder.1.W"], P["decoder.1.b"], 2, around)
    if skips:
        o = o + conv2d(images, P["direct.0.W"], P["direct.0.b"], 1, (1, 1))
    p = np.array([[softmax(o[i, :, r, c][np.newaxis])[0] for r in range(4) for c in range(4)] for i in range(len(X))])
    assert model.predict_proba(X) == pytest.approx(p, abs=1e-13)
    assert model.transform(X) == pytest.approx(e2.reshape(len(X), -1), abs=1e-13)


def test_its_outermost_skip_alone_is_the_per_pixel_logistic_regression():
    X, y = little_task(m=10)
    windows = patches(X.reshape(-1, 1, 8, 8), 3, 1, (1, 1)).T           # (P m, 9)
    baseline = SoftmaxRegression(decay=1e-2).fit(windows, y.T.ravel())
    model = SegmentationNetwork(n_classes=3, channels=(2,), dtype="float64", random_state=0).initialize(64)
    for name in model.params:
        model.params[name][...] = 0
    model.params["direct.0.W"] = baseline.params["W"].T.reshape(3, 1, 3, 3)
    model.params["direct.0.b"] = baseline.params["b"]
    expected = baseline.predict_proba(windows).reshape(64, 10, 3).transpose(1, 0, 2)
    assert model.predict_proba(X) == pytest.approx(expected, abs=1e-12)


def test_repeating_the_batch_changes_nothing():
    model, X, y = make("class weights and decay")
    terms, grads = loss_of(model, X, y)
    again, grads_again = loss_of(model, np.tile(X, (2, 1)), np.tile(y, (2, 1)))
    assert again["loss"] == pytest.approx(terms["loss"], rel=1e-12)
    assert grads_again.theta == pytest.approx(grads.theta, rel=1e-9, abs=1e-12)


def test_class_weights_scale_what_a_pixel_counts():
    model, X, y = make()
    plain = loss_of(model, X, y)[0]["loss"]
    doubled = copy.deepcopy(model).set_params(class_weights=[2, 2, 2])
    assert loss_of(doubled, X, y)[0]["loss"] == pytest.approx(2 * plain, rel=1e-12)
    only = [loss_of(copy.deepcopy(model).set_params(class_weights=w), X, y)[0]["loss"]
            for w in ((1, 1e-300, 1e-300), (1e-300, 1, 1e-300), (1e-300, 1e-300, 1))]
    assert sum(only) == pytest.approx(plain, rel=1e-12)


def test_chance_at_the_start():
    X, y = little_task()
    model = SegmentationNetwork(n_classes=3, channels=(8, 8), random_state=0).initialize(64)
    assert loss_of(model, X, y)[0]["loss"] == pytest.approx(64 * np.log(3), rel=0.15)


# ---- training -------------------------------------------------------------------------------------------------------


def test_it_learns_what_gray_values_cannot_tell():
    (X, y), (T, t) = little_task(150), little_task(60, seed=1)
    model = SegmentationNetwork(n_classes=3, channels=(8, 16), kernel_size=4, epochs=20, learning_rate=1e-2, batch_size=25,
                                random_state=0).fit(X, y)
    assert model.score(X, y) > 0.95 and model.score(T, t) > 0.9
    gray = (T > 0.5).astype(int)
    assert mean_iou(t, gray, 3) < 0.6 < model.score(T, t)
    losses = model.history_["loss"]
    assert losses == model.history_["classification"] and len(losses) == 20 and losses[-1] < 0.1 * losses[0]
    assert model.predict(T).shape == t.shape and model.predict(T).dtype.kind == "i"


def test_a_heavier_class_is_found_more_often():
    X, y = little_task(60)
    X = X + 0.5 * np.random.default_rng(0).normal(size=X.shape)
    called = []
    for weight in (1, 20):
        model = SegmentationNetwork(n_classes=3, channels=(4,), epochs=5, learning_rate=1e-2, random_state=0,
                                    class_weights=(1, weight, weight)).fit(X, y)
        called.append(np.count_nonzero(model.predict(X)))
    assert called[1] > 1.5 * max(called[0], 1)


def test_same_seed_same_bits_and_epochs_one_at_a_time():
    X, y = little_task()
    settings = {"n_classes": 3, "channels": (4,), "epochs": 3, "random_state": 3}
    one, two = (SegmentationNetwork(**settings).fit(X, y) for _ in range(2))
    piecewise = SegmentationNetwork(**settings)
    for _ in range(3):
        piecewise.partial_fit(X, y)
    np.testing.assert_array_equal(one.theta, two.theta)
    np.testing.assert_array_equal(one.theta, piecewise.theta)
    np.testing.assert_array_equal(one.fit(X, y).theta, two.theta)       # afresh
    assert not np.array_equal(SegmentationNetwork(**{**settings, "random_state": 4}).fit(X, y).theta, two.theta)


def test_many_images_are_predicted_in_parts_with_the_same_result():
    model, X, _ = make(m=300)
    assert model.predict_proba(X) == pytest.approx(np.concatenate([model.predict_proba(x) for x in np.split(X, 3)]), abs=1e-14)


def test_files_and_copies(tmp_path):
    X, y = little_task()
    model = SegmentationNetwork(n_classes=3, channels=(4, 4), class_weights=[1, 2, 2], epochs=2, random_state=0).fit(X, y)
    path = tmp_path / "network.npz"
    model.save(path)
    loaded = load(path, classes=[SegmentationNetwork])
    for other in (loaded, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(other.predict_proba(X), model.predict_proba(X))
        assert repr(other) == repr(model).replace("[1, 2, 2]", "(1, 2, 2)" if other is loaded else "[1, 2, 2]")
    assert loaded.history_ == model.history_
    loaded.partial_fit(X, y)
    assert len(loaded.history_["loss"]) == 3
    with pytest.raises(ModelFileError, match="classes="):
        load(path)


def test_codes_and_their_names():
    model, X, _ = make("three levels, two classes")
    assert model.transform(X).shape == (3, 2)                           # 2 channels of 1 x 1
    assert model.get_feature_names_out().tolist() == ["segmentationnetwork0", "segmentationnetwork1"]
    assert "encoder.2.W" in model.summary()


# ---- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NOT_FOR_US)
def test_hyperparameters_that_are_not_for_it(name):
    values = {"latent_dim": 3, "hidden_dims": (64,), "latent_activation": "tanh", "loss": "mae", "output_activation": "identity",
              "tied": True, "require_decreasing": True, "corruption": GaussianNoise(0.1), "penalties": [L1Sparsity(0.1)]}
    with pytest.raises(ValueError, match=f"SegmentationNetwork does not take {name}="):
        SegmentationNetwork(**{name: values[name]}).initialize(64)


@pytest.mark.parametrize("settings, error, message", [
    ({"n_classes": 1}, ValueError, "n_classes must be an integer of at least 2"),
    ({"n_classes": 2.0}, TypeError, "n_classes must be an integer"),
    ({"channels": ()}, ValueError, "channels must hold the channels of at least one convolution"),
    ({"channels": (4, 4, 4, 4)}, ValueError, "convolution number 4 with stride=2 does not fit its input of 1 x 1"),
    ({"skip_connections": 1}, TypeError, "skip_connections must be True or False"),
    ({"class_weights": (1, 1)}, ValueError, "class_weights must hold one weight for each of the 3 classes"),
    ({"class_weights": 2.0}, ValueError, "class_weights must hold one weight for each of the 3 classes"),
    ({"class_weights": (1, 0, 1)}, ValueError, r"class_weights\[1\] must be a finite number in \(0"),
    ({"optimizer": "lbfgs"}, ValueError, "optimizer='lbfgs' is for losses without labels"),
    ({"kernel_size": 1}, ValueError, "kernel_size=1 must not be below stride=2"),
    ({"image_shape": (4, 16)}, ValueError, "image_shape must be square"),
])
def test_bad_hyperparameters(settings, error, message):
    with pytest.raises(error, match=message):
        SegmentationNetwork(**{"n_classes": 3, **settings}).fit(*little_task())


@pytest.mark.parametrize("spoil, error, message", [
    (lambda X, y: (X, y + 1), ValueError, "y must hold whole numbers from 0 to 2, found 3 at"),
    (lambda X, y: (X, y - 1), ValueError, "y must hold whole numbers from 0 to 2, found -1 at"),
    (lambda X, y: (X, y[:, :-1]), ValueError, r"y must hold one label for each pixel, shape \(40, 64\), got shape \(40, 63\)"),
    (lambda X, y: (X, y[:, 0]), ValueError, r"y must hold one label for each pixel, shape \(40, 64\), got shape \(40,\)"),
    (lambda X, y: (X, y.reshape(-1, 8, 8)), ValueError, "y must hold one label for each pixel"),
    (lambda X, y: (X, None), TypeError, "y must hold the label of every pixel, got None"),
    (lambda X, y: (X, y.astype(str)), TypeError, "y must hold labels, whole numbers from 0 to 2"),
    (lambda X, y: (X[:, :63], y[:, :63]), ValueError, "63 features, which make no square image"),
    (lambda X, y: (X * np.nan, y), ValueError, "X has 2560 entries that are not finite"),
])
def test_bad_data_change_nothing(spoil, error, message):
    X, y = little_task()
    fresh = SegmentationNetwork(n_classes=3, channels=(4,), epochs=1, random_state=0)
    with pytest.raises(error, match=message):
        fresh.fit(*spoil(X, y))
    assert not hasattr(fresh, "n_features_in_")
    fitted = SegmentationNetwork(n_classes=3, channels=(4,), epochs=1, random_state=0).fit(X, y)
    before = fitted.theta.copy()
    for call in (fitted.fit, fitted.partial_fit):
        with pytest.raises((ValueError, TypeError)):
            call(*spoil(X, y))
    np.testing.assert_array_equal(fitted.theta, before)


def test_what_has_no_meaning_says_so():
    model, X, y = make()
    with pytest.raises(ValueError, match="the loss needs the label of every pixel"):
        model.loss_and_gradients(X)
    with pytest.raises(ValueError, match=r"noise\['labels'\] must hold whole numbers from 0 to 2, found 3"):
        model.loss_and_gradients(X, noise={"labels": y + 1})
    with pytest.raises(ValueError, match="X_val has no labels"):
        model.fit(X, y, X)
    with pytest.raises(NotImplementedError, match=r"predict\(X\)"):
        model.reconstruct(X)
    with pytest.raises(NotImplementedError, match=r"score\(X, y\)"):
        model.score_samples(X)
    with pytest.raises(TypeError, match="y must hold the label of every pixel, got None"):
        model.score(X)
    with pytest.raises(NotFittedError):
        SegmentationNetwork().predict(X)
