"""Which labels people gave: what others are measured on."""

from typing import Any

import sqlalchemy as sa

from labeler.labels.tables import current_labels, labels

PEOPLE = ("person", "import")
"""Kinds of labels that people gave, here or elsewhere."""


def by_people(item_id: Any, *conditions: Any) -> Any:
    """Whether people gave a label of an item that is in force."""
    given = sa.select(sa.literal(1)).join(labels, labels.c.id == current_labels.c.label_id)
    given = given.select_from(current_labels)
    return sa.exists(given.where(current_labels.c.item_id == item_id, labels.c.kind.in_(PEOPLE), *conditions))
