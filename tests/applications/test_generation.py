"""A mixture on the codes as a generator, and the distances that tell copies from inventions."""

import numpy as np
import pytest

from npae.applications import nearest_distances, precision_recall, sample_from_codes
from npae.models import Autoencoder

CENTRES = np.array([[4.0, 0, 0], [0, 4, 0], [-4, -4, 0]])


class Halver:
    """A model whose codes and decodings are known: z = x / 2 on the first two features, decoded exactly."""

    def transform(self, X):
        return np.asarray(X, dtype=np.float32)[:, :2] / 2

    def inverse_transform(self, Z):
        return np.hstack([2 * np.asarray(Z), np.zeros((len(Z), 1))])


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return np.repeat(CENTRES, 100, axis=0) + [0.3, 0.3, 0] * rng.standard_normal((300, 3))


def test_samples_lie_where_the_data_lie(data):
    samples = sample_from_codes(Halver(), data, 3000, n_components=3, random_state=0)
    distance = np.linalg.norm(samples[:, None] - CENTRES, axis=2)
    nearest = distance.argmin(axis=1)
    assert samples.shape == (3000, 3) and distance.min(axis=1).max() < 2
    np.testing.assert_allclose(np.bincount(nearest) / 3000, 1 / 3, atol=0.04)
    for label in range(3):
        own, known = samples[nearest == label], data[100 * label:100 * label + 100]
        np.testing.assert_allclose(own.mean(axis=0), known.mean(axis=0), atol=0.05)
        np.testing.assert_allclose(own.std(axis=0), known.std(axis=0), atol=0.05)


def test_the_seed_decides(data):
    a, b, c = (sample_from_codes(Halver(), data, 5, n_components=3, random_state=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 0.1


def test_a_real_autoencoder_generates_and_bad_arguments_are_named(data):
    model = Autoencoder(latent_dim=2, hidden_dims=(16,), epochs=80, batch_size=50, learning_rate=1e-2,
                        random_state=0).fit(data)
    samples = sample_from_codes(model, data, 200, n_components=3, random_state=0)
    assert nearest_distances(samples, data).mean() < 0.6
    with pytest.raises(ValueError, match="n must be"):
        sample_from_codes(model, data, 0)
    with pytest.raises(ValueError, match="n_components"):
        sample_from_codes(model, data, 1, n_components=0)


def test_nearest_distances_are_the_smallest_of_all():
    rng = np.random.default_rng(1)
    samples, x = rng.normal(size=(7, 4)), rng.normal(size=(30, 4))
    expected = [min(np.sqrt(np.sum((row - other) ** 2)) for other in x) for row in samples]
    np.testing.assert_allclose(nearest_distances(samples, x), expected)
    assert nearest_distances(x[3:5] + 100, x + 100).max() == 0
    with pytest.raises(ValueError, match="samples"):
        nearest_distances(samples[:, :3], x)


# ---- precision and recall ------------------------------------------------------------------------------------------------

def test_precision_and_recall_by_their_definition():
    rng = np.random.default_rng(0)
    made, real = rng.normal(size=(40, 3)), rng.normal(size=(50, 3)) + 0.5
    d = np.linalg.norm(made[:, None] - real, axis=2)
    own = {name: np.sort(np.linalg.norm(a[:, None] - a, axis=2), axis=1)[:, 3] for name, a in (("made", made), ("real", real))}
    precision, recall = precision_recall(made, real, k=3)
    assert precision == np.mean([np.any(row <= own["real"]) for row in d])
    assert recall == np.mean([np.any(column <= own["made"]) for column in d.T])


def test_copies_have_both_a_corner_has_precision_and_noise_far_away_has_none():
    real = np.random.default_rng(1).normal(size=(200, 2))
    assert precision_recall(real, real) == (1.0, 1.0)
    one_place = real[:1] + 1e-3 * np.random.default_rng(2).normal(size=(200, 2))
    precision, recall = precision_recall(one_place, real)
    assert precision > 0.95 and recall < 0.1
    assert precision_recall(real + 100, real) == (0.0, 0.0)


def test_bad_input_to_precision_and_recall():
    with pytest.raises(ValueError, match="samples has 3 features"):
        precision_recall(np.zeros((5, 3)), np.zeros((5, 2)))
    with pytest.raises(ValueError, match="k must be"):
        precision_recall(np.zeros((5, 2)), np.zeros((3, 2)), k=3)
