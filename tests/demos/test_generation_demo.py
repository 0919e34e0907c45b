"""The demonstrations of generation and features: figures are written, and what they claim holds in the quick version."""

import pytest

from npae.demos import features, generation


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    out = tmp_path_factory.mktemp("demos")
    return out, {demo.__name__.rpartition(".")[2]: demo.run(out, quick=True) for demo in (features, generation)}


def test_figures(shown):
    assert {path.name for path in shown[0].glob("*.png")} == {"samples.png", "strokes.png", "stroke_filters.png"}


def test_a_linear_probe_reads_the_angle_off_a_sparse_code(shown):
    numbers = shown[1]["features"]
    for target in ("cos 2a", "sin 2a"):
        assert numbers[f"{features.OURS}: {target}"] > 0.9 > numbers[f"{features.PIXELS}: {target}"]
        assert numbers[f"{features.OURS}: {target}"] > numbers[f"{features.PRINCIPAL}: {target}"]


def test_generators_do_not_copy(shown):
    numbers = shown[1]["generation"]
    for name in generation.OURS:
        assert numbers[f"{name}: copies"] == 0 and numbers[f"{name}: nearest"] > 0.8 * numbers["held-out nearest"]
    assert numbers["training images: copies"] == 1


def test_a_learned_prior_is_worth_something(shown):
    numbers = shown[1]["generation"]
    for measure in ("precision", "recall"):
        assert numbers[f"VQ, learned prior: {measure}"] > numbers[f"VQ, codes at random: {measure}"] + 0.1


def test_verdicts_say_what_was_measured(shown):
    for demo in (features, generation):
        numbers = shown[1][demo.__name__.rpartition(".")[2]]
        for verdict in demo.verdicts(numbers):
            assert verdict.value in numbers.values() and verdict.outcome in ("wins", "loses", "level")
