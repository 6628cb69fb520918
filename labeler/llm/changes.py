"""What happens to language models, as others hear of it; pausing them; and what the audit trail says of their jobs."""

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import Audited
from labeler.accounts.tables import audit_events, users
from labeler.kit.events import Event, emit
from labeler.kit.jobs.tables import jobs
from labeler.llm.tables import llm_asks, llm_labelers

ASKED = "llm.asked"
TOLD = ("user_id", "sent_sha256", "tokens", "cost", "label_id")
LOOKED_AT = 200  # entries of the trail, the newest


@dataclass(frozen=True)
class LlmPaused(Event):
    """The service paused a language model: reason says why (`endpoint`, `key`, `money`, `drift`, `left`)."""

    name: ClassVar[str] = "llm.paused"
    project_id: int
    labeler_id: int
    labeler: str
    reason: str


def pause(tx: Connection, labeler_id: int, reason: str, detail: str) -> bool:
    """The service pauses it, unless it is paused or gone; what it labeled stays."""
    mine = (llm_labelers.c.user_id == labeler_id, ~llm_labelers.c.paused, llm_labelers.c.deleted_at.is_(None))
    values: dict[str, Any] = {"paused": True, "pause_reason": reason, "pause_detail": detail}
    paused = sa.update(llm_labelers).where(*mine).values(values).returning(llm_labelers.c.project_id)
    project_id = tx.execute(paused).scalar()
    if project_id is None:
        return False
    name = str(tx.execute(sa.select(users.c.name).where(users.c.id == labeler_id)).scalar())
    emit(tx, LlmPaused(project_id, labeler_id, name, reason))
    emit(tx, Audited("llm.paused", None, "labeler", "", project_id, name, {"reason": reason, "detail": detail}))
    return True


def tell(tx: Connection, job_id: int) -> None:
    """The audit trail says what was sent where in a job: how much, its hash, what it cost; never the key. Nothing is
    said of a job that has sent nothing, or that was told of before."""
    mine = sa.select(llm_asks).where(llm_asks.c.job_id == job_id).order_by(llm_asks.c.id)
    rows = tx.execute(mine.with_only_columns(*(llm_asks.c[name] for name in TOLD))).all()
    job = tx.execute(sa.select(jobs.c.project_id, jobs.c.created_by).where(jobs.c.id == job_id)).one()
    said = sa.select(audit_events.c.detail).where(
        audit_events.c.project_id == job.project_id, audit_events.c.action == ASKED
    )
    before = tx.execute(said.order_by(audit_events.c.id.desc()).limit(LOOKED_AT)).scalars()
    if not rows or any(one.get("job") == job_id and one.get("items") == len(rows) for one in before):
        return
    labeler = sa.select(llm_labelers.c.endpoint, llm_labelers.c.model, users.c.name)
    labeler = labeler.join(users, users.c.id == llm_labelers.c.user_id)
    row = tx.execute(labeler.where(llm_labelers.c.user_id == rows[0].user_id)).one()
    detail = {
        "job": job_id,
        "host": urlsplit(row.endpoint).netloc,
        "model": row.model,
        "items": len(rows),
        "labels": sum(one.label_id is not None for one in rows),
        "tokens": sum(one.tokens for one in rows),
        "cost": round(sum(one.cost or 0.0 for one in rows), 6),
        "sha256": hashlib.sha256("".join(one.sent_sha256 for one in rows).encode()).hexdigest(),
    }
    emit(tx, Audited(ASKED, job.created_by, "labeler", "", job.project_id, row.name, detail))
