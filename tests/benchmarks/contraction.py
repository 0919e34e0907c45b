"""What the exact contractive penalty of a deep encoder costs. Run: python -m tests.benchmarks.contraction

One training step's loss and gradient of an encoder 784-256-64-16 (mirrored decoder), batch 128, float32, one BLAS thread:
with the exact penalty, without it, and the ways that form Jacobians: here explicitly in forward mode, in PyTorch (if it is
installed) by autograd of the formula and by jacrev under vmap. Interleaved, medians. Peak memory by tracemalloc, which sees
NumPy's arrays (not PyTorch's); for both, the penalty alone.
"""

import os

for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import statistics
import time
import tracemalloc

import numpy as np

from npae import Autoencoder, ContractiveAutoencoder, network
from npae.penalties import deep_contraction_and_gradients

WIDTHS, BATCH, ROUNDS = (784, 256, 64, 16), 128, 15


def explicit_penalty(S, W):
    """The penalty and its gradients with all Jacobians in memory: forward mode, then back through it by hand."""
    m = len(S[0])
    J, kept = np.broadcast_to(W[0].T, (m, *W[0].T.shape)) * S[0][:, :, None], []
    for s, matrix in zip(S[1:], W[1:]):
        K = matrix.T @ J                                    # (m, d, n)
        kept.append((J, K))
        J = K * s[:, :, None]
    P, dJ = np.sum(J ** 2) / m, 2 * J / m
    dS, dW = [], []
    for (below, K), s, matrix in zip(kept[::-1], S[:0:-1], W[:0:-1]):
        dS.insert(0, np.sum(dJ * K, axis=2))
        dK = dJ * s[:, :, None]
        dW.insert(0, np.tensordot(below, dK, axes=([0, 2], [0, 2])))
        dJ = matrix @ dK
    dS.insert(0, np.sum(dJ * W[0].T, axis=2))
    dW.insert(0, np.sum(dJ * S[0][:, :, None], axis=0).T)
    return P, dS, dW


def peak_mib(call):
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2 ** 20


def torch_ways(x, model):
    """Return PyTorch's two ways to the penalty and its gradient, as callables by name; empty without PyTorch."""
    try:
        import torch
    except ImportError:
        return {}
    torch.set_num_threads(1)
    names = [f"encoder.{i}" for i in range(3)]
    weights = [torch.tensor(model.params[f"{name}.W"], requires_grad=True) for name in names]
    biases = [torch.tensor(model.params[f"{name}.b"], requires_grad=True) for name in names]
    data = torch.tensor(x)

    def encode(one):
        for W, b in zip(weights, biases):
            one = torch.sigmoid(one @ W + b)
        return one

    def formula():
        y, slopes = data, []
        for W, b in zip(weights, biases):
            y = torch.sigmoid(y @ W + b)
            slopes.append(y * (1 - y))
        J = weights[0].T * slopes[0][:, :, None]
        for W, s in zip(weights[1:], slopes[1:]):
            J = (W.T @ J) * s[:, :, None]
        return torch.autograd.grad(J.square().sum() / len(data), weights + biases)

    def jacrev():
        J = torch.func.vmap(torch.func.jacrev(encode))(data)
        return torch.autograd.grad(J.square().sum() / len(data), weights + biases)
    return {"PyTorch, autograd of the explicit formula": formula, "PyTorch, vmap(jacrev)": jacrev}


def main():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, (BATCH, WIDTHS[0])).astype(np.float32)
    common = {"hidden_dims": WIDTHS[1:-1], "latent_dim": WIDTHS[-1], "activation": "sigmoid", "latent_activation": "sigmoid",
              "tied": True, "random_state": 0}
    models = {"plain step": Autoencoder(**common), "step with the exact penalty": ContractiveAutoencoder(**common)}
    for model in models.values():
        model.initialize(WIDTHS[0])
    contractive = models["step with the exact penalty"]
    trace = network.forward(contractive._encoder, contractive.params, x)
    S, W = [step.layer.slope(step.y) for step in trace], [step.layer.matrix(contractive.params) for step in trace]
    ours, theirs = deep_contraction_and_gradients(S, W), explicit_penalty(S, W)
    worst = max(np.abs(a - b).max() / np.abs(b).max() for a, b in zip(ours[1] + ours[2], theirs[1] + theirs[2]))
    ways = {name: (lambda model=model: model._loss_and_gradients(model.params, x, {})) for name, model in models.items()}
    ways["penalty alone, recursion"] = lambda: deep_contraction_and_gradients(S, W)
    ways["penalty alone, explicit Jacobians"] = lambda: explicit_penalty(S, W)
    ways |= torch_ways(x, contractive)
    seconds = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, call in ways.items():
            began = time.process_time()
            call()
            seconds[name].append(time.process_time() - began)
    print(f"encoder {'-'.join(map(str, WIDTHS))}, batch {BATCH}, float32; recursion against explicit: value "
          f"{abs(ours[0] / theirs[0] - 1):.1e}, gradient {worst:.1e} apart\n")
    plain = statistics.median(seconds["plain step"])
    for name, times in seconds.items():
        middle = statistics.median(times)
        spread = f"({min(times) * 1e3:.2f} to {max(times) * 1e3:.2f})"
        print(f"{name:<44}{middle * 1e3:9.2f} ms  {middle / plain:7.1f} plain steps   {spread}")
    loop, full = (peak_mib(ways[f"penalty alone, {kind}"]) for kind in ("recursion", "explicit Jacobians"))
    print(f"\npeak memory of the penalty: recursion {loop:.1f} MiB, explicit Jacobians {full:.1f} MiB, ratio {loop / full:.3f}")
    if len(ways) == 4:
        print("PyTorch is not installed: not measured")


if __name__ == "__main__":
    main()
