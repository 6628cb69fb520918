"""Events as rows, written in the transaction of what they tell of: what webhooks and metrics read, in order.

Readers keep the id they have read up to: an id is given out once. Ids of concurrent transactions are committed in any
order on PostgreSQL (`labeler/webhooks/reading.py` knows what is missing). Rows older than KEPT_DAYS are removed.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.columns import Id, Json, clock, created_at, id_column, metadata
from labeler.kit.compiled import CompiledStatement
from labeler.kit.events import Event, listen
from labeler.kit.jobs.registry import every

KEPT_DAYS = 14

outbox = sa.Table(
    "outbox",
    metadata,
    id_column(),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("project_id", Id, nullable=True),
    sa.Column("payload", Json, nullable=False),
    created_at(moves=True),
    sqlite_autoincrement=True,  # or the id of a last row that was removed would come again
)
PUT = CompiledStatement(sa.insert(outbox).values(created_at=clock()))


@listen(Event)
def put(tx: Connection, event: Event, about: object) -> None:
    if event.is_public:
        project_id = getattr(event, "project_id", None)
        PUT(tx, name=event.name, project_id=project_id, payload=event.payload())


@every(3600, "kit.outbox")
def forget_old(tx: Connection) -> None:
    tx.execute(sa.delete(outbox).where(outbox.c.created_at < clock(-86_400 * KEPT_DAYS)))
