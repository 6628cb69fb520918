"""Vectors of items whose texts were read, for those who compare some of them with each other."""

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.datasets.tables import dataset_versions
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.registry.encoders import encoder_for, why_without
from labeler.training.pool.data import data_of
from labeler.training.pool.embedding_store import EmbeddingStore

NEARLY_ALL = 0.9


def sentence_vectors(db: Database, settings: Settings, project: Project, ids: Sequence[int]) -> Array | None:
    """float32 (ids, d), zeros for the few that have none; None where the texts have not been read: no encoder, no
    dataset version, or too few of these items in it. ids: in any order."""
    encoder = None if why_without(settings) else encoder_for(settings)
    newest = sa.select(sa.func.max(dataset_versions.c.version)).where(dataset_versions.c.project_id == project.id)
    version = db.read(lambda tx: tx.execute(newest).scalar())
    if encoder is None or version is None or not len(ids):
        return None
    data = data_of(settings, project.id, Version(settings, project.id, db.read(find_version, project.id, version)))
    wanted = np.asarray(ids, dtype=np.int64)
    places = np.searchsorted(data.items, wanted)
    inside = places < len(data.items)
    inside[inside] = data.items[places[inside]] == wanted[inside]
    store = EmbeddingStore(data.cache, encoder)
    inside[inside] = store.read(len(data.items))[places[inside]]
    if inside.mean() < NEARLY_ALL:
        return None
    read = store.load(places[inside])
    vectors = np.zeros((len(wanted), read.shape[1]), dtype=np.float32)
    vectors[inside] = read
    return vectors
