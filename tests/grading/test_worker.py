"""What crosses the pipe, in both directions, and the one function that everything else depends on."""

import dis
import json
import warnings

import numpy as np
import pytest

from npae.grading import worker
from npae.grading.worker import BadValue, Packer, unpack

X = np.arange(6.0).reshape(2, 3)
PLAIN = [
    None,
    ...,
    True,
    False,
    0,
    -12,
    10**80,
    0.1,
    float("inf"),
    "text with \u00e4 and \ud800",
    (),
    [],
    {},
    (1, [2.0, {"a": None}]),
    {"dx": 1.5, "": (None,)},
]
ARRAYS = [
    X,
    X.T,
    X[:, ::2],
    X[::-1],
    np.float32([[1], [2]]),
    np.array(3.5),
    np.zeros((0, 4)),
    np.array([True, False]),
    np.arange(4),
    np.array([1j, 2]),
    np.uint8([255]),
    np.broadcast_to(1.0, (2, 3)),
]


def carried(value, owners=()):
    """Return the value after a journey through JSON."""
    packer = Packer(owners)
    tree = json.loads(json.dumps(packer.pack(value)))
    return unpack(tree, b"".join(packer.chunks), owners)


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_arrive(value):
    assert carried(value)[0] == value and type(carried(value)[0]) is type(value)


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_arrays_arrive(array):
    (got,), arrays = carried((array,))
    assert arrays[0] is got and type(got) is np.ndarray and got.dtype == array.dtype
    np.testing.assert_array_equal(got, array)
    assert got.flags.writeable and got.flags.owndata or not got.size or got.base is not None
    assert got.flags.f_contiguous == array.flags.f_contiguous or not (array.flags.c_contiguous or array.flags.f_contiguous)


def test_scalars_keep_their_kind():
    for scalar in (np.float64(0.5), np.float32(2), np.int64(-3), np.bool_(True), np.complex128(1j)):
        got = carried([scalar])[0][0]
        assert got == scalar and type(got) is type(scalar)
    assert np.isnan(carried(float("nan"))[0])
    assert carried(2j)[0] == 2j


def test_a_view_of_an_argument_arrives_as_one():
    for view in (X, X.T, X[1], X[:, ::-1], X[::-1, 1:], X.reshape(3, 2)):
        got = carried(view, [X])[0]
        assert np.shares_memory(got, X)
        np.testing.assert_array_equal(got, view)
    transposed = np.asfortranarray(X)
    np.testing.assert_array_equal(carried(transposed[:, 1], [transposed])[0], X[:, 1])
    assert not np.shares_memory(carried(X.copy(), [X])[0], X)


class Text(str):
    __slots__ = ()


class Array(np.ndarray):
    pass


@pytest.mark.parametrize(
    "value",
    [
        object(),
        b"bytes",
        {1, 2},
        Text("a"),
        X.view(Array),
        np.ma.masked_array(X),
        np.array(["a"]),
        np.array([None]),
        {1: 2},
        {Text("a"): 1},
        np.float128(1) if hasattr(np, "float128") else np.str_("a"),
        [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]],
        [0] * 3000,
        "x" * 20000,
        10**1000,
        np.zeros(3_000_000),
        np.broadcast_to(0.0, (10**5, 10**5)),
        (np.zeros(10**6),) * 3,
        type,
        len,
        iter([]),
        range(3),
        np.datetime64("2020"),
    ],
)
def test_nothing_else_leaves(value):
    with pytest.raises(BadValue):
        Packer().pack(value)


