"""All derivations, one file for each family."""

from ..derivation import Derivation
from .layers import LAYERS

DERIVATIONS: dict[str, Derivation] = {derivation.name: derivation for derivation in (*LAYERS,)}
