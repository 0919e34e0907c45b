"""All derivations, one file for each family."""

from ..derivation import Derivation
from .adam import OPTIMIZERS
from .contraction import CONTRACTION_PENALTIES
from .decay import DECAY
from .layers import LAYERS
from .losses import LOSSES
from .pca import LINEAR
from .sparsity import SPARSITY

DERIVATIONS: dict[str, Derivation] = {
    derivation.name: derivation for derivation in (
        *LAYERS, *LOSSES, *LINEAR, *DECAY, *SPARSITY, *CONTRACTION_PENALTIES, *OPTIMIZERS)}
