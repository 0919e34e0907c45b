"""Names of bugs: with lines, paths, terms and misconceptions; for models; and what is not said when it does not hold."""

import numpy as np
import pytest

from npae.checks.cases import CASES
from npae.gradcheck import Misconception, Paths, Stages, check_gradients
from npae.layers import conv2d, conv2d_backward
from npae.models import Autoencoder, VariationalAutoencoder

from .toys import affine, affine_backward, affine_inputs, sigmoid, squared_error, tied, tied_inputs

RNG = np.random.default_rng(0)


def codes(report):
    return [(finding.code, finding.tensor) for finding in report.findings]


# ---- lines ----------------------------------------------------------------------------------------------------------

LINES = Stages([("a", affine), ("y", sigmoid), ("L", lambda y, t: squared_error(y, t))])


def lines_backward(x, W, b, y, t, wrong=""):
    dy = (y - t) / len(y)
    da = dy * y * (1 - y) if wrong != "a" else dy * y
    dW = x.T @ da if wrong != "W" else x.T @ da / len(x)
    return {"dy": dy, "da": da, "dx": da @ W.T, "dW": dW, "db": da.sum(axis=0)}


def lines_inputs():
    return {**affine_inputs(RNG), "t": RNG.uniform(size=(7, 3))}


def test_the_lines_of_a_correct_backward_pass():
    report = check_gradients(LINES, lambda x, W, b, y, t: lines_backward(x, W, b, y, t), lines_inputs())
    assert report.verdict == "pass" and [row.name for row in report.rows] == ["y", "a", "x", "W", "b"]


def test_the_first_wrong_line_is_named_and_those_behind_it_are_not_accused():
    report = check_gradients(LINES, lambda x, W, b, y, t: lines_backward(x, W, b, y, t, "a"), lines_inputs())
    assert codes(report) == [("G212", "a")] and [row.verdict for row in report.rows] == ["pass"] + 4 * ["fail"]
    assert "dy before it agree" in report.findings[0].evidence[0] and "dx, dW, db differ too" in report.findings[0].evidence[0]
    report = check_gradients(LINES, lambda x, W, b, y, t: lines_backward(x, W, b, y, t, "W"), lines_inputs())
    assert codes(report) == [("G204", "W")]


def test_lines_are_checked_when_they_are_made():
    with pytest.raises(ValueError, match="lines must have different names"):
        Stages([("a", sigmoid), ("a", sigmoid)])
    with pytest.raises(ValueError, match="at least one"):
        Stages([])


# ---- paths and terms ------------------------------------------------------------------------------------------------

def two_uses(x, W_encoder, W_decoder, b, c):
    return np.tanh(x @ W_encoder + b) @ W_decoder.T + c


PATHS = Paths(two_uses, {"W": ("W_encoder", "W_decoder")})


def tied_backward(encoder, decoder):
    def backward(do, x, W, b, c):
        h = np.tanh(x @ W + b)
        da = do @ W * (1 - h**2)
        return da @ W.T, encoder * x.T @ da + decoder * do.T @ h, da.sum(axis=0), do.sum(axis=0)
    return backward


@pytest.mark.parametrize("encoder, decoder, code, label", [(1, 0, "G311", "W_decoder"), (0, 1, "G311", "W_encoder"),
                                                           (2, 1, "G312", "W_encoder"), (1, -1, "G312", "W_decoder")])
def test_paths(encoder, decoder, code, label):
    inputs = tied_inputs(RNG)
    assert check_gradients(tied, tied_backward(1, 1), inputs, paths=PATHS).passed
    report = check_gradients(tied, tied_backward(encoder, decoder), inputs, paths=PATHS)
    assert codes(report) == [(code, "W")] and label in report.findings[0].message


