"""Seconds that open items will take to label, for a strategy that weighs gain against time."""

from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.jobs.registry import JobRun
from labeler.labels.tables import labels
from labeler.learning.cost import labeling_seconds
from labeler.training.data import TrainingData
from labeler.training.fit import Fitted

LATEST = 500
Array = np.ndarray[Any, Any]


def costs(run: JobRun, project_id: int, data: TrainingData, fitted: Fitted, places: Array) -> Array | None:
    """Seconds for the items at these positions, by what labels of items of their size took; None: not known yet."""
    timed = np.array(run.db.read(_timed, project_id), dtype=np.float64).reshape(-1, 2)
    known = np.searchsorted(data.items, timed[:, 0])
    inside = known < len(data.items)
    inside[inside] = data.items[known[inside]] == timed[inside, 0]
    blocks = data.blocks(fitted.model.pipeline)
    sizes = np.concatenate([np.diff(block.indptr) for block in blocks]) if blocks else np.zeros(0)
    return labeling_seconds(sizes[known[inside]], timed[inside, 1], sizes[places])


def _timed(tx: Connection, project_id: int) -> list[tuple[int, float]]:
    """Item and seconds of the latest labels that people typed, the latest last."""
    statement = (
        sa.select(labels.c.item_id, labels.c.elapsed_ms)
        .where(labels.c.project_id == project_id, labels.c.elapsed_ms.is_not(None))
        .order_by(labels.c.id.desc())
        .limit(LATEST)
    )
    return [(row.item_id, row.elapsed_ms / 1000) for row in reversed(tx.execute(statement).all())]
