r"""Independent codes: how likely codes are for whoever knows how often each occurs, and nothing of what goes with what.

Key: m training examples, n columns; column j holds codes 0 .. K_j - 1; m_jc counts how often code c stands in column j.

    p_j(c) = (m_jc + a) / (m + a K_j)            log p(x) = sum_j log p_j(x_j)

The pseudo-count a > 0 keeps a code that training never saw possible (a = 1: Laplace). A model that sees the other columns
must do better on data whose columns depend on each other, and cannot where they do not: the mean difference, in nats, is what
it has found out about their dependence.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..codes import check_codes, codes_per_column
from ..validation import check_matrix, check_real


def independent_codes(X_train: ArrayLike, n_codes: Any, X_test: ArrayLike, pseudo_count: float = 1.0) -> np.ndarray:
    """Return log p of each row of X_test (m', n), nats, (m',), by the frequencies in X_train (m, n).

    n_codes: the number of codes, or one for each column. Raises ValueError for entries that are no codes.
    """
    check_real(pseudo_count, "pseudo_count", 0, open_low=True)
    train = check_matrix(X_train, "X_train")
    test = check_matrix(X_test, "X_test", n_features=train.shape[1])
    K = codes_per_column(n_codes, train.shape[1])
    check_codes(train, "X_train", K)
    check_codes(test, "X_test", K)
    log_p = np.zeros(len(test))
    for seen, asked, K_j in zip(train.T.astype(int), test.T.astype(int), K):
        counts = np.bincount(seen, minlength=K_j) + pseudo_count
        log_p += np.log(counts / counts.sum())[asked]
    return log_p
