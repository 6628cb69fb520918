"""Language models, their prompts and what they were asked, as callers see them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.items.tables import items
from labeler.kit.config import Settings
from labeler.kit.jobs.tables import jobs
from labeler.labels.tables import current_labels
from labeler.learning.llm.prompts import Template
from labeler.llm.allowed import allowed_hosts, hint_of
from labeler.llm.asking import prompt_of
from labeler.llm.measures import measured
from labeler.llm.tables import llm_asks, llm_labelers, llm_prompts
from labeler.projects.access import Project
from labeler.wire.llm import LlmAsk, LlmOut, LlmPage, LlmPrompt, LlmPromptVersion

SAME = (
    *("endpoint", "model", "cost_per_1k_tokens", "blind_share", "bar", "per_minute", "money_limit", "max_tokens"),
    *("examples", "use", "paused", "pause_reason", "pause_detail", "created_at"),
)


def list_llms(tx: Connection, settings: Settings, project: Project) -> LlmPage:
    """In the order in which they were made."""
    there = (llm_labelers.c.project_id == project.id, llm_labelers.c.deleted_at.is_(None))
    rows = tx.execute(sa.select(llm_labelers).where(*there).order_by(llm_labelers.c.user_id)).all()
    usual = Template()
    return LlmPage(
        items=[llm_out(tx, project, row) for row in rows],
        allowed=allowed_hosts(settings),
        key_names=sorted(settings.llm_keys),
        prompt=LlmPrompt(system=usual.system, user=usual.user),
    )


def lane_of(labeler_id: int) -> str:
    return f"llm:{labeler_id}"


def job_of(tx: Connection, labeler_id: int) -> int | None:
    """The trial or run of it that waits or is at work."""
    busy = (jobs.c.lane == lane_of(labeler_id), jobs.c.state.in_(("queued", "running")))
    found: int | None = tx.execute(sa.select(sa.func.max(jobs.c.id)).where(*busy)).scalar()
    return found


def llm_out(tx: Connection, project: Project, row: Any) -> LlmOut:
    ids = {row.user_id, row.created_by}
    names = {one.id: one.name for one in tx.execute(sa.select(users.c.id, users.c.name).where(users.c.id.in_(ids)))}
    in_force = (
        sa.select(sa.func.count())
        .select_from(current_labels)
        .where(current_labels.c.project_id == project.id, current_labels.c.labeler_id == row.user_id)
    )
    asks = _asks(tx, row.user_id)
    told = {one.outcome: one.n for one in asks if one.purpose == "run" and one.outcome != "label"}
    asked = sum(one.n for one in asks)
    return LlmOut(
        id=row.user_id,
        name=names[row.user_id],
        key_hint=hint_of(row.api_key, row.key_name),
        **{name: getattr(row, name) for name in SAME},
        prompt=_prompt_out(tx, prompt_of(tx, row)),
        labels=tx.execute(in_force).scalar_one(),
        asked=asked,
        refusals=dict(sorted(told.items())),
        tokens=sum(one.tokens for one in asks),
        cost=spent(asks) if row.cost_per_1k_tokens is not None or any(one.cost is not None for one in asks) else None,
        seconds_per_label=round(sum(one.ms for one in asks) / asked / 1000, 3) if asked else None,
        measured=measured(tx, project, row),
        job_id=job_of(tx, row.user_id),
        trial_id=_newest_trial(tx, row.user_id),
        created_by=names.get(row.created_by),
    )


def _newest_trial(tx: Connection, labeler_id: int) -> int | None:
    newest = sa.select(llm_asks.c.job_id).where(llm_asks.c.user_id == labeler_id, llm_asks.c.purpose == "trial")
    found: int | None = tx.execute(newest.order_by(llm_asks.c.id.desc()).limit(1)).scalar()
    return found


def spent(asks: Any) -> float:
    return float(sum(one.cost or 0.0 for one in asks))


def _asks(tx: Connection, labeler_id: int) -> list[Any]:
    """How many, by what they were for and came to."""
    sums = (sa.func.sum(llm_asks.c[name]).label(name) for name in ("tokens", "cost", "ms"))
    by = (llm_asks.c.purpose, llm_asks.c.outcome)
    found = sa.select(*by, sa.func.count().label("n"), *sums).where(llm_asks.c.user_id == labeler_id).group_by(*by)
    return list(tx.execute(found))


def _prompt_out(tx: Connection, prompt: Any) -> LlmPromptVersion:
    author = tx.execute(sa.select(users.c.name).where(users.c.id == prompt.created_by)).scalar()
    return LlmPromptVersion(
        version=prompt.version,
        system=prompt.system,
        user=prompt.user,
        created_by=author,
        created_at=prompt.created_at,
    )


def prompts(tx: Connection, labeler_id: int) -> list[LlmPromptVersion]:
    """All versions, the newest first."""
    rows = tx.execute(
        sa.select(llm_prompts).where(llm_prompts.c.user_id == labeler_id).order_by(llm_prompts.c.version.desc())
    )
    return [_prompt_out(tx, row) for row in rows.all()]


def asked(
    tx: Connection, labeler_id: int, key: str | None, outcome: str | None, before: int | None, limit: int
) -> list[LlmAsk]:
    """What was put to it, the newest first. key: of an item."""
    statement = sa.select(llm_asks, items.c.key).join(items, items.c.id == llm_asks.c.item_id)
    statement = statement.where(llm_asks.c.user_id == labeler_id)
    if key is not None:
        statement = statement.where(items.c.key == key)
    if outcome is not None:
        statement = statement.where(llm_asks.c.outcome == outcome)
    if before is not None:
        statement = statement.where(llm_asks.c.id < before)
    rows = tx.execute(statement.order_by(llm_asks.c.id.desc()).limit(limit))
    names = set(LlmAsk.model_fields) - {"item_key", "seconds"}
    return [
        LlmAsk(item_key=row.key, seconds=row.ms / 1000, **{name: getattr(row, name) for name in names}) for row in rows
    ]
