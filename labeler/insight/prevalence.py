"""How frequent each label is in the whole pool, without the bias of what was chosen for labeling.

The labels that a strategy chose say nothing about it. The holdout does, as a random sample; what the model says of
holdout items that nobody has labeled yet narrows the interval (prediction-powered inference), and never biases it.
"""

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.insight.said import Said, newest_predictions
from labeler.insight.tally import tally_of
from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.prediction_powered import prediction_powered
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.wire.insight import LabelPrevalence, Prevalence
from labeler.wire.quality import Figure

MOST = 20_000
"""Holdout items that are looked at."""
ENOUGH = 30


def prevalence(tx: Connection, settings: Settings, project: Project) -> Prevalence:
    """Of each label, or number of a scale, the share of the items whose answer has it."""
    rows = tx.execute(
        sa.select(items.c.id, answers.c.value)
        .outerjoin(answers, answers.c.item_id == items.c.id)
        .where(present(project.id), items.c.split == "holdout")
        .order_by(items.c.shuffle)
        .limit(MOST)
    ).all()
    labeled = [row for row in rows if row.value is not None]
    pool = tally_of(tx, project)[0].items
    if len(labeled) < ENOUGH:
        return Prevalence(holdout_labels=len(labeled), model=None, items=pool, labels=[])
    counted = [set(project.task.counted_as(row.value)) for row in labeled]
    said = newest_predictions(tx, settings, project)
    chances = None if said is None else _chances(said, [row.id for row in rows])
    of_labeled = np.array([row.value is not None for row in rows])
    found = []
    for name in project.schema.names():
        has = np.array([name in one for one in counted], dtype=bool)
        estimate = _share(has, chances, of_labeled, said, name)
        share = Figure(value=estimate.value, low=estimate.low, high=estimate.high)
        found.append(LabelPrevalence(label=name, share=share, in_holdout=int(has.sum())))
    number = None if chances is None or said is None else said.number
    return Prevalence(holdout_labels=len(labeled), model=number, items=pool, labels=found)


def _chances(said: Said, ids: list[int]) -> Array | None:
    """What the model says of these items: float (items, classes), NaN where it has not seen one."""
    rows = [said.predictions.row(one) for one in ids]
    if any(row is not None for row in rows):
        width = len(said.decoder.classes)
        return np.array([said.decoder.chances(row) if row is not None else np.full(width, np.nan) for row in rows])
    return None


def _share(has: Array, chances: Array | None, of_labeled: Array, said: Said | None, name: str) -> Estimate:
    nothing = np.zeros(0)
    if chances is None or said is None or name not in said.decoder.classes:
        return prediction_powered(has, np.zeros(len(has)), nothing)
    column = chances[:, said.decoder.classes.index(name)]
    known = ~np.isnan(column)
    if not known[of_labeled].all():  # items that came after the model
        return prediction_powered(has, np.zeros(len(has)), nothing)
    return prediction_powered(has, column[of_labeled], column[~of_labeled & known])
