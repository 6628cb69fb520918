"""Which rules may count towards answers: those that are right often enough where people labeled, and surely so.

Measured on labels that people gave outside of the holdout, never on answers, in which rules may have a part.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.heuristics.measures import FEW, Judged
from labeler.heuristics.tables import heuristic_hits
from labeler.items.tables import items, present
from labeler.kit.columns import among
from labeler.labels.tables import current_labels, labels
from labeler.learning.evaluation.intervals import wilson
from labeler.projects.access import Project
from labeler.quality.by_people import PEOPLE
from labeler.quality.consensus import majority

BAR = 0.7
"""The lower end of the interval must reach it. A rule below adds more doubt than answers; the bar is no setting, since
what one is worth is weighed anyhow."""
NEWEST = 20_000  # labels


def people_say(tx: Connection, project: Project) -> dict[int, Any]:
    """What people say of items outside of the holdout, by the newest labels that count; of several the majority."""
    given = (
        sa.select(labels.c.id, labels.c.item_id, labels.c.value, labels.c.schema_version)
        .join(current_labels, current_labels.c.label_id == labels.c.id)
        .join(items, items.c.id == labels.c.item_id)
        .where(labels.c.project_id == project.id, labels.c.kind.in_(PEOPLE), current_labels.c.counted)
        .where(present(project.id), items.c.split == "train")
        .order_by(labels.c.id.desc())
        .limit(NEWEST)
    )
    said: dict[int, list[Any]] = defaultdict(list)
    for row in reversed(tx.execute(given).all()):
        value = project.read(row.value, row.schema_version)
        if value is not None:
            said[row.item_id].append(value)

    def apart(a: Any, b: Any) -> float:
        return project.task.distance(a, b, project.schema)

    return {item: values[0] if len(values) == 1 else majority(values, apart)[0] for item, values in said.items()}


def judged_by_people(tx: Connection, project: Project, rows: Sequence[Any], said: dict[int, Any]) -> dict[int, Judged]:
    """By rule. said: see `people_say`."""
    says = {row.id: project.task.dump(row.value) for row in rows}
    n, right = dict.fromkeys(says, 0), dict.fromkeys(says, 0)
    if says and said:
        spoken = sa.select(heuristic_hits.c.item_id, heuristic_hits.c.heuristic_id)
        spoken = spoken.where(among(heuristic_hits.c.item_id, str(list(said))))
        dumped = {item: project.task.dump(value) for item, value in said.items()}
        for item, rule in tx.execute(spoken.where(heuristic_hits.c.heuristic_id.in_(list(says)))):
            n[rule] += 1
            right[rule] += says[rule] == dumped[item]
    return {rule: Judged(n[rule], right[rule]) for rule in says}


def why(project: Project, judged: Judged) -> tuple[bool, str]:
    """Whether a rule may count, and why, or why not."""
    if project.task.level != "nominal":
        return False, "Only rules of projects with one label for each item count."
    if judged.n < FEW:
        return False, f"People labeled {judged.n} of the items of which it speaks: {FEW} or more are needed."
    low = wilson(judged.right, judged.n)[0]
    if low < BAR:
        return False, f"It is right on {low:.1%} of the items at least, and {BAR:.0%} is wanted: it may not count."
    return True, f"It is right on {low:.1%} or more of the items, and {BAR:.0%} is wanted: it may count."
