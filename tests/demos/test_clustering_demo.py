"""`npae demo clustering`: the quick version run once, what must hold in it, and what the choices may look at."""

import contextlib
import io

import numpy as np
import pytest

from npae.demos import DEMOS, clustering
from npae.demos.clustering import BASELINES, CHOICES, COMPONENTS, MEASURES, PIXELS, SEVERAL, STABILITY

pytestmark = pytest.mark.dev


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """Numbers, text and folder of the quick demonstration."""
    out, text = tmp_path_factory.mktemp("clustering"), io.StringIO()
    with contextlib.redirect_stdout(text):
        numbers = clustering.run(out, quick=True)
    return numbers, text.getvalue(), out


def test_chosen_codes_are_at_least_as_good_as_pixels(quick):
    numbers, _, _ = quick
    for measure in ("NMI", "ARI"):
        assert numbers[f"{CHOICES['with labels']}: {measure}"] >= numbers[f"{PIXELS}: {measure}"] > 0.5
        assert numbers[f"{SEVERAL}: {measure}"] > numbers[f"{PIXELS}: {measure}"]


def test_text_says_how_the_codes_were_chosen(quick):
    numbers, text, _ = quick
    text = " ".join(text.split())
    assert "Chosen with labels: " in text and "Chosen without labels: " in text
    assert "used labels, those of the 287 validation images" in text
    for name in (PIXELS, COMPONENTS, "plain", "variational", SEVERAL):
        for measure in (STABILITY, *MEASURES):
            assert -0.1 < numbers[f"{name}: {measure}"] <= 1 and f"{numbers[f'{name}: {measure}']:.3f}" in text


def test_figures_and_verdicts(quick):
    numbers, _, out = quick
    assert sorted(path.name for path in out.iterdir()) == ["codes.png", "contingency.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())
    assert "clustering" in DEMOS
    rows = clustering.verdicts(numbers)
    assert len(rows) == 2 * len(BASELINES) + 2 and {row.measure for row in rows} == {"NMI", "ARI"}


def test_choices_look_at_validation_images_and_never_at_baselines():
    def columns(stability, validation, test):
        return dict(zip((STABILITY, *MEASURES), ([value] for value in (stability, validation, validation, test, test))))

    results = {PIXELS: columns(1, 1, 1), COMPONENTS: columns(1, 1, 1), "a": columns(0.5, 0.7, 0.1), "b": columns(0.6, 0.6, 0.9)}
    assert clustering.choose(results) == {"with labels": "a", "without labels": "b"}


def test_columns_are_sorted_by_their_most_frequent_class():
    counts = np.array([[0, 9, 0, 2], [5, 0, 1, 0], [0, 1, 8, 3]])
    assert counts[:, clustering.by_class(counts)].tolist() == [[9, 0, 0, 2], [0, 5, 1, 0], [1, 0, 8, 3]]
