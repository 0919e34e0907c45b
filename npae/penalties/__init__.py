"""Penalties: what is added to the reconstruction loss, each a pair of functions and a small object for the models.

A penalty object maps (params, trace, noise) to its value and a dictionary of gradients at named nodes: a parameter
("encoder.0.W"), a pre-activation ("encoder.0.a") or an output ("encoder.0.y"). The backward pass adds them there.
"""

from .weight_decay import WeightDecay, l1_decay, l1_decay_backward, l2_decay, l2_decay_backward

__all__ = ["WeightDecay", "l1_decay", "l1_decay_backward", "l2_decay", "l2_decay_backward"]
