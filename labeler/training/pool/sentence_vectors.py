"""Sentence vectors of some items, for those who compare them with each other: as they were read, or read now."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.datasets.tables import dataset_versions
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.learning.features.encoder import Encoder
from labeler.learning.features.text import text_of
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.registry.encoders import encoder_for, why_without
from labeler.training.pool.data import data_of
from labeler.training.pool.embedding_store import GROUP, EmbeddingStore

NEARLY_ALL = 0.9


def sentence_vectors(db: Database, settings: Settings, project: Project, ids: Sequence[int]) -> Array | None:
    """float32 (ids, d), zeros for the few that have none; None where the texts have not been read: no encoder, no
    dataset version, or too few of these items in it. ids: in any order."""
    encoder = None if why_without(settings) else encoder_for(settings)
    if encoder is None or not len(ids):
        return None
    read, inside = _stored(db, settings, project, encoder, ids)
    if read is None or inside.mean() < NEARLY_ALL:
        return None
    vectors = np.zeros((len(ids), read.shape[1]), dtype=np.float32)
    vectors[inside] = read
    return vectors


def all_sentence_vectors(
    db: Database,
    settings: Settings,
    project: Project,
    encoder: Encoder,
    ids: Sequence[int],
    contents: Sequence[Any],
    tell: Callable[[int, int], None] = lambda done, n: None,
) -> Array:
    """float32 (ids, d), rows of length 1: as they were read, and of the others read now, which are not kept.

    contents: of these items, in their order; tell: how many of those that have to be read are. Raises EncoderMissing or
    EncoderBroken where the encoder can't go on.
    """
    read, inside = _stored(db, settings, project, encoder, ids)
    missing = np.flatnonzero(~inside).tolist()
    made = []
    for start in range(0, len(missing), GROUP):
        tell(start, len(missing))
        made.append(encoder.encode([text_of(contents[place]) for place in missing[start : start + GROUP]]))
    encoder.rest()
    parts = made if read is None else [*made, read]
    vectors = np.zeros((len(ids), parts[0].shape[1] if parts else 0), dtype=np.float32)
    if made:
        vectors[missing] = np.concatenate(made)
    if read is not None:
        vectors[inside] = read
    return vectors


def _stored(
    db: Database, settings: Settings, project: Project, encoder: Encoder, ids: Sequence[int]
) -> tuple[Array | None, Array]:
    """The vectors that were read of these items, None where there are none; bool (ids,): of which."""
    wanted, nowhere = np.asarray(ids, dtype=np.int64), np.zeros(len(ids), dtype=np.bool_)
    newest = sa.select(sa.func.max(dataset_versions.c.version)).where(dataset_versions.c.project_id == project.id)
    version = db.read(lambda tx: tx.execute(newest).scalar())
    if version is None:
        return None, nowhere
    data = data_of(settings, project.id, Version(settings, project.id, db.read(find_version, project.id, version)))
    places = np.searchsorted(data.items, wanted)
    inside = places < len(data.items)
    inside[inside] = data.items[places[inside]] == wanted[inside]
    store = EmbeddingStore(data.cache, encoder)
    inside[inside] = store.read(len(data.items))[places[inside]]
    return (store.load(places[inside]), inside) if inside.any() else (None, nowhere)
