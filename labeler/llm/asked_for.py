"""Asking for trials and runs, and looking at what would be sent."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.kit.db import Database, lock
from labeler.kit.errors import Conflict, Invalid, NotFound
from labeler.kit.jobs import engine
from labeler.kit.jobs.out import job_out
from labeler.llm.allowed import host_of, require_on
from labeler.llm.asking import prepare
from labeler.llm.reading import job_of, lane_of
from labeler.llm.service import find, template_of
from labeler.projects.access import Member, Project, find_project
from labeler.wire.jobs import JobOut
from labeler.wire.llm import LlmMessage, LlmPreview, LlmPreviewIn, LlmRunIn, LlmTrialIn

LOOKED_AT = 200  # answered items among which a preview's examples are found


def start_trial(tx: Connection, settings: Settings, member: Member, labeler_id: int, body: LlmTrialIn) -> JobOut:
    return _start(tx, settings, member, labeler_id, "llm.trial", {"n": body.n})


def start_run(tx: Connection, settings: Settings, member: Member, labeler_id: int, body: LlmRunIn) -> JobOut:
    row = find(tx, member.project, labeler_id)
    if body.money is not None and row.cost_per_1k_tokens is None:
        detail = "what it costs is not known: set cost_per_1k_tokens, or leave the limit out"
        raise Invalid(f"money: {detail}.", errors=[{"pointer": "/money", "detail": detail}])
    return _start(tx, settings, member, labeler_id, "llm.run", {"most": body.most, "money": body.money})


def _start(
    tx: Connection, settings: Settings, member: Member, labeler_id: int, kind: str, args: dict[str, Any]
) -> JobOut:
    """One at a time. Raises `Conflict` while it is paused or at work, or language models are off."""
    require_on(settings)
    lock(tx, "llm", labeler_id)
    row = find(tx, member.project, labeler_id)
    if row.paused:
        raise Conflict("It is paused: look why, then let it go on (`paused: false`).")
    if job_of(tx, labeler_id) is not None:
        raise Conflict("It is at work already. Wait until it has finished, or cancel its job.")
    whose: dict[str, Any] = {"project_id": member.project.id, "created_by": member.user_id, "lane": lane_of(labeler_id)}
    job_id = engine.enqueue(tx, kind, {"labeler": labeler_id, **args}, **whose)
    name = str(tx.execute(sa.select(users.c.name).where(users.c.id == labeler_id)).scalar())
    told = {"labeler": labeler_id, "job": job_id, "host": host_of(row.endpoint), **args}
    audit(tx, member.caller, kind, project_id=member.project.id, target=name, **told)
    return job_out(engine.get(tx, job_id))


def preview(db: Database, project: Project, labeler_id: int, body: LlmPreviewIn) -> LlmPreview:
    """What would be sent of an item. Raises `NotFound`, and `Invalid` for a prompt that can't be filled in."""
    template = None if body.prompt is None else template_of(body.prompt)

    def read(tx: Connection) -> Any:
        find(tx, project, labeler_id)
        now = find_project(tx, project.id)
        mine = (present(project.id), items.c.key == body.item_key)
        item = tx.execute(sa.select(items.c.id, items.c.content).where(*mine)).one_or_none()
        if item is None:
            raise NotFound(f'There is no item with key "{body.item_key}" in this project.')
        return prepare(tx, now, labeler_id, template, LOOKED_AT), item

    prepared, item = db.read(read)
    question = prepared.question(item)
    price = prepared.row.cost_per_1k_tokens
    return LlmPreview(
        messages=[LlmMessage(**one) for one in question.messages],
        tokens=question.about_tokens,
        cost=None if price is None else question.about_tokens * price / 1_000,
    )
