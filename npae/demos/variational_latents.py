"""What is in the latent space: the learned manifold, samples by the number of units, interpolations, traversals."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..applications import nearest_distances
from ..datasets import ImageData
from ..models import VariationalAutoencoder
from ..plots import grid_panels, image_rows, manifold, quantile_grid
from .variational_common import VARIANCE, active_units, kl_per_unit, save

Models = dict[int, VariationalAutoencoder]
SIDE = 20
STEPS = 9
REACH = 2.5             # a traversal goes so far to both sides, in standard deviations of the prior
PAIRS = ((2, 3), (4, 5), (6, 7), (0, 9), (1, 8), (5, 0))     # classes; the first held-out example of each


def learned_manifold(out: Path, data: ImageData, models: Models) -> dict[str, float]:
    """Decode a grid over the plane of codes; neighbours must be more alike than tiles at random."""
    images = models[2].inverse_transform(quantile_grid(SIDE))
    grid = images.reshape(SIDE, SIDE, -1)
    steps = np.concatenate([np.linalg.norm(np.diff(grid, axis=axis), axis=2).ravel() for axis in (0, 1)])
    first, second = np.random.default_rng(0).integers(len(images), size=(2, 2000))
    random_pairs = np.linalg.norm(images[first] - images[second], axis=1).mean()
    save(manifold(images, data.image_shape, "The manifold of digits that two latent units have learned",
                  f"means of p(x|z); neighbours differ by {steps.mean():.2f}, two tiles at random by {random_pairs:.2f}"),
         out, "manifold")
    print(f"Learned manifold, {SIDE} x {SIDE} codes at equal steps of probability. Euclidean distance between neighbours "
          f"{steps.mean():.3f}, largest {steps.max():.2f};\n  between two tiles at random {random_pairs:.3f}.\n")
    return {"manifold_neighbours": float(steps.mean()), "manifold_random": float(random_pairs)}


def samples_by_dimension(out: Path, data: ImageData, models: Models) -> dict[str, float]:
    """Means of p(x|z) for z from the prior, with 2, 5, 10 and 20 units, and the bound that each reaches."""
    numbers: dict[str, float] = {}
    grids, notes = {}, {}
    print(f"Number of latent units, Gaussian likelihood of variance {VARIANCE}, held-out digits:\n"
          f"  units   active   ELBO, nats   training   KL, nats")
    for k, model in models.items():
        elbo, active = model.score(data.X_test), int(active_units(model, data.X_test).sum())
        numbers |= {f"elbo_{k}": elbo, f"active_{k}": active}
        rate, training = kl_per_unit(model, data.X_test).sum(), model.score(data.X_train)
        print(f"  {k:5d}{active:9d}{elbo:13.2f}{training:11.2f}{rate:11.2f}")
        name = f"{k} latent units"
        grids[name] = model.sample(64, random_state=1, mean=True)
        notes[name] = f"{active} active; held-out ELBO {elbo:.1f} nats"
    save(grid_panels(grids, data.image_shape, notes), out, "samples")
    print("  A unit is active when the variance of its mean over the examples is above 0.01.\n")
    return numbers


def interpolations(out: Path, data: ImageData, models: Models) -> dict[str, float]:
    """Decode the lines between posterior means; halfway, a decoded image is nearer to the data than a cross-fade."""
    model, share = models[10], np.linspace(0, 1, STEPS)[:, None]
    rows = {}
    for first, last in PAIRS:
        a, b = (data.X_test[data.y_test == label][:1] for label in (first, last))
        between = model.inverse_transform((1 - share) * model.transform(a) + share * model.transform(b))
        rows[f"{first} to {last}"] = np.vstack([a, between, b])
    rows[f"{first} to {last}, pixels"] = np.vstack([a, (1 - share) * a + share * b, b])      # the same pair, cross-faded
    half = len(data.X_test) // 2
    left, right = data.X_test[:half], data.X_test[half:2 * half]
    codes = model.inverse_transform((model.transform(left) + model.transform(right)) / 2)
    decoded = nearest_distances(codes, data.X_train).mean()
    faded = nearest_distances((left + right) / 2, data.X_train).mean()
    save(image_rows(rows, data.image_shape, ["example", *(f"{value:.0%}" for value in share[:, 0]), "example"],
                    "Straight lines between codes, decoded (10 units)",
                    f"halfway, the distance to the nearest training image is {decoded:.2f}; "
                    f"of a cross-fade of pixels {faded:.2f}",
                    apart=(1, STEPS + 1)), out, "interpolations")
    print(f"Interpolations. Halfway between two held-out digits, the distance to the nearest training image is "
          f"{decoded:.2f} for decoded codes,\n  {faded:.2f} for the mean of the pixels ({half} pairs).\n")
    return {"halfway_codes": float(decoded), "halfway_pixels": float(faded)}


def traversals(out: Path, data: ImageData, model: VariationalAutoencoder, shown: int = 12) -> dict[str, float]:
    """Move one unit at a time from the code of one example: active units change the image, the others do not."""
    kl, active = kl_per_unit(model, data.X_test), active_units(model, data.X_test)
    order = np.argsort(-kl)
    order = order if len(order) <= shown else np.concatenate([order[:shown - 4], order[-4:]])
    steps = np.linspace(-REACH, REACH, STEPS)
    start = model.transform(data.X_test[[1]])
    moved, rows, marked = {}, {}, []
    for unit in range(model.latent_dim):
        z = np.repeat(start, STEPS, axis=0)
        z[:, unit] = steps
        moved[unit] = model.inverse_transform(z)
    effect = np.array([np.linalg.norm(moved[unit][-1] - moved[unit][0]) for unit in range(model.latent_dim)])
    for unit in order:
        name = f"unit {unit + 1}: {kl[unit]:.2f} nats"
        rows[name] = moved[unit]
        marked += [name] if active[unit] else []
    save(image_rows(rows, data.image_shape, [f"{value:+.1f}" if value else "0" for value in steps],
                    f"One latent unit at a time, from -{REACH} to {REACH} (\N{GREEK SMALL LETTER BETA} = {model.beta:g})",
                    f"{active.sum()} of {len(active)} units are active (bold blue); each label has the unit's KL; "
                    f"the {len(rows) - 4} largest and the 4 smallest", marked=marked), out, "traversals")
    on, off = effect[active].mean(), effect[~active].mean() if (~active).any() else 0.0
    print(f"Traversals, {len(active)} units at beta = {model.beta:g}: {active.sum()} active. From one end to the other an "
          f"active unit changes the image by {on:.2f}, another by {off:.2f}.\n")
    return {"traversal_active": float(on), "traversal_inactive": float(off), "traversal_count": int(active.sum())}
