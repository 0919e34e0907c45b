r"""The contractive autoencoder: codes that hardly move when the input moves a little.

    L = 1/m sum_i l(x_i, o_i)  +  contraction_weight / m sum_i |dz_i/dx_i|^2       (squared Frobenius norm, summed)

The penalty wants a constant code, the reconstruction wants one that tells examples apart: what survives are the
directions along which the data vary. The penalty and its gradient are exact for one layer (penalties/contraction.py) and for
any depth (penalties/deep_contraction.py).

    contraction="code"            the Jacobian of the encoder
    contraction="reconstruction"  the Jacobian of the whole map: small-noise denoising to first order in sd^2, where x is
                                  reproduced well or the map is linear (`npae derive small-noise`)
    method="probes"               an unbiased estimate from random directions, for very wide codes

Tied weights by default, as in Rifai et al. (2011): an untied decoder can undo any scaling of the code, and the penalty
vanishes while nothing is learnt (erratum E002-11). Contraction is a trade: a large weight contracts everything to a constant.
It does not make units independent of the data, whatever 004 says (erratum E004-07).
Source: 002 section "contractive" (errata E002-05 to E002-07); 004.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..penalties import Contraction, Penalty
from ..validation import check_weight
from .autoencoder import Autoencoder
from .base import Model


@dataclass(kw_only=True, repr=False, eq=False)
class ContractiveAutoencoder(Autoencoder):
    __doc__ = f"""Autoencoder with the exact Jacobian penalty, for any depth. Terms: reconstruction, contraction.

    contraction_weight      lambda
    contraction             "code" or "reconstruction": whose Jacobian is penalized
    method                  "exact" or "probes"
    n_probes                random directions per example for "probes"

    {Model.__doc__}
    """

    activation: str = "sigmoid"
    latent_activation: str = "sigmoid"
    tied: bool = True
    contraction_weight: float = 0.1
    contraction: str = "code"
    method: str = "exact"
    n_probes: int = 1

    def _validate(self) -> None:
        check_weight(self.contraction_weight, "contraction_weight")
        self._contraction().validate()
        super()._validate()

    def _contraction(self) -> Contraction:
        return Contraction(self.contraction_weight, self.contraction, self.method, self.n_probes)

    def _own_penalties(self) -> list[tuple[str, Penalty]]:
        return [("contraction", self._contraction())]
