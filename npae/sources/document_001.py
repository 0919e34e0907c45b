"""Document 001, D. I. Inouye, *Autoencoders*, lecture slides. f is the encoder, g the decoder."""

from __future__ import annotations

from .claim import claim
from .equation import Equation
from .points.densities import latent, mixture, variational
from .points.networks import autoencoder, copying, denoising, linear, sparse, unit_noise

AUTOENCODER = "npae.models.Autoencoder"
PROBABILISTIC = "npae.models.ProbabilisticAutoencoder"
VAE = "npae.models.VariationalAutoencoder"
MIXTURE = "npae.baselines.GaussianMixture.elbo"
NO_TABLE = "a lookup table is no model of its own; the nearest training example serves for it"
SCOPE = "the penalty has the index i and belongs inside the sum over i"

PLAIN = (
    Equation(
        "001-obj-1", "min_{f,g} E[L(x, x~)]", "right",
        claims=(claim(autoencoder, "loss(x)", "np.mean([squared_error(reconstruct(row[None]), row[None]) for row in x])"),),
        objects=(f"{AUTOENCODER}.loss_and_gradients", f"{AUTOENCODER}.fit"), derivations=("squared-error",)),
    Equation(
        "001-obj-2", "min E[L(x, g(f(x)))]; f encodes, g decodes (in 003 it is the other way round)", "right",
        claims=(claim(autoencoder, "loss(x)", "squared_error(affine(tanh(affine(x, W, b)), V, c), x)"),),
        objects=(f"{AUTOENCODER}.loss_and_gradients",), derivations=("squared-error",)),
    Equation(
        "001-obj-3", "min E |x - g(f(x))|_2^2", "right",
        claims=(claim(autoencoder, "loss(x)", "np.mean(np.linalg.norm(x - decode(encode(x)), axis=1)**2)"),),
        objects=("npae.losses.squared_error",), derivations=("squared-error",)),
    Equation(
        "001-identity-1", "f(x) = x, g(x) = x", "right",
        claims=(claim(copying, "encode(x)", "x", "decode(x)"),),
        objects=(AUTOENCODER, "npae.layers.identity"), errata=("E001-01",)),
    Equation(
        "001-identity-2", "E |x - x|^2 = 0", "right",
        claims=(claim(copying, "np.exp(loss(x))", "np.exp(np.mean(np.sum((x - x)**2, axis=1)))"),),
        objects=(AUTOENCODER, "npae.checks.oracle_checks"), errata=("E001-01",)),
    Equation(
        "001-under-1", "undercomplete: k < d", "right",
        claims=(claim(linear, "np.linalg.matrix_rank(reconstruct(x) - reconstruct(np.zeros((1, n))))", "k"),
                claim(linear, "np.linalg.matrix_rank(x)", "n")),
        objects=(AUTOENCODER, "npae.models.base.Model.require_decreasing")),
    Equation(
        "001-linear-1", "linear: z = A x + b, z in R^k", "right",
        claims=(claim(linear, "encode(x)", "(W.T @ x.T + b[:, None]).T"),),
        objects=("npae.layers.affine", AUTOENCODER), derivations=("affine", "pca"), errata=("E001-12",)),
    Equation(
        "001-linear-2", "x~ = B z + c", "right",
        claims=(claim(linear, "reconstruct(x)", "(V.T @ encode(x).T + c[:, None]).T"),),
        objects=("npae.layers.affine", AUTOENCODER), derivations=("affine", "pca"), errata=("E001-12",)),
    Equation(
        "001-linear-3", "L(x, x~) = E |x - x~|^2", "typo", correct="L(x, x~) = |x - x~|^2; the expectation is in the objective",
        claims=(claim(linear, "np.array([loss(row[None]) for row in x])", "np.sum((x - reconstruct(x))**2, axis=1)",
                      printed="np.mean(np.sum((x - reconstruct(x))**2, axis=1))"),),
        objects=("npae.losses.squared_error", "npae.baselines.PCA"), derivations=("squared-error", "pca"), errata=("E001-02",)),
    Equation(
        "001-index-1", "memorizing encoder: f(x) = i if x = x_i, else 0", "right",
        claims=(claim(autoencoder, "nearest(x, x, 1)[:, 0]", "np.arange(m)"),),
        objects=("npae.applications.nearest",), missing=NO_TABLE, errata=("E001-15",)),
    Equation(
        "001-index-2", "memorizing decoder: g(z) = x_i if z = i, else 0", "right",
        claims=(claim(autoencoder, "x[nearest(x, x, 1)[:, 0]]", "x"),),
        objects=("npae.applications.nearest",), missing=NO_TABLE, errata=("E001-15",)),
    Equation(
        "001-sparse-1", "min L(x, g(f(x))) + lambda |f(x)|_1", "right",
        claims=(claim(sparse, "loss(x)", "np.mean(np.sum((x - reconstruct(x))**2, axis=1)"
                      " + lam * np.sum(np.abs(encode(x)), axis=1))"),),
        objects=("npae.models.SparseAutoencoder", "npae.penalties.l1_sparsity"), derivations=("l1-sparsity",)),
    Equation(
        "001-dae-1", "min E_{x,eps} L(x, g(f(x + eps))), eps ~ N(mu, sigma I)", "typo",
        correct="eps ~ N(mu, sigma^2 I) for a standard deviation sigma",
        claims=(claim(denoising, "corrupt(x, eps)", "x + mean + sd * eps", printed="x + mean + np.sqrt(sd) * eps"),
                claim(denoising, "loss(x, eps)", "squared_error(decode(encode(x + mean + sd * eps)), x)")),
        objects=("npae.corruption.GaussianNoise", "npae.models.DenoisingAutoencoder"), derivations=("denoiser",),
        errata=("E001-03",)),
)

