r"""Exercise 16, vae_step: the whole backward pass of a variational autoencoder.

    h      = np.tanh(x @ W)                             (1)
    mu     = h @ A                                      (2)
    logvar = h @ B                                      (3)
    z      = mu + np.exp(logvar / 2) * eps              (4)
    o      = z @ D                                      (5)
    R      = np.sum(np.log(1 + np.exp(o)) - x * o) / m  (6)
    K      = 0.5 * np.sum(np.exp(logvar) + mu ** 2 - logvar - 1) / m    (7)
    L      = R + beta * K                               (8)

m examples, n features, p hidden units, k latent units: x, o (m, n), W (n, p), h (m, p),
A, B (p, k), mu, logvar, eps, z (m, k), D (k, n). No biases. R is the Bernoulli loss on logits.

`vae_backward` gets the values of the forward pass and goes back line by line. Two paths meet
in mu, two in logvar, and two in h. Every line is checked by itself, and the first wrong one is
named.

    Derivation   npae/models/variational.py; npae/losses/bernoulli_nll.py (3),
                 npae/latents/reparameterization.py (3), (4), npae/penalties/gaussian_kl.py (5), (6)
    Check        npae exercise check vae_step
"""

import numpy as np


def sigmoid(o):
    """Return 1 / (1 + exp(-o))."""
    return 1 / (1 + np.exp(-o))


def vae_backward(x, W, A, B, D, eps, beta, h, mu, logvar, z, o):
    """Return the gradients of L in o, D, z, mu, logvar, A, B, h and W."""
    # <solution do = None    # (6)>
    do = (sigmoid(o) - x) / len(x)                                              # (6)
    # </solution>
    # <solution dD = None    # (5)>
    dD = z.T @ do                                                               # (5)
    # </solution>
    # <solution dz = None    # (5)>
    dz = do @ D.T                                                               # (5)
    # </solution>
    # <solution dmu = None    # (4) and (7)>
    dmu = dz + beta * mu / len(x)                                               # (4) and (7): two paths
    # </solution>
    # <solution dlogvar = None    # (4) and (7)>
    dlogvar = dz * eps * np.exp(logvar / 2) / 2 + beta * (np.exp(logvar) - 1) / 2 / len(x)  # (4) and (7): two paths
    # </solution>
    # <solution dA = None    # (2)>
    dA = h.T @ dmu                                                              # (2)
    # </solution>
    # <solution dB = None    # (3)>
    dB = h.T @ dlogvar                                                          # (3)
    # </solution>
    # <solution dh = None    # (2) and (3)>
    dh = dmu @ A.T + dlogvar @ B.T                                              # (2) and (3): two paths
    # </solution>
    # <solution dW = None    # (1)>
    dW = x.T @ (dh * (1 - h ** 2))                                              # (1)
    # </solution>
    return {"do": do, "dD": dD, "dz": dz, "dmu": dmu, "dlogvar": dlogvar, "dA": dA, "dB": dB,
            "dh": dh, "dW": dW}


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import latents, layers, losses, penalties
from npae.exercises.draws import signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception, Stages

FORWARD = Stages([
    ("h", lambda x, W: layers.tanh(x @ W)),
    ("mu", lambda h, A: h @ A),
    ("logvar", lambda h, B: h @ B),
    ("z", lambda mu, logvar, eps: latents.reparameterize(mu, logvar, eps)),
    ("o", lambda z, D: z @ D),
    ("L", lambda o, x, mu, logvar, beta: losses.bernoulli_nll(o, x) + beta * penalties.gaussian_kl(mu, logvar)),
])


def draw(rng):
    n, p, k = (int(length) for length in rng.permutation([2, 3, 5]))
    m = 7
    return {"x": rng.integers(0, 2, (m, n)).astype(float), "W": signed(rng, n, p), "A": signed(rng, p, k),
            "B": 0.5 * signed(rng, p, k), "D": signed(rng, k, n), "eps": signed(rng, m, k), "beta": rng.uniform(1.5, 4)}


def variant(noise=0.5, mean_pull=1.0, variance_pull=1.0, size=len, from_mu=1, from_logvar=1, beta_counts=True):
    def backward(x, W, A, B, D, eps, beta, h, mu, logvar, z, o):
        weight = (beta if beta_counts else 1) / size(mu)
        do = (sigmoid(o) - x) / len(x)
        dz = do @ D.T
        dmu = dz + mean_pull * weight * mu
        dlogvar = noise * dz * eps * np.exp(logvar / 2) + variance_pull * weight * (np.exp(logvar) - 1) / 2
        dh = from_mu * dmu @ A.T + from_logvar * dlogvar @ B.T
        return do, z.T @ do, dz, dmu, dlogvar, h.T @ dmu, h.T @ dlogvar, dh, x.T @ (dh * (1 - h ** 2))
    return backward


