"""Known answers for vector quantization: k-means, a gradient step per code, the uniform source, exact likelihoods."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from ..baselines import lloyd_step
from ..latents import averaged_codebook, codebook_term_backward, nearest_code, updated_averages
from ..models import MaskedAutoencoder, VectorQuantizedAutoencoder
from .result import Check


def quantization_oracle_checks(seed: int = 0) -> Iterator[Check]:
    """Yield the checks of codebooks and of the likelihood of codes."""
    rng = np.random.default_rng(seed)
    yield from averages_are_gradient_steps(rng)
    yield from identity_is_kmeans(rng)
    yield uniform_source(seed)
    yield from likelihood_of_codes(rng)


def averages_are_gradient_steps(rng: np.random.Generator, p: int = 60, k: int = 3, K: int = 5) -> Iterator[Check]:
    """With M = N E, running averages are a gradient step whose size, p (1 - gamma) / (2 N'), is each code's own."""
    z, E, N, decay = rng.normal(size=(p, k)), rng.normal(size=(K, k)), rng.uniform(1, 9, K), 0.9
    j = nearest_code(z, E)
    counts, sums = updated_averages(N, N[:, np.newaxis] * E, z, j, decay)
    step = p * (1 - decay) / (2 * counts[:, np.newaxis])
    descended = E - step * codebook_term_backward(E, z, j)
    yield Check("oracles", "codebook averages", "against a gradient step with a size per code",
                np.abs(averaged_codebook(counts, sums) - descended).max(), 1e-12)
    means, j = lloyd_step(z, E)
    used = np.unique(j)
    yield Check("oracles", "codebook term", "its gradient at the k-means step",
                np.abs(codebook_term_backward(means, z, j)[used]).max(), 1e-12)


def identity_is_kmeans(rng: np.random.Generator, k: int = 2, K: int = 4) -> Iterator[Check]:
    """Identity encoder and decoder, gamma = 0, the whole data as the batch: each step is one step of k-means."""
    x = rng.normal(size=(80, k)) + 4 * rng.integers(0, 2, (80, k))
    model = VectorQuantizedAutoencoder(n_codes=K, n_slots=1, latent_dim=k, hidden_dims=(), ema_decay=0.0, optimizer="sgd",
                                       learning_rate=1e-300, batch_size=len(x), revive_codes=False, dtype="float64")
    model.initialize(k)
    for name in ("encoder.0.W", "decoder.0.W"):
        model.params[name] = np.eye(k)
    model.params["codebook"] = x[:K]
    centers, worst = x[:K], 0.0
    for _ in range(8):
        model.partial_fit(x)
        centers = lloyd_step(x, centers)[0]
        worst = max(worst, np.abs(model.params["codebook"] - centers).max())
    yield Check("oracles", "vector quantized, identity", "codebook against eight steps of k-means, worst", worst, 1e-12)
    yield Check("oracles", "vector quantized, identity", "reconstruction minus the k-means objective",
                abs(-model.score(x) - np.mean(np.sum((x - centers[lloyd_step(x, centers)[1]]) ** 2, axis=1))), 1e-12)


def uniform_source(seed: int, K: int = 8) -> Check:
    """Numbers spread evenly over [0, 1] and K codes: the least squared error is 1 / (12 K^2), with codes at equal distances."""
    x = (np.arange(4000)[:, np.newaxis] + 0.5) / 4000
    model = VectorQuantizedAutoencoder(n_codes=K, n_slots=1, latent_dim=1, hidden_dims=(), ema_decay=0.0, optimizer="sgd",
                                       learning_rate=1e-300, batch_size=len(x), dtype="float64", random_state=seed).initialize(1)
    model.params["encoder.0.W"] = model.params["decoder.0.W"] = np.eye(1)
    model.params["codebook"] = np.linspace(0.1, 0.8, K)[:, np.newaxis]
    for _ in range(300):
        model.partial_fit(x)
    return Check("oracles", "vector quantized, identity", "uniform source: error over 1 / (12 K^2), minus 1",
                 abs(-model.score(x) * 12 * K ** 2 - 1), 0.01)


def likelihood_of_codes(rng: np.random.Generator) -> Iterator[Check]:
    """Whatever its weights, a masked autoencoder is a distribution; trained, it has the entropy of a source that it can learn."""
    every = np.array(list(itertools.product(range(3), repeat=4)), dtype=float)
    model = MaskedAutoencoder(n_codes=3, hidden_dims=(7, 5), activation="tanh", dtype="float64", random_state=0).initialize(4)
    model.theta += rng.normal(size=model.theta.shape)
    yield Check("oracles", "masked", "probabilities of all sequences, sum minus 1",
                abs(np.exp(model.score_samples(every)).sum() - 1), 1e-12)
    first = rng.integers(0, 3, 300)
    follows = np.column_stack([first, (first + 1) % 3, rng.integers(0, 3, 300)])      # log 3 + 0 + log 3 nats
    source = np.array([row for row in itertools.product(range(3), repeat=3) if row[1] == (row[0] + 1) % 3], dtype=float)
    model = MaskedAutoencoder(n_codes=3, hidden_dims=(16,), optimizer="lbfgs", epochs=200, dtype="float64", random_state=0)
    model.fit(source)
    yield Check("oracles", "masked", "nats of a source that it can learn, minus its entropy, 2 log 3",
                abs(-model.score(follows.astype(float)) - 2 * np.log(3)), 1e-3)
