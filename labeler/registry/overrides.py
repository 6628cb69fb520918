"""What somebody let go live although it was not known to hold what is required: kept in the audit trail, for good."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import audit_events
from labeler.projects.access import Member
from labeler.registry.requirements import conditions_of
from labeler.registry.test_runs import unmet as keeps_back
from labeler.wire.requirements import ConditionOut
from labeler.wire.test_cases import CaseRun


def record_override(
    tx: Connection, member: Member, row: Any, reason: str, unmet: Sequence[tuple[str, str]], ran: Sequence[CaseRun]
) -> None:
    """As it stands now. row: the model's; unmet: what keeps it back, as `unmet_by` tells; ran: its test cases."""
    conditions = [one.model_dump() for one in conditions_of(tx, member.project, row) if one.state != "holds"]
    told = {
        "unmet": [words for _, words in unmet],
        "conditions": conditions,
        "test_cases": [one.model_dump(mode="json") for one in ran if keeps_back(one)],
    }
    target = f"model-{row.number}"
    audit(tx, member.caller, "model.override", project_id=row.project_id, target=target, reason=reason, **told)


def last_override(tx: Connection, project_id: int, number: int) -> dict[str, Any]:
    """What a live model was not known to hold or pass when it went live, as fields of `ModelOut`: empty where it held
    all."""
    told = (
        sa.select(audit_events.c.action, audit_events.c.detail)
        .where(
            audit_events.c.project_id == project_id,
            audit_events.c.target == f"model-{number}",
            audit_events.c.action.in_(["model.override", "model.live"]),
        )
        .order_by(audit_events.c.id.desc())
        .limit(2)
    )
    events = tx.execute(told).all()
    if [one.action for one in events] != ["model.live", "model.override"]:
        return {}
    detail = events[1].detail
    return {
        "overridden": [ConditionOut(**one) for one in detail.get("conditions", [])],
        "overridden_test_cases": [CaseRun(**one) for one in detail.get("test_cases", [])],
    }
