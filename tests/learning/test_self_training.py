"""Self-training: a linear model that the ensemble teaches on unlabeled items, and one that answers beyond a map."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge

from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.semi_supervised.distillation import Student
from labeler.learning.semi_supervised.ensemble import Ensemble, Views, fit_ensemble
from labeler.learning.semi_supervised.label_spreading import graph_of, unit
from labeler.learning.semi_supervised.self_training import (
    ALPHA,
    LABELED,
    TAUGHT,
    as_sure_as,
    estimator_of,
    lesson,
    powered,
    self_trained,
)

CLASSES = 3


def taught(n=900, labels=30, seed=0, noise=0.9, misled=False):
    """A pool whose classes overlap, an ensemble of some of its labels, and what that taught."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, CLASSES, n)
    toward = np.eye(12)[rng.permutation(codes) if misled else codes]
    graph = graph_of(unit(toward + noise * rng.standard_normal((n, 12))))
    words = (rng.random((n, 60)) < 0.05 + 0.25 * (np.arange(60) % CLASSES == codes[:, None])).astype(np.float32)
    sparse = csr_matrix(unit(words))
    positions = np.sort(np.concatenate([np.flatnonzero(codes == c)[: labels // CLASSES] for c in range(CLASSES)]))
    labeled = Views(sparse[positions], graph.vectors[positions], graph.smooth[positions])
    ensemble, flow = fit_ensemble(labeled, codes[positions].astype(str), graph.affinity(), positions, 0)
    views = Views(sparse, graph.vectors, graph.smooth, flow)
    return ensemble, views, positions, codes


def right(model, views, codes):
    return float(np.mean(model.predict_proba(views).argmax(axis=1) == codes))


def test_the_student_is_better_than_who_taught_it():
    gained = []
    for seed in range(5):
        ensemble, views, positions, codes = taught(seed=seed)
        student = self_trained(ensemble, views, positions, codes[positions])
        gained.append(right(student, views, codes) - right(ensemble, views, codes))
    assert np.mean(gained) > 0.01 and min(gained) > -0.02


def test_a_misleading_map_does_not_mislead_the_student_more():
    for seed in range(3):
        ensemble, views, positions, codes = taught(labels=150, seed=seed, misled=True)
        student = self_trained(ensemble, views, positions, codes[positions])
        assert right(student, views, codes) > right(ensemble, views, codes) - 0.02


def test_the_student_is_as_sure_as_the_ensemble():
    ensemble, views, positions, codes = taught()
    student = self_trained(ensemble, views, positions, codes[positions])
    own, said = student.predict_proba(views), ensemble.predict_proba(views)
    others = np.setdiff1d(np.arange(len(views)), positions)
    assert np.allclose(own.sum(axis=1), 1, atol=1e-5) and own.dtype == np.float32
    assert own[others].max(axis=1).mean() == pytest.approx(said[others].max(axis=1).mean(), abs=0.005)
    sharp = powered(said, 3.0)
    assert as_sure_as(said, sharp) == pytest.approx(3.0, rel=0.01)


def test_the_dual_solution_is_ridge_regression():
    ensemble, views, positions, codes = taught(n=200)
    student = self_trained(ensemble, views, positions, codes[positions])
    wide = np.hstack([views.sparse.toarray(), views.vectors, views.smooth, np.ones((200, 1))])
    targets, weight = ensemble.predict_proba(views).astype(np.float64), np.ones(200)
    targets[positions], weight[positions] = np.eye(CLASSES)[codes[positions]], LABELED
    mean = np.average(targets, axis=0, weights=weight)
    fitted = Ridge(ALPHA, fit_intercept=False).fit(wide, targets - mean, sample_weight=weight)
    expected = powered(fitted.predict(wide) + mean, student.power)
    assert np.allclose(student.predict_proba(views), expected, atol=1e-3)


def test_the_same_input_gives_the_same_bits_also_stored_and_read():
    ensemble, views, positions, codes = taught()
    one, two = (self_trained(ensemble, views, positions, codes[positions]) for _ in range(2))
    stored = estimator_of(one.state())
    for other in (two, stored):
        assert np.array_equal(one.predict_proba(views), other.predict_proba(views))
    assert stored.classes == ensemble.classes and stored.weights == ensemble.weights
    assert isinstance(estimator_of(ensemble.state()), Ensemble)


def test_pools_of_labeled_or_identical_items_are_learned_too():
    ensemble, views, positions, codes = taught(n=60, labels=60)
    everything = np.arange(60)
    assert right(self_trained(ensemble, views, everything, codes), views, codes) > 0.8
    same = Views(views.sparse[[0] * 60], views.vectors[[0] * 60], views.smooth[[0] * 60], views.flow[[0] * 60])
    assert np.isfinite(self_trained(ensemble, same, positions, codes[positions]).predict_proba(same)).all()


def test_a_lesson_holds_all_labeled_and_some_others():
    positions = np.array([3, 9_000, 9_999])
    places = lesson(10_000, positions, seed=1)
    assert len(places) == TAUGHT + 3 and np.isin(positions, places).all() and (np.diff(places) > 0).all()
    assert np.array_equal(places, lesson(10_000, positions, seed=1))
    assert lesson(50, positions[:1], seed=1).tolist() == list(range(50))


@pytest.mark.parametrize("kind", ["text", "table"])
def test_a_student_answers_by_features_alone(kind):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, 600)
    contents = [{"text": f"{['cats purr', 'dogs bark'][code]} number {n}"} for n, code in enumerate(codes)]
    if kind == "table":  # what no line tells apart
        sides = rng.integers(0, 2, 600)
        contents = [
            {"fields": {"a": int(side) + 0.1 * rng.random(), "b": int(side ^ code) + 0.1 * rng.random()}}
            for side, code in zip(sides, codes, strict=True)
        ]
    pipeline = pipeline_for(contents)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    features, said = pipeline.transform(block), 0.1 + 0.8 * np.eye(2)[codes]
    student = Student.of(pipeline, features[:400], said[:400])
    proba = student.predict_proba(features[400:])
    assert np.allclose(proba.sum(axis=1), 1, atol=1e-6)
    assert np.mean(proba.argmax(axis=1) == codes[400:]) > 0.95
