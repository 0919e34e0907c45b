"""SGD, momentum, RMSProp and Adam against their textbook formulas, written out again, out of place."""

import copy
import inspect
import pickle
import re
import sys

import numpy as np
import pytest

from npae.optimizers import SGD, Adam, Momentum, RMSProp

RATE = 0.01
CASES = [SGD(), Momentum(), Momentum(0.7, nesterov=True), RMSProp(), RMSProp(decay=0.8, eps=1e-3), Adam(),
         Adam(beta1=0.5, beta2=0.9, eps=1e-2), Adam(beta1=0.0, beta2=0.0)]
each = pytest.mark.parametrize("optimizer", CASES, ids=repr)


def textbook(optimizer, theta, gradients, rate):
    """The same steps as the papers print them; Nesterov in its own form, with the gradient at the point ahead."""
    theta, v, m = theta.copy(), 0.0, 0.0
    for t, g in enumerate(gradients, start=1):
        if isinstance(optimizer, SGD):
            theta = theta - rate * g
        elif isinstance(optimizer, Momentum):
            v = optimizer.momentum * v + g
            theta = theta - rate * (g + optimizer.momentum * v if optimizer.nesterov else v)
        elif isinstance(optimizer, RMSProp):
            v = optimizer.decay * v + (1 - optimizer.decay) * g**2
            theta = theta - rate * g / (np.sqrt(v) + optimizer.eps)
        else:
            m = optimizer.beta1 * m + (1 - optimizer.beta1) * g
            v = optimizer.beta2 * v + (1 - optimizer.beta2) * g**2
            m_hat, v_hat = m / (1 - optimizer.beta1**t), v / (1 - optimizer.beta2**t)
            theta = theta - rate * m_hat / (np.sqrt(v_hat) + optimizer.eps)
    return theta


def problem(dtype=np.float64, steps=20, size=13):
    rng = np.random.default_rng(3)
    scales = np.logspace(-4, 2, size)     # so that eps matters for some parameters
    return rng.standard_normal(size).astype(dtype), (rng.standard_normal((steps, size)) * scales).astype(dtype)


def run(optimizer, theta, gradients, rate=RATE):
    optimizer = copy.deepcopy(optimizer)
    optimizer.start(theta)
    for g in gradients:
        optimizer.step(theta, g, rate)
    return optimizer


@each
def test_equals_the_textbook(optimizer):
    theta, gradients = problem()
    expected = textbook(optimizer, theta, gradients, RATE)
    run(optimizer, theta, gradients)
    np.testing.assert_allclose(theta, expected, rtol=1e-14, atol=1e-14)


