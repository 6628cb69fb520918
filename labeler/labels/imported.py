"""Labels that come with imported items."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.add import ItemsAdded
from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.events import listen
from labeler.labels.tables import current_labels, labels


@listen(ItemsAdded)
def record_imported(tx: Connection, event: ItemsAdded) -> None:
    """The items are new, so nothing is superseded and each gets its first label."""
    if not event.labeled:
        return
    project, labeler = event.project, event.labeler_id
    lock(tx, "labels", project.id, shared=True)
    values = [
        {"project_id": project.id, "item_id": item_id, "labeler_id": labeler, "value": value, "source": "import"}
        for item_id, value in event.labeled
    ]
    tx.execute(sa.insert(labels).values(created_at=clock()), values)
    ids = [item_id for item_id, _ in event.labeled]
    mine = sa.select(labels.c.item_id, labels.c.labeler_id, labels.c.project_id, labels.c.id)
    mine = mine.where(labels.c.item_id.in_(ids), labels.c.labeler_id == labeler)
    tx.execute(sa.insert(current_labels).from_select(["item_id", "labeler_id", "project_id", "label_id"], mine))
    tx.execute(sa.update(items).where(items.c.id.in_(ids)).values(needed=max(project.settings.overlap - 1, 0)))
