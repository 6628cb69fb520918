"""What is known of items, for those who make answers."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.projects.access import Project
from labeler.quality.tables import gold_items

GOLD = "gold"
_PRIME = 10_007
RATED_ALIKE = 0.05
"""As a share of the scale: on fine ones nobody means the very same number."""


def in_turn(columns: Any, labeler: Any) -> tuple[Any, Any]:
    """The order in which somebody meets gold items: everybody in another one. columns: of `items`."""
    return (columns.shuffle % _PRIME) * (labeler + 1) % _PRIME, columns.id


def says_the_same(project: Project, said: Any, known: Any) -> bool:
    """Whether an answer is the known one; of ratings, as good as. Both as the newest schema reads them."""
    apart = project.task.distance(said, known, project.schema)
    return bool(apart <= (RATED_ALIKE if project.task.level == "interval" else 0.0))


def known_answers(tx: Connection, project: Project, item_ids: Sequence[int] | None = None) -> dict[int, Any]:
    """By item id, as the newest schema reads them; those of which nothing is left in it are not there. item_ids: of
    these alone."""
    if item_ids is not None and not project.has_gold:
        return {}
    columns = (gold_items.c.item_id, gold_items.c.value, gold_items.c.schema_version)
    statement = sa.select(*columns).where(gold_items.c.project_id == project.id)
    if item_ids is not None:
        statement = statement.where(gold_items.c.item_id.in_(item_ids))
    read = ((row.item_id, project.read(row.value, row.schema_version)) for row in tx.execute(statement))
    return {item: value for item, value in read if value is not None}


def gold_row(project: Project, value: Any, given: int, agreement: float) -> dict[str, Any]:
    """The answer of a gold item, as columns of `item_answers`."""
    return {
        "value": value,
        "labels": project.task.labels_in(value),
        "confidence": 1.0,
        "method": GOLD,
        "posterior": None,
        "agreement": agreement,
        "contested": False,
        "given": given,
    }
