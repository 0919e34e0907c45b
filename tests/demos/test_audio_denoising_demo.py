"""`npae demo audio_denoising`: the quick version run once, and what must hold in it; the whole of it where slow tests are run."""

import contextlib
import io
import re

import numpy as np
import pytest

from npae.applications import snr
from npae.baselines import PCA
from npae.demos import DEMOS, audio_denoising
from npae.demos import audio_denoising_methods as methods
from npae.demos.audio_denoising import CONDITIONS, QUICK_CONDITIONS, case_name
from npae.demos.audio_denoising_methods import BY_FRAME, BY_PCA, FIXED, KINDS, LONG, MODEL, WIDTH, Condition
from npae.demos.audio_denoising_search import validation_gain

pytestmark = pytest.mark.dev
METHODS = [MODEL, BY_PCA, FIXED, BY_FRAME, LONG]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The numbers, what was printed, and the folder of the figures."""
    out, printed = tmp_path_factory.mktemp("audio") / "new", io.StringIO()
    with contextlib.redirect_stdout(printed):
        numbers = audio_denoising.run(out, quick=True)
    return numbers, printed.getvalue(), out


@pytest.fixture
def numbers(demo):
    return demo[0]


def test_it_is_listed_and_writes_its_figures(demo):
    numbers, _, out = demo
    assert "audio_denoising" in DEMOS
    assert {path.name for path in out.iterdir()} == {"gains.png", "chords.png", "chirps.png", "waveforms.png"}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())
    cases = [case_name(kind, condition) for kind in KINDS for condition in QUICK_CONDITIONS]
    expected = {f"{case}: {method}" for case in cases for method in METHODS}
    assert set(numbers) == expected | {f"{name}, spread" for name in expected}
    assert all(type(value) is float and np.isfinite(value) for value in numbers.values())


def test_white_noise_is_removed(numbers):
    for level in (0, 5):
        case = f"chords, white {level} dB"
        assert numbers[f"{case}: {MODEL}"] > max(5, numbers[f"{case}: {BY_PCA}"], numbers[f"{case}: {FIXED}"])
        assert numbers[f"chirps, white {level} dB: {MODEL}"] > numbers[f"chirps, white {level} dB: {BY_PCA}"]


def test_long_frames_win(numbers):
    for kind in KINDS:
        assert numbers[f"{kind}, white 5 dB: {LONG}"] > max(numbers[f"{kind}, white 5 dB: {name}"] for name in METHODS[:-1])
    assert numbers[f"chirps, hum 5 dB: {BY_FRAME}"] > numbers[f"chirps, hum 5 dB: {MODEL}"] + 5


@pytest.mark.slow
def test_five_decibels_and_more_than_pca_and_the_fixed_wiener_filter(tmp_path):
    with contextlib.redirect_stdout(io.StringIO()):
        numbers = audio_denoising.run(tmp_path)
    for kind in KINDS:
        for level in (0, 5, 10):
            gains = {name: numbers[f"{kind}, white {level} dB: {name}"] for name in METHODS}
            assert gains[MODEL] > max(5, gains[BY_PCA], gains[FIXED])
    for level in (0, 5, 10):
        assert numbers[f"chords, white {level} dB: {MODEL}"] > numbers[f"chords, white {level} dB: {BY_FRAME}"]


# ---- the methods ----------------------------------------------------------------------------------------------------

def test_training_validation_and_test_sounds_differ():
    parts = [methods.draw_sounds(2, seed) for seed in ((methods.TRAIN, 0), (methods.TRAIN, 1), (methods.VALIDATION,),
                                                       (methods.TEST,))]
    for kind in KINDS:
        signals = np.concatenate([part[kind] for part in parts])
        similar = np.abs(signals @ signals.T / signals.shape[1])
        assert np.max(similar - np.eye(len(signals))) < 0.9


def test_noise_has_its_level_and_is_fresh():
    sounds = methods.draw_sounds(2, (9,))
    for condition in CONDITIONS:
        noisy, again = (methods.add_noise(sounds, condition, seed) for seed in ((1,), (2,)))
        for kind, clean in sounds.items():
            assert [snr(y, x) for x, y in zip(clean, noisy[kind])] == pytest.approx([condition.snr] * 2)
            assert not np.allclose(noisy[kind], again[kind])
    assert [str(each) for each in CONDITIONS if each.trained_on] == ["white 0 dB", "white 5 dB", "white 10 dB"]


def test_the_choice_is_the_best_on_validation_sounds():
    conditions = [Condition("white", 0), Condition("white", 15)]
    tried = [methods.by_windows(PCA(k).fit(methods.training_windows(0))) for k in (16, WIDTH)]
    sounds = methods.draw_sounds(1, (methods.VALIDATION,))
    chosen = methods._best(tried, sounds, conditions)
    for condition, right in zip(conditions, tried):         # few components for much noise; with all of them nothing happens
        noisy = methods.add_noise(sounds, condition, (5,))["chords"][0]
        np.testing.assert_array_equal(chosen(noisy, condition), right(noisy, condition))


def test_training_windows_are_pieces_of_training_sounds():
    windows = methods.training_windows(0, 64)
    assert windows.shape == (methods.WINDOWS, 64) and np.isfinite(windows).all()
    assert np.mean(windows ** 2) == pytest.approx(1, rel=0.1)
    assert not np.array_equal(windows, methods.training_windows(1, 64))


def test_the_search_measures_a_gain():
    weak, strong = (validation_gain(64, hidden_dims=(16,), latent_dim=16, epochs=epochs) for epochs in (1, 6))
    assert weak < strong < 15


# ---- the text -------------------------------------------------------------------------------------------------------

def test_tables_hold_the_numbers(demo):
    numbers, text, _ = demo
    for kind in KINDS:
        lines = text.split(f"\n{kind} ")[1].splitlines()[1:1 + len(QUICK_CONDITIONS)]
        for condition, line in zip(QUICK_CONDITIONS, lines):
            assert line.startswith(str(condition))
            cells = re.findall(r"(-?\d+\.\d+) ± (\d+\.\d+)([*+ ]*)", line)
            for method, (mean, spread, marks) in zip(METHODS, cells, strict=True):
                name = f"{case_name(kind, condition)}: {method}"
                assert float(mean) == pytest.approx(numbers[name], abs=6e-3)
                assert float(spread) == pytest.approx(numbers[f"{name}, spread"], abs=6e-3)
                assert ("*" in marks) == (method == MODEL and condition.trained_on)
            assert sum("+" in cell[2] for cell in cells) == 1


def test_sentences_follow_the_numbers():
    cases = [case_name(kind, condition) for kind in KINDS for condition in CONDITIONS]
    results = {case: {**{name: np.full(2, 1.0) for name in METHODS}, FIXED: np.array([0.5, 0.0])} for case in cases}
    results["chords, hum 5 dB"][MODEL] = np.array([-3.0, -1.0])
    results["chirps, pink 0 dB"][BY_PCA] = np.array([0.0, 2.0])
    text = " ".join(audio_denoising.sentences(results, CONDITIONS))
    assert f"{BY_PCA}: one projection for all windows. In every seed the autoencoder is ahead of it on nothing; behind on " \
           "chords (hum 5 dB)." in text
    assert "ahead of it on chords (white -5/0/5/10/15 dB, pink 0/5/10 dB, hum 0/10 dB) and chirps (all); behind on chords " \
           "(hum 5 dB)." in text
    assert "alone: the autoencoder on chords (hum 5 dB)." in text
    assert "the autoencoder gains 1.0, 1.0 and -0.5 dB;" in text


def test_verdicts_hold_wins_and_losses(numbers):
    rows = audio_denoising.verdicts(numbers)
    outcomes = {(row.measure, row.baseline): row.outcome for row in rows}
    assert len(outcomes) == len(rows) == 12
    assert outcomes["gain in SNR, dB, chords, white 5 dB (trained on)", FIXED] == "wins"
    assert outcomes["gain in SNR, dB, chords, white 5 dB (trained on)", LONG] == "loses"
    assert outcomes["gain in SNR, dB, chirps, hum 5 dB (not trained on)", BY_FRAME] == "loses"
