"""The architectures of the sources as drawings, made from the model itself where there is one.

    architecture(model)             any model, fitted or not yet initialized for n_features
    feed_forward(widths)            a feed-forward autoencoder drawn from its widths alone
    masks(model)                    the connections that the masks of a masked autoencoder leave
    reparameterization()            the graph before and after, with the gradient that stops and the one that passes
    training_and_inference()        the variational autoencoder in training and in inference
    vector_quantization()           the nearest code, and the copy of the gradient past it
"""

from .architecture import architecture, feed_forward
from .masks import masks
from .quantization import vector_quantization
from .variational import reparameterization, training_and_inference

__all__ = ["architecture", "feed_forward", "masks", "reparameterization", "training_and_inference", "vector_quantization"]


def __dir__() -> list[str]:
    return sorted(__all__)
