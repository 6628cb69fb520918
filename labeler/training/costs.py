"""Seconds that open items will take to label, for a strategy that weighs gain against time."""

import numpy as np

from labeler.kit.jobs.registry import JobRun
from labeler.labels.queries import latest_seconds
from labeler.learning.cost import labeling_seconds
from labeler.learning.numeric.types import Array
from labeler.training.fit import Fitted
from labeler.training.pool.data import TrainingData

LATEST = 500


def costs(run: JobRun, project_id: int, data: TrainingData, fitted: Fitted, places: Array) -> Array | None:
    """Seconds for the items at these positions, by what labels of items of their size took; None: not known yet."""
    timed = np.array(run.db.read(latest_seconds, project_id, LATEST), dtype=np.float64).reshape(-1, 2)
    known = np.searchsorted(data.items, timed[:, 0])
    inside = known < len(data.items)
    inside[inside] = data.items[known[inside]] == timed[inside, 0]
    blocks = data.blocks(fitted.model.pipeline)
    sizes = np.concatenate([np.diff(block.indptr) for block in blocks]) if blocks else np.zeros(0)
    return labeling_seconds(sizes[known[inside]], timed[inside, 1], sizes[places])
