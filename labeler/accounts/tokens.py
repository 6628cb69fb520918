"""API tokens for pipelines: shown once, stored as a hash, never more than their owner may."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.auth import Caller
from labeler.accounts.secrets import digest, new_token
from labeler.accounts.tables import api_tokens, users
from labeler.accounts.users import get_user, revoke
from labeler.kit.columns import clock
from labeler.kit.errors import Forbidden, Invalid, NotFound
from labeler.wire.accounts import NewToken, TokenIn, TokenOut

ROLE_SCOPES = {
    "admin": {"read", "label", "write", "manage", "admin", "*"},
    "manager": {"read", "label", "write", "manage", "*"},
    "labeler": {"read", "label", "*"},
    "reader": {"read", "*"},
}


def make_token(
    tx: Connection,
    user_id: int,
    name: str,
    scopes: list[str],
    project_id: int | None = None,
    expires_at: Any = None,
    parent_id: int | None = None,
    program: bool = False,
) -> tuple[int, str]:
    """A new token: its id and the token itself, which is not stored. parent_id: of the token it is made with; program:
    whether a program labels with it."""
    token = new_token("lab")
    row = {
        "token_hash": digest(token),
        "prefix": token[:10],
        "user_id": user_id,
        "name": name,
        "scopes": scopes,
        "project_id": project_id,
        "created_at": clock(),
        "expires_at": expires_at,
        "parent_id": parent_id,
        "program": program,
    }
    return tx.execute(sa.insert(api_tokens).values(row).returning(api_tokens.c.id)).scalar_one(), token


def create_token(tx: Connection, caller: Caller, body: TokenIn, project_id: int | None) -> NewToken:
    """Raises `Forbidden` for another's account (unless admin) and for scopes beyond the caller's own."""
    owner_id = body.user_id or caller.user_id
    if owner_id != caller.user_id and not caller.administers:
        raise Forbidden("Only administrators can make tokens for somebody else.")
    if caller.project_id is not None and project_id != caller.project_id:
        raise Forbidden("This token is good for one project: what it makes must be, too.")
    owner = get_user(tx, owner_id)
    beyond = [s for s in body.scopes if s not in ROLE_SCOPES[owner.role] or not caller.has_scope(s)]
    if beyond or ("*" in body.scopes and not (caller.scopes is None or "*" in caller.scopes)):
        raise Forbidden(f"Scopes beyond what you or the owner may do: {', '.join(beyond or ['*'])}.")
    if body.expires_at is not None and body.expires_at.tzinfo is None:
        raise Invalid("expires_at needs a time zone.", errors=[{"pointer": "/expires_at", "detail": "no time zone"}])
    if body.expires_at is not None and body.expires_at.year > 9000:
        raise Invalid("expires_at is too far off.", errors=[{"pointer": "/expires_at", "detail": "too far off"}])
    last = None if caller.scopes is None else caller.expires_at
    if last is not None and (body.expires_at is None or body.expires_at > last):
        raise Forbidden(f"This token ends at {last:%Y-%m-%d %H:%M} UTC: what it makes must, too.")
    is_program = body.program or caller.by_program  # what a program makes is one
    scopes: list[str] = list(body.scopes)
    token_id, token = make_token(
        tx, owner_id, body.name, scopes, project_id, body.expires_at, caller.token_id, is_program
    )
    audit(
        tx,
        caller,
        "token.created",
        project_id=project_id,
        target=body.name,
        scopes=list(body.scopes),
        owner=owner.email,
    )
    return NewToken(**_select(tx, api_tokens.c.id == token_id)[0].model_dump(), token=token)


def covers(caller: Caller, token: Any) -> bool:
    """Whether a caller may do at least what a token may (G30): a token sees and revokes no other one."""
    if not (caller.administers or token.user_id == caller.user_id):
        return False
    if caller.project_id is not None and token.project_id != caller.project_id:
        return False
    return all(caller.has_scope(scope) for scope in token.scopes) and (
        "*" not in token.scopes or caller.scopes is None or "*" in caller.scopes
    )


def list_tokens(tx: Connection, caller: Caller) -> list[TokenOut]:
    """One's own tokens, or everybody's for an administrator; with a token, those that may no more than it."""
    mine = sa.true() if caller.administers else api_tokens.c.user_id == caller.user_id
    return [token for token in _select(tx, mine) if covers(caller, token)]


def _select(tx: Connection, condition: Any) -> list[TokenOut]:
    statement = (
        sa.select(api_tokens, users.c.name.label("user_name"))
        .join(users, users.c.id == api_tokens.c.user_id)
        .where(condition, api_tokens.c.revoked_at.is_(None))
        .order_by(api_tokens.c.id)
    )
    return [TokenOut.model_validate(dict(row._mapping), extra="ignore") for row in tx.execute(statement)]


def revoke_token(tx: Connection, caller: Caller, token_id: int) -> None:
    statement = sa.select(api_tokens).where(api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
    row = tx.execute(statement).one_or_none()
    if row is None or not covers(caller, row):
        raise NotFound(f"There is no token {token_id}.")
    revoke(tx, api_tokens.c.id == token_id)
    audit(tx, caller, "token.revoked", project_id=row.project_id, target=row.name)
