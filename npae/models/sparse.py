r"""The sparse autoencoder: many code units, few of them active for any one example.

    L = 1/m sum_i l(x_i, o_i)  +  sparsity_weight * penalty(codes)

A code may be wider than the input when something other than its width forbids copying. Four penalties, four behaviours:

    "kl"         the mean activation of every unit over the batch is pulled to rho; sigmoid (or tanh) units
    "l1"         sum of absolute values: codes that are exactly zero; ReLU units
    "student_t"  (nu + 1)/2 log(1 + z^2/nu): mostly small, some large, none zero
    "gaussian"   half the square: shrinks, and makes nothing sparse; the contrast

Scale. L1, Student-t and Gaussian penalties can be cheated where the decoder is not tied: codes times 1/c, the decoder's
first weights times c, and the reconstruction stays while the penalty goes to nothing (erratum E002-11). Therefore, with
unit_decoder=True, rows of the decoder's first matrix that have grown longer than one are cut back to length one after
every step. With more decoder layers behind it, a scale can still hide there: add weight decay. KL has no such hole, its
units being bounded; what it has is the constant unit, which satisfies it and says nothing: `metrics_` has the lifetime
and the population sparseness of the code for every epoch.

Sparsity in the MAP reading is a log-prior on the code (penalties/log_priors.py), not on the weights (erratum E000-06).
Source: 000 section 3.2; 001 sparse slide; 002 section "sparse"; 004; CS294A notes (their beta is half of ours).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..penalties import GaussianPrior, KLSparsity, L1Sparsity, Penalty, StudentTSparsity
from ..rows import Rows
from ..sparseness import lifetime_sparseness, population_sparseness, zero_fraction
from ..validation import check_choice, check_flag, check_weight
from .autoencoder import Autoencoder
from .base import Model, Noise

NATURAL_UNITS = {"kl": "sigmoid", "l1": "relu", "student_t": "identity", "gaussian": "identity"}
WATCHED = 1000      # examples whose codes the sparseness of an epoch is measured on


@dataclass(kw_only=True, repr=False, eq=False)
class SparseAutoencoder(Autoencoder):
    __doc__ = f"""Autoencoder with a sparsity penalty on its code. Terms: reconstruction, sparsity.

    sparsity                "kl", "l1", "student_t" or "gaussian"
    sparsity_weight         lambda (beta for "kl"); one number to search over
    rho                     target mean activation for "kl", in (0, 1)
    nu                      degrees of freedom for "student_t"
    rho_momentum            "kl": gamma of a running average of the mean activations, for small batches
    unit_decoder            cut the rows of the decoder's first matrix to length one (not "kl", not tied)
    latent_activation       None: the one that suits the penalty (sigmoid, ReLU, identity, identity)

    {Model.__doc__}
    """

    latent_activation: str | None = None
    sparsity: str = "kl"
    sparsity_weight: float = 1.0
    rho: float = 0.05
    nu: float = 1.0
    rho_momentum: float | None = None
    unit_decoder: bool = True

    def _validate(self) -> None:
        check_choice(self.sparsity, "sparsity", NATURAL_UNITS)
        check_weight(self.sparsity_weight, "sparsity_weight")
        check_flag(self.unit_decoder, "unit_decoder")
        self._sparsity().validate()
        super()._validate()

    def _latent_activation(self) -> str:
        return NATURAL_UNITS[self.sparsity] if self.latent_activation is None else self.latent_activation

    def _sparsity(self) -> Penalty:
        weight = self.sparsity_weight
        if self.sparsity == "kl":
            return KLSparsity(weight, self.rho, momentum=self.rho_momentum)
        if self.sparsity == "l1":
            return L1Sparsity(weight)
        return StudentTSparsity(weight, self.nu) if self.sparsity == "student_t" else GaussianPrior(weight)

    def _own_penalties(self) -> list[tuple[str, Penalty]]:
        return [("sparsity", self._sparsity())]

    def _after_step(self, x: np.ndarray, noise: Noise) -> None:
        super()._after_step(x, noise)
        if self.unit_decoder and self.sparsity != "kl" and not self.tied:
            rows = self._params["decoder.0.W"]                              # (k, h)
            rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)

    def _metrics(self, terms: Mapping[str, float], x: Rows) -> dict[str, float]:
        z = self._transform(x[:WATCHED])
        return {**super()._metrics(terms, x), "lifetime_sparseness": lifetime_sparseness(z),
                "population_sparseness": population_sparseness(z), "zero_codes": zero_fraction(z)}
