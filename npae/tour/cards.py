"""The exhibits on the page, a card each: a drawing of the layers, the idea, the loss, what was measured, the call."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..models import Model, ProbabilisticAutoencoder, VariationalAutoencoder
from .html import bars, element, text
from .training import Result
from .widths import layer_widths

ALWAYS = ("latent_dim", "hidden_dims", "channels", "loss")      # hyperparameters printed also where they are the default
NO_LOSS = (ProbabilisticAutoencoder, VariationalAutoencoder)     # their likelihood is their loss


def cards(results: Sequence[Result], pixels: int) -> str:
    """Return the cards of all exhibits as HTML, for images of so many pixels."""
    stacks = [layer_widths(result.model, pixels) for result in results]
    widest = max(max(widths) for widths, _ in stacks)
    return element("div", "\n".join(_card(number, result, bars(widths, codes, widest))
                                    for number, (result, (widths, codes)) in enumerate(zip(results, stacks), start=1)),
                   class_="cards")


def _card(number: int, result: Result, drawing: str) -> str:
    exhibit, pca = result.exhibit, result.pca
    compared = f"; PCA with {pca.n_components} numbers has {result.pca_error:.2f}" if result.compared else ""
    measured = f"Held-out error {result.error:.2f}{compared}. {exhibit.remark(result)}"
    return element("article", "\n".join((
        element("h3", f'<span class="ordinal">{number}</span> {escape(exhibit.title)}'),
        drawing,
        text("p", exhibit.idea),
        element("p", exhibit.equation, class_="formula"),
        text("p", measured, class_="measured"),
        text("code", _constructor(result.model), class_="constructor"),
    )))


def _constructor(model: Model) -> str:
    """Return the call that builds the model as it was trained."""
    defaults = type(model)().get_params()
    silent = {"loss"} if isinstance(model, NO_LOSS) else {"hidden_dims"} if len(getattr(model, "channels", ())) else set()
    always = set(ALWAYS) - silent
    shown = {name: value for name, value in model.get_params().items()
             if name != "verbose" and (name in always or value != defaults[name])}
    return f"npae.{type(model).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"
