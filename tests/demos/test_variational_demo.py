"""The quick demonstration, run once, against what the sources claim of the variational autoencoder."""

import math

import numpy as np
import pytest

from npae import plots
from npae.datasets import load_digits
from npae.demos import variational, variational_sharpness
from npae.demos.probabilistic_directions import eigenvalues, prices_between
from npae.demos.variational_gap import exact_density, exact_gap
from npae.demos.variational_posterior import moment_distance
from npae.models import VariationalAutoencoder

FIGURES = ("reparameterization", "training_and_inference", "manifold", "samples", "interpolations", "traversals",
           "rate_distortion", "aggregate_posterior", "generators", "blur", "gradient_estimators", "like_em", "code_norm",
           "gradient_variance", "active_directions", "five_objectives")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    out = tmp_path_factory.mktemp("variational")
    return variational.run(out, quick=True), out


@pytest.fixture(scope="module")
def found(demo):
    return demo[0]


def test_every_figure_is_written_and_every_number_is_finite(demo):
    numbers, out = demo
    assert sorted(path.name for path in out.iterdir()) == sorted(f"{name}.png" for name in FIGURES)
    assert all((out / f"{name}.png").read_bytes().startswith(b"\x89PNG") for name in FIGURES)
    assert all(math.isfinite(value) for value in numbers.values())


def test_neighbours_on_the_manifold_are_alike(found):
    assert 0 < found["manifold_neighbours"] < 0.5 * found["manifold_random"]


def test_more_units_up_to_ten_do_not_lower_the_bound(found):
    assert found["elbo_2"] <= found["elbo_5"] <= found["elbo_10"]
    assert found["elbo_10"] - found["elbo_2"] > 5
    for k in (2, 5, 10, 20):
        assert 0 < found[f"active_{k}"] <= k


def test_halfway_between_codes_is_nearer_to_the_data_than_a_cross_fade(found):
    assert found["halfway_codes"] < found["halfway_pixels"]


def test_active_units_change_the_image_and_others_do_not(found):
    assert 0 < found["traversal_count"] < 20
    assert found["traversal_active"] > 3 * found["traversal_inactive"] > 0


def test_rate_falls_and_distortion_rises_with_beta(found):
    assert found["rate_largest_step"] < 0 < found["distortion_smallest_step"]
    assert found["best_elbo_beta"] == 1                         # of all weights, the one that the bound itself has
    assert found["active_last"] < found["active_first"]
    assert found["blur_last"] < found["blur_first"]             # more overlap, more blur


def test_the_aggregate_posterior_is_nearer_to_the_prior_than_codes_of_an_autoencoder(found):
    assert found["moments_vae"] < min(found["moments_ae"], found["moments_ae_scaled"])


def test_blur_is_measured_and_comes_without_noise_too(found):
    measured = [value for name, value in found.items() if name.startswith("blur_")]
    assert len(measured) == 12 and all(0 < value < 1.2 for value in measured)
    assert found["blur_ae_1"] < 0.5 < 0.75 < found["blur_ae_20"]
    assert found["blur_vae_20"] < found["blur_ae_20"]


def test_a_mixture_on_the_codes_generates_and_the_prior_does_not(found):
    assert found["nearest_mixture"] < 1.5 * found["nearest_held_out"] < found["nearest_unfitted"]
    assert 0.5 * found["nearest_held_out"] < found["nearest_vae"] < 1.5 * found["nearest_held_out"]
    assert found["sharpness_held_out"] == pytest.approx(1)


def test_two_unbiased_gradients_of_different_variance(found):
    assert found["pathwise_mean"] == pytest.approx(1.4, abs=4 * math.sqrt(4 / 200_000))
    assert found["score_mean"] == pytest.approx(1.4, abs=4 * math.sqrt(22.1 / 200_000))
    assert found["variance_pathwise"] == pytest.approx(4, rel=0.02)
    assert found["variance_score"] == pytest.approx(22.1001, rel=0.05)
    assert found["variance_ratio"] > 5


def test_em_touches_and_the_encoder_does_not(found):
    assert found["em_gap"] < 1e-12 < 1e-3 < found["em_gap_after_m"]
    assert found["em_smallest_gain"] > -1e-9
    assert found["vae_gap_first"] > found["vae_gap_last"] >= found["vae_gap_smallest"] > 1e-4
    assert found["vae_identity"] < 0.01


def test_without_a_price_the_code_outgrows_its_noise(found):
    assert found["norm_vanilla"] > 2 * found["norm_vanilla_early"] > 1
    assert 0.3 < found["norm_regularized"] < 0.3 * found["norm_vanilla"]


def test_the_variance_of_the_gradient_falls_as_one_over_the_draws(found):
    assert found["variance_slope"] == pytest.approx(-1, abs=0.1)
    assert found["gradient_variance_1"] > 30 * found["gradient_variance_64"] > 0


