"""Which stage a model version is in: promoting, retiring and rolling back."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import lock
from labeler.kit.errors import Conflict, Invalid
from labeler.kit.events import Event, emit
from labeler.projects.access import Member
from labeler.registry.artifacts import folder_of
from labeler.registry.overrides import record_override
from labeler.registry.requirements import check_requirements, unmet_by
from labeler.registry.service import find_model, get_model, live_model, models
from labeler.registry.tables import stage_changes
from labeler.registry.test_runs import runs_of
from labeler.wire.registry import ModelOut


@dataclass(frozen=True)
class ModelMoved(Event):
    """A model version was moved to another stage."""

    name: ClassVar[str] = "model.moved"
    project_id: int
    model: int
    from_stage: str
    to_stage: str
    reason: str


def set_stage(
    tx: Connection, settings: Settings, member: Member, number: int, stage: str, reason: str, *, override: bool = False
) -> ModelOut:
    """Move a model to another stage. A model that goes live retires the one before it.

    override: let it go live whatever the project requires, which is on record. Raises `NotFound`, `Conflict` where its
    files are gone, `RequirementsNotMet`, `Invalid` for an override without a reason.
    """
    project_id = member.project.id
    lock(tx, "stages", project_id)
    row = find_model(tx, project_id, number)
    if row.stage == stage:
        return get_model(tx, settings, member.project, number)
    if stage == "live":
        _may_go_live(tx, member, row, reason, override)
        folder = folder_of(settings, project_id, number)
        if not (folder / "model.skops").exists():
            raise Conflict(f"The files of model {number} were pruned. Reproduce it first, then it can go live.")
        before = live_model(tx, project_id)
        if before is not None:
            _move(tx, member, before, "retired", f"model {number} goes live")
    _move(tx, member, row, stage, reason)
    return get_model(tx, settings, member.project, number)


def _may_go_live(tx: Connection, member: Member, row: Any, reason: str, override: bool) -> None:
    ran = runs_of(tx, member.project, [row.id])[row.id]
    unmet = unmet_by(tx, member.project, row, ran)
    if not override:
        check_requirements(row.number, unmet)
        return
    if not reason.strip():
        detail = "say why it goes live although it does not meet what is required"
        raise Invalid(f"reason: {detail}.", errors=[{"pointer": "/reason", "detail": detail}])
    if unmet:
        record_override(tx, member, row, reason, unmet, ran)


def _move(tx: Connection, member: Member, row: Any, stage: str, reason: str) -> None:
    tx.execute(sa.update(models).where(models.c.id == row.id).values(stage=stage))
    change = {
        "project_id": row.project_id,
        "model_id": row.id,
        "from_stage": row.stage,
        "to_stage": stage,
        "reason": reason,
        "changed_by": member.user_id,
        "created_at": clock(),
    }
    tx.execute(sa.insert(stage_changes).values(change))
    emit(tx, ModelMoved(row.project_id, row.number, row.stage, stage, reason))
    target = f"model-{row.number}"
    audit(tx, member.caller, f"model.{stage}", project_id=row.project_id, target=target, reason=reason)


def rollback(tx: Connection, settings: Settings, member: Member) -> ModelOut:
    """Make the model live again that was live before the present one."""
    project_id = member.project.id
    lock(tx, "stages", project_id)
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
    number = tx.execute(earlier).scalars().first()
    if number is None:
        raise Conflict("No other model was live before: there is nothing to roll back to.")
    return set_stage(tx, settings, member, number, "live", "rollback", override=True)  # it was live before
