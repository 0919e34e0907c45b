r"""Exercise 17, vector_quantization: gradients that are copied straight through.

    j = index of the codebook row nearest to each z     (1)
    e = E[j]                                            (2)
    q = stopped(e) + (z - stopped(z))                   (3)
    o = q @ D                                           (4)
    L = np.sum((o - x) ** 2) / m + np.sum((e - stopped(z)) ** 2) / m
                             + beta * np.sum((z - stopped(e)) ** 2) / m      (5)

m examples, n features, codes z (m, k), codebook E (K, k), decoder D (k, n). `stopped(v)` is a
constant with the value of v: nothing flows back into it. In (3) the value is e and the gradient
is that of z: it is copied straight through. The second term of (5) moves the codebook, the
third holds the codes to it. Nothing differentiates the choice (1): j is a constant as well.

To make all this checkable the constants are arguments of their own: `sz` is stopped(z), `se` is
stopped(e), so q = se + (z - sz).

First: `nearest(z, E)`, and `quantize(z, E)`, the values of (1) and (2).
Then `vq_backward(x, z, E, D, beta, j, sz, se, q)`, the gradients of L with the constants fixed;
the gradient in o is for you to write as well, though nobody asks for it.

    Derivation   npae/latents/quantization.py (1) to (9), npae/layers/affine.py (2), (3);
                 npae derive vector-quantization
    Check        npae exercise check vector_quantization
"""

import numpy as np


def nearest(z, E):
    """Return j (m,), the number of the row of E (K, k) that is nearest to each row of z (m, k)."""
    # <solution>
    distances = np.sum((z[:, None, :] - E) ** 2, axis=2)        # (m, K)
    return np.argmin(distances, axis=1)
    # </solution>


def quantize(z, E):
    """Return e (m, k), the nearest row of the codebook for each row of z."""
    # <solution>
    return E[nearest(z, E)]
    # </solution>


def vq_backward(x, z, E, D, beta, j, sz, se, q):
    """Return the gradients of L in D, q, z and E."""
    # <solution nothing>
    m = len(x)
    do = 2 * (q @ D - x) / m
    # </solution>
    # <solution dD = None    # (4)>
    dD = q.T @ do                                               # (4)
    # </solution>
    # <solution dq = None    # (4)>
    dq = do @ D.T                                               # (4)
    # </solution>
    # <solution dz = None    # (3) and (5)>
    dz = dq + 2 * beta * (z - se) / m                           # (3) and (5): two paths
    # </solution>
    # <solution dE = None    # (2) and (5)>
    dE = np.zeros_like(E)
    np.add.at(dE, j, 2 * (E[j] - sz) / m)                       # (2) and (5)
    # </solution>
    return {"dD": dD, "dq": dq, "dz": dz, "dE": dE}


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import latents, losses
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.exercises.values import Values
from npae.gradcheck import Misconception, Stages

FORWARD = Stages([
    ("q", lambda z, sz, se: latents.straight_through(z, sz, se)),
    ("L", lambda q, D, x, E, sz, j, beta, z, se: losses.squared_error(q @ D, x) + latents.codebook_term(E, sz, j)
        + beta * latents.commitment(z, se)),
])


def draw(rng):
    """Two codes at least are used, and one of them twice."""
    m, n, k = lengths(rng, 3)
    used = np.zeros(1)
    while len(used) < 2 or used.max() < 2:
        z, E = signed(rng, m, k), signed(rng, 4, k)
        j = latents.nearest_code(z, E)
        used = np.bincount(j)[np.unique(j)]
    return {"x": signed(rng, m, n), "z": z, "E": E, "D": signed(rng, k, n), "beta": rng.uniform(0.1, 0.5),
            "j": j, "sz": z.copy(), "se": latents.chosen_vectors(E, j)}


def draw_codes(rng):
    """The nearest code is not always the one of the largest inner product."""
    m, k = lengths(rng, 2)
    while True:
        z, E = signed(rng, m, k), signed(rng, 4, k)
        if not np.array_equal(latents.nearest_code(z, E), np.argmax(z @ E.T, axis=1)):
            return {"z": z, "E": E}


def trusted_quantize(z, E):
    return latents.chosen_vectors(E, latents.nearest_code(z, E))


def variant(copied=1, commitment=1, codebook=1, swapped=False, mean=False, add=True, total=False):
    def backward(x, z, E, D, beta, j, sz, se, q):
        m = len(x)
        own = 1 if total else m
        do = 2 * (q @ D - x) / m
        dq = do @ D.T
        dz = copied * dq + commitment * (1 if swapped else beta) * 2 * (z - se) / own
        parts = codebook * (beta if swapped else 1) * 2 * (E[j] - sz) / own
        dE = np.zeros_like(E)
        if add:
            np.add.at(dE, j, parts)
        else:
            dE[j] += parts                              # one of the examples of each code, the last one, wins
        if mean:
            dE *= m / np.maximum(np.bincount(j, minlength=len(E)), 1)[:, None]
        return q.T @ do, dq, dz, dE
    return backward


