"""No value of any hyperparameter does anything but work, or raise an error that names it."""

from .hyperparameters import described, settings, what_is_wrong


def test_every_hyperparameter_with_every_value():
    wrong = {described(setting): problem for setting in settings() if (problem := what_is_wrong(setting)) is not None}
    assert not wrong


def test_a_mistake_would_be_seen(monkeypatch):
    from npae.models import hyperparameters
    monkeypatch.setattr(hyperparameters, "check_size", lambda *given, **more: None)
    few = [setting for setting in settings() if setting.name == "latent_dim"][:30]
    assert any(what_is_wrong(setting) for setting in few)
