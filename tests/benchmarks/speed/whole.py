"""(f) from the start of a process to the trained model, 50 epochs: `python -m tests.benchmarks.speed.whole NAME`."""

from __future__ import annotations

import sys

from npae import load_digits

EPOCHS, BATCH, WIDTHS = 50, 64, (64, 32, 8, 32, 64)


def npae(X) -> None:
    """Fit npae's model."""
    from npae import Autoencoder
    Autoencoder(hidden_dims=WIDTHS[1:2], latent_dim=WIDTHS[2], loss="bce", epochs=EPOCHS, batch_size=BATCH, random_state=0).fit(X)


def pytorch(X) -> None:
    """Fit the same in PyTorch, eager, with its fused Adam."""
    import torch
    torch.set_num_threads(1)
    linear, relu = torch.nn.Linear, torch.nn.ReLU
    n, h, k = WIDTHS[:3]
    model = torch.nn.Sequential(linear(n, h), relu(), linear(h, k), linear(k, h), relu(), linear(h, n))
    optimizer, X = torch.optim.Adam(model.parameters(), fused=True), torch.from_numpy(X)
    for _ in range(EPOCHS):
        order = torch.randperm(len(X))
        for start in range(0, len(X), BATCH):
            x = X[order[start:start + BATCH]]
            optimizer.zero_grad()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(model(x), x, reduction="sum") / len(x)
            loss.backward()
            optimizer.step()


def jax(X) -> None:
    """Fit the same in JAX, a jitted step."""
    from .configurations import CONFIGURATIONS
    from .jax_peer import make
    epoch = make()(CONFIGURATIONS["f"])
    for _ in range(EPOCHS):
        epoch()


def scikit(X) -> None:
    """Fit scikit-learn's regressor, with squared error: it has no cross-entropy for targets in between."""
    from sklearn.neural_network import MLPRegressor
    MLPRegressor(hidden_layer_sizes=WIDTHS[1:-1], batch_size=BATCH, max_iter=EPOCHS, n_iter_no_change=EPOCHS, tol=0.0,
                 alpha=0.0).fit(X, X)


def nothing(X) -> None:
    """Load the data alone: what the process costs before anything is trained."""


WAYS = {"npae": npae, "PyTorch": pytorch, "JAX": jax, "scikit-learn": scikit, "nothing": nothing}

if __name__ == "__main__":
    import warnings
    warnings.simplefilter("ignore")
    WAYS[sys.argv[1]](load_digits().X_train)