def one_hot(x, z, E, D, beta, j, sz, se, q):
    """With the assignment as a matrix of zeros and ones."""
    H = (j[:, None] == np.arange(len(E))) * 1.0
    do = (q @ D - x) * (2 / len(x))
    dq = np.einsum("in,kn->ik", do, D)
    return np.einsum("ik,in->kn", q, do), dq, dq + (z - se) * (2 * beta / len(x)), 2 / len(x) * (H.T @ H @ E - H.T @ sz)


def distance_by_distance(z, E):
    return np.array([np.argmin([np.linalg.norm(row - code) for code in E]) for row in z])


def code_by_code(x, z, E, D, beta, j, sz, se, q):
    m = len(x)
    do = (q @ D + q @ D - x - x) / m
    dE = np.array([np.sum(E[code] - sz[j == code], axis=0) * 2 / m for code in range(len(E))])
    return {"dD": (do.T @ q).T, "dq": (D @ do.T).T, "dz": (D @ do.T).T - 2 * beta * (se - z) / m, "dE": dE}


EXERCISE = Exercise(
    number=17, name="vector_quantization", kind="write", title="copied straight through", source=__file__,
    steps=(
        Values(nearest, latents.nearest_code, draw_codes, (Part("nearest: j", 1, "the nearest rows, equation (1)"),),
               (Misconception("M171", "the farthest row is chosen",
                              lambda z, E: np.argmax(np.sum((z[:, None] - E) ** 2, axis=2), axis=1),
                              "is the nearest row the one of the smallest or of the largest distance?"),
                Misconception("M172", "the row of the largest inner product is chosen, whatever its length",
                              lambda z, E: np.argmax(z @ E.T, axis=1),
                              "|z - e|^2 = |z|^2 - 2 z.e + |e|^2. Which term is missing?")),
               {"j": "quantization (1)"}),
        Values(quantize, trusted_quantize, draw_codes, (Part("quantize: e", 1, "the rows themselves, equation (2)"),),
               equations={"e": "quantization (2)"}),
        Gradients(
            vq_backward, FORWARD, draw,
            (Part("dD", 1, "the decoder's weights"),
             Part("dq", 1, "the decoder's input"),
             Part("dz", 2, "the codes: two paths"),
             Part("dE", 2, "the codebook")),
            (Misconception("M173", "nothing is copied straight through: the codes do not hear of the reconstruction",
                           variant(copied=0), "z stands twice in (3). Which of the two is a constant?"),
             Misconception("M174", "the commitment term is missing", variant(commitment=0),
                           "z stands in (3) and in the last term of (5). What does the last term contribute?"),
             Misconception("M175", "the codebook has no gradient", variant(codebook=0),
                           "which term of (5) contains e and not its stopped copy?"),
             Misconception("M176", "beta multiplies the codebook term instead of the commitment", variant(swapped=True),
                           "which of the two distances in (5) stands behind beta?"),
             Misconception("M177", "only the last example of each code moves it", variant(add=False),
                           "dE[j] += ... with a repeated index: how often is it added?"),
             Misconception("M178", "a code's examples are averaged instead of summed", variant(mean=True),
                           "(5) divides by m, whatever the number of examples of a code. What is divided by here?"),
             Misconception("M179", "codebook and commitment terms are summed over the batch", variant(total=True),
                           "repeat every example: which terms of (5) grow?")),
            {"dD": "affine (3)", "dq": "affine (2)", "dz": "quantization (6), (9)", "dE": "quantization (8)"})),
    hints=(
        "For (1), all differences at once: z[:, None, :] - E has the shape (m, K, k). Square, sum, and take the place of "
        "the smallest.",
        "Treat sz, se and j as numbers that were typed in. Then q = z + constant, and the three terms of (5) are squared "
        "errors of three different things.",
        "z is in q (slope 1: that is the straight-through copy) and in the third term. E is in the second term alone.",
        "Row j_i of E collects from every example i that chose it. dE[j] += ... keeps only the last of them; "
        "np.add.at(dE, j, ...) adds them all."),
    alternatives=(
        Alternative("the assignment as a matrix", {
            "nearest": lambda z, E: np.argmin(np.sum(E ** 2, axis=1) - 2 * z @ E.T, axis=1),
            "quantize": lambda z, E: (distance_by_distance(z, E)[:, None] == np.arange(len(E))) @ E,
            "vq_backward": one_hot}),
        Alternative("one code at a time", {
            "nearest": distance_by_distance,
            "quantize": lambda z, E: np.array([min(E, key=lambda code: np.sum((row - code) ** 2)) for row in z]),
            "vq_backward": code_by_code})),
)
