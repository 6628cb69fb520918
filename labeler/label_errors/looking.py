"""One look: what a model that never saw an answer makes of it, and what is nearly the same or unlike all others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack

from labeler.kit.config import Settings
from labeler.kit.counting import counted
from labeler.learning.errors import TooFewLabels
from labeler.learning.features.projection import Projection
from labeler.learning.label_errors import FOLDS, Suspects, wrong_choices, wrong_ratings, wrong_sets
from labeler.learning.numeric.types import Array
from labeler.learning.odd_items import Neighborhood, Odd
from labeler.projects.access import Project
from labeler.registry.encoders import encoder_for, why_without
from labeler.training.pool.data import TrainingData
from labeler.training.pool.representation import newest_graph

MOST_WITH_VECTORS = 30_000
"""Answers up to which sentence vectors are learned from beside words: of more, words alone know enough, and the vectors
would take half a gigabyte."""
SHOWN = 3  # near items
WRONG: dict[str, Callable[..., Suspects]] = {
    "classification": wrong_choices,
    "multilabel": wrong_sets,
    "ordinal": wrong_ratings,
}
FEW = {
    "classification": "It takes two labels with five answers each, and 20 answers in all.",
    "multilabel": "It takes a label that five answers have and five do not, and 20 answers in all.",
    "ordinal": "It takes 20 answers that are not all the same number.",
}


@dataclass(frozen=True)
class Error:
    item_id: int
    kind: str
    score: float
    value: Any
    said: dict[str, Any] | None
    near: list[list[Any]]


@dataclass(frozen=True)
class Found:
    """items: worst first. why: no answer was judged by a model."""

    items: list[Error]
    why: str | None


Between = Callable[[int, int, str], None]
"""(done, of, what): told between two steps; whatever it raises ends the look."""


def look(
    settings: Settings, project: Project, data: TrainingData, asked: Sequence[tuple[int, Any]], tell: Between
) -> Found:
    """asked: items and their answers, by rising item; those that the data do not have are left out."""
    there = np.isin(np.array([item_id for item_id, _ in asked]), data.items)
    pairs = [pair for pair, is_there in zip(asked, there.tolist(), strict=True) if is_there]
    ids, values = [item_id for item_id, _ in pairs], [value for _, value in pairs]
    steps = FOLDS + 2
    tell(0, steps, "computing features")
    positions = np.searchsorted(data.items, np.array(ids, dtype=np.int64))
    rows, vectors, has_sentences = _seen(settings, data, positions)
    if not len(ids):
        return Found([], None)
    learned = hstack([csr_matrix(rows), csr_matrix(vectors)], format="csr") if has_sentences else rows
    done = iter(range(1, 10**9))
    suspects, why = Suspects.none(), None
    wrong = WRONG.get(project.task.problem)
    judging = counted("judging {n} answer", "judging {n} answers", len(ids))
    try:
        if wrong is not None:
            suspects = wrong(learned, values, 0, lambda: tell(min(next(done), FOLDS), steps, judging))
    except TooFewLabels:
        why = FEW[project.task.problem]
    tell(FOLDS + 1, steps, "comparing items with their neighbors")
    around = Neighborhood(vectors, rows)

    def apart(a: int, b: int) -> float:
        return project.task.distance(values[a], values[b], project.schema)

    def near(pairs: Sequence[tuple[int, float]]) -> list[list[Any]]:
        return [[ids[place], round(cosine, 4)] for place, cosine in pairs[:SHOWN]]

    def odd(kind: str, found: Sequence[Odd]) -> list[Error]:
        return [Error(ids[one.position], kind, one.score, values[one.position], None, near(one.near)) for one in found]

    places = suspects.positions.tolist()
    found = [
        Error(
            ids[place],
            "wrong",
            float(score),
            values[place],
            {"value": value, "proba": proba} if proba else {"value": value},
            near(pairs),
        )
        for place, score, value, proba, pairs in zip(
            places, suspects.score, suspects.said, suspects.proba, around.around(places, SHOWN), strict=True
        )
    ]
    found += odd("duplicate", around.contradictions(apart)) + odd("outlier", around.outliers())
    return Found(sorted(found, key=lambda one: (-one.score, one.item_id, one.kind)), why)


def _seen(settings: Settings, data: TrainingData, positions: Array) -> tuple[Any, Array, bool]:
    """Features and vectors of these items, as far as trainings have made them; and whether the vectors are of sentences
    and few enough to learn from."""
    pipeline = data.choose_pipeline()
    blocks = data.blocks(pipeline)
    pipeline.fit(blocks)
    rows = data.rows(pipeline, blocks, positions)
    encoder = None if why_without(settings) else encoder_for(settings)
    if encoder is not None and (graph := newest_graph(data, pipeline, encoder.sha256)) is not None:
        return rows, np.asarray(graph.vectors[positions]), len(positions) <= MOST_WITH_VECTORS
    if (graph := newest_graph(data, pipeline, None)) is not None:
        return rows, np.asarray(graph.vectors[positions]), False
    alike = pipeline.similarity(rows)
    return rows, Projection.of(alike).transform(alike), False
