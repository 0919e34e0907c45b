r"""Exercise 11, denoising: a whole step of a denoising autoencoder.

    a = noisy W + b                                     (1)
    h = tanh(a)                                         (2)
    o = h V + c                                         (3)
    L = 1/m sum_ij weight_ij (o_ij - clean_ij)^2        (4)

m examples, n features, k code units: noisy, clean, o (m, n), W (n, k), b (k,), V (k, n),
c (n,), a, h (m, k). weight (m, n) counts the pixels that the noise has touched more than the
others (Vincent et al. 2010). It stands beside the 1/m of (4), not in its place.

`denoising_forward` returns h, o and L. `denoising_backward` gets h and o and goes back line by
line; each line is checked by itself, and the first wrong one is named.

    Derivation   npae/losses/squared_error.py (3), npae/layers/tanh.py (4), npae/models/denoising.py
    Check        npae exercise check denoising
"""

import numpy as np


def denoising_forward(noisy, clean, weight, W, b, V, c):
    """Return h (m, k), o (m, n) and the loss L, a number."""
    # <solution h = None    # (1), (2)>
    h = np.tanh(noisy @ W + b)                          # (1), (2)
    # </solution>
    # <solution o = None    # (3)>
    o = h @ V + c                                       # (3)
    # </solution>
    # <solution L = None    # (4)>
    L = np.sum(weight * (o - clean) ** 2) / len(clean)  # (4)
    # </solution>
    return h, o, L


def denoising_backward(noisy, clean, weight, W, V, h, o):
    """Return the gradients of L in o, c, V, h, a, b and W."""
    # <solution do = None    # (4)>
    do = weight * 2 * (o - clean) / len(clean)          # (4)
    # </solution>
    # <solution dc = None    # (3)>
    dc = do.sum(axis=0)                                 # (3)
    # </solution>
    # <solution dV = None    # (3)>
    dV = h.T @ do                                       # (3)
    # </solution>
    # <solution dh = None    # (3)>
    dh = do @ V.T                                       # (3)
    # </solution>
    # <solution da = None    # (2)>
    da = dh * (1 - h ** 2)                              # (2)
    # </solution>
    # <solution db = None    # (1)>
    db = da.sum(axis=0)                                 # (1)
    # </solution>
    # <solution dW = None    # (1)>
    dW = noisy.T @ da                                   # (1)
    # </solution>
    return {"do": do, "dc": dc, "dV": dV, "dh": dh, "da": da, "db": db, "dW": dW}


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import layers, losses
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.exercises.values import Values
from npae.gradcheck import Misconception, Stages

FORWARD = Stages([
    ("a", lambda noisy, W, b: layers.affine(noisy, W, b)),
    ("h", lambda a: layers.tanh(a)),
    ("o", lambda h, V, c: layers.affine(h, V, c)),
    ("L", lambda o, clean, weight: losses.squared_error(o, clean, weight / len(clean))),
])


def draw(rng):
    m, n, k = lengths(rng, 3)
    clean = rng.uniform(0, 1, (m, n))
    touched = rng.random((m, n)) < 0.4
    return {"noisy": np.where(touched, rng.uniform(-1, 0, (m, n)), clean), "clean": clean,
            "weight": np.where(touched, 2.0, 0.5), "W": 0.5 * signed(rng, n, k), "b": 0.5 * signed(rng, k),
            "V": signed(rng, k, n), "c": signed(rng, n)}


def trusted_forward(**inputs):
    values = FORWARD.values(inputs)
    return values["h"], values["o"], values["L"]


def forward_variant(target=lambda noisy, clean: clean, weigh=True, size=len, first=lambda noisy, clean: noisy):
    def forward(noisy, clean, weight, W, b, V, c):
        h = np.tanh(first(noisy, clean) @ W + b)
        o = h @ V + c
        return h, o, np.sum((weight if weigh else 1) * (o - target(noisy, clean)) ** 2) / size(clean)
    return forward


def variant(target=lambda noisy, clean: clean, weigh=True, slope=lambda h: 1 - h ** 2, first=lambda noisy, clean: noisy):
    def backward(noisy, clean, weight, W, V, h, o):
        do = (weight if weigh else 1) * 2 * (o - target(noisy, clean)) / len(clean)
        da = do @ V.T * slope(h)
        return do, do.sum(axis=0), h.T @ do, do @ V.T, da, da.sum(axis=0), first(noisy, clean).T @ da
    return backward


