"""The stable codes of everything that a gradient check can find, with their titles.

    G0..  the forward function          G2..  wrong values, and which identity they satisfy
    G1..  the contract of backward      G3..  contributions: terms of the loss, paths through the graph
    M...  a misconception of an exercise, simulated and found equal      U  no verdict      K  accepted, for information
    E...  what happens around a student's code (npae/exercises): no number was compared

A code keeps its meaning for ever. `npae explain CODE` says what it means (explanations.py) and shows each of G, K and U with
a worked miniature (miniatures/).
"""

from __future__ import annotations

CODES = {
    "G001": "the forward value is wrong",
    "G101": "wrong shape",
    "G102": "gradients missing or too many",
    "G103": "not finite",
    "G104": "not float64",
    "G105": "an argument was written into",
    "G106": "it accumulates from call to call",
    "G107": "a view of an argument is returned",
    "G108": "not linear in the upstream gradient",
    "G109": "two equal calls differ: something random is drawn in backward",
    "G110": "it depends on another forward pass in between: stale state",
    "G111": "the upstream gradient is ignored",
    "G112": "a function of the upstream gradient is used instead of it",
    "G200": "wrong values, not recognized",
    "G201": "zero",
    "G202": "the gradient of another tensor",
    "G203": "the wrong sign",
    "G204": "the right pattern and the wrong size",
    "G205": "transposed",
    "G206": "the right entries in another order",
    "G207": "one example only",
    "G208": "some rows or columns are left out",
    "G209": "summed or averaged over an axis",
    "G210": "the upstream gradient is averaged or summed first",
    "G211": "the wrong local derivative",
    "G212": "a known array is multiplied in, or missing",
    "G213": "something known is added",
    "G214": "the right direction, a factor that changes from point to point",
    "G215": "a function of the true gradient: absolute value, sign, clipped",
    "G216": "an argument is transposed, or another one stands in its place",
    "G301": "a term of the loss is left out",
    "G302": "a term of the loss counts with the wrong weight",
    "G311": "a path is cut",
    "G312": "a path counts with the wrong weight",
    "K001": "entries on a corner, accepted",
    "U001": "the forward function is random",
    "U002": "the forward value is not finite",
    "U003": "the reference could not be proven",
    "E001": "not written yet",
    "E002": "it raised an exception",
    "E003": "it took too long",
    "E004": "its process died",
    "E005": "the answer is missing or of the wrong kind",
    "E006": "the file is missing or does not import",
    "E007": "a refused operation",
    "E008": "finite differences suspected",
    "E009": "the answer is wrong",
}


def title(code: str) -> str:
    """Return the title of a code; "a known misconception" for those of an exercise."""
    return CODES.get(code, "a known misconception")
