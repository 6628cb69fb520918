"""A model that learned from labels and from the pool they lie in: the one way to fit and score it."""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.batch_predict import CHUNK_ROWS, BatchPredictor, Part, chunks_of
from labeler.learning.features.base import FeaturePipeline
from labeler.learning.features.centering import centered
from labeler.learning.features.encoder import Encoder
from labeler.learning.features.projection import Projection
from labeler.learning.models.registry import POOL_ENSEMBLE
from labeler.learning.numeric.parallel import Over, in_threads
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.ensemble import Ensemble, Views, fit_ensemble
from labeler.learning.semi_supervised.label_descriptions import prototypes
from labeler.learning.semi_supervised.label_spreading import NeighborGraph
from labeler.learning.semi_supervised.reference_set import LabelPrototypes, ReferenceSet, meanings
from labeler.learning.semi_supervised.self_training import MOST, SelfTrained, lesson, self_trained
from labeler.learning.trained_model import TrainedModel

NAME = POOL_ENSEMBLE

Encode = Callable[[Sequence[str]], Array]


@dataclass(frozen=True)
class UnlabeledData:
    """A pool as a teacher. graph: its neighbor graph; affinity: the same as a matrix; projection, encoder: what made
    its vectors; said: what was written about each label, by label (see `label_descriptions`), with an encoder only;
    encode: makes the vectors of that, None: the encoder does; features: gives the features of the items at rising
    positions, None where only labeled items can be learned from; center: what was taken off the sentence vectors, None
    where nothing was."""

    graph: NeighborGraph
    affinity: csr_matrix
    projection: Projection
    encoder: Encoder | None = None
    said: dict[str, list[str]] | None = None
    encode: Encode | None = None
    features: Callable[[Array], Any] | None = None
    center: Array | None = None

    def words(self, classes: Sequence[str]) -> LabelPrototypes | None:
        """What was written about these labels, as vectors; None when nothing was."""
        encode = self.encode or (None if self.encoder is None else self.encoder.encode)
        return prototypes_of(encode, self.said, classes, self.graph.vectors, self.center)


def prototypes_of(
    encode: Encode | None,
    said: dict[str, list[str]] | None,
    classes: Sequence[str],
    vectors: Array,
    center: Array | None,
) -> LabelPrototypes | None:
    """What was written about these labels (see `label_descriptions.texts_of`) beside a pool's vectors, or None.

    center: what was taken off the pool's sentence vectors, and is taken off those of the descriptions.
    """
    if encode is None or not said or not any(said.get(name) for name in classes):
        return None
    toward = prototypes(lambda texts: centered(encode(texts), center), [said.get(name, []) for name in classes])
    typical = meanings(np.asarray(vectors[:CHUNK_ROWS]), toward.shape[1]).mean(axis=0)
    return LabelPrototypes(toward, typical @ toward.T)


def fit_pooled(
    pipeline: FeaturePipeline,
    sparse: Any,
    positions: Array,
    y: Sequence[str] | Array,
    pooling: UnlabeledData,
    seed: int,
) -> tuple[TrainedModel, Array]:
    """Train on labeled items of a pool; returns the model and the labels' flow over the pool (items, classes).

    sparse: the labeled items' features, as `pipeline.transform` gives them; positions: int (labels,), where in
    the pool they are, in the same order; y: their labels. Raises TooFewLabels for fewer than two labels.
    """
    graph = pooling.graph
    classes = np.unique(np.asarray(y, dtype=np.str_))
    words = pooling.words([str(name) for name in classes])
    vectors, smooth = graph.vectors[positions], graph.smooth[positions]
    prior = None if words is None else words.prior(vectors)
    labeled = Views(sparse, vectors, smooth, prior=prior, cells=pipeline.cells(sparse))
    ensemble, flow = fit_ensemble(labeled, y, pooling.affinity, positions, seed)
    kept = _reference(pooling, flow, words, seed)
    estimator: Ensemble | SelfTrained = ensemble
    if pooling.features is not None and ensemble.forest is None and len(positions) <= MOST:
        places = lesson(len(graph), positions, seed)
        features, vectors = pooling.features(places), graph.vectors[places]
        prior = None if words is None else words.prior(vectors)
        views = Views(features, vectors, graph.smooth[places], flow[places], prior)
        codes = np.searchsorted(classes, np.asarray(y, dtype=np.str_))
        estimator = self_trained(ensemble, views, np.searchsorted(places, positions), codes)
    return TrainedModel(copy.deepcopy(pipeline), estimator, ensemble.classes, NAME, kept), flow


def fit_multilabel_pool(
    pipeline: FeaturePipeline, rows: Any, positions: Array, targets: Any, unlabeled: UnlabeledData, seed: int
) -> tuple[TrainedModel, Array]:
    """As `fit_pooled`, for any number of labels an item. targets: see `problems.Targets`."""
    from labeler.learning.semi_supervised.multilabel import expected_f1_thresholds, fit_multilabel

    graph, words = unlabeled.graph, unlabeled.words(targets.classes)
    if words is not None:
        words = replace(words, independent=True)
    labeled = _labeled_views(pipeline, rows, positions, graph, words)
    ensemble, flow, held = fit_multilabel(labeled, targets.y, targets.classes, unlabeled.affinity, positions, seed)
    model = _with_reference(pipeline, ensemble, targets.classes, unlabeled, flow, words, seed)
    # The whole pool as the ensemble would judge it: labeled items as if it had not seen their labels.
    proba, weight = held, np.full(len(held), len(positions) / len(held))
    if unlabeled.features is not None and len(positions) < len(unlabeled.graph):
        others = ensemble.predict_proba(_other_views(pipeline, unlabeled, positions, flow, words, seed))
        stands = (len(unlabeled.graph) - len(positions)) / len(others)
        proba, weight = np.vstack([held, others]), np.concatenate([weight, np.full(len(others), stands)])
    ensemble.thresholds = expected_f1_thresholds(proba, weight)
    return model, flow


