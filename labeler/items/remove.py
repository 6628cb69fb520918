"""Removing items: they leave the queue and the pool. The labels that were given stay on record, and so do dataset
versions (G3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.events import Event, emit
from labeler.projects.access import Project


@dataclass(frozen=True)
class ItemsRemoved(Event):
    """Items of one project are gone from it."""

    name: ClassVar[str] = "items.removed"
    project_id: int
    item_ids: list[int]

    def payload(self) -> dict[str, Any]:
        return {"project_id": self.project_id, "count": len(self.item_ids)}


def remove_items(tx: Connection, project: Project, item_ids: Sequence[int]) -> int:
    """Returns how many of these were there. Call with at most a few thousand."""
    lock(tx, "items", project.id, shared=True)
    gone = sa.update(items).where(present(project.id), items.c.id.in_(item_ids)).values(removed_at=clock(), needed=0)
    removed = list(tx.execute(gone.returning(items.c.id)).scalars())
    if removed:
        emit(tx, ItemsRemoved(project.id, removed), project)
    return len(removed)
