"""Document 000, M. S. Bilici, *A Survey On Autoencoders*: its equations (1) to (41)."""

from __future__ import annotations

from .claim import claim
from .equation import Equation
from .points.densities import code, dataset, full_gaussian, latent, parameter, posterior_and_prior, two_gaussians
from .points.networks import autoencoder, denoising, sparse

AUTOENCODER = "npae.models.Autoencoder"
DENOISING = "npae.models.DenoisingAutoencoder"
VAE = "npae.models.VariationalAutoencoder"
KL = "npae.penalties.gaussian_kl"
LAPLACE = "npae.penalties.laplace_log_prior"
QUADRATURE = 1e-9

TRAINING = (
    Equation(
        "000-(1)", "training: min_theta L = grad_theta L(x, D(E(x))) = grad_theta L(x, x^)", "wrong",
        correct="theta* = argmin_theta 1/m sum_i L(x_i, D(E(x_i))); the gradient is what a step goes against, no minimum",
        claims=(claim(autoencoder, "loss(x)", "np.mean([loss(row[None]) for row in x])",
                      "np.mean([np.sum((decode(encode(row[None])) - row)**2) for row in x])", printed="d"),),
        objects=(f"{AUTOENCODER}.loss_and_gradients", f"{AUTOENCODER}.fit"), errata=("E000-02",)),
    Equation(
        "000-(2)", "the same again", "wrong",
        correct="theta <- theta - eta grad L, which lowers L by eta |grad L|^2 to first order",
        claims=(claim(autoencoder, "slope(lambda rate: loss_at(sgd(theta, d, rate[0])), np.zeros(1))[0]", "-np.sum(d**2)",
                      tolerance=1e-8),),
        objects=(f"{AUTOENCODER}.loss_and_gradients", "npae.optimizers.SGD"), errata=("E000-02",)),
    Equation(
        "000-(3)", "denoising: h = E(x~)", "right", objects=(f"{DENOISING}.transform", f"{DENOISING}.corrupt"),
        claims=(claim(denoising, "encode(corrupt(x, eps))", "tanh(affine(noisy, W, b))"),)),
    Equation(
        "000-(4)", "x^ = D(h) = D(E(x~)_{x~ ~ p(x~|x)})", "typo",
        correct="x^ = D(E(x~)) with one draw x~ ~ p(x~|x); where it is drawn belongs under an expectation",
        claims=(claim(denoising, "reconstruct(corrupt(x, eps))", "decode(encode(x + mean + sd * eps))"),),
        objects=(f"{DENOISING}.reconstruct", "npae.corruption.GaussianNoise")),
    Equation(
        "000-(5)", "min L = grad L(x, D(E(x~)))", "wrong",
        correct="min_theta E_x E_{x~|x} L(x, D(E(x~))): the target is the clean x, the noise is drawn afresh",
        claims=(claim(denoising, "loss(x, eps)", "np.mean(np.sum((reconstruct(noisy) - x)**2, axis=1))",
                      printed="np.mean(np.sum((reconstruct(noisy) - noisy)**2, axis=1))"),),
        objects=(f"{DENOISING}.loss_and_gradients",), derivations=("denoiser",), errata=("E000-02",)),
    Equation(
        "000-(6)", "sparse: min L = grad L(x, D(E(x))) + Psi(E(x)) = grad L(x, x^)", "wrong",
        correct="min_theta L(x, x^) + lambda Psi(E(x)), with the gradient grad L + lambda grad Psi",
        claims=(claim(sparse, "loss(x)", "squared_error(reconstruct(x), x) + lam * l1_sparsity(encode(x))",
                      printed="squared_error(reconstruct(x), x)"),),
        objects=("npae.models.SparseAutoencoder",), derivations=("l1-sparsity",), errata=("E000-02", "E000-03")),
)

