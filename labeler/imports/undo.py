"""Taking back an import: the labels that it gave to items which were there before it."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.events import Event, emit
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import Project


@dataclass(frozen=True)
class LabelsTakenBack(Event):
    """Labels of an import are in force no more; their items may have other labels."""

    name: ClassVar[str] = "labels.taken_back"
    project_id: int
    item_ids: list[int]

    def payload(self) -> dict[str, Any]:
        return {"project_id": self.project_id, "count": len(self.item_ids)}


def in_force(project: Project, import_id: int) -> Any:
    """The labels of an import that are still in force."""
    return (
        sa.select(labels)
        .join(current_labels, current_labels.c.label_id == labels.c.id)
        .where(labels.c.project_id == project.id, labels.c.import_id == import_id)
        .order_by(labels.c.id)
    )


def brought(project: Project, import_id: int) -> Any:
    """The ids of the items that an import brought and that are there."""
    return sa.select(items.c.id).where(present(project.id), items.c.import_id == import_id).order_by(items.c.id)


def take_back_labels(tx: Connection, project: Project, import_id: int, most: int) -> int:
    """Supersede up to `most` of them by rows without a value; returns how many. The history keeps both."""
    lock(tx, "labels", project.id, shared=True)
    rows = tx.execute(in_force(project, import_id).limit(most)).all()
    if not rows:
        return 0
    same = ("project_id", "item_id", "labeler_id", "source", "kind", "guideline_version", "schema_version", "import_id")
    values = [{**{name: getattr(row, name) for name in same}, "value": None, "supersedes": row.id} for row in rows]
    tx.execute(sa.insert(labels).values(created_at=clock()), values)
    tx.execute(sa.delete(current_labels).where(current_labels.c.label_id.in_([row.id for row in rows])))
    emit(tx, LabelsTakenBack(project.id, sorted({row.item_id for row in rows})), project)
    return len(rows)
