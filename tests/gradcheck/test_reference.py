"""NumPy's traps for the complex step must never turn into accusations."""

import functools

import numpy as np
import pytest

from npae.gradcheck import check_gradients

X = np.random.default_rng(3).normal(size=(4, 3))
FIRST_ROW = np.arange(4)[:, None] == 0


def into_float_buffer(x):
    out = np.zeros(x.shape)
    for i in range(len(x)):
        out[i] = x[i] ** 2
    return out


def batch_norm(x):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-3)


def batch_norm_backward(dy, x):
    z, s = x - x.mean(axis=0), np.sqrt(x.var(axis=0) + 1e-3)
    return (dy - dy.mean(axis=0) - z * (dy * z).mean(axis=0) / s**2) / s


TRAPS = {
    "abs": (lambda x: np.abs(x), lambda dy, x: dy * np.sign(x)),
    "unit times x": (lambda x: x / np.abs(x) * x, lambda dy, x: dy * np.sign(x)),     # complex derivative 2
    "float buffer": (into_float_buffer, lambda dy, x: 2 * x * dy),
    "logaddexp": (lambda x: np.logaddexp(0, x), lambda dy, x: dy / (1 + np.exp(-x))),
    "astype": (lambda x: np.exp(x).astype(float), lambda dy, x: dy * np.exp(x)),
    "var": (batch_norm, batch_norm_backward),
    "norm": (lambda x: float(np.linalg.norm(x)), lambda x: x / np.linalg.norm(x)),
    "absolute square": (lambda x: np.sum(np.abs(x) ** 2), lambda x: 2 * x),
    "real part": (lambda x: x + x.real**2, lambda dy, x: dy * (1 + 2 * x)),
    "lost in one row only": (lambda x: np.where(FIRST_ROW, np.abs(x), x**2),
                             lambda dy, x: dy * np.where(FIRST_ROW, np.sign(x), 2 * x)),
    "lost in a small term": (lambda x: np.sum(x**2) + 1e-7 * np.sum(np.abs(x)), lambda x: 2 * x + 1e-7 * np.sign(x)),
    "refuses complex": (lambda x: (x**2) if x.dtype == float else 1 / 0, lambda dy, x: 2 * x * dy),
    "conjugate": (lambda x: x * np.conj(x) * x, lambda dy, x: 3 * x**2 * dy),
}


@pytest.mark.parametrize("name", TRAPS)
def test_traps_do_not_accuse(name):
    report = check_gradients(*TRAPS[name], {"x": X})
    assert report.verdict == "pass", report
    assert report.rows[0].method == "richardson"


def test_sign_times_x_passes_whichever_way_numpy_defines_the_complex_sign():
    assert check_gradients(lambda x: np.sign(x) * x, lambda dy, x: dy * np.sign(x), {"x": X}).verdict == "pass"


@pytest.mark.parametrize("name", TRAPS)
def test_traps_do_not_hide_a_wrong_gradient(name):
    forward, backward = TRAPS[name]

    @functools.wraps(backward)
    def wrong(*args, **kwargs):
        return 1.00001 * backward(*args, **kwargs)

    report = check_gradients(forward, wrong, {"x": X})
    assert [f.code for f in report.findings] == ["G204"], report


@pytest.mark.parametrize("name", ["abs", "unit times x", "float buffer", "logaddexp", "norm"])
def test_a_forced_complex_step_that_is_not_valid_says_so(name):
    report = check_gradients(*TRAPS[name], {"x": X}, method="complex")
    assert report.verdict == "untrusted" and [f.code for f in report.findings] == ["U003"], report


ANALYTIC = {
    "maximum": (lambda x: np.maximum(x, 0), lambda dy, x: dy * (x > 0)),
    "times mask": (lambda x: x * (x > 0), lambda dy, x: dy * (x > 0)),
    "where": (lambda x: np.where(x > 0, x, 0.1 * x), lambda dy, x: dy * np.where(x > 0, 1, 0.1)),
    "clip": (lambda x: np.clip(x, -0.5, 0.5), lambda dy, x: dy * (np.abs(x) < 0.5)),
    "log1p exp": (lambda x: np.log1p(np.exp(x)), lambda dy, x: dy / (1 + np.exp(-x))),
    "buffer of the input's dtype": (lambda x: np.add(x**2, 0, out=np.empty_like(x)), lambda dy, x: 2 * x * dy),
}


@pytest.mark.parametrize("name", ANALYTIC)
@pytest.mark.parametrize("method", ["auto", "complex"])
def test_the_complex_step_is_used_where_it_is_valid(name, method):
    report = check_gradients(*ANALYTIC[name], {"x": X}, method=method)
    assert report.verdict == "pass" and report.rows[0].method == "complex", report
    assert report.rows[0].error < 1e-12


def test_a_small_gradient_on_a_large_constant_is_untrusted_where_only_differences_exist():
    report = check_gradients(lambda x: 1e6 + 1e-8 * np.sum(np.abs(x)), lambda x: 1e-8 * np.sign(x), {"x": X})
    assert report.verdict == "untrusted" and not report.passed
    wrong = check_gradients(lambda x: 1e6 + 1e-8 * np.sum(np.abs(x)), lambda x: np.sign(x), {"x": X})
    assert wrong.verdict == "fail"


def test_a_function_near_the_end_of_its_domain():
    pair, inputs = (lambda x: np.sqrt(x), lambda dy, y: dy / (2 * y)), {"x": np.array([1e-10, 1e-4, 1.0])}
    assert check_gradients(*pair, inputs).verdict == "pass"
    assert check_gradients(*pair, inputs, method="richardson").verdict == "untrusted"     # every step leaves the domain
