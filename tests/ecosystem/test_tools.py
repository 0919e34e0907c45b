"""scikit-learn's tools on our estimators: clone, Pipeline, searches, joblib, a Dask cluster. They need the `dev` extra."""

import re
import subprocess
import sys
from pathlib import Path

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
    KMeans,
    L1Sparsity,
    NotFittedError,
    ProbabilisticAutoencoder,
    SparseAutoencoder,
    StackedDenoisingAutoencoder,
    VariationalAutoencoder,
    VectorQuantizedAutoencoder,
    load_digits,
)
from npae.applications import AnomalyDetector, SoftmaxRegression

pytestmark = pytest.mark.dev
DIGITS = load_digits()
X, Y = DIGITS.X_train[:150], DIGITS.y_train[:150]
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
    pipeline.fit(X, Y)
    assert pipeline.score(X, Y) > 0.2


@each
def test_cross_val_score_is_the_score_of_each_fold(estimator):
    from sklearn.base import clone
    from sklearn.model_selection import KFold, cross_val_score
    folds = KFold(3)
    scores = cross_val_score(estimator, X, cv=folds, error_score="raise")
    by_hand = [clone(estimator).fit(X[train]).score(X[test]) for train, test in folds.split(X)]
    np.testing.assert_allclose(scores, by_hand, rtol=1e-6)


# ---- score ranks the right way round: of two settings the search must choose the one that is known to be better ---------

BETTER = [
    (Autoencoder(hidden_dims=(32,), epochs=60, learning_rate=5e-3, random_state=0), {"latent_dim": [1, 12]}, 12),
    (DenoisingAutoencoder(hidden_dims=(32,), latent_dim=12, random_state=0, learning_rate=5e-3), {"epochs": [1, 60]}, 60),
    (VariationalAutoencoder(hidden_dims=(32,), latent_dim=4, sigma2=0.1, random_state=0, learning_rate=5e-3), {"epochs": [1, 60]},
     60),
    (ProbabilisticAutoencoder(hidden_dims=(32,), latent_dim=4, random_state=0, learning_rate=5e-3), {"epochs": [1, 60]}, 60),
    (VectorQuantizedAutoencoder(hidden_dims=(32,), epochs=60, learning_rate=5e-3, random_state=0), {"n_codes": [2, 32]}, 32),
    (PCA(), {"n_components": [1, 12]}, 12),
    (KMeans(random_state=0), {"n_clusters": [2, 10]}, 10),
    (AnomalyDetector(PCA(1), false_alarm_rate=0.2), {"model__n_components": [1, 12]}, 12),
]


@pytest.mark.parametrize("estimator, grid, better", BETTER, ids=lambda value: type(value).__name__)
def test_a_search_finds_the_better_model(estimator, grid, better):
    from sklearn.model_selection import GridSearchCV
    search = GridSearchCV(estimator, grid, cv=3, error_score="raise").fit(X)
    assert set(search.best_params_.values()) == {better}


def test_a_weight_is_a_hyperparameter_that_a_search_reaches():
    from sklearn.model_selection import GridSearchCV
    search = GridSearchCV(ContractiveAutoencoder(**FAST), {"contraction_weight": [0.01, 10.0]}, cv=2).fit(X)
    assert set(search.cv_results_["param_contraction_weight"]) == {0.01, 10.0}


def test_a_classifier_is_one_to_scikit_learn():
    from sklearn.base import is_classifier, is_clusterer
    from sklearn.model_selection import GridSearchCV
    assert is_classifier(SoftmaxRegression()) and is_clusterer(KMeans()) and not is_classifier(Autoencoder())
    search = GridSearchCV(SoftmaxRegression(), {"decay": [1e-3, 1e2]}, cv=3).fit(X, Y)
    assert search.best_params_ == {"decay": 1e-3} and search.best_score_ > 0.8


def test_parameters_of_estimators_inside_of_estimators():
    detector = AnomalyDetector(Autoencoder(latent_dim=3))
    assert detector.get_params()["model__latent_dim"] == 3 and "model__latent_dim" not in detector.get_params(deep=False)
    assert detector.set_params(model__latent_dim=5).model.latent_dim == 5
    detector.set_params(model__n_components=2, model=PCA())     # the new model first
    assert detector.model.n_components == 2
    with pytest.raises(ValueError, match="no hyperparameter 'model__depth'"):
        detector.set_params(confidence=0.5, model__depth=1)
    assert detector.confidence == 0.95


def test_not_fitted_is_scikit_learns_error_as_well_as_ours():
    import pickle

    from sklearn.exceptions import NotFittedError as Theirs
    with pytest.raises(Theirs) as caught:
        Autoencoder().transform(X)
    assert isinstance(caught.value, NotFittedError)
    again = pickle.loads(pickle.dumps(caught.value))        # a worker process sends it back
    assert isinstance(again, Theirs) and isinstance(again, NotFittedError) and str(again) == str(caught.value)


# ---- several processes --------------------------------------------------------------------------------------------------

GRID = {"latent_dim": [2, 6], "learning_rate": [1e-3, 5e-3]}


@pytest.fixture(scope="module")
def alone():
    from sklearn.model_selection import GridSearchCV
    return GridSearchCV(Autoencoder(**FAST), GRID, cv=2).fit(X)


def test_joblib_processes_find_what_one_process_finds(alone):
    from sklearn.model_selection import GridSearchCV
    search = GridSearchCV(Autoencoder(**FAST), GRID, cv=2, n_jobs=2).fit(X)
    np.testing.assert_array_equal(search.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"])
    np.testing.assert_array_equal(search.best_estimator_.theta, alone.best_estimator_.theta)


def test_the_readmes_search_on_a_dask_cluster(tmp_path):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    [block] = [text for text in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "dask" in text]
    (tmp_path / "search.py").write_text("import npae\n\n" + block)
    done = subprocess.run([sys.executable, "search.py"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120)
    assert "'latent_dim': 16" in done.stdout


def test_pca_agrees_with_scikit_learn():
    from sklearn.decomposition import PCA as Theirs
    ours, theirs = PCA(5).fit(X), Theirs(5, svd_solver="full").fit(X.astype(float))
    np.testing.assert_allclose(np.abs(np.sum(ours.components_ * theirs.components_, axis=1)), 1, rtol=1e-6)
    np.testing.assert_allclose(ours.explained_variance_ * len(X) / (len(X) - 1), theirs.explained_variance_, rtol=1e-6)
