"""The demonstrations of inpainting and retrieval: figures are written, and what they claim holds in the quick version."""

import numpy as np
import pytest

from npae.demos import inpainting, retrieval


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    out = tmp_path_factory.mktemp("demos")
    return out, {demo.__name__.rpartition(".")[2]: demo.run(out, quick=True) for demo in (inpainting, retrieval)}


def test_figures(shown):
    assert {path.name for path in shown[0].glob("*.png")} == {"inpainting.png", "precision.png", "hits.png"}


@pytest.mark.parametrize("holes", inpainting.HOLES)
def test_trained_with_masking_beats_the_mean_image_and_pca(shown, holes):
    numbers = shown[1]["inpainting"]
    ours = numbers[f"{holes}: {inpainting.TRAINED}"]
    assert ours < numbers[f"{holes}: mean image"] and ours < numbers[f"{holes}: PCA, again and again"]


@pytest.mark.parametrize("bits", retrieval.BITS)
def test_bits_of_the_code_find_more_than_bits_of_pca(shown, bits):
    numbers = shown[1]["retrieval"]
    assert numbers[f"{bits}: {retrieval.OURS}"] > numbers[f"{bits}: {retrieval.PCA_BITS}"]


def test_bits_of_the_code_find_more_than_bits_of_pixels_at_equal_storage(shown):
    numbers = shown[1]["retrieval"]
    gains = [numbers[f"{bits}: {retrieval.OURS}"] - numbers[f"{bits}: {retrieval.PIXELS}"] for bits in retrieval.BITS]
    assert np.mean(gains) > 0


def test_verdicts_say_what_was_measured(shown):
    for demo in (inpainting, retrieval):
        numbers = shown[1][demo.__name__.rpartition(".")[2]]
        for verdict in demo.verdicts(numbers):
            assert verdict.value in numbers.values() and verdict.outcome in ("wins", "loses", "level")
