"""Predictions beside what people say: of the model itself on items that it was not trained on, and of simpler models on
items that it was trained on but they were not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.insight.mistakes import judged
from labeler.items.tables import items, present
from labeler.kit.jobs.registry import JobRun
from labeler.learning.decoding import Decoder
from labeler.learning.errors import TooFewLabels
from labeler.learning.failure_modes import is_judging, out_of_fold
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.queue.wanted import held_back as held_back_items
from labeler.training.pool.data import TrainingData
from labeler.wire.failure_modes import Known

MOST_TRAINED = 10_000
"""Items that were trained on and are judged again, a random part of more."""
FEWEST_TRAINED = 20


@dataclass(frozen=True)
class Case:
    """An item with a prediction. off: how far it is from what people say, in [0, 1]; judges: it was not looked at to
    find failure modes."""

    item_id: int
    said: dict[str, Any]
    off: float
    sure: float
    known_by: Known
    judges: bool

    @property
    def order(self) -> tuple[float, float, int]:
        """The highest loss first: furthest off, then surest."""
        return -self.off, -self.sure, self.item_id


def of_model(tx: Connection, settings: Any, project: Project, number: int) -> list[Case]:
    """What a model says of the holdout and of what was held back. Raises `Conflict` for one whose files were pruned."""
    held = held_back_items(project.id)
    found = judged(tx, settings, project, number, beside=held)
    held_back = set(tx.execute(held).scalars())
    ids = np.array([one.item_id for one in found], dtype=np.int64)
    return [
        Case(
            one.item_id,
            one.said,
            one.off,
            one.sure,
            "held_back" if one.item_id in held_back else "holdout",
            bool(judges) or one.item_id in held_back,
        )
        for one, judges in zip(found, is_judging(ids), strict=True)
    ]


def of_trained(
    run: JobRun, project: Project, data: TrainingData, between: Callable[[], None]
) -> tuple[list[Case], int]:
    """What models that did not see it say of each item that was trained on, and how many are left out. None are judged
    where there are too few."""
    positions, values = data.labeled(holdout=False)
    seed = project.settings.seed
    chosen = np.arange(len(positions))
    if len(chosen) > MOST_TRAINED:
        chosen = np.sort(np.random.default_rng([seed, len(chosen)]).choice(len(chosen), MOST_TRAINED, replace=False))
    left_out = len(positions) - len(chosen)
    positions, values = positions[chosen], [values[place] for place in chosen.tolist()]
    if len(positions) < FEWEST_TRAINED:
        return [], left_out
    now = run.db.read(answers_now, project.id, data.items[positions])
    pipeline = data.choose_pipeline()
    blocks = data.blocks(pipeline)
    pipeline.fit(blocks)
    rows = data.rows(pipeline, blocks, positions)
    found = []
    try:
        for fold in out_of_fold(data.problem, pipeline, rows, values, seed, between):
            about = {"classes": fold.classes, "problem": data.problem.name, "decoding": fold.settings}
            decoder = Decoder(project.mappings, about | {"schema_version": data.schema.version})
            sure = decoder.confidence(fold.proba)
            for place, line, certain in zip(fold.positions.tolist(), fold.proba, sure, strict=True):
                item_id = int(data.items[positions[place]])
                if item_id in now:
                    said = decoder(line)
                    off = project.task.distance(now[item_id], said["value"], project.schema)
                    found.append(Case(item_id, said, off, float(certain), "cross_validated", False))
    except TooFewLabels:
        return [], left_out
    return found, left_out


def answers_now(tx: Connection, project_id: int, ids: Array) -> dict[int, Any]:
    """What people say now, of items that are still there."""
    found: dict[int, Any] = {}
    for start in range(0, len(ids), 1_000):
        part = ids[start : start + 1_000].tolist()
        joined = sa.select(items.c.id, answers.c.value).join(answers, answers.c.item_id == items.c.id)
        found |= {row.id: row.value for row in tx.execute(joined.where(present(project_id), items.c.id.in_(part)))}
    return found


def within(cases: Sequence[Case], inside: Array, pool: Array) -> list[Case]:
    """Those whose item is in a region, the highest loss first. inside: bool, of the items of the pool, which rise."""
    ids = np.array([one.item_id for one in cases], dtype=np.int64)
    places = np.searchsorted(pool, ids)
    there = places < len(pool)
    there[there] = (pool[places[there]] == ids[there]) & inside[places[there]]
    return sorted((one for one, is_there in zip(cases, there.tolist(), strict=True) if is_there), key=lambda c: c.order)
