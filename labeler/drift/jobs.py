"""The check: new items beside a random sample of those that were there when the model learned.

The sample is of the whole pool and not of the labeled items: what a strategy asks for is unusual, and beside it all
that comes would look moved. Predictions are compared on items that the model did not learn from alone: on the others
it is surer. docs/decisions/0045-drift.md
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.drift.found import DriftFound
from labeler.drift.meaning import vectors_of
from labeler.drift.standing import Standing, bar_of, standing_of
from labeler.drift.tables import drift_checks
from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.counting import counted
from labeler.kit.errors import Unavailable
from labeler.kit.events import emit
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.learning.drift.check import Moved, check
from labeler.learning.drift.label_shift import estimated_shares
from labeler.learning.errors import LearningError
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project, find_project
from labeler.quality.tables import answers
from labeler.registry.predict import answers_of, load_model
from labeler.training.pool.data import data_of_model
from labeler.wire.drift import FEWEST

MOST = 2_000
"""Items of each sample."""
MOST_HOLDOUT = 2_000
KEPT = 8
"""Kinds of a signal that are told of, those that moved furthest."""


@dataclass(frozen=True)
class Compared:
    """Ids and contents of the items of each sample. unseen: bool (before,), what the model did not learn from."""

    before: list[int]
    then: list[Any]
    unseen: Array
    new: list[int]
    now: list[Any]
    left_out: int


@dataclass(frozen=True)
class Said:
    """What the model says. then, now: one name per item; truth, judged: of holdout items, people's and the model's."""

    then: list[str]
    now: list[str]
    truth: list[str]
    judged: list[str]
    single: bool


@job("drift.compare", gives_way=True)
def check_drift(run: JobRun) -> Any:
    """Result: the model, how many new items were compared, and how many signals moved."""
    project = run.db.read(find_project, run.project_id or 0)
    standing = run.db.read(standing_of, project.id)
    if standing is None:
        raise JobRefused("There is no model yet.")
    if standing.missing:
        return run.finish(lambda tx: {"model": standing.model.number, "missing": standing.missing})
    compared, until = _compared(run, project, standing)
    if len(compared.before) < FEWEST or len(compared.new) < FEWEST:
        few = FEWEST - min(len(compared.before), len(compared.new))
        return run.finish(lambda tx: {"model": standing.model.number, "missing": few})
    n = len(compared.before) + len(compared.new)
    run.progress(0, 3, counted("reading {n} item", "reading {n} items", n))
    said, why_not = _said(run, project, standing, compared)
    ids, contents = [*compared.before, *compared.new], [*compared.then, *compared.now]
    read, no_meaning = vectors_of(run, project, standing.model, ids, contents)
    vectors = None if read is None else (read[: len(compared.before)], read[len(compared.before) :])
    run.progress(2, 3, counted("comparing {n} item", "comparing {n} items", n))
    bar = run.db.read(bar_of, project.id)
    predicted = None if said is None or why_not is not None else (said.then, said.now)
    try:
        found = check(compared.then, compared.now, predicted, vectors, bar=bar, seed=project.settings.seed)
    except LearningError as error:
        raise JobRefused(f"They can't be compared: {error}.") from error
    labels, no_labels = _labels(project, said)
    moved = [one.signal.name for one in found if one.moved]
    facts = {
        "before": len(compared.before),
        "new": len(compared.new),
        "left_out": compared.left_out,
        "bar": bar,
        "signals": [_facts(one, compared.new) for one in sorted(found, key=_order)],
        "not_predicted": why_not,
        "no_meaning": no_meaning,
        "labels": labels,
        "no_labels": no_labels,
    }

    def keep(tx: Connection) -> dict[str, Any]:
        row = {"project_id": project.id, "model_id": standing.model.id, "until_item": until, "alarm": bool(moved)}
        tx.execute(sa.insert(drift_checks).values(**row, facts=facts, created_at=clock()))
        if moved:
            emit(tx, DriftFound(project.id, standing.model.number, len(compared.new), moved))
        return {"model": standing.model.number, "new": len(compared.new), "moved": len(moved)}

    return run.finish(keep)


def _order(one: Moved) -> tuple[bool, float]:
    return not one.moved, -(one.signal.effect.value or 0.0)


def _compared(run: JobRun, project: Project, standing: Standing) -> tuple[Compared, int]:
    """Both samples, and the newest item that came."""
    version = Version(run.settings, project.id, run.db.read(find_version, project.id, standing.model.version))
    data = data_of_model(run.settings, project.id, version, standing.model.config)
    learned = data.items[data.labeled(holdout=False)[0]]
    # The same model is always compared with the same items.
    order = np.random.default_rng([project.settings.seed, standing.model.id]).permutation(data.items)
    drawn = np.sort(order[: MOST + MOST // 10])
    then = run.db.read(_contents, project.id, drawn.tolist())
    before = [item_id for item_id in drawn.tolist() if item_id in then][:MOST]
    new = run.db.read(_new, project.id, standing.after)
    until, left_out = max(new, default=standing.after), max(0, len(new) - MOST)
    new = new[-MOST:]
    now = run.db.read(_contents, project.id, new)
    new = [item_id for item_id in new if item_id in now]
    unseen = ~np.isin(np.array(before, dtype=np.int64), learned)
    contents = [then[one] for one in before], [now[one] for one in new]
    return Compared(before, contents[0], unseen, new, contents[1], left_out), until


def _new(tx: Connection, project_id: int, after: int) -> list[int]:
    newer = sa.select(items.c.id).where(present(project_id), items.c.id > after).order_by(items.c.id)
    return list(tx.execute(newer).scalars())


def _contents(tx: Connection, project_id: int, ids: list[int]) -> dict[int, Any]:
    """Of items that are still there."""
    found: dict[int, Any] = {}
    for start in range(0, len(ids), 500):
        part = items.c.id.in_(ids[start : start + 500])
        found |= {row.id: row.content for row in tx.execute(sa.select(items).where(present(project_id), part))}
    return found


def _said(run: JobRun, project: Project, standing: Standing, compared: Compared) -> tuple[Said | None, str | None]:
    """What the model says of all of them, in the same way; or why that is not compared."""
    try:
        model = load_model(run.settings, standing.model)
        unseen = [content for content, is_unseen in zip(compared.then, compared.unseen, strict=True) if is_unseen]
        truth, holdout = run.db.read(_holdout, project, standing.learned_until)
        parts = [answers_of(project, standing.model, model, part)[1] for part in (unseen, compared.now, holdout)]
    except Unavailable:
        return None, "model_file"
    counted_as = [[project.task.counted_as(one["value"]) for one in part] for part in parts]
    of_people = [project.task.counted_as(value) for value in truth]
    single = all(len(one) == 1 for part in (*counted_as, of_people) for one in part)
    then, now, judged = ([" + ".join(sorted(one)) for one in part] for part in counted_as)
    said = Said(then, now, [" + ".join(sorted(one)) for one in of_people], judged, single)
    return said, "few_items" if len(then) < FEWEST else None


def _holdout(tx: Connection, project: Project, until: int) -> tuple[list[Any], list[Any]]:
    """Answers and contents of holdout items that were there when the model learned, drawn at random."""
    joined = sa.select(answers.c.value, items.c.content).join(items, items.c.id == answers.c.item_id)
    mine = (present(project.id), items.c.split == "holdout", items.c.id <= until)
    rows = tx.execute(joined.where(*mine).order_by(items.c.shuffle).limit(MOST_HOLDOUT)).all()
    return [row.value for row in rows], [row.content for row in rows]


def _labels(project: Project, said: Said | None) -> tuple[list[dict[str, Any]], str | None]:
    if said is None:
        return [], "few_labels"
    if not said.single:
        return [], "several_labels"
    rng = np.random.default_rng([project.settings.seed, len(said.now)])
    found = estimated_shares(said.truth, said.judged, said.now, rng)
    rows = [{"label": name, "then": _figure(then), "now": _figure(now)} for name, (then, now) in found.items()]
    return rows, None if rows else "few_labels"


def _facts(one: Moved, new: list[int]) -> dict[str, Any]:
    signal = one.signal
    names = sorted(signal.now, key=lambda name: -abs((signal.now[name].value or 0) - (signal.then[name].value or 0)))
    return {
        "name": signal.name,
        "measure": signal.measure,
        "effect": _figure(signal.effect),
        "p": one.p,
        "moved": one.moved,
        "then": {name: _figure(signal.then[name]) for name in names[:KEPT]},
        "now": {name: _figure(signal.now[name]) for name in names[:KEPT]},
        "examples": [new[place] for place in signal.unlike] if one.moved else [],
    }


def _figure(estimate: Estimate) -> dict[str, Any]:
    return {name: value for name, value in asdict(estimate).items() if name != "n"}
