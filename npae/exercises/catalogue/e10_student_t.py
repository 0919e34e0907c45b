r"""Exercise 10, student_t: a pull that fades, and the gradient of a hyperparameter.

    P = np.sum((nu + 1) / 2 * np.log(1 + z ** 2 / nu)) / m    (1)

codes z (m, k), degrees of freedom nu > 0 (a number), P a number.

First rung: `cauchy_backward(z)`, the gradient in z for nu = 1.
Second rung: `student_t_backward(z, nu)`, for any nu. Simplify until no fraction stands inside
another one.
Third rung: `degrees_backward(z, nu)`, the gradient in nu itself, a number: nu could be learned.

    Derivation   npae/penalties/student_t_sparsity.py, equation (2)
    Check        npae exercise check student_t
"""

import numpy as np


def cauchy_backward(z):
    """Return dz (m, k), the gradient of (1) for nu = 1."""
    # <solution>
    return 2 * z / (1 + z ** 2) / len(z)
    # </solution>


def student_t_backward(z, nu):
    """Return dz (m, k), the gradient of (1) in the codes."""
    # <solution>
    return (nu + 1) * z / (nu + z ** 2) / len(z)        # (2)
    # </solution>


def degrees_backward(z, nu):
    """Return dnu, a number, the gradient of (1) in the degrees of freedom."""
    # <solution>
    entries = np.log(1 + z ** 2 / nu) - (nu + 1) / nu * z ** 2 / (nu + z ** 2)
    return np.sum(entries) / 2 / len(z)
    # </solution>


# === for the author: nothing below is given out ===

# ruff: noqa: E402
from npae import penalties
from npae.exercises.draws import lengths, signed
from npae.exercises.exercise import Alternative, Exercise, Part
from npae.exercises.gradients import Gradients
from npae.gradcheck import Misconception


def cauchy(z):
    return penalties.student_t_sparsity(z)


def draw_codes(rng):
    return {"z": signed(rng, *lengths(rng, 2))}


def draw(rng):
    return {**draw_codes(rng), "nu": rng.uniform(1.5, 4)}


def in_nu(z, nu, first=1.0, second=1.0):
    return np.sum(first * np.log(1 + z ** 2 / nu) - second * (nu + 1) / nu * z ** 2 / (nu + z ** 2)) / 2 / len(z)


EXERCISE = Exercise(
    number=10, name="student_t", kind="write", title="a pull that fades, and a learned nu", source=__file__,
    steps=(
        Gradients(
            cauchy_backward, cauchy, draw_codes,
            (Part("nu = 1: dz", 1, "the gradient in the codes for nu = 1"),),
            (Misconception("M101", "the inner derivative 2 z is left out", lambda z: 1 / (1 + z ** 2) / len(z),
                           "the logarithm holds 1 + z^2. What is the derivative of that by z?"),
             Misconception("M102", "the 2 of the inner derivative is missing", lambda z: z / (1 + z ** 2) / len(z),
                           "the derivative of z^2 by z has a factor. Does anything cancel it?")),
            {"dz": "student_t_sparsity (2)"}),
        Gradients(
            student_t_backward, penalties.student_t_sparsity, draw,
            (Part("any nu: dz", 1, "the gradient in the codes, equation (2)"),),
            (Misconception("M103", "nu is left out of the denominator", lambda z, nu: (nu + 1) * z / (1 + z ** 2) / len(z),
                           "1 + z^2/nu, brought to one fraction, is what over nu?"),
             Misconception("M104", "the inner derivative 1/nu is left out",
                           lambda z, nu: (nu + 1) * z / (1 + z ** 2 / nu) / len(z),
                           "what is the derivative of z^2/nu by z?"),
             Misconception("M105", "the 1/m is missing: the gradient of the sum over examples",
                           lambda z, nu: (nu + 1) * z / (nu + z ** 2),
                           "(1) is a mean over examples. Where does the 1/m enter?")),
            {"dz": "student_t_sparsity (2)"}),
        Gradients(
            degrees_backward, penalties.student_t_sparsity, draw,
            (Part("learned: dnu", 2, "the gradient in the degrees of freedom"),),
            (Misconception("M106", "only the nu in front of the logarithm is differentiated",
                           lambda z, nu: in_nu(z, nu, second=0), "nu stands in (1) twice. What does each contribute?"),
             Misconception("M107", "only the nu inside the logarithm is differentiated",
                           lambda z, nu: in_nu(z, nu, first=0), "nu stands in (1) twice. What does each contribute?"),
             Misconception("M108", "the two occurrences of nu contribute with the same sign",
                           lambda z, nu: in_nu(z, nu, second=-1), "does z^2/nu grow or fall with nu?")),
            {"dnu": "student_t_sparsity (1)"})),
    hints=(
        "The derivative of log(u) is u'/u. Here u = 1 + z^2/nu.",
        "u' = 2 z / nu in z. Multiply numerator and denominator by nu, and the fraction inside the fraction is gone.",
        "In nu: a product rule. (nu + 1)/2 has the derivative 1/2; the logarithm has u'/u with u' = -z^2/nu^2.",
        "dnu is one number, since nu is one number: it collects from all entries, and is divided by m like P."),
    alternatives=(
        Alternative("fractions inside fractions", {
            "cauchy_backward": lambda z: 2 / (z + 1 / z) / len(z),
            "student_t_backward": lambda z, nu: (nu + 1) / nu * z / (1 + z * z / nu) / len(z),
            "degrees_backward": lambda z, nu: 0.5 / len(z) * (np.sum(np.log(nu + z ** 2) - np.log(nu)) - np.sum(
                (1 + 1 / nu) * (1 - nu / (nu + z ** 2))))}),
        Alternative("mean over examples at the end", {
            "cauchy_backward": lambda z: (z + z) / ((1 + z * z) * len(z)),
            "student_t_backward": lambda z, nu: np.divide(z + nu * z, len(z) * nu + len(z) * z ** 2),
            "degrees_backward": lambda z, nu: np.mean(np.sum(
                np.log1p(z ** 2 / nu) / 2 - (nu + 1) * z ** 2 / (2 * nu * nu + 2 * nu * z ** 2), axis=1))})),
)
