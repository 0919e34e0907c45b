"""PyTorch: the same models on plain tensors (no nn.Module around them, which would cost it more), autograd, its Adam."""

from __future__ import annotations

from collections.abc import Callable

from .configurations import CONTRACTION, DECAY, RHO, SPARSITY, Configuration
from .contender import LEARNING_RATE, Contender, Missing, initial_parameters, layer_names

try:
    import torch
except ImportError:
    torch = None    # type: ignore[assignment]


def loss(configuration: Configuration, params, x, eps=None, penalty: str = "formula"):
    """Return npae's loss of a batch as a scalar tensor. penalty: how the contraction is formed where there is one."""
    activation = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[configuration.activation]

    def run(names, h, last):
        for name in names:
            h = torch.addmm(params[f"{name}.b"], h, params[f"{name}.W"])
            h = last(h) if name == names[-1] else activation(h)
        return h

    encoder, decoder = layer_names(configuration, "encoder"), layer_names(configuration, "decoder")
    extra = 0.0
    if configuration.kind == "vae":
        h = run(encoder, x, activation)
        mu = torch.addmm(params["encoder.mu.b"], h, params["encoder.mu.W"])
        logvar = torch.addmm(params["encoder.logvar.b"], h, params["encoder.logvar.W"])
        eps = torch.randn_like(mu) if eps is None else eps
        z = mu + torch.exp(0.5 * logvar) * eps
        extra = 0.5 * (mu ** 2 + torch.exp(logvar) - 1 - logvar).sum() / len(x)
    else:
        z = run(encoder, x, (lambda a: a) if configuration.code == "identity" else activation)
    o = run(decoder, z, torch.sigmoid if configuration.kind == "sparse" else lambda a: a)
    if configuration.kind == "contractive":
        extra = CONTRACTION * _contraction(params, encoder, x, penalty) / len(x)
    if configuration.kind == "sparse":
        r = z.mean(0)
        extra = SPARSITY * (RHO * torch.log(RHO / r) + (1 - RHO) * torch.log((1 - RHO) / (1 - r))).sum()
        extra = extra + DECAY * sum((W ** 2).sum() for name, W in params.items() if name.endswith(".W"))
    if configuration.loss == "mse":
        return ((o - x) ** 2).sum() / len(x) + extra
    return torch.nn.functional.binary_cross_entropy_with_logits(o, x, reduction="sum") / len(x) + extra


def _contraction(params, names, x, penalty):
    """The squared norm of the code's Jacobian: by the formula for one layer, or by two ways of automatic differentiation."""
    def code(row):
        for name in names:
            row = torch.sigmoid(row @ params[f"{name}.W"] + params[f"{name}.b"])
        return row

    if penalty == "jacrev":
        return (torch.func.vmap(torch.func.jacrev(code))(x) ** 2).sum()
    if penalty == "double backward":
        x = x.detach().requires_grad_()
        z = code(x)
        rows = (torch.autograd.grad(z[:, j].sum(), x, create_graph=True)[0] for j in range(z.shape[1]))
        return sum((row ** 2).sum() for row in rows)
    s = [code_slope(params, names[:i + 1], x) for i in range(len(names))]
    if len(names) == 1:
        return (s[0] ** 2 * (params[f"{names[0]}.W"] ** 2).sum(0)).sum()
    first, second = (params[f"{name}.W"] for name in names)
    V = s[1][:, :, None] * second.T[None] * s[0][:, None, :]            # (m, k, d): rows at the first layer's pre-activations
    return ((V @ (first.T @ first)) * V).sum()


def code_slope(params, names, x):
    """Return s'(a) of the last of these sigmoid layers."""
    for name in names:
        x = torch.sigmoid(x @ params[f"{name}.W"] + params[f"{name}.b"])
    return x * (1 - x)


def make(fused: bool = True, compiled: bool = False, penalty: str = "formula") -> Contender:
    """Return the contender with these choices."""
    def contender(configuration: Configuration) -> Callable[[], float]:
        if torch is None:
            raise Missing("PyTorch is not installed")
        if penalty != "formula" and configuration.kind != "contractive":
            raise Missing("no penalty in this configuration")
        torch.manual_seed(0)
        X = torch.from_numpy(configuration.data())
        params = {name: torch.tensor(array).requires_grad_() for name, array in initial_parameters(configuration).items()}
        optimizer = torch.optim.Adam(params.values(), lr=LEARNING_RATE, fused=fused)

        def value(x):
            return loss(configuration, params, x, penalty=penalty)

        forward = torch.compile(value) if compiled else value

        def epoch() -> float:
            total, order = 0.0, torch.randperm(len(X))
            for start in range(0, len(X), configuration.batch):
                x = X[order[start:start + configuration.batch]]
                optimizer.zero_grad(set_to_none=True)
                L = forward(x)
                L.backward()
                optimizer.step()
                total += L.item() * len(x)
            return total / len(X)

        return epoch

    return contender
