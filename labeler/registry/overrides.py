"""What somebody let go live although it was not known to hold what is required: kept in the audit trail, for good."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from labeler.accounts.audit import audit, last_of
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
    events = last_of(tx, project_id, ("model.override", "model.live"), f"model-{number}", most=2)
    if [action for action, _ in events] != ["model.live", "model.override"]:
        return {}
    detail = events[1][1]
    return {
        "overridden": [ConditionOut(**one) for one in detail.get("conditions", [])],
        "overridden_test_cases": [CaseRun(**one) for one in detail.get("test_cases", [])],
    }