def loop_forward(noisy, clean, weight, W, b, V, c):
    """One example at a time."""
    h = np.array([np.tanh(row @ W + b) for row in noisy])
    o = np.array([row @ V + c for row in h])
    return h, o, np.mean([weight[i] @ (o[i] - clean[i]) ** 2 for i in range(len(clean))])


def einsum_backward(noisy, clean, weight, W, V, h, o):
    do = (o - clean) * weight * (2 / len(clean))
    dh = np.einsum("in,kn->ik", do, V)
    da = dh - dh * h * h
    return do, np.einsum("in->n", do), np.einsum("ik,in->kn", h, do), dh, da, np.einsum("ik->k", da), \
        np.einsum("in,ik->nk", noisy, da)


def cosh_backward(noisy, clean, weight, W, V, h, o):
    ones = np.ones(len(clean))
    do = (weight * o - weight * clean) / (len(clean) / 2)
    dh = (V @ do.T).T
    da = dh / np.cosh(np.arctanh(h)) ** 2
    return {"do": do, "dc": ones @ do, "dV": (do.T @ h).T, "dh": dh, "da": da, "db": ones @ da, "dW": (da.T @ noisy).T}


EXERCISE = Exercise(
    number=11, name="denoising", kind="write", title="a step of a denoising autoencoder", source=__file__,
    steps=(
        Values(
            denoising_forward, trusted_forward, draw,
            (Part("h", 1, "the code of the corrupted input"),
             Part("o", 1, "the output"),
             Part("L", 1, "the weighted loss against the clean target")),
            (Misconception("M111", "the target is the corrupted input", forward_variant(target=lambda noisy, clean: noisy),
                           "a network that returns its input would then be perfect. What should it learn?"),
             Misconception("M112", "the clean input is encoded", forward_variant(first=lambda noisy, clean: clean),
                           "what does the network see at the time when it is used?"),
             Misconception("M113", "the mean is taken over features too", forward_variant(size=np.size),
                           "(4) divides by m. What does np.mean divide by?"))),
        Gradients(
            denoising_backward, FORWARD, draw,
            (Part("do", 1, "the gradient of the output"),
             Part("dc", 1, "the gradient of the decoder's bias"),
             Part("dV", 1, "the gradient of the decoder's weights"),
             Part("dh", 1, "the gradient of the code"),
             Part("da", 1, "the gradient before the tanh"),
             Part("db", 1, "the gradient of the encoder's bias"),
             Part("dW", 1, "the gradient of the encoder's weights")),
            (Misconception("M114", "the output is compared with the corrupted input", variant(target=lambda noisy, clean: noisy),
                           "what does (4) subtract from o?"),
             Misconception("M115", "the pixel weights are left out of the gradient", variant(weigh=False),
                           "what does a pixel with weight 0 contribute to L, and to do?"),
             Misconception("M116", "the encoder's weights are given the clean input",
                           variant(first=lambda noisy, clean: clean),
                           "which input was multiplied with W in the forward pass?"),
             Misconception("M117", "the slope of a sigmoid behind a tanh", variant(slope=lambda h: h * (1 - h)),
                           "h lies in (-1, 1). Which function of h is the slope of tanh?")),
            {"do": "squared_error (3)", "dc": "affine (4)", "dV": "affine (3)", "dh": "affine (2)", "da": "tanh (4)",
             "db": "affine (4)", "dW": "affine (3)"})),
    hints=(
        "Two inputs, two roles: `noisy` goes into (1) and nowhere else, `clean` into (4) and nowhere else.",
        "The weight multiplies each squared error, so it multiplies each entry of do.",
        "The rest are two affine layers and one tanh, whose slope is 1 - h^2: dc, dV, dh from do, then da, then db, dW.",
        "The gradient of a layer's weights is its input, transposed, times the gradient of its output. The input of the "
        "first layer was the corrupted one."),
    alternatives=(
        Alternative("loops and index notation", {"denoising_forward": loop_forward, "denoising_backward": einsum_backward}),
        Alternative("cosh, and everything transposed", {
            "denoising_forward": lambda noisy, clean, weight, W, b, V, c: (
                np.tanh(noisy @ W + b), (V.T @ np.tanh(W.T @ noisy.T + b[:, None]) + c[:, None]).T,
                losses.squared_error(np.tanh(noisy @ W + b) @ V + c, clean, weight / len(clean))),
            "denoising_backward": cosh_backward})),
)