def test_as_many_directions_are_active_as_eigenvalues_are_larger_than_the_price(found):
    assert found["directions_wrong"] == 0
    assert (found["directions_most"], found["directions_fewest"]) == (10, 0)
    assert found["directions_error"] < 1e-4


def test_five_objectives(found):
    errors = [found[f"error_{name}"] for name in ("ae", "sae", "dae", "vanilla", "regularized")]
    assert errors == sorted(errors)                             # in this order they have more to mind besides
    assert found["sparseness_sae"] == max(value for name, value in found.items() if name.startswith("sparseness_"))
    assert found["square_sae"] < found["square_ae"]
    assert found["square_vanilla"] > 5 * found["square_regularized"] > 5 * found["square_ae"]


# ---- the measures themselves ----------------------------------------------------------------------------------------

def test_moment_distance_of_known_moments():
    z = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]]) * math.sqrt(3 / 4)       # covariance I, with m - 1
    assert moment_distance(z) == pytest.approx(0, abs=1e-12)
    assert moment_distance(z + [3, 4]) == pytest.approx(5)
    assert moment_distance(math.sqrt(3) * z) == pytest.approx(math.sqrt(8))       # covariance 3 I


def test_gradient_energy_of_a_step():
    data = load_digits()
    step = np.zeros((1, 8, 8))
    step[:, :, 4:] = 0.5                                                            # eight edges of height a half
    pictures = data.X_test.astype(float).reshape(-1, 8, 8)
    of_data = np.mean([np.sum(np.diff(x, axis=0) ** 2) + np.sum(np.diff(x, axis=1) ** 2) for x in pictures])
    assert variational_sharpness.gradient_energy(step.reshape(1, 64), data) == pytest.approx(8 * 0.25 / of_data)
    assert variational_sharpness.gradient_energy(data.X_test, data) == pytest.approx(1)


def test_exact_gap_is_zero_at_the_posterior_and_a_known_kl_beside_it():
    model = VariationalAutoencoder(latent_dim=1, hidden_dims=(), sigma2="shared", dtype="float64", random_state=0)
    model.initialize(2)
    params, x = model.params, np.array([[0.3, -1.0], [2.0, 0.5]])
    params["decoder.0.W"], params["decoder.0.b"], params["log_sigma2"] = [[1.0, 2.0]], [0.5, 0.0], math.log(0.5)
    M = 5.5                                                                         # W W^T + sigma2
    params["encoder.mu.W"], params["encoder.mu.b"] = np.array([[1.0], [2.0]]) / M, [-0.5 / M]
    params["encoder.logvar.W"], params["encoder.logvar.b"] = np.zeros((2, 1)), [math.log(0.5 / M)]
    np.testing.assert_allclose(exact_gap(model, x), 0, atol=1e-12)
    covariance = np.array([[1.5, 2.0], [2.0, 4.5]])
    away = x - [0.5, 0]
    expected = -0.5 * (np.einsum("ij,jk,ik->i", away, np.linalg.inv(covariance), away) + math.log((2 * math.pi) ** 2 * 2.75))
    np.testing.assert_allclose(exact_density(model).score_samples(x), expected)
    params["encoder.logvar.b"] = [math.log(0.5 / M) + 1]
    np.testing.assert_allclose(exact_gap(model, x), (math.e - 2) / 2)


def test_quantile_grid_has_equally_probable_cells_and_unit_two_upwards():
    grid = plots.quantile_grid(4)
    assert grid.shape == (16, 2) and grid[0, 0] < 0 < grid[0, 1]
    np.testing.assert_allclose(sorted(set(grid[:, 0])), [-1.150349, -0.318639, 0.318639, 1.150349], atol=1e-6)


def test_figures_refuse_what_they_cannot_draw():
    with pytest.raises(ValueError, match="square of a side"):
        plots.manifold(np.zeros((5, 4)), (2, 2))
    with pytest.raises(ValueError, match="equally many"):
        plots.image_rows({"a": np.zeros((2, 4)), "b": np.zeros((3, 4))}, (2, 2))
    for draw in (plots.density_panels, plots.graph_panels):
        with pytest.raises(ValueError, match="panels is empty"):
            draw([])
    with pytest.raises(ValueError, match="grids is empty"):
        plots.grid_panels({}, (2, 2))
    with pytest.raises(ValueError, match="rows is empty"):
        plots.image_rows({}, (2, 2))


def test_prices_lie_between_the_eigenvalues():
    s = np.array([4.0, 1.0])
    prices = prices_between(s, 2)
    np.testing.assert_allclose(prices, [2 / 3, 5 / 6, 2, 3, 13 / 3, 14 / 3])
    assert [int(np.sum(s > price)) for price in prices] == [2, 2, 1, 1, 0, 0]
    x = np.array([[3.0, 0], [-1, 0], [1, 2], [1, -2]])          # centred at (1, 0): variances 2 and 2
    np.testing.assert_allclose(eigenvalues(x, 2), [2, 2])
