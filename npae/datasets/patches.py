"""Small patches of a photograph, as in A. Ng's CS294A exercise on sparse autoencoders."""

import numpy as np

from ..validation import Seed, check_choice, check_integer, check_random_state

_LUMINANCE = np.array([0.299, 0.587, 0.114])  # red, green, blue (ITU-R BT.601)
_NORMALIZATIONS = ("none", "range", "whiten")
_ZCA_EPSILON = 1e-3  # near the median variance: weaker directions, mostly noise of the picture, are not blown up to unit variance


def load_patches(
    n_patches: int = 10000, *, size: int = 8, normalize: str = "range", random_state: Seed = None
) -> np.ndarray:
    """Cut patches at random places (they may overlap) from the sample photograph that matplotlib installs.

    Returns X (n_patches, size * size) float32. normalize is
        "none"   gray levels in [0, 1];
        "range"  each patch less its mean, clipped at 3 standard deviations (of all pixels together), mapped to [.1, .9]: the
                 recipe of CS294A, for sigmoid outputs;
        "whiten" each patch less its mean, ZCA-whitened over the patches drawn, then clipped and mapped likewise.

    One portrait is not a sample of nature: much of it is out of focus, so that neighbouring pixels are more alike and the patches
    are smoother and more alike than those of a set of sharp landscapes. Expect PCA with few directions to do well; "whiten"
    takes that advantage away. JPEG decoders round differently: the last bits may differ from one machine to another.

    Raises ValueError, naming the argument, for n_patches < 1, a size outside 2..512, an unknown normalize or random_state.
    """
    check_integer(n_patches, "n_patches", 1)
    check_choice(normalize, "normalize", _NORMALIZATIONS)
    photograph = _photograph()
    check_integer(size, "size", 2, min(photograph.shape))
    X = _cut(photograph, n_patches, size, check_random_state(random_state))
    if normalize != "none":
        X = X - X.mean(axis=1, keepdims=True)
        X = _to_range(_zca(X) if normalize == "whiten" else X)
    return X.astype(np.float32)


def _photograph() -> np.ndarray:
    """Return the gray levels (600, 512) in [0, 1] of Grace Hopper's portrait."""
    from matplotlib.cbook import get_sample_data  # here, because `import npae` must not import matplotlib
    from matplotlib.image import imread

    return imread(get_sample_data("grace_hopper.jpg", asfileobj=False)) @ _LUMINANCE / 255


def _cut(photograph: np.ndarray, n_patches: int, size: int, rng: np.random.Generator) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(photograph, (size, size))  # a view: all places at once
    rows = rng.integers(windows.shape[0], size=n_patches)
    columns = rng.integers(windows.shape[1], size=n_patches)
    return windows[rows, columns].reshape(n_patches, size * size)


def _zca(X: np.ndarray) -> np.ndarray:
    """Return the centred X times V (D + epsilon)^(-1/2) V^T, where V D V^T is its covariance."""
    X = X - X.mean(axis=0)
    variances, directions = np.linalg.eigh(X.T @ X / len(X))
    return X @ (directions / np.sqrt(np.maximum(variances, 0) + _ZCA_EPSILON)) @ directions.T


def _to_range(X: np.ndarray) -> np.ndarray:
    """Clip at 3 standard deviations and map these to .1 and .9."""
    limit = 3 * X.std() or 1.0  # patches without any contrast stay at the middle, .5
    return 0.5 + 0.4 * np.clip(X / limit, -1, 1)
