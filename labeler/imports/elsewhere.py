"""Rows whose content is in a project already, under another key: they would be labeled twice."""

from collections.abc import Sequence

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.content import ItemRow
from labeler.items.tables import items, present
from labeler.projects.access import Project

PART = 500


def said_elsewhere(tx: Connection, project: Project, rows: Sequence[ItemRow]) -> int:
    """How many of these rows. A row whose own key is there is none of them: it is told as such."""
    keys = {row.key for row in rows}
    own = sa.select(items.c.key).where(present(project.id), items.c.key.in_(keys))
    there = set(tx.execute(own).scalars())
    new = {row.key: row for row in rows if row.key not in there}
    contents = list({_mark(row.content): row.content for row in new.values()}.values())
    found: set[bytes] = set()
    for start in range(0, len(contents), PART):
        part = items.c.content.in_(contents[start : start + PART])
        found |= {
            _mark(one) for one in tx.execute(sa.select(items.c.content).where(present(project.id), part)).scalars()
        }
    return sum(_mark(row.content) in found for row in new.values())


def _mark(content: object) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