PRIORS = (
    Equation(
        "000-(7)", "p(theta|x) proportional to p(x|theta) p(theta)", "right",
        claims=(claim(parameter, "posterior(t)",
                      "likelihood(t) * prior(t) / integral(lambda t: likelihood(t) * prior(t), low, high)",
                      tolerance=QUADRATURE),),
        objects=("npae.penalties.l2_decay",), missing="the posterior over parameters: only its maximum is sought, the prior being"
        " weight decay", errata=("E000-04", "E000-06")),
    Equation(
        "000-(8)", "max_theta p(theta|x) = max_theta (log p(x|theta) + log p(theta))", "typo",
        correct="argmax on both sides; log p(theta|x) = log p(x|theta) + log p(theta) - log p(x)",
        claims=(claim(parameter, "np.argmax(posterior(grid))", "np.argmax(np.log(likelihood(grid)) + np.log(prior(grid)))"),
                claim(parameter, "np.log(posterior(t))", "np.log(likelihood(t)) + np.log(prior(t)) - np.log(evidence)",
                      printed="np.log(likelihood(t)) + np.log(prior(t))"),
                claim(parameter, "np.log(prior(t)) - np.log(prior(0.0))", "-0.5 * penalty(t)")),
        objects=("npae.penalties.l2_decay",), errata=("E000-05",)),
    Equation(
        "000-(9)", "p(x, h) = p(x|h) p(h)", "right",
        claims=(claim(latent, "np.exp(log_joint(z))", "np.exp(log_px_given(z)) * prior(z)"),),
        objects=("npae.losses.gaussian_nll", "npae.penalties.gaussian_log_prior")),
    Equation(
        "000-(10)", "log p(x, h) = log p(x|h) + log p(h)", "right",
        claims=(claim(latent, "log_joint(z)", "log_px_given(z) + log_prior(z)",
                      "-gaussian_nll((c + z * w)[None], x[None], np.log(s2)) + gaussian_log_prior(np.array([[z]]))[0]"),),
        objects=("npae.losses.gaussian_nll", "npae.penalties.gaussian_log_prior")),
    Equation(
        "000-(11)", "Lap(h_i | mu = 0, lambda) = lambda/2 exp(-lambda |h_i - mu|)", "right",
        correct="as printed; lambda is a rate, the scale is 1/lambda and the standard deviation sqrt(2)/lambda",
        claims=(claim(code, "np.exp(log_laplace(h, mu))", "lam / 2 * np.exp(-lam * np.abs(h - mu))"),
                claim(code, "2 * integral(lambda h: h**2 * lam / 2 * np.exp(-lam * h), 0, far)", "2 / lam**2",
                      tolerance=QUADRATURE)),
        objects=(LAPLACE, "npae.losses.laplace_nll"), derivations=("l1-sparsity",)),
    Equation(
        "000-(12)", "= lambda/2 exp(-lambda |h_i|)", "right",
        claims=(claim(code, "np.exp(laplace_log_prior(h[None], lam)[0])", "np.prod(lam / 2 * np.exp(-lam * np.abs(h)))"),),
        objects=(LAPLACE,), derivations=("l1-sparsity",), errata=("E000-09",)),
    Equation(
        "000-(13)", "posterior = prod_i p(x|h) prod_i p(h)", "wrong",
        correct="p(h|x) proportional to p(x|h) prod_j p(h_j): the likelihood once, not once for every unit",
        claims=(claim(code, "np.exp(log_likelihood + laplace_log_prior(h[None], lam)[0])", "likelihood * np.prod(prior)",
                      printed="likelihood**K * np.prod(prior)"),),
        objects=(LAPLACE,), derivations=("l1-sparsity",), errata=("E000-07", "E000-08")),
    Equation(
        "000-(14)", "prod_i p(x|h) prod_i p(h) = sum_i log p(x|h) + sum_i log p(h)", "wrong",
        correct="log {p(x|h) prod_j p(h_j)} = log p(x|h) + sum_j log p(h_j)",
        claims=(claim(code, "np.log(likelihood * np.prod(prior))", "log_likelihood + laplace_log_prior(h[None], lam)[0]",
                      printed="K * log_likelihood + laplace_log_prior(h[None], lam)[0]"),
                claim(code, "np.exp(log_likelihood + laplace_log_prior(h[None], lam)[0])", "likelihood * np.prod(prior)",
                      printed="log_likelihood + np.sum(np.log(prior))")),
        objects=(LAPLACE,), derivations=("l1-sparsity",), errata=("E000-07",)),
    Equation(
        "000-(15)", "= sum_i log p(x|h) - lambda sum_i |h|", "wrong",
        correct="= log p(x|h) - lambda sum_j |h_j| + K log(lambda/2); the constant may go only while lambda is fixed",
        claims=(claim(code, "log_likelihood + np.sum(np.log(prior))",
                      "log_likelihood - lam * np.sum(np.abs(h)) + K * np.log(lam / 2)",
                      "log_likelihood - lam * l1_sparsity(h[None]) + K * np.log(lam / 2)",
                      printed="log_likelihood - lam * np.sum(np.abs(h))"),),
        objects=("npae.penalties.l1_sparsity", LAPLACE), derivations=("l1-sparsity",), errata=("E000-07",)),
)

