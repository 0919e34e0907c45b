"""scikit-learn's tools on our estimators, and data frames. Needs the `dev` extra."""

import numpy as np
import pytest

from npae import (
    PCA,
    Autoencoder,
    ContractiveAutoencoder,
    ConvolutionalAutoencoder,
    DenoisingAutoencoder,
    GaussianNoise,
    HierarchicalVectorQuantizedAutoencoder,
    L1Sparsity,
    ProbabilisticAutoencoder,
    SparseAutoencoder,
    StackedDenoisingAutoencoder,
    VariationalAutoencoder,
    VectorQuantizedAutoencoder,
    load_digits,
)

pytestmark = pytest.mark.dev
X = load_digits().X_train[:150]
FAST = {"hidden_dims": (16,), "epochs": 2, "random_state": 0}
ESTIMATORS = [
    Autoencoder(**FAST, penalties=[L1Sparsity(0.1)], corruption=GaussianNoise(0.1)), SparseAutoencoder(**FAST),
    DenoisingAutoencoder(**FAST), StackedDenoisingAutoencoder(**FAST), ContractiveAutoencoder(**FAST),
    ProbabilisticAutoencoder(**FAST), VariationalAutoencoder(**FAST, sigma2=0.1), PCA(3),
    ConvolutionalAutoencoder(channels=(8,), epochs=2, random_state=0), VectorQuantizedAutoencoder(**FAST, n_codes=8),
    HierarchicalVectorQuantizedAutoencoder(epochs=2, n_codes_top=8, n_codes_bottom=8, random_state=0),
]
each = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda estimator: type(estimator).__name__)


@each
def test_clone(estimator):
    from sklearn.base import clone
    twin = clone(estimator)
    assert twin is not estimator and twin.get_params() == estimator.get_params()
    np.testing.assert_array_equal(clone(twin).fit(X).transform(X), twin.fit(X).transform(X))


@each
def test_pipeline(estimator):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer
    pipeline = make_pipeline(FunctionTransformer(lambda x: x / 1.0), estimator, LogisticRegression(max_iter=500))
    pipeline.fit(X, load_digits().y_train[:150])
    assert pipeline.score(X, load_digits().y_train[:150]) > 0.2


def test_grid_search_ranks_models_the_right_way_round():
    from sklearn.model_selection import GridSearchCV
    model = Autoencoder(hidden_dims=(32,), epochs=60, learning_rate=5e-3, random_state=0)
    search = GridSearchCV(model, {"latent_dim": [1, 12]}, cv=3)
    search.fit(X)
    assert search.best_params_ == {"latent_dim": 12}


def test_a_weight_is_a_hyperparameter_that_a_search_reaches():
    from sklearn.model_selection import GridSearchCV
    search = GridSearchCV(ContractiveAutoencoder(**FAST), {"contraction_weight": [0.01, 10.0]}, cv=2).fit(X)
    assert set(search.cv_results_["param_contraction_weight"]) == {0.01, 10.0}


def test_data_frames_give_feature_names():
    import pandas as pd
    frame = pd.DataFrame(X[:, 20:24], columns=list("abcd"))
    model = Autoencoder(latent_dim=2, **FAST).fit(frame)
    assert list(model.feature_names_in_) == list("abcd")
    np.testing.assert_array_equal(model.transform(frame), model.transform(frame.to_numpy()))
    with pytest.raises(ValueError, match="expected those of fit"):
        model.transform(frame[list("bacd")])
    with pytest.raises(TypeError, match="real numbers"):
        Autoencoder().fit(pd.DataFrame({"a": ["x", "y"]}))


def test_pca_agrees_with_scikit_learn():
    from sklearn.decomposition import PCA as Theirs
    ours, theirs = PCA(5).fit(X), Theirs(5, svd_solver="full").fit(X.astype(float))
    np.testing.assert_allclose(np.abs(np.sum(ours.components_ * theirs.components_, axis=1)), 1, rtol=1e-6)
    np.testing.assert_allclose(ours.explained_variance_ * len(X) / (len(X) - 1), theirs.explained_variance_, rtol=1e-6)
