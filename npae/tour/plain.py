"""The first exhibits of the tour: autoencoders that have nothing but a bottleneck, a loss and weight decay.

The settings were chosen on the training images alone (the last 287 of them held back), and for training within seconds.
"""

from __future__ import annotations

from ..models import Autoencoder
from .equations import BCE_EQUATION, LINEAR_EQUATION, MSE_EQUATION, TIED_EQUATION
from .exhibit import Exhibit

PLAIN = (
    Exhibit(
        title="Linear",
        idea="One matrix turns 64 pixels into 8 numbers, and its transpose turns them back. No affine map through 8 "
             "numbers does better than principal component analysis, so here the answer is known before training: the "
             "loss must come down to PCA’s and stop there. It does, although nobody told the network about "
             "eigenvectors. It finds their space, not the eigenvectors themselves.",
        equation=LINEAR_EQUATION,
        build=lambda: Autoencoder(latent_dim=8, hidden_dims=(), tied=True, optimizer="lbfgs", epochs=500,
                                  dtype="float64"),
        remark=lambda result: f"Training loss divided by PCA’s floor, minus 1: "
                              f"{abs(result.terms['loss'] / result.floor - 1):.0e}.",
    ),
    Exhibit(
        title="Deep, two numbers",
        idea="Three curved layers squeeze an image into 2 numbers, and three more unfold it again. A plane through "
             "the cloud of digits keeps little of them; a curved sheet follows the cloud and keeps more. Two numbers "
             "make a map, and on it the ten digits part, although no label was ever shown to the network.",
        equation=MSE_EQUATION,
        build=lambda: Autoencoder(latent_dim=2, hidden_dims=(128, 64, 32), activation="tanh", epochs=250,
                                  learning_rate=5e-3, batch_size=64, schedule="cosine"),
        remark=lambda result: "Its map is drawn below.",
    ),
    Exhibit(
        title="Deep, cross-entropy",
        idea="A pixel lies between 0 and 1, which squared error does not know. Here the output o is a logit, its "
             "sigmoid the reconstruction, and the loss the cross-entropy, in nats. It cannot reach zero: even a "
             "perfect reconstruction pays the entropy of the gray pixels. The table holds this model to squared "
             "error, for which it was not trained.",
        equation=BCE_EQUATION,
        build=lambda: Autoencoder(latent_dim=8, hidden_dims=(128, 64), loss="bce", epochs=100, learning_rate=6e-3,
                                  batch_size=64, schedule="cosine"),
        remark=lambda result: f"Training loss above the entropy of the pixels: "
                              f"{result.model.metrics_['excess'][-1]:.2f} nats.",
    ),
    Exhibit(
        title="Tied, weight decay",
        idea="The decoder borrows the encoder’s matrices, transposed: half the weights, and a gradient with two "
             "contributions, one from each use. Weight decay charges for every squared weight. What does not lower "
             "the reconstruction error is not worth its price and fades to white: see its filters.",
        equation=TIED_EQUATION,
        build=lambda: Autoencoder(latent_dim=16, hidden_dims=(128,), tied=True, weight_decay=3e-3, epochs=120,
                                  learning_rate=1e-2, batch_size=64, schedule="cosine"),
        remark=lambda result: f"{result.model.theta.size:,} parameters.",
    ),
)
