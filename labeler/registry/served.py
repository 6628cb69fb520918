"""A sample of what models answered: so that shadows can be asked the same, and labels that come later can judge it.

Contents are kept while a shadow is there to be asked about them, a few thousand at most; without one, answers are kept
by their key alone.
"""

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.remove import ItemsRemoved
from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.events import listen
from labeler.projects.access import Project
from labeler.registry.tables import served_items

AT_ONCE = 500
"""Answers of a moment that are kept, drawn at random: what a database takes without noticing."""
KEPT, CONTENTS = 20_000, 2_000
"""Answers of a project that are kept, and of how many of them the content, the newest."""


class Served(NamedTuple):
    """One answer to one item. content: None where no shadow is to be asked."""

    project_id: int
    model_id: int
    key: str | None
    content: Any
    value: Any
    schema_version: int


class Sample:
    """What is drawn from the answers of a moment; each has the same chance (Vitter 1985, algorithm R)."""

    def __init__(self) -> None:
        self.drawn: list[Served] = []
        self.seen = 0

    def add(self, served: Sequence[Served]) -> None:
        for one in served:
            self.seen += 1
            if len(self.drawn) < AT_ONCE:
                self.drawn.append(one)
            elif (place := random.randrange(self.seen)) < AT_ONCE:
                self.drawn[place] = one


def write(tx: Connection, served: Sequence[Served], there: set[int]) -> None:
    """there: the models that there are; of others nobody asks what they answered."""
    rows = [one._asdict() for one in served if one.model_id in there]
    if rows:
        tx.execute(sa.insert(served_items).values(created_at=clock()), rows)


def trim(tx: Connection, project_id: int) -> None:
    """Leave the newest."""
    mine = served_items.c.project_id == project_id
    newest = sa.select(served_items.c.id).where(mine).order_by(served_items.c.id.desc())
    last = tx.execute(newest.offset(KEPT).limit(1)).scalar()
    if last is not None:
        tx.execute(sa.delete(served_items).where(mine, served_items.c.id <= last))
    last = tx.execute(newest.where(served_items.c.content.is_not(None)).offset(CONTENTS).limit(1)).scalar()
    if last is not None:
        old = (mine, served_items.c.id <= last, served_items.c.content.is_not(None))
        tx.execute(sa.update(served_items).where(*old).values(content=sa.null()))


@listen(ItemsRemoved)
def forget(tx: Connection, event: ItemsRemoved, project: Project) -> None:
    """Of an item that is removed, nothing stays here."""
    keys = sa.select(items.c.key).where(items.c.id.in_(event.item_ids))
    tx.execute(sa.delete(served_items).where(served_items.c.project_id == project.id, served_items.c.key.in_(keys)))
