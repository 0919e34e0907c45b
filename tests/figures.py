"""The figures of the README, made by one command: `python -m tests.figures [--out DIR] [--quick]`, half a minute.

Every figure is what a model of this very run has made of data that it has not seen, or what a check has found in it.
"""

from __future__ import annotations

import argparse
import io
import time
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image  # matplotlib brings it

import npae
from npae import plots
from npae.applications import neighbour_accuracy
from npae.baselines import NoisedDensity, wiener_filter
from npae.demos.denoising_spiral import ARMS, SD, TURNS, spiral_points
from npae.diagrams import architecture
from npae.layers import affine, affine_backward
from npae.tour import figures as tour_figures
from npae.tour.plain import PLAIN
from npae.tour.training import Result, train_all

FOLDER = Path(__file__).parents[1] / "notebooks" / "figures"
DPI, SHADES = 150, 128        # so many colours are enough for each, and make files small
DIGITS = npae.load_digits()


@cache
def toured(quick: bool) -> list[Result]:
    """Return the first models of the tour, trained."""
    return train_all(PLAIN, DIGITS, quick, io.StringIO())


def tour(quick: bool) -> Figure:
    """Ten held-out digits, and what PCA and four autoencoders make of them."""
    return tour_figures.reconstructions(toured(quick), DIGITS).pictures[0]


def maps(quick: bool) -> Figure:
    """Held-out digits at codes of two numbers."""
    deep = next(result for result in toured(quick) if result.code_size == 2)
    models = {"PCA, two numbers": deep.pca, "Autoencoder, two numbers": deep.model}
    right = {name: neighbour_accuracy(model.transform(DIGITS.X_train), DIGITS.y_train, model.transform(DIGITS.X_test),
                                      DIGITS.y_test) for name, model in models.items()}
    notes = {name: f"neighbours name {share:.0%} rightly" for name, share in right.items()}
    return plots.scatter_codes({name: model.transform(DIGITS.X_test) for name, model in models.items()}, DIGITS.y_test, notes)


def denoising(quick: bool) -> Figure:
    """Noise taken out of held-out digits."""
    model = npae.DenoisingAutoencoder(hidden_dims=(256,), latent_dim=64, loss="bce", noise_level=0.5, batch_size=64,
                                      learning_rate=3e-3, schedule="cosine", epochs=10 if quick else 100, random_state=0)
    model.fit(DIGITS.X_train)
    one_of_each = [int(np.argmax(DIGITS.y_test == digit)) for digit in range(10)]
    clean = DIGITS.X_test[one_of_each]
    noisy = model.corrupt(clean, np.random.default_rng(1))
    linear = wiener_filter(DIGITS.X_train.mean(axis=0), np.cov(DIGITS.X_train, rowvar=False), 0.5)
    rows = {"held-out images": clean, "with noise, sd 0.5": noisy, "best linear filter": linear.denoise(noisy),
            "denoising autoencoder": model.reconstruct(noisy)}
    return plots.reconstructions(rows, DIGITS.image_shape, column_titles=[str(digit) for digit in range(10)])


def field(quick: bool) -> Figure:
    """Where a denoiser sends points of the plane, beside the exact answer."""
    x, _ = npae.spiral(5000, turns=TURNS, random_state=0)
    model = npae.DenoisingAutoencoder(noise_level=SD, hidden_dims=(64,), latent_dim=64, latent_activation="relu",
                                      epochs=10 if quick else 100, batch_size=250, learning_rate=5e-3, schedule="cosine",
                                      random_state=0).fit(x)
    curve = spiral_points()
    truth = NoisedDensity(curve, SD)

    def learnt(points):
        return model.reconstruct(points) - points

    def exact(points):
        return truth.denoise(points) - points

    panels = [plots.FieldPanel("Learnt", learnt, ARMS, "red: against the exact direction", exact, arrows=21, equal=True),
              plots.FieldPanel("Exact", exact, ARMS, "to the mean of the clean x, given the noisy one", arrows=21, equal=True)]
    return plots.vector_fields(panels, curve=curve, panel=3.7)


def manifold(quick: bool) -> Figure:
    """What the decoder of a variational autoencoder draws all over its plane of codes."""
    model = npae.VariationalAutoencoder(latent_dim=2, hidden_dims=(256,), activation="tanh", sigma2=0.04, batch_size=64,
                                        learning_rate=3e-3, schedule="cosine", epochs=10 if quick else 250, random_state=0)
    model.fit(DIGITS.X_train)
    return plots.manifold(model.inverse_transform(plots.quantile_grid(12)), DIGITS.image_shape,
                          "Digits all over the plane of codes", "a variational autoencoder with two latent units")


def edges(quick: bool) -> Figure:
    """The filters of a sparse autoencoder on patches of a photograph."""
    white = npae.load_patches(1000 if quick else 10_000, size=8, normalize="whiten", random_state=0)
    model = npae.SparseAutoencoder(latent_dim=40, hidden_dims=(), rho=0.01, sparsity_weight=60.0, weight_decay=3e-3,
                                   optimizer="lbfgs", epochs=20 if quick else 300, dtype="float64", random_state=0)
    W = model.fit((white - white.mean()) / white.std()).params["encoder.0.W"]
    return plots.filters(W / np.linalg.norm(W, axis=0), (8, 8), columns=10, tile=0.72)


def gradient(quick: bool) -> Figure:
    """What the checker shows of a backward pass that doubles the gradient of one unit's weights."""
    rng = np.random.default_rng(0)

    def wrong(dy, x, W):
        dx, dW, db = affine_backward(dy, x, W)
        dW[:, 2] *= 2
        return dx, dW, db

    return npae.check_gradients(affine, wrong, {"x": rng.normal(size=(6, 8)), "W": rng.normal(size=(8, 5)),
                                                "b": rng.normal(size=5)}).heatmap()


def layers(quick: bool) -> Figure:
    """A model drawn from the model itself."""
    return architecture(npae.Autoencoder(latent_dim=16, hidden_dims=(64,), activation="tanh", tied=True, loss="bce",
                                         corruption=npae.GaussianNoise(0.3)), 64)


FIGURES = {each.__name__: each for each in (tour, maps, denoising, manifold, field, edges, gradient, layers)}


def with_palette(png: bytes) -> bytes:
    """Return the same picture as a PNG of at most SHADES colours."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(SHADES, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def main(argv: list[str] | None = None) -> None:
    """Draw all figures into the folder, one PNG each."""
    parser = argparse.ArgumentParser(prog="python -m tests.figures", description="Make the figures of the README.")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR", help="folder (default: notebooks/figures)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the training: what the tests run")
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, draw in FIGURES.items():
        began = time.perf_counter()
        data = with_palette(plots.png_bytes(draw(args.quick), DPI))
        (args.out / f"{name}.png").write_bytes(data)
        print(f"{name}.png: {len(data) / 1000:.0f} kB, {time.perf_counter() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
