"""The sparsity penalties: L1 and Student-t as priors on the code, and the KL penalty through the batch mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import gamma
from typing import Any

import numpy as np

from ... import layers, losses, network, penalties
from ..derivation import Derivation
from ..step import Step
from ..vocabulary import integral


def _l1_point(rng: np.random.Generator) -> dict[str, Any]:
    m, n, lam = *rng.integers(3, 6, 2), rng.uniform(0.4, 1.2)
    k = int(rng.integers(2, n))
    D = np.linalg.qr(rng.normal(size=(n, n)))[0][:k]
    x = 1.5 * rng.normal(size=(m, n))
    z = rng.uniform(0.2, 2, (m, k)) * rng.choice([-1, 1], (m, k))
    y = np.array([2, -2, 0.6, -0.6])[:, None] * lam * rng.uniform(1, 1.5, (4, 2))       # above and below the threshold
    c = -np.sign(y) * rng.uniform(0.2, 2, y.shape)          # on the wrong side, where signs matter most
    return {"x": x, "z": z, "D": D, "lam": lam, "y": y, "c": c, "best": np.sign(y) * np.maximum(np.abs(y) - lam, 0),
            "s": np.clip(y / lam, -1, 1), "on": np.abs(y) > lam, "m": m, "k": k,
            "gaussian_nll": losses.gaussian_nll, "squared_error": losses.squared_error,
            "squared_error_entries": losses.squared_error_entries,
            "l1_sparsity": penalties.l1_sparsity, "l1_sparsity_backward": penalties.l1_sparsity_backward,
            "laplace_log_prior": penalties.laplace_log_prior}


L1_SPARSITY = Derivation(
    name="l1-sparsity", title="L1 sparsity: a Laplace prior on the code, and the soft threshold as its minimizer",
    key="m examples: x (m, n), codes z (m, k), a fixed decoder D (k, n) with orthonormal rows, lam the rate of the prior. Then "
        "one entry at a time, in arrays of such entries: y what the data ask for, best = sign(y) max(abs(y) - lam, 0) the soft "
        "threshold, s = clip(y/lam, -1, 1), on = (abs(y) > lam), c any other code.",
    draw=_l1_point,
    steps=(
        Step(r"\int_0^\infty e^{-\lambda u}\, du", "integral(lambda u: np.exp(-lam * u), 0, 50 / lam)",
             "the mass of e^(-lam abs(z)) on one side of 0 (quadrature up to 50/lam)", ""),
        Step(r"\frac1\lambda", "1 / lam", "the antiderivative is -e^(-lam u) / lam; e^-50 is below rounding"),
        Step(r"\frac{1}{2\, p(0)}", "1 / (2 * np.exp(laplace_log_prior(np.zeros((1, 1)), lam)[0]))",
             "the code: the prior is (lam/2) e^(-lam abs(z)), of mass 1, and lam/2 at 0"),
        Step(r"-\frac1m \sum_i \left[\log \mathcal N(x_i;\, z_i D, I)"
             r" + \sum_j \log \frac\lambda2 e^{-\lambda \lvert z_{ij}\rvert}\right]",
             "-(np.sum(normal_log_density(x, z @ D, 1)) + np.sum(np.log(lam / 2 * np.exp(-lam * np.abs(z))))) / m",
             "minus log p(x, z) per example: the likelihood once, the prior for every unit", ""),
        Step(r"\mathrm{nll} + \frac1m \sum_{ij} \left[\lambda \lvert z_{ij}\rvert - \log \frac\lambda2\right]",
             "gaussian_nll(z @ D, x, 0.0) + np.sum(lam * np.abs(z) - np.log(lam / 2)) / m", "the logarithm of each density"),
        Step(r"\mathrm{nll} + \lambda\, P(z) - k \log \frac\lambda2",
             "gaussian_nll(z @ D, x, 0.0) + lam * l1_sparsity(z) - k * np.log(lam / 2)",
             "the code; the constant, k times for each example, may go while lam is fixed (E000-07)"),
        Step(r"-\frac1m \left[\log p(x \mid z) + \log p(z)\right]",
             "gaussian_nll(z @ D, x, 0.0) - np.sum(laplace_log_prior(z, lam)) / m", "the code of the prior itself"),
        Step(r"\tfrac12 L(z D, x) + \lambda\, P(z)", "squared_error(z @ D, x) / 2 + lam * l1_sparsity(z)",
             "the same without its constants: which code is best for a fixed decoder?", ""),
        Step(r"\frac1{2 m} \left[\lVert x - x D^T D\rVert^2 + \lVert x D^T - z\rVert^2\right]"
             r" + \lambda\, P(z)",
             "(np.sum((x - x @ D.T @ D)**2) + np.sum((x @ D.T - z)**2)) / (2 * m) + lam * l1_sparsity(z)",
             "Pythagoras: x - x D^T D is orthogonal to the rows of D, and (x D^T - z) D is as long as x D^T - z"),
        Step(r"\tfrac12 L(x D^T D, x) + \tfrac12 L(z, x D^T) + \lambda\, P(z)",
             "squared_error(x @ D.T @ D, x) / 2 + squared_error(z, x @ D.T) / 2 + lam * l1_sparsity(z)",
             "the code. The first term knows no z: each entry minimizes (y - z)^2/2 + lam abs(z) alone, y = (x D^T)_ij"),
        Step(r"y - z^*", "y - np.sign(y) * np.maximum(np.abs(y) - lam, 0)", "how far the soft threshold moves y", ""),
        Step(r"\lambda\, s", "lam * np.clip(y / lam, -1, 1)", "by lam where y is beyond the threshold, and by y itself below it"),
        Step(r"\tfrac12 (y - z^*)^2 + \lambda \lvert z^*\rvert + \tfrac12 (c - z^*)^2",
             "(y - best)**2 / 2 + lam * np.abs(best) + (c - best)**2 / 2",
             "the objective at z* = best, plus half the squared distance from there to any other code c", ""),
        Step(r"\tfrac12 (y - z^*)^2 + (y - z^*)\, z^* + \tfrac12 (c - z^*)^2",
             "(y - best)**2 / 2 + (y - best) * best + (c - best)**2 / 2",
             "y - best = lam s, and s is the sign of best, unless best = 0"),
        Step(r"\tfrac12 (y - c)^2 + (y - z^*)\, c", "(y - c)**2 / 2 + (y - best) * c",
             "expand both: they are (y^2 + c^2)/2 - c best"),
        Step(r"\tfrac12 (y - c)^2 + \lambda\, s\, c", "(y - c)**2 / 2 + lam * s * c", "y - best = lam s once more"),
        Step(r"\tfrac12 (y - c)^2 + \lambda \lvert c\rvert", "squared_error_entries(c, y) / 2 + lam * np.abs(c)",
             "s is in [-1, 1]. Every other c costs more than best, by half its squared distance or more",
             "<="),
        Step(r"y - z^* \text{ where } z^* \ne 0", "(y - best)[on]",
             "where best is not 0: the pull of the data away from it, y - best", ""),
        Step(r"\lambda\, \mathrm{sign}(z^*)", "lam * np.sign(best[on])",
             "beyond the threshold best = y - lam sign(y), of the sign of y"),
        Step(r"\lambda m\, dz^*", "lam * len(best) * l1_sparsity_backward(best)[on]",
             "the code, its average over examples undone: L1 pulls back as much"),
    ),
    leads_to=("npae.penalties.l1_sparsity", "npae.penalties.l1_sparsity_backward", "npae.penalties.laplace_log_prior"),
    sources=("000-(11)", "000-(13)", "000-(14)", "000-(15)", "001-sparse-1", "002-sparse-1", "004-L1-2"))


def _student_t_point(rng: np.random.Generator) -> dict[str, Any]:
    m, k = rng.integers(2, 5, 2)
    nu = rng.uniform(2, 5)
    z = 1.5 * rng.normal(size=(m, k))
    z[0, 0] = 1.2 * np.sqrt(nu)                             # where the pull is nearly strongest

    def over_precisions(f: Callable[[np.ndarray], np.ndarray]) -> Any:
        def at(u: np.ndarray) -> np.ndarray:
            return f(u**2) * 2 * u
        return integral(lambda u: at(u[:, None, None]), 0, 10)

    return {"z": z, "nu": nu, "m": m, "k": k, "gamma": gamma, "over_precisions": over_precisions,
            "B": (nu / 2)**(nu / 2) / (gamma(nu / 2) * np.sqrt(2 * np.pi)),
            "C": gamma((nu + 1) / 2) / (gamma(nu / 2) * np.sqrt(nu * np.pi)),
            "gamma_density": lambda g: (nu / 2)**(nu / 2) / gamma(nu / 2) * g**(nu / 2 - 1) * np.exp(-g * nu / 2),
            "student_t_sparsity": penalties.student_t_sparsity, "student_t_log_prior": penalties.student_t_log_prior,
            "student_t_sparsity_backward": penalties.student_t_sparsity_backward}


STUDENT_T = Derivation(
    name="student-t", title="Student-t sparsity as a prior: a Gaussian whose precision is not known",
    key="m examples, k units: z code (m, k), nu degrees of freedom. gamma_density(g) is the Gamma density with shape and rate "
        "nu/2, of mean 1; over_precisions(f) the integral of f(g) over g > 0 (quadrature in the root of g, up to g = 100). "
        "B = (nu/2)^(nu/2) / (gamma(nu/2) sqrt(2 pi)) and C = gamma((nu + 1)/2) / (gamma(nu/2) sqrt(nu pi)).",
    draw=_student_t_point,
    steps=(
        Step(r"p(z) = \int_0^\infty \mathcal N(z;\, 0, \tfrac1g)\, \mathrm{Gamma}(g;\, \tfrac\nu2, \tfrac\nu2)\, dg",
             "over_precisions(lambda g: normal_density(z, 0, 1 / g) * gamma_density(g))",
             "the definition: a Gaussian with mean 0 and a random precision g, for every entry of z", ""),
        Step(r"B \int_0^\infty g^{(\nu - 1)/2} e^{-g (\nu + z^2)/2}\, dg",
             "B * over_precisions(lambda g: g**((nu - 1) / 2) * np.exp(-g * (nu + z**2) / 2))",
             "both densities written out, the powers of g and the exponents collected"),
        Step(r"B\, \Gamma\!\left(\tfrac{\nu + 1}2\right) \left(\frac{\nu + z^2}2\right)^{-(\nu + 1)/2}",
             "B * gamma((nu + 1) / 2) * ((nu + z**2) / 2)**(-(nu + 1) / 2)",
             "the gamma function, by definition: the integral of g^(a - 1) e^(-b g) is gamma(a) b^-a"),
        Step(r"C \left(1 + \frac{z^2}\nu\right)^{-(\nu + 1)/2}", "C * (1 + z**2 / nu)**(-(nu + 1) / 2)",
             "nu/2 out of the last bracket: with B it leaves (nu/2)^(-1/2) / sqrt(2 pi) = 1 / sqrt(nu pi)"),
        Step(r"p(z)", "np.exp(np.stack([student_t_log_prior(z[:, [j]], nu) for j in range(k)], axis=1))",
             "the code, one unit at a time"),
        Step(r"-\frac1m \sum_{ij} \log C \left(1 + \frac{z_{ij}^2}\nu\right)^{-(\nu + 1)/2}",
             "-np.sum(np.log(C * (1 + z**2 / nu)**(-(nu + 1) / 2))) / m", "minus the log-prior of the codes, per example", ""),
        Step(r"\frac1m \sum_{ij} \frac{\nu + 1}2 \log\left(1 + \frac{z_{ij}^2}\nu\right) - k \log C",
             "np.sum((nu + 1) / 2 * np.log(1 + z**2 / nu)) / m - k * np.log(C)", "the logarithm of the power, and k constants"),
        Step(r"P(z) - k \log C", "student_t_sparsity(z, nu) - k * np.log(C)", "the code; at nu = 1 it is log(1 + z^2), Cauchy's"),
        Step(r"dz = \frac{\partial P}{\partial z}", "gradient(lambda z: np.sum((nu + 1) / 2 * np.log(1 + z**2 / nu)) / m, z)",
             "by definition", ""),
        Step(r"\frac1m \cdot \frac{\nu + 1}2 \cdot \frac{2 z_{ij} / \nu}{1 + z_{ij}^2 / \nu}",
             "(nu + 1) / 2 * (2 * z / nu) / (1 + z**2 / nu) / m", "log v has the derivative v'/v"),
        Step(r"\frac1m \cdot \frac{(\nu + 1)\, z_{ij}}{\nu + z_{ij}^2}", "(nu + 1) * z / (nu + z**2) / m",
             "numerator and denominator times nu"),
        Step(r"dz", "student_t_sparsity_backward(z, nu)", "the code: like z near 0, so nothing becomes exactly 0"),
        Step(r"\lvert dz\rvert", "np.abs(student_t_sparsity_backward(z, nu))", "how strong can the pull be?", ""),
        Step(r"\frac1m \cdot \frac{(\nu + 1) \lvert z_{ij}\rvert}{\nu + z_{ij}^2}", "(nu + 1) * np.abs(z) / (nu + z**2) / m",
             "its formula; only z has a sign"),
        Step(r"\frac1m \cdot \frac{\nu + 1}{2 \sqrt\nu}", "np.full(z.shape, (nu + 1) / (2 * np.sqrt(nu)) / m)",
             "nu + z^2 - 2 sqrt(nu) abs(z) = (sqrt(nu) - abs(z))^2 is not negative", "<="),
        Step(r"dz \text{ at } z = \sqrt\nu", "student_t_sparsity_backward(np.full(z.shape, np.sqrt(nu)), nu)",
             "the code: the pull is strongest at sqrt(nu) and fades beyond. Large codes are left alone"),
    ),
    leads_to=("npae.penalties.student_t_log_prior", "npae.penalties.student_t_sparsity",
              "npae.penalties.student_t_sparsity_backward"))


def _kl_point(rng: np.random.Generator) -> dict[str, Any]:
    m, k = rng.integers(2, 5, 2)
    y, rho, share, old = rng.uniform(0.05, 0.95, (m, k)), rng.uniform(0.1, 0.4), rng.uniform(0.2, 0.8), rng.uniform(0.1, 0.9, k)
    layer = network.Layer("encoder.0", "encoder.0.W", "encoder.0.b", layers.ACTIVATIONS["sigmoid"])
    tanh_layer = replace(layer, activation=layers.ACTIVATIONS["tanh"])

    def of_the_model(y: np.ndarray, momentum: float | None = None, layer: network.Layer = layer) -> np.ndarray:
        penalty = penalties.KLSparsity(1.0, rho, momentum=momentum)
        return np.array(penalty({}, [network.Step(layer.name, y, y, layer)], old)[1]["encoder.0.y"])

    return {"y": y, "rho": rho, "r": np.mean(y, axis=0), "g": share, "old": old, "t": 2 * y - 1, "m": m, "k": k,
            "bit": lambda b, p: p if b else 1 - p,
            "model": lambda y: of_the_model(y), "running_model": lambda y: of_the_model(y, share),
            "tanh_model": lambda t: of_the_model(t, layer=tanh_layer),
            "bernoulli_kl": penalties.bernoulli_kl, "bernoulli_kl_backward": penalties.bernoulli_kl_backward,
            "kl_sparsity": penalties.kl_sparsity, "kl_sparsity_backward": penalties.kl_sparsity_backward}


KL_SPARSITY = Derivation(
    name="kl-sparsity", title="KL sparsity through the batch mean: two uses of each mean, m examples in it",
    key="m examples, k units: y outputs in (0, 1), (m, k); rho the target; r = mean of y over the examples, (k,). bit(b, p) is "
        "the probability of b in {0, 1} if p is that of 1. Then g in (0, 1) and old (k,) of a running average, and tanh units "
        "t = 2 y - 1.",
    draw=_kl_point,
    steps=(
        Step(r"\sum_j \sum_{b \in \{0, 1\}} P_\rho(b) \log \frac{P_\rho(b)}{P_{\hat\rho_j}(b)}",
             "np.sum([bit(b, rho) * np.log(bit(b, rho) / bit(b, np.mean(y, axis=0))) for b in (0, 1)])",
             "the definition, unit by unit: the mean of log P_rho/P_r over a bit that is 1 with probability rho", ""),
        Step(r"\sum_j \left[\rho \log \frac\rho{\hat\rho_j} + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_j}\right]",
             "np.sum(rho * np.log(rho / r) + (1 - rho) * np.log((1 - rho) / (1 - r)))",
             "the two states, 1 and 0; both terms are inside the sum over units"),
        Step(r"P = \mathrm{KL}(\rho \,\Vert\, \hat\rho)", "bernoulli_kl(r, rho)", "the code"),
        Step(r"P(y)", "kl_sparsity(y, rho)", "the code, from the outputs; no 1/m in front, for it is in the mean"),
        Step(r"dr = \frac{\partial P}{\partial \hat\rho}",
             "gradient(lambda r: bernoulli_kl(r, rho), r)", "by definition", ""),
        Step(r"\frac{\partial}{\partial u_j} \left[-\rho \log u_j\right] + \frac{\partial}{\partial v_j}"
             r" \left[-(1 - \rho) \log(1 - v_j)\right],\ u = v = \hat\rho",
             "gradient(lambda u: -rho * np.sum(np.log(u)), r) + gradient(lambda v: -(1 - rho) * np.sum(np.log(1 - v)), r)",
             "r_j is used twice, in the chance to be on and in that to be off: what the two uses give is added"),
        Step(r"-\frac\rho{\hat\rho_j} + \frac{1 - \rho}{1 - \hat\rho_j}", "-rho / r + (1 - rho) / (1 - r)",
             "-log u has the derivative -1/u, and -log(1 - v) has +1/(1 - v)"),
        Step(r"\frac{\hat\rho_j - \rho}{\hat\rho_j (1 - \hat\rho_j)}", "(r - rho) / (r * (1 - r))",
             "one denominator; above it -rho (1 - r) + (1 - rho) r = r - rho"),
        Step(r"dr", "bernoulli_kl_backward(r, rho)", "the code"),
        Step(r"dy = \frac{\partial P}{\partial y}", "gradient(lambda y: bernoulli_kl(np.mean(y, axis=0), rho), y)",
             "by definition", ""),
        Step(r"\frac1m\, dr_j", "np.array([[bernoulli_kl_backward(r, rho)[j] / m for j in range(k)] for i in range(m)])",
             "every y_ij enters the mean r_j with the weight 1/m: the same pull for all examples i"),
        Step(r"\frac1m \cdot \frac{\hat\rho_j - \rho}{\hat\rho_j (1 - \hat\rho_j)}",
             "np.ones((m, 1)) * (r - rho) / (r * (1 - r)) / m", "dr from above, one row for every example"),
        Step(r"dy", "kl_sparsity_backward(y, rho)", "the code"),
        Step(r"\frac{\partial^2 P}{\partial \hat\rho_j^2} \text{ at } \hat\rho_j = \rho",
             "gradient(lambda r: np.sum(-rho / r + (1 - rho) / (1 - r)), np.full(k, rho))",
             "how fast does the pull grow around rho?", ""),
        Step(r"\frac1\rho + \frac1{1 - \rho}", "np.full(k, 1 / rho + 1 / (1 - rho))",
             "rho / r^2 + (1 - rho) / (1 - r)^2, at r = rho"),
        Step(r"\frac1{\rho (1 - \rho)}", "np.full(k, 1 / (rho * (1 - rho)))", "one denominator: the inverse variance of a bit"),
        Step(r"\frac{\partial\, dr_j}{\partial \hat\rho_j} \text{ at } \hat\rho_j = \rho",
             "gradient(lambda r: np.sum(bernoulli_kl_backward(r, rho)), np.full(k, rho))", "the code, differentiated"),
        Step(r"\frac{\partial}{\partial y}\, \mathrm{KL}(\rho \,\Vert\, g\, r^{old} + (1 - g)\, \hat\rho)",
             "gradient(lambda y: bernoulli_kl(g * old + (1 - g) * np.mean(y, axis=0), rho), y)",
             "with a running average in the place of the batch mean; its past is held constant", ""),
        Step(r"\frac{1 - g}m\, dr_j", "(1 - g) / m * np.ones((m, 1)) * bernoulli_kl_backward(g * old + (1 - g) * r, rho)",
             "this batch has the share 1 - g of it, and each example 1/m of that: weaker by 1 - g"),
        Step(r"dy", "running_model(y)", "the code: the penalty object with momentum g"),
        Step(r"\frac{\partial}{\partial t}\, P\left(\frac{1 + t}2\right)", "gradient(lambda t: kl_sparsity((1 + t) / 2, rho), t)",
             "tanh units t in (-1, 1) are moved to (0, 1) first", ""),
        Step(r"\tfrac12\, dy", "kl_sparsity_backward(y, rho) / 2", "(1 + t)/2 = y has the slope 1/2"),
        Step(r"dt", "tanh_model(t)", "the code: the penalty object on a tanh layer"),
    ),
    leads_to=("npae.penalties.bernoulli_kl_backward", "npae.penalties.kl_sparsity", "npae.penalties.kl_sparsity_backward",
              "npae.penalties.KLSparsity"),
    sources=("002-sparse-2", "002-sparse-3", "002-sparse-4", "004-KL-1"))

SPARSITY = (L1_SPARSITY, STUDENT_T, KL_SPARSITY)
