"""Which items that want a further label are worth it more than new ones, by the model just trained.

One decision for both kinds, by value per cost: a label costs a labeler the same whether the item is new or not, so for
each of them it is by value alone. Why: docs/decisions/0035-relabel-or-new-item.md
"""

from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.kit.jobs.registry import JobRun
from labeler.learning.consensus.activelab import active_scores
from labeler.learning.consensus.base import Judgments, Shape
from labeler.learning.estimators.softmax import best_scale, out_of_fold
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.judgments import Given, read_given
from labeler.quality.tables import answers
from labeler.training.fit import Fitted

MOST = 20_000
"""Answers that are judged by models that did not see them, a random part of more."""
SOFT = 0.1  # as in `learning/label_errors.py`: who follows every wrong answer finds it plausible elsewhere


def wanting_items(tx: Connection, project_id: int) -> Array:
    """Items outside the holdout that are answered, but not surely: int64, rising."""
    statement = (
        sa.select(answers.c.item_id)
        .join(items, items.c.id == answers.c.item_id)
        .where(answers.c.project_id == project_id, answers.c.wants_more, items.c.needed > 0, items.c.split == "train")
        .order_by(answers.c.item_id)
    )
    return np.array(tx.execute(statement).scalars().all(), dtype=np.int64)


def worth_more(run: JobRun, project: Project, fitted: Fitted, wanting: Array, new: Array) -> list[int] | None:
    """Items of those that want a label, worth most first; None: too little is known to tell.

    wanting: item ids, rising. new: positions of the new items that would be asked next; what is worth less than these
    are on average is left out. Without any, all are in.
    """
    if project.task.level != "nominal":
        return None
    unseen = _unseen(fitted, project.settings.seed)
    if unseen is None:
        return None
    given = _judgments(fitted, run.db.read(read_given, project), *unseen)
    if given is None:
        return None
    ids, judgments = given
    scores = active_scores(judgments, fitted.problem.confidence(fitted.proba[new]))
    here = np.isin(ids, wanting)
    found, score = ids[here], scores.labeled[here]
    if len(new):
        better = score < scores.new.mean()
        found, score = found[better], score[better]
    return [int(item) for item in found[np.argsort(score, kind="stable")]]


def _unseen(fitted: Fitted, seed: int) -> tuple[Array, Array] | None:
    """Rising positions of items the model learned from, and what models say that did not: float (items, classes)."""
    from scipy.special import softmax
    from sklearn.svm import LinearSVC
    from threadpoolctl import threadpool_limits

    chosen = np.arange(len(fitted.positions))
    if len(chosen) > MOST:
        chosen = np.sort(np.random.default_rng([seed, len(chosen)]).choice(len(chosen), MOST, replace=False))
    positions, codes = fitted.positions[chosen], fitted.targets.y[chosen]
    with threadpool_limits(1):
        found = out_of_fold(
            lambda: LinearSVC(C=SOFT, random_state=seed),
            *(fitted.pool.rows(positions), codes, len(fitted.targets.classes), seed),
            most=MOST,
        )
    if found is None:
        return None
    decisions, _ = found
    return positions, softmax(decisions * best_scale(decisions, codes), axis=1)


def _judgments(fitted: Fitted, given: Given, positions: Array, unseen: Array) -> tuple[Array, Judgments] | None:
    """Ids of answered items, rising, and what people and the model say of them: those at these positions, and those
    the model did not learn from. A label that it has never seen is left out."""
    all_ids, names = fitted.pool.data.items, fitted.model.classes
    code_of = np.array([names.index(value) if value in names else -1 for value in given.values], dtype=np.int64)
    on = given.counted & np.isin(given.items, all_ids) & (code_of[given.codes] >= 0)
    at = np.searchsorted(all_ids, given.items[on])
    told = ~np.isin(at, fitted.positions) | np.isin(at, positions)
    told &= np.isin(at, positions) | (fitted.proba[at].sum(axis=1) > 0)  # it may not have scored all of them yet
    if not told.any():
        return None
    kept, item_of = np.unique(at[told], return_inverse=True)
    people, person_of = np.unique(given.people[on][told], return_inverse=True)
    proba: Any = fitted.proba[kept].astype(np.float64)
    learned = np.isin(kept, positions)
    proba[learned] = unseen[np.searchsorted(positions, kept[learned])]
    shape = Shape(len(kept), len(people), len(names))
    return all_ids[kept], Judgments(item_of, person_of, code_of[given.codes[on][told]], shape, None, proba)
