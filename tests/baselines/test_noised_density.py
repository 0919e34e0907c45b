"""Noised densities against formulas written out, numerical derivatives, quadrature, enumeration and Bessel functions."""

from itertools import product

import numpy as np
import pytest

from npae.baselines import LinearDenoiser, NoisedDensity, noised_circle
from npae.baselines import noised_density as module
from npae.baselines.noised_density_linear import masking_filter, salt_and_pepper_filter, wiener_filter
from npae.gradcheck.numerical import richardson

RNG = np.random.default_rng(0)
MEANS = RNG.normal(size=(4, 3))
FACTORS = RNG.normal(size=(4, 3, 3))
FULL = 0.2 * FACTORS @ FACTORS.swapaxes(1, 2)
DIAGONAL = RNG.uniform(0, 1, (4, 3))
WEIGHTS = [1, 2, 3, 4]
DENSITIES = {
    "points": NoisedDensity(MEANS, 0.3, weights=WEIGHTS),
    "diagonal": NoisedDensity(MEANS, 0.3, DIAGONAL),
    "full": NoisedDensity(MEANS, 0.3, FULL, WEIGHTS),
    "one Gaussian": NoisedDensity(MEANS[:1], 0.5, FULL[:1]),
    "circle": noised_circle(0.2),
}
QUERIES = 1.5 * RNG.normal(size=(25, 3))
everywhere = pytest.mark.parametrize("density", DENSITIES.values(), ids=DENSITIES.keys())


def queries(density):
    return QUERIES[:, :density.means.shape[1]]


# ---- the density -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("covariances", [None, DIAGONAL, FULL], ids=["points", "diagonal", "full"])
def test_the_density_is_the_sum_of_the_components(covariances):
    sd, expected = 0.3, np.zeros(len(QUERIES))
    for k, w in enumerate(np.array(WEIGHTS) / 10):
        S = np.zeros((3, 3)) if covariances is None else covariances[k]
        C = (np.diag(S) if S.ndim == 1 else S) + sd ** 2 * np.eye(3)
        gap = QUERIES - MEANS[k]
        exponent = -0.5 * np.einsum("mi,ij,mj->m", gap, np.linalg.inv(C), gap)
        expected += w * np.exp(exponent) / np.sqrt(np.linalg.det(2 * np.pi * C))
    density = NoisedDensity(MEANS, sd, covariances, WEIGHTS)
    np.testing.assert_allclose(density.log_density(QUERIES), np.log(expected), rtol=1e-11)


def test_the_density_integrates_to_one():
    density = NoisedDensity(MEANS[:, :2], 0.4, FULL[:, :2, :2], WEIGHTS)
    side = np.linspace(-9, 9, 361)
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    assert np.exp(density.log_density(points)).sum() * (side[1] - side[0]) ** 2 == pytest.approx(1, abs=1e-9)


@everywhere
def test_the_score_is_the_gradient_of_the_log_density(density):
    x, score = queries(density), density.score(queries(density))
    np.testing.assert_allclose(score, richardson(density.log_density, x).value, atol=1e-9 * np.abs(score).max())


# ---- the best denoiser -------------------------------------------------------------------------------------------------

@everywhere
def test_tweedie(density):
    x = queries(density)
    np.testing.assert_allclose(density.denoise(x), x + density.sd ** 2 * density.score(x), rtol=1e-12, atol=1e-12)


@everywhere
def test_second_order_tweedie(density):
    """tr Cov[x | x~] = n sd^2 + sd^4 div score, the divergence by central differences of the score."""
    x, h = queries(density), 1e-4
    n = x.shape[1]
    divergence = sum((density.score(x + h * axis) - density.score(x - h * axis))[:, j] / (2 * h)
                     for j, axis in enumerate(np.eye(n)))
    expected = n * density.sd ** 2 + density.sd ** 4 * divergence
    np.testing.assert_allclose(density.posterior_variance(x), expected, atol=2e-7)


