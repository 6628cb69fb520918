import numpy as np
import pytest
from scipy.special import softmax

from labeler.learning.batch_predict import BatchPredictor, predict_blocks
from labeler.learning.errors import (
    InvalidFeatures,
    ModelFileBroken,
    ModelFileMissing,
    ModelHashMismatch,
    TooFewLabels,
    UnknownName,
)
from labeler.learning.estimators.softmax import best_scale
from labeler.learning.evaluation.baselines import of_classes as baselines
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.models import models
from labeler.learning.supervised import train
from labeler.learning.trained_model import TrainedModel

WORDS = {
    "spam": ["win", "free", "prize", "cash"],
    "ham": ["lunch", "home", "see", "later"],
    "work": ["report", "desk"],
}


def texts(n, seed=0, labels=("spam", "ham", "work")):
    rng = np.random.default_rng(seed)
    y = [labels[i % len(labels)] for i in range(n)]
    return [{"text": " ".join([*rng.choice(WORDS[label], 2), f"word{rng.integers(30)}"])} for label in y], y


def learned(contents, y, model="linear_svm", seed=0):
    pipeline = pipeline_for(contents, seed)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    return train(pipeline, pipeline.transform(block), y, model=model, seed=seed)


def predicted(model, contents):
    return np.array(model.classes)[model.predict_proba(contents).argmax(axis=1)]


@pytest.mark.parametrize("name", [name for name, _ in models()])
@pytest.mark.parametrize("labels", [("spam", "ham"), ("spam", "ham", "work")])
def test_every_model_learns_and_its_probabilities_sum_to_one(name, labels):
    contents, y = texts(60, labels=labels)
    model = learned(contents, y, name)
    proba = model.predict_proba(contents)
    assert proba.dtype == np.float32
    assert proba.shape == (60, len(labels))
    assert np.allclose(proba.sum(axis=1), 1, atol=1e-5)
    assert np.mean(predicted(model, contents) == y) > 0.95


@pytest.mark.parametrize("name", [name for name, _ in models()])
def test_a_label_with_one_example_is_learned_too(name):
    contents, y = texts(40, labels=("spam", "ham"))
    model = learned([*contents, {"text": "report desk"}], [*y, "work"], name)
    assert model.classes == ["ham", "spam", "work"]
    assert predicted(model, [{"text": "report desk"}]) == ["work"]


@pytest.mark.parametrize("name", [name for name, _ in models()])
def test_two_examples_are_enough(name):
    assert learned([{"text": "free prize"}, {"text": "see you"}], ["spam", "ham"], name).classes == [
        "ham",
        "spam",
    ]


@pytest.mark.parametrize("y", [[], ["ham"], ["ham", "ham"]])
def test_fewer_than_two_labels_are_refused(y):
    contents, _ = texts(4)
    pipeline = pipeline_for(contents, 0)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    with pytest.raises(TooFewLabels, match="needs two labels with examples"):
        train(pipeline, pipeline.transform(block)[: len(y)], y, seed=0)


def test_rows_and_labels_that_do_not_match_are_refused():
    contents, y = texts(10)
    pipeline = pipeline_for(contents, 0)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    with pytest.raises(InvalidFeatures, match="10 rows, but 9 labels"):
        train(pipeline, pipeline.transform(block), y[:9], seed=0)


def test_an_unknown_model_is_refused_with_those_that_exist():
    with pytest.raises(UnknownName, match="linear_svm, logistic_regression"):
        learned(*texts(10), model="oracle")


@pytest.mark.parametrize("name", [name for name, _ in models()])
def test_the_same_data_and_seed_give_bit_identical_predictions(name):
    contents, y = texts(90)
    first, second = learned(contents, y, name, seed=3), learned(contents, y, name, seed=3)
    assert np.array_equal(first.predict_proba(contents), second.predict_proba(contents))


@pytest.mark.parametrize("name", [name for name, _ in models()])
@pytest.mark.parametrize("kind", ["text", "table"])
def test_a_loaded_model_predicts_the_same(name, kind, tmp_path):
    contents, y = texts(60)
    if kind == "table":
        rows = enumerate(contents)
        contents = [{"fields": {"n": i % 7, "word": c["text"].split()[0], "all": c["text"] * 3}} for i, c in rows]
    model = learned(contents, y, name)
    digest = model.save(tmp_path / "m")
    loaded = TrainedModel.load(tmp_path / "m", digest)
    assert loaded.classes == model.classes
    assert np.array_equal(loaded.predict_proba(contents), model.predict_proba(contents))
    assert [path.name for path in (tmp_path / "m").iterdir()] == ["model.skops"]


