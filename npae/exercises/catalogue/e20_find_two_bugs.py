r"""Exercise 20, find_two_bugs: a variational autoencoder with two wrong lines.

    h      = tanh(x W)                                  (1)
    mu     = h A,   logvar = h B                        (2)
    z      = mu + std eps,   std = exp(logvar / 2)      (3)
    o      = z D                                        (4)
    L      = 1/m sum (o - x)^2 + beta/(2 m) sum (exp(logvar) + mu^2 - logvar - 1)    (5)

m examples, n features, p hidden units, k latent units: x, o (m, n), W (n, p), h (m, p),
A, B (p, k), mu, logvar, std, eps, z (m, k), D (k, n).

Two of the lines (6) to (14) of `vae_backward` are wrong. While one of them is wrong the other
may hide behind it: mend one, look again. Give both numbers in ANSWERS, in any order.

    Derivation   npae/models/variational.py, npae/latents/reparameterization.py
    Check        npae exercise check find_two_bugs
"""

import numpy as np

ANSWERS = {
    # <solution "first": None,      # the number of a wrong line, 6 to 14>
    "first": 9,
    # </solution>
    # <solution "second": None,     # the number of the other one>
    "second": 12,
    # </solution>
}


def vae_backward(x, W, A, B, D, eps, beta):
    """Return dW, dA, dB, dD."""
    m = len(x)
    h = np.tanh(x @ W)
    mu, logvar = h @ A, h @ B
    std = np.exp(logvar / 2)
    z = mu + std * eps
    do = 2 * (z @ D - x) / m                                                    # (6)
    dD = z.T @ do                                                               # (7)
    dz = do @ D.T                                                               # (8)
    # <solution nothing>
    dlogvar = dz * eps * std / 2 + beta * (std ** 2 - 1) / (2 * m)              # (9)
    # </solution>
    # <start>
    # dlogvar = dz * eps * std + beta * (std ** 2 - 1) / (2 * m)                  # (9)
    # </start>
    dmu = dz + beta * mu / m                                                    # (10)
    dA, dB = h.T @ dmu, h.T @ dlogvar                                           # (11)
    # <solution nothing>
    dh = dmu @ A.T + dlogvar @ B.T                                              # (12)
    # </solution>
    # <start>
    # dh = dmu @ A.T + dmu @ B.T                                                  # (12)
    # </start>
    da = dh * (1 - h ** 2)                                                      # (13)
    dW = x.T @ da                                                               # (14)
    return dW, dA, dB, dD


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from pathlib import Path

from npae import latents, layers, losses, penalties
from npae.exercises.answers import Answers, WrongKind
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Exercise, Part
from npae.exercises.gradients import Gradients
from npae.exercises.source import planted_numbers


def heads(x, W, A, B):
    h = layers.tanh(x @ W)
    return h @ A, h @ B


def reconstruction(x, W, A, B, D, eps, beta):
    return losses.squared_error(latents.reparameterize(*heads(x, W, A, B), eps) @ D, x)


def divergence(x, W, A, B, D, eps, beta):
    return beta * penalties.gaussian_kl(*heads(x, W, A, B))


def objective(**inputs):
    return reconstruction(**inputs) + divergence(**inputs)


def draw(rng):
    m, n, p = lengths(rng, 3)
    k = 2
    return {"x": signed(rng, m, n), "W": 0.5 * signed(rng, n, p), "A": signed(rng, p, k), "B": 0.5 * signed(rng, p, k),
            "D": signed(rng, k, n), "eps": signed(rng, m, k), "beta": rng.uniform(0.5, 2)}


def judge(key, answers):
    for answer in (answers["first"], answers["second"]):
        if answer is not None and (type(answer) is not int or not 6 <= answer <= 14):
            raise WrongKind("the number of a line, 6 to 14, is expected.")
    if answers["first"] == answers["second"]:
        raise WrongKind("the two lines are different ones.")
    right = answers[key] in planted_numbers(Path(__file__).read_text(encoding="utf-8"))
    return "" if right else f"line ({answers[key]}) is right."


EXERCISE = Exercise(
    number=20, name="find_two_bugs", kind="find", title="a VAE, two wrong lines", source=__file__,
    steps=(
        Answers((Part("first", 1, "the number of a wrong line"), Part("second", 1, "the number of the other")), judge),
        Gradients(vae_backward, objective, draw, (Part("mended", 2, "all gradients are right"),),
                  together=("dW", "dA", "dB", "dD"), terms={"reconstruction": reconstruction, "divergence": divergence})),
    hints=(
        "dA and dD are right, dB is not. Which lines does dB depend on that dA does not?",
        "std = exp(logvar / 2). What is its derivative by logvar?",
        "With dB right, dW is still wrong, and dA, dB are right: the rest of the way is (12) to (14).",
        "Two heads, two paths back into h. Read both summands aloud."),
)
