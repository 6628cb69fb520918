"""What was said about items that are removed: it stays in the history, and is in force no more."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.remove import ItemsRemoved
from labeler.kit.columns import clock
from labeler.kit.events import listen
from labeler.labels.tables import aside, current_labels, flags
from labeler.projects.access import Project


@listen(ItemsRemoved)
def forget(tx: Connection, event: ItemsRemoved, project: Project) -> None:
    for table in (current_labels, aside):
        tx.execute(sa.delete(table).where(table.c.item_id.in_(event.item_ids)))
    open_flags = sa.update(flags).where(flags.c.item_id.in_(event.item_ids), flags.c.undone_at.is_(None))
    tx.execute(open_flags.values(undone_at=clock()))
