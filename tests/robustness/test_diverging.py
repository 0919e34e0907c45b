"""Learning rates a thousand times too large, odd data, parameters far out: finite, or the error that names term and epoch."""

import numpy as np
import pytest

from npae import Adam, Autoencoder, TrainingDiverged, VectorQuantizedAutoencoder, training
from npae.checks.cases import CASES

from .diverging import DIGITS, DTYPES, far_out, known_divergence, not_finite, on_odd_data, optimizers_of, too_fast

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@every_case
def test_far_out_a_model_is_finite_or_says_what_is_not(case):
    assert [failure for dtype in DTYPES for failure in far_out(case, dtype)] == []


@every_case
def test_a_learning_rate_a_thousand_times_too_large(case):
    """One optimizer for each case, in turns; all of them in CI."""
    known = list(optimizers_of(case))
    assert too_fast(case, known[CASES.index(case) % len(known)], "float32").failures == []


@pytest.mark.dev
@every_case
def test_every_optimizer_at_such_rates(case):
    ended = [too_fast(case, optimizer, dtype) for optimizer in optimizers_of(case) for dtype in DTYPES]
    assert [failure for each in ended for failure in each.failures] == []


@pytest.mark.dev
@every_case
def test_data_of_any_scale_constant_data_and_a_single_row(case):
    assert [failure for dtype in DTYPES for each in on_odd_data(case, dtype) for failure in each.failures] == []


def test_a_divergence_is_one():
    assert known_divergence() == (True, [])


@pytest.mark.parametrize("at", range(3))
def test_what_the_last_step_spoils_is_seen(at):
    """Parameters that are finite with an infinite loss, infinite ones, and a step that has no number: in the last epoch."""
    class Spoiling(Adam):
        def step(self, theta, gradient, learning_rate):
            super().step(theta, gradient, learning_rate)
            if self.t == 6:
                theta *= (1e30, np.inf, 1.0)[at]
                if at == 2:
                    super().step(theta, 1e25 * np.ones_like(theta), learning_rate)
    model = Autoencoder(hidden_dims=(4,), epochs=2, batch_size=8, optimizer=Spoiling(), random_state=0)
    words = ("term 'reconstruction' became", "parameters became infinite", "Spoiling became too large for float32")[at]
    with pytest.raises(TrainingDiverged, match=f"in epoch 2: .*{words}"):
        model.fit(DIGITS)
    assert not_finite(model) == [] and np.isfinite(model.score(DIGITS))
    model.optimizer = Adam()
    assert len(model.partial_fit(DIGITS).history_["loss"]) == (3, 2, 2)[at]      # the first was found after its epoch


def test_running_averages_go_back_with_the_parameters():
    """After a divergence the codebook and what it is the mean of belong to the same step."""
    model = VectorQuantizedAutoencoder(hidden_dims=(4,), n_codes=4, n_slots=2, learning_rate=1e18, optimizer="sgd", epochs=5,
                                       batch_size=8, random_state=0)
    with pytest.raises(TrainingDiverged):
        model.fit(DIGITS)
    np.testing.assert_allclose(model._state["M"] / model._state["N"][:, None], model.params["codebook"], rtol=1e-5)


def test_an_infinite_held_out_loss_is_named(monkeypatch):
    values = iter((1.0, np.inf))
    monkeypatch.setattr(training, "_evaluate", lambda model, x: dict.fromkeys(("val_loss", "val_reconstruction"), next(values)))
    model = Autoencoder(hidden_dims=(4,), epochs=3, random_state=0)
    with pytest.raises(TrainingDiverged, match="in epoch 2: the term 'val_reconstruction' became inf"):
        model.fit(DIGITS, X_val=DIGITS)
    assert model.history_["val_loss"] == [1.0] and not_finite(model) == []
