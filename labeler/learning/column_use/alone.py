"""How far one column alone leads: a column that tells the label all by itself may have been made from it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labeler.contents import Content, cells_of, kind_of
from labeler.learning.column_use.importance import FEWEST
from labeler.learning.errors import LearningError
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.failure_modes import out_of_fold
from labeler.learning.features.pipeline import pipeline_for

MOST_LABELS = 400
"""Labels by which one column is judged, a random part of more."""
CLOSES, SURELY = 0.95, 0.75
"""Of what is missing from the most common answer to a perfect score, a column that is nearly perfect has so much, and
surely the smaller share: a strong column that is right has less."""


def alone(
    problem: Any, contents: Sequence[Content], values: Sequence[Any], column: str, schema: Mapping[str, Any], seed: int
) -> tuple[Estimate, Estimate]:
    """Scores as shares of 1 (`Problem.score`) of a simple model that sees this column alone, and of the most common
    answer. Each item is answered by a model of the other three quarters. Nothing where that can't be told.

    contents, values: (items,), what the model learned from and its answers.
    """
    if len(values) < FEWEST:
        return Estimate.nothing(), Estimate.nothing()
    pieces = [_only(content, column) for content in contents]
    try:
        pipeline = pipeline_for([one for one in pieces if cells_of(one)][:500], wants=problem.wants)
        block = pipeline.extract(pieces)
        pipeline.fit([block])
        truth, said = [], []
        for fold in out_of_fold(problem, pipeline, pipeline.transform(block), values, seed, lambda: None):
            for place, line in zip(fold.positions.tolist(), fold.proba, strict=True):
                truth.append(values[place])
                said.append(problem.decode(line, fold.classes, fold.settings)["value"])
    except LearningError:
        return Estimate.nothing(), Estimate.nothing()
    if len(truth) < FEWEST:
        return Estimate.nothing(), Estimate.nothing()
    answered = problem.encode(said)
    found = problem.evaluate(truth, problem.certain(answered), answered.classes, {}, seed)
    given = problem.encode(truth)
    usual = np.tile(problem.certain(given).mean(axis=0), (len(truth), 1))
    most_common = problem.evaluate(truth, usual, given.classes, {}, seed)
    scores = [problem.score(one.metrics[one.primary], schema) for one in (found, most_common)]
    return scores[0], scores[1]


def is_nearly_perfect(score: Estimate, most_common: Estimate) -> bool:
    """Whether a column alone closes the gap from the most common answer to a perfect score, all but a little."""
    if score.value is None or score.low is None or most_common.value is None or most_common.value >= 1:
        return False
    closed, surely = ((one - most_common.value) / (1 - most_common.value) for one in (score.value, score.low))
    return closed >= CLOSES and surely >= SURELY


def _only(content: Content, column: str) -> Content:
    kind = kind_of(content)
    assert kind is not None
    cells = kind.cells(content)
    return kind.with_cells(content, {column: cells[column]} if column in cells else {})
