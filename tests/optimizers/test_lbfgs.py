"""L-BFGS: exact answers, hard problems, the Wolfe conditions at every step, and what happens when nothing helps."""

import copy
import pickle

import numpy as np
import pytest

from npae.optimizers import LBFGS
from npae.optimizers import lbfgs as module
from npae.optimizers.line_search import Point, WolfeSearch


class Counted:
    """An objective that counts its evaluations and records every (theta, loss, gradient)."""

    def __init__(self, fun):
        self.fun, self.record = fun, []

    def __call__(self, theta):
        loss, gradient = self.fun(theta)
        self.record.append((theta.copy(), loss, gradient.copy()))
        return loss, gradient


def quadratic(n=50, condition=1e6, seed=0):
    """0.5 (x - x*) A (x - x*) - const, written with A x - b, so that the minimum of the loss is not 0."""
    rng = np.random.default_rng(seed)
    Q = np.linalg.qr(rng.standard_normal((n, n)))[0]
    A = (Q * np.logspace(0, np.log10(condition), n)) @ Q.T
    minimum = rng.standard_normal(n)
    b = A @ minimum
    return lambda x: (0.5 * x @ A @ x - b @ x, A @ x - b), rng.standard_normal(n), minimum


def rosenbrock(x):
    a, b = x[1:] - x[:-1] ** 2, 1 - x[:-1]
    g = np.zeros_like(x)
    g[1:] += 200 * a
    g[:-1] -= 400 * x[:-1] * a + 2 * b
    return (100 * a**2 + b**2).sum(), g


def run(fun, theta, iterations, tolerance=0.0, **options):
    """Iterate until the gradient norm has fallen to `tolerance` times the first; return the optimizer and the fall."""
    optimizer = LBFGS(**options)
    optimizer.start(theta)
    first = now = np.linalg.norm(fun(theta)[1])
    for _ in range(iterations):
        optimizer.iterate(fun, theta)
        now = np.linalg.norm(fun(theta)[1])
        if optimizer.converged or now < tolerance * first:
            break
    return optimizer, now / first


def test_ill_conditioned_quadratic():
    fun, theta, minimum = quadratic()
    _, relative = run(fun, theta, 6000, tolerance=1e-10)
    assert relative < 1e-10
    np.testing.assert_allclose(theta, minimum, atol=1e-4)


def test_rosenbrock():
    theta = np.tile([-1.2, 1.0], 5)
    optimizer, _ = run(rosenbrock, theta, 300)
    assert rosenbrock(theta)[0] < 1e-12 and optimizer.converged
    np.testing.assert_allclose(theta, 1.0, atol=1e-6)