def stacked_heads(x, W, A, B, D, eps, beta, h, mu, logvar, z, o):
    """Both heads as one affine layer of width 2k."""
    do = ((1 + np.tanh(o / 2)) / 2 - x) / len(x)
    dz = np.einsum("in,kn->ik", do, D)
    pull = beta / len(x) * np.hstack([mu, np.expm1(logvar) / 2])
    dheads = np.hstack([dz, dz * (z - mu) / 2]) + pull
    k = mu.shape[1]
    dAB, dh = h.T @ dheads, dheads @ np.hstack([A, B]).T
    return do, np.einsum("ik,in->kn", z, do), dz, dheads[:, :k].copy(), dheads[:, k:].copy(), dAB[:, :k].copy(), \
        dAB[:, k:].copy(), dh, x.T @ (dh - dh * h * h)


def through_std(x, W, A, B, D, eps, beta, h, mu, logvar, z, o):
    """By way of the standard deviation: KL = sum (std^2 + mu^2 - 1) / 2 - log std."""
    std, m = np.sqrt(np.exp(logvar)), len(x)
    do = np.where(x > 0.5, -sigmoid(-o), sigmoid(o)) / m
    dz = (D @ do.T).T
    dstd = dz * eps + beta * (std - 1 / std) / m
    dmu, dlogvar = beta / m * mu + dz, dstd * std / 2
    dh = (A @ dmu.T + B @ dlogvar.T).T
    return {"do": do, "dD": (do.T @ z).T, "dz": dz, "dmu": dmu, "dlogvar": dlogvar, "dA": (dmu.T @ h).T,
            "dB": (dlogvar.T @ h).T, "dh": dh, "dW": ((dh / np.cosh(np.arctanh(h)) ** 2).T @ x).T}


EXERCISE = Exercise(
    number=16, name="vae_step", kind="write", title="the variational autoencoder, whole", source=__file__,
    steps=(
        Gradients(
            vae_backward, FORWARD, draw,
            (Part("do", 1, "the logits"),
             Part("dD", 1, "the decoder's weights"),
             Part("dz", 1, "the sample"),
             Part("dmu", 2, "the mean: two paths"),
             Part("dlogvar", 2, "the log-variance: two paths"),
             Part("dA", 1, "the weights of the mean"),
             Part("dB", 1, "the weights of the log-variance"),
             Part("dh", 2, "the hidden units: two paths"),
             Part("dW", 1, "the encoder's weights")),
            (Misconception("M161", "the divergence does not reach the log-variance", variant(variance_pull=0),
                           "logvar stands in (4) and in (7). What does (7) contribute?"),
             Misconception("M162", "the divergence does not reach the mean", variant(mean_pull=0),
                           "mu stands in (4) and in (7). What does (7) contribute?"),
             Misconception("M163", "the noise does not reach the log-variance", variant(noise=0),
                           "logvar stands in (4) and in (7). What does (4) contribute?"),
             Misconception("M164", "the 1/2 in the exponent of (4) is left out", variant(noise=1),
                           "what is the derivative of exp(logvar / 2) by logvar?"),
             Misconception("M165", "the divergence is averaged over the latent units: beta/k instead of beta",
                           variant(size=np.size), "(7) divides by m. What does np.mean divide by?"),
             Misconception("M166", "beta is left out", variant(beta_counts=False),
                           "with which weight does K stand in (8)?"),
             Misconception("M167", "the hidden units hear of the mean only", variant(from_logvar=0),
                           "h goes into two heads. Which of them sends nothing back?"),
             Misconception("M168", "the hidden units hear of the log-variance only", variant(from_mu=0),
                           "h goes into two heads. Which of them sends nothing back?")),
            {"do": "bernoulli_nll (3)", "dD": "affine (3)", "dz": "affine (2)", "dmu": "reparameterization (3), gaussian_kl (5)",
             "dlogvar": "reparameterization (4), gaussian_kl (6)", "dA": "affine (3)", "dB": "affine (3)",
             "dh": "affine (2)", "dW": "affine (3)"}),),
    hints=(
        "All the pieces are earlier exercises: bernoulli_nll for do, affine for dD and dz, reparameterization and "
        "gaussian_kl for dmu and dlogvar.",
        "mu and logvar reach L in two ways: through the sample z, and through K. Add the two; beta multiplies the second "
        "and not the first.",
        "From z: dz for mu; dz times the noise times half the standard deviation for logvar.",
        "h reaches L through mu and through logvar: two products with transposed weights, added. Behind h comes the slope "
        "of tanh, 1 - h^2, and then (1) as an affine layer."),
    alternatives=(
        Alternative("both heads as one layer", {"vae_backward": stacked_heads}),
        Alternative("by way of the standard deviation", {"vae_backward": through_std})),
)
