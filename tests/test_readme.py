"""The README: its code runs, its links lead somewhere, its conversion table is true."""

import re
from pathlib import Path

import numpy as np
import pytest

from npae import losses

README = Path(__file__).parent.parent / "README.md"


def test_the_code_blocks_run(capsys):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 5
    names = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert names["codes"].shape == (360, 16) and names["images"].shape == (360, 64)
    printed = capsys.readouterr().out
    assert names["report"].passed and "pass" in printed
    [shown] = re.findall(r"```text\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert without_rounding(shown) in without_rounding(printed)


def without_rounding(text):
    """Return the text without the size of rounding errors, which depends on the machine."""
    return re.sub(r"\(spread \S+\)", "", text)


def test_every_room_of_the_house_exists():
    """Links are followed by tests/docs."""
    [house] = re.findall(r"^## The house\n(.*?)^## ", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    rooms = re.findall(r"(?<![\w/])(npae/[\w/.]+\w/?|tests/)", house)
    assert len(rooms) > 25 and [room for room in rooms if not (README.parent / room).exists()] == []


# The conversion table: our gradient with the converted weight is a multiple of theirs, so the minimum is the same.

M, N, K, W = 5, 7, 3, 0.3
RNG = np.random.default_rng(0)
X, CODES, DECODER = RNG.normal(size=(M, N)), RNG.normal(size=(M, K)), RNG.normal(size=(K, N))


def gradient(function, point):
    """Complex step in every entry."""
    result = np.empty(point.shape)
    for index in np.ndindex(point.shape):
        moved = point.astype(complex)
        moved[index] += 1e-30j
        result[index] = function(moved).imag / 1e-30
    return result


@pytest.mark.parametrize("theirs, our_weight, our_penalty, point", [
    (lambda z: np.mean((z @ DECODER - X) ** 2) + W * np.mean(np.sum(z ** 2, axis=1)), N * W, "codes", CODES),
    (lambda z: np.mean((z @ DECODER - X) ** 2) + W * np.mean(z ** 2), N * W / K, "codes", CODES),
    (lambda z: np.sum((z @ DECODER - X) ** 2) + W * np.sum(z ** 2), W, "codes", CODES),
    (lambda z: np.mean(np.sum((z @ DECODER - X) ** 2, axis=1)) / 2 + W * np.mean(np.sum(z ** 2, axis=1)), 2 * W, "codes", CODES),
    (lambda D: np.mean(np.sum((CODES @ D - X) ** 2, axis=1)) / 2 + W / 2 * np.sum(D ** 2), W, "weights", DECODER),
    (lambda D: np.mean((CODES @ D - X) ** 2) + W / 2 * np.sum(D ** 2), N * W / 2, "weights", DECODER),
])
def test_the_conversion_table(theirs, our_weight, our_penalty, point):
    if our_penalty == "codes":
        ours = lambda z: losses.squared_error(z @ DECODER, X) + our_weight * np.sum(z ** 2) / M
    else:
        ours = lambda D: losses.squared_error(CODES @ D, X) + our_weight * np.sum(D ** 2)
    ratio = gradient(ours, point) / gradient(theirs, point)
    np.testing.assert_allclose(ratio, ratio.flat[0], rtol=1e-10)
    assert ratio.flat[0] > 0


def test_the_conversion_table_has_a_test_for_every_row():
    table = re.search(r"\| they minimize.*?\n\n", README.read_text(encoding="utf-8"), re.DOTALL).group()
    rows = [line for line in table.splitlines() if line.startswith("|")][2:]
    weights = [re.sub(r"\s*\(.*\)", "", row.split("|")[2]).strip() for row in rows]
    assert weights == ["n w", "n w / k", "w", "2 w", "w", "n w / 2"]