def test_the_conditional_mean_by_quadrature():
    """E[x | x~] is the integral of x p0(x) N(x~; x, sd^2) over that of p0(x) N(x~; x, sd^2)."""
    mu, s, w, sd = np.array([-1.0, 0.5, 2.0]), np.array([0.3, 0.1, 0.5]), np.array([0.2, 0.5, 0.3]), 0.6
    x, noised = np.linspace(-8, 9, 20001), np.linspace(-3, 4, 15)
    prior = (w * np.exp(-(x[:, None] - mu) ** 2 / (2 * s)) / np.sqrt(s)).sum(axis=1)
    joint = prior * np.exp(-(noised[:, None] - x) ** 2 / (2 * sd ** 2))
    mean = (joint @ x) / joint.sum(axis=1)
    variance = (joint @ x ** 2) / joint.sum(axis=1) - mean ** 2
    density = NoisedDensity(mu[:, None], sd, s[:, None], w)
    np.testing.assert_allclose(density.denoise(noised[:, None])[:, 0], mean, atol=1e-10)
    np.testing.assert_allclose(density.posterior_variance(noised[:, None]), variance, atol=1e-9)


@everywhere
def test_the_posterior_variance_is_the_error_of_the_best_denoiser(density):
    x, noised = density.sample(10_000, random_state=1)
    errors = ((density.denoise(noised) - x) ** 2).sum(axis=1)
    difference = errors - density.posterior_variance(noised)
    assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(len(x))
    assert ((1.02 * density.denoise(noised) - x) ** 2).sum() > ((density.denoise(noised) - x) ** 2).sum()


def test_with_little_noise_it_memorizes_and_with_much_it_averages():
    x = QUERIES
    nearest = MEANS[((x[:, None] - MEANS) ** 2).sum(axis=2).argmin(axis=1)]
    np.testing.assert_allclose(NoisedDensity(MEANS, 0.01).denoise(x), nearest, atol=1e-9)
    average = np.average(MEANS, axis=0, weights=WEIGHTS)
    np.testing.assert_allclose(NoisedDensity(MEANS, 1e5, weights=WEIGHTS).denoise(x), np.tile(average, (25, 1)), atol=1e-8)


def test_it_is_exact_where_densities_underflow():
    density = NoisedDensity([[0.0], [1.0]], 0.01)
    expected = -0.5 * 40 ** 2 - np.log(2 * 0.01 * np.sqrt(2 * np.pi))
    assert density.log_density([[0.4]])[0] == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(density.denoise([[0.4], [0.6], [0.5]]), [[0], [1], [0.5]], atol=1e-12)
    assert density.score([[0.4]])[0, 0] == pytest.approx(-0.4 / 1e-4)


def test_a_repeated_point_is_a_weight():
    twice = NoisedDensity(np.vstack([MEANS, MEANS[:1]]), 0.5)
    weighted = NoisedDensity(MEANS, 0.5, weights=[2, 1, 1, 1])
    np.testing.assert_allclose(twice.denoise(QUERIES), weighted.denoise(QUERIES), rtol=1e-12)


def test_full_covariances_turn_with_the_data():
    Q = np.linalg.qr(FACTORS[0])[0]
    plain = NoisedDensity(MEANS, 0.3, DIAGONAL, WEIGHTS)
    turned = NoisedDensity(MEANS @ Q.T, 0.3, np.array([(Q * s) @ Q.T for s in DIAGONAL]), WEIGHTS)
    np.testing.assert_allclose(turned.log_density(QUERIES @ Q.T), plain.log_density(QUERIES), rtol=1e-11)
    np.testing.assert_allclose(turned.denoise(QUERIES @ Q.T), plain.denoise(QUERIES) @ Q.T, atol=1e-11)
    np.testing.assert_allclose(turned.score(QUERIES @ Q.T), plain.score(QUERIES) @ Q.T, atol=1e-10)


@everywhere
def test_blocks_change_nothing(density, monkeypatch):
    x = queries(density)
    whole = [density.log_density(x), density.denoise(x), density.posterior_variance(x)]
    monkeypatch.setattr(module, "BLOCK", 1)
    for left, right in zip(whole, [density.log_density(x), density.denoise(x), density.posterior_variance(x)]):
        np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-14)


# ---- sampling ----------------------------------------------------------------------------------------------------------

