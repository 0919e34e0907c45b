"""What convolutions and codebooks must buy on real digits, with settings that were chosen on the last 287 training images."""

import numpy as np
import pytest

from npae import (
    Autoencoder,
    ConvolutionalAutoencoder,
    HierarchicalVectorQuantizedAutoencoder,
    VectorQuantizedAutoencoder,
    load_digits,
)
from npae.baselines import independent_codes

pytestmark = pytest.mark.dev
DIGITS = load_digits()
QUANTIZED = {"activation": "tanh", "learning_rate": 1e-2, "batch_size": 32, "epochs": 60, "schedule": "cosine", "channels": (32,)}
CONTINUOUS = {"latent_dim": 8, "learning_rate": 1e-2, "batch_size": 32, "epochs": 100, "schedule": "cosine", "weight_decay": 1e-3}


@pytest.fixture(scope="module", params=[0, 1])
def at_64_bits(request):
    one = VectorQuantizedAutoencoder(n_codes=16, n_slots=16, latent_dim=16, random_state=request.param, **QUANTIZED)
    two = HierarchicalVectorQuantizedAutoencoder(n_codes_top=16, n_codes_bottom=8, latent_dim=8, random_state=request.param,
                                                 **QUANTIZED)
    return one.fit(DIGITS.X_train).fit_prior(DIGITS.X_train), two.fit(DIGITS.X_train).fit_prior(DIGITS.X_train)


def test_two_levels_have_a_lower_error_than_one_at_equal_bits(at_64_bits):
    one, two = at_64_bits
    assert one.bits == two.bits == 64
    assert -two.score(DIGITS.X_test) < -one.score(DIGITS.X_test)


def test_the_codebooks_are_used(at_64_bits):
    one, two = at_64_bits
    assert one.metrics_["perplexity"][-1] > 0.25 * 16
    assert two.metrics_["perplexity.top"][-1] > 0.25 * 16 and two.metrics_["perplexity.bottom"][-1] > 0.25 * 8


def test_the_learned_priors_beat_uniform_and_independent_codes_on_every_level(at_64_bits):
    for model in at_64_bits:
        known, asked = model.codes(DIGITS.X_train), model.codes(DIGITS.X_test)
        nats = -model.code_log_likelihood(DIGITS.X_test).mean(axis=0)
        for index, (quantizer, own) in enumerate(zip(model._quantizers, nats)):
            above, width = model._columns(index)
            slots = slice(above, width)
            assert own < quantizer.S * np.log(quantizer.K)
            assert own < -independent_codes(known[:, slots], quantizer.K, asked[:, slots]).mean()


def test_a_convolutional_autoencoder_beats_dense_ones_with_fewer_parameters():
    conv = ConvolutionalAutoencoder(channels=(16, 32), hidden_dims=(32,), activation="tanh", random_state=0, **CONTINUOUS)
    conv.fit(DIGITS.X_train)
    for width in (128, 256):
        dense = Autoencoder(hidden_dims=(width,), random_state=0, **CONTINUOUS).fit(DIGITS.X_train)
        assert conv.theta.size < dense.theta.size and conv.score(DIGITS.X_test) > dense.score(DIGITS.X_test)
