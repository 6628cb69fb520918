"""Pausing who is often wrong on gold items that came among the others.

Looked at after an answer to a gold item, and then only: other answers pay nothing. Nobody is paused by chance: the
whole window must be answered, and not the share itself but the upper end of its 95 % interval (Wilson) must lie below
the bar. It is looked at again with every gold answer, so chance has several tries: over 100 gold answers (2,000 labels,
where one in twenty is gold) with a window of 20 and a bar of 70 %, one in 200 is paused who is right on 80 %, one in
four who is just at the bar, and everybody who is right on 40 % (tests/standings/test_gold_rule.py).
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.labels.tables import current_labels, labels
from labeler.learning.evaluation.intervals import wilson
from labeler.projects.access import TRAINING, Member, Project
from labeler.quality.known import says_the_same
from labeler.quality.tables import gold_items
from labeler.standings.changes import set_standing
from labeler.standings.finding import find_locked, is_spared, why_nothing
from labeler.standings.tables import PAUSED

GOLD = "gold"


def is_too_often_wrong(right: int, answered: int, bar: float, window: int) -> bool:
    """Whether the last `window` answers, all of which are there, are surely right less often than `bar`."""
    return answered >= window and wilson(right, answered)[1] < bar


def recent(tx: Connection, project: Project, labeler_id: int, after: int, most: int) -> list[bool]:
    """Of their last answers to gold items that came among the others, the newest first, which were right."""
    gold = gold_items.c
    statement = (
        sa.select(labels.c.value, labels.c.schema_version, gold.value.label("known"), gold.schema_version.label("then"))
        .select_from(gold_items)
        .join(
            current_labels,
            sa.and_(current_labels.c.item_id == gold.item_id, current_labels.c.labeler_id == labeler_id),
        )
        .join(labels, labels.c.id == current_labels.c.label_id)
        .where(
            gold.project_id == project.id,
            gold.asked,
            labels.c.id > after,
            labels.c.source != TRAINING,
            labels.c.pick["by"].as_string() == GOLD,
        )
        .order_by(labels.c.id.desc())
        .limit(most)
    )
    found = []
    for row in tx.execute(statement):
        said, known = project.read(row.value, row.schema_version), project.read(row.known, row.then)
        if said is not None and known is not None:
            found.append(says_the_same(project, said, known))
    return found


def look(tx: Connection, member: Member) -> str | None:
    """After an answer to a gold item: pause who gave it where the rule says so, and say why; None: they go on."""
    project, settings = member.project, member.project.settings
    if settings.gold_pause_below is None or is_spared(member):
        return None
    row = find_locked(tx, member)
    if row is not None and row.state == PAUSED:
        return None
    after = 0 if row is None else row.gold_after
    found = recent(tx, project, member.user_id, after, settings.gold_window)
    if not is_too_often_wrong(sum(found), len(found), settings.gold_pause_below, settings.gold_window):
        return None
    counts: dict[str, Any] = {"recent": len(found), "recent_right": sum(found)}
    row = set_standing(tx, project, member.user_id, PAUSED, GOLD, **counts)
    problem = why_nothing(tx, project, row)
    return None if problem is None else problem.detail