def test_samples_have_the_moments_of_the_mixture():
    density, w = DENSITIES["full"], np.array(WEIGHTS) / 10
    x, noised = density.sample(50_000, random_state=3)
    mean = w @ MEANS
    covariance = np.einsum("k,kij->ij", w, FULL) + (w[:, None] * MEANS).T @ MEANS - np.outer(mean, mean)
    for sample, S in ((x, covariance), (noised, covariance + 0.09 * np.eye(3))):
        assert np.all(np.abs(sample.mean(axis=0) - mean) < 4 * np.sqrt(np.diag(S) / len(x)))
        np.testing.assert_allclose(np.cov(sample, rowvar=False), S, atol=0.05 * np.diag(S).max())
    assert (noised - x).std() == pytest.approx(0.3, abs=4 * 0.3 / np.sqrt(2 * x.size))


def test_samples_of_points_are_points_and_follow_the_seed():
    x, noised = DENSITIES["points"].sample(200, random_state=5)
    assert {tuple(row) for row in x} == {tuple(row) for row in MEANS}
    np.testing.assert_array_equal(noised, DENSITIES["points"].sample(200, random_state=5)[1])
    assert not np.array_equal(noised, DENSITIES["points"].sample(200, random_state=6)[1])


# ---- the circle --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("sd, radius", [(0.2, 1.0), (0.2, 2.0), (1.5, 1.0), (10.0, 1.0)])
def test_the_circle_has_the_density_of_the_bessel_function(sd, radius):
    """p(x~) = exp(-(|x~|^2 + radius^2) / (2 sd^2)) I_0(|x~| radius / sd^2) / (2 pi sd^2), at any angle."""
    distance = radius * np.array([0.0, 0.3, 0.9, 1.0, 1.4, 3.0, 5.0])
    angle = 2.3 * np.arange(7)
    x = distance[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    exact = (-(distance ** 2 + radius ** 2) / (2 * sd ** 2) - np.log(2 * np.pi * sd ** 2)
             + np.log(np.i0(distance * radius / sd ** 2)))
    np.testing.assert_allclose(noised_circle(sd, radius).log_density(x), exact, atol=1e-11)


def test_the_circle_far_away():
    """Ten radii off: the denoiser lands on the circle but for the curvature, and has no tangential part."""
    angle = np.linspace(0, 2 * np.pi, 37)
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    landed = noised_circle(0.2).denoise(10 * direction)
    np.testing.assert_allclose(landed, landed[0, 0] * direction, atol=1e-12)
    assert landed[0, 0] == pytest.approx(1 - 0.04 / (2 * 10), abs=1e-5)          # I_1(c)/I_0(c) = 1 - 1/(2c) + O(1/c^2)


# ---- linear denoisers --------------------------------------------------------------------------------------------------

POINTS = np.random.default_rng(7).normal(size=(6, 3)) + [1.0, -2.0, 0.0]
MEAN, COVARIANCE = POINTS.mean(axis=0), np.cov(POINTS, rowvar=False, bias=True)


def enumerate_replacements(values, probabilities):
    """All pairs (clean, corrupted) of POINTS with their probabilities: each entry kept or replaced by one of the values."""
    clean, corrupted, weight = [], [], []
    options = [(None, 1 - sum(probabilities)), *zip(values, probabilities)]
    for x in POINTS:
        for choice in product(options, repeat=3):
            clean.append(x)
            corrupted.append([entry if value is None else value for entry, (value, _) in zip(x, choice)])
            weight.append(np.prod([p for _, p in choice]) / len(POINTS))
    return np.array(clean), np.array(corrupted), np.array(weight)


@pytest.mark.parametrize("denoiser, values, probabilities", [
    (masking_filter(MEAN, COVARIANCE, 0.3), [0.0], [0.3]),
    (salt_and_pepper_filter(MEAN, COVARIANCE, 0.4), [0.0, 1.0], [0.2, 0.2]),
    (salt_and_pepper_filter(MEAN, COVARIANCE, 0.4, -1.0, 3.0), [-1.0, 3.0], [0.2, 0.2]),
], ids=["masking", "salt and pepper", "other values"])
def test_replacement_filters_solve_the_exact_least_squares_problem(denoiser, values, probabilities):
    clean, corrupted, weight = enumerate_replacements(values, probabilities)
    root, ones = np.sqrt(weight)[:, None], np.ones((len(clean), 1))
    best = np.linalg.lstsq(root * np.hstack([corrupted, ones]), root * clean, rcond=None)[0]
    np.testing.assert_allclose(np.vstack([denoiser.W, denoiser.b]), best, atol=1e-11)
    error = weight @ ((denoiser.denoise(corrupted) - clean) ** 2).sum(axis=1)
    assert denoiser.error == pytest.approx(error, rel=1e-11)


def test_the_masking_filter_without_means_is_that_of_marginalized_denoising():
    S, q = POINTS.T @ POINTS / len(POINTS), 0.7
    C = q ** 2 * S
    np.fill_diagonal(C, q * np.diag(S))
    np.testing.assert_allclose(masking_filter(np.zeros(3), S, 0.3).W, np.linalg.inv(C) @ (q * S), atol=1e-12)


def test_the_wiener_filter():
    variances, sd = np.array([4.0, 1.0, 0.25]), 0.5
    plain = wiener_filter(np.zeros(3), np.diag(variances), sd)
    np.testing.assert_allclose(plain.W, np.diag([16 / 17, 0.8, 0.5]), atol=1e-14)
    assert plain.error == pytest.approx(np.sum(variances * sd ** 2 / (variances + sd ** 2)))
    general = wiener_filter(MEAN, COVARIANCE, sd)
    gaussian = NoisedDensity([MEAN], sd, [COVARIANCE])
    np.testing.assert_allclose(general.denoise(QUERIES), gaussian.denoise(QUERIES), atol=1e-12)
    np.testing.assert_allclose(general.error, gaussian.posterior_variance(QUERIES), atol=1e-12)


def test_a_feature_that_is_always_zero_is_no_obstacle():
    S = np.zeros((3, 3))
    S[:2, :2] = COVARIANCE[:2, :2]
    denoiser = masking_filter(np.append(MEAN[:2], 0), S, 0.3)
    smaller = masking_filter(MEAN[:2], COVARIANCE[:2, :2], 0.3)
    np.testing.assert_allclose(denoiser.W[:2, :2], smaller.W, atol=1e-12)
    np.testing.assert_array_equal(denoiser.denoise(QUERIES)[:, 2], 0)
    assert isinstance(denoiser, LinearDenoiser) and denoiser.error == pytest.approx(smaller.error)


# ---- bad input ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments, message", [
    ({"sd": 0}, "sd must be a finite number in"),
    ({"means": [1.0, 2.0]}, "means must have two dimensions"),
    ({"weights": [1, 1]}, "weights, as a row, has 2 features"),
    ({"weights": [1, 1, 0, 1]}, "weights must all be above 0, found 0"),
    ({"covariances": np.eye(3)}, r"shape \(4, 3\) or \(4, 3, 3\), got shape \(3, 3\)"),
    ({"covariances": -DIAGONAL}, "positive semi-definite, the smallest variance is -"),
    ({"covariances": np.full((4, 3), np.nan)}, "covariances must be finite"),
    ({"covariances": np.triu(FULL)}, "must be symmetric"),
])
def test_bad_densities_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        NoisedDensity(**{"means": MEANS, "sd": 0.3, **arguments})


def test_bad_queries_are_refused():
    for method in ("log_density", "score", "denoise", "posterior_variance"):
        with pytest.raises(ValueError, match="X has 2 features"):
            getattr(DENSITIES["points"], method)(np.zeros((4, 2)))
    with pytest.raises(ValueError, match="n_examples"):
        DENSITIES["points"].sample(0)
    with pytest.raises(ValueError, match="radius"):
        noised_circle(0.2, 0)


@pytest.mark.parametrize("call, message", [
    (lambda: wiener_filter(MEAN, COVARIANCE, 0), "sd must be"),
    (lambda: masking_filter(MEAN, COVARIANCE, 1), "fraction must be"),
    (lambda: masking_filter(MEAN, COVARIANCE[:, :2], 0.5), "covariance has 2 features"),
    (lambda: masking_filter(MEAN, COVARIANCE[:2], 0.5), r"symmetric \(3, 3\) matrix, got shape \(2, 3\)"),
    (lambda: masking_filter(MEAN, np.triu(COVARIANCE), 0.5), "symmetric"),
    (lambda: wiener_filter(MEAN, COVARIANCE, 1).denoise(np.zeros((1, 2))), "X has 2 features"),
])
def test_bad_filters_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
