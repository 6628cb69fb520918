"""Where a model's answers differ from people's on the holdout, and how two models do on the same holdout items.

Two models are compared item by item: the intervals of two scores on the same items overlap long after it is clear
which model is better.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.kit.errors import Conflict
from labeler.labels.flags import labels_of
from labeler.learning.decoding import Decoder
from labeler.learning.evaluation.two_shares import matched_interval
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.queries import answers_of
from labeler.quality.tables import answers
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.registry.service import find_model
from labeler.wire.insight import Mistake, MistakePage, MistakePair, ModelComparison

MOST = 20_000
"""Holdout items with an answer that are looked at, the newest first: what keeps a look at any project short."""
PAIRS = 100


@dataclass(frozen=True)
class Judged:
    """A holdout item with its answer and what a model says of it. off: how far apart they are, in [0, 1]."""

    item_id: int
    truth: Any
    said: dict[str, Any]
    sure: float
    off: float


def mistakes(
    tx: Connection,
    settings: Settings,
    project: Project,
    number: int,
    *,
    truth: str | None,
    said: str | None,
    start: int,
    limit: int,
) -> tuple[MistakePage, int | None]:
    """A page of them, the surest first, and where the next one starts. Raises NotFound, and Conflict for a model
    whose files were pruned."""
    holdout = judged(tx, settings, project, number)
    wrong = sorted((one for one in holdout if one.off > 0), key=lambda one: (-one.off, -one.sure, one.item_id))
    counted: Counter[tuple[str | None, str | None]] = Counter()
    for one in wrong:
        counted.update(_pairs(project, one))
    chosen = [one for one in wrong if _is(project, one, truth, said)]
    page = MistakePage(
        items=_out(tx, project, number, chosen[start : start + limit]),
        judged=len(holdout),
        wrong=len(wrong),
        found=len(chosen),
        pairs=[MistakePair(truth=a, said=b, items=n) for (a, b), n in counted.most_common(PAIRS)],
    )
    return page, start + limit if start + limit < len(chosen) else None


def compare(tx: Connection, settings: Settings, project: Project, number: int, other: int) -> ModelComparison:
    """How model `number` does beside another one, on the holdout items that both know."""
    mine = {one.item_id: one.off for one in judged(tx, settings, project, number)}
    theirs = {one.item_id: one.off for one in judged(tx, settings, project, other)}
    both = mine.keys() & theirs.keys()
    better = sum(mine[item_id] < theirs[item_id] for item_id in both)
    worse = sum(mine[item_id] > theirs[item_id] for item_id in both)
    low, high = matched_interval(better, worse, len(both))
    return ModelComparison(
        model=number,
        other=other,
        items=len(both),
        better=better,
        worse=worse,
        difference=(better - worse) / len(both) if both else 0.0,
        low=low,
        high=high,
    )


def judged(
    tx: Connection, settings: Settings, project: Project, number: int, beside: sa.Select[tuple[int]] | None = None
) -> list[Judged]:
    """What a model says of holdout items with an answer. beside: ids of further items that it was not trained on.
    Raises NotFound, and Conflict for a model whose files were pruned."""
    model = find_model(tx, project.id, number)
    kept = load_predictions(folder_of(settings, project.id, number))
    if kept is None:
        raise Conflict(f"What model {number} says of the items was pruned. Reproduce it first.")
    statement = sa.select(items.c.id, answers.c.value).join(answers, answers.c.item_id == items.c.id)
    held = items.c.split == "holdout"
    statement = statement.where(present(project.id), held if beside is None else sa.or_(held, items.c.id.in_(beside)))
    found = tx.execute(statement.order_by(items.c.id.desc()).limit(MOST)).all()
    known, places = _places(np.array([row.id for row in found], dtype=np.int64), kept.items)
    proba = np.asarray(kept.proba[places])
    decoder = Decoder(project.mappings, model.config)
    sure = decoder.problem.confidence(proba) if len(proba) else proba
    compared = []
    for place, line, certain in zip(known, proba, sure, strict=True):
        row, said = found[int(place)], decoder(line)
        off = project.task.distance(row.value, said["value"], project.schema)
        compared.append(Judged(row.id, row.value, said, float(certain), off))
    return compared


def _places(wanted: Array, kept: Array) -> tuple[Array, Array]:
    """Which of the wanted items a model has seen, and where it keeps them (rising)."""
    at = np.searchsorted(kept, wanted)
    known = np.flatnonzero(at < len(kept))
    known = known[np.asarray(kept[at[known]]) == wanted[known]]
    return known, at[known]


def _apart(project: Project, one: Judged) -> tuple[list[str], list[str]]:
    """What people said and the model did not, and the other way round."""
    theirs, its = project.task.counted_as(one.truth), project.task.counted_as(one.said["value"])
    return [name for name in theirs if name not in its], [name for name in its if name not in theirs]


def _pairs(project: Project, one: Judged) -> list[tuple[str | None, str | None]]:
    missed, added = _apart(project, one)
    if len(missed) == len(added) == 1:
        return [(missed[0], added[0])]
    return [*((name, None) for name in missed), *((None, name) for name in added)]


def _is(project: Project, one: Judged, truth: str | None, said: str | None) -> bool:
    missed, added = _apart(project, one)
    return (truth is None or truth in missed) and (said is None or said in added)


def _out(tx: Connection, project: Project, number: int, chosen: list[Judged]) -> list[Mistake]:
    ids = [one.item_id for one in chosen]
    rows = {row.id: row for row in tx.execute(sa.select(items).where(items.c.id.in_(ids)))}
    given, answered = labels_of(tx, project, ids), answers_of(tx, ids)
    return [
        Mistake(
            key=rows[one.item_id].key,
            content=rows[one.item_id].content,
            answer=answered[one.item_id],
            labels=given.get(one.item_id, []),
            prediction=one.said | {"model": number},
        )
        for one in chosen
    ]
