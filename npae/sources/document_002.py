"""Document 002, J. Jordan, *Introduction to autoencoders*. a^(h) are the activations of the hidden layer."""

from __future__ import annotations

from .claim import claim
from .equation import Equation
from .points.arrays import outputs, units
from .points.networks import contractive, kl_sparse, penalized, sparse

CONTRACTION = "npae.penalties.contraction"
NUMERICAL = 1e-8        # the Jacobian is one of finite differences

DOCUMENT_002 = (
    Equation(
        "002-intro-1", "L(x, x^)", "right",
        claims=(claim(outputs, "squared_error(o, x)", "np.sum((x - o)**2) / M"),),
        objects=("npae.losses.LOSSES",), derivations=("squared-error", "bernoulli-nll")),
    Equation(
        "002-intro-2", "L(x, x^) + regularizer", "right",
        claims=(claim(penalized, "loss(x)", "squared_error(reconstruct(x), x) + lam * l1_sparsity(encode(x))",
                      "terms(x)['reconstruction'] + terms(x)['l1_sparsity']"),),
        objects=("npae.models.Autoencoder", "npae.penalties.Penalty")),
    Equation(
        "002-sparse-1", "L(x, x^) + lambda sum_i |a_i^(h)|, i an observation", "typo",
        correct="L(x, x^) + lambda/m sum_i sum_j |a_j^(h)(x_i)|: over observations i and units j",
        claims=(claim(sparse, "loss(x)", "squared_error(reconstruct(x), x) + lam / m * np.sum(np.abs(encode(x)))",
                      printed="squared_error(reconstruct(x), x) + lam * np.sum(np.abs(encode(x)), axis=0)"),),
        objects=("npae.penalties.l1_sparsity", "npae.models.SparseAutoencoder"), derivations=("l1-sparsity",),
        errata=("E002-01", "E002-11")),
    Equation(
        "002-sparse-2", "rho^_j = 1/m sum_i [a_i^(h)(x)]", "typo", correct="rho^_j = 1/m sum_i a_j^(h)(x_i)",
        claims=(claim(units, "mean_activation(y)", "np.array([sum(y[i, j] for i in range(m)) / m for j in range(k)])",
                      printed="np.array([sum(y[j, i] for i in range(k)) / m for j in range(m)])"),),
        objects=("npae.penalties.mean_activation",), derivations=("kl-sparsity",), errata=("E002-02", "E002-03", "E002-13")),
    Equation(
        "002-sparse-3", "L(x, x^) + sum_j KL(rho || rho^_j)", "typo", correct="L(x, x^) + beta sum_j KL(rho || rho^_j)",
        claims=(claim(kl_sparse, "loss(x)", "squared_error(reconstruct(x), x) + beta * kl_sparsity(y, rho)",
                      printed="squared_error(reconstruct(x), x) + kl_sparsity(y, rho)"),),
        objects=("npae.models.SparseAutoencoder", "npae.penalties.KLSparsity"), derivations=("kl-sparsity",),
        errata=("E002-04",)),
    Equation(
        "002-sparse-4", "sum_j rho log(rho/rho^_j) + (1 - rho) log((1 - rho)/(1 - rho^_j))", "typo",
        correct="sum_j {both terms}, for rho^_j in (0, 1)",
        claims=(claim(units, "kl_sparsity(y, rho)", "np.sum(rho * np.log(rho / r) + (1 - rho) * np.log((1 - rho) / (1 - r)))",
                      printed="np.sum(rho * np.log(rho / r)) + (1 - rho) * np.log((1 - rho) / (1 - r))"),),
        objects=("npae.penalties.kl_sparsity", "npae.penalties.bernoulli_kl"), derivations=("kl-sparsity",),
        errata=("E002-04", "E002-12")),
    Equation(
        "002-cae-1", "the squared Frobenius norm |A|_F = sqrt(sum_i sum_j |a_ij|^2)", "wrong",
        correct="that is the norm; the penalty is its square, |A|_F^2 = sum_i sum_j a_ij^2",
        claims=(claim(contractive, "contraction(y * (1 - y), W)", "np.mean(np.sum(J**2, axis=(1, 2)))",
                      printed="np.mean(np.sqrt(np.sum(J**2, axis=(1, 2))))", tolerance=NUMERICAL),),
        objects=(CONTRACTION,), derivations=("contraction",), errata=("E002-05",)),
    Equation(
        "002-cae-2", "J: rows the hidden units a_1..a_n, columns x_1..x_m, 'm observations'", "wrong",
        correct="the matrix is right; m counts the input features, and there is one J for every example",
        claims=(claim(contractive, "jacobian(x)", "J", tolerance=NUMERICAL),
                claim(contractive, "np.array(jacobian(x[:1])[0].shape)", "np.array([k, n])", printed="np.array([k, m])")),
        objects=("npae.models.Autoencoder.jacobian",), derivations=("contraction",), errata=("E002-06", "E002-09")),
    Equation(
        "002-cae-3", "L(x, x^) + lambda sum_i |grad_x a_i^(h)(x)|^2, i a training example", "wrong",
        correct="L + lambda/m sum_s sum_j |grad_x a_j(x_s)|^2: i is a unit, and the examples need a sum of their own",
        claims=(claim(contractive, "loss(x)", "squared_error(reconstruct(x), x) + lam / m * sum(np.sum(J[s, j]**2) for s in"
                      " range(m) for j in range(k))",
                      printed="squared_error(reconstruct(x), x) + lam / m * sum(np.sum(J[s, 0]**2) for s in range(m))",
                      tolerance=NUMERICAL),),
        objects=("npae.models.ContractiveAutoencoder", CONTRACTION, "npae.penalties.deep_contraction"),
        derivations=("contraction", "deep-contraction"), errata=("E002-07", "E002-11")),
)
