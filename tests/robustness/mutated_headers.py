"""Changes that know the header of a model: any value of its tree by anything else."""

from __future__ import annotations

import copy
import io
import json
from typing import Any

import numpy as np

from .mutated_arrays import archive, members, split_npy
from .mutations import ANY, Rng

NUMBERS = [0, -1, 1, 2, 3, 2 ** 31, 2 ** 62, 10 ** 9, 10 ** 12, 10 ** 400, 0.5, -0.5, 1e308, 1e-320, float("nan"), float("inf"),
           -float("inf")]
WORDS = ["", "x", "x" * 10000, "\0", "\ud800", "os.system", "Adam", "Model", "Autoencoder", "MaskedAutoencoder", "sigmoid", "bce",
         "lbfgs", "float16", "object", "float64", "<f8", "f4," * 3000]
LISTS: list[Any] = [[], [0], [1], [10 ** 9], [10 ** 9] * 3, [2 ** 40, 2 ** 40], ["a"], [None], [[]], [[1], [2, 3]], [1] * 3000,
                    ["x" * 3000] + [""] * 3000, [0.5] * 16, [{"type": "L1Sparsity", "fields": {"weight": -1}}],
                    [{"type": "Contraction", "fields": {}}], [{"type": "L1Sparsity", "fields": {"weight": 1}}] * 3000]
OBJECTS: list[Any] = [
    {}, {"a": 1}, {"type": "os.system", "fields": {"command": "true"}}, {"type": "Popen", "fields": {}}, {"type": "Adam"},
    {"type": "Adam", "fields": {"beta1": 2}}, {"type": "Adam", "fields": {"beta1": 0.5, "eps": "x"}},
    {"type": "LBFGS", "fields": {"memory": 10 ** 12}}, {"type": "Autoencoder", "fields": {}}, {"type": ["Adam"], "fields": {}},
    {"type": "L1Sparsity", "fields": {"weight": 1}}, {"type": "GaussianNoise", "fields": {"std": 10 ** 400}}]
VALUES: list[Any] = [None, True, False, *NUMBERS, *WORDS, *LISTS, *OBJECTS, "@deep", "@dicts", "@digits", "@wide"]
KEYS = ["", "nonsense", "__class__", "_params", "theta", "priors_0", "parts", "self"]
TEXTS_OF = {"@deep": "[" * 50000 + "]" * 50000, "@dicts": '{"a":' * 3000 + "1" + "}" * 3000, "@digits": "9" * 6000,
            "@wide": "[" + "{}," * 20000 + "0]"}


def change_header(rng: Rng, content: bytes, canary: str = "") -> bytes:
    """Change one to three values of the header of a model, anywhere in its tree."""
    parts = members(content)
    text, entries = split_npy(parts["header.npy"])
    header = json.loads(entries)
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        _change_tree(rng, header)
    body = json.dumps(header)
    for name, long in TEXTS_OF.items():
        body = body.replace(f'"{name}"', long)
    if rng.random() < 0.1:
        return with_header(parts, ANY[rng.integers(len(ANY))](rng, body.encode()))
    return with_header(parts, body.encode())


def with_header(parts: dict[str, bytes], body: bytes) -> bytes:
    """Return the archive of a model with this text for a header."""
    array = io.BytesIO()
    np.save(array, np.frombuffer(body, np.uint8))
    return archive(list({**parts, "header.npy": array.getvalue()}.items()))


def _change_tree(rng: Rng, tree: Any) -> None:
    """Walk down to a random place and put something else there."""
    while True:
        keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        if not keys:
            return
        key = keys[rng.integers(len(keys))]
        if isinstance(tree[key], (dict, list)) and len(tree[key]) and rng.random() < 0.7:
            tree = tree[key]
            continue
        kind = rng.random()
        if kind < 0.1:
            del tree[key]
        elif kind < 0.2 and isinstance(tree, dict):
            tree[str(rng.choice(KEYS))] = copy.deepcopy(tree[key])
        elif kind < 0.3 and isinstance(tree[key], (int, float)):
            tree[key] = [tree[key] + 1, tree[key] * 2, -tree[key], [tree[key]], str(tree[key])][rng.integers(5)]
        else:
            tree[key] = copy.deepcopy(VALUES[rng.integers(len(VALUES))])        # it may be changed in turn
        return