BOUND = (
    Equation(
        "000-(16)", "p(X) = integral p(X|z; theta) p(z) dz", "right",
        claims=(claim(latent, "np.exp(log_px)", "integral(lambda z: np.exp(log_px_given(z)) * prior(z), low, high)",
                      tolerance=QUADRATURE),),
        objects=(f"{VAE}.log_likelihood", "npae.baselines.ProbabilisticPCA.score_samples"),
        derivations=("linear-vae", "importance-weighted")),
    Equation(
        "000-(17)", "D_KL(p||q) = integral_x p log(p/q)", "typo", correct="dx is missing",
        claims=(claim(two_gaussians, "gaussian_kl(np.array([[a]]), np.log([[s]]), b, np.log(t))",
                      "integral(lambda x: P(x) * np.log(P(x) / Q(x)), low, high)", tolerance=QUADRATURE),),
        objects=(KL,), derivations=("gaussian-kl",), errata=("E000-13",)),
    Equation(
        "000-(18)", "= E[log p - log q]", "typo", correct="the expectation is under p; under q it is -D_KL(q||p)",
        claims=(claim(two_gaussians, "gaussian_kl(np.array([[a]]), np.log([[s]]), b, np.log(t))",
                      "integral(lambda x: P(x) * (log_P(x) - log_Q(x)), low, high)",
                      printed="integral(lambda x: Q(x) * (log_P(x) - log_Q(x)), low, high)", tolerance=QUADRATURE),),
        objects=("npae.penalties.sampled_kl", KL), derivations=("gaussian-kl",), errata=("E000-13",)),
    Equation(
        "000-(19)", "p(z|x) = p(x|z) p(z) / integral p(x|z) p(z) dz", "right",
        claims=(claim(latent, "np.exp(log_posterior(z))", "np.exp(log_px_given(z)) * prior(z)"
                      " / integral(lambda z: np.exp(log_px_given(z)) * prior(z), low, high)", tolerance=QUADRATURE),),
        objects=("npae.baselines.ProbabilisticPCA.posterior",), derivations=("linear-vae",), errata=("E000-12",)),
    Equation(
        "000-(20)", "log p(z|x) = log p(x|z) + log p(z) - log p(x)", "right",
        claims=(claim(latent, "log_posterior(z)", "log_px_given(z) + log_prior(z) - log_px"),),
        objects=("npae.baselines.ProbabilisticPCA.posterior",), derivations=("linear-vae",)),
    Equation(
        "000-(21)", "D_KL(q_phi(z|x^(i)) || p_theta(z|x^(i)))", "right",
        claims=(claim(latent, "integral(lambda z: q(z) * np.log(q(z) / np.exp(log_posterior(z))), low, high)", "kl_posterior",
                      tolerance=QUADRATURE),),
        objects=(KL, f"{VAE}.elbo"), derivations=("elbo",)),
    Equation(
        "000-(22)", "= E_q[log q(z|x) - log p(z|x)]", "right",
        claims=(claim(latent, "kl_posterior", "integral(lambda z: q(z) * (log_q(z) - log_posterior(z)), low, high)",
                      tolerance=QUADRATURE),),
        objects=(KL,), derivations=("elbo",), errata=("E000-14",)),
    Equation(
        "000-(23)", "= E_q[log q(z|x) - log p(x|z) - log p(z)] + log p(x)", "right",
        claims=(claim(latent, "kl_posterior",
                      "integral(lambda z: q(z) * (log_q(z) - log_px_given(z) - log_prior(z)), low, high) + log_px",
                      tolerance=QUADRATURE),),
        objects=(f"{VAE}.log_likelihood",), derivations=("elbo",), errata=("E000-14",)),
    Equation(
        "000-(24)", "log p(x) - D_KL(q(z|x) || p(z|x)), the left side of (25)", "right",
        claims=(claim(latent, "log_px - kl_posterior", "elbo"),), objects=(f"{VAE}.elbo",), derivations=("elbo",)),
    Equation(
        "000-(25)", "(24) = D_KL(q(z|x) || p(z)) - E_q[log p(x|z)]", "wrong",
        correct="(24) = E_q[log p(x|z)] - D_KL(q(z|x) || p(z)); printed is its negative",
        claims=(claim(latent, "log_px - kl_posterior", "integral(lambda z: q(z) * log_px_given(z), low, high) - kl_prior", "elbo",
                      printed="kl_prior - integral(lambda z: q(z) * log_px_given(z), low, high)", tolerance=QUADRATURE),),
        objects=(f"{VAE}.elbo",), derivations=("elbo",), errata=("E000-15",)),
    Equation(
        "000-(26)", "E_X[log p(x) - D_KL(q(z|x) || p(z|x))], the left side of (27)", "right",
        claims=(claim(dataset, "np.mean([row.log_px - row.kl_posterior for row in rows])", "-1 * loss"),),
        objects=(f"{VAE}.loss_and_gradients",), derivations=("elbo",)),
    Equation(
        "000-(27)", "(26) = E_X[D_KL(q(z|x) || p(z)) - E_q log p(x|z)]", "wrong",
        correct="(26) = E_X[E_q log p(x|z) - D_KL(q(z|x) || p(z))]; printed is the loss to minimize, minus that",
        claims=(claim(dataset, "np.mean([row.log_px - row.kl_posterior for row in rows])",
                      "np.mean([integral(lambda z: row.q(z) * row.log_px_given(z), row.low, row.high) - row.kl_prior for row "
                      "in rows])", printed="loss", tolerance=QUADRATURE),),
        objects=(f"{VAE}.loss_and_gradients",), derivations=("elbo",), errata=("E000-16", "E000-17")),
    Equation(
        "000-(28)", "D_KL(N(mu(x), Sigma(x)) || N(0, I))", "right",
        correct="= 1/2 (tr Sigma + mu^T mu - K - log det Sigma)",
        claims=(claim(full_gaussian, "np.mean(log_q(z) - log_p(z))",
                      "0.5 * (np.trace(Sigma) + np.sum(mu**2) - K - np.log(np.linalg.det(Sigma)))",
                      "gaussian_kl(mu[None], logvar) + covariance_kl(lower, ones, ones[0])"),),
        objects=(KL, "npae.penalties.covariance_kl"), derivations=("gaussian-kl",), errata=("E000-18",)),
    Equation(
        "000-(29)", "E_q[log p_theta(x|z)]", "right",
        correct="for a Gaussian decoder -|x - g(z)|^2 / (2 s^2) - d/2 log(2 pi s^2) under the expectation: no density",
        claims=(claim(latent, "integral(lambda z: q(z) * log_px_given(z), low, high)",
                      "-np.mean([gaussian_nll((c + z * w)[None], x[None], np.log(s2)) for z in (mu - sd, mu + sd)])",
                      tolerance=QUADRATURE),),
        objects=("npae.losses.gaussian_nll", f"{VAE}.loss_and_gradients"), derivations=("elbo",), errata=("E000-18",)),
    Equation(
        "000-(30)", "E_X[D_KL - E_eps log p(x | z = mu + Sigma^(1/2) * eps)], as equal to (26)", "wrong",
        correct="right as the loss, minus (26); * is a matrix product unless Sigma is diagonal",
        claims=(claim(dataset, "loss", "np.mean([row.kl_prior - integral(lambda e: row.prior(e) * row.log_px_given("
                      "reparameterize(row.mu, 2 * np.log(row.sd), e)), -14, 14) for row in rows])",
                      printed="np.mean([row.log_px - row.kl_posterior for row in rows])", tolerance=QUADRATURE),
                claim(full_gaussian, "reparameterize_cholesky(mu[None], logvar, lower, eps[None, None])[0, 0]", "mu + C @ eps",
                      printed="mu + C * eps")),
        objects=("npae.latents.reparameterize", "npae.latents.reparameterize_cholesky"), derivations=("reparameterization",),
        errata=("E000-16", "E000-17")),
)