@pytest.mark.parametrize(
    "tree, body",
    [
        (None, b""),
        ({}, b""),
        ([], b""),
        (["z"], b""),
        (["n"], b"left over"),
        (["i", 5], b""),
        (["i", "x"], b""),
        (["i", "9" * 500], b""),
        (["f", 1.5], b""),
        (["f", "1" * 50], b""),
        (["s", None], b""),
        (["b", "yes"], b""),
        (["d", [1, ["n"]]], b""),
        (["d", ["a"]], b""),
        (["a", "<f8", "C", [2], 16], b"1234"),
        (["a", "<f8", "C", [2], 8], b"12345678"),
        (["a", "<f8", "C", [-1], -8], b""),
        (["a", "|O8", "C", [1], 8], b"12345678"),
        (["a", "<f8", "C", [1.0], 8], b"12345678"),
        (["a", "<f8", "C", [True], 8], b"12345678"),
        (["a", "<f8", "C", [2**40, 0], 0], b""),
        (["a", "<f8", "C", [1] * 40, 8], b"12345678"),
        (["a", "<f8", "C", 1, 8], b"12345678"),
        (["a"], b""),
        (["v", 0, 0, "<f8", [7], [8]], b""),
        (["v", 0, 41, "<f8", [1], [8]], b""),
        (["v", 0, -8, "<f8", [1], [8]], b""),
        (["v", 0, 0, "<f8", [2], [48]], b""),
        (["v", 0, 0, "<f8", [10**4, 10**4], [0, 0]], b""),
        (["v", 1, 0, "<f8", [1], [8]], b""),
        (["v", -1, 0, "<f8", [1], [8]], b""),
        (["v", 0, 0, "|O8", [1], [8]], b""),
        (["v", 0, 0, "<f8", [1], "8"], b""),
        (["x", "<f8", 4], b"1234"),
        (["x", "<f8", "8"], b"12345678"),
        (["t", ["t", 3]], b""),
    ],
)
def test_nothing_else_is_taken_in(tree, body):
    with pytest.raises((ValueError, TypeError, KeyError, IndexError, OverflowError)):
        unpack(tree, body, [X])


def test_random_damage_is_noticed_or_harmless():
    packer, rng = Packer(), np.random.default_rng(0)
    text = json.dumps(packer.pack({"dx": X, "list": [1, 2.5, (None, "a")], "b": np.float64(2)})).encode()
    for _ in range(3000):
        damaged = bytearray(text)
        for place in rng.integers(0, len(text), rng.integers(1, 4)):
            damaged[place] = rng.integers(32, 127)
        try:
            value, arrays = unpack(json.loads(damaged), b"".join(packer.chunks))
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
            continue
        assert all(type(array) is np.ndarray and array.dtype.kind in "biufc" for array in arrays)


def test_the_hook_uses_nothing_but_its_parameters():
    code = worker._guard.__code__
    operations = {instruction.opname for instruction in dis.get_instructions(code)}
    assert not any(word in name for name in operations for word in ("GLOBAL", "DEREF", "CLOSURE", "LOAD_NAME", "IMPORT"))
    assert not code.co_freevars and not code.co_cellvars and worker._guard.__defaults__ is None


def test_calls_of_the_forward_are_counted_once_each():
    calls = [0]
    forward = worker.counted(lambda n: 1 if n == 0 else forward(n - 1), calls)
    assert forward(5) == 1 and forward(0) == 1 and calls == [2]


def test_a_module_is_run_and_asked():
    submitted = worker.Submitted()
    with np.errstate(), warnings.catch_warnings():
        assert submitted.load("01_a.py", "def f(x):\n    return x\ndef g():\n    return {1}\nA = 3\n") == {}
        assert submitted.load("01_a.py", "def f(:")["line"] == 1
        assert submitted.load("01_a.py", "x = 1\nraise ValueError('no  way')") == {
            "raised": "ValueError",
            "text": "no way",
            "not_written": False,
            "lines": ["01_a.py, line 2, in <module>: raise ValueError('no  way')"],
        }
        assert submitted.load("01_a.py", "\0")["line"] == 0
        submitted.load("01_a.py", "def f(x):\n    x += 1\n    return x.T\ndef g():\n    return {1}\nA = 3\n")
    assert submitted.find("f") == {"callable": True} and submitted.find("A") == submitted.find("h") == {"callable": False}
    assert submitted.answer("B") == ({"missing": True}, []) and submitted.answer("A")[0] == {"value": ["i", "3"]}
    x = X.copy()
    header, chunks = submitted.call("f", (x,), {}, [x])
    assert header == {"value": ["v", 0, 0, "<f8", [3, 2], [8, 24]], "forward_calls": 0, "written": [0]}
    assert chunks == [(X + 1).tobytes()]
    assert submitted.call("g", (), {}, []) == ({"bad": "set", "forward_calls": 0, "written": []}, [])
    assert submitted.call("f", (), {}, [])[0]["raised"] == "TypeError"
