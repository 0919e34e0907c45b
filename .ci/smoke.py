"""The installed package, away from the checkout: the README's five lines, and what it must not import."""

import subprocess
import sys
from pathlib import Path

import npae

assert "site-packages" in npae.__file__, npae.__file__
assert not (Path.cwd() / "npae").exists()

light = "import npae, sys; assert 'matplotlib' not in sys.modules and 'npae.models' not in sys.modules"
subprocess.run([sys.executable, "-c", light], check=True)

digits = npae.load_digits()
model = npae.Autoencoder(latent_dim=16, hidden_dims=(64,), loss="bce", epochs=20, random_state=0)
model.fit(digits.X_train, X_val=digits.X_test)
assert model.score(digits.X_test) > -30, model.score(digits.X_test)
report = npae.check_gradients(npae.Autoencoder(hidden_dims=(3,), activation="tanh").initialize(64), digits.X_train[:3])
assert report.passed, report
model.save("smoke.npz")
assert (npae.load("smoke.npz").transform(digits.X_test) == model.transform(digits.X_test)).all()
print("smoke test: passed")