DIVERGENCE = (
    Equation(
        "000-(31)", "D_KL(q||p) for q = N(mu, diag sigma^2), p = N(0, I)", "right",
        claims=(claim(posterior_and_prior, "np.sum(integral(lambda z: q(z) * np.log(q(z) / p(z)), mu.min() - 12, mu.max() + 12))",
                      "kl", tolerance=QUADRATURE),),
        objects=(KL,), derivations=("gaussian-kl",)),
    Equation(
        "000-(32)", "= -integral q log p_phi + integral q log q", "typo", correct="p_phi is p_theta: the prior has no phi",
        claims=(claim(posterior_and_prior, "kl", "np.sum(-integral(lambda z: q(z) * log_p(z), low, high)"
                      " + integral(lambda z: q(z) * log_q(z), low, high))", tolerance=QUADRATURE),),
        objects=(KL,), derivations=("gaussian-kl",), errata=("E000-19",)),
    Equation(
        "000-(33)", "integral q log p_theta", "right",
        claims=(claim(posterior_and_prior, "np.sum(integral(lambda z: q(z) * log_p(z), low, high))",
                      "np.mean([gaussian_log_prior(z[None])[0] for z in (mu - np.sqrt(sigma2), mu + np.sqrt(sigma2))])",
                      tolerance=QUADRATURE),),
        objects=("npae.penalties.gaussian_log_prior",), derivations=("gaussian-kl",)),
    Equation(
        "000-(34)", "= integral N(z; mu, sigma^2) log N(z; 0, I)", "typo", correct="dz is missing",
        claims=(claim(posterior_and_prior, "np.sum(integral(lambda z: q(z) * log_p(z), low, high))",
                      "np.sum(integral(lambda z: normal_density(z[:, None], mu, sigma2) * normal_log_density(z[:, None]), "
                      "low, high))"),),
        objects=(KL,), derivations=("gaussian-kl",), errata=("E000-19",)),
    Equation(
        "000-(35)", "= -K/2 log 2 pi - 1/2 sum_k (mu_k^2 + sigma_k^2)", "right",
        claims=(claim(posterior_and_prior, "np.sum(integral(lambda z: q(z) * log_p(z), low, high))",
                      "-K / 2 * log2pi - 0.5 * np.sum(mu**2 + sigma2)", tolerance=QUADRATURE),),
        objects=(KL,), derivations=("gaussian-kl",)),
    Equation(
        "000-(36)", "integral q log q", "right",
        claims=(claim(posterior_and_prior, "np.sum(integral(lambda z: q(z) * log_q(z), low, high))",
                      "-gaussian_nll(mu[None], mu[None], np.log(sigma2)) - K / 2", tolerance=QUADRATURE),),
        objects=("npae.losses.gaussian_nll", KL), derivations=("gaussian-kl",)),
    Equation(
        "000-(37)", "= integral N(z; mu, sigma^2) log N(z; mu, sigma^2) dz", "right",
        claims=(claim(posterior_and_prior, "np.sum(integral(lambda z: q(z) * log_q(z), low, high))",
                      "np.sum(integral(lambda z: normal_density(z[:, None], mu, sigma2) * normal_log_density(z[:, None], mu, "
                      "sigma2), low, high))"),),
        objects=(KL,), derivations=("gaussian-kl",)),
    Equation(
        "000-(38)", "= -K/2 log 2 pi - 1/2 sum_k (1 + log sigma_j^2)", "typo", correct="the index j is k",
        claims=(claim(posterior_and_prior, "np.sum(integral(lambda z: q(z) * log_q(z), low, high))",
                      "-K / 2 * log2pi - 0.5 * np.sum(1 + np.log(sigma2))",
                      printed="-K / 2 * log2pi - 0.5 * K * (1 + np.log(sigma2[0]))", tolerance=QUADRATURE),),
        objects=(KL,), derivations=("gaussian-kl",), errata=("E000-20",)),
    Equation(
        "000-(39)", "D_KL(q||p), again", "right",
        claims=(claim(posterior_and_prior, "np.sum(integral(lambda z: q(z) * log_q(z), low, high))"
                      " - np.sum(integral(lambda z: q(z) * log_p(z), low, high))", "kl", tolerance=QUADRATURE),),
        objects=(KL,), derivations=("gaussian-kl",)),
    Equation(
        "000-(40)", "= integral q (log q - log p_phi) dz", "typo", correct="p_phi is p_theta",
        claims=(claim(posterior_and_prior, "kl", "np.sum(integral(lambda z: q(z) * (log_q(z) - log_p(z)), low, high))",
                      tolerance=QUADRATURE),),
        objects=(KL,), derivations=("gaussian-kl",), errata=("E000-19",)),
    Equation(
        "000-(41)", "= 1/2 sum_{j=1}^J (1 + log sigma_j^2 - mu_j^2 - sigma_j^2)", "wrong",
        correct="= 1/2 sum_{k=1}^K (mu_k^2 + sigma_k^2 - 1 - log sigma_k^2); printed is -D_KL, against (32), (35) and (38)",
        claims=(claim(posterior_and_prior, "np.sum(integral(lambda z: q(z) * (log_q(z) - log_p(z)), low, high))",
                      "0.5 * np.sum(mu**2 + sigma2 - 1 - np.log(sigma2))", "gaussian_kl(mu[None], np.log(sigma2)[None])",
                      printed="0.5 * np.sum(1 + np.log(sigma2) - mu**2 - sigma2)", tolerance=QUADRATURE),),
        objects=(KL,), derivations=("gaussian-kl",), errata=("E000-20", "E000-21")),
)

DOCUMENT_000 = (*TRAINING, *PRIORS, *BOUND, *DIVERGENCE)
