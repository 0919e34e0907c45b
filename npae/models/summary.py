"""A model as text: architecture, objective, training."""

from __future__ import annotations

from typing import Any


def summarize(model: Any) -> str:
    """Return a few lines that say what the model is, how large, and how far it has been trained."""
    lines = [repr(model)]
    if not hasattr(model, "n_features_in_"):
        return lines[0] + "\n  not fitted"
    shapes = model.params.shapes
    widest = max(map(len, shapes))
    lines += [f"  {name:<{widest}}  {' x '.join(map(str, shape)):>12}" for name, shape in shapes.items()]
    lines.append(f"  {model.theta.size:,} parameters in {model.params.dtype}")
    epochs = len(model.history_.get("loss", []))
    if epochs:
        last = ", ".join(f"{name} {values[-1]:.6g}" for name, values in {**model.history_, **model.metrics_}.items()
                         if name != "seconds")
        lines.append(f"  {epochs} epochs in {sum(model.history_['seconds']):.2f} s: {last}")
    return "\n".join(lines + model._diagnostics())