UNIT_NOISE = (
    Equation(
        "001-prob-1", "q_f(z|x) = N(z; f(x), I)", "right",
        claims=(claim(unit_noise, "encoder.log_prob(z)", "np.sum(normal_log_density(z, f), axis=1)"),),
        objects=(f"{PROBABILISTIC}.encoder_distribution",), derivations=("probabilistic-autoencoder",)),
    Equation(
        "001-prob-2", "p_g(x|z) = N(x; g(z), I)", "right",
        claims=(claim(unit_noise, "decoder_at(z).log_prob(x)", "np.sum(normal_log_density(x, g(z)), axis=1)"),),
        objects=(f"{PROBABILISTIC}.decoder_distribution",), derivations=("probabilistic-autoencoder",)),
    Equation(
        "001-vanilla-0", "min E_data E_{q_f} [-log p_g(x|z)]", "right",
        claims=(claim(unit_noise, "vanilla(x, eps)", "np.mean([-2 * np.mean(decoder_at(f + eps[:, s]).log_prob(x)) "
                      "- n * np.log(2 * np.pi) for s in range(S)])"),),
        objects=(PROBABILISTIC,), derivations=("probabilistic-autoencoder",), errata=("E001-13",)),
    Equation(
        "001-vanilla-1", "eps ~ N(0, I), z = mu + eps  =>  z ~ N(mu, I)", "right",
        claims=(claim(latent, "integral(lambda e: prior(e) * np.exp(0.3 * unit_noise(mu, e)), -14, 14)",
                      "integral(lambda z: normal_density(z, mu) * np.exp(0.3 * z), mu - 14, mu + 14)", tolerance=1e-9),),
        objects=("npae.latents.unit_noise",), derivations=("reparameterization",), errata=("E001-10",)),
    Equation(
        "001-vanilla-2", "expectations become averages over n examples and m samples", "right",
        claims=(claim(unit_noise, "loss(x, eps)", "np.mean([[loss(x[i:i+1], eps[i:i+1, s:s+1])"
                      " for i in range(m)] for s in range(S)])"),),
        objects=(f"{PROBABILISTIC}.loss_and_gradients",), derivations=("probabilistic-autoencoder",)),
    Equation(
        "001-vanilla-3", "1/n sum_i 1/m sum_l -log p_g(x_i | z_i^l)", "right",
        claims=(claim(unit_noise, "(vanilla(x, eps) + n * np.log(2 * np.pi)) / 2",
                      "sum(-decoder_at(f[i:i+1] + eps[i, s]).log_prob(x[i:i+1])[0] for i in range(m) for s in range(S)) / (m "
                      "* S)"),),
        objects=(f"{PROBABILISTIC}.loss_and_gradients",), derivations=("probabilistic-autoencoder",)),
    Equation(
        "001-vanilla-4", "-log exp(-1/2 |x_i - mu_i^l|^2 - d/2 log 2 pi)", "right",
        claims=(claim(unit_noise, "-decoder_at(z).log_prob(x)",
                      "-np.log(np.exp(-0.5 * np.sum((x - g(z))**2, axis=1) - n / 2 * np.log(2 * np.pi)))"),),
        objects=("npae.losses.gaussian_nll",), derivations=("probabilistic-autoencoder",), errata=("E001-07", "E001-10")),
    Equation(
        "001-vanilla-5", "= 1/2 |x_i - mu_i^l|^2 + c", "right", correct="c = d/2 log 2 pi",
        claims=(claim(unit_noise, "-decoder_at(z).log_prob(x)",
                      "0.5 * np.sum((x - g(z))**2, axis=1) + n / 2 * np.log(2 * np.pi)"),),
        objects=("npae.losses.gaussian_nll",), derivations=("probabilistic-autoencoder",), errata=("E001-07",)),
    Equation(
        "001-vanilla-6", "mu_i^l = g(z_i^l)", "right",
        claims=(claim(unit_noise, "decoder_at(z).mean", "affine(z, V, c)"),),
        objects=(f"{PROBABILISTIC}.decoder_distribution",), errata=("E001-10",)),
    Equation(
        "001-vanilla-7", "z_i^l = f(x_i) + eps_i^l", "right",
        claims=(claim(unit_noise, "vanilla(x, eps)",
                      "np.mean([squared_error(g(affine(x, W, b) + eps[:, s]), x) for s in range(S)])"),),
        objects=("npae.latents.unit_noise",), derivations=("probabilistic-autoencoder",)),
    Equation(
        "001-vanilla-8", "m = 1: one sample for each example", "right",
        claims=(claim(unit_noise, "vanilla(x, eps[:, :1])", "squared_error(g(f + eps[:, 0]), x)"),),
        objects=(f"{PROBABILISTIC}.n_samples",)),
)

