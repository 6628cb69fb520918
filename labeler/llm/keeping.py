"""What was asked and what came back, kept with the labels that it made, in one transaction."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.auth import acting_as
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.errors import Invalid, NotFound
from labeler.labels.submit import submit
from labeler.learning.llm.prompts import cut
from labeler.learning.llm.replies import MOST, Read, read_reply
from labeler.llm.asking import Prepared
from labeler.llm.calling import Question, Replied
from labeler.llm.suggesting import show
from labeler.llm.tables import llm_asks
from labeler.projects.access import BLINDLY, LLM, Member, Project
from labeler.queue.tables import blind_items
from labeler.wire.labels import LabelIn

MOST_SENT = 20_000  # characters of a question that are kept
KEPT = 20_000  # questions of one labeler whose texts are kept
_random = secrets.SystemRandom()


@dataclass(frozen=True)
class Asked:
    """A question about an item that was answered. item: with id, key and content."""

    item: Any
    question: Question
    replied: Replied

    @property
    def text(self) -> bytes:
        return orjson.dumps(list(self.question.messages))

    def cost(self, price: float | None) -> float | None:
        return None if price is None else self.replied.tokens * price / 1_000


def keep_trial(tx: Connection, prepared: Prepared, job_id: int, done: Sequence[Asked]) -> None:
    """Nothing becomes a label."""
    rows = [_row(prepared, job_id, "trial", one, outcome_of(_read(prepared, one))) for one in done]
    if rows:
        tx.execute(sa.insert(llm_asks).values(created_at=clock()), rows)


def keep_run(tx: Connection, project: Project, prepared: Prepared, job_id: int, done: Sequence[Asked]) -> None:
    """Each value is submitted as anybody's is. project: as it is now."""
    caller = acting_as(tx, prepared.row.user_id)
    member, made = Member(caller, project, "labeler"), []
    for one in done:
        if _known(tx, prepared, one):
            continue
        read = _read(prepared, one)
        outcome, label_id = outcome_of(read), None
        blind = _random.random() < prepared.row.blind_share
        if read.refusal is None:
            label_id = _submit(tx, member, prepared, one, read.value, blind)
            outcome = "label" if label_id is not None else "outdated"
        is_blind = blind and label_id is not None
        drawn = {"blind": is_blind, "probability": prepared.row.blind_share if is_blind else None}
        row = _row(prepared, job_id, "run", one, outcome) | drawn | {"label_id": label_id}
        tx.execute(sa.insert(llm_asks).values(created_at=clock()), row)
        if is_blind:
            wanted = {"item_id": one.item.id, "project_id": project.id, "created_at": clock()}
            tx.execute(upsert(tx, blind_items).values(wanted).on_conflict_do_nothing())
        elif label_id is not None:
            made.append(label_id)
    if made and prepared.row.use == "suggest":
        show(tx, project, prepared.row, made)


def _known(tx: Connection, prepared: Prepared, one: Asked) -> bool:
    """Whether the answer to this question is there: another attempt of the job was faster."""
    row = prepared.row
    mine = (llm_asks.c.user_id == row.user_id, llm_asks.c.item_id == one.item.id, llm_asks.c.purpose == "run")
    return tx.execute(sa.select(llm_asks.c.id).where(*mine, llm_asks.c.revision == row.revision)).first() is not None


def _submit(tx: Connection, member: Member, prepared: Prepared, one: Asked, value: Any, blind: bool) -> int | None:
    """The label's id; None where item or label is gone since it was asked."""
    body = LabelIn(
        item_key=one.item.key,
        value=value,
        guideline_version=prepared.guideline_version,
        schema_version=prepared.project.schema_version,
    )
    pick = {"by": LLM, "prompt": prepared.prompt_version}
    try:
        return submit(tx, member, body, BLINDLY if blind else LLM, pick=pick).label.id
    except (Invalid, NotFound):
        return None


def _read(prepared: Prepared, one: Asked) -> Read:
    project = prepared.project
    return read_reply(one.replied.reply, project.task, project.schema, one.item.content)


def outcome_of(read: Read) -> str:
    return read.refusal or "label"


def _row(prepared: Prepared, job_id: int, purpose: str, one: Asked, outcome: str) -> dict[str, Any]:
    row, text = prepared.row, one.text
    reply = one.replied.reply.content
    return {
        "project_id": row.project_id,
        "user_id": row.user_id,
        "item_id": one.item.id,
        "job_id": job_id,
        "purpose": purpose,
        "revision": row.revision,
        "prompt_version": prepared.prompt_version,
        "guideline_version": prepared.guideline_version,
        "schema_version": prepared.project.schema_version,
        "sent": cut(text.decode(), MOST_SENT).replace("\x00", ""),
        "sent_sha256": hashlib.sha256(text).hexdigest(),
        "reply": None if reply is None else cut(reply, MOST).replace("\x00", ""),
        "outcome": outcome,
        "label_id": None,
        "tokens": one.replied.tokens,
        "cost": one.cost(row.cost_per_1k_tokens),
        "ms": one.replied.ms,
        "blind": False,
        "probability": None,
    }
