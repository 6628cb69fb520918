"""Which of several new labels items look like, by words and example items that are given for each.

Compared are sentence vectors, where the texts have been read and nearly all of these items have one; else words and
letters, weighted by how rare they are among these items. Nearest is what one hint comes closest to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items, present
from labeler.kit.columns import among
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Invalid
from labeler.learning.features.text import TextPipeline, text_of
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.registry.encoders import encoder_for
from labeler.training.pool.sentence_vectors import sentence_vectors
from labeler.wire.schema import SplitHint

MOST = 20_000
"""Items that are looked at: a random part of more."""
PART = 2_000
Hints = Mapping[str, SplitHint]


@dataclass(frozen=True)
class Looks:
    """ids: rising; label: the position of the nearest label in `labels`, -1 for items that are like none; score: how
    near it is, in [0, 1]."""

    labels: list[str]
    ids: Array
    label: Array
    score: Array
    by: Literal["sentences", "words"]


def looks(db: Database, settings: Settings, project: Project, ids: Sequence[int], hints: Hints) -> Looks:
    """Raises `Invalid` for an example that is no item of the project."""
    told = {name: db.read(_texts, project, hint) for name, hint in hints.items()}
    labels = [name for name, texts in told.items() if texts]
    texts = [text for name in labels for text in told[name]]
    owner = np.array([place for place, name in enumerate(labels) for _ in told[name]], dtype=np.int64)
    at = np.sort(np.asarray(ids, dtype=np.int64))
    if not texts or not len(at):
        return Looks(labels, at, np.full(len(at), -1), np.zeros(len(at)), "words")
    near = _by_sentences(db, settings, project, at, texts)
    by: Literal["sentences", "words"] = "words" if near is None else "sentences"
    if near is None:
        near = _by_words(db, at, texts)
    best = near.argmax(axis=1)
    score = near[np.arange(len(at)), best].clip(0.0, 1.0)
    return Looks(labels, at, np.where(score > 0, owner[best], -1), score, by)


def _texts(tx: Connection, project: Project, hint: SplitHint) -> list[str]:
    rows = tx.execute(
        sa.select(items.c.key, items.c.content).where(present(project.id), items.c.key.in_(hint.items))
    ).all()
    there = {row.key: text_of(row.content) for row in rows}
    if missing := next((key for key in hint.items if key not in there), None):
        detail = f'there is no item with key "{missing}"'
        raise Invalid(f"hints: {detail}.", errors=[{"pointer": "/hints", "detail": detail}])
    return [word for word in hint.words if word.strip()] + [there[key] for key in hint.items]


def _by_sentences(db: Database, settings: Settings, project: Project, ids: Array, texts: Sequence[str]) -> Array | None:
    """Cosines float32 (items, texts); None where the texts have not been read."""
    vectors = sentence_vectors(db, settings, project, ids.tolist())
    encoder = None if vectors is None else encoder_for(settings)
    if vectors is None or encoder is None:
        return None
    return np.asarray(_long_one(vectors) @ _long_one(encoder.encode(list(texts))).T)


def _long_one(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


def _by_words(db: Database, ids: Array, texts: Sequence[str]) -> Array:
    pipeline = TextPipeline()
    hints = pipeline.extract([{"text": text} for text in texts])
    blocks = [
        pipeline.extract([{"text": text} for text in db.read(_contents, ids[start : start + PART])])
        for start in range(0, len(ids), PART)
    ]
    pipeline.fit([*blocks, hints])
    wanted = pipeline.transform(hints).T.tocsc()
    return np.concatenate([(pipeline.transform(block) @ wanted).toarray() for block in blocks])


def _contents(tx: Connection, ids: Array) -> list[str]:
    wanted = sa.select(items.c.id, items.c.content).where(among(items.c.id, str(ids.tolist())))
    found: dict[int, Any] = {row.id: row.content for row in tx.execute(wanted)}
    return [text_of(found[one]) if one in found else "" for one in ids.tolist()]
