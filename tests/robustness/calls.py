"""One good call of every public function of the applications, baselines, data sets and of the top of the package."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

import npae
from npae import PCA, Autoencoder, MaskingNoise, applications, baselines, datasets, sparseness

RNG = np.random.default_rng(0)
X, X2 = RNG.normal(size=(12, 4)), RNG.normal(size=(9, 4))
LABELS, LABELS2, CLUSTERS = RNG.integers(0, 3, 12), RNG.integers(0, 3, 9), RNG.integers(0, 2, 12)
MAPS = RNG.integers(0, 3, (5, 6))
SIGNALS = RNG.normal(size=(2, 64))
COVARIANCE = np.cov(X.T)
CODES, CODES2 = RNG.integers(0, 3, (12, 2)), RNG.integers(0, 3, (9, 2))
KNOWN = RNG.uniform(size=X.shape) < 0.7
PCA_MODEL = PCA(2).fit(X)
MODEL = Autoencoder(hidden_dims=(4,), epochs=1, random_state=0).fit(X)
BITS = applications.binary_codes(X, np.zeros(4))
FRAME = {"width": 8, "hop": 4}


def _examples(X: np.ndarray, y: np.ndarray) -> applications.Examples:
    return applications.Examples(X, y)


CALLS: dict[str, dict[str, Any]] = {
    # the top
    "check_gradients": {"forward": MODEL, "X": X}, "relative_error": {"a": X, "b": X + 1e-9},
    # measures of clusters, codes, labels
    "adjusted_rand_index": {"labels": LABELS, "clusters": CLUSTERS},
    "normalized_mutual_information": {"labels": LABELS, "clusters": CLUSTERS},
    "contingency_table": {"labels": LABELS, "clusters": CLUSTERS},
    "confusion_matrix": {"labels": MAPS, "predicted": MAPS[::-1], "n_classes": 3},
    "intersection_over_union": {"labels": MAPS, "predicted": MAPS[::-1], "n_classes": 3},
    "mean_iou": {"labels": MAPS, "predicted": MAPS[::-1], "n_classes": 3},
    "pixel_accuracy": {"labels": MAPS, "predicted": MAPS[::-1], "n_classes": 3},
    "cluster_codes": {"model": MODEL, "X": X, "n_clusters": 2, "n_init": 1, "random_state": 0},
    "cluster_stability": {"model": None, "X": X, "X_new": X2, "n_clusters": 2, "repeats": 2, "n_init": 1, "random_state": 0},
    "trustworthiness": {"X": X, "Z": X[:, :2], "k": 3}, "continuity": {"X": X, "Z": X[:, :2], "k": 3},
    "neighbour_accuracy": {"codes": X, "labels": LABELS, "new_codes": X2, "new_labels": LABELS2, "k": 3},
    "predict_by_neighbours": {"codes": X, "labels": LABELS, "new_codes": X2, "k": 3},
    "nearest": {"codes": X, "new_codes": X2, "k": 3}, "codes_of": {"model": PCA_MODEL, "X": X}, "on_one_scale": {"codes": X},
    "precision_recall": {"samples": X, "data": X2, "k": 2}, "nearest_distances": {"samples": X, "X": X2},
    "linear_probe": {"codes": X, "targets": X[:, :1], "new_codes": X2, "ridge": 1e-3},
    "r_squared": {"targets": X[:, :1], "predicted": X[:, 1:2]},
    "label_order": {"y": LABELS, "random_state": 0},
    "classify_codes": {"models": {"pca": PCA_MODEL}, "train": _examples(X, CLUSTERS), "validation": _examples(X, CLUSTERS),
                       "test": _examples(X, CLUSTERS), "n_labels": (8,), "random_state": 0},
    # retrieval
    "binary_codes": {"codes": X, "thresholds": np.zeros(4)}, "code_thresholds": {"codes": X},
    "hamming_distances": {"bits": BITS, "queries": BITS[:3]},
    "nearest_by_hamming": {"bits": BITS, "queries": BITS[:3], "k": 3},
    "precision_at": {"rows": RNG.integers(0, 12, (9, 3)), "labels": LABELS, "query_labels": LABELS2},
    # anomalies
    "auc": {"normal": X[:, 0], "anomalous": X2[:, 0]}, "roc_curve": {"normal": X[:, 0], "anomalous": X2[:, 0]},
    "false_alarm_threshold": {"scores": X[:, 0], "false_alarm_rate": 0.5, "confidence": 0.5},
    "beta_quantile": {"probability": 0.5, "a": 2, "b": 3}, "binomial_tail": {"k": 2, "n": 5, "p": 0.3},
    "proportion_interval": {"count": 2, "n": 5, "confidence": 0.9},
    "reconstruction_errors": {"model": MODEL, "X": X}, "model_losses": {"model": MODEL, "X": X},
    "fit_code_density": {"model": MODEL, "X": X, "n_components": 2, "random_state": 0},
    "code_surprise": {"model": PCA_MODEL, "X": X, "density": applications.fit_code_density(PCA_MODEL, X, 2, 0)},
    "sample_from_codes": {"model": MODEL, "X": X, "n": 3, "n_components": 2, "random_state": 0},
    # reduction and compression
    "fit_by_code_size": {"build": PCA, "X": X, "sizes": (1, 2)}, "error_by_code_size": {"models": {2: PCA_MODEL}, "X": X},
    "allocate_bits": {"variances": [1.0, 2.0], "total": 5},
    "rate_and_error": {"model": PCA_MODEL, "X": X, "X_new": X2, "bits": 3},
    # noise and holes
    "add_noise": {"X": X, "noise": MaskingNoise(0.3), "random_state": 0}, "denoise": {"model": MODEL, "X": X},
    "denoising_gains": {"models": {"a": MODEL}, "X": X, "noises": {"masking": MaskingNoise(0.3)}, "random_state": 0},
    "psnr": {"estimate": X, "clean": X + 0.1, "data_range": 1.0},
    "psnr_gain": {"denoised": X, "noisy": X + 0.2, "clean": X + 0.1},
    "snr": {"estimate": X[0], "clean": X[0] + 0.1}, "hole_error": {"X": X, "filled": X + 0.1, "known": KNOWN},
    "inpaint": {"model": MODEL, "X": X, "known": KNOWN, "start": 0.0},
    "inpaint_again": {"model": MODEL, "X": X, "known": KNOWN, "start": 0.0, "max_iterations": 3, "tolerance": 1e-4},
    "conditional_mean": {"X_train": X2, "X": X, "known": KNOWN, "ridge": 1e-3},
    "missing_pixels": {"m": 5, "n": 4, "fraction": 0.5, "rng": np.random.default_rng(0)},
    "missing_blocks": {"m": 5, "image_shape": (4, 4), "size": 2, "rng": np.random.default_rng(0)},
    # sound
    "cola_window": FRAME, "frames": {"signal": SIGNALS[0], **FRAME},
    "overlap_add": {"parts": applications.frames(SIGNALS[0], 8, 4), "hop": 4, "length": 64},
    "mean_power": {"signals": SIGNALS, **FRAME},
    "fixed_wiener": {"signal": SIGNALS[0], "signal_power": np.ones(5), "noise_power": np.ones(5), **FRAME},
    "frame_wiener": {"signal": SIGNALS[0], "noise_power": np.ones(5), **FRAME, "subtraction": 1.0},
    "denoise_signal": {"model": PCA(2).fit(RNG.normal(size=(20, 8))), "signal": SIGNALS[0], **FRAME},
    "spectrogram": {"signal": SIGNALS[0], **FRAME, "sample_rate": 8000.0},
    # baselines
    "independent_codes": {"X_train": CODES, "n_codes": 3, "X_test": CODES2, "pseudo_count": 1.0},
    "lloyd_step": {"x": X, "centers": X2[:3]}, "plus_plus": {"x": X, "K": 3, "rng": np.random.default_rng(0)},
    "principal_angles": {"A": X[:2], "B": X2[:2]}, "noised_circle": {"sd": 0.5, "radius": 1.0},
    "wiener_filter": {"mean": np.zeros(4), "covariance": COVARIANCE, "sd": 0.3},
    "masking_filter": {"mean": np.zeros(4), "covariance": COVARIANCE, "fraction": 0.3},
    "salt_and_pepper_filter": {"mean": np.zeros(4), "covariance": COVARIANCE, "fraction": 0.3, "low": 0.0, "high": 1.0},
    # data sets
    "arc": {"n_examples": 5, "noise": 0.1, "random_state": 0, "angle": 3.0},
    "circle": {"n_examples": 5, "noise": 0.1, "random_state": 0},
    "helix": {"n_examples": 5, "noise": 0.1, "random_state": 0, "turns": 2.0, "height": 2.0},
    "spiral": {"n_examples": 5, "noise": 0.1, "random_state": 0, "turns": 2.0},
    "swiss_roll": {"n_examples": 5, "noise": 0.1, "random_state": 0, "width": 1.5},
    "bars": {"n_examples": 5, "size": 4, "probability": 0.2, "random_state": 0},
    "correlated_gaussian": {"n_examples": 5, "covariance": COVARIANCE, "random_state": 0},
    "gaussian_mixture": {"n_examples": 5, "means": X[:2], "covariances": 1.0, "weights": [0.5, 0.5], "random_state": 0},
    "shapes": {"n_examples": 3, "side": 16, "n_shapes": 2, "noise": 0.1, "random_state": 0},
    "digit_scenes": {"n_examples": 3, "part": "train", "side": 16, "clutter": 4, "noise": 0.05, "random_state": 0},
    "strokes": {"m": 3, "side": 16, "width": 0.8, "random_state": 0},
    "load_patches": {"n_patches": 5, "size": 8, "normalize": "range", "random_state": 0},
    "chirps": {"n_signals": 2, "duration": 0.1, "random_state": 0},
    "chords": {"n_signals": 2, "duration": 0.1, "random_state": 0},
    "hum": {"n_signals": 2, "duration": 0.1, "random_state": 0},
    "pink_noise": {"n_signals": 2, "duration": 0.1, "random_state": 0},
    "white_noise": {"n_signals": 2, "duration": 0.1, "random_state": 0},
    "mix_at_snr": {"signals": SIGNALS, "noise": SIGNALS[::-1].copy(), "snr_db": 5.0},
    # sparseness
    "hoyer_sparseness": {"V": np.abs(X), "axis": 0}, "lifetime_sparseness": {"Y": np.abs(X)},
    "population_sparseness": {"Y": np.abs(X)}, "zero_fraction": {"Y": X},
}
# Files are the matter of fuzz.py; these two take nothing that could be bad.
OF_FILES = {"load", "load_file", "load_mnist", "read_idx", "load_digits", "cache_dir"}
ROOMS = (npae, applications, baselines, datasets, sparseness)


def public_functions() -> dict[str, Callable[..., Any]]:
    """Return every public function of these rooms by name."""
    found = {}
    for room in ROOMS:
        names = getattr(room, "__all__", None) or [name for name in vars(room) if not name.startswith("_")]
        found |= {name: getattr(room, name) for name in names if inspect.isfunction(getattr(room, name))
                  and getattr(room, name).__module__.startswith(room.__name__)}
    return found
