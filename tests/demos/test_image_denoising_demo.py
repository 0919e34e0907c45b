"""`npae demo image_denoising`: the quick version run once, and what must hold in it."""

import contextlib
import io
import re

import numpy as np
import pytest

import npae
from npae.applications import add_noise, psnr
from npae.baselines import wiener_filter
from npae.corruption import GaussianNoise, SaltAndPepperNoise
from npae.demos import DEMOS, image_denoising
from npae.demos.image_denoising_recipes import (
    COMPONENTS,
    LINEAR_TOLD,
    MEDIAN,
    NOISES,
    PCA_TOLD,
    RECIPES,
    VALIDATION,
    WIENER,
    fit_baselines,
)
from npae.demos.image_denoising_search import validation_gain

pytestmark = pytest.mark.dev
MODELS = [recipe.name for recipe in RECIPES]
METHODS = [PCA_TOLD, MEDIAN, WIENER, LINEAR_TOLD, *MODELS]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The numbers, what was printed, and the folder of the figures."""
    out, printed = tmp_path_factory.mktemp("images") / "new", io.StringIO()
    with contextlib.redirect_stdout(printed):
        numbers = image_denoising.run(out, quick=True)
    return numbers, " ".join(printed.getvalue().split()), out


@pytest.fixture
def numbers(demo):
    return demo[0]


def test_it_is_listed_and_writes_its_figures(demo):
    numbers, _, out = demo
    assert "image_denoising" in DEMOS
    assert {path.name for path in out.iterdir()} == {"gains.png", "gaussian.png", "masking.png", "salt_and_pepper.png"}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())
    expected = {f"{noise}: {method}" for noise in NOISES for method in [*METHODS, "noisy, PSNR"]}
    assert set(numbers) == expected | {f"{name}, spread" for name in expected}
    assert all(type(value) is float and np.isfinite(value) for value in numbers.values())


def test_noise_of_the_training_is_removed(numbers):
    assert numbers["Gaussian 0.3: dense"] > 3
    assert numbers["Gaussian 0.3: dense"] > max(numbers[f"Gaussian 0.3: {PCA_TOLD}"], numbers[f"Gaussian 0.3: {LINEAR_TOLD}"])
    for model in MODELS:
        assert numbers[f"Gaussian 0.3: {model}"] > max(3, numbers[f"Gaussian 0.3: {PCA_TOLD}"])


def test_other_noise_costs(numbers):
    assert numbers["Gaussian 0.15: dense"] < numbers[f"Gaussian 0.15: {LINEAR_TOLD}"]
    assert numbers["masking 50%: dense"] < numbers[f"masking 50%: {LINEAR_TOLD}"] < numbers["masking 50%: dense, mixture"]
    assert numbers["Gaussian 0.3: dense, mixture"] < numbers["Gaussian 0.3: dense"]     # what the breadth costs


def test_baselines_have_what_they_are_told(numbers):
    assert numbers[f"Gaussian 0.3: {WIENER}"] == pytest.approx(numbers[f"Gaussian 0.3: {LINEAR_TOLD}"])
    for noise in NOISES:
        for less in (PCA_TOLD, WIENER, MEDIAN):
            assert numbers[f"{noise}: {less}"] < numbers[f"{noise}: {LINEAR_TOLD}"] + 1e-9
    assert numbers[f"Gaussian 0.15: {MEDIAN}"] < 0                                      # strokes are thinner than its window


def test_baselines_are_those_that_they_claim_to_be():
    data = npae.load_digits()
    found = fit_baselines(data, 0)
    assert found[PCA_TOLD].keys() == found[LINEAR_TOLD].keys() == NOISES.keys()
    for level in (0.15, 0.5):
        right = wiener_filter(data.X_train.mean(axis=0), np.cov(data.X_train, rowvar=False), level)
        np.testing.assert_allclose(found[LINEAR_TOLD][f"Gaussian {level:g}"].W, right.W)
    components = {name: pca.n_components for name, pca in found[PCA_TOLD].items()}
    assert components["Gaussian 0.15"] > components["Gaussian 0.3"] > components["Gaussian 0.5"]
    train, clean = data.X_train[:-VALIDATION], data.X_train[-VALIDATION:]
    noisy = add_noise(clean, GaussianNoise(0.15), np.random.default_rng(0))     # the first noise, with the seed of the choice
    quality = [psnr(np.clip(npae.PCA(k).fit(train).reconstruct(noisy), 0, 1), clean) for k in COMPONENTS]
    assert components["Gaussian 0.15"] == COMPONENTS[int(np.argmax(quality))]


def test_no_model_has_seen_salt_and_pepper():
    for model in MODELS:
        noises = image_denoising.trained_on(model)
        assert noises and not any(isinstance(noise, SaltAndPepperNoise) for noise in noises)
    assert image_denoising.trained_on(PCA_TOLD) == ()


def test_text_says_what_the_numbers_say(demo):
    numbers, text, _ = demo
    assert f"the dense autoencoder gains {numbers['Gaussian 0.3: dense']:.2f} dB" in text
    assert f"{numbers['Gaussian 0.3: dense'] - numbers[f'Gaussian 0.3: {PCA_TOLD}']:+.2f} on PCA" in text
    row = text.split("Gaussian 0.3 ")[1]
    cells = re.findall(r"(-?\d+\.\d+) ± (\d+\.\d+)([*+ ]*)", row)[:len(METHODS)]
    for method, (mean, spread, marks) in zip(METHODS, cells):
        assert float(mean) == pytest.approx(numbers[f"Gaussian 0.3: {method}"], abs=6e-3)
        assert float(spread) == pytest.approx(numbers[f"Gaussian 0.3: {method}, spread"], abs=6e-3)
        assert ("*" in marks) == (method in MODELS)
    best = max(METHODS, key=lambda method: numbers[f"Gaussian 0.3: {method}"])
    assert [method for method, cell in zip(METHODS, cells) if "+" in cell[2]] == [best]


def test_sentences_follow_the_numbers():
    results = {noise: {method: np.full(2, 1.0) for method in METHODS} for noise in NOISES}
    for noise in NOISES:
        results[noise]["dense"] = np.array([2.0, 3.0])
    results["masking 30%"]["conv"] = np.array([0.5, 0.9])
    results["Gaussian 0.3"]["dense"] = np.array([-4.0, -3.0])
    text = " ".join(image_denoising.sentences(results))
    assert "gains -3.50 dB, -4.50 on PCA" in text
    behind = "behind the linear filter that is told the noise, in every seed, on"
    assert f"Dense: {behind} Gaussian 0.3; of these it was trained on Gaussian 0.3." in text
    assert f"Conv: {behind} masking 30%; of these it was trained on none." in text
    assert f"Dense, mixture: {behind} none; of these" in text
    assert "leaving the image alone: dense on Gaussian 0.3." in text


def test_verdicts_hold_wins_and_losses(numbers):
    rows = image_denoising.verdicts(numbers)
    assert all(row.value == numbers[f"{row.measure.split('dB, ')[1].split(' (')[0]}: {row.ours.removesuffix(' autoencoder')}"]
               for row in rows)
    outcomes = {(row.measure, row.ours, row.baseline): row.outcome for row in rows}
    assert len(outcomes) == len(rows)
    assert outcomes["gain in PSNR, dB, Gaussian 0.3 (trained on)", "dense autoencoder", PCA_TOLD] == "wins"
    assert outcomes["gain in PSNR, dB, masking 50% (not trained on)", "dense autoencoder", LINEAR_TOLD] == "loses"


def test_the_search_judges_by_the_noise_of_the_training():
    gain = validation_gain(RECIPES[0], (0,), epochs=2)
    model = RECIPES[0].fit(npae.load_digits().X_train[:-VALIDATION], 0, epochs=2)
    clean = npae.load_digits().X_train[-VALIDATION:]
    noisy = add_noise(clean, GaussianNoise(0.3), 0)
    expected = psnr(np.clip(model.reconstruct(noisy), 0, 1), clean) - psnr(np.clip(noisy, 0, 1), clean)
    assert gain == pytest.approx(expected)
