"""Which labels tell how far people agree on all answered items, though several label only some of them.

Who is asked because an answer is in doubt, or comes in a campaign, labels items on which people disagree more often
than elsewhere: with what probability nobody knows. The share that several people label (`overlap`, `overlap_share`) is
drawn at random, with a probability that is known for each item (`overlap_field` makes it differ). So the figures are of
these items alone, of their first `overlap` labels, which were asked whatever the others said, and each weighs 1 over
its probability.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items as all_items
from labeler.kit.entries import entry
from labeler.labels.current import SHARES
from labeler.labels.tables import labels
from labeler.learning.evaluation.agreement import first_labels
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.projects.strata import find_strata
from labeler.quality.judgments import Given

Weighing = Literal["none", "drawn", "weighted", "unknown"]
FEW = 20
"""Drawn items with several labels, below which the figures are of all that several people labeled."""


@dataclass(frozen=True)
class Drawn:
    """Labels of which agreement is measured: one entry a label, as in `Given`; weights: of its item."""

    items: Array
    people: Array
    codes: Array
    weights: Array
    how: Weighing


def drawn(tx: Connection, project: Project, given: Given, ids: Any) -> Drawn:
    """given: labels of items with several; ids: a query of these items."""
    overlap, everything = project.settings.overlap, np.ones(len(given.items))
    as_they_are = (given.items, given.people, given.codes, everything)
    if overlap < 2:
        return Drawn(*as_they_are, "unknown")
    chances = _chances(tx, project, ids)
    chance = np.array([chances.get(int(one), 0.0) for one in given.items])
    order = _as_they_came(tx, given, ids, overlap)
    inside = order[(chance[order] > 0) & first_labels(given.items[order], overlap)]
    _, times = np.unique(given.items[inside], return_counts=True)
    several = int((times > 1).sum())
    if len(inside) < len(order) and several < FEW:
        return Drawn(*as_they_are, "unknown")
    weights = 1 / chance[inside]
    alike = len(np.unique(weights)) < 2
    how: Weighing = "weighted" if not alike else "none" if len(inside) == len(order) else "drawn"
    return Drawn(given.items[inside], given.people[inside], given.codes[inside], weights, how)


def _chances(tx: Connection, project: Project, ids: Any) -> dict[int, float]:
    """The probability that several people label it, of each of these items that was drawn."""
    settings, strata = project.settings, find_strata(tx, project)
    columns = [all_items.c.id, (all_items.c.shuffle % sa.literal_column(str(SHARES))).label("draw")]
    if settings.drawn_by is not None:
        columns.append(entry(all_items.c.metadata, sa.literal(settings.drawn_by, sa.Text)).label("value"))
    found = {}
    for row in tx.execute(sa.select(*columns).where(all_items.c.id.in_(ids))):
        own = 0 if settings.drawn_by is None or row.value is None else strata.shares.get(row.value, 0)
        share = max(settings.share_of_1000, own)
        if row.draw < share:
            found[row.id] = share / SHARES
    return found


def _as_they_came(tx: Connection, given: Given, ids: Any, overlap: int) -> Array:
    """Places of the labels, by item, and as each labeler first gave theirs: a correction is no later label. Only asked
    where some item has more labels than the first ones."""
    _, times = np.unique(given.items, return_counts=True)
    if not len(times) or times.max() <= overlap:
        return np.arange(len(given.items))
    first = sa.select(labels.c.item_id, labels.c.labeler_id, sa.func.min(labels.c.id).label("first"))
    rows = tx.execute(first.where(labels.c.item_id.in_(ids)).group_by(labels.c.item_id, labels.c.labeler_id))
    began = {(row.item_id, row.labeler_id): row.first for row in rows}
    when = np.array([began[int(item), int(who)] for item, who in zip(given.items, given.people, strict=True)])
    return np.lexsort((when, given.items))
