"""Comparable items: the nearest ones by the newest model's features, labeled or not.

Cosine similarity over the items of the model's dataset version: along its map, where the model has one and the item
is on it, else over all rows, a segment at a time, from the features that training keeps on disk.
"""

import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.insight.items import find_item, items_out
from labeler.items.tables import items
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Conflict, Unavailable
from labeler.learning.errors import LearningError
from labeler.learning.semi_supervised.similar import comparable
from labeler.learning.trained_model import TrainedModel
from labeler.projects.access import Project
from labeler.quality.queries import answers_of
from labeler.registry.artifacts import folder_of
from labeler.registry.service import newest_model
from labeler.training.model_spec import representation_in
from labeler.training.pool.data import TrainingData, data_of
from labeler.training.pool.representation import graph_at, is_centered
from labeler.wire.insight import ComparableItem, ItemOut

SEARCHED = 300
"""Neighbors among which labeled ones are looked for."""
_loading = threading.Lock()
Places = np.ndarray[Any, Any]
"""Positions, nearest first."""


@lru_cache(maxsize=4)
def _model(folder: str, sha256: str) -> TrainedModel:
    return TrainedModel.load(Path(folder), sha256)


def similar_items(db: Database, settings: Settings, project: Project, key: str, n: int) -> list[ItemOut]:
    """The n nearest items, nearest first, without the item itself. Raises as `nearest_items`."""
    ids = nearest_items(db, settings, project, key, n)
    return db.read(_in_order, settings, project, ids)


def comparable_items(db: Database, settings: Settings, project: Project, key: str, n: int) -> list[ComparableItem]:
    """The n nearest labeled items with their answers, nearest first, of the few hundred nearest.

    Raises as `nearest_items`.
    """
    ids = nearest_items(db, settings, project, key, SEARCHED)
    return db.read(_labeled, ids, n)


def nearest_items(db: Database, settings: Settings, project: Project, key: str, n: int) -> list[int]:
    """The ids of the n nearest items, nearest first, without the item itself.

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
    best = _along_the_map(model, data, item.id, n, row.config)
    if best is None:
        best = _of_all(model, data, item, n)
    return [int(item_id) for item_id in data.items[best]]


def _along_the_map(
    model: TrainedModel, data: TrainingData, item_id: int, n: int, config: Mapping[str, Any]
) -> Places | None:
    """None when the model has no map, or the item came later.

    Of centered sentence vectors, half of all cosines are below 0; elsewhere nothing is shared with such an item.
    """
    place = int(np.searchsorted(data.items, item_id))
    representation = representation_in(config)
    if not representation or place == len(data.items) or data.items[place] != item_id:
        return None
    graph = graph_at(data, model.pipeline, representation)
    if graph is None:
        return None
    best, cosines = comparable(graph, place, n)
    return best if is_centered(representation) else best[cosines > 0]


def _of_all(model: TrainedModel, data: TrainingData, item: Any, n: int) -> Places:
    wanted = model.pipeline.transform(model.pipeline.extract([item.content])).T.tocsc()
    blocks = data.blocks(model.pipeline)
    cosines = np.concatenate([(model.pipeline.transform(block) @ wanted).toarray().ravel() for block in blocks])
    cosines[data.items == item.id] = -1.0
    best = np.argsort(-cosines, kind="stable")[:n]
    return np.asarray(best[cosines[best] > 0])


def _in_order(tx: Connection, settings: Settings, project: Project, ids: list[int]) -> list[ItemOut]:
    rows: dict[int, Any] = {row.id: row for row in tx.execute(sa.select(items).where(items.c.id.in_(ids)))}
    return items_out(tx, settings, project, [rows[item_id] for item_id in ids])


def _labeled(tx: Connection, ids: list[int], n: int) -> list[ComparableItem]:
    answered = answers_of(tx, ids)
    chosen = [item_id for item_id in ids if item_id in answered][:n]
    there = sa.select(items).where(items.c.id.in_(chosen), items.c.removed_at.is_(None))
    rows: dict[int, Any] = {row.id: row for row in tx.execute(there)}
    return [
        ComparableItem(key=rows[one].key, content=rows[one].content, value=answered[one].value)
        for one in chosen
        if one in rows
    ]
