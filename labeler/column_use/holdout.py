"""The labeled holdout items that a model's columns are judged by: drawn at random, never trained on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.column_use.tables import column_trials
from labeler.items.tables import items, present
from labeler.learning.column_use.importance import FEWEST, MOST_ITEMS
from labeler.learning.decoding import Decoder
from labeler.learning.evaluation.judge import Judge, metric_for
from labeler.learning.evaluation.metrics import Metric
from labeler.learning.failure_modes import some_of
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.registry.service import find_model, live_model, newest_model
from labeler.training.pool.data import TrainingData


@dataclass(frozen=True)
class Held:
    """positions: of the items in a model's dataset version, rising; values: what people say of them now; known: how
    many there are, of which these are a part."""

    positions: Array
    values: list[Any]
    known: int


def asked(tx: Connection, project_id: int, number: int | None) -> Any:
    """A model's row: the one of this number, else the live one, else the newest; None without any.

    Raises `NotFound`.
    """
    if number is not None:
        return find_model(tx, project_id, number)
    return live_model(tx, project_id) or newest_model(tx, project_id)


def held_of(tx: Connection, project: Project, data: TrainingData) -> Held:
    """Of the holdout items with an answer that are in the data, at most `MOST_ITEMS`, the same ones for every model as
    far as it knows them."""
    found = sa.select(items.c.id, answers.c.value).join(answers, answers.c.item_id == items.c.id)
    found = found.where(present(project.id), items.c.split == "holdout")
    value_of = {row.id: row.value for row in tx.execute(found)}
    ids = np.intersect1d(np.array(sorted(value_of), dtype=np.int64), data.items[data.holdout])
    known, ids = len(ids), some_of(ids, MOST_ITEMS)
    return Held(np.searchsorted(data.items, ids), [value_of[one] for one in ids.tolist()], known)


def metric_of(project: Project) -> Metric | None:
    """What the project leads its models by, as far as it is known for samples of items."""
    return metric_for(project.task.problem, project.settings.requirements.optimize or "")


def judge_of(project: Project, decoder: Decoder, values: Sequence[Any], metric: Metric) -> Judge:
    return Judge(decoder.problem, values, decoder.classes, decoder.settings, metric, project.schema.model_dump())


def read(decoder: Decoder, proba: Array) -> Array:
    """Probabilities (items, classes) in the newest label schema."""
    if not len(proba):
        return np.zeros((0, len(decoder.classes)))
    return np.array([decoder.chances(line) for line in proba], dtype=np.float64)


def few(labels: int) -> str:
    """Why two models can't be compared."""
    return f"It takes {FEWEST} labeled holdout items to compare two models; there are {labels}."


def trials_of(tx: Connection, model_id: int) -> Mapping[str, Any]:
    """Their rows, by column."""
    mine = sa.select(column_trials).where(column_trials.c.model_id == model_id).order_by(column_trials.c.name)
    return {row.name: row for row in tx.execute(mine)}
