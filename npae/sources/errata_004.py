"""Errata of document 004."""

from __future__ import annotations

from .erratum import Erratum
from .proofs import contraction, divergences, noise, objectives, probabilistic

ERRATA_004 = (
    Erratum("E004-01", "mathematics slide", "g(h) = x", "g(h) = x^, about x", "W", objectives.reconstruction_is_not_the_input),
    Erratum("E004-02", "L1 slide", "L(x, g(f(x)) + lambda h", "L(x, g(f(x))) + lambda |h|_1", "W",
            objectives.a_vector_is_no_loss),
    Erratum("E004-03", "L1 slide", "lambda sum_i (a_i^h)", "lambda sum_i |a_i^h|", "W", objectives.no_bars_no_bound,
            "The same only where no activation is negative."),
    Erratum("E004-04", "KL slide", "L(x, x)", "L(x, x^)", "W", objectives.input_against_itself,
            "L(x, x) does not depend on the parameters."),
    Erratum("E004-05", "KL slide", "D_KL(P||Q), how much data is lost",
            "beta sum_j KL(Bern(rho) || Bern(rho^_j)), in nats of information", "M",
            divergences.in_nats),
    Erratum("E004-06", "regularization", "the penalty is applied on the hidden layers and the reconstruction error",
            "it acts on the hidden activations and is added to the error", "W", objectives.penalty_is_not_of_the_reconstruction),
    Erratum("E004-07", "contractive slide", "preferable to sparse ones because the nodes are not data-dependent",
            "every encoder that is not constant depends on the data, and so does the penalty", "M",
            contraction.nodes_depend_on_the_data,
            "What is true: less sensitive to noise, for a worse reconstruction. A trade, no dominance."),
    Erratum("E004-08", "contractive slide", "a finite distribution of input to a smaller distribution of output",
            "a neighbourhood of an input to a smaller neighbourhood of its code", "M", contraction.contraction_is_local),
    Erratum("E004-09", "denoising slide", "it cannot create a mapping, as input and output differ",
            "it learns the mapping x~ -> E[x|x~]; only the identity is no optimum", "W", noise.denoiser_learns_a_map),
    Erratum("E004-10", "applications", "predicted and actual are identical, the task is to reproduce the prediction",
            "the input is corrupted, the target clean", "W", noise.what_denoising_compares),
    Erratum("E004-11", "VAE slide", "the bottleneck is mean and sd of the input distribution", "of the latent posterior q(z|x)",
            "W", probabilistic.what_the_bottleneck_holds),
    Erratum("E004-12", "VAE slide", "blurred because of the Gaussian injected into the latent space",
            "the best decoder gives a conditional mean; it blurs without latent noise too", "M",
            probabilistic.where_blur_comes_from, "Latent noise adds to it where posteriors overlap."),
    Erratum("E004-13", "contractive and VAE formulas", "abla, oldsymbol", "nabla, boldsymbol", "T",
            why="A backslash with n, and one with b, were read as a newline and a backspace."),
    Erratum("E004-14", "VAE formula", "an ELBO beside losses", "it is maximized, the others are minimized", "T",
            why="The sign of the loss is the other one."),
    Erratum("E004-15", "applications", "segmentation as an autoencoder",
            "a supervised encoder-decoder whose target is a map of labels", "M",
            why="It needs labels, and a cross-entropy per pixel; nothing reproduces its input."),
    Erratum("E004-16", "bottleneck", "information in the bottleneck is known as latent variables; information bottleneck",
            "the information bottleneck is I(Z; X) - beta I(Z; Y); an autoencoder's is a width", "M",
            why="The KL of a beta-VAE, a bound on I(Z; X), is the nearest thing in these documents."),
)