COMPARISON = (
    Equation(
        "001-cmp-1", "autoencoder: 1/n sum |x_i - g(f(x_i))|^2", "right",
        claims=(claim(autoencoder, "loss(x)", "sum(np.sum((row - reconstruct(row[None])[0])**2) for row in x) / m"),),
        objects=(AUTOENCODER,), derivations=("squared-error",)),
    Equation(
        "001-cmp-2", "sparse: 1/n sum |x_i - g(f(x_i))|^2 + lambda |f(x_i)|_1", "typo", correct=SCOPE,
        claims=(claim(sparse, "loss(x)", "sum(np.sum((row - reconstruct(row[None])[0])**2) + lam *"
                      " np.sum(np.abs(encode(row[None]))) for row in x) / m",
                      printed="sum(np.sum((row - reconstruct(row[None])[0])**2) for row in x) / m + lam *"
                      " np.sum(np.abs(encode(x)))"),),
        objects=("npae.models.SparseAutoencoder",), derivations=("l1-sparsity",), errata=("E001-05",)),
    Equation(
        "001-cmp-3", "denoising: 1/n sum |x_i - g(f(x_i + eps_i))|^2, eps_i ~ N(mu, sigma I)", "typo",
        correct="eps_i ~ N(mu, sigma^2 I)",
        claims=(claim(denoising, "loss(x, eps)", "sum(np.sum((x[i] - reconstruct(x[i:i+1] + mean"
                      " + sd * eps[i])[0])**2) for i in range(m)) / m",
                      printed="sum(np.sum((x[i] - reconstruct(x[i:i+1] + mean"
                      " + np.sqrt(sd) * eps[i])[0])**2) for i in range(m)) / m"),),
        objects=("npae.models.DenoisingAutoencoder",), derivations=("denoiser",), errata=("E001-03",)),
    Equation(
        "001-cmp-4", "vanilla probabilistic: 1/n sum |x_i - g(f(x_i) + eps_i)|^2, without the 1/2", "right",
        claims=(claim(unit_noise, "vanilla(x, eps[:, :1])", "np.mean(np.sum((x - g(f + eps[:, 0]))**2, axis=1))"),),
        objects=(PROBABILISTIC,), derivations=("probabilistic-autoencoder",), errata=("E001-07", "E001-13")),
    Equation(
        "001-cmp-5", "regularized probabilistic: ... + lambda |f(x_i)|_2^2", "typo",
        correct=SCOPE + "; without the 1/2 in front of the error beta = lambda, with it beta = 2 lambda",
        claims=(claim(unit_noise, "loss(x, eps[:, :1])",
                      "np.mean(np.sum((x - g(f + eps[:, 0]))**2, axis=1) + lam * np.sum(f**2, axis=1))",
                      printed="np.mean(np.sum((x - g(f + eps[:, 0]))**2, axis=1)) + lam * np.sum(f**2)"),),
        objects=(f"{PROBABILISTIC}.code_weight",), derivations=("probabilistic-autoencoder",),
        errata=("E001-05", "E001-07", "E001-14")),
    Equation(
        "001-cmp-6", "the regularized one 'is special case of VAE called beta-VAE'", "wrong",
        correct="it is a special case of beta-VAE, q = N(f(x), I), p = N(g(z), I), beta = lambda; VAE is beta-VAE at beta = 1",
        claims=(claim(unit_noise, "loss(x, eps[:, :1])",
                      "2 * np.mean(lam * gaussian_kl(f, np.zeros((m, k))) - decoder_at(f + eps[:, 0]).log_prob(x)) - n * "
                      "np.log(2 * np.pi)", printed="2 * np.mean(gaussian_kl(f, np.zeros((m, k))) - decoder_at(f"
                      " + eps[:, 0]).log_prob(x)) - n * np.log(2 * np.pi)"),),
        objects=(PROBABILISTIC, f"{VAE}.beta"), derivations=("probabilistic-autoencoder",), errata=("E001-06", "E001-14")),
)