def test_large_tensors_have_names_too():
    """Of more than 300 entries a random part is measured."""
    inputs = {"x": RNG.normal(size=(4, 80)), "W": RNG.normal(size=(80, 5)) / 9, "b": RNG.normal(size=5), "c": RNG.normal(size=80)}
    report = check_gradients(tied, tied_backward(1, 0), inputs, paths=PATHS)
    assert codes(report) == [("G311", "W")], report


@pytest.mark.parametrize("factor, code", [(0.0, "G301"), (2.0, "G302"), (-1.0, "G302")])
def test_terms(factor, code):
    terms = {"fit": lambda W, t: np.sum((W - t)**2), "decay": lambda W, t: 0.1 * np.sum(W**4)}
    report = check_gradients(lambda W, t: terms["fit"](W, t) + terms["decay"](W, t),
                             lambda W, t: 2 * (W - t) + factor * 0.4 * W**3,
                             {"W": RNG.normal(size=(3, 5)), "t": RNG.normal(size=(3, 5))}, terms=terms)
    assert codes(report) == [(code, "W")] and "decay" in report.findings[0].message


# ---- images ----------------------------------------------------------------------------------------------------------

KERNELS = {"x": RNG.normal(size=(3, 2, 6, 4)), "W": RNG.normal(size=(4, 2, 3, 3)), "b": RNG.normal(size=4), "stride": 2,
           "padding": (1, 0)}


def convolution_backward(turned=np.asarray, mirrored=np.asarray, bias=None):
    def backward(dy, x, W, stride, padding):
        dx, dW, db = conv2d_backward(dy, x, turned(W), stride, padding)
        return dx, mirrored(dW).copy(), db if bias is None else bias(dy)
    return backward


def upside_down(W):
    return W[..., ::-1, ::-1]


@pytest.mark.parametrize("wrong, code, tensor, words", [
    (convolution_backward(turned=upside_down), "G216", "x", "the gradient for W mirrored"),
    (convolution_backward(mirrored=upside_down), "G206", "W", "mirrored (its last two axes reversed)"),
    (convolution_backward(mirrored=lambda dW: np.swapaxes(dW, 2, 3)), "G205", "W", "transposed in its axes 2 and 3"),
    (convolution_backward(bias=lambda dy: dy.mean(axis=(2, 3)).sum(axis=0)), "G204", "b", "= 1/y.shape[2]/y.shape[3] x the true"),
    (convolution_backward(bias=lambda dy: dy.mean(axis=(0, 2, 3))), "G204", "b", "= 1/y.shape[0]/y.shape[2]/y.shape[3] x")],
    ids=["kernel mirrored", "dW mirrored", "dW transposed", "db over places", "db over all"])
def test_convolutions(wrong, code, tensor, words):
    assert check_gradients(conv2d, convolution_backward(), KERNELS, wrt=["x", "W", "b"]).passed
    report = check_gradients(conv2d, wrong, KERNELS, wrt=["x", "W", "b"])
    assert codes(report) == [(code, tensor)] and words in report.findings[0].evidence[0], report


# ---- models ---------------------------------------------------------------------------------------------------------

def spoiled(model_class, change, **hyperparameters):
    class Spoiled(model_class):
        def _loss_and_gradients(self, params, x, noise):
            terms, grads = super()._loss_and_gradients(params, x, noise)
            change(self, params, x, grads)
            return terms, grads
    return Spoiled(hidden_dims=(4,), latent_dim=2, dtype="float64", random_state=0, activation="tanh",
                   **hyperparameters).initialize(5)


def add_decay_again(self, params, x, grads):
    grads["encoder.0.W"] += 2 * self.weight_decay * params["encoder.0.W"]


def times_m(self, params, x, grads):
    grads["encoder.0.b"] *= len(x)


def zero_out(self, params, x, grads):
    grads["decoder.1.b"][...] = 0


X = RNG.uniform(size=(6, 5))


@pytest.mark.parametrize("change, code, tensor, words", [
    (add_decay_again, "G302", "encoder.0.W", "weight_decay"), (times_m, "G204", "encoder.0.b", "wrong size"),
    (zero_out, "G201", "decoder.1.b", "zero")])
