"""Failure modes as people see them: asking for a look, keeping one under a name, and how models do on each."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.failure_modes.asking import want_look, want_measuring
from labeler.failure_modes.collecting import collecting_of, release
from labeler.failure_modes.modes import find_mode, find_modes_of
from labeler.failure_modes.tables import failure_looks, failure_modes
from labeler.failure_modes.tables import failure_mode_scores as scores
from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.kit.db import lock
from labeler.kit.errors import Conflict
from labeler.kit.jobs.engine import get
from labeler.kit.jobs.out import job_out
from labeler.learning.evaluation.intervals import Estimate, wilson
from labeler.learning.failure_modes import change_of, difference
from labeler.projects.access import Member, Project
from labeler.quality.tables import answers
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.registry.service import find_model, newest_model
from labeler.registry.tables import model_versions
from labeler.wire.failure_modes import (
    FEWEST_LABELS,
    FailureExample,
    FailureLook,
    FailureMode,
    FailureModeDetail,
    FailureModes,
    FailureRate,
    FindIn,
    KeepIn,
)
from labeler.wire.jobs import JobOut
from labeler.wire.quality import Figure

MOST_RATES = 20
"""Models of one failure mode that are told of."""
MOST_KEPT = 50
"""Of one project: each is measured on every model."""


def request_look(tx: Connection, settings: Settings, member: Member, body: FindIn) -> JobOut:
    """Raises `NotFound` for a model that there is not, `Conflict` without one or for one whose files were pruned."""
    project_id = member.project.id
    row = newest_model(tx, project_id) if body.model is None else find_model(tx, project_id, body.model)
    if row is None:
        raise Conflict("There is no model yet whose predictions could be looked at. Label some more.")
    if load_predictions(folder_of(settings, project_id, row.number)) is None:
        raise Conflict(f"What model {row.number} said of the items was pruned. Reproduce it first.")
    job_id = want_look(tx, project_id, body.model, member.user_id)
    audit(tx, member.caller, "failure_modes.requested", project_id=project_id, target=f"model-{row.number}")
    return job_out(get(tx, job_id))


def list_modes(tx: Connection, project: Project) -> FailureModes:
    rows = find_modes_of(tx, project.id)
    out = _out(tx, rows)
    kept = [one for one in out if one.name is not None]
    return FailureModes(kept=kept, found=[one for one in out if one.name is None], looked=_looked(tx, project.id))


def get_mode(tx: Connection, project: Project, mode_id: int) -> FailureModeDetail:
    """With examples, without those that were removed or have no answer any more. Raises `NotFound`."""
    row = find_mode(tx, project.id, mode_id)
    (whole,) = _out(tx, [row])
    newest = sa.select(scores.c.examples).join(model_versions, model_versions.c.id == scores.c.model_id)
    newest = newest.where(scores.c.mode_id == mode_id).order_by(model_versions.c.number.desc()).limit(1)
    told = tx.execute(newest).scalar() or []
    ids = [item_id for item_id, *_ in told]
    there = sa.select(items.c.id, items.c.key, items.c.content, answers.c.value)
    there = there.join(answers, answers.c.item_id == items.c.id).where(present(project.id), items.c.id.in_(ids))
    known = {one.id: one for one in tx.execute(there)}
    examples = [
        FailureExample(
            key=known[item_id].key,
            content=known[item_id].content,
            answer=known[item_id].value,
            prediction=said,
            known_by=known_by,
        )
        for item_id, said, known_by in told
        if item_id in known
    ]
    return FailureModeDetail(**vars(whole), examples=examples)


def keep(tx: Connection, member: Member, mode_id: int, body: KeepIn) -> FailureMode:
    """Give it a name, or another one. Raises `NotFound`, and `Conflict` for a name that is taken, or one too many."""
    project_id = member.project.id
    lock(tx, "failure modes", project_id)
    row = find_mode(tx, project_id, mode_id)
    names = {one.name: one.id for one in find_modes_of(tx, project_id) if one.name is not None}
    if names.get(body.name, mode_id) != mode_id:
        raise Conflict(f'There is a failure mode "{body.name}" already. Choose another name.')
    if row.name is None and len(names) >= MOST_KEPT:
        raise Conflict(f"A project keeps at most {MOST_KEPT} failure modes. Let one go first.")
    kept = {"name": body.name, "created_by": member.user_id}
    tx.execute(sa.update(failure_modes).where(failure_modes.c.id == mode_id).values(kept))
    if row.name is None and newest_model(tx, project_id).id != row.model_id:
        want_measuring(tx, project_id)
    audit(tx, member.caller, "failure_mode.kept", project_id=project_id, target=body.name)
    return _out(tx, [find_mode(tx, project_id, mode_id)])[0]


def remove(tx: Connection, member: Member, mode_id: int) -> None:
    """Let it go, with what models came to on it; labels that were collected stay. Raises `NotFound`."""
    project_id = member.project.id
    lock(tx, "failure modes", project_id)
    row = find_mode(tx, project_id, mode_id)
    release(tx, project_id, mode_id)
    tx.execute(sa.delete(failure_modes).where(failure_modes.c.id == mode_id))
    audit(tx, member.caller, "failure_mode.removed", project_id=project_id, target=row.name or "")


def one_of(tx: Connection, project: Project, mode_id: int) -> FailureMode:
    """Raises `NotFound`."""
    return _out(tx, [find_mode(tx, project.id, mode_id)])[0]


def _looked(tx: Connection, project_id: int) -> FailureLook | None:
    mine = sa.select(failure_looks, model_versions.c.number)
    mine = mine.join(model_versions, model_versions.c.id == failure_looks.c.model_id)
    row = tx.execute(mine.where(failure_looks.c.project_id == project_id)).one_or_none()
    return None if row is None else FailureLook(at=row.created_at, model=row.number, **row.facts)


def _out(tx: Connection, rows: Sequence[Any]) -> list[FailureMode]:
    by_mode = _measured(tx, rows)
    collecting = collecting_of(tx, rows)
    return [
        FailureMode(
            id=row.id,
            name=row.name,
            words=row.words,
            found_in=row.number,
            items=row.items,
            unlabeled=row.unlabeled,
            looked_at=row.looked_at,
            rates=[_rate(one, by_mode[row.id][0]) for one in by_mode[row.id]],
            collecting=collecting.get(row.id),
            kept_by=row.by,
            found_at=row.created_at,
        )
        for row in rows
    ]


def _measured(tx: Connection, rows: Sequence[Any]) -> dict[int, list[Any]]:
    """By failure mode: the first model that was measured, and the newest ones, the earliest first."""
    mine = scores.c.mode_id.in_([row.id for row in rows])
    placed = sa.select(
        scores.c.id,
        model_versions.c.number,
        sa.func.row_number().over(partition_by=scores.c.mode_id, order_by=model_versions.c.number).label("place"),
        sa.func.row_number().over(partition_by=scores.c.mode_id, order_by=model_versions.c.number.desc()).label("back"),
    )
    placed_so = placed.join(model_versions, model_versions.c.id == scores.c.model_id).where(mine).subquery()
    few = sa.or_(placed_so.c.place == 1, placed_so.c.back < MOST_RATES)
    kept = sa.select(
        *(scores.c[name] for name in ("mode_id", "why", "right", "wrong", "unseen", "created_at")), placed_so.c.number
    )
    kept = kept.join(placed_so, placed_so.c.id == scores.c.id).where(few).order_by(placed_so.c.number)
    found: dict[int, list[Any]] = {row.id: [] for row in rows}
    for one in tx.execute(kept):
        found[one.mode_id].append(one)
    return found


def _rate(row: Any, first: Any) -> FailureRate:
    """How a model does, beside the first one that was measured."""
    labels, wrong = len(row.right) + len(row.wrong), len(row.wrong)
    error = Estimate.nothing()
    if row.why is None:
        error = Estimate(wrong / labels, *wilson(wrong, labels), labels)
    gain = Estimate.nothing() if row is first else difference(_wrong_by_item(first), _wrong_by_item(row))
    change = "first" if row is first else change_of(gain, FEWEST_LABELS)
    trained, trained_wrong = row.unseen or (0, 0)
    return FailureRate(
        model=row.number,
        labels=labels,
        wrong=wrong,
        error=_figure(error),
        why=row.why,
        change=change,
        gain=_figure(gain),
        trained=trained,
        trained_wrong=trained_wrong,
        measured_at=row.created_at,
    )


def _wrong_by_item(row: Any) -> dict[int, bool]:
    return dict.fromkeys(row.right, False) | dict.fromkeys(row.wrong, True)


def _figure(estimate: Estimate) -> Figure:
    return Figure(**{name: value for name, value in asdict(estimate).items() if name in Figure.model_fields})
