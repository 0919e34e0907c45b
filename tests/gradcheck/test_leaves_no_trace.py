"""After a check everything is as it was, to the bit, also when the code under test raises."""

import random

import numpy as np
import pytest

from npae.gradcheck import check_gradients

from .toys import affine, affine_backward, affine_inputs


class Broken(Exception):
    pass


def vandal(*arrays):
    np.random.normal()
    random.random()
    for array in arrays:
        array[...] = 77


def writes(dy, x, W):
    grads = affine_backward(dy, x, W)
    vandal(dy, x, W)
    return grads


def raises(dy, x, W):
    vandal(dy, x, W)
    raise Broken("unchanged")


def forward_writes(x, W, b):
    y = affine(x, W, b)
    vandal(x, W, b)
    return y


def forward_raises_when_moved(x, W, b):
    np.random.normal()
    if np.any(b != INPUTS["b"]):
        raise Broken("unchanged")
    return np.abs(affine(x, W, b))


INPUTS = affine_inputs(np.random.default_rng(0))


@pytest.mark.parametrize("forward, backward, error", [
    (affine, affine_backward, None), (affine, writes, None), (forward_writes, affine_backward, None),
    (affine, raises, Broken), (forward_raises_when_moved, lambda dy, x, W, b: affine_backward(
        dy * np.sign(x @ W + b), x, W), Broken)])
def test_no_trace(forward, backward, error):
    upstream = np.random.default_rng(1).normal(size=(7, 3))
    before = {name: value.copy() for name, value in INPUTS.items()} | {"upstream": upstream.copy()}
    states = np.random.get_state()[1].copy(), np.random.get_state()[2], random.getstate()
    if error:
        with pytest.raises(error, match="^unchanged$"):
            check_gradients(forward, backward, INPUTS, upstream=upstream)
    else:
        check_gradients(forward, backward, INPUTS, upstream=upstream)
    for name, value in {**INPUTS, "upstream": upstream}.items():
        assert value.tobytes() == before[name].tobytes()
    assert np.array_equal(np.random.get_state()[1], states[0]) and np.random.get_state()[2] == states[1]
    assert random.getstate() == states[2]


def test_one_seed_gives_one_report():
    reports = [check_gradients(affine, affine_backward, INPUTS, seed=4).to_json() for _ in range(2)]
    assert reports[0] == reports[1]


def test_read_only_inputs_are_fine():
    x = np.ones((2, 2))
    x.flags.writeable = False
    assert check_gradients(lambda x: x**2, lambda dy, x: 2 * x * dy, {"x": x}).passed