def test_a_missing_a_changed_and_a_broken_model_file_are_told_apart(tmp_path):
    import hashlib

    digest = learned(*texts(10)).save(tmp_path)
    file = tmp_path / "model.skops"
    with pytest.raises(ModelFileMissing):
        TrainedModel.load(tmp_path / "elsewhere", digest)
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(ModelHashMismatch):
        TrainedModel.load(tmp_path, digest)
    file.write_bytes(b"not a model")
    with pytest.raises(ModelFileBroken):
        TrainedModel.load(tmp_path, hashlib.sha256(b"not a model").hexdigest())


class Stranger:
    pass


def test_a_file_with_foreign_types_is_not_loaded(tmp_path):
    import hashlib

    import skops.io

    data = skops.io.dumps({"format": 1, "estimator": Stranger()})
    (tmp_path / "model.skops").write_bytes(data)
    with pytest.raises(ModelFileBroken):
        TrainedModel.load(tmp_path, hashlib.sha256(data).hexdigest())


def test_serving_and_training_see_the_same_rows():
    """Scores of the pool (cached blocks) and answers to requests (contents, one at a time) are the same."""
    contents, y = texts(60)
    model = learned(contents, y)
    block = model.pipeline.extract(contents)
    pool = predict_blocks(BatchPredictor.of(model), [block[:25], block[25:]], 3, chunk_rows=7)
    served = np.concatenate([model.predict_proba([content]) for content in contents])
    assert np.array_equal(pool, served)


def test_no_blocks_and_no_contents_give_no_rows():
    model = learned(*texts(10))
    assert predict_blocks(BatchPredictor.of(model), [], 3).shape == (0, 3)
    assert model.predict_proba([]).shape == (0, 3)


def test_unreadable_contents_still_get_an_answer():
    model = learned(*texts(30))
    proba = model.predict_proba([{"text": ""}, {"text": "\x00\ud800"}, {"fields": {"a": 1}}, {}])
    assert np.isfinite(proba).all()


def test_the_measured_scale_finds_the_one_that_made_the_labels():
    rng = np.random.default_rng(0)
    decisions = rng.normal(size=(4000, 3))
    drawn = softmax(decisions * 2.5, axis=1)
    codes = (drawn.cumsum(axis=1) < rng.random((4000, 1))).sum(axis=1)
    assert 2.0 < best_scale(decisions, codes) < 3.0


@pytest.mark.parametrize("kind", ["text", "table"])
def test_baselines_are_trained_on_the_same_data(kind):
    contents, y = texts(60)
    if kind == "table":
        contents = [{"fields": {"n": str(i), "gone": None, "word": c["text"][:3]}} for i, c in enumerate(contents)]
    reports = baselines(contents[:40], y[:40], contents[40:], y[40:], ["spam", "ham", "work"], seed=0)
    assert set(reports) == {"majority", "one_rule", "sklearn"}
    assert reports["majority"].metrics["accuracy"].value == pytest.approx(0.35, abs=0.1)
    assert reports["sklearn"].metrics["accuracy"].value > 0.8


def test_texts_without_words_leave_a_baseline_out():
    contents = [{"text": "?"}, {"text": "!"}]
    assert set(baselines(contents, ["a", "b"], contents, ["a", "b"], ["a", "b"], seed=0)) == {"majority"}


def test_a_model_keeps_its_features_when_the_pipeline_is_fitted_anew():
    contents, y = texts(30)
    pipeline = pipeline_for(contents, 0)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    model = train(pipeline, pipeline.transform(block), y, seed=0)
    before = model.predict_proba(contents)
    pipeline.fit([block[:5]])
    assert np.array_equal(model.predict_proba(contents), before)


def test_baselines_without_enough_labels_are_left_out():
    contents, y = texts(10)
    assert baselines([], [], contents, y, ["ham"], seed=0) == {}
    assert set(baselines(contents[:1], y[:1], contents, y, [y[0]], seed=0)) == {"majority"}
    assert baselines(contents[:5], y[:5], [], [], ["ham"], seed=0)["sklearn"].metrics["accuracy"].value is None
