"""What a search by meaning holds, and what is nearest to its bar: so that the bar is chosen by looking."""

import numpy as np
import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items, present
from labeler.kit.columns import among
from labeler.kit.config import Settings
from labeler.kit.errors import Invalid
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.training.pool.meaning import missing_keys, similarities
from labeler.wire.meaning import LikeFound, LikeIn, LikeItem

BEYOND = 4
"""So many times the items that are shown are looked at, since some may have been removed."""


def like_found(tx: Connection, settings: Settings, project: Project, body: LikeIn) -> LikeFound:
    """Raises as `similarities`, and `Invalid` for keys that are no item's."""
    if gone := missing_keys(tx, project, body.like.keys):
        detail = f'there is no item with key "{gone[0]}"'
        raise Invalid(f"like/keys: {detail}.", errors=[{"pointer": "/like/keys", "detail": detail}])
    ids, similarity = similarities(tx, settings, project, body.like)
    order = np.argsort(similarity, kind="stable")
    bar = int(np.searchsorted(similarity[order], np.float32(body.like.least), side="left"))
    inside, outside = order[bar:], order[:bar][::-1]
    held, read = (_there(tx, project, ids[places]) for places in (inside, order))
    n, most = body.shown, BEYOND * body.shown
    return LikeFound(
        items=held,
        read=read,
        of=int(tx.execute(sa.select(sa.func.count()).select_from(items).where(present(project.id))).scalar_one()),
        last_in=_shown(tx, project, ids[inside[:most]], similarity[inside[:most]])[:n],
        first_out=_shown(tx, project, ids[outside[:most]], similarity[outside[:most]])[:n],
    )


def _there(tx: Connection, project: Project, ids: Array) -> int:
    mine = sa.select(sa.func.count()).select_from(items).where(present(project.id), among(items.c.id, _json(ids)))
    return int(tx.execute(mine).scalar_one())


def _shown(tx: Connection, project: Project, ids: Array, similarity: Array) -> list[LikeItem]:
    there = sa.select(items.c.id, items.c.key, items.c.content)
    rows = {row.id: row for row in tx.execute(there.where(present(project.id), among(items.c.id, _json(ids))))}
    return [
        LikeItem(key=rows[one].key, content=rows[one].content, similarity=round(near, 4))
        for one, near in zip(ids.tolist(), similarity.tolist(), strict=True)
        if one in rows
    ]


def _json(ids: Array) -> str:
    return orjson.dumps(ids.tolist()).decode()
