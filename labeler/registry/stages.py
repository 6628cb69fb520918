"""Which stage a model version is in: promoting, retiring and rolling back."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import Audited, audit
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import lock
from labeler.kit.errors import Conflict, Invalid
from labeler.kit.events import Event, emit
from labeler.projects.access import Member
from labeler.registry.artifacts import folder_of
from labeler.registry.overrides import record_override
from labeler.registry.pins import names_pinned
from labeler.registry.requirements import check_requirements, unmet_by
from labeler.registry.service import find_model, get_model, live_model, models
from labeler.registry.soundness import why_unsound
from labeler.registry.tables import stage_changes
from labeler.registry.test_runs import runs_of
from labeler.wire.registry import ModelOut

ANSWERING = ("canary", "live")
MOST_SHADOWS = 3
SHARE = 0.05
"""Of the items that a canary answers, where nothing is said."""


@dataclass(frozen=True)
class ModelMoved(Event):
    """A model version was moved to another stage. pinned: the tokens of programs that ask for it by its number."""

    name: ClassVar[str] = "model.moved"
    project_id: int
    model: int
    from_stage: str
    to_stage: str
    reason: str
    pinned: list[str]


def set_stage(
    tx: Connection,
    settings: Settings,
    member: Member,
    number: int,
    stage: str,
    reason: str,
    *,
    share: float | None = None,
    override: bool = False,
) -> ModelOut:
    """Move a model to another stage. A model that goes live retires the one before it; there is one canary at a time,
    and neither a canary nor a shadow begins without a live model.

    share: of a canary, the share of the items that it answers. override: let it answer whatever the project requires,
    which is on record. Raises `NotFound`, `Conflict` where its files are gone, or where there is no live model beside a
    canary or a shadow, too many shadows, or a model whose
    probabilities are not finite, `RequirementsNotMet`, `Invalid` for an override without a reason.
    """
    project_id = member.project.id
    lock(tx, "stages", project_id)
    row = find_model(tx, project_id, number)
    if row.stage == stage and share in (None, row.share):
        return get_model(tx, settings, member.project, number)
    live, canary = live_model(tx, project_id), canary_model(tx, project_id)
    if stage in ("canary", "shadow"):
        _beside(live, row)
    if stage == "shadow":
        _few_shadows(tx, project_id)
    if stage in ANSWERING and row.stage != stage:
        _may_answer(tx, member, row, reason, override)
    is_there = (folder_of(settings, project_id, number) / "model.skops").exists()
    if stage in (*ANSWERING, "shadow") and not is_there:
        raise Conflict(f"The files of model {number} were pruned. Reproduce it first, then it can answer.")
    if stage == "live" and live is not None:
        _move(tx, live, "retired", f"model {number} goes live", member)
    elif stage == "canary" and canary is not None and canary.id != row.id:
        _move(tx, canary, "candidate", f"model {number} is tried out instead", member)
    elif row.stage == "live" and canary is not None:
        _move(tx, canary, "candidate", "no model is live any more", member)
    _move(tx, row, stage, reason, member, share=(share or SHARE) if stage == "canary" else None)
    return get_model(tx, settings, member.project, number)


def canary_model(tx: Connection, project_id: int) -> Any:
    """The row of the model that is tried out on a share of the items, or None."""
    return tx.execute(
        sa.select(models).where(models.c.project_id == project_id, models.c.stage == "canary")
    ).one_or_none()


def replace_live(tx: Connection, settings: Settings, champion: Any, challenger: Any, reason: str) -> bool:
    """The service itself lets a candidate take the live model's place. False, and nothing happens, where another model
    is live by now, the candidate is none any more, or its files are gone."""
    project_id = champion.project_id
    lock(tx, "stages", project_id)
    live, row = live_model(tx, project_id), find_model(tx, project_id, challenger.number)
    is_there = (folder_of(settings, project_id, row.number) / "model.skops").exists()
    if live is None or live.id != champion.id or row.stage != "candidate" or not is_there:
        return False
    _move(tx, live, "retired", f"model {row.number} goes live", None)
    _move(tx, row, "live", reason, None)
    return True


def stop_canary(tx: Connection, row: Any, reason: str) -> None:
    """The service itself takes a canary back: it is a candidate again. Nothing happens where somebody has moved it."""
    lock(tx, "stages", row.project_id)
    now = canary_model(tx, row.project_id)
    if now is not None and now.id == row.id:
        _move(tx, now, "candidate", reason, None)


def _beside(live: Any, row: Any) -> None:
    if row.stage == "live":
        raise Conflict(f"Model {row.number} is live: it answers everything already.")
    if live is None:
        raise Conflict("No model is live that would answer the other items. Promote one first.")


def _few_shadows(tx: Connection, project_id: int) -> None:
    """Each is asked everything that is kept of what was asked."""
    mine = (models.c.project_id == project_id, models.c.stage == "shadow")
    if len(tx.execute(sa.select(models.c.id).where(*mine)).all()) >= MOST_SHADOWS:
        raise Conflict(f"{MOST_SHADOWS} models are shadows already. Make one of them a candidate first.")


def _may_answer(tx: Connection, member: Member, row: Any, reason: str, override: bool) -> None:
    if (unsound := why_unsound(row)) is not None:  # nobody can want that
        raise Conflict(f"Model {row.number} can't answer: {unsound}. Train again, and look at the items and settings.")
    ran = runs_of(tx, member.project, [row.id])[row.id]
    unmet = unmet_by(tx, member.project, row, ran)
    if not override:
        check_requirements(row.number, unmet)
        return
    if not reason.strip():
        detail = "say why it goes live, or is tried out, although it does not meet what is required"
        raise Invalid(f"reason: {detail}.", errors=[{"pointer": "/reason", "detail": detail}])
    if unmet:
        record_override(tx, member, row, reason, unmet, ran)


def _move(tx: Connection, row: Any, stage: str, reason: str, member: Member | None, share: float | None = None) -> None:
    """member: who moves it, None: the service itself. share: of a canary."""
    tx.execute(sa.update(models).where(models.c.id == row.id).values(stage=stage, share=share))
    change = {
        "project_id": row.project_id,
        "model_id": row.id,
        "from_stage": row.stage,
        "to_stage": stage,
        "reason": reason,
        "changed_by": None if member is None else member.user_id,
        "created_at": clock(),
    }
    tx.execute(sa.insert(stage_changes).values(change))
    emit(tx, ModelMoved(row.project_id, row.number, row.stage, stage, reason, names_pinned(tx, row.id)))
    target, told = f"model-{row.number}", {"reason": reason, **({} if share is None else {"share": share})}
    if member is None:
        emit(tx, Audited(f"model.{stage}", None, "", project_id=row.project_id, target=target, detail=told))
    else:
        audit(tx, member.caller, f"model.{stage}", project_id=row.project_id, target=target, **told)


def rollback(tx: Connection, settings: Settings, member: Member) -> ModelOut:
    """Make the model live again that was live before the present one. Raises `Conflict` where none was."""
    project_id = member.project.id
    lock(tx, "stages", project_id)
    number = live_before(tx, project_id)
    if number is None:
        raise Conflict("No other model was live before: there is nothing to roll back to.")
    return set_stage(tx, settings, member, number, "live", "rollback", override=True)  # it was live before


def live_before(tx: Connection, project_id: int) -> int | None:
    """The number of the model that was live before the present one, and would be again; None: there was none."""
    now = live_model(tx, project_id)
    earlier = (
        sa.select(models.c.number)
        .join(stage_changes, stage_changes.c.model_id == models.c.id)
        .where(stage_changes.c.project_id == project_id, stage_changes.c.to_stage == "live")
        .order_by(stage_changes.c.id.desc())
    )
    if now is not None:
        entered = sa.select(sa.func.max(stage_changes.c.id)).where(
            stage_changes.c.model_id == now.id, stage_changes.c.to_stage == "live", stage_changes.c.reason != "rollback"
        )
        first_entered = tx.execute(entered).scalar()
        earlier = earlier.where(models.c.id != now.id)
        if first_entered is not None:
            earlier = earlier.where(stage_changes.c.id < first_entered)
    number: int | None = tx.execute(earlier).scalars().first()
    return number
