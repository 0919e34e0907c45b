"""Errata of document 001, and facts that belong to its equations."""

from __future__ import annotations

from .erratum import Erratum
from .proofs import bounds, linear, noise, probabilistic

ERRATA_001 = (
    Erratum("E001-01", "identity slide", "all terms are positive", "all terms are non-negative", "T",
            linear.identity_costs_nothing, "The minimum is exactly zero."),
    Erratum("E001-02", "linear slide", "L(x, x~) = E |x - x~|^2 inside an objective E[L]", "L = |x - x~|^2", "T",
            why="One expectation is enough."),
    Erratum("E001-03", "denoising and comparison slides", "eps ~ N(mu, sigma I)",
            "N(mu, sigma^2 I) for a standard deviation sigma", "T",
            noise.variance_or_sd, "As printed sigma is a variance. A mean other than zero is a shift that a bias removes."),
    Erratum("E001-04", "ELBO slide, third line", "E_q log [p(x, z) / (q p(z|x))]", "E_q log [p(x, z) q / (q p(z|x))]", "W",
            bounds.missing_q,
            "The numerator has lost q, and the value has gained its entropy. The next lines are right again."),
    Erratum("E001-05", "comparison, ELBO, two-network and reparameterization slides", "penalty or KL outside 1/n sum_i",
            "1/n sum_i {. + .}", "T", why="It carries the index i, which is free otherwise."),
    Erratum("E001-06", "comparison slide", "the regularized Gaussian autoencoder is 'special case of VAE called beta-VAE'",
            "a beta-VAE with frozen encoder variance, beta = lambda/sigma_x^2 (= lambda on the slides); VAE is"
            " beta-VAE at beta = 1", "M", probabilistic.which_beta),
    Erratum("E001-07", "vanilla and comparison slides", "the 1/2 is dropped in silence",
            "harmless for lambda = 0; with 1/2 |.|^2 + lambda |f|^2, beta = 2 lambda", "M", probabilistic.half_or_not),
    Erratum("E001-08", "likelihood slide", "observed likelihood intractable again like in GMMs",
            "a mixture's likelihood is a sum of K terms; what has no closed form is its maximizer", "W",
            bounds.mixtures_are_tractable, "For the VAE it is the integral itself that cannot be had."),
    Erratum("E001-09", "SGD slide", "z = q_f(z|x)", "z ~ q_f(z|x)", "T", why="A sample, not the value of a density."),
    Erratum("E001-10", "vanilla slide", "mu is the encoder's mean, then mu_i^l the decoder's", "two names", "T",
            why="Two different things share a letter."),
    Erratum("E001-11", "after the comparison", "autoencoders don't provide a generative model",
            "not by themselves; a density fitted to their codes does", "M", linear.generator_from_codes),
    Erratum("E001-12", "linear slide", "one solution is PCA, others exist",
            "as printed: A -> Q A, B -> B Q^-1 for any invertible Q", "verified",
            linear.other_bases_of_the_code),
    Erratum("E001-13", "vanilla model", "", "the noise does not regularize by itself: f -> c f,"
            " g -> g(./c) gives the floor plus |B|^2/c^2",
            "fact", probabilistic.noise_can_be_scaled_away,
            "The infimum is the plain autoencoder's; the price on |f|^2 is what stops it."),
    Erratum("E001-14", "regularized linear model", "",
            "least loss per eigenvalue s: 2 sqrt(lambda s) - lambda if s > lambda, else s",
            "fact", probabilistic.price_of_the_code,
            "The code has the variance max(sqrt(s/lambda) - 1, 0): dropped if s <= lambda."),
    Erratum("E001-15", "index code slide", "a code of one number can memorize", "as printed", "verified", linear.lookup_table),
    Erratum("E001-16", "tightness", "", "at the solution of probabilistic PCA the ELBO of a linear VAE is log p(x)", "fact",
            bounds.bound_touches_for_a_linear_model, "An exact test of a VAE from end to end."),
    Erratum("E001-17", "sampled KL", "", "its gradient in the mean is f + eps, of variance one; the closed form has f and none",
            "fact", noise.sampled_divergence, "Prefer the closed form."),
    Erratum("E001-18", "linear beta-VAE", "", "b^2 = max(s - beta sigma_x^2, 0): a direction is dropped if s <= beta sigma_x^2",
            "fact", probabilistic.collapse_of_a_direction),
)
