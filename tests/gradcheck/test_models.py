"""The model path: every parameter, frozen noise, the model itself untouched."""

import copy

import numpy as np
import pytest

from npae.gradcheck import check_gradients

from .toys import ToyModel

X = np.random.default_rng(5).normal(size=(7, 5))


def spoil(**changes):
    def bug(model, X, grads):
        for name, change in changes.items():
            grads[name] = change(grads[name], model, X)
    return bug


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("method", ["auto", "complex", "richardson", "central"])
def test_a_correct_model_passes(activation, dtype, method):
    report = check_gradients(ToyModel(activation=activation, dtype=dtype), X, method=method)
    assert report.verdict == "pass", report
    assert [row.name for row in report.rows] == ["W", "b", "V", "c"]
    if method == "auto":
        assert {row.method for row in report.rows} == {"complex"} and max(row.error for row in report.rows) < 1e-12


def test_random_models_pass():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        m, n, h = rng.integers(1, 7, 3)
        model = ToyModel(n, h, activation=("relu", "sigmoid")[seed % 2], seed=seed)
        report = check_gradients(model, rng.normal(size=(m, n)), seed=seed)
        assert report.passed, (seed, report)


def test_a_fully_masked_input_with_zero_biases_is_a_kink():
    mask = np.ones(X.shape)
    mask[2] = 0
    for seed in range(20):
        model = ToyModel(activation="relu", biases=False, seed=seed)
        report = check_gradients(model, X, noise={"mask": mask})
        assert report.verdict == "kink", report
        assert {row.name: row.kinks for row in report.rows} == {"W": 0, "b": 3, "V": 0, "c": 0}


BUGS = {
    "factor m": (spoil(W=lambda g, model, X: len(X) * g), {"W": "G204"}),
    "zero": (spoil(b=lambda g, *_: 0 * g), {"b": "G201"}),
    "dropped": (lambda model, X, grads: grads.pop("b"), {"b": "G102"}),
    "extra": (lambda model, X, grads: grads.update(U=X.copy()), {"U": "G102"}),
    "transposed": (spoil(V=lambda g, *_: g.T.copy()), {"V": "G101"}),
    "float32": (spoil(V=lambda g, *_: g.astype(np.float32)), {"V": "G104"}),
    "NaN": (spoil(c=lambda g, *_: g * np.nan), {"c": "G103"}),
    "state": (spoil(W=lambda g, model, X: g * model.calls), {"W": "G109"}),
    "steps inside": (lambda model, X, grads: model.params["W"].__isub__(0.1 * grads["W"].real), {"W": "G105"}),
    "spoils the batch": (lambda model, X, grads: X.__imul__(2), {"X": "G105"}),
    "view of a parameter": (spoil(c=lambda g, model, X: model.params["c"][:]), {"c": "G107"}),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_wrong_model_is_caught(name):
    bug, expected = BUGS[name]
    report = check_gradients(ToyModel(bug=bug), X)
    assert report.verdict == "fail"
    assert {(f.tensor, f.code) for f in report.findings} >= set(expected.items()), report


def test_noise_is_frozen_and_can_be_given():
    model = ToyModel()
    assert check_gradients(model, X, rng=np.random.default_rng(1)).passed
    assert check_gradients(model, X=X, noise=model.draw_noise(X, np.random.default_rng(1))).passed

    class Forgetful(ToyModel):
        def loss_and_gradients(self, X, rng=None, *, noise=None):
            return super().loss_and_gradients(X, np.random.default_rng(), noise=None)

    assert [f.code for f in check_gradients(Forgetful(), X).findings] == ["U001"]


def test_the_model_the_batch_the_noise_and_the_generator_stay_as_they_were():
    model, rng = ToyModel(dtype=np.float32), np.random.default_rng(1)
    noise = model.draw_noise(X, np.random.default_rng(2))
    before = copy.deepcopy((vars(model), X, noise, rng.bit_generator.state))
    theta = model.params.theta
    check_gradients(model, X, rng=rng)
    check_gradients(model, X, noise=noise)
    after = (vars(model), X, noise, rng.bit_generator.state)
    assert model.params.theta is theta and model.calls == 0
    assert np.array_equal(before[0]["params"].theta, theta) and theta.dtype == np.float32
    assert np.array_equal(before[1], after[1]) and np.array_equal(before[2]["mask"], noise["mask"])
    assert before[3] == after[3]


def test_a_term_can_be_named():
    assert check_gradients(ToyModel(), X, term="reconstruction").passed
    with pytest.raises(KeyError):
        check_gradients(ToyModel(), X, term="no such term")


def test_a_model_needs_its_batch():
    with pytest.raises(TypeError, match="needs the batch X"):
        check_gradients(ToyModel())
    with pytest.raises(TypeError, match="takes no inputs"):
        check_gradients(ToyModel(), X, wrt="W")