NETWORKS = (
    Equation(
        "001-net-1", "generative network: z ~ N(0, I)", "right",
        claims=(claim(variational, "np.eye(k)", "expectation(np.array([np.outer(z, z) for z in sample_prior(4000, rng)]))"),),
        objects=(f"{VAE}.sample_prior",)),
    Equation(
        "001-net-2", "x ~ p_g(x|z)", "right",
        claims=(claim(variational, "V.T @ V + s2 * np.eye(n) + np.outer(c, c)",
                      "expectation(np.array([np.outer(x, x) for x in sample(4000, rng)]))"),),
        objects=(f"{VAE}.sample", f"{VAE}.decoder_distribution")),
    Equation(
        "001-net-3", "inference network: x ~ p_data", "right",
        claims=(claim(variational, "loss(x, eps)", "np.mean([loss(x[i:i+2], eps[i:i+2]) for i in range(0, m, 2)])"),),
        objects=(f"{VAE}.fit", "npae.datasets.load_digits")),
    Equation(
        "001-net-4", "z ~ q_f(z|x)", "right",
        claims=(claim(variational, "mu**2 + np.exp(logvar)",
                      "expectation(np.array([encoder.sample(rng)**2 for _ in range(2000)]))"),),
        objects=(f"{VAE}.encoder_distribution", "npae.distributions.Gaussian.sample")),
    Equation(
        "001-net-5", "log p(x; g) = log integral p_g(z) p_g(x|z) dz", "right",
        claims=(claim(latent, "log_px", "np.log(integral(lambda z: prior(z) * np.exp(log_px_given(z)), low, high))",
                      tolerance=1e-9),),
        objects=(f"{VAE}.log_likelihood",), derivations=("importance-weighted", "mixture-em"), errata=("E001-08",)),
)

