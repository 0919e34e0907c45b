import io
import re

import numpy as np
import pytest

from npae import Adam, Autoencoder, TrainingDiverged, load_digits
from npae.progress import ProgressLine
from npae.training import EarlyStopping

X = load_digits().X_train[:200]


def model(**changes):
    return Autoencoder(**{"hidden_dims": (16,), "latent_dim": 4, "epochs": 4, "batch_size": 64, "random_state": 0, **changes})


def test_history_is_equal_lists_that_add_up():
    fitted = model(loss="bce", weight_decay=1e-3).fit(X, X_val=X[:50])
    history = fitted.history_
    assert set(history) == {"loss", "reconstruction", "weight_decay", "val_loss", "val_reconstruction", "val_weight_decay",
                            "seconds"}
    assert {len(values) for values in (*history.values(), *fitted.metrics_.values())} == {4}
    assert all(isinstance(value, float) for values in history.values() for value in values)
    np.testing.assert_allclose(np.add(history["reconstruction"], history["weight_decay"]), history["loss"], rtol=1e-6)
    assert history["loss"][-1] < history["loss"][0]
    assert set(fitted.metrics_) == {"excess"}
    floor = np.array(history["reconstruction"]) - fitted.metrics_["excess"]
    np.testing.assert_allclose(floor, floor[0])


def test_an_epoch_is_the_mean_over_examples_not_over_batches():
    """With a learning rate of almost nothing the epoch's loss is the loss on all data, although the last batch is small."""
    fitted = model(epochs=1, batch_size=150, learning_rate=1e-12, dtype="float64").fit(X)
    assert fitted.history_["loss"][0] == pytest.approx(fitted.loss_and_gradients(X)[0]["loss"], rel=1e-9)


def test_full_batch_loss_is_monotone_for_a_small_step():
    losses = model(optimizer="sgd", learning_rate=1e-3, batch_size=200, epochs=60, dtype="float64").fit(X).history_["loss"]
    assert all(after < before for before, after in zip(losses, losses[1:]))


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adam", Adam(beta1=0.5)], ids=str)
def test_every_optimizer_learns_and_is_reproducible(optimizer):
    rate = 1e-2 if optimizer in ("sgd", "momentum") else 1e-3
    first, second = (model(optimizer=optimizer, learning_rate=rate, epochs=8).fit(X) for _ in range(2))
    assert first.history_["loss"] == second.history_["loss"]
    assert first.history_["loss"][-1] < 0.9 * first.history_["loss"][0]


def test_lbfgs_stops_by_itself_at_the_minimum():
    fitted = model(hidden_dims=(), optimizer="lbfgs", epochs=3000, dtype="float64").fit(X[:40, 20:30])
    gradient = fitted.loss_and_gradients(X[:40, 20:30])[1].theta
    assert np.abs(gradient).max() < 1e-6 and len(fitted.history_["loss"]) < 3000


def test_early_stopping_restores_the_best():
    fitted = model(latent_dim=16, hidden_dims=(64,), epochs=400, patience=3, learning_rate=1e-2).fit(X[:30], X_val=X[100:])
    held_out = fitted.history_["val_loss"]
    assert len(held_out) < 400
    assert len(held_out) - 1 - int(np.argmin(held_out)) == 3
    assert fitted.loss_and_gradients(X[100:])[0]["loss"] == pytest.approx(min(held_out), rel=1e-6)


def test_early_stopping_counts():
    watch, theta = EarlyStopping(2), np.zeros(1)
    for loss in (3.0, 2.0, 2.0):
        watch.see(theta, loss)
        assert not watch.exhausted
        theta += 1
    watch.see(theta, 2.5)
    assert watch.exhausted
    watch.restore(theta)
    assert theta == 1


def test_schedule_scales_the_learning_rate():
    still = model(schedule=lambda epoch, epochs: 1.0 if epoch == 0 else 0.0, dtype="float64").fit(X)
    one_epoch = model(epochs=1, dtype="float64").fit(X)
    np.testing.assert_array_equal(still.theta, one_epoch.theta)


def test_clipping_bounds_the_step():
    initial = model(dtype="float64").initialize(64)
    clipped = model(dtype="float64", optimizer="sgd", learning_rate=1.0, max_gradient_norm=1e-3, epochs=1, batch_size=200).fit(X)
    assert np.linalg.norm(clipped.theta - initial.theta) == pytest.approx(1e-3)


@pytest.mark.parametrize("optimizer, rate", [("sgd", 1e6), ("momentum", 1e30)])
def test_divergence_names_epoch_and_term_and_keeps_good_parameters(optimizer, rate):
    diverging = model(optimizer=optimizer, learning_rate=rate, weight_decay=1e-3, epochs=50)
    with pytest.raises(TrainingDiverged, match=r"epoch \d+: the term '(reconstruction|weight_decay)' became (inf|nan)"):
        diverging.fit(X)
    assert np.isfinite(diverging.theta).all()
    assert np.isfinite(diverging.loss_and_gradients(X)[0]["loss"])


def test_divergence_goes_back_to_the_last_epoch_that_began_well():
    factors = [1.0, 1.0, 1e100, 1.0]
    diverging = model(optimizer="sgd", learning_rate=1e-2, schedule=lambda epoch, epochs: factors[epoch], batch_size=200,
                      dtype="float64", activation="identity")
    with pytest.raises(TrainingDiverged, match="epoch 4"):
        diverging.fit(X)
    two_epochs = model(optimizer="sgd", learning_rate=1e-2, epochs=2, batch_size=200, dtype="float64",
                       activation="identity").fit(X)
    np.testing.assert_allclose(diverging.theta, two_epochs.theta)


def test_partial_fit_goes_on():
    """Two calls are two epochs: the optimizer's state and the random stream go on, they do not start again."""
    together = model(epochs=2).fit(X)
    apart = model().partial_fit(X).partial_fit(X)
    np.testing.assert_array_equal(together.theta, apart.theta)
    assert len(apart.history_["loss"]) == 2
    assert len(apart.fit(X).history_["loss"]) == 4      # fit starts afresh


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_line_says_epoch_terms_speed_and_time_left():
    screen = Terminal()
    line = ProgressLine(3, 1000, stream=screen)
    line.update({"loss": 1.5, "reconstruction": 1.25}, {"val_loss": 2.0})
    line.close()
    shown = screen.getvalue()
    assert shown.startswith("\r") and shown.endswith("\n")
    pattern = r"epoch 1/3  loss 1\.5  reconstruction 1\.25  val_loss 2  [\d,]+ examples/s  \d+ s left"
    assert re.match(pattern, line.text({"loss": 1.5, "reconstruction": 1.25, "val_loss": 2.0}))
    assert "epoch 1/3  loss 1.5" in shown


@pytest.mark.parametrize("enabled, stream", [(True, io.StringIO()), (False, Terminal())])
def test_progress_line_is_quiet_where_nobody_looks(enabled, stream):
    line = ProgressLine(3, 1000, enabled, stream)
    line.update({"loss": 1.0}, {})
    line.close()
    assert stream.getvalue() == ""


def test_verbose_writes_nothing_when_stderr_is_no_terminal(capfd):
    model(verbose=True).fit(X)
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""
