"""How good rules are: measured on what people answered, and never said without its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from scipy.sparse import csr_matrix
from sqlalchemy import Connection

from labeler.heuristics.tables import heuristic_counts, heuristic_hits
from labeler.learning.evaluation.intervals import wilson
from labeler.learning.heuristics.label_model import UNKNOWN, fit_label_model, majority
from labeler.learning.heuristics.votes import is_right
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.wire.heuristics import Advice, TogetherOut
from labeler.wire.quality import Figure

ANSWERS = 20_000
"""Answers that are looked at, the newest: what keeps a look at any project short."""
FORETOLD = 4_000
"""Of these, those that the rules together foretell."""
FOLDS = 5
FEW = 20
"""With fewer the interval is wider than 40 points whatever is measured, and nothing is advised."""
NEARLY_ALL = 0.9
NOTHING = Figure(value=None, low=None, high=None)


@dataclass(frozen=True)
class Judged:
    """Of how many answered items a rule speaks, and of how many of them it is right."""

    n: int
    right: int

    @property
    def figure(self) -> Figure:
        return share_of(self.right, self.n)


def share_of(hits: int, n: int) -> Figure:
    """A share with its interval; nothing where nothing was looked at."""
    if not n:
        return NOTHING
    low, high = wilson(hits, n)
    return Figure(value=hits / n, low=low, high=high)


def share(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None


def _newest(project: Project, most: int) -> Any:
    statement = sa.select(answers.c.item_id, answers.c.value).where(answers.c.project_id == project.id)
    return statement.order_by(answers.c.created_at.desc(), answers.c.item_id.desc()).limit(most).subquery()


def judged(tx: Connection, project: Project, rows: Sequence[Any]) -> dict[int, Judged]:
    """By rule, on the newest answers in force."""
    says = {row.id: row.value for row in rows}
    n, right = dict.fromkeys(says, 0), dict.fromkeys(says, 0)
    newest = _newest(project, ANSWERS)
    spoken = newest.join(heuristic_hits, heuristic_hits.c.item_id == newest.c.item_id)
    counted = sa.select(heuristic_hits.c.heuristic_id, newest.c.value, sa.func.count()).select_from(spoken)
    counted = counted.where(heuristic_hits.c.heuristic_id.in_(list(says)))
    for rule, answer, items in tx.execute(counted.group_by(heuristic_hits.c.heuristic_id, newest.c.value)):
        n[rule] += items
        right[rule] += items * is_right(project.task, says[rule], answer)
    return {rule: Judged(n[rule], right[rule]) for rule in says}


def advice(row: Any, judged: Judged) -> Advice | None:
    """What to do about a rule; None: nothing is known yet."""
    if row.items is None or not row.active:
        return None
    if not row.hits:
        return "no_hits"
    if row.hits > NEARLY_ALL * row.items and row.items >= FEW:
        return "nearly_all"
    if judged.n < FEW:
        return "few_answers"
    low, high = wilson(judged.right, judged.n)
    return "mostly_wrong" if high < 0.5 else "reliable" if low >= 0.8 else "mixed"


def together(tx: Connection, project: Project, rows: Sequence[Any]) -> TogetherOut:
    """What the rules at work come to: each answer is foretold by what the others say of the rules."""
    rules = [row for row in rows if row.active and row.items is not None]
    counted = tx.execute(sa.select(heuristic_counts).where(heuristic_counts.c.project_id == project.id)).first()
    coverage = share(counted.covered, counted.items) if counted is not None and rules else None
    nothing = TogetherOut(coverage=coverage, judged=0, accuracy=NOTHING, majority=NOTHING)
    if not rules or project.task.level == "sets":
        return nothing
    votes, says, truth, labels = _votes(tx, project, rules)
    spoken = np.flatnonzero(np.diff(votes.indptr) > 0)
    if not len(spoken):
        return nothing
    foretold = _foretold(votes, says, truth, labels)[spoken]
    simple = majority(votes[spoken], says, labels)
    right, plain = int((foretold == truth[spoken]).sum()), int((simple == truth[spoken]).sum())
    n = len(spoken)
    return TogetherOut(coverage=coverage, judged=n, accuracy=share_of(right, n), majority=share_of(plain, n))


def _votes(tx: Connection, project: Project, rules: Sequence[Any]) -> tuple[csr_matrix, Array, Array, int]:
    """Which rules spoke of which answered items, what each says, the answers, and how many different ones there are."""
    task = project.task
    codes: dict[str, int] = {}
    says = np.array([codes.setdefault(task.dump(row.value), len(codes)) for row in rules], dtype=np.int64)
    newest = _newest(project, FORETOLD)
    answered = list(tx.execute(sa.select(newest.c.item_id, newest.c.value)))
    truth = np.array([codes.setdefault(task.dump(row.value), len(codes)) for row in answered], dtype=np.int64)
    item_place = {row.item_id: place for place, row in enumerate(answered)}
    rule_place = {row.id: place for place, row in enumerate(rules)}
    spoken = sa.select(heuristic_hits.c.item_id, heuristic_hits.c.heuristic_id).join(
        newest, newest.c.item_id == heuristic_hits.c.item_id
    )
    hits = list(tx.execute(spoken.where(heuristic_hits.c.heuristic_id.in_(list(rule_place)))))
    at = (np.array([item_place[item] for item, _ in hits], int), np.array([rule_place[rule] for _, rule in hits], int))
    votes = csr_matrix((np.ones(len(hits)), at), shape=(len(answered), len(rules)))
    return votes, says, truth, max(2, len(codes))


def _foretold(votes: csr_matrix, says: Array, truth: Array, labels: int) -> Array:
    """The likeliest label of each item, by a label model that has not seen its answer."""
    found = np.zeros(len(truth), dtype=np.int64)
    fold = np.random.default_rng(0).permutation(len(truth)) % FOLDS
    for number in range(FOLDS):
        mine = np.flatnonzero(fold == number)
        if len(mine):
            known = np.where(fold == number, UNKNOWN, truth)
            found[mine] = fit_label_model(votes, says, known, labels).predict_proba(votes[mine]).argmax(axis=1)
    return found