BOUND = (
    Equation(
        "001-elbo-1", "log p(x) = E_q log p(x)", "right",
        claims=(claim(mixture, "log_px", "np.sum(q * log_px)"),),
        objects=(f"{VAE}.elbo", MIXTURE), derivations=("elbo", "mixture-em")),
    Equation(
        "001-elbo-2", "= E_q log [p(x) p(z|x) / p(z|x)]", "right",
        claims=(claim(mixture, "log_px", "np.sum(q * np.log(np.exp(log_px) * posterior / posterior))",
                      "np.sum(q * np.log(np.exp(joint) / posterior))"),),
        objects=(f"{VAE}.elbo", MIXTURE), derivations=("elbo", "mixture-em")),
    Equation(
        "001-elbo-3", "= E_q log [p(x, z) / (q(z|x) p(z|x))]", "wrong",
        correct="= E_q log [p(x, z) q(z|x) / (q(z|x) p(z|x))]; printed is log p(x) + H[q]",
        claims=(claim(mixture, "log_px", "np.sum(q * np.log(np.exp(joint) * q / (q * posterior)))",
                      printed="np.sum(q * np.log(np.exp(joint) / (q * posterior)))"),),
        objects=(f"{VAE}.elbo", MIXTURE), derivations=("elbo", "mixture-em"), errata=("E001-04",)),
    Equation(
        "001-elbo-4", "= E_q log [p(x, z) / q(z|x)] + E_q log [q(z|x) / p(z|x)]", "right",
        claims=(claim(mixture, "log_px", "np.sum(q * np.log(np.exp(joint) / q)) + np.sum(q * np.log(q / posterior))"),),
        objects=(f"{VAE}.elbo", MIXTURE), derivations=("elbo", "mixture-em")),
    Equation(
        "001-elbo-5", "= ELBO + KL(q(z|x), p(z|x))", "right",
        claims=(claim(mixture, "log_px", "elbo + np.sum(q * np.log(q / posterior))"),
                claim(latent, "log_px", "elbo + kl_posterior")),
        objects=(f"{VAE}.elbo", MIXTURE), derivations=("elbo", "mixture-em"), errata=("E001-16",)),
    Equation(
        "001-elbo-6", "ELBO = log p(x) - KL(q(z|x), p(z|x)) <= log p(x)", "right",
        correct="as printed, and tight exactly where q = p(z|x)",
        claims=(claim(latent, "np.exp(elbo)", "np.exp(log_px - kl_posterior)", "np.exp(log_px)", relation="<="),
                claim(mixture, "np.exp(elbo)", "np.exp(log_px - np.sum(q * np.log(q / posterior)))", "np.exp(log_px)",
                      relation="<=")),
        objects=(f"{VAE}.elbo", MIXTURE), derivations=("elbo", "mixture-em"), errata=("E001-16",)),
    Equation(
        "001-elbo2-1..4", "ELBO = E_q log [p(x, z)/q] = E_q log [p(x|z) p(z)/q] = E_q log p(x|z) + E_q log [p(z)/q]", "right",
        claims=(claim(mixture, "elbo", "np.sum(q * (joint - np.log(q)))", "np.sum(q * np.log(np.exp(given) * prior / q))",
                      "np.sum(q * given) + np.sum(q * np.log(prior / q))", "np.sum(q * given) - np.sum(q * np.log(q / prior))"),),
        objects=(f"{VAE}.elbo", MIXTURE), derivations=("elbo",)),
    Equation(
        "001-elbo2-5", "= E_q log p(x|z) - KL(q(z|x), p(z))", "right",
        correct="as printed; it is the correct form of 000-(25)",
        claims=(claim(latent, "elbo", "integral(lambda z: q(z) * log_px_given(z), low, high) - kl_prior", tolerance=1e-9),),
        objects=(f"{VAE}.elbo",), derivations=("elbo",)),
    Equation(
        "001-elbo2-6", "min -1/n sum_i E log p(x_i|z_i) + KL(q(z_i|x_i), p(z_i))", "typo",
        correct="min 1/n sum_i {-E log p(x_i|z_i) + KL_i}: " + SCOPE,
        claims=(claim(variational, "loss(x, eps)", "np.mean([-decoder_at(mu + np.exp(logvar / 2) * eps[:, 0]).log_prob(x)[i]"
                      " + gaussian_kl(mu[i:i+1], logvar[i:i+1]) for i in range(m)])",
                      printed="np.mean(-decoder_at(mu + np.exp(logvar / 2) * eps[:, 0]).log_prob(x))"
                      " + m * gaussian_kl(mu, logvar)"),),
        objects=(f"{VAE}.loss_and_gradients",), derivations=("elbo",), errata=("E001-05",)),
    Equation(
        "001-two-1", "the same objective: reconstruction and divergence", "typo", correct=SCOPE,
        claims=(claim(variational, "terms(x, eps)['kl']", "np.mean(np.sum(0.5 * (mu**2 + np.exp(logvar) - 1 - logvar), axis=1))",
                      printed="np.sum(0.5 * (mu**2 + np.exp(logvar) - 1 - logvar))"),
                claim(variational, "loss(x, eps)", "terms(x, eps)['reconstruction'] + terms(x, eps)['kl']")),
        objects=(f"{VAE}.loss_and_gradients", "npae.penalties.gaussian_kl"), derivations=("elbo", "gaussian-kl"),
        errata=("E001-05",)),
    Equation(
        "001-rep-1", "the same objective, before the trick", "typo", correct=SCOPE,
        claims=(claim(variational, "exact_loss(x)",
                      "0.5 * np.mean(np.sum((x - decode(mu))**2, axis=1) + np.exp(logvar) @ np.sum(V**2, axis=1)) / s2 + n / "
                      "2 * np.log(2 * np.pi * s2) + gaussian_kl(mu, logvar)",
                      printed="0.5 * np.mean(np.sum((x - decode(mu))**2, axis=1) + np.exp(logvar) @ np.sum(V**2, axis=1)) / s2"
                      " + n / 2 * np.log(2 * np.pi * s2) + m * gaussian_kl(mu, logvar)"),),
        objects=(f"{VAE}.loss_and_gradients",), derivations=("elbo", "reparameterization"), errata=("E001-05",)),
    Equation(
        "001-rep-2", "E_eps log p(x_i|f(x_i) + eps) + E_eps log [q_f(f(x_i) + eps|x_i) / p_g(f(x_i) + eps)]", "right",
        correct="right for Sigma = I; the gradient of the sampled divergence is f + eps, of the closed form f",
        claims=(claim(latent, "integral(lambda e: prior(e) * (log_prior(e) - log_prior(unit_noise(mu, e))), -14, 14)",
                      "gaussian_kl(np.array([[mu]]), np.zeros((1, 1)))", tolerance=1e-9),
                claim(variational, "sampled_kl(mu[:, None] + eps, np.zeros((m, 1, k)), eps)",
                      "np.mean(np.sum(normal_log_density(eps[:, 0]) - normal_log_density(mu + eps[:, 0]), axis=1))")),
        objects=("npae.penalties.sampled_kl", f"{VAE}.kl"), derivations=("reparameterization", "gaussian-kl"),
        errata=("E001-05", "E001-17")),
    Equation(
        "001-sgd-1", "step: mu, sigma^2 = f(x)", "right",
        claims=(claim(variational, "encoder.mean", "x @ M + a"), claim(variational, "encoder.logvar", "x @ N + d")),
        objects=(f"{VAE}.encoder_distribution",)),
    Equation(
        "001-sgd-2", "step: z = q_f(z|x)", "typo", correct="z ~ q_f(z|x), that is z = mu + sigma eps",
        claims=(claim(variational, "terms(x, eps)['reconstruction']",
                      "-np.mean(decoder_at(reparameterize(mu[:, None], logvar[:, None], eps)[:, 0]).log_prob(x))",
                      "-np.mean(decoder_at(mu + np.exp(logvar / 2) * eps[:, 0]).log_prob(x))",
                      printed="-np.mean(decoder_at(np.exp(encoder.log_prob(mu"
                      " + np.exp(logvar / 2) * eps[:, 0]))).log_prob(x))"),),
        objects=("npae.latents.reparameterize",), derivations=("reparameterization",), errata=("E001-09",)),
    Equation(
        "001-sgd-3", "step: theta = g(z), then the negative log-likelihood plus the KL", "right",
        claims=(claim(variational, "loss(x, eps)",
                      "gaussian_nll(decode(mu + np.exp(logvar / 2) * eps[:, 0]), x, np.log(s2)) + gaussian_kl(mu, logvar)"),),
        objects=(f"{VAE}.loss_and_gradients",), derivations=("elbo",)),
)

DOCUMENT_001 = (*PLAIN, *UNIT_NOISE, *COMPARISON, *NETWORKS, *BOUND)