def test_models(change, code, tensor, words):
    report = check_gradients(spoiled(Autoencoder, change, weight_decay=0.1), X)
    assert codes(report) == [(code, tensor)] and words in report.findings[0].message, report


def test_a_term_of_the_vae_that_is_left_out():
    def without_kl(self, params, x, grads):
        grads["encoder.mu.b"] -= self.beta * (np.tanh(x @ params["encoder.0.W"] + params["encoder.0.b"])
                                              @ params["encoder.mu.W"] + params["encoder.mu.b"]).mean(axis=0)
    model = spoiled(VariationalAutoencoder, without_kl)
    model.params["encoder.mu.b"] = [0.3, -0.7]
    report = check_gradients(model, X)
    assert codes(report) == [("G301", "encoder.mu.b")] and "kl" in report.findings[0].message, report


def test_a_tied_weight_without_its_decoder_half():
    def no_decoder_half(self, params, x, grads):
        twin = Autoencoder(**{**self.get_params(), "tied": False}).initialize(5)
        for name in params:
            twin.params[name] = params[name]
        twin.params["decoder.0.W"], twin.params["decoder.1.W"] = params["encoder.1.W"].T, params["encoder.0.W"].T
        grads["encoder.1.W"] -= twin.loss_and_gradients(x, noise={})[1]["decoder.0.W"].T
    report = check_gradients(spoiled(Autoencoder, no_decoder_half, tied=True), X)
    assert codes(report) == [("G311", "encoder.1.W")] and "decoder" in report.findings[0].message, report


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_parts_of_every_model_add_up(case):
    """What a claim about terms and paths is built on."""
    from npae.gradcheck.models import ModelSubject
    from npae.gradcheck.scene import Scene
    model, x = case.random_instance(np.random.default_rng(1))
    scene = Scene(ModelSubject(model, x, None, None, None, 0), None, 0)
    name = next(n for n in model.params if n.endswith(".W"))
    assert bool(scene.parts(name, "path")) == model.tied
    for kind in ("term", "path"):
        parts = scene.parts(name, kind)
        if parts:
            np.testing.assert_allclose(sum(parts.values()), scene.true(name), rtol=1e-6, atol=1e-8)


# ---- misconceptions, values, and restraint --------------------------------------------------------------------------

def mean_for_sum(dy, x, W):
    dx, dW, db = affine_backward(dy, x, W)
    return dx, dW, dy.mean(axis=0)


MEAN = Misconception("M012", "db is averaged over the batch", mean_for_sum, "what does b add to?")


def test_a_misconception_has_its_own_code_and_comes_first():
    report = check_gradients(affine, mean_for_sum, affine_inputs(RNG), misconceptions=[MEAN])
    assert codes(report) == [("M012", "b")] and report.verdict == "fail"
    other = check_gradients(affine, lambda dy, x, W: (dy @ W.T, x.T @ dy, 2 * dy.sum(axis=0)), affine_inputs(RNG),
                            misconceptions=[MEAN])
    assert codes(other) == [("G204", "b")]


def test_a_misconception_with_wrong_shapes_is_recognized_too():
    transposed = Misconception("M013", "dW is transposed", lambda dy, x, W: (dy @ W.T, dy.T @ x, dy.sum(axis=0)))
    report = check_gradients(affine, lambda dy, x, W: (dy @ W.T, (x.T @ dy).T.copy(), dy.sum(axis=0)), affine_inputs(RNG),
                             misconceptions=[MEAN, transposed])
    assert codes(report) == [("M013", "W")]


def test_the_value_of_forward_comes_before_its_gradient():
    wrong = check_gradients(lambda o, x: squared_error(o, x) * 2, lambda o, x: 2 * (o - x) / len(o),
                            {"o": RNG.normal(size=(7, 5)), "x": RNG.normal(size=(7, 5))}, value=squared_error)
    assert codes(wrong) == [("G001", "forward")]


