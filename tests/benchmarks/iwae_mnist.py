"""The 50-unit stochastic model of Burda et al. 2016, Table 1, on MNIST, for as long as there is time. Resumable.

    python -m tests.benchmarks.iwae_mnist --data FOLDER [--objective vae|iwae] [--k 1|5|50] [--minutes 20] [--state run.npz]

784-200-200-50 and back, tanh, Glorot initialization, output bias at the logit of the training mean clipped to [.001, .999];
pixels binarized afresh for every batch; batch 20; Adam (0.9 or, with --beta1 0.99, the authors' code; beta2 .999, eps 1e-4);
learning rate 1e-4 * 10^(1 - (i - 1)/7) for 3^(i - 1) epochs, i = 1..8: 3,280 epochs in all. The test log-likelihood is
estimated with importance samples. float32. What is printed after fewer epochs is the honest figure after that many passes,
with the learning rate of the stage reached; the published one (printed beside) is after all of them.

Published test NLL, nats: VAE 86.76, 86.47, 86.35 and IWAE 86.76, 85.54, 84.78 for k = 1, 5, 50.
"""

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json
import time
from pathlib import Path

import numpy as np

from npae import VariationalAutoencoder, load_mnist
from npae.files import atomic_write
from npae.optimizers import Adam

PUBLISHED = {("vae", 1): 86.76, ("vae", 5): 86.47, ("vae", 50): 86.35,
             ("iwae", 1): 86.76, ("iwae", 5): 85.54, ("iwae", 50): 84.78}
BATCH, STAGES = 20, 8


def stage_of(epoch):
    """Return i of the stage that an epoch (0, 1, ...) belongs to; stage i has 3^(i-1) epochs."""
    stage, end = 1, 1
    while epoch >= end and stage < STAGES:
        stage += 1
        end += 3 ** (stage - 1)
    return stage


def learning_rate(epoch):
    return 1e-4 * 10 ** (1 - (stage_of(epoch) - 1) / 7)


def binarize(images, rng):
    return (rng.random(images.shape, dtype=np.float32) < images).astype(np.float32)


def build(objective, k, mean, seed):
    model = VariationalAutoencoder(
        latent_dim=50, hidden_dims=(200, 200), activation="tanh", likelihood="bernoulli", n_samples=k, random_state=seed,
        objective="iwae" if objective == "iwae" else "elbo", kl="exact" if objective == "vae" else "sampled")
    model.initialize(784)
    mean = np.clip(mean, 0.001, 0.999)
    model.params["decoder.2.b"] = np.log(mean / (1 - mean))
    return model


class Run:
    """Model, optimizer, random stream and curve; saved whole after every epoch, so that a run can go on to the same bits."""

    def __init__(self, args, images):
        self.path, self.images = Path(args.state), images
        self.model = build(args.objective, args.k, images.mean(axis=0), args.seed)
        self.rng = np.random.default_rng(args.seed + 1)
        self.optimizer = Adam(beta1=args.beta1, eps=1e-4)
        self.optimizer.start(self.model.theta)
        self.epoch, self.curve = 0, []
        if self.path.exists():
            self.resume()

    def train_epoch(self):
        order, rate = self.rng.permutation(len(self.images)), learning_rate(self.epoch)
        total = 0.0
        for start in range(0, len(order), BATCH):
            x = binarize(self.images[order[start:start + BATCH]], self.rng)
            terms, grads = self.model._loss_and_gradients(self.model.params, x, self.model._draw_noise(x, self.rng))
            self.optimizer.step(self.model.theta, grads.theta, rate)
            total += float(terms["loss"]) * len(x)
        self.epoch += 1
        return total / len(order)

    def save(self):
        header = {"epoch": self.epoch, "curve": self.curve, "rng": self.rng.bit_generator.state, "t": self.optimizer.t}
        with atomic_write(self.path) as file:
            np.savez(file, theta=self.model.theta, M=self.optimizer.M, V=self.optimizer.V,
                     header=np.frombuffer(json.dumps(header).encode(), np.uint8))

    def resume(self):
        with np.load(self.path, allow_pickle=False) as file:
            header = json.loads(file["header"].tobytes())
            self.model.theta = file["theta"]
            self.optimizer.start(self.model.theta)
            self.optimizer.restore({"M": file["M"], "V": file["V"], "t": header["t"]})
        self.epoch, self.curve = header["epoch"], header["curve"]
        self.rng.bit_generator.state = header["rng"]


def test_nll(model, images, samples):
    """Mean test NLL and its standard error over examples, on one fixed binarization."""
    x = binarize(images, np.random.default_rng(99))
    estimates, _ = model.log_likelihood(x, samples, 0)
    return -float(estimates.mean()), float(estimates.std() / np.sqrt(len(x)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with the four MNIST files")
    parser.add_argument("--objective", choices=("vae", "iwae"), default="vae")
    parser.add_argument("--k", type=int, choices=(1, 5, 50), default=1)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--epochs", type=int, default=3 ** STAGES // 2, help="stop after so many in all")
    parser.add_argument("--samples", type=int, default=100, help="importance samples for the curve")
    parser.add_argument("--final-samples", type=int, default=1000, help="importance samples for the last figure")
    parser.add_argument("--test-images", type=int, default=1000, help="test images for the curve (all for the last figure)")
    parser.add_argument("--beta1", type=float, default=0.9)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--state", default="iwae_mnist.npz")
    args = parser.parse_args()
    mnist = load_mnist(args.data)
    run, began = Run(args, mnist.X_train), time.perf_counter()
    print(f"{args.objective}, k={args.k}, {run.epoch} epochs done; {run.model.theta.size:,} parameters, seed {args.seed}")
    while run.epoch < args.epochs and time.perf_counter() - began < 60 * args.minutes:
        start = time.perf_counter()
        bound = run.train_epoch()
        nll, error = test_nll(run.model, mnist.X_test[:args.test_images], args.samples)
        run.curve.append([run.epoch, bound, nll])
        run.save()
        print(f"epoch {run.epoch:4d}  stage {stage_of(run.epoch - 1)}  rate {learning_rate(run.epoch - 1):.2e}  training bound "
              f"{-bound:9.3f}  test NLL {nll:7.3f} (+-{error:.2f}, {args.samples} samples, {args.test_images} images)  "
              f"{time.perf_counter() - start:.0f} s", flush=True)
    nll, error = test_nll(run.model, mnist.X_test, args.final_samples)
    print(f"\nafter {run.epoch} of 3280 epochs: test NLL {nll:.2f} nats (+-{error:.2f} over {len(mnist.X_test):,} images, "
          f"{args.final_samples} samples); published after 3280: {PUBLISHED[args.objective, args.k]:.2f}")


if __name__ == "__main__":
    main()
