"""What imports changed on items that were there, and taking it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.search import outdate
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


@dataclass(frozen=True)
class MetadataChanged(Event):
    """Metadata of items that were there is other than before."""

    name: ClassVar[str] = "metadata.changed"
    is_public: ClassVar[bool] = False
    project_id: int
    item_ids: list[int]


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
    outdate(tx, project.id, list(changed))
    for item_id, (_, after) in changed.items():
        tx.execute(sa.update(items).where(items.c.id == item_id).values(metadata=after))
    if import_id is not None:
        both = [(item_id, before, after) for item_id, (before, after) in changed.items() if before is not None]
        _keep(tx, project, [(item_id, *_differing(before, after)) for item_id, before, after in both], import_id)
    emit(tx, MetadataChanged(project.id, list(changed)), project)


def _differing(before: Metadata, after: Metadata) -> tuple[Metadata, Metadata]:
    """Both with the names that changed alone."""
    changed = {name: value for name, value in after.items() if name not in before or before[name] != value}
    return {name: before[name] for name in changed if name in before}, changed


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
    changed = [row.item_id for row in rows if row.after is not None]
    outdate(tx, project.id, changed)
    for row in rows:
        if row.after is not None:
            _take_back_metadata(tx, row)
    if changed:
        emit(tx, MetadataChanged(project.id, changed), project)
    back = [row.item_id for row in rows if row.after is None]
    if back:
        _restore(tx, project, back)
    done = sa.update(item_changes).where(item_changes.c.id.in_([row.id for row in rows])).values(undone_at=clock())
    tx.execute(done)
    return len(rows)


def _take_back_metadata(tx: Connection, row: Any) -> None:
    """Where a later import changed a name once more, that one's change begins where this one's did."""
    later = sa.select(item_changes).where(item_changes.c.item_id == row.item_id, item_changes.c.id > row.id)
    later = later.where(item_changes.c.after.is_not(None), item_changes.c.undone_at.is_(None))
    changes = tx.execute(later.order_by(item_changes.c.id)).all()
    now = tx.execute(sa.select(items.c.metadata).where(items.c.id == row.item_id)).scalar_one_or_none()
    then = dict(now or {})
    begins = {change.id: dict(change.before) for change in changes}
    for name in row.after:
        following = next((change for change in changes if name in change.after), None)
        if following is not None:
            _as_in(row.before, name, begins[following.id])
        elif then.get(name) == row.after.get(name):
            _as_in(row.before, name, then)
    for change in changes:
        if begins[change.id] != change.before:
            one = sa.update(item_changes).where(item_changes.c.id == change.id)
            tx.execute(one.values(before=begins[change.id]))
    if now is not None and then != now:
        tx.execute(sa.update(items).where(items.c.id == row.item_id).values(metadata=then))


def _as_in(source: Metadata, name: str, target: Metadata) -> None:
    target.pop(name, None)
    if name in source:
        target[name] = source[name]


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


def replaced_since(project: Project, import_id: int) -> Any:
    """The changes by which other imports replaced what this one brought, with the key."""
    return (
        sa.select(item_changes.c.id, items.c.key)
        .join(items, items.c.id == item_changes.c.item_id)
        .where(items.c.project_id == project.id, items.c.import_id == import_id)
        .where(item_changes.c.after.is_(None), item_changes.c.undone_at.is_(None))
    )


def forget_replaced(tx: Connection, project: Project, import_id: int, most: int) -> int:
    """What this import brought and others replaced does not come back with them: what it had replaced itself does. Up
    to `most` items at once; returns how many."""
    changes = tx.execute(replaced_since(project, import_id).order_by(item_changes.c.id).limit(most)).all()
    for change in changes:
        mine = changes_of(project, import_id).where(item_changes.c.after.is_(None)).subquery()
        found = sa.select(mine.c.id, mine.c.item_id).join(items, items.c.id == mine.c.item_id)
        own = tx.execute(found.where(items.c.key == change.key).order_by(mine.c.id)).first()
        if own is not None:
            tx.execute(sa.delete(item_changes).where(item_changes.c.id == own.id))
            tx.execute(sa.update(item_changes).where(item_changes.c.id == change.id).values(item_id=own.item_id))
        else:
            tx.execute(sa.delete(item_changes).where(item_changes.c.id == change.id))
    return len(changes)


def forget_earlier(tx: Connection, project: Project, item_ids: Sequence[int]) -> None:
    """Who removes these items removes what they once replaced, too: it comes back no more."""
    keys = sa.select(items.c.key).where(items.c.id.in_(item_ids))
    same = sa.select(items.c.id).where(items.c.project_id == project.id, items.c.key.in_(keys))
    former = (item_changes.c.project_id == project.id, item_changes.c.item_id.in_(same))
    tx.execute(
        sa.delete(item_changes).where(*former, item_changes.c.after.is_(None), item_changes.c.undone_at.is_(None))
    )
