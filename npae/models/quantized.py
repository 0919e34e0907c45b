"""What the vector-quantized models share: their codebooks' life during training, and what is known of them afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..baselines import KMeans
from ..codes import check_codes
from ..latents import chosen_vectors, perplexity, usage
from ..optimizers import get_optimizer
from ..parameters import Parameters
from ..penalties import Contraction
from ..rows import Rows, by_chunks
from ..validation import check_choice, check_flag, check_matrix, check_real, check_weight
from .autoencoder import Autoencoder
from .base import Noise
from .quantizer import Quantizer

KMEANS_VECTORS = 20_000         # so many encodings are enough to start a codebook from


@dataclass(kw_only=True, repr=False, eq=False)
class QuantizedAutoencoder(Autoencoder):
    """Base of the vector-quantized models; not for use by itself.

    commitment              beta, the weight of the commitment term
    codebook_update         "ema" (running averages) or "gradient" (the optimizer moves the codes along the codebook term)
    ema_decay               gamma of the averages, in [0, 1); 0 with full batches is k-means
    ema_smoothing           added to every count when sums are divided by counts
    codebook_init           "kmeans" (of the first encodings of the training data) or "normal"
    revive_codes            move codes that nothing chose for a whole epoch to encodings that are badly served
    """

    commitment: float = 0.25
    codebook_update: str = "ema"
    ema_decay: float = 0.99
    ema_smoothing: float = 0.0
    codebook_init: str = "kmeans"
    revive_codes: bool = True

    def _validate(self) -> None:
        super()._validate()
        check_weight(self.commitment, "commitment")
        check_choice(self.codebook_update, "codebook_update", ("ema", "gradient"))
        check_real(self.ema_decay, "ema_decay", 0, 1, open_high=True)
        check_real(self.ema_smoothing, "ema_smoothing", 0)
        check_choice(self.codebook_init, "codebook_init", ("kmeans", "normal"))
        check_flag(self.revive_codes, "revive_codes")
        if get_optimizer(self.optimizer).full_batch:
            raise ValueError(f"optimizer={self.optimizer!r} needs a loss that is continuous; encodings jump from code to code: "
                             f"use 'adam' or 'sgd'")
        if any(isinstance(penalty, Contraction) and penalty.of == "reconstruction" for penalty in self.penalties):
            raise ValueError("Contraction(of='reconstruction') is of no use with a codebook: the reconstruction is piecewise "
                             "constant in x; use of='code', the encoding before it is quantized")

    def _set_quantizers(self, quantizers: list[Quantizer]) -> None:
        """Take these, in the order in which they are applied; `_build` calls this."""
        self._quantizers = quantizers

    def _quantizer(self, level: str, K: int, S: int, on_grid: bool) -> Quantizer:
        return Quantizer(level, int(K), int(self.latent_dim), S, on_grid, float(self.commitment),
                         self.codebook_update == "gradient", self.ema_decay, self.ema_smoothing)

    # ---- what a model provides ------------------------------------------------------------------------------------

    def _encodings(self, params: Parameters, x: np.ndarray) -> list[np.ndarray]:
        """Return what the encoders give for x (m, n), before it is quantized, a row for each example and quantizer."""
        raise NotImplementedError

    def _decode(self, rows: list[np.ndarray]) -> np.ndarray:
        """Return the decoder's output (m, n) for the quantized rows of every quantizer."""
        raise NotImplementedError

    # ---- training -------------------------------------------------------------------------------------------------

    def _start(self, n_features: int, rng: np.random.Generator) -> None:
        super()._start(n_features, rng)
        for quantizer in self._quantizers:
            codebook = self._params[quantizer.named("codebook")]
            codebook[...] = rng.normal(size=codebook.shape)
            self._state |= quantizer.new_state(codebook)

    def _adopt_state(self, state: dict[str, np.ndarray]) -> None:
        for quantizer in self._quantizers:
            for name, expected in quantizer.new_state(self._params[quantizer.named("codebook")]).items():
                if name not in state or state[name].shape != expected.shape:
                    raise ValueError(f"the state {name} must have shape {expected.shape}")
        super()._adopt_state(state)

    def _before_fit(self, x: Rows) -> None:
        if self.codebook_init != "kmeans":
            return
        rng = self._training.rng
        some = x[np.sort(rng.permutation(len(x))[:KMEANS_VECTORS])]
        for index, quantizer in enumerate(self._quantizers):            # the next level sees the codes of this one
            z = quantizer.vectors(self._encodings(self._params, some)[index])
            z = z[rng.permutation(len(z))[:KMEANS_VECTORS]]
            E = self._params[quantizer.named("codebook")]
            distinct = np.unique(z, axis=0)
            found = KMeans(n_clusters=min(quantizer.K, len(distinct)), max_iterations=20, random_state=rng).fit(z).centers_
            E[:len(found)] = found
            E[len(found):] = z[rng.integers(0, len(z), quantizer.K - len(found))]
            self._state |= quantizer.new_state(E)

    def _freeze(self, x: np.ndarray, noise: Noise) -> Noise:
        return {**noise, **self._freeze_clean(self._corrupted(x, noise))}

    def _corrupted(self, x: np.ndarray, noise: Noise) -> np.ndarray:
        corruption = self._corruption()
        return x if corruption is None else corruption(x, noise["corruption"])

    def _after_step(self, x: np.ndarray, noise: Noise) -> None:
        super()._after_step(x, noise)
        for quantizer, s in zip(self._quantizers, self._encodings(self._params, self._corrupted(x, noise))):
            quantizer.after_step(self._params, self._state, s)

    def _before_epoch(self, epoch: int, x: Rows) -> None:
        if self.revive_codes and any(not self._state[q.named("chosen")].all() for q in self._quantizers):
            for index, quantizer in enumerate(self._quantizers):
                some = x[self._training.rng.integers(0, len(x), min(len(x), KMEANS_VECTORS))]
                quantizer.revive(self._params, self._state, self._encodings(self._params, some)[index], self._training.rng)
        for quantizer in self._quantizers:
            self._state[quantizer.named("chosen")] = np.zeros(quantizer.K, self._real_dtype())

    def _after_fit(self, x: Rows) -> None:
        for quantizer in self._quantizers:      # early stopping may have put back an older codebook
            N = self._state[quantizer.named("N")]
            self._state[quantizer.named("M")] = N[:, np.newaxis] * self._params[quantizer.named("codebook")]

    def _metrics(self, terms: Mapping[str, float], x: Rows) -> dict[str, float]:
        found = super()._metrics(terms, x)
        for quantizer in self._quantizers:
            chosen = self._state[quantizer.named("chosen")]
            found |= {quantizer.named("perplexity"): perplexity(chosen), quantizer.named("usage"): usage(chosen)}
        return found

    # ---- using ----------------------------------------------------------------------------------------------------

    def codes(self, X: ArrayLike) -> np.ndarray:
        """Return the codes (m, S) of X (m, n): whole numbers from 0 to K - 1; the slots of the top level come first."""
        return by_chunks(self._codes, self._check_rows(X))

    def _codes(self, x: np.ndarray) -> np.ndarray:
        frozen = self._freeze_clean(x)
        return np.hstack([frozen[quantizer.named("codes")] for quantizer in self._quantizers])

    def _transform(self, X: ArrayLike) -> np.ndarray:
        """Return the codes' vectors (m, S k), slot by slot, of X (m, n), uncorrupted."""
        return self._vectors(self.codes(X))

    def decode_codes(self, codes: ArrayLike) -> np.ndarray:
        """Return the reconstructions (m, n) that codes (m, S) stand for."""
        self._check_fitted()
        return self.inverse_transform(self._vectors(self._check_codes(codes)))

    def _freeze_clean(self, x: np.ndarray) -> dict[str, np.ndarray]:
        frozen: dict[str, np.ndarray] = {}
        for quantizer, s in zip(self._quantizers, self._encodings(self._params, x)):
            frozen |= quantizer.freeze(self._params[quantizer.named("codebook")], s)
        return frozen

    def _split(self, columns: np.ndarray, widths: list[int]) -> list[np.ndarray]:
        return np.split(columns, np.cumsum(widths)[:-1], axis=1)

    def _vectors(self, codes: np.ndarray) -> np.ndarray:
        parts = self._split(codes, [quantizer.S for quantizer in self._quantizers])
        return np.hstack([chosen_vectors(self._params[quantizer.named("codebook")], part).reshape(len(codes), -1)
                          for quantizer, part in zip(self._quantizers, parts)])

    def _decoded(self, z: np.ndarray) -> np.ndarray:
        parts = self._split(z, [quantizer.S * quantizer.k for quantizer in self._quantizers])
        return self._decode([quantizer.rows(np.ascontiguousarray(part).reshape(-1, quantizer.k))
                             for quantizer, part in zip(self._quantizers, parts)])

    def _check_codes(self, codes: ArrayLike) -> np.ndarray:
        """Return codes as integers (m, S), or raise."""
        K = np.concatenate([np.full(quantizer.S, quantizer.K) for quantizer in self._quantizers])
        found = check_matrix(codes, "codes", len(K))
        check_codes(found, "codes", K)
        return found.astype(np.intp)

    def freeze(self, X: ArrayLike, noise: Noise | None = None) -> dict[str, np.ndarray]:
        """Return what stands behind a stop-gradient on X (m, n) at the present parameters, and the noise given.

        Passed as `noise` to loss_and_gradients it makes the loss, at any parameters near by, the surrogate whose gradient
        `grads` is: that is what a central difference must be taken of.
        """
        return dict(self._freeze(self._check_input(X), noise or {}))

    @property
    def bits(self) -> float:
        """The bits that the codes of one example take at most: slots times log2 of the number of codes, over all levels."""
        self._check_fitted()
        return float(sum(quantizer.S * np.log2(quantizer.K) for quantizer in self._quantizers))

    def _code_size(self) -> int:
        return sum(quantizer.S * quantizer.k for quantizer in self._quantizers)

    def _diagnostics(self) -> list[str]:
        levels = [f"{q.S} slots of {q.K} codes" + (f" ({q.level})" if q.level else "") for q in self._quantizers]
        return [f"  {self.bits:.4g} bits per example: {', '.join(levels)}"]
