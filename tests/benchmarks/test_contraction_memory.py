"""The fixed small version of the contraction benchmark: same numbers as explicit Jacobians, in a fraction of the memory."""

import numpy as np

from npae.penalties import deep_contraction_and_gradients
from tests.benchmarks.contraction import explicit_penalty, peak_mib


def test_the_recursion_needs_a_tenth_of_the_memory_of_explicit_jacobians():
    rng = np.random.default_rng(0)
    widths, m = (400, 100, 40, 16), 64
    W = [rng.normal(size=pair) for pair in zip(widths, widths[1:])]
    S = [rng.uniform(0, 0.25, (m, width)) for width in widths[1:]]
    ours, theirs = deep_contraction_and_gradients(S, W), explicit_penalty(S, W)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-12)
    for a, b in zip(ours[1] + ours[2], theirs[1] + theirs[2]):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12 * np.abs(b).max())
    assert peak_mib(lambda: deep_contraction_and_gradients(S, W)) < 0.1 * peak_mib(lambda: explicit_penalty(S, W))
