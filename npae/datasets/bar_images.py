"""The bars problem of P. Foldiak, "Forming sparse representations by local anti-Hebbian learning", 1990."""

import numpy as np

from ..validation import Seed, check_integer, check_random_state, check_real


def bars(
    n_examples: int, size: int = 8, *, probability: float = 0.125, random_state: Seed = None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw binary images, the union of bars that are present independently of each other, each with the given probability.

    Returns
        X       (n_examples, size * size) float64, 0 or 1: pixel (i, j) is 1 where row bar i or column bar j is present.
        present (n_examples, 2 * size) bool: the rows from the top, then the columns from the left.

    A pixel is 1 with probability 1 - (1 - probability)^2. The 2 * size bars are the causes of the data, which a sparse code can
    recover as its units. Raises ValueError, naming the argument, for a count below 1 or a probability outside [0, 1].
    """
    check_integer(n_examples, "n_examples", 1)
    check_integer(size, "size", 1)
    check_real(probability, "probability", 0.0, 1.0)
    present = check_random_state(random_state).random((n_examples, 2 * size)) < probability
    rows, columns = present[:, :size], present[:, size:]
    images = rows[:, :, None] | columns[:, None, :]  # (m, size, size)
    return images.reshape(n_examples, -1).astype(np.float64), present
