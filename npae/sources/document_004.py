"""Document 004, *Autoencoders: an overview*, slides. f is the encoder, g the decoder."""

from __future__ import annotations

from .claim import claim
from .equation import Equation
from .points.arrays import outputs
from .points.densities import latent, variational
from .points.networks import autoencoder, contractive, convolutional, denoising, kl_sparse, penalized, sparse

AUTOENCODER = "npae.models.Autoencoder"
SPARSE = "npae.models.SparseAutoencoder"
VAE = "npae.models.VariationalAutoencoder"

DOCUMENT_004 = (
    Equation(
        "004-math-1", "f(x) = h, 'our CNN'", "right",
        claims=(claim(autoencoder, "encode(x)", "tanh(affine(x, W, b))"),
                claim(convolutional, "encode(x)",
                      "affine(tanh(np.array([[a[q] + np.sum(K[q] * window(row, r, s)) for q in (0, 1) for r in (0, 1)"
                      " for s in (0, 1)] for row in x])), W, b)")),
        objects=("npae.models.ConvolutionalAutoencoder", f"{AUTOENCODER}.transform", "npae.layers.conv2d"),
        derivations=("convolution",)),
    Equation(
        "004-math-2", "g(h) = x", "wrong", correct="g(h) = x^, which is x only where the reconstruction is perfect",
        claims=(claim(autoencoder, "decode(encode(x))", "affine(tanh(affine(x, W, b)), V, c)", printed="x"),),
        objects=(f"{AUTOENCODER}.inverse_transform",), errata=("E004-01",)),
    Equation(
        "004-math-3", "L(x, g(f(x)))", "right",
        claims=(claim(autoencoder, "loss(x)", "squared_error(decode(encode(x)), x)"),),
        objects=(f"{AUTOENCODER}.loss_and_gradients", "npae.losses.LOSSES"), derivations=("squared-error",)),
    Equation(
        "004-under-1", "undercomplete: L(x, g(f(x))), MSE or MAE", "right",
        claims=(claim(outputs, "squared_error(o, x)", "np.sum((o - x)**2) / M"),
                claim(outputs, "absolute_error(o, x)", "np.sum(np.abs(o - x)) / M")),
        objects=("npae.losses.squared_error", "npae.losses.absolute_error"), derivations=("squared-error",)),
    Equation(
        "004-sparse-1", "L(x, g(f(x))) + Omega(h)", "right",
        claims=(claim(penalized, "loss(x)", "squared_error(reconstruct(x), x) + terms(x)['l1_sparsity']"),),
        objects=(SPARSE, "npae.penalties.Penalty"), errata=("E004-06",)),
    Equation(
        "004-L1-1", "L(x, g(f(x)) + lambda h", "wrong", correct="L(x, g(f(x))) + lambda |h|_1",
        claims=(claim(sparse, "loss(x)", "squared_error(reconstruct(x), x) + lam * l1_sparsity(encode(x))",
                      printed="squared_error(reconstruct(x), x) + lam * encode(x)"),),
        objects=(SPARSE, "npae.penalties.l1_sparsity"), derivations=("l1-sparsity",), errata=("E004-02",)),
    Equation(
        "004-L1-2", "L(x, g(f(x)) + lambda sum_i (a_i^h)", "wrong",
        correct="L(x, g(f(x))) + lambda sum_i |a_i^h|; without the bars it has no lower bound for units of either sign",
        claims=(claim(sparse, "loss(x)", "squared_error(reconstruct(x), x) + lam * np.mean(np.sum(np.abs(encode(x)), axis=1))",
                      printed="squared_error(reconstruct(x), x) + lam * np.mean(np.sum(encode(x), axis=1))"),),
        objects=(SPARSE, "npae.penalties.l1_sparsity"), derivations=("l1-sparsity",), errata=("E004-03",)),
    Equation(
        "004-KL-1", "L(x, x) + D_KL(P||Q)", "wrong", correct="L(x, x^) + beta sum_j KL(rho||rho^_j); L(x, x) does not move",
        claims=(claim(kl_sparse, "loss(x)", "squared_error(reconstruct(x), x) + beta * kl_sparsity(y, rho)",
                      printed="squared_error(x, x) + kl_sparsity(y, rho)"),),
        objects=(SPARSE, "npae.penalties.kl_sparsity"), derivations=("kl-sparsity",), errata=("E004-04", "E004-05")),
    Equation(
        "004-cae-1", "L(x, x') + lambda sum_i |grad_x h_i|^2", "right",
        correct="as meant, i a unit of one example (nabla lost its n)",
        claims=(claim(contractive, "loss(x)", "np.mean([np.sum((reconstruct(x)[s] - x[s])**2)"
                      " + lam * sum(np.sum(J[s, i]**2) for i in range(k))"
                      " for s in range(m)])", tolerance=1e-8),),
        objects=("npae.models.ContractiveAutoencoder", "npae.penalties.contraction"),
        derivations=("contraction", "deep-contraction"),
        errata=("E004-07", "E004-08", "E004-13")),
    Equation(
        "004-dae-1", "L(x, g(f(x*)))", "right",
        claims=(claim(denoising, "loss(x, eps)", "squared_error(decode(encode(noisy)), x)"),),
        objects=("npae.models.DenoisingAutoencoder",), derivations=("denoiser",), errata=("E004-09", "E004-10")),
    Equation(
        "004-vae-1", "q(z|x)", "right",
        claims=(claim(variational, "encoder.log_prob(z)", "np.sum(normal_log_density(z, mu, np.exp(logvar)), axis=1)"),),
        objects=(f"{VAE}.encoder_distribution",), errata=("E004-11",)),
    Equation(
        "004-vae-2", "p_model(x|z)", "right",
        claims=(claim(variational, "decoder_at(z).log_prob(x)", "np.sum(normal_log_density(x, decode(z), s2), axis=1)"),),
        objects=(f"{VAE}.decoder_distribution",)),
    Equation(
        "004-vae-3", "E_{z~q} log p_model(x|z) - D_KL(q(z|x) || p_model(z))", "right",
        correct="as meant, the ELBO, to be maximized where the other L are minimized (boldsymbol lost its b)",
        claims=(claim(latent, "elbo", "integral(lambda z: q(z) * log_px_given(z), low, high) - kl_prior", tolerance=1e-9),),
        objects=(f"{VAE}.elbo",), derivations=("elbo",), errata=("E004-13", "E004-14")),
)
