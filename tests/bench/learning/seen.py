"""A set as learners see it, computed once and shared, so that all of them see the same."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sets import Task
from sklearn.preprocessing import StandardScaler
from vectors import RememberingEncoder

from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.projection import Projection
from labeler.learning.semi_supervised.label_spreading import NeighborGraph, averaged, graph_of, unit
from labeler.learning.semi_supervised.neighbors import nearest

Array = np.ndarray[Any, Any]

NEAR = 10


@dataclass(frozen=True)
class Side:
    """The pool or the test items, row by row.

    plain: what one feeds scikit-learn: sentence vectors, or standardized columns; both: TF-IDF and sentence
    vectors side by side, or the table's columns; smooth: both, and the vectors averaged twice with their
    neighbors' in the pool.
    """

    plain: Array
    both: csr_matrix
    smooth: csr_matrix


@dataclass(frozen=True)
class Seen:
    """near: (test items, 10), each test item's nearest in the pool; directions: the pool's vectors, length 1."""

    task: Task
    pool: Side
    test: Side
    around: NeighborGraph
    affinity: csr_matrix
    near: Array

    @property
    def directions(self) -> Array:
        return self.around.vectors


def see(task: Task, encoder: RememberingEncoder) -> Seen:
    """Features are learned from the pool alone; test items are seen as new items are."""
    contents, others = _contents(task.pool), _contents(task.test)
    pipeline = pipeline_for(contents[:1000])
    block = pipeline.extract(contents)
    pipeline.fit([block])
    features, test = pipeline.transform(block), pipeline.transform(pipeline.extract(others))
    if task.is_text:
        encoder.learn([*task.pool, *task.test])
        plain, test_plain = encoder.encode(task.pool), encoder.encode(task.test)
        vectors, test_vectors = plain, test_plain
    else:
        scaler = StandardScaler().fit(task.pool.to_numpy())
        plain, test_plain = scaler.transform(task.pool.to_numpy()), scaler.transform(task.test.to_numpy())
        projection = Projection.of(features)
        vectors, test_vectors = projection.transform(features), projection.transform(test)
    around = graph_of(unit(vectors))
    near, _ = nearest(test_vectors, around.vectors, NEAR)
    test_smooth = averaged(averaged(test_vectors, around.vectors, near), around.once, near)
    return Seen(
        task,
        _side(task, plain, features, vectors, around.smooth),
        _side(task, test_plain, test, test_vectors, test_smooth),
        around,
        around.affinity(),
        near,
    )


def _side(task: Task, plain: Array, features: csr_matrix, vectors: Array, smooth: Array) -> Side:
    both = hstack([features, csr_matrix(vectors)], format="csr") if task.is_text else features
    return Side(plain, both, hstack([features, csr_matrix(vectors), csr_matrix(smooth)], format="csr"))


def _contents(items: Any) -> list[dict[str, Any]]:
    if isinstance(items, list):
        return [{"text": text} for text in items]
    return [{"fields": row} for row in items.to_dict("records")]