def fit_ordinal_pool(
    pipeline: FeaturePipeline, rows: Any, positions: Array, targets: Any, unlabeled: UnlabeledData, seed: int
) -> tuple[TrainedModel, Array]:
    """As `fit_pooled`, for ratings. targets: see `problems.Targets`."""
    from labeler.learning.semi_supervised.ordinal import fit_ordinal

    graph, words = unlabeled.graph, unlabeled.words(targets.classes)
    labeled = _labeled_views(pipeline, rows, positions, graph, words)
    levels = np.array([float(name) for name in targets.classes])
    about = (targets.y, levels, targets.classes, unlabeled.affinity, positions, seed)
    ensemble, flow = fit_ordinal(labeled, *about)
    return _with_reference(pipeline, ensemble, targets.classes, unlabeled, flow, words, seed), flow


def _labeled_views(
    pipeline: FeaturePipeline, rows: Any, positions: Array, graph: NeighborGraph, words: LabelPrototypes | None
) -> Views:
    vectors = np.asarray(graph.vectors[positions])
    prior = None if words is None else words.prior(vectors)
    return Views(rows, vectors, np.asarray(graph.smooth[positions]), prior=prior, cells=pipeline.cells(rows))


def _other_views(
    pipeline: FeaturePipeline,
    unlabeled: UnlabeledData,
    positions: Array,
    flow: Array,
    words: LabelPrototypes | None,
    seed: int,
) -> Views:
    """A random part of the unlabeled items, as the ensemble sees them."""
    assert unlabeled.features is not None
    chosen = np.setdiff1d(lesson(len(unlabeled.graph), positions, seed), positions)
    seen = _labeled_views(pipeline, unlabeled.features(chosen), chosen, unlabeled.graph, words)
    return replace(seen, flow=flow[chosen])


def _with_reference(
    pipeline: FeaturePipeline,
    ensemble: Any,
    classes: list[str],
    unlabeled: UnlabeledData,
    flow: Array,
    words: LabelPrototypes | None,
    seed: int,
) -> TrainedModel:
    kept = _reference(unlabeled, flow, words, seed)
    return TrainedModel(copy.deepcopy(pipeline), ensemble, classes, NAME, kept)


def _reference(unlabeled: UnlabeledData, flow: Array, words: LabelPrototypes | None, seed: int) -> ReferenceSet:
    return ReferenceSet.of(
        unlabeled.graph,
        flow,
        encoder=unlabeled.encoder,
        projection=unlabeled.projection,
        words=words,
        center=unlabeled.center,
        seed=seed,
    )


def predict_pool(
    predictor: BatchPredictor,
    blocks: Iterable[Any],
    graph: NeighborGraph,
    flow: Array,
    chunk_rows: int = CHUNK_ROWS,
    over: Over = in_threads,
) -> Array:
    """Probabilities of every item of the pool, float32 (items, classes), from blocks of rows in the pool's order.

    Memory: the answer, and the features of a few chunks; blocks and graph may be memory-mapped. over: who works on
    the chunks; the answer does not depend on it.
    """
    proba = None
    done = 0
    for scored in over(predictor, _parts(blocks, graph, flow, chunk_rows)):
        if proba is None:
            proba = np.empty((len(graph), scored.shape[1]), dtype=np.float32)
        proba[done : done + len(scored)] = scored
        done += len(scored)
    assert proba is not None
    return proba


def _parts(blocks: Iterable[Any], graph: NeighborGraph, flow: Array, chunk_rows: int) -> Iterator[Part]:
    done = 0
    for block in blocks:
        for rows in chunks_of(block, chunk_rows):
            mine = slice(done, done + rows.shape[0])
            done = mine.stop
            yield Part(rows, np.asarray(graph.vectors[mine]), np.asarray(graph.smooth[mine]), flow[mine])


def selection_features(vectors: Array, features: Any, encoder: Encoder | None) -> Any:
    """What tells two items apart when a batch is chosen: (items, columns), see NeighborGraph for the vectors.

    Without sentence vectors the features stand beside the projected ones, which alone are too coarse late in the curve:
    docs/decisions/0007-selection-features.md
    """
    from scipy.sparse import csr_matrix, hstack

    return vectors if encoder is not None else hstack([csr_matrix(vectors), csr_matrix(features)], format="csr")


def plain_classifier(vectors: Array, y: Array, seed: int) -> Any:
    """A plain classifier on vectors, for the strategies that ask one themselves; None while there is one label."""
    from threadpoolctl import threadpool_limits

    from labeler.learning.models import get_model

    if len(set(y)) < 2:
        return None
    with threadpool_limits(1):
        return get_model("logistic_regression").make(seed).fit(vectors, [str(label) for label in y])


def teachers_of(model: TrainedModel) -> dict[str, float] | None:
    """How much each teacher counts in a model, None for a model on features alone."""
    if model.reference_set is None:
        return None
    return {name: round(weight, 3) for name, weight in model.estimator.weights.items()}