@each
@pytest.mark.parametrize("scalar", [float, np.float64, np.float32])
def test_float32_stays_float32_whatever_the_scalars(optimizer, scalar):
    optimizer = copy.deepcopy(optimizer)
    for name, value in vars(optimizer).items():
        if isinstance(value, float):
            setattr(optimizer, name, scalar(value))
    theta, gradients = problem(np.float32)
    expected = textbook(optimizer, theta.astype(float), gradients.astype(float), scalar(RATE))
    run(optimizer, theta, gradients, scalar(RATE))
    assert theta.dtype == np.float32
    np.testing.assert_allclose(theta, expected, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("optimizer", [Momentum(), RMSProp(), Adam()], ids=repr)
def test_numpy_scalars_give_the_same_bits_as_floats(optimizer):
    theta, gradients = problem(np.float32)
    twin, other = theta.copy(), copy.deepcopy(optimizer)
    for name, value in vars(other).items():
        if isinstance(value, float):
            setattr(other, name, np.float64(value))
    run(optimizer, theta, gradients)
    run(other, twin, gradients, np.float64(RATE))
    assert np.array_equal(theta, twin)


@each
def test_in_place_and_the_gradient_is_only_read(optimizer):
    theta, gradients = problem()
    base, kept = theta, gradients.copy()
    view = theta[3:5]                    # what a model's parameters are
    before = view.copy()
    gradients.flags.writeable = False
    run(optimizer, theta, gradients)
    assert theta is base and not np.array_equal(view, before) and np.array_equal(view, theta[3:5])
    assert np.array_equal(gradients, kept)


@each
@pytest.mark.parametrize("carry", [lambda state: state, lambda state: pickle.loads(pickle.dumps(state)),
                                   lambda state: {name: np.asarray(value) for name, value in state.items()}])
def test_restore_goes_on_to_the_same_bits(optimizer, carry):
    theta, gradients = problem()
    full = theta.copy()
    run(optimizer, full, gradients)
    first = run(optimizer, theta, gradients[:9])
    saved = first.state()
    first.step(theta.copy(), gradients[0], RATE)       # the saved state is a copy
    second = copy.deepcopy(optimizer)
    second.start(theta)
    second.restore(carry(saved))
    for g in gradients[9:]:
        second.step(theta, g, RATE)
    assert np.array_equal(theta, full)


@each
def test_start_forgets_the_last_run(optimizer):
    theta, gradients = problem()
    twin = theta.copy()
    used = run(optimizer, theta.copy(), gradients)
    run(optimizer, theta, gradients)
    run(used, twin, gradients)
    assert np.array_equal(theta, twin)


@pytest.mark.parametrize("optimizer, rate, halve_every", [(SGD(), 0.15, 10**9), (Momentum(), 0.02, 10**9),
                                                          (Momentum(nesterov=True), 0.02, 10**9),
                                                          (RMSProp(), 0.05, 100), (Adam(), 0.05, 100)])
def test_finds_the_minimum_of_a_quadratic(optimizer, rate, halve_every):
    """Steps of constant length (RMSProp, Adam) settle as the learning rate falls; the others by themselves."""
    curvature, minimum = np.array([0.3, 1.0, 10.0]), np.array([1.0, -2.0, 0.5])
    theta = np.zeros(3)
    optimizer = copy.deepcopy(optimizer)
    optimizer.start(theta)
    for k in range(2000):
        optimizer.step(theta, curvature * (theta - minimum), rate * 0.5 ** (k // halve_every))
    np.testing.assert_allclose(theta, minimum, atol=1e-6)


EQUATION = re.compile(r"^ {4}(\w+) = (.+?)\s{2,}\((\d)\)", re.MULTILINE)


@pytest.mark.parametrize("optimizer", [SGD(), Momentum(), Momentum(nesterov=True), RMSProp(), Adam()], ids=repr)
def test_the_numbered_equations_of_the_docstring_are_the_step(optimizer):
    """Evaluate them as they stand, step by step; heavy ball skips Nesterov's line and the other way round."""
    module = sys.modules[type(optimizer).__module__]
    equations = sorted(EQUATION.findall(module.__doc__), key=lambda equation: equation[2])
    numbers = [number for _, _, number in equations]
    assert numbers and set(numbers) == set(re.findall(r"# \((\d)\)$", inspect.getsource(module), re.MULTILINE))
    if isinstance(optimizer, Momentum):
        del equations[1 if optimizer.nesterov else 2]
    theta, gradients = problem()
    known = {"sqrt": np.sqrt, "theta": theta.copy(), "eta": RATE, "eps": 1e-8, "mu": 0.9, "rho": 0.99, "b1": 0.9,
             "b2": 0.999, "v": 0.0, "M": 0.0, "V": 0.0}
    for t, g in enumerate(gradients, start=1):
        known.update(g=g, t=t)
        for name, expression, _ in equations:
            known[name] = eval(expression, known)
    run(optimizer, theta, gradients)
    np.testing.assert_allclose(theta, known["theta"], rtol=1e-14, atol=1e-14)


def test_nesterov_follows_the_point_ahead():
    """The statement with a gradient at w - eta mu v, on a quadratic, gives the theta of equation (3)."""
    curvature, mu, rate = np.array([1.0, 20.0]), 0.9, 0.03
    theta = np.array([3.0, -1.0])
    w, v = theta.copy(), np.zeros(2)
    optimizer = Momentum(mu, nesterov=True)
    optimizer.start(theta)
    for _ in range(20):
        np.testing.assert_allclose(theta, w - rate * mu * v, rtol=1e-12)
        v = mu * v + curvature * (w - rate * mu * v)
        w = w - rate * v
        optimizer.step(theta, curvature * theta, rate)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e6])
def test_the_first_step_of_adam_has_the_length_of_the_learning_rate(size):
    theta = np.zeros(2)
    run(Adam(), theta, [np.array([size, -size])])
    np.testing.assert_allclose(theta, [-RATE, RATE], rtol=1e-4)


def test_a_step_allocates_nothing():
    import tracemalloc
    size = 100_000
    theta, g = np.ones(size), np.ones(size)
    for optimizer in (SGD(), Momentum(), Momentum(nesterov=True), RMSProp(), Adam()):
        optimizer.start(theta)
        optimizer.step(theta, g, RATE)
        tracemalloc.start()
        optimizer.step(theta, g, RATE)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < size, optimizer            # bytes: an eighth of one temporary vector


def test_configuration_is_identity_and_state_is_not():
    used = run(Adam(), *problem())
    assert used == Adam() != Adam(beta1=0.8) and Momentum() != Momentum(nesterov=True) and SGD() != Adam()
    assert repr(used) == "Adam(beta1=0.9, beta2=0.999, eps=1e-08)"
    assert repr(Momentum()) == "Momentum(momentum=0.9, nesterov=False)"
    assert repr(RMSProp()) == "RMSProp(decay=0.99, eps=1e-08)" and repr(SGD()) == "SGD()"


@pytest.mark.parametrize("optimizer, name", [(Momentum(1.0), "momentum"), (Momentum(-0.1), "momentum"),
                                             (RMSProp(decay=1.0), "decay"), (RMSProp(eps=0.0), "eps"),
                                             (Adam(beta1=1.0), "beta1"), (Adam(beta2=1.5), "beta2"),
                                             (Adam(beta1=np.nan), "beta1"), (Adam(eps=-1e-8), "eps")])
def test_hyperparameters_out_of_range(optimizer, name):
    value = getattr(optimizer, name)
    with pytest.raises(ValueError, match=f"{name} .*{value}"):
        optimizer.validate()
    with pytest.raises(ValueError, match=name):
        optimizer.start(np.zeros(2))


@pytest.mark.parametrize("optimizer, name", [(Momentum("0.9"), "momentum"), (Momentum(nesterov=1), "nesterov"),
                                             (Adam(beta1=None), "beta1"), (RMSProp(eps=True), "eps")])
def test_hyperparameters_of_the_wrong_kind(optimizer, name):
    with pytest.raises(TypeError, match=name):
        optimizer.validate()


def test_misuse_is_explained():
    with pytest.raises(RuntimeError, match=r"start\(theta\)"):
        Adam().step(np.zeros(2), np.zeros(2), RATE)
    with pytest.raises(RuntimeError, match=r"start\(theta\)"):
        Adam().state()
    with pytest.raises(RuntimeError, match=r"start\(theta\)"):
        Adam().restore({})
    for theta in (np.zeros((2, 2)), np.zeros(2, int), [0.0, 0.0]):
        with pytest.raises(ValueError, match="flat vector"):
            Adam().start(theta)
    optimizer = run(Adam(), *problem())
    for other in (np.zeros(5), np.zeros(13, np.float32)):
        with pytest.raises(ValueError, match="started on"):
            optimizer.step(other, other, RATE)
    with pytest.raises(ValueError, match="'M'"):
        optimizer.restore({"M": np.zeros(2), "V": np.zeros(2), "t": 1})
    with pytest.raises(ValueError, match="'V'"):
        optimizer.restore({"M": np.zeros(13), "t": 1})
