"""Comparable items: the nearest ones by the newest model's features, labeled or not.

Cosine similarity over the rows of the model's dataset version, a segment at a time, from the features that
training keeps on disk.
"""

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.insight.items import find_item, items_out
from labeler.insight.schemas import ItemOut
from labeler.items.tables import items
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Conflict, Unavailable
from labeler.learning.errors import LearningError
from labeler.learning.trained import TrainedModel
from labeler.projects.access import Project
from labeler.registry.artifacts import folder_of
from labeler.registry.service import newest_model
from labeler.training.data import TrainingData, data_of
from labeler.training.sight import map_at

_loading = threading.Lock()


@lru_cache(maxsize=4)
def _model(folder: str, sha256: str) -> TrainedModel:
    return TrainedModel.load(Path(folder), sha256)


def similar_items(db: Database, settings: Settings, project: Project, key: str, n: int) -> list[ItemOut]:
    """The n nearest items, nearest first, without the item itself.

    Raises `NotFound`, `Conflict` while there is no model, `Unavailable` when its file is broken.
    """
    item, row = db.read(lambda tx: (find_item(tx, project.id, key), newest_model(tx, project.id)))
    if row is None:
        raise Conflict("Comparable items are found by a model's features, and there is no model yet. Label some more.")
    version = Version(settings, project.id, db.read(find_version, project.id, row.version))
    try:
        with _loading:
            model = _model(str(folder_of(settings, project.id, row.number)), row.sha256)
    except LearningError as error:
        raise Unavailable(f"Model {row.number} can't be loaded: {error}.") from error
    data = data_of(settings, project.id, version)
    nearest = _likeness(model, data, item.id, item.content, row.config)
    nearest[data.items == item.id] = -1.0
    best = np.argsort(-nearest, kind="stable")[:n]
    ids = [int(data.items[place]) for place in best if nearest[place] > 0]
    return db.read(_in_order, settings, project, ids)


def _likeness(model: TrainedModel, data: TrainingData, item_id: int, content: Any, config: Any) -> Any:
    """Cosine of every item of the version with this one: of the map's vectors where the model has one."""
    around = None
    place = int(np.searchsorted(data.items, item_id))
    if config.get("sight") and place < len(data.items) and data.items[place] == item_id:
        around = map_at(data, model.pipeline, config["sight"])
    if around is not None:
        return np.asarray(around.vectors @ around.vectors[place])
    wanted = model.pipeline.transform(model.pipeline.extract([content])).T.tocsc()
    blocks = data.blocks(model.pipeline)
    return np.concatenate([(model.pipeline.transform(block) @ wanted).toarray().ravel() for block in blocks])


def _in_order(tx: Connection, settings: Settings, project: Project, ids: list[int]) -> list[ItemOut]:
    rows: dict[int, Any] = {row.id: row for row in tx.execute(sa.select(items).where(items.c.id.in_(ids)))}
    return items_out(tx, settings, project, [rows[item_id] for item_id in ids])
