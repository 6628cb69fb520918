"""Heuristics for the first labels: items of which rules speak are asked early, value by value, and those about which
rules contradict each other.

As keywords of labels do (`keyword_seeding.py`), they only order the queue before the first model, and leave the holdout
alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from scipy.sparse import csr_matrix
from sqlalchemy import Connection

from labeler.heuristics.measures import judged
from labeler.heuristics.running import at_work
from labeler.heuristics.tables import heuristic_hits
from labeler.items.tables import items
from labeler.kit.jobs.registry import JobRun
from labeler.learning.features.text import text_of
from labeler.learning.heuristics.label_model import LabelModel, weighed
from labeler.learning.heuristics.votes import side_of
from labeler.learning.keywords import in_turn
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.queries import answers_in_order
from labeler.training.keyword_seeding import TURNS

FOUND = 200
"""Items of each rule to choose among."""


@dataclass(frozen=True)
class Ordered:
    """order: item ids, best first; found: how many items there were to choose among; brought: those that come early for
    it."""

    order: list[int]
    found: int
    brought: set[int]


def seeded_by_heuristics(run: JobRun, project: Project, covering: Sequence[int]) -> Ordered:
    """The covering items, ids, best first, with those of which rules speak in turns between: of each value those that
    it is likeliest of, and those that rules are least at one about.

    While all items of one label are searched for, only rules that say it count.
    """
    rules = [rule for rule in run.db.read(at_work, project.id) if _is_wanted(project, rule.value)]
    rows = run.db.read(_spoken, project.id, [rule.id for rule in rules]) if rules else []
    if not rows:
        return Ordered([*covering], 0, set())
    codes: dict[str, int] = {}
    says = np.array([codes.setdefault(project.task.dump(rule.value), len(codes)) for rule in rules], dtype=np.int64)
    ids, votes = _votes(rows, [rule.id for rule in rules])
    proba = _model(run, project, rules, says, codes).predict_proba(votes)
    named = [side_of(project.task, rule.value) for rule in rules]
    sides = np.array([sorted(set(named)).index(one) for one in named], dtype=np.int64)
    split = _opinions(votes, sides) > 1
    rank = {item: place for place, item in enumerate(covering)}
    later = np.array([rank.get(int(item), len(rank)) for item in ids])
    lists = [_best(ids, later, -proba.max(axis=1), split)]
    for code in range(len(codes)):
        spoken = np.asarray((votes[:, says == code]).sum(axis=1)).ravel() > 0
        lists.append(_best(ids, later, proba[:, code], spoken & ~split))
    ordered = in_turn([mine for mine in lists if mine], covering, TURNS)
    return Ordered(ordered, len(ids), {item for mine in lists for item in mine[:TURNS]})


def _model(run: JobRun, project: Project, rules: Sequence[Any], says: Array, codes: Mapping[str, int]) -> LabelModel:
    """By the first answers, where there are some."""
    counted = run.db.read(judged, project, rules)
    n, right = (np.array([getattr(counted[rule.id], part) for rule in rules]) for part in ("n", "right"))
    answered = np.zeros(max(2, len(codes)), dtype=np.int64)
    for _, value, _ in run.db.read(answers_in_order, project.id):
        if (code := codes.get(project.task.dump(value))) is not None:
            answered[code] += 1
    return weighed(says, n, right, answered)


def _is_wanted(project: Project, value: Any) -> bool:
    wanted = project.settings.find_label
    return wanted is None or wanted in project.task.labels_in(value)


def _spoken(tx: Connection, project_id: int, rules: Sequence[int]) -> list[tuple[int, int]]:
    """(item, rule) of open items outside the holdout, the first of each rule in their random order; of texts that are
    alike one."""
    chosen: set[int] = set()
    for rule in rules:
        statement = sa.select(items.c.id).join(heuristic_hits, heuristic_hits.c.item_id == items.c.id)
        statement = statement.where(heuristic_hits.c.heuristic_id == rule, items.c.project_id == project_id)
        statement = statement.where(items.c.needed > 0, items.c.split == "train").order_by(items.c.shuffle)
        chosen.update(tx.execute(statement.limit(FOUND)).scalars())
    contents = tx.execute(sa.select(items.c.id, items.c.content).where(items.c.id.in_(chosen)).order_by(items.c.id))
    different = {text_of(row.content): row.id for row in contents}
    spoken = sa.select(heuristic_hits.c.item_id, heuristic_hits.c.heuristic_id)
    wanted = (heuristic_hits.c.item_id.in_(list(different.values())), heuristic_hits.c.heuristic_id.in_(rules))
    return [(item, rule) for item, rule in tx.execute(spoken.where(*wanted))]


def _votes(rows: Sequence[tuple[int, int]], rules: Sequence[int]) -> tuple[Array, csr_matrix]:
    ids, at = np.unique(np.array([item for item, _ in rows], dtype=np.int64), return_inverse=True)
    place = {rule: number for number, rule in enumerate(rules)}
    spoke = np.array([place[rule] for _, rule in rows])
    return ids, csr_matrix((np.ones(len(rows)), (at, spoke)), shape=(len(ids), len(rules)))


def _opinions(votes: csr_matrix, sides: Array) -> Array:
    """How many different things rules say of each item."""
    spread = csr_matrix((np.ones(len(sides)), (np.arange(len(sides)), sides)), shape=(len(sides), int(sides.max()) + 1))
    found: Array = (np.asarray((votes @ spread).todense()) > 0).sum(axis=1)
    return found


def _best(ids: Array, later: Array, score: Array, among: Array) -> list[int]:
    """Of these the highest score first; of equal ones what stands for many."""
    places = np.flatnonzero(among)
    order = np.lexsort((later[places], -np.round(score[places], 6)))
    return [int(item) for item in ids[places[order]]]
