r"""Retrieval: the stored examples that are most like a query, found by their codes.

Key: m stored codes Z (m, k), q queries Q (q, k); bits (m, b) of 0 and 1.

By distance the codes are compared as they are (neighbours.py). By bits every number becomes one bit, above its threshold or not,
    bit_j = z_j > t_j,      t_j = the median of z_j over the stored examples,
so that each bit is 1 for half of them and says as much as a bit can by itself. Codes are then compared by their Hamming
distance, the number of bits that differ: an exclusive or and a count, b / 8 bytes an example. Ties are many (there are b + 1
distances), and they are broken by the stored order.

    precision at k = the share of the k first hits that are of the query's kind, averaged over the queries

Storage is what is compared at: b bits of a code, b bits of PCA scores, b pixels of one bit each.
Failure mode: the query is itself stored, and finds itself first. Rank among the others.
Source: 002 "information retrieval" (l.101); semantic hashing: Salakhutdinov and Hinton 2009.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..validation import as_array, check_integer, check_matrix, check_numbers

BITS_SET = np.array([bin(byte).count("1") for byte in range(256)], np.uint8)      # of each byte
QUERIES = 256           # at a time: memory is QUERIES x m x b / 8 bytes


def code_thresholds(codes: ArrayLike) -> np.ndarray:
    """Return t (k,), the medians of the stored codes (m, k)."""
    return np.median(check_matrix(codes, "codes"), axis=0)


def binary_codes(codes: ArrayLike, thresholds: ArrayLike) -> np.ndarray:
    """Return packed bits (m, ceil(k / 8)), uint8, of codes (m, k): each number above its threshold or not."""
    t = check_numbers(thresholds, "thresholds")
    if t.ndim != 1:
        raise ValueError(f"thresholds must be one number for each unit, got shape {t.shape}")
    return np.packbits(check_matrix(codes, "codes", len(t)) > t, axis=1)


def hamming_distances(bits: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Return the number of differing bits (q, m) between packed queries (q, bytes) and stored bits (m, bytes)."""
    _check_bits(bits, queries)
    return BITS_SET[queries[:, np.newaxis] ^ bits].sum(axis=2, dtype=np.int64)


def nearest_by_hamming(bits: np.ndarray, queries: np.ndarray, k: int = 10) -> np.ndarray:
    """Return the row numbers (q, k) of the k stored bits nearest to each query; of equally near ones the first stored."""
    _check_bits(bits, queries)
    check_integer(k, "k", 1, len(bits))
    blocks = (queries[start:start + QUERIES] for start in range(0, len(queries), QUERIES))
    return np.concatenate([np.argsort(hamming_distances(bits, block), axis=1, kind="stable")[:, :k] for block in blocks])


def precision_at(rows: ArrayLike, labels: ArrayLike, query_labels: ArrayLike) -> float:
    """Return the precision of hits: rows (q, k) of stored examples, their labels (m,), and those of the queries (q,)."""
    hits, stored, asked = as_array(rows, "rows"), as_array(labels, "labels"), as_array(query_labels, "query_labels")
    if hits.ndim != 2 or hits.dtype.kind not in "iu":
        raise ValueError(f"rows must be row numbers (queries, hits), got {hits.dtype} of shape {hits.shape}")
    if asked.shape != (len(hits),):
        raise ValueError(f"query_labels must hold one label for each of the {len(hits)} queries, got shape {asked.shape}")
    if stored.ndim != 1 or not len(stored):
        raise ValueError(f"labels must hold one label for each stored example, got shape {stored.shape}")
    if hits.size == 0 or hits.min() < 0 or hits.max() >= len(stored):
        raise ValueError(f"rows must hold numbers from 0 to {len(stored) - 1}, one for each of the labels, and at least one")
    return float(np.mean(stored[hits] == asked[:, np.newaxis]))


def _check_bits(bits: Any, queries: Any) -> None:
    for name, array in (("bits", bits), ("queries", queries)):
        if not isinstance(array, np.ndarray) or array.dtype != np.uint8 or array.ndim != 2:
            raise TypeError(f"{name} must be packed bits from binary_codes, uint8 of shape (examples, bytes), got {array!r:.60}")
        if not array.size:
            raise ValueError(f"{name} is empty: shape {array.shape}")
    if bits.shape[1] != queries.shape[1]:
        raise ValueError(f"queries have {queries.shape[1]} bytes, the stored bits {bits.shape[1]}")
