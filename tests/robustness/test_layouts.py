"""Data that are good and look unusual give what the plain float array gives: property-based. Needs the `dev` extra."""

import warnings
from fractions import Fraction

import numpy as np
import pytest

from npae import TrainingDiverged
from npae.models.base import Model
from npae.transformer import Transformer
from tests.ecosystem.estimators import MODELS, OF_IMAGES, OTHERS

from .hyperparameters import data_for, row_kind, small

pytestmark = pytest.mark.dev
LAYOUTS = {
    "Fortran order": np.asfortranarray,
    "read-only": lambda X: _read_only(X.copy()),
    "the other byte order": lambda X: X.astype(X.dtype.newbyteorder(">")),
    "every second row of a larger array": lambda X: np.repeat(X, 2, axis=0)[::2],
    "backwards in memory": lambda X: X[::-1, ::-1].copy()[::-1, ::-1],
    "not aligned": lambda X: _not_aligned(X),
    "in lists": lambda X: X.tolist(),
    "in tuples": lambda X: tuple(map(tuple, X.tolist())),
    "objects": lambda X: X.astype(object),
    "fractions": lambda X: np.array([[Fraction(value) for value in row] for row in X.tolist()]),
    "long double": lambda X: X.astype(np.longdouble),
    "a subclass": lambda X: X.view(type("Subclass", (np.ndarray,), {})),
    "a mask that masks nothing": lambda X: np.ma.masked_array(X, mask=np.zeros(X.shape, bool)),
    "an object with __array__": lambda X: _Wrapped(X),
    "pandas": lambda X: __import__("pandas").DataFrame(X),
    "polars": lambda X: __import__("polars").DataFrame(X, schema=[f"c{j}" for j in range(X.shape[1])]),
}


class _Wrapped:
    def __init__(self, X):
        self.X = X

    def __array__(self, dtype=None, copy=None):
        return np.array(self.X, dtype=dtype)


def _read_only(X):
    X.flags.writeable = False
    return X


def _not_aligned(X):
    memory = np.empty(X.nbytes + 1, np.uint8)
    moved = memory[1:].view(X.dtype).reshape(X.shape)
    moved[:] = X
    return moved


def matrices(kind):
    """Return a strategy of data: ordinary numbers, equal numbers, whole numbers, tiny and large ones; images; codes."""
    from hypothesis import strategies as st
    from hypothesis.extra.numpy import array_shapes, arrays
    if kind == "images":
        return arrays(np.float64, st.tuples(st.integers(1, 4), st.just(64)), elements=st.floats(0, 1, width=32))
    if kind == "codes":
        shapes = array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=6)
        return arrays(np.float64, shapes, elements=st.integers(0, 3).map(float))
    whole, special = st.integers(-5, 5).map(float), st.sampled_from([0.0, 1.0, -1.0, 1e-30, 1e4])
    numbers, shapes = st.one_of(st.floats(-100, 100, width=32), special, whole), array_shapes(min_dims=2, max_dims=2, max_side=7)
    mostly_zero = arrays(np.float64, shapes, elements=numbers, fill=st.just(0.0))
    return st.one_of(arrays(np.float64, shapes, elements=numbers), mostly_zero, shapes.map(np.ones))


def answers(fitted, X):
    """Return everything that the estimator says of X."""
    methods = ("_transform", "encode", "reconstruct", "score_samples", "predict", "predict_proba")
    offered = [name for name in methods if hasattr(fitted, name) and not _not_for(fitted, name)]
    return {name: np.asarray(getattr(fitted, name)(X)) for name in offered}


def _not_for(fitted, name):
    return name in ("predict", "predict_proba") and isinstance(fitted, Model) and not hasattr(fitted, "classes_")


def fitted_on(estimator, X):
    """Return the estimator fitted on X, and on labels where it needs them, or the documented error that it raises."""
    labels = (np.arange(len(np.asarray(X))) % 2,) if type(estimator).__name__ == "SoftmaxRegression" else ()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning)
        try:
            return small(estimator).fit(X, *labels)
        except (ValueError, TrainingDiverged) as error:
            return error


each = pytest.mark.parametrize("estimator", [*MODELS, *OF_IMAGES, *OTHERS], ids=lambda estimator: type(estimator).__name__)


@each
def test_fitted_on_anything_that_is_a_matrix_it_is_finite_or_says_why_not(estimator):
    from hypothesis import given, settings

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(matrices(row_kind(estimator)))
    def holds(X):
        before = X.copy()
        model = fitted_on(estimator, X)
        np.testing.assert_array_equal(X, before)
        if isinstance(model, TrainingDiverged):
            assert "term" in str(model)
        elif isinstance(model, Exception):
            assert any(word in str(model) for word in ("X ", "X,", "Z ", "y ", *small(estimator).get_params()))
        else:
            for name, answer in answers(model, X).items():
                assert len(answer) == len(X) and (answer.dtype.kind not in "fc" or np.isfinite(answer).all()), name

    holds()


@each
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_of_the_data_says_nothing(estimator, layout):
    X = data_for(estimator)[0]
    plain, other = fitted_on(estimator, X), fitted_on(estimator, LAYOUTS[layout](X))
    expected, found = answers(plain, X), answers(other, LAYOUTS[layout](X))
    assert expected and expected.keys() == found.keys()
    for name, answer in expected.items():
        np.testing.assert_array_equal(found[name], answer)


@each
@pytest.mark.parametrize("dtype", ["bool", "int8", "int32", "int64", "uint16", "uint32", "float16", "float32"])
def test_whole_numbers_are_numbers_whatever_their_type(estimator, dtype):
    X = np.random.default_rng(0).integers(0, 2, data_for(estimator)[0].shape).astype(float)
    plain, other = fitted_on(estimator, X), fitted_on(estimator, X.astype(dtype))
    for name, answer in answers(plain, X).items():
        np.testing.assert_array_equal(answers(other, X.astype(dtype))[name], answer)


@each
def test_bytes_are_gray_levels_for_models_and_numbers_for_the_others(estimator):
    images = np.random.default_rng(0).integers(0, 2, data_for(estimator)[0].shape).astype(np.uint8)
    gray = isinstance(estimator, Model) and row_kind(estimator) != "codes"
    scale = np.float32(255) if gray else 1
    plain, other = fitted_on(estimator, (images / scale)), fitted_on(estimator, images)
    for name, answer in answers(plain, images / scale).items():
        np.testing.assert_array_equal(answers(other, images)[name], answer)


@each
@pytest.mark.parametrize("kind", ["csr_array", "csr_matrix", "coo_array"])
def test_sparse_matrices_are_refused_with_the_remedy(estimator, kind):
    import scipy.sparse
    X = data_for(estimator)[0]
    with pytest.raises(TypeError, match=r"[XZ] is a sparse matrix; npae works on dense arrays: pass [XZ].toarray\(\)"):
        small(estimator).fit(getattr(scipy.sparse, kind)(X), *data_for(estimator)[1:])
    if isinstance(estimator, Transformer):
        with pytest.raises(TypeError, match="X is a sparse matrix"):
            fitted_on(estimator, X).transform(getattr(scipy.sparse, kind)(X))