def test_least_squares_with_a_residual():
    """The minimum of the loss is far from 0: by its values alone, theta could be found to 1e-8 only."""
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((80, 12)) * np.logspace(0, 1, 12), 10 * rng.standard_normal(80)
    theta = np.zeros(12)
    optimizer, _ = run(lambda w: (0.5 * ((X @ w - y) ** 2).sum(), X.T @ (X @ w - y)), theta, 300)
    assert optimizer.converged
    np.testing.assert_allclose(theta, np.linalg.lstsq(X, y, rcond=None)[0], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("fun, start", [(rosenbrock, np.tile([-1.2, 1.0], 5)),
                                        (lambda x: (np.log(np.cosh(5 * x)).sum() + 0.01 * x @ x,
                                                    5 * np.tanh(5 * x) + 0.02 * x), np.linspace(-30, 20, 7))])
def test_each_step_satisfies_the_strong_wolfe_conditions(fun, start):
    c1, c2, theta = 1e-4, 0.9, start.copy()
    counted, optimizer = Counted(fun), LBFGS(c1=c1, c2=c2)
    optimizer.start(theta)
    steps = 0
    while steps < 25:
        old = theta.copy()
        loss, g = fun(old)
        d = optimizer.direction(g)
        new_loss = optimizer.iterate(counted, theta)
        if optimizer.converged or loss < 1e-10:
            break
        t = (theta - old) @ d / (d @ d)
        np.testing.assert_allclose(theta - old, t * d, rtol=1e-6, atol=1e-12 * np.abs(old).max())
        assert t > 0 and fun(theta)[0] == new_loss
        assert new_loss <= loss + c1 * t * (g @ d)
        assert abs(fun(theta)[1] @ d) <= c2 * abs(g @ d)
        steps += 1
    assert steps >= 8


def test_two_loops_equal_the_bfgs_matrix():
    rng = np.random.default_rng(2)
    n, optimizer = 6, LBFGS()
    M = rng.standard_normal((n, n))
    for _ in range(4):
        s = rng.standard_normal(n)
        y = (M @ M.T + np.eye(n)) @ s
        optimizer.pairs.append((s, y, 1 / (s @ y)))
    s, y, _ = optimizer.pairs[-1]
    H = (s @ y) / (y @ y) * np.eye(n)
    for s, y, rho in optimizer.pairs:
        V = np.eye(n) - rho * np.outer(y, s)
        H = V.T @ H @ V + rho * np.outer(s, s)
    g = rng.standard_normal(n)
    np.testing.assert_allclose(optimizer.direction(g), -H @ g, rtol=1e-10)
    np.testing.assert_allclose(optimizer.direction(y), -s, rtol=1e-10)          # the secant equation


def test_memory_is_bounded_and_keeps_the_newest():
    fun, theta, _ = quadratic(n=8, condition=100)
    optimizer = LBFGS(memory=3)
    optimizer.start(theta)
    for _ in range(6):
        old = theta.copy()
        optimizer.iterate(fun, theta)
    assert len(optimizer.pairs) == 3
    assert np.array_equal(optimizer.pairs[-1][0], theta - old)


def test_pairs_without_curvature_are_skipped():
    optimizer = LBFGS()
    s = np.array([1.0, 0.0])
    for y in (np.array([-1.0, 0.0]), np.array([0.0, 1.0]), np.array([1e-17, 1.0]), np.zeros(2)):
        optimizer._remember(s, y)
    assert optimizer.pairs == []
    optimizer._remember(s, np.array([1e-6, 1.0]))
    assert len(optimizer.pairs) == 1


def test_one_evaluation_per_iteration_where_newtons_step_fits():
    fun, theta, _ = quadratic(n=10, condition=10)
    counted = Counted(fun)
    optimizer = LBFGS()
    optimizer.start(theta)
    for _ in range(20):
        optimizer.iterate(counted, theta)
    assert len(counted.record) <= 26


def test_the_first_trial_is_at_most_one_unit_long():
    fun, theta, _ = quadratic()
    counted, start = Counted(fun), theta.copy()
    optimizer = LBFGS()
    optimizer.start(theta)
    optimizer.iterate(counted, theta)
    assert np.linalg.norm(counted.record[0][2]) > 1e3
    np.testing.assert_allclose(np.linalg.norm(counted.record[1][0] - start), 1.0)
    small = Counted(lambda x: (0.5 * x @ x, x.copy()))
    theta = np.array([1e-3, 0.0])
    optimizer.start(theta)
    optimizer.iterate(small, theta)
    np.testing.assert_allclose(small.record[1][0], 0.0, atol=1e-18)             # t = 1, not one unit


@pytest.mark.parametrize("bad", [np.inf, np.nan, -np.inf])
def test_a_loss_that_is_not_finite_means_too_long(bad):
    """-log(1 - x) - 3 log(x + 1) lives on (-1, 1): the first trial of the unit step leaves it."""
    def fun(x):
        if not abs(x[0]) < 1:
            return bad, np.array([np.nan])
        return -np.log(1 - x[0]) - 3 * np.log(1 + x[0]), np.array([1 / (1 - x[0]) - 3 / (1 + x[0])])

    theta = np.array([0.0])
    optimizer, _ = run(fun, theta, 50)
    np.testing.assert_allclose(theta, 0.5, rtol=1e-12)


def test_a_gradient_that_is_not_finite_means_too_long():
    def fun(x):
        return (x[0] - 0.1) ** 2, 2 * (x - 0.1) if x[0] < 0.15 else np.array([np.inf])

    theta = np.array([-1.0])
    run(fun, theta, 50)
    np.testing.assert_allclose(theta, 0.1, rtol=1e-12)


def test_a_start_without_a_finite_loss_is_reported_and_nothing_moves():
    theta = np.array([1.0, 2.0])
    optimizer = LBFGS()
    optimizer.start(theta)
    assert np.isnan(optimizer.iterate(lambda x: (np.nan, x), theta))
    assert np.array_equal(theta, [1.0, 2.0]) and not optimizer.converged


def test_at_the_minimum_it_converges_and_theta_stays():
    theta, optimizer = np.zeros(3), LBFGS()
    optimizer.start(theta)
    assert optimizer.iterate(lambda x: (0.5 * x @ x, x.copy()), theta) == 0.0       # a gradient of exactly zero
    assert optimizer.converged and np.array_equal(theta, np.zeros(3))
    fun, theta, minimum = quadratic(n=5, condition=10)
    optimizer, _ = run(fun, theta, 100)
    assert optimizer.converged and len(optimizer.pairs) > 0                         # by equation (6)
    np.testing.assert_allclose(theta, minimum, rtol=1e-13)
    kept = theta.copy()
    optimizer.iterate(fun, theta)
    assert optimizer.converged and np.array_equal(theta, kept)


def test_when_nothing_helps_the_memory_is_dropped_and_theta_stays():
    """The gradient lies (wrong sign): no step can satisfy (1), neither from the pairs nor by steepest descent."""
    theta = np.array([1.0, 2.0])
    optimizer = LBFGS(max_line_search=10)
    optimizer.start(theta)
    optimizer.pairs = [(np.ones(2), np.ones(2), 0.5)]
    counted = Counted(lambda x: (x @ x, -2 * x))
    assert optimizer.iterate(counted, theta) == 5.0
    assert optimizer.converged and optimizer.pairs == [] and np.array_equal(theta, [1.0, 2.0])
    assert len(counted.record) == 1 + 10 + 10
    optimizer.iterate(counted, theta)
    assert len(counted.record) == 21                    # nothing new to try


def test_a_step_below_the_resolution_of_theta_is_no_progress():
    losses = iter(range(0, -1000, -1))
    theta = np.array([1e20])
    optimizer = LBFGS(max_line_search=3)
    optimizer.start(theta)
    optimizer.iterate(lambda x: (next(losses), np.array([0.5])), theta)
    assert optimizer.converged and theta == [1e20]


def test_steepest_descent_saves_a_bad_memory():
    theta = np.array([1.0, 2.0])
    optimizer = LBFGS()
    optimizer.start(theta)
    optimizer.pairs = [(np.ones(2), -np.ones(2), -0.5)]                         # H is negative: uphill
    assert optimizer.iterate(lambda x: (x @ x, 2 * x), theta) < 5.0 and not optimizer.converged


def test_a_new_objective_is_evaluated_anew():
    theta = np.array([1.0, 2.0])
    first, second = Counted(lambda x: (0.5 * x @ x, x.copy())), Counted(lambda x: (0.5 * (x - 3) @ (x - 3), x - 3))
    optimizer = LBFGS()
    optimizer.start(theta)
    for fun, minimum in ((first, 0.0), (second, 3.0)):
        for _ in range(20):
            optimizer.iterate(fun, theta)
        assert optimizer.converged
        np.testing.assert_allclose(theta, minimum, atol=1e-12)
    theta += 1.0                                        # moved from outside
    optimizer.iterate(second, theta)
    assert not optimizer.converged and abs(theta - 3).max() < 1


def test_a_gradient_in_reused_memory_and_parameters_as_views():
    fun, theta, minimum = quadratic(n=6, condition=30)
    buffer, view = np.empty(6), theta[:]

    def reusing(_):
        loss, buffer[...] = fun(view)
        return loss, buffer

    run(reusing, theta, 100)
    np.testing.assert_allclose(theta, minimum, atol=1e-11)


def test_an_interrupt_leaves_no_rejected_trial():
    calls = []

    def fun(x):
        calls.append(x.copy())
        if len(calls) == 2:
            raise KeyboardInterrupt
        return x @ x, 2 * x

    theta = np.array([1.0, 2.0])
    optimizer = LBFGS()
    optimizer.start(theta)
    with pytest.raises(KeyboardInterrupt):
        optimizer.iterate(fun, theta)
    assert not np.array_equal(calls[1], [1.0, 2.0]) and np.array_equal(theta, [1.0, 2.0])


def test_restore_goes_on_to_the_same_bits():
    theta = np.tile([-1.2, 1.0], 5)
    optimizer = LBFGS(memory=5)
    optimizer.start(theta)
    for k in range(30):
        if k == 12:
            saved, middle = pickle.loads(pickle.dumps(optimizer.state())), theta.copy()
        optimizer.iterate(rosenbrock, theta)
    other = LBFGS(memory=5)
    other.start(middle)
    other.restore(saved)
    for _ in range(18):
        other.iterate(rosenbrock, middle)
    assert np.array_equal(theta, middle)
    fresh = LBFGS()
    fresh.start(theta)
    fresh.restore(fresh.state())                        # without pairs
    assert fresh.pairs == []
    with pytest.raises(ValueError, match="'s'"):
        fresh.restore({"s": np.zeros((2, 3)), "y": np.zeros((2, 3)), "converged": False})


def test_copies_do_not_carry_the_users_function():
    theta = np.array([1.0, 2.0])
    optimizer = LBFGS()
    optimizer.start(theta)
    optimizer.iterate(lambda x: (x @ x, 2 * x), theta)
    assert len(pickle.loads(pickle.dumps(optimizer)).pairs) == len(copy.deepcopy(optimizer).pairs) == 1


def test_float32_stays_float32():
    fun, theta, minimum = quadratic(n=10, condition=10)
    theta = theta.astype(np.float32)

    def single(x):
        loss, g = fun(x.astype(float))
        return np.float32(loss), g.astype(np.float32)

    optimizer, _ = run(single, theta, 200)
    assert theta.dtype == np.float32 == optimizer.pairs[0][0].dtype if optimizer.pairs else True
    np.testing.assert_allclose(theta, minimum, atol=1e-4)


def line(phi, dphi, noise=0.0, budget=25, c1=1e-4, c2=0.9):
    calls = []

    def evaluate(t):
        calls.append(t)
        return Point(t, phi(t), dphi(t), None)

    return WolfeSearch(evaluate, Point(0.0, phi(0.0), dphi(0.0), None), c1, c2, noise, budget), calls


@pytest.mark.parametrize("first", [1e-4, 0.1, 1.0, 30.0, 1e4])
@pytest.mark.parametrize("phi, dphi", [
    (lambda t: (t - 2) ** 2, lambda t: 2 * (t - 2)),
    (lambda t: -t / (t * t + 2), lambda t: (t * t - 2) / (t * t + 2) ** 2),             # More & Thuente's first
    (lambda t: (t + 0.004) ** 5 - 2 * (t + 0.004) ** 4,
     lambda t: 5 * (t + 0.004) ** 4 - 8 * (t + 0.004) ** 3),                            # and their second
    (lambda t: 0.1 * (t - 3) ** 2 - 5 * np.sin(3 * t), lambda t: 0.2 * (t - 3) - 15 * np.cos(3 * t))])
@pytest.mark.parametrize("c2", [0.9, 0.1])
def test_line_search_from_any_first_step(phi, dphi, first, c2):
    search, calls = line(phi, dphi, c2=c2, budget=40)
    point = search.run(first)
    assert point.t > 0 and point.loss == phi(point.t) and len(calls) <= 40
    assert phi(point.t) <= phi(0.0) + 1e-4 * point.t * dphi(0.0)
    assert abs(dphi(point.t)) <= c2 * abs(dphi(0.0))


def test_the_interpolated_point_minimizes_the_cubic():
    """Exact on a cubic, whichever end is lo."""
    def p(t):
        return t**3 - 2 * t**2 - t

    def slope(t):
        return 3 * t**2 - 4 * t - 1

    search, _ = line(p, slope)
    minimum = (4 + np.sqrt(28)) / 6
    for lo, hi in ((0.5, 3.0), (2.0, 0.2)):
        u = search.fraction(Point(lo, p(lo), slope(lo), None), Point(hi, p(hi), slope(hi), None))
        np.testing.assert_allclose(lo + u * (hi - lo), minimum, rtol=1e-12)


def test_rise_by_slopes_where_values_drown():
    search, _ = line(lambda t: 0.0, lambda t: -1.0, noise=1e-3)
    p, q = Point(1.0, 5.0, -2.0, None), Point(3.0, 5.0005, -1.0, None)
    assert search.rise(p, q) == -3.0 and search.rise(p, q._replace(loss=6.0)) == 1.0


def test_without_an_acceptable_point_the_best_is_returned():
    search, calls = line(lambda t: -t, lambda t: -1.0, budget=5)                # no end to it
    assert search.run(1.0).t == 4.0**4 and len(calls) == 5
    search, _ = line(lambda t: -t, lambda t: -1.0, budget=1)
    assert search.run(0.01).t == 0.01
    search, calls = line(lambda t: t, lambda t: -1.0, budget=6)
    assert search.run(1.0) is None and len(calls) == 6
    search, _ = line(lambda t: (t - 0.3) ** 2, lambda t: 2 * (t - 0.3) if t in (0, 1) else -0.6, budget=3)
    assert 0 < search.run(1.0).t < 0.5                                          # from the zoom: low enough, still steep


def test_trials_keep_away_from_the_ends():
    search, _ = line(lambda t: 0.0, lambda t: -1.0)
    lo = Point(0.0, 0.0, -1e-9, None)
    assert search.fraction(lo, Point(1.0, 1.0, 1.0, None)) == 0.1
    assert search.fraction(Point(0.0, 0.0, -1.0, None), Point(1.0, -0.5, 1e-9, None)) == 0.9
    assert search.fraction(lo, Point(1.0, np.inf, np.nan, None)) == 0.1
    assert search.fraction(lo, Point(1.0, 1e300, 1e300, None)) == 0.1           # its square overflows
    lo = Point(0.0, 0.0, -1.0, None)
    for without_minimum in (Point(1.0, -1.0, -1.0, None), Point(1.0, -1.2, -2.0, None)):
        assert search.fraction(lo, without_minimum) == 0.5


def test_a_slope_that_is_no_number_is_no_loss_either():
    search, _ = line(lambda t: -t, lambda t: np.nan if t > 0.5 else -1.0)
    assert search._evaluate(1.0).loss == np.inf and search._evaluate(0.4).loss == -0.4


@pytest.mark.parametrize("options, error", [
    ({"memory": 0}, ValueError), ({"memory": 2.5}, TypeError), ({"max_line_search": 0}, ValueError),
    ({"c1": 0.0}, ValueError), ({"c1": 0.5}, ValueError), ({"c2": 1.0}, ValueError),
    ({"c1": 0.2, "c2": 0.2}, ValueError)])
def test_hyperparameters(options, error):
    with pytest.raises(error, match=list(options)[-1]):
        LBFGS(**options).start(np.zeros(2))


def test_configuration():
    optimizer = LBFGS(memory=10)
    optimizer.start(np.ones(2))
    optimizer.iterate(lambda x: (x @ x, 2 * x), np.ones(2))
    assert optimizer == LBFGS(memory=10) != LBFGS()
    assert repr(LBFGS()) == "LBFGS(memory=20, max_line_search=25, c1=0.0001, c2=0.9)" and not LBFGS().converged
    LBFGS(memory=1, max_line_search=1).validate()
    with pytest.raises(RuntimeError, match=r"start\(theta\)"):
        LBFGS().iterate(rosenbrock, np.ones(2))
    assert LBFGS.full_batch and module.NOISE >= 1
    with pytest.raises(NotImplementedError):
        optimizer.step(np.ones(2), np.ones(2), 0.1)
