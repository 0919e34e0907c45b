"""Gradient checking: numerical derivatives that know their own error, one metric, and verdicts that can be relied on.

    report = check_gradients(affine, affine_backward, {"x": x, "W": W, "b": b})     a pair of functions
    report = check_gradients(model, X)                                              a model, every parameter
    report.raise_if_failed()

Read in this order: lines.py (one slope), numerical.py (all entries), reference.py (which method is proven), compare.py
and judgement.py (the verdict), contract.py (what is checked before any number), checker.py (the steps), report.py (the
words).
"""

from .checker import check_gradients
from .compare import relative_error
from .numerical import Derivative, central_difference, complex_step, richardson
from .report import Finding, GradientCheckError, Report, TensorRow

__all__ = ["Derivative", "Finding", "GradientCheckError", "Report", "TensorRow", "central_difference",
           "check_gradients", "complex_step", "relative_error", "richardson"]
