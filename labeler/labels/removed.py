"""What was said of items that are removed: it stays in the history, and is in force no more unless they come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.changes import ItemsRestored
from labeler.items.remove import ItemsRemoved
from labeler.kit.columns import clock
from labeler.kit.events import Event, emit, listen
from labeler.labels.current import is_counted
from labeler.labels.tables import aside, current_labels, flags, labels, skips
from labeler.projects.access import Project


@dataclass(frozen=True)
class LabelsRestored(Event):
    """Items of one project are there again; the labels that were given on them are in force as before."""

    name: ClassVar[str] = "labels.restored"
    project_id: int
    item_ids: list[int]

    def payload(self) -> dict[str, Any]:
        return {"project_id": self.project_id, "count": len(self.item_ids)}


@listen(ItemsRemoved)
def forget(tx: Connection, event: ItemsRemoved, project: Project) -> None:
    for table in (current_labels, aside):
        tx.execute(sa.delete(table).where(table.c.item_id.in_(event.item_ids)))
    open_flags = sa.update(flags).where(flags.c.item_id.in_(event.item_ids), flags.c.undone_at.is_(None))
    tx.execute(open_flags.values(undone_at=clock()))


@listen(ItemsRestored)
def remember(tx: Connection, event: ItemsRestored, project: Project) -> None:
    """The last label of each labeler is in force, the flags that were open then are open, and what was put aside is."""
    last = sa.select(sa.func.max(labels.c.id)).where(labels.c.item_id.in_(event.item_ids))
    last = last.group_by(labels.c.item_id, labels.c.labeler_id)
    counted = is_counted(project)
    given = sa.select(labels.c.item_id, labels.c.labeler_id, labels.c.project_id, labels.c.id, counted)
    given = given.where(labels.c.id.in_(last), labels.c.value.is_not(None))
    columns = ["item_id", "labeler_id", "project_id", "label_id", "counted"]
    tx.execute(sa.insert(current_labels).from_select(columns, given))
    closed = sa.select(flags.c.id, flags.c.item_id, flags.c.undone_at).where(flags.c.item_id.in_(event.item_ids))
    rows = tx.execute(closed.where(flags.c.undone_at.is_not(None))).all()
    with_it = [row.id for row in rows if row.undone_at >= event.removed_at[row.item_id]]
    tx.execute(sa.update(flags).where(flags.c.id.in_(with_it)).values(undone_at=None))
    _put_aside(tx, event.item_ids)
    emit(tx, LabelsRestored(event.project_id, event.item_ids), project)


def _put_aside(tx: Connection, item_ids: Sequence[int]) -> None:
    """Who skipped or flagged one of these is asked about it last, again, unless a label came afterwards."""
    asked = sa.union_all(
        *(
            sa.select(table.c.project_id, table.c.labeler_id, table.c.item_id, table.c.created_at).where(
                table.c.item_id.in_(item_ids), table.c.undone_at.is_(None), *more
            )
            for table, more in ((skips, ()), (flags, (flags.c.label_id.is_(None),)))
        )
    ).subquery()
    given = sa.exists().where(
        current_labels.c.item_id == asked.c.item_id,
        current_labels.c.labeler_id == asked.c.labeler_id,
        current_labels.c.label_id == labels.c.id,
        labels.c.created_at > asked.c.created_at,
    )
    by = (asked.c.project_id, asked.c.labeler_id, asked.c.item_id)
    last = sa.select(*by, sa.func.max(asked.c.created_at)).where(~given).group_by(*by)
    tx.execute(sa.insert(aside).from_select([column.name for column in by] + ["created_at"], last))
