"""Every random data set: same seed, same bits; no global random state; nothing heavy imported."""

import subprocess
import sys

import numpy as np
import pytest

from npae import datasets

DRAWS = {
    "arc": lambda seed: datasets.arc(20, noise=0.1, random_state=seed)[0],
    "circle": lambda seed: datasets.circle(20, noise=0.1, random_state=seed)[0],
    "spiral": lambda seed: datasets.spiral(20, noise=0.1, random_state=seed)[0],
    "helix": lambda seed: datasets.helix(20, noise=0.1, random_state=seed)[0],
    "swiss_roll": lambda seed: datasets.swiss_roll(20, noise=0.1, random_state=seed)[0],
    "gaussian_mixture": lambda seed: datasets.gaussian_mixture(20, [[0, 0], [1, 1]], random_state=seed)[0],
    "correlated_gaussian": lambda seed: datasets.correlated_gaussian(20, np.eye(2), random_state=seed),
    "bars": lambda seed: datasets.bars(20, random_state=seed)[0],
    "load_patches": lambda seed: datasets.load_patches(20, random_state=seed),
    "shapes": lambda seed: datasets.shapes(20, random_state=seed)[0],
    "digit_scenes": lambda seed: datasets.digit_scenes(20, random_state=seed)[0],
}


@pytest.mark.parametrize("name", DRAWS)
def test_seeds(name):
    draw = DRAWS[name]
    np.testing.assert_array_equal(draw(1), draw(1))
    np.testing.assert_array_equal(draw(1), draw(np.int32(1)))
    np.testing.assert_array_equal(draw(1), draw(np.random.default_rng(1)))
    assert not np.array_equal(draw(1), draw(2))
    assert not np.array_equal(draw(None), draw(None))
    generator = np.random.default_rng(1)
    assert not np.array_equal(draw(generator), draw(generator))


@pytest.mark.parametrize("name", DRAWS)
def test_the_global_random_state_is_neither_read_nor_written(name):
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    first = DRAWS[name](None)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    assert np.random.get_state()[2] == 624  # the position right after seeding: nothing drawn
    np.random.seed(0)
    assert not np.array_equal(first, DRAWS[name](None))


def test_the_import_is_light():
    code = "import sys, npae.datasets; print(*{'matplotlib', 'urllib.request', 'sklearn'}.intersection(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


def test_all_names_are_there():
    assert all(hasattr(datasets, name) for name in datasets.__all__)
    assert set(DRAWS) < set(datasets.__all__)
