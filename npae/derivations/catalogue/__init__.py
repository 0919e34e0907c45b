"""All derivations, one file for each family."""

from ..derivation import Derivation
from .adam import OPTIMIZERS
from .contraction import CONTRACTION_PENALTIES
from .convolution import CONVOLUTIONS
from .decay import DECAY
from .denoising import DENOISING
from .layers import LAYERS
from .linear_codes import LINEAR_CODES
from .linear_vae import LINEAR_VAES
from .losses import LOSSES
from .masking import MASKING
from .mixtures import MIXTURES
from .pca import LINEAR
from .quantization import QUANTIZATION
from .sampling import SAMPLING
from .sparsity import SPARSITY
from .variational import VARIATIONAL

DERIVATIONS: dict[str, Derivation] = {
    derivation.name: derivation for derivation in (
        *LAYERS, *CONVOLUTIONS, *LOSSES, *LINEAR, *DECAY, *SPARSITY, *DENOISING, *CONTRACTION_PENALTIES, *LINEAR_CODES,
        *VARIATIONAL, *SAMPLING, *LINEAR_VAES, *QUANTIZATION, *MASKING, *MIXTURES, *OPTIMIZERS)}
