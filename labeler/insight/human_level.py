"""How well people do at what models do: one label held against what the others say of the same holdout item."""

from itertools import groupby

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.labels.tables import current_labels
from labeler.learning import problems
from labeler.learning.evaluation.metrics import metrics_of
from labeler.projects.access import Project
from labeler.quality.fits import find_fit
from labeler.quality.incremental import Given, answer_of
from labeler.quality.judgments import read_given
from labeler.quality.tables import answers
from labeler.wire.insight import HumanLevel

MOST = 5_000
"""Holdout items with several labels that are looked at, the newest first."""
ENOUGH = 30
"""Labels from which on there is a figure."""
_UNITS = ("share", "scale")  # others are of chances, which people do not give


def human_level(tx: Connection, project: Project) -> HumanLevel:
    """By the metrics that models are judged by. The others may be wrong, too, so this is a lower bound of what is
    possible."""
    several = (
        sa.select(answers.c.item_id)
        .join(items, items.c.id == answers.c.item_id)
        .where(answers.c.project_id == project.id, answers.c.given > 1, items.c.split == "holdout")
        .order_by(answers.c.created_at.desc())
        .limit(MOST)
    )
    given = read_given(tx, project, current_labels.c.item_id.in_(several), current_labels.c.counted)
    fit = find_fit(tx, project.id)
    rows = zip(given.items.tolist(), given.people.tolist(), given.codes.tolist(), strict=True)
    said, others_say, n_items = [], [], 0
    for _, entries in groupby(rows, key=lambda row: row[0]):
        labels = [Given(who, given.values[code]) for _, who, code in entries]
        if len(labels) < 2:
            continue
        n_items += 1
        for place, own in enumerate(labels):
            said.append(own.value)
            others_say.append(answer_of(project, labels[:place] + labels[place + 1 :], fit)["value"])
    if len(said) < ENOUGH:
        return HumanLevel(items=n_items, labels=len(said), metrics={})
    problem = problems.find(project.task.problem)
    targets = problem.encode(said)
    report = problem.evaluate(others_say, problem.certain(targets), targets.classes, {}, project.settings.seed)
    named = {one.name: one for one in metrics_of(project.task.problem) if one.unit in _UNITS}
    metrics = {name: one for name, one in report.to_dict()["metrics"].items() if name in named}
    return HumanLevel(items=n_items, labels=len(said), metrics=metrics)
