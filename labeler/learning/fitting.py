"""A model that learned from labels and from the pool they lie in: the one way to fit and score it."""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.batch_predict import CHUNK_ROWS, BatchPredictor, Part, chunks_of
from labeler.learning.features.base import FeaturePipeline
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


@dataclass(frozen=True)
class UnlabeledData:
    """A pool as a teacher. graph: its neighbor graph; affinity: the same as a matrix; projection, encoder: what made
    its vectors; said: what was written about each label, by label (see `label_descriptions`), with an encoder only;
    features: gives the features of the items at rising positions, None where only labeled items can be learned from."""

    graph: NeighborGraph
    affinity: csr_matrix
    projection: Projection
    encoder: Encoder | None = None
    said: dict[str, list[str]] | None = None
    features: Callable[[Array], Any] | None = None

    def words(self, classes: Sequence[str]) -> LabelPrototypes | None:
        """What was written about these labels, as vectors; None when nothing was."""
        return prototypes_of(self.encoder, self.said, classes, self.graph.vectors)


def prototypes_of(
    encoder: Encoder | None, said: dict[str, list[str]] | None, classes: Sequence[str], vectors: Array
) -> LabelPrototypes | None:
    """What was written about these labels (see `label_descriptions.texts_of`) beside a pool's vectors, or None."""
    if encoder is None or not said or not any(said.get(name) for name in classes):
        return None
    toward = prototypes(encoder, [said.get(name, []) for name in classes])
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
    kept = ReferenceSet.of(graph, flow, encoder=pooling.encoder, projection=pooling.projection, words=words, seed=seed)
    estimator: Ensemble | SelfTrained = ensemble
    if pooling.features is not None and ensemble.forest is None and len(positions) <= MOST:
        places = lesson(len(graph), positions, seed)
        features, vectors = pooling.features(places), graph.vectors[places]
        prior = None if words is None else words.prior(vectors)
        views = Views(features, vectors, graph.smooth[places], flow[places], prior)
        codes = np.searchsorted(classes, np.asarray(y, dtype=np.str_))
        estimator = self_trained(ensemble, views, np.searchsorted(places, positions), codes)
    return TrainedModel(copy.deepcopy(pipeline), estimator, ensemble.classes, NAME, kept), flow


def predict_pool(
    model: TrainedModel,
    blocks: Iterable[Any],
    graph: NeighborGraph,
    flow: Array,
    chunk_rows: int = CHUNK_ROWS,
    over: Over = in_threads,
) -> Array:
    """Probabilities of every item of the pool, float32 (items, classes), from raw blocks in the pool's order.

    Memory: the answer, and the features of a few chunks; blocks and map may be memory-mapped. over: who works on
    the chunks; the answer is the same whoever does.
    """
    proba = np.empty((len(graph), len(model.classes)), dtype=np.float32)
    done = 0
    for scored in over(BatchPredictor.of(model), _parts(blocks, graph, flow, chunk_rows)):
        proba[done : done + len(scored)] = scored
        done += len(scored)
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


def plain_classifier(strategy: str, vectors: Array, y: Array, seed: int) -> Any:
    """A plain classifier on vectors for the strategies that ask one themselves; None for all others."""
    from threadpoolctl import threadpool_limits

    from labeler.learning.models import get_model

    if not (strategy.startswith("modal_") or strategy == "cal") or len(set(y)) < 2:
        return None
    with threadpool_limits(1):
        return get_model("logistic_regression").make(seed).fit(vectors, [str(label) for label in y])


def teachers_of(model: TrainedModel) -> dict[str, float] | None:
    """How much each teacher counts in a model, None for a model on features alone."""
    if model.reference_set is None:
        return None
    return {name: round(weight, 3) for name, weight in model.estimator.weights.items()}
