"""Data frames in and out: pandas and polars, and `set_output`. They need the `dev` extra."""

import numpy as np
import pytest

from npae import (
    PCA,
    Autoencoder,
    MaskedAutoencoder,
    ProbabilisticPCA,
    VariationalAutoencoder,
    VectorQuantizedAutoencoder,
    load_digits,
)

pytestmark = pytest.mark.dev
X = load_digits().X_train[:60, 20:28]
NAMES = [f"pixel {j}" for j in range(8)]
FAST = {"hidden_dims": (6,), "epochs": 1, "random_state": 0}
MODELS = [Autoencoder(**FAST), VariationalAutoencoder(**FAST), VectorQuantizedAutoencoder(**FAST, n_codes=4), PCA(2),
          ProbabilisticPCA(2)]
models = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)


@pytest.fixture
def pd():
    import pandas
    return pandas


@pytest.fixture
def pl():
    import polars
    return polars


@pytest.fixture(params=["pandas", "polars"])
def frame(request):
    """Return a function that makes a data frame of an array and the names of its columns."""
    library = request.getfixturevalue("pd" if request.param == "pandas" else "pl")
    return lambda X, names: library.DataFrame(X, **{"columns" if request.param == "pandas" else "schema": names})


def fresh(model):
    return type(model)(**model.get_params())


@models
def test_columns_become_feature_names(model, frame):
    given = frame(X, NAMES)
    fitted, plain = fresh(model).fit(given), fresh(model).fit(X)
    assert list(fitted.feature_names_in_) == NAMES and fitted.feature_names_in_.dtype == object
    assert not hasattr(plain, "feature_names_in_")
    for method in ("transform", "reconstruct", "score_samples"):
        np.testing.assert_array_equal(getattr(fitted, method)(given), getattr(plain, method)(X))
    with pytest.raises(ValueError, match="feature names should match.*expected those of fit"):
        fitted.transform(frame(X[:, ::-1], NAMES[::-1]))
    assert not hasattr(fitted.fit(X), "feature_names_in_")


def test_columns_of_text_are_refused(frame):
    text = frame(np.array([["x", "1"], ["y", "2"]]), ["a", "b"])
    with pytest.raises(TypeError, match="X must hold real numbers"):
        Autoencoder().fit(text)


def test_missing_values_of_a_frame_are_named(pd, pl):
    for missing in (pd.DataFrame({"a": [1.0, None], "b": [2, 3]}), pl.DataFrame({"a": [1.0, None], "b": [2, 3]}),
                    pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [2, 3]})):
        with pytest.raises((ValueError, TypeError), match="X (has 1 entries that are not finite|must hold real numbers)"):
            Autoencoder().fit(missing)


def test_mixed_columns_of_numbers_are_numbers(pd):
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5], "c": [True, False]})
    np.testing.assert_allclose(PCA().fit(frame).mean_, [1.5, 1, 0.5])


@models
def test_set_output(model, pd, pl):
    fitted = fresh(model).fit(X)
    codes = fitted.transform(X)
    names = list(fitted.get_feature_names_out())
    assert type(codes) is np.ndarray and len(names) == codes.shape[1]
    index = pd.Index(range(100, 160))
    table = fitted.set_output(transform="pandas").transform(pd.DataFrame(X, index=index))
    assert list(table.columns) == names and table.index.equals(index)
    np.testing.assert_array_equal(table.to_numpy(), codes)
    columns = fitted.set_output(transform="polars").transform(X)
    assert columns.columns == names
    np.testing.assert_array_equal(columns.to_numpy(), codes)
    np.testing.assert_array_equal(fitted.reconstruct(X), fresh(model).fit(X).reconstruct(X))        # inside, arrays as ever
    assert type(fitted.set_output().transform(X)) is pl.DataFrame
    assert type(fitted.set_output(transform="default").transform(X)) is np.ndarray
    with pytest.raises(ValueError, match="transform must be one of 'default', 'pandas', 'polars', got 'arrow'"):
        fitted.set_output(transform="arrow")


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_the_setting_of_scikit_learn_is_followed(container, pd, pl):
    import sklearn
    kind = {"pandas": pd, "polars": pl}[container].DataFrame
    model = Autoencoder(**FAST).fit(X)
    with sklearn.config_context(transform_output=container):
        assert type(model.transform(X)) is kind and type(model.fit_transform(X)) is kind
        assert type(model.reconstruct(X)) is np.ndarray and np.isfinite(model.score(X))
        assert type(fresh(model).set_output(transform="default").fit(X).transform(X)) is np.ndarray       # its own comes first
    assert type(model.transform(X)) is np.ndarray


def test_pipelines_and_clones_carry_it_over(pd, pl):
    from sklearn.base import clone
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    frame = pd.DataFrame(X, columns=NAMES)
    codes = make_pipeline(StandardScaler(), Autoencoder(**FAST)).set_output(transform="pandas").fit_transform(frame)
    assert list(codes.columns) == ["autoencoder0", "autoencoder1"] and len(codes) == 60
    assert type(clone(Autoencoder(**FAST).set_output(transform="polars")).fit(X).transform(X)) is pl.DataFrame
    both = make_column_transformer((Autoencoder(**FAST), NAMES[:4]), (PCA(1), NAMES[4:])).set_output(transform="pandas")
    assert list(both.fit_transform(frame).columns) == ["autoencoder__autoencoder0", "autoencoder__autoencoder1", "pca__pca0"]


def test_a_masked_autoencoder_of_codes(pd):
    codes = pd.DataFrame(np.random.default_rng(0).integers(0, 4, (40, 3)), columns=list("abc"))
    model = MaskedAutoencoder(hidden_dims=(5,), n_codes=4, epochs=1, random_state=0).set_output(transform="pandas").fit(codes)
    assert list(model.feature_names_in_) == list("abc")
    assert list(model.transform(codes).columns) == [f"maskedautoencoder{j}" for j in range(5)]
