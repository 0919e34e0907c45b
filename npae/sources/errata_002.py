"""Errata of document 002, and facts that belong to its equations."""

from __future__ import annotations

from .erratum import Erratum
from .proofs import contraction, divergences, linear, noise, objectives

ERRATA_002 = (
    Erratum("E002-01", "L1 equation", "sum_i |a_i|, i an observation", "lambda/m sum_i sum_j |a_j(x_i)|", "T",
            objectives.units_and_observations),
    Erratum("E002-02", "mean activation", "rho^_j = 1/m sum_i [a_i(x)]", "1/m sum_i a_j(x_i)", "T",
            why="The unit is j, the observation i."),
    Erratum("E002-03", "mean activation", "constraining the mean makes units fire for a subset of the observations",
            "necessary, not sufficient: a unit that always gives rho pays nothing", "M", divergences.mean_is_not_sparseness,
            "Measure lifetime sparseness, not the mean alone."),
    Erratum("E002-04", "KL equations", "no weight; the second term outside sum_j", "beta sum_j {. + .}, rho^_j in (0, 1)", "T",
            divergences.brackets_of_the_sum),
    Erratum("E002-05", "Frobenius norm", "the squared Frobenius norm |A|_F = sqrt(...)",
            "the penalty is |J|_F^2, without the root", "W",
            contraction.square_without_root),
    Erratum("E002-06", "Jacobian", "m observations and n hidden nodes; a vector of training examples",
            "J is hidden units by input features, one matrix for every example", "W", contraction.one_jacobian_for_each_example),
    Erratum("E002-07", "contractive equation", "sum over i, all training examples",
            "i is a unit; the examples need a sum of their own", "W",
            contraction.two_sums),
    Erratum("E002-08", "denoising and contraction", "the reconstruction function (ie. decoder)",
            "the reconstruction function r = decoder after encoder", "M", noise.little_noise,
            "Only the Jacobian of the whole map fits."),
    Erratum("E002-09", "Jacobian", "delta a / delta x", "partial derivatives", "T", why="A letter."),
    Erratum("E002-10", "denoising", "it isn't able to memorize", "the identity is ruled out; memory is not", "M",
            noise.denoisers_memorize,
            "The best denoiser of finitely many points is a weighted mean of them, for little noise the nearest one."),
    Erratum("E002-11", "contractive and L1 penalties", "as if they had no scale",
            "with an untied decoder the code shrinks, the decoder grows, and both penalties vanish", "M",
            contraction.scale_can_hide, "Tie the weights, or normalize or decay the decoder."),
    Erratum("E002-12", "KL", "a measure of the difference", "not symmetric, no distance", "M", divergences.not_symmetric),
    Erratum("E002-13", "for each training batch", "",
            "the mean over a batch of B is noisy and the KL curved: biased up by Var(a)/(2B) KL''",
            "fact", divergences.bias_of_a_small_batch, "Use at least a hundred examples, or a running mean."),
    Erratum("E002-14", "opening", "independent features are hard to compress", "as printed, for linear codes", "verified",
            linear.independent_features),
    Erratum("E002-15", "vector field", "far away the reconstruction error is large and may point the wrong way",
            "a large |r(x) - x| far away is right; what goes wrong is where a trained r(x) lands", "M", noise.far_from_the_data,
            "The best denoiser returns to the data from any distance. `npae demo denoising` measures what a trained one does "
            "between the arms of a spiral."),
)
