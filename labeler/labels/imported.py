"""Labels that come with imported items."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.add import ItemsAdded
from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.events import listen
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import Project


@listen(ItemsAdded)
def record_imported(tx: Connection, event: ItemsAdded, project: Project) -> None:
    """The items are new, so nothing is superseded and each gets its first label."""
    if not event.labeled:
        return
    labeler = event.labeler_id
    lock(tx, "labels", project.id, shared=True)
    values = [
        {"project_id": project.id, "item_id": item_id, "labeler_id": labeler, "value": value}
        for item_id, value in event.labeled
    ]
    about = {"source": "import", "kind": event.kind, "schema_version": event.schema_version}
    tx.execute(sa.insert(labels).values(created_at=clock(), **about), values)
    ids = [item_id for item_id, _ in event.labeled]
    counted = project.counts(event.kind)
    mine = sa.select(
        labels.c.item_id, labels.c.labeler_id, labels.c.project_id, labels.c.id, sa.literal(counted).label("counted")
    )
    mine = mine.where(labels.c.item_id.in_(ids), labels.c.labeler_id == labeler)
    columns = ["item_id", "labeler_id", "project_id", "label_id", "counted"]
    tx.execute(sa.insert(current_labels).from_select(columns, mine))
    if counted:
        left = max(project.settings.overlap - 1, 0)
        tx.execute(sa.update(items).where(items.c.id.in_(ids)).values(needed=left))
