"""The contractive penalty and the scale of codes, against Jacobians of finite differences."""

from __future__ import annotations

import numpy as np

from ...datasets import load_digits
from ...gradcheck import richardson
from ...models import Autoencoder, ContractiveAutoencoder
from ...penalties import Contraction, L1Sparsity, contraction, contraction_backward
from ..erratum import Comparison
from ..points.networks import contractive, explicit_jacobian

W = np.array([[1.0, 3.0, 0.0], [2.0, 4.0, 1.0]])        # linear units: J = W^T, three units of two features
ONES = np.ones((1, 3))


def square_without_root() -> list[Comparison]:
    """E002-05: the penalty of three linear units, and its gradient."""
    model = Autoencoder(latent_dim=3, hidden_dims=(), dtype="float64", penalties=[Contraction(1.0)]).initialize(2)
    model.params["encoder.0.W"] = W
    J = explicit_jacobian(model, np.array([0.3, -0.8]))

    def penalty(W: np.ndarray) -> float:
        return sum(np.sum(column**2) for column in W.T)

    return [Comparison("contractive penalty of J = [[1, 2], [3, 4], [0, 1]]", "J by finite differences, squares added",
                       np.sum(J**2), contraction(ONES, W), np.sqrt(np.sum(W**2)), tolerance=1e-8),
            Comparison("its gradient in the weights", "finite differences", richardson(penalty, W).value,
                       contraction_backward(ONES, W)[1], W / np.sqrt(np.sum(W**2)), tolerance=1e-8)]


def one_jacobian_for_each_example() -> list[Comparison]:
    """E002-06: seven examples of five features, three hidden units."""
    model = ContractiveAutoencoder(latent_dim=3, hidden_dims=(), dtype="float64", random_state=0).initialize(5)
    x = np.random.default_rng(0).normal(size=(7, 5))
    shapes = [explicit_jacobian(model, row).shape for row in x]
    return [Comparison("shape of the Jacobian: 3 units, 5 features, 7 examples", "finite differences", np.array(shapes[0]),
                       np.array(model.jacobian(x).shape[1:]), np.array([3, 7])),
            Comparison("how many of them", "finite differences", len(shapes), len(model.jacobian(x)), 1)]


def two_sums() -> list[Comparison]:
    """E002-07: over the units and over the examples."""
    point = contractive(np.random.default_rng(0))
    squares = np.sum(point["J"]**2, axis=2)                              # (examples, units)
    slopes = point["y"] * (1 - point["y"])
    return [Comparison("contractive penalty, six examples, three units", "J by finite differences", squares.sum() / 6,
                       contraction(slopes, point["W"]), squares[:, 0].sum() / 6, tolerance=1e-8),
            Comparison("the same against the units of the first example alone", "J by finite differences", squares.sum() / 6,
                       contraction(slopes, point["W"]), squares[0].sum(), tolerance=1e-8)]


def scale_can_hide() -> list[Comparison]:
    """E002-11: z -> z/c, decoder times c, for ReLU codes: the reconstruction stays, both penalties go to zero."""
    x = np.random.default_rng(0).normal(size=(12, 4))
    model = Autoencoder(latent_dim=6, hidden_dims=(), latent_activation="relu", penalties=[Contraction(1.0), L1Sparsity(1.0)],
                        dtype="float64", random_state=0).initialize(4)
    before, c = model.loss_and_gradients(x)[0], 1000.0
    for name, factor in (("encoder.0.W", 1 / c), ("encoder.0.b", 1 / c), ("decoder.0.W", c)):
        model.params[name] *= factor
    after = model.loss_and_gradients(x)[0]
    return [Comparison("squared error, code divided by 1000, decoder times 1000", "npae.Autoencoder", after["reconstruction"],
                       before["reconstruction"]),
            Comparison("contractive penalty, then", "npae.penalties.Contraction", after["contraction"],
                       before["contraction"] / c**2, before["contraction"]),
            Comparison("L1 penalty, then", "npae.penalties.L1Sparsity", after["l1_sparsity"], before["l1_sparsity"] / c,
                       before["l1_sparsity"])]


def nodes_depend_on_the_data() -> list[Comparison]:
    """E004-07: units of a trained contractive autoencoder vary with the input, and so does the penalty itself."""
    x = load_digits().X_train[:100].astype(float)

    def trained(weight: float) -> ContractiveAutoencoder:
        return ContractiveAutoencoder(latent_dim=32, hidden_dims=(), loss="bce", contraction_weight=weight, optimizer="lbfgs",
                                      epochs=40, dtype="float64", random_state=0).fit(x)

    weak, strong = trained(0.01), trained(1.0)
    J = np.stack([explicit_jacobian(weak, row) for row in x[:20]])
    z = weak.transform(x)
    return [Comparison("mean variance of a unit over 100 digits, contractive, at least", "training", z.var(axis=0).mean(), 0.01,
                       0.0, relation=">="),
            Comparison("distinct binary codes of 100 digits, at least", "codes above and below 1/2",
                       len(np.unique(z > 0.5, axis=0)), 60, 1, relation=">="),
            Comparison("|J(x)|^2 of 20 digits", "J by finite differences", np.sum(J**2, axis=(1, 2)),
                       (z[:20] * (1 - z[:20]))**2 @ np.sum(weak.params["encoder.0.W"]**2, axis=0), np.full(20, np.sum(J[0]**2)),
                       tolerance=1e-7),
            Comparison("what a larger weight costs: its reconstruction loss, at least", "training", -strong.score(x),
                       -weak.score(x) + 0.1, relation=">=")]


def contraction_is_local() -> list[Comparison]:
    """E004-08: the Jacobian says what happens to a neighbourhood; far apart inputs are another matter."""
    model = ContractiveAutoencoder(latent_dim=3, hidden_dims=(), dtype="float64", random_state=0).initialize(5)
    model.params["encoder.0.W"] *= 40
    rng = np.random.default_rng(0)
    x, d = rng.normal(size=(1, 5)), 1e-6 * rng.normal(size=(1, 5))
    moved = model.transform(x + d) - model.transform(x)
    singular = np.linalg.svd(model.jacobian(x)[0], compute_uv=False)
    return [Comparison("length of the code's move for a small move of x", "two passes", np.linalg.norm(moved),
                       np.linalg.norm(model.jacobian(x)[0] @ d[0]), tolerance=1e-3),
            Comparison("at most the largest singular value of J times that move", "two passes", np.linalg.norm(moved),
                       1.001 * singular[0] * np.linalg.norm(d), relation="<=")]
