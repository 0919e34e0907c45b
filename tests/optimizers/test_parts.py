"""A vector longer than a part moves as its pieces move by themselves."""

import numpy as np
import pytest

from npae.optimizers import SGD, Adam, Momentum, RMSProp, base


@pytest.mark.parametrize("optimizer", [SGD(), Momentum(), Momentum(nesterov=True), RMSProp(), Adam()], ids=repr)
@pytest.mark.parametrize("size", [base.PART - 1, base.PART, base.PART + 1, 3 * base.PART + 5])
def test_parts_change_no_bit(optimizer, size):
    rng = np.random.default_rng(size)
    theta, gradients = rng.normal(size=size), rng.normal(size=(3, size))
    pieces = [theta[start:start + 1000].copy() for start in range(0, size, 1000)]
    whole = theta.copy()
    optimizer.start(whole)
    for gradient in gradients:
        optimizer.step(whole, gradient, 0.01)
    for i, piece in enumerate(pieces):
        optimizer.start(piece)
        for gradient in gradients:
            optimizer.step(piece, gradient[1000 * i:1000 * i + len(piece)], 0.01)
    np.testing.assert_array_equal(whole, np.concatenate(pieces))
    assert not np.array_equal(whole, theta)
