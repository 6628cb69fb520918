"""What each model must be able to do beyond learning: see tests/learning/test_supervised.py for that."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from labeler.learning.batch_predict import BatchPredictor
from labeler.learning.errors import InvalidFeatures, ModelFileBroken, TooFewLabels, UnknownName
from labeler.learning.estimators.complement_nb import ComplementBayes
from labeler.learning.estimators.forest import dense, telling_columns
from labeler.learning.estimators.one_vs_rest import OneVsRest
from labeler.learning.estimators.trees import WIDEST, Trees
from labeler.learning.evaluation.classification import evaluate
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.projection import Projection
from labeler.learning.fitting import UnlabeledData, fit_pooled, predict_pool
from labeler.learning.models import get_model, models
from labeler.learning.models.registry import Categorical, LogRange, registered
from labeler.learning.semi_supervised.label_spreading import graph_of
from labeler.learning.trained_model import TrainedModel

NAMES = [name for name, _ in models()]


def clouds(n, width=6, classes=3, seed=0, noise=1.0):
    """Points around a center each class, as dense float32 rows."""
    rng = np.random.default_rng(seed)
    centers = 2 * np.random.default_rng(99).standard_normal((classes, width))
    codes = np.arange(n) % classes
    return (centers[codes] + noise * rng.standard_normal((n, width))).astype(np.float32), codes


def test_listing_models_costs_no_import_of_scikit_learn():
    code = (
        "import sys; from labeler.learning.models import models; assert models(); assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_one_label_and_several_are_different_models():
    assert "one_vs_rest" not in NAMES and [name for name, _ in models("multilabel")] == ["one_vs_rest"]
    assert {"complement_nb", "extra_trees", "gradient_boosting", "linear_svm", "logistic_regression"} <= set(NAMES)


@pytest.mark.whole
@pytest.mark.parametrize("name", sorted(name for name, one in registered().items() if one.fit_pool is None))
def test_every_value_of_a_models_space_can_be_trained(name):
    one, rng = get_model(name), np.random.default_rng(0)
    X, codes = clouds(60)
    y = codes if one.problem == "classification" else [[str(code)] for code in codes]
    assert one.space
    for _ in range(4):
        params = {key: space.draw(rng) for key, space in one.space.items()}
        near = {key: space.near(params[key], 0.2, rng) for key, space in one.space.items()}
        assert np.isfinite(one.make(1, **near).fit(csr_matrix(X), y).predict_proba(csr_matrix(X))).all()


def test_a_search_never_leaves_a_range_and_comes_closer():
    space, rng = LogRange(0.1, 10.0), np.random.default_rng(0)
    assert all(0.1 <= space.near(9.0, 1.0, rng) <= 10.0 for _ in range(200))
    assert all(0.7 < space.near(1.0, 0.1, rng) < 1.4 for _ in range(200))
    assert {Categorical(("a", "b")).near("a", 0.0, rng) for _ in range(50)} == {"a"}


def test_a_hyperparameter_that_does_not_exist_is_refused():
    with pytest.raises(UnknownName, match='no hyperparameter "depth", there are: C, class_weight'):
        get_model("linear_svm").make(0, depth=3)


@pytest.mark.parametrize("name", NAMES)
def test_probabilities_are_about_as_right_as_they_say(name):
    X, codes = clouds(400, classes=3, noise=2.5)
    fresh, truth = clouds(3000, classes=3, seed=1, noise=2.5)
    fitted = get_model(name).make(0).fit(X / 20, codes)
    report = evaluate(truth.astype(str), fitted.predict_proba(fresh / 20), ["0", "1", "2"], 0)
    error = report.metrics["calibration_error"].value
    assert error is not None and error < 0.08
    assert report.metrics["log_loss"].value is not None and report.metrics["log_loss"].value < np.log(3) * 0.9


@pytest.mark.parametrize("name", NAMES)
def test_sparse_and_dense_rows_say_the_same(name):
    X, codes = clouds(60)
    sparse = get_model(name).make(0).fit(csr_matrix(X), codes).predict_proba(csr_matrix(X))
    assert np.allclose(sparse, get_model(name).make(0).fit(X, codes).predict_proba(X), atol=1e-4)


def test_naive_bayes_learns_from_what_lies_below_zero():
    rng = np.random.default_rng(0)
    X, codes = -np.abs(rng.standard_normal((80, 4))).astype(np.float32), np.arange(80) % 2
    X[codes == 0, :2] *= 5
    X[codes == 1, 2:] *= 5
    fitted = ComplementBayes().fit(csr_matrix(X), codes)
    assert np.mean(fitted.predict(csr_matrix(X)) == codes) > 0.9
    assert fitted.coef_.shape == (2, 8)


def test_naive_bayes_leaves_columns_alone_that_are_never_negative():
    X, codes = clouds(60)
    fitted = ComplementBayes().fit(csr_matrix(np.abs(X)), codes)
    assert len(fitted.signed_) == 0 and fitted.coef_.shape == (3, 6)


def test_trees_look_at_so_many_columns_however_wide_the_rows():
    rng = np.random.default_rng(0)
    wide = csr_matrix((rng.random((50, 5000)) > 0.9).astype(np.float32))
    codes = np.arange(50) % 2
    columns = telling_columns(wide, codes)
    assert len(columns) == WIDEST and dense(wide, columns).shape == (50, WIDEST)


def test_trees_find_what_no_line_can():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (600, 4)).astype(np.float32)
    codes = (X[:, 0] * X[:, 1] > 0).astype(int)
    for name, least in (("gradient_boosting", 0.9), ("extra_trees", 0.85), ("linear_svm", 0.0)):
        right = np.mean(get_model(name).make(0).fit(X[:400], codes[:400]).predict(X[400:]) == codes[400:])
        assert right > least if name != "linear_svm" else right < 0.65


def test_our_trees_say_what_scikit_learns_say():
    from sklearn.ensemble import ExtraTreesClassifier

    X, codes = clouds(120)
    forest = ExtraTreesClassifier(20, random_state=0).fit(X, codes)
    ours = Trees.of(forest)
    fresh = clouds(500, seed=2)[0]
    assert np.allclose(ours.sums(fresh) / 20, forest.predict_proba(fresh), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "value"),
    [("left", 7), ("left", 99), ("left", -3), ("right", 0), ("feature", -1), ("roots", 50)],
)
def test_trees_that_point_outside_themselves_are_refused(name, value):
    X, codes = clouds(60)
    trees = get_model("extra_trees").make(0).fit(X, codes).trees_
    state = {key: array.copy() for key, array in trees.__getstate__().items()}
    if name == "roots":
        state["roots"][0] = len(state["feature"]) + value
    elif name == "left" and value == 7:
        state["left"][3] = 0  # a child before its parent: a walk without end
    else:
        state[name][2] = value if value < 90 else len(state["feature"])
    with pytest.raises(ValueError, match="the trees"):
        Trees.__new__(Trees).__setstate__(state)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_file_holds_no_type_that_is_not_ours_or_plain(name, tmp_path):
    import skops.io

    contents = [{"fields": {"a": float(i % 7), "b": i % 3}} for i in range(60)]
    pipeline = pipeline_for(contents)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    y = [str(i % 3) for i in range(60)]
    estimator = get_model(name).make(0).fit(pipeline.transform(block), y)
    TrainedModel(pipeline, estimator, estimator.classes_.tolist(), name).save(tmp_path)
    untrusted = skops.io.get_untrusted_types(file=tmp_path / "model.skops")
    assert untrusted and all(one.startswith("labeler.learning.estimators.") for one in untrusted)


def test_a_model_file_with_crafted_trees_is_refused(tmp_path):
    contents = [{"fields": {"a": float(i % 7)}} for i in range(60)]
    pipeline = pipeline_for(contents)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    estimator = get_model("extra_trees").make(0).fit(pipeline.transform(block), [str(i % 3) for i in range(60)])
    estimator.trees_.left[0] = len(estimator.trees_.left) + 5
    digest = TrainedModel(pipeline, estimator, estimator.classes_.tolist(), "extra_trees").save(tmp_path)
    with pytest.raises(ModelFileBroken, match="point outside themselves"):
        TrainedModel.load(tmp_path, digest)


@pytest.fixture
def table_ensemble():
    """A pool ensemble of table rows, trained on 60 of 90: contents, pooling, raw rows, model and flow."""
    contents = [{"fields": {"a": i % 7, "b": i % 5, "c": None if i % 11 == 0 else i % 3}} for i in range(90)]
    pipeline = pipeline_for(contents)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    rows = pipeline.transform(block)
    projection = Projection.of(rows)
    graph = graph_of(projection.transform(rows))
    pooling = UnlabeledData(graph, graph.affinity(), projection)
    model, flow = fit_pooled(pipeline, rows[:60], np.arange(60), [str(i % 3) for i in range(60)], pooling, 0)
    return contents, pooling, block, model, flow


def test_a_pool_ensemble_of_a_table_is_stored_without_pickle(table_ensemble, tmp_path):
    contents, _, _, model, _ = table_ensemble
    loaded = TrainedModel.load(tmp_path, model.save(tmp_path))
    assert model.estimator.weights["trees"] > 0
    # What it keeps of the pool is stored in half precision.
    assert np.allclose(loaded.predict_proba(contents), model.predict_proba(contents), atol=0.02)


def test_a_table_is_scored_with_the_trees_that_the_ensemble_weighed(table_ensemble):
    _, pooling, block, model, flow = table_ensemble
    scored = predict_pool(BatchPredictor.of(model), [block], pooling.graph, flow)
    model.estimator.weights["trees"] = 0.0
    assert not np.allclose(scored, predict_pool(BatchPredictor.of(model), [block], pooling.graph, flow), atol=1e-3)


def labelsets(n, seed=0):
    """Rows that show which of three labels they have: "c" is rare, and some have none."""
    rng = np.random.default_rng(seed)
    has = rng.random((n, 3)) < (0.5, 0.3, 0.08)
    X = has @ np.array([[1.0, 0, 0, 0.3], [0, 1.0, 0, 0.3], [0, 0, 1.0, -0.3]]) + 0.35 * rng.standard_normal((n, 4))
    return csr_matrix(X.astype(np.float32)), has, [{"abc"[j] for j in np.flatnonzero(row)} for row in has]


def test_several_labels_are_learned_from_sets_and_from_an_indicator_alike():
    X, has, sets = labelsets(300)
    by_sets, by_array = OneVsRest().fit(X, sets), OneVsRest().fit(X, has.astype(int))
    assert by_sets.classes_.tolist() == ["a", "b", "c"] and by_array.classes_.tolist() == [0, 1, 2]
    proba = by_sets.predict_proba(X)
    assert np.array_equal(proba, by_array.predict_proba(X)) and proba.shape == (300, 3)
    assert not np.allclose(proba.sum(axis=1), 1)
    assert np.mean((by_sets.predict(X) == 1) == has) > 0.9


def test_each_labels_probability_is_about_as_right_as_it_says():
    X, _, sets = labelsets(600)
    fresh, truth, _ = labelsets(4000, seed=1)
    proba = OneVsRest().fit(X, sets).predict_proba(fresh)
    for column in range(3):
        assert abs(proba[:, column].mean() - truth[:, column].mean()) < 0.03


def test_a_label_that_all_or_none_have_keeps_its_share():
    X, _, sets = labelsets(60)
    proba = OneVsRest().fit(X, [one | {"always"} for one in sets]).predict_proba(X)
    assert (proba[:, 1] > 0.95).all()
    indicator = np.zeros((60, 2), dtype=int)
    indicator[:30, 0] = 1
    assert (OneVsRest().fit(X, indicator).predict_proba(X)[:, 1] < 0.05).all()


def test_labels_that_teach_nothing_or_are_none_are_refused():
    X, _, _ = labelsets(4)
    with pytest.raises(TooFewLabels, match="needs a label that some items have and others don't"):
        OneVsRest().fit(X, [["a"]] * 4)
    with pytest.raises(TooFewLabels):
        OneVsRest().fit(X, [[]] * 4)
    with pytest.raises(InvalidFeatures, match="0s and 1s only"):
        OneVsRest().fit(X, np.array([[0, 2]] * 4))
    with pytest.raises(InvalidFeatures, match="a set, tuple or list"):
        OneVsRest().fit(X, ["a", "b", "a", "b"])


def test_a_model_of_several_labels_is_stored_without_pickle(tmp_path):
    contents = [{"text": text} for text in ("red sky", "blue sea", "red sea", "blue sky")] * 10
    pipeline = pipeline_for(contents)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    sets = [content["text"].split() for content in contents]
    estimator = OneVsRest().fit(pipeline.transform(block), sets)
    model = TrainedModel(pipeline, estimator, estimator.classes_.tolist(), "one_vs_rest")
    loaded = TrainedModel.load(tmp_path, model.save(tmp_path))
    assert np.array_equal(loaded.predict_proba(contents), model.predict_proba(contents))
    assert loaded.classes == ["blue", "red", "sea", "sky"]
