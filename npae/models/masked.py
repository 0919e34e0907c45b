r"""The masked autoencoder (MADE): an autoencoder that may not look, and whose outputs are therefore an exact likelihood.

Key: m examples, n = G + S columns of codes: G given ones, a condition g that is not modelled, and S slots c_0 .. c_(S-1).
Column j holds codes 0 .. K_j - 1; o_s are the K_s logits of slot s.

The chain rule of probability holds for every distribution and every order of the slots, without any approximation:
    log p(c | g) = sum_s log p(c_s | c_0 .. c_(s-1), g)
So a network whose output for slot s is a distribution over K_s codes and depends on g and the slots before s, on nothing else,
is a normalized distribution over all sequences, and the cross-entropy that trains it is the exact negative log-likelihood:
    L = 1/m sum_i sum_s -log softmax(o_is)[c_is]  +  lambda sum W^2                    (losses/softmax_nll.py, slot by slot)
A plain autoencoder sees c_s when it answers for slot s: it copies, and its product of softmaxes is the likelihood of nothing.

The masks. Every unit has a degree, and a connection stays if the degree does not fall along it:
    slot s as an input: s + 1       it reaches only what is for later slots (given columns: 0 or less, they reach all)
    hidden units: 0 .. S - 1        degree d sees g and the slots 0 .. d - 1
    slot s as an output: s          it sees hidden units of degree <= s
Along a path from input slot i to output slot s the degrees rise or stay: i + 1 <= d <= d' <= ... <= s, hence i < s. The product
of the masks counts the paths and is strictly lower triangular in (s, i), at any depth: autoregressive, all slots in one pass.
The direct connection from the input to o obeys the same rule, and spares hidden units what a pair of slots can say alone.

Backward. Masks are constants: the pass of any dense network in which dW is multiplied by the mask of W (masked_network.py).

Failure modes. A mask off by one (degree s for input slot s) lets each slot see itself: the loss falls to 0 and every gradient
check passes; what tells are the probabilities of all sequences, which no longer sum to 1. Sampling is sequential: S passes. The
order matters: the chain rule is exact in each, but conditionals are easier to learn in some than in others.
Source: 001 l.292-300 (VQ-VAE-2 has a learned prior over its codes); Germain, Gregor, Murray and Larochelle 2015 (MADE).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..codes import check_codes, codes_per_column
from ..losses import softmax, softmax_nll, softmax_nll_backward
from ..parameters import Parameters, Shapes
from ..penalties import WeightDecay
from ..rows import Rows, by_chunks
from ..validation import Seed, check_integer, check_matrix, check_random_state
from .base import Model, Noise, Terms, with_total
from .masked_checks import validate_masked
from .masked_network import MaskedNetwork, masked_shapes

ROWS = 1024             # examples at a time where only scores or samples are wanted: one-hot rows are wide


@dataclass(kw_only=True, repr=False, eq=False)
class MaskedAutoencoder(Model):
    __doc__ = f"""Masked autoencoder of codes: an exact likelihood. Term: reconstruction, -log p in nats per example.

    X (m, n) holds whole numbers from 0 to K - 1, as integers or floats.
    n_codes                 K, or one for each of the n columns
    n_given                 G, so many first columns are a condition: every output sees them, none models them
    direct                  connect the input and the output directly as well, masked by the same rule
    hidden_dims             widths of the hidden layers, at least one

    {Model.__doc__}
    latent_dim, latent_activation, loss, output_activation, tied, require_decreasing, corruption and penalties are not for
    this model.
    """

    hidden_dims: Sequence[int] = (256,)
    n_codes: Any = 64
    n_given: int = 0
    direct: bool = True

    def _validate(self) -> None:
        super()._validate()
        validate_masked(self)

    def _build(self, n: int):
        self._network = MaskedNetwork(self._codes_per_column(n), self.n_given, [int(width) for width in self.hidden_dims],
                                      self.activation, self.direct, self.dtype)
        return self._network.layers, self._network.shapes()

    def _shapes(self, n: int) -> Shapes:
        return masked_shapes(n, self.n_codes, self.n_given, self.hidden_dims, self.direct)

    def _start(self, n_features: int, rng: np.random.Generator) -> None:
        super()._start(n_features, rng)
        for layer in self._network.layers:      # cut connections have no gradient; at 0 they cost no weight decay either
            self._params[layer.weight] *= layer.mask

    def _codes_per_column(self, n: int) -> np.ndarray:
        if n <= self.n_given:
            raise ValueError(f"n_given must leave at least one column to model: it is {self.n_given}, the data have {n} columns")
        return codes_per_column(self.n_codes, n)

    def _check_data(self, x: Rows, name: str) -> None:
        check_codes(x[:], name, self._codes_per_column(x.shape[1]))

    # ---- objective ------------------------------------------------------------------------------------------------

    @property
    def _is_noisy(self) -> bool:
        return False

    def _draw_noise(self, x: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {}

    def _loss_and_gradients(self, params: Parameters, x: np.ndarray, noise: Noise) -> tuple[Terms, Parameters]:
        trace = self._network.hidden(params, x)
        o = self._network.logits(params, trace)
        t, value, do = self._targets(trace), 0.0, np.empty_like(o)
        for K, columns in self._network.runs():
            logits, targets = o[:, columns].reshape(-1, K), t[:, columns].reshape(-1, K)        # (m slots, K)
            value += softmax_nll(logits, targets, 1 / len(x))                                   # a sum over the slots
            do[:, columns] = softmax_nll_backward(logits, targets, 1 / len(x)).reshape(len(x), -1)
        terms: Terms = {"reconstruction": value}
        grads = self._network.backward(do, params, trace)
        if self.weight_decay:
            decay = WeightDecay(self.weight_decay, self.decay_kind, self.decay_biases)
            terms["weight_decay"], injected = decay(params)
            for name, gradient in injected.items():
                grads[name] += gradient                                     # two paths
        return with_total(terms, params.dtype), grads

    def _targets(self, trace: list[np.ndarray]) -> np.ndarray:
        """Return the one-hot rows of the slots, (m, sum of their K), which follow those of the given columns."""
        return trace[0][:, self._network.K[:self.n_given].sum():]

    # ---- using ----------------------------------------------------------------------------------------------------

    def _transform(self, X: ArrayLike) -> np.ndarray:
        """Return the outputs (m, h) of the last hidden layer for X (m, n)."""
        return by_chunks(lambda x: self._network.hidden(self._params, x)[-1], self._codes(X), ROWS)

    def inverse_transform(self, Z: ArrayLike) -> np.ndarray:
        """Raise NotImplementedError: an output needs the input's earlier slots besides the hidden units."""
        raise NotImplementedError("MaskedAutoencoder has no inverse_transform: its output for a slot needs the slots before it; "
                                  "use reconstruct(X) for their conditional probabilities, or sample(n)")

    def reconstruct(self, X: ArrayLike) -> np.ndarray:
        """Return p(c_s | slots before s, given) at X (m, n) for all codes of all slots, (m, sum of the slots' n_codes)."""
        return by_chunks(self._conditionals, self._codes(X), ROWS)

    def _conditionals(self, x: np.ndarray) -> np.ndarray:
        p = self._network.logits(self._params, self._network.hidden(self._params, x))
        for K, columns in self._network.runs():
            p[:, columns] = softmax(p[:, columns].reshape(-1, K)).reshape(len(x), -1)
        return p

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return log p(slots | given), exact, of each row of X (m, n), nats, (m,)."""
        return by_chunks(self._log_likelihood, self._codes(X), ROWS)

    def _log_likelihood(self, x: np.ndarray) -> np.ndarray:
        trace = self._network.hidden(self._params, x)
        o, t = self._network.logits(self._params, trace), self._targets(trace)
        value = np.zeros(len(x), o.dtype)
        for K, columns in self._network.runs():
            logits = o[:, columns].reshape(len(x), -1, K)
            logits = logits - logits.max(axis=2, keepdims=True)
            log_p = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
            value += (t[:, columns].reshape(log_p.shape) * log_p).sum(axis=(1, 2))
        return value

    def sample(self, n: int, given: ArrayLike | None = None, random_state: Seed = None) -> np.ndarray:
        """Draw n rows of codes (n, S), integers, slot by slot; given (n, G) holds their conditions where n_given > 0.

        Raises ValueError for conditions that are missing, in excess, of another shape, or no codes.
        """
        self._check_fitted()
        check_integer(n, "n", 1)
        conditions, rng = self._conditions(given, n), check_random_state(random_state)
        return np.concatenate([self._sample(conditions[start:start + ROWS], rng) for start in range(0, n, ROWS)])

    def _sample(self, conditions: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Each slot is drawn from its conditional given those drawn before; what later slots hold (0) its logits do not see."""
        m, G, slot_K = len(conditions), self.n_given, self._network.slot_K
        x = np.concatenate([conditions, np.zeros((m, len(slot_K)), conditions.dtype)], axis=1)
        u = rng.random((m, len(slot_K), 1))
        for s, stop in enumerate(np.cumsum(slot_K)):
            columns = slice(stop - slot_K[s], stop)
            p = softmax(self._network.logits(self._params, self._network.hidden(self._params, x), columns))
            passed = np.cumsum(p, axis=1, dtype=np.float64) <= u[:, s]
            x[:, G + s] = np.minimum(passed.sum(axis=1), slot_K[s] - 1)     # the last sum may be below 1 by rounding
        return x[:, G:].astype(np.intp)

    def _conditions(self, given: ArrayLike | None, n: int) -> np.ndarray:
        """Return the conditions (n, G) of n samples, or raise."""
        G, dtype = self.n_given, self._real_dtype()
        if G == 0 and given is None:
            return np.zeros((n, 0), dtype)
        if given is None:
            raise ValueError(f"given must hold the first {G} columns of the {n} samples, shape ({n}, {G}); got None")
        if G == 0:
            raise ValueError("given must be None: nothing is given to a model with n_given=0")
        conditions = check_matrix(given, "given", G, dtype)
        if len(conditions) != n:
            raise ValueError(f"given must have one row for each of the n={n} samples, got {len(conditions)}")
        check_codes(conditions, "given", self._network.K[:G])
        return conditions

    def _codes(self, X: ArrayLike) -> np.ndarray:
        x = self._check_input(X)
        self._check_data(x, "X")
        return x

    def _code_size(self) -> int:
        return self.hidden_dims[-1]

    def _row_kind(self) -> str:
        return "codes"
