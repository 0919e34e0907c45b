"""Gradient checking: numerical derivatives that know their own error, and findings that name the bug.

    report = check_gradients(affine, affine_backward, {"x": x, "W": W, "b": b})     a pair of functions
    report = check_gradients(model, X)                                              a model, every parameter
    report.raise_if_failed()

Read in this order: lines.py (one slope), numerical.py (all entries), reference.py (which method is proven), compare.py
and judgement.py (the verdict), contract.py (what is checked before any number), checker.py (the steps); then claims.py
(what a wrong gradient may be instead), naming.py (which claim survives a re-test), words.py and report.py (what is said).
"""

from .checker import check_gradients
from .compare import relative_error
from .findings import Finding, TensorRow
from .numerical import Derivative, central_difference, complex_step, richardson
from .report import GradientCheckError, Report
from .stages import Misconception, Paths, Stages

__all__ = ["Derivative", "Finding", "GradientCheckError", "Misconception", "Paths", "Report", "Stages", "TensorRow",
           "central_difference", "check_gradients", "complex_step", "relative_error", "richardson"]


def __dir__() -> list[str]:
    return sorted(__all__)
