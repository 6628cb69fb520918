"""Taking back an import: the labels and predictions that it gave to items which were there before it."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.imports.tables import outside_predictions
from labeler.items.changes import replaced
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
    """The labels of an import that are still in force, or would be if an item came back that made room for another."""
    later = labels.alias()
    mine = (later.c.item_id == labels.c.item_id, later.c.labeler_id == labels.c.labeler_id)
    given = sa.and_(labels.c.value.is_not(None), ~sa.exists().where(*mine, later.c.id > labels.c.id))
    return (
        sa.select(labels)
        .join(items, items.c.id == labels.c.item_id)
        .where(labels.c.project_id == project.id, labels.c.import_id == import_id, given)
        .where(sa.or_(items.c.removed_at.is_(None), items.c.id.in_(replaced(project))))
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


def suggested(project: Project, import_id: int) -> Any:
    """The items for which an import brought a prediction."""
    mine = (outside_predictions.c.project_id == project.id, outside_predictions.c.import_id == import_id)
    return sa.select(outside_predictions.c.item_id).where(*mine)


def take_back_predictions(tx: Connection, project: Project, import_id: int, most: int) -> int:
    """Up to `most` are suggested no more; those of an earlier import are again. Returns how many."""
    of_them = outside_predictions.c.item_id.in_(suggested(project, import_id).limit(most))
    done = tx.execute(sa.delete(outside_predictions).where(of_them, outside_predictions.c.import_id == import_id))
    return done.rowcount
