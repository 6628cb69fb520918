"""Programs that ask for one model, whatever is live: known by their token."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import api_tokens, users
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import lock, upsert
from labeler.kit.errors import Conflict, NotFound
from labeler.projects.access import Member, Project
from labeler.registry.artifacts import folder_of
from labeler.registry.service import find_model
from labeler.registry.tables import model_pins, model_versions
from labeler.wire.registry import PinOut

MOST_PINNED = 2
"""Models of a project that programs may ask for: each is held in memory beside the live one."""


def pin(tx: Connection, settings: Settings, member: Member, number: int) -> PinOut:
    """Raises `NotFound`, `Conflict` without a token, where the model's files are gone, or too many are asked for."""
    project_id, token_id = member.project.id, member.caller.token_id
    if token_id is None:
        raise Conflict("A program asks for one model, known by its token. Send the request with the token.")
    lock(tx, "stages", project_id)
    row = find_model(tx, project_id, number)
    if not (folder_of(settings, project_id, number) / "model.skops").exists():
        raise Conflict(f"The files of model {number} were pruned. Reproduce it first, then it can answer.")
    others = sa.select(model_pins.c.model_id).where(
        model_pins.c.project_id == project_id, model_pins.c.token_id != token_id, model_pins.c.model_id != row.id
    )
    if len(set(tx.execute(others).scalars())) >= MOST_PINNED:
        raise Conflict(f"Programs ask for {MOST_PINNED} other models already, and no more are held in memory for them.")
    values = {"project_id": project_id, "token_id": token_id, "model_id": row.id, "created_at": clock()}
    made = upsert(tx, model_pins).values(values)
    tx.execute(made.on_conflict_do_update(index_elements=["project_id", "token_id"], set_=values))
    audit(tx, member.caller, "model.pinned", project_id=project_id, target=f"model-{number}")
    return next(one for one in pins_of(tx, member.project) if one.token_id == token_id)


def unpin(tx: Connection, member: Member, token_id: int) -> None:
    """Of one's own token, or, for a manager, of any. Raises `NotFound`."""
    mine = (model_pins.c.project_id == member.project.id, model_pins.c.token_id == token_id)
    owner = tx.execute(
        sa.select(api_tokens.c.user_id).join(model_pins, model_pins.c.token_id == api_tokens.c.id).where(*mine)
    ).scalar()
    if owner is None or (owner != member.user_id and not member.may("manage")):
        raise NotFound("This program asks for no model of its own here.")
    tx.execute(sa.delete(model_pins).where(*mine))
    audit(tx, member.caller, "model.unpinned", project_id=member.project.id, target=str(token_id))


def pinned_model(tx: Connection, project_id: int, token_id: int | None) -> int | None:
    """The id of the model that a program asks for."""
    if token_id is None:
        return None
    mine = (model_pins.c.project_id == project_id, model_pins.c.token_id == token_id)
    return tx.execute(sa.select(model_pins.c.model_id).where(*mine)).scalar()


def names_pinned(tx: Connection, model_id: int) -> list[str]:
    """The names of the tokens that ask for a model."""
    names = sa.select(api_tokens.c.name).join(model_pins, model_pins.c.token_id == api_tokens.c.id)
    mine = names.where(model_pins.c.model_id == model_id, api_tokens.c.revoked_at.is_(None))
    return list(tx.execute(mine.order_by(api_tokens.c.name)).scalars())


def pins_of(tx: Connection, project: Project) -> Sequence[PinOut]:
    statement: Any = (
        sa.select(
            model_versions.c.number.label("model"),
            model_versions.c.stage,
            api_tokens.c.id.label("token_id"),
            api_tokens.c.name.label("token"),
            users.c.name,
            model_pins.c.created_at.label("since"),
        )
        .select_from(model_pins)
        .join(model_versions, model_versions.c.id == model_pins.c.model_id)
        .join(api_tokens, api_tokens.c.id == model_pins.c.token_id)
        .join(users, users.c.id == api_tokens.c.user_id)
        .where(model_pins.c.project_id == project.id, api_tokens.c.revoked_at.is_(None))
        .order_by(model_versions.c.number.desc(), api_tokens.c.name)
    )
    return [PinOut(**row._mapping) for row in tx.execute(statement)]
