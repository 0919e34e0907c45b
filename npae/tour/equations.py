"""The equations of the tour, set with HTML and Unicode: italic letters, sub- and superscripts, one kind of fraction."""

from __future__ import annotations

import re
from html import escape


def tex(text: str) -> str:
    """Return HTML for a small notation: letters italic, x_i and W_{12} lowered, W^T raised, |m the fraction 1/m.

    Words in straight quotes stay upright: 'encoder'.
    """
    html = []
    for piece in re.findall(r"'[^']*'|\|m|[_^](?:\{[^}]*\}|.)|[A-Za-zα-ωℓ]\u0303?|.", text):
        if piece.startswith("'"):
            html.append(f"<span class=\"word\">{piece[1:-1]}</span>")
        elif piece == "|m":
            html.append("<span class=\"frac\"><span>1</span><span><i>m</i></span></span>")
        elif piece[0] in "_^":
            tag = "sub" if piece[0] == "_" else "sup"
            inside = piece[1:].strip("{}")
            html.append(f"<{tag}>{tex(inside)}</{tag}>")
        else:
            html.append(f"<i>{piece}</i>" if piece[0].isalpha() else escape(piece))
    return "".join(html)


LINEAR_EQUATION = tex("L = |m ∑_i ‖x_i − (x_i W + b) W^T − c‖^2")
MSE_EQUATION = tex("L = |m ∑_i ‖x_i − 'decoder'('encoder'(x_i))‖^2")
BCE_EQUATION = tex("L = |m ∑_i ∑_j ( 'softplus'(o_{ij}) − x_{ij} o_{ij} )")
TIED_EQUATION = tex("L = |m ∑_i ‖x_i − o_i‖^2 + λ ∑_l ‖W_l‖^2")
SPARSE_EQUATION = tex("L = |m ∑_i ( ‖x_i − o_i‖^2 + λ ∑_j |z_{ij}| )")
DENOISING_EQUATION = tex("L = |m ∑_i ‖x_i − 'decoder'('encoder'(x_i + σ ε_i))‖^2")
STACKED_EQUATION = tex("L = |m ∑_i ( ‖x_i − o_i‖^2 − 'log' p('label'_i | z_i) )")
CONTRACTIVE_EQUATION = tex("L = |m ∑_i ( ‖x_i − o_i‖^2 + λ ‖∂z_i/∂x_i‖^2 )")
PROBABILISTIC_EQUATION = tex("L = |m ∑_i ( ‖x_i − 'decoder'(f_i + ε_i)‖^2 + λ ‖f_i‖^2 )")
VARIATIONAL_EQUATION = tex("L = |m ∑_i ( −'log' p(x_i | z_i) + 'KL'(q(z|x_i) ‖ p) )")
CONVOLUTIONAL_EQUATION = (tex("L = |m ∑_i ‖x_i − o_i‖^2 + λ ∑_l ‖W_l‖^2") + "<br>"
                          + tex("a_{rs} = b + ∑_{uv} w_{uv} x_{2r+u,2s+v}"))
VECTOR_QUANTIZED_EQUATION = tex("L = |m ∑_i ( ‖x_i − o_i‖^2 + β ‖z_i − 'stop'(e_i)‖^2 )")
HIERARCHICAL_EQUATION = tex("L = |m ∑_i ( ‖x_i − o_i‖^2 + β ∑_l ‖z_{il} − 'stop'(e_{il})‖^2 )")

# The equation of the whole library: left side, right side, what can be exchanged in it. All HTML.
THE_EQUATION = (
    (tex("x̃"), tex("'corrupt'(x)"), "the input, perhaps with noise"),
    (tex("s"), tex("'encoder'(x̃)"), "a stack of layers"),
    (tex("z"), tex("'latent'(s)"),
     "the code: <i>s</i> itself, or with noise, or drawn from a distribution, or the nearest vector of a codebook"),
    (tex("o"), tex("'decoder'(z)"), "a stack of layers, perhaps the encoder’s turned round"),
    (tex("L"), tex("|m ∑_i ℓ(x_i, o_i) + ∑_k λ_k P_k"),
     "how far <i>o</i> is from the clean <i>x</i>, averaged over <i>m</i> images, and the price of what is not wanted"),
)
