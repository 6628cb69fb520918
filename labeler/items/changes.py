"""What imports changed on items that were there, and taking it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import item_changes, items
from labeler.kit.bulk import insert_many
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.events import Event, emit
from labeler.projects.access import Project

COLUMNS = ("item_id", "before", "after")
Metadata = dict[str, Any]


@dataclass(frozen=True)
class ItemsRestored(Event):
    """Items of one project that were removed are there again. removed_at: when they were removed."""

    name: ClassVar[str] = "items.restored"
    project_id: int
    item_ids: list[int]
    removed_at: dict[int, datetime]

    def payload(self) -> dict[str, Any]:
        return {"project_id": self.project_id, "count": len(self.item_ids)}


def keep_replaced(tx: Connection, project: Project, item_ids: Sequence[int], import_id: int | None) -> None:
    """These items are removed by an import, for others with their keys."""
    if import_id is not None:
        _keep(tx, project, [(item_id, None, None) for item_id in item_ids], import_id)


def change_metadata(
    tx: Connection,
    project: Project,
    changed: Mapping[int, tuple[Metadata | None, Metadata]],
    import_id: int | None,
) -> None:
    """changed: by the item's id, its metadata before (None: it is new with this import) and from now on."""
    for item_id, (_, after) in changed.items():
        tx.execute(sa.update(items).where(items.c.id == item_id).values(metadata=after))
    if import_id is not None:
        _keep(tx, project, [(item_id, *both) for item_id, both in changed.items() if both[0] is not None], import_id)


def _keep(tx: Connection, project: Project, rows: Sequence[tuple[Any, ...]], import_id: int) -> None:
    same = {"project_id": project.id, "import_id": import_id, "created_at": clock()}
    insert_many(tx, item_changes, COLUMNS, rows, same)


def changes_of(project: Project, import_id: int) -> Any:
    """What an import changed and what was not taken back, the latest first."""
    mine = (item_changes.c.project_id == project.id, item_changes.c.import_id == import_id)
    return sa.select(item_changes).where(*mine, item_changes.c.undone_at.is_(None)).order_by(item_changes.c.id.desc())


def replaced(project: Project) -> Any:
    """The ids of items that made room for others, and would come back."""
    mine = (item_changes.c.project_id == project.id, item_changes.c.undone_at.is_(None))
    return sa.select(item_changes.c.item_id).where(*mine, item_changes.c.after.is_(None))


def changed_items(tx: Connection, project_id: int) -> list[int]:
    """The ids of all items whose metadata ever changed, or that came back, rising."""
    told = sa.or_(item_changes.c.after.is_not(None), item_changes.c.undone_at.is_not(None))
    found = sa.select(item_changes.c.item_id).where(item_changes.c.project_id == project_id, told).distinct()
    return list(tx.execute(found.order_by(item_changes.c.item_id)).scalars())


def take_back_changes(tx: Connection, project: Project, import_id: int, most: int) -> int:
    """Undo up to `most` changes of an import, the latest first, after the items that it brought are gone; returns how
    many. An item whose key is another's meanwhile, or whose own import was taken back, stays away; metadata that was
    changed again since stays."""
    lock(tx, "items", project.id, shared=True)
    rows = tx.execute(changes_of(project, import_id).limit(most)).all()
    if not rows:
        return 0
    for row in rows:
        if row.after is not None:
            _take_back_metadata(tx, row)
    back = [row.item_id for row in rows if row.after is None]
    if back:
        _restore(tx, project, back)
    done = sa.update(item_changes).where(item_changes.c.id.in_([row.id for row in rows])).values(undone_at=clock())
    tx.execute(done)
    return len(rows)


def _take_back_metadata(tx: Connection, row: Any) -> None:
    now = tx.execute(sa.select(items.c.metadata).where(items.c.id == row.item_id)).scalar_one_or_none()
    if now is None:
        return
    then = dict(now)
    for name in row.before.keys() | row.after.keys():
        if row.before.get(name) != row.after.get(name) and now.get(name) == row.after.get(name):
            then.pop(name, None)
            if name in row.before:
                then[name] = row.before[name]
    tx.execute(sa.update(items).where(items.c.id == row.item_id).values(metadata=then))


def _restore(tx: Connection, project: Project, item_ids: Sequence[int]) -> None:
    other = items.alias()
    taken = sa.exists().where(
        other.c.project_id == project.id, other.c.key == items.c.key, other.c.removed_at.is_(None)
    )
    mine = (items.c.project_id == project.id, items.c.id.in_(item_ids), items.c.removed_at.is_not(None))
    rows = tx.execute(sa.select(items.c.id, items.c.removed_at).where(*mine, ~taken).order_by(items.c.id)).all()
    if not rows:
        return
    removed_at = {row.id: row.removed_at for row in rows}
    tx.execute(sa.update(items).where(items.c.id.in_(list(removed_at))).values(removed_at=None))
    emit(tx, ItemsRestored(project.id, list(removed_at), removed_at), project)


def forget_replaced(tx: Connection, project: Project, import_id: int) -> None:
    """What this import brought and others replaced does not come back with them."""
    brought = sa.select(items.c.id).where(items.c.project_id == project.id, items.c.import_id == import_id)
    gone = item_changes.c.item_id.in_(brought), item_changes.c.after.is_(None), item_changes.c.undone_at.is_(None)
    tx.execute(sa.delete(item_changes).where(item_changes.c.project_id == project.id, *gone))