def test_two_examples_do_not_make_two_the_batch_size():
    """At m = 2 a factor 2 and a factor m are the same numbers; only another shape tells."""
    inputs = affine_inputs(RNG, 2, 5, 3)
    two = check_gradients(affine, lambda dy, x, W: (dy @ W.T, 2 * x.T @ dy, dy.sum(axis=0)), inputs).findings[0]
    m = check_gradients(affine, lambda dy, x, W: (dy @ W.T, len(x) * x.T @ dy, dy.sum(axis=0)), inputs).findings[0]
    assert two.code == m.code == "G204" and two.factor == m.factor == 2.0
    assert "2 x the true" in two.evidence[0] and "x.shape[0] x the true" in m.evidence[0]


def test_square_shapes_are_told_apart():
    inputs = affine_inputs(RNG, 4, 4, 4)
    for scale, symbol in ((lambda x, W: len(x), "x.shape[0]"), (lambda x, W: W.shape[1], "W.shape[1]")):
        report = check_gradients(affine, lambda dy, x, W, s=scale: (dy @ W.T, x.T @ dy / s(x, W), dy.sum(axis=0)), inputs)
        assert symbol in report.findings[0].evidence[0] or "dy.shape" in report.findings[0].evidence[0], report


def test_a_number_that_may_be_a_length_is_not_claimed_where_that_length_never_changes():
    """Divided by the 5 columns of x: where every other x has 5 columns as well, "0.2" would be a guess."""
    def finding(columns):
        return check_gradients(affine, lambda dy, x, W: (dy @ W.T, x.T @ dy / x.shape[1], dy.sum(axis=0)), affine_inputs(RNG),
                               draw=lambda rng: affine_inputs(rng, int(rng.integers(2, 9)), columns, 4)).findings[0]
    assert finding(5).code == "G214"
    assert finding(6).code == "G204" and "1/x.shape[1] x the true" in finding(6).evidence[0]


def test_arrays_that_fit_together_by_accident_make_no_claim():
    """One example of as many features as W has columns can be multiplied with W; elsewhere it does not even fit."""
    def backward(dy, x, W):
        return dy @ W.T, x.T @ dy * (x if x.shape == (1, 2) else np.exp(np.arange(2.0))), dy.sum(axis=0)
    report = check_gradients(affine, backward, affine_inputs(RNG, 1, 2, 2), draw=lambda rng: affine_inputs(rng, 4, 3, 2))
    assert codes(report) == [("G200", "W")], report


def test_a_claim_that_holds_at_one_point_only_is_not_made():
    """Here, and nowhere else, the gradient is three times too large."""
    inputs = affine_inputs(RNG)

    def backward(dy, x, W):
        factor = 3 if np.array_equal(x, inputs["x"]) else np.exp(np.arange(3.0))
        return dy @ W.T, x.T @ dy * factor, dy.sum(axis=0)
    assert codes(check_gradients(affine, backward, inputs)) == [("G200", "W")]


def test_a_finding_has_at_most_eight_lines_and_says_where_the_worst_entry_is():
    for finding in check_gradients(affine, lambda dy, x, W: (-dy @ W.T, x.T @ dy, dy.sum(axis=0)), affine_inputs(RNG)).findings:
        assert len(finding.lines()) <= 8 and finding.worst and finding.factor == -1.0


def backward_with_numbers(dy, x, W):
    dx = dy @ W.T               # (2)
    dW = x.T @ dy / len(x)      # (3)
    return dx, dW, dy.sum(axis=0)


def test_the_equation_is_quoted_from_the_line():
    finding = check_gradients(affine, backward_with_numbers, affine_inputs(RNG)).findings[0]
    assert finding.equation == "affine (3)" and "[affine (3)]" in " ".join(finding.lines())
