"""Background work on answers."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.counting import counted
from labeler.kit.jobs.registry import JobRun, job
from labeler.labels.stream import high_water
from labeler.projects.access import Project, find_project
from labeler.quality.answers import KEPT, make_answers
from labeler.quality.consensus import majority
from labeler.quality.estimates import estimate
from labeler.quality.estimates.base import Estimate
from labeler.quality.estimating import KIND as ESTIMATE
from labeler.quality.fits import keep_fit
from labeler.quality.incremental import weighed
from labeler.quality.judgments import Given, read_given
from labeler.quality.known import gold_row, known_answers
from labeler.quality.overlap import ask_or_close, is_unsure
from labeler.quality.recount import KIND, recount_kinds, recount_needed
from labeler.quality.rule_answers import evidence_of
from labeler.quality.strata import KIND as STRATA
from labeler.quality.strata import count_again, keep_time, read_part
from labeler.quality.tables import answers, labeler_qualities

PART, LOOKED_AT = 2_000, 10_000
SAME = ("value", "method", "contested", "agreement", "wants_more")
AS_GOOD_AS = 0.005
"""A confidence that moved by less stays as it is: not a million rows are written for nothing."""


@job(KIND)
def recount(run: JobRun) -> dict[str, int]:
    """Another overlap, or other kinds of labelers that count: every item again, in short transactions."""
    project = run.db.read(find_project, run.project_id or 0)
    count_again(run, project)
    part = sa.select(items.c.id).where(present(project.id)).order_by(items.c.id).limit(PART)
    after, changed = 0, 0

    def step(tx: Connection) -> Sequence[int]:
        ids = tx.execute(part.where(items.c.id > after)).scalars().all()
        _lock(tx, ids)
        recount_kinds(tx, project, ids)
        recount_needed(tx, project, ids)
        make_answers(tx, project, ids)
        return ids

    while ids := run.write(step):
        after, changed = ids[-1], changed + len(ids)
        run.progress(changed, None, counted("{n} item", "{n} items", changed))
    return {"items": changed}


@job(STRATA)
def draw_again(run: JobRun) -> dict[str, int]:
    """Items came, changed or left: another share of those with a value of a field may get several labels. Items that
    need as many as before are only read."""
    started = time.perf_counter()
    project = run.db.read(find_project, run.project_id or 0)
    count_again(run, project)
    seen, changed = 0, 0
    ids, differing = run.db.read(read_part, project, 0, LOOKED_AT)
    while ids:
        for start in range(0, len(differing), PART):
            run.write(partial(_need_again, project=project, ids=differing[start : start + PART]))
        seen, changed = seen + len(ids), changed + len(differing)
        run.progress(seen, None, counted("{n} item changed", "{n} items changed", changed))
        ids, differing = run.db.read(read_part, project, ids[-1], LOOKED_AT)

    def finish(tx: Connection) -> dict[str, int]:
        keep_time(tx, project, started)
        return {"items": seen, "changed": changed}

    done: dict[str, int] = run.finish(finish)
    return done


def _need_again(tx: Connection, project: Project, ids: Sequence[int]) -> None:
    _lock(tx, ids)
    recount_needed(tx, project, ids)
    make_answers(tx, project, ids)


def _lock(tx: Connection, ids: Sequence[int]) -> None:
    """The items first, as labelers take them: a label that is given at the same time is counted."""
    tx.execute(sa.select(items.c.id).where(items.c.id.in_(ids)).order_by(items.c.id).with_for_update()).all()


@job(ESTIMATE)
def estimate_answers(run: JobRun) -> dict[str, Any]:
    """All answers and labelers together, by the project's method. Who labels meanwhile is not waited for, and what
    they answer is left to the next estimate."""
    started = time.perf_counter()
    project = run.db.read(find_project, run.project_id or 0)
    until = run.write(lambda tx: high_water(tx, project.id))
    given = run.db.read(read_given, project)
    run.progress(0, None, counted("{n} label", "{n} labels", len(given.items)))
    gold = run.db.read(known_answers, project)
    found = estimate(project, given, gold)
    for item, beside in run.db.read(evidence_of, project).items():
        if item in found.rows:
            found.rows[item] = with_evidence(project, given, item, found.rows[item], beside)
    for item in gold.keys() & found.rows.keys():
        row = found.rows[item]
        found.rows[item] = gold_row(project, gold[item], row["given"], row["agreement"])
    ids = sorted(found.rows)
    changed = 0
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        moved = run.db.read(_moved, project, found, part)
        if moved:
            changed += run.write(partial(_write, project=project, moved=moved))
        run.progress(start + len(part), len(ids), counted("{n} answer changed", "{n} answers changed", changed))
    took = time.perf_counter() - started
    done: dict[str, Any] = run.finish(lambda tx: _keep(tx, project, found, until, took, changed))
    return done


def with_evidence(
    project: Project, given: Given, item: int, row: dict[str, Any], beside: dict[str, float]
) -> dict[str, Any]:
    """The answer of several people with what others say beside them (`rule_answers.evidence_of`)."""
    if row["posterior"] is None or row["given"] < 2 or project.task.level != "nominal":
        return row
    start, end = np.searchsorted(given.items, [item, item + 1])
    here = given.codes[start:end][given.counted[start:end]]
    said = [given.values[code] for code in here.tolist()]
    answer = weighed(row["posterior"], set(said), beside)
    first, _ = majority(said, lambda a, b: project.task.distance(a, b, project.schema))
    return {**row, **answer, "labels": project.task.labels_in(answer["value"]), "contested": answer["value"] != first}


def _moved(tx: Connection, project: Project, found: Estimate, part: Sequence[int]) -> list[dict[str, Any]]:
    """The rows that say something else now, unless labels have come meanwhile."""
    columns = (answers.c.item_id, answers.c.changed_at, *(answers.c[name] for name in KEPT))
    rows = tx.execute(sa.select(*columns).where(answers.c.item_id.in_(part))).all()
    moved = []
    for row in rows:
        new = found.rows[row.item_id]
        new = {**new, "wants_more": is_unsure(project, new)}
        same = all(getattr(row, name) == new[name] for name in SAME)
        near = abs(row.confidence - new["confidence"]) < AS_GOOD_AS and (row.posterior is None) == (
            new["posterior"] is None
        )
        if row.given == new["given"] and not (same and near):
            moved.append({**new, "item": row.item_id, "seen": row.changed_at})
    return moved


def _write(tx: Connection, project: Project, moved: list[dict[str, Any]]) -> int:
    _lock(tx, [row["item"] for row in moved])
    update = sa.update(answers).where(
        answers.c.item_id == sa.bindparam("item"), answers.c.changed_at == sa.bindparam("seen")
    )
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in KEPT}
    tx.execute(
        update.values(**values, changed_at=clock()),
        [{"item": row["item"], "seen": row["seen"], **{f"new_{name}": row[name] for name in KEPT}} for row in moved],
    )
    for row in moved:
        ask_or_close(tx, project, row["item"], row)
    return len(moved)


def _keep(tx: Connection, project: Project, found: Estimate, until: int, took: float, changed: int) -> dict[str, Any]:
    keep_fit(tx, project.id, found.fit, until, round(1000 * took))
    tx.execute(sa.delete(labeler_qualities).where(labeler_qualities.c.project_id == project.id))
    rows = [
        {"project_id": project.id, "labeler_id": who, **asdict(one)} for who, one in sorted(found.qualities.items())
    ]
    if rows:
        tx.execute(sa.insert(labeler_qualities), rows)
    return {"method": found.fit.method, "items": len(found.rows), "changed": changed, "labelers": len(rows)}
