"""Who is calling: from a session cookie or a bearer token to a `Caller`.

Looking one up costs two queries, a labeler sends thirty requests per second: so a caller is remembered
for up to one second (each a little differently, else callers who came at once would be looked up at
once ever after: measured, that was the slowest hundredth of all requests). What takes rights away in
this process forgets it at once; another process takes that second longer.
"""

import hmac
import random
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from fastapi import Depends, Request
from sqlalchemy import Connection
from starlette.requests import HTTPConnection
from starlette.types import Scope

from labeler.accounts.kinds import labels_as
from labeler.accounts.secrets import digest
from labeler.accounts.tables import api_tokens, members, sessions, users
from labeler.kit.columns import clock
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import Database
from labeler.kit.errors import Forbidden, NotSignedIn, TooManyRequests

COOKIE = "labeler_session"
REMEMBER_SECONDS = 1.0
SAFE = {"GET", "HEAD", "OPTIONS"}
SCOPES = ("read", "label", "write", "manage", "admin", "*")


@dataclass(frozen=True)
class Caller:
    """The account behind a request, and what its credential lets it do."""

    user_id: int
    email: str
    name: str
    role: str
    kind: str
    memberships: dict[int, str]
    scopes: tuple[str, ...] | None  # None: a session, which may do whatever its owner may
    project_id: int | None  # a token that is good for one project only
    credential: str  # hash of the cookie or token
    csrf_token: str | None
    expires_at: datetime | None
    address: str = ""
    token_id: int | None = None
    by_program: bool = False  # its token is a program's: what it labels no person gave
    stale: bool = False  # its token's last use was noted more than a minute ago

    @property
    def is_person(self) -> bool:
        """Whether a person is at work: who labels is asked blind, trained, and shown what is drawn for them."""
        return self.kind == "person" and not self.by_program

    def labels_as(self, source: str) -> str:
        """What kind of labeler a label is of, by the account, the credential and where the label comes from.

        A label is a person's only where that person gave it. A program passes on what others said: who runs it vouches
        for it, as for an import.
        """
        if self.kind == "person" and self.by_program:
            return "import"
        return labels_as(self.kind, source)

    def has_scope(self, scope: str) -> bool:
        return self.scopes is None or "*" in self.scopes or scope in self.scopes

    @property
    def is_admin(self) -> bool:
        return self.role == "admin" and self.project_id is None

    @property
    def administers(self) -> bool:
        """An administrator whose credential was made for it: a token of one with another scope is none."""
        return self.is_admin and self.has_scope("admin")


class Remembered:
    """Callers seen within the last second, until when, and how many requests each has made this minute."""

    def __init__(self) -> None:
        self._callers: dict[str, tuple[float, Caller]] = {}
        self._minute = 0
        self._requests: dict[int, int] = {}

    def get(self, credential: str) -> Caller | None:
        found = self._callers.get(credential)
        if found is None or time.monotonic() > found[0]:
            return None
        return found[1]

    def put(self, credential: str, caller: Caller) -> None:
        if len(self._callers) > 10_000:
            self._callers.clear()
        self._callers[credential] = (time.monotonic() + REMEMBER_SECONDS * random.uniform(0.5, 1.0), caller)

    def forget(self) -> None:
        """Rights have changed: look everybody up again."""
        self._callers.clear()

    def count(self, caller: Caller, limit: int) -> None:
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._requests = minute, {}
        made = self._requests[caller.user_id] = self._requests.get(caller.user_id, 0) + 1
        if made > limit:
            raise TooManyRequests(f"More than {limit:,} requests in a minute. Wait a minute, then go on.")


remembered = Remembered()


_credential_given: Any = sa.bindparam("credential")
BY_TOKEN = CompiledStatement(
    sa.select(
        users,
        api_tokens.c.id.label("token_id"),
        api_tokens.c.scopes,
        api_tokens.c.project_id,
        api_tokens.c.program,
        api_tokens.c.expires_at,
        sa.null().label("csrf"),
        sa.or_(api_tokens.c.last_used_at.is_(None), api_tokens.c.last_used_at < clock(-60)).label("stale"),
    )
    .join(users, users.c.id == api_tokens.c.user_id)
    .where(api_tokens.c.token_hash == _credential_given, api_tokens.c.revoked_at.is_(None), users.c.active)
    .where(sa.or_(api_tokens.c.expires_at.is_(None), api_tokens.c.expires_at > clock()))
)
BY_SESSION = CompiledStatement(
    sa.select(
        users,
        sa.null().label("token_id"),
        sa.null().label("scopes"),
        sa.null().label("project_id"),
        sa.null().label("program"),
        sessions.c.expires_at,
        sessions.c.csrf_token.label("csrf"),
        sa.false().label("stale"),
    )
    .join(users, users.c.id == sessions.c.user_id)
    .where(sessions.c.token_hash == _credential_given, sessions.c.expires_at > clock(), users.c.active)
)
RIGHTS = CompiledStatement(
    sa.select(members.c.project_id, members.c.role).where(members.c.user_id == sa.bindparam("user"))
)


def load_caller(tx: Connection, credential: str, is_token: bool) -> Caller | None:
    """The caller a credential's hash belongs to, or None when it is unknown, ended or revoked."""
    row = (BY_TOKEN if is_token else BY_SESSION).one(tx, credential=credential)
    if row is None:
        return None
    return Caller(
        user_id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        kind=row.kind,
        memberships={member.project_id: member.role for member in RIGHTS(tx, user=row.id)},
        scopes=None if row.scopes is None else tuple(row.scopes),
        project_id=row.project_id,
        credential=credential,
        csrf_token=row.csrf,
        expires_at=row.expires_at,
        token_id=row.token_id,
        by_program=bool(row.program),
        stale=bool(row.stale),
    )


def acting_as(tx: Connection, user_id: int) -> Caller:
    """The account for which a job acts: what it may do was decided when the job was asked for."""
    row = tx.execute(sa.select(users).where(users.c.id == user_id)).one()
    rights = {member.project_id: member.role for member in RIGHTS(tx, user=row.id)}
    return Caller(row.id, row.email, row.name, row.role, row.kind, rights, None, None, "", None, None)


async def is_known(db: Database, scope: Scope) -> bool:
    """Whether who sends this has a credential that is good now (G29)."""
    credential = _credential(HTTPConnection(scope))
    if credential is None:
        return False
    caller = remembered.get(credential[0])
    if caller is None:
        caller = await db.aread(load_caller, *credential)
        if caller is not None:
            remembered.put(credential[0], caller)
    return caller is not None


def is_remembered(scope: Scope) -> bool:
    """Whether who sent this was known a moment ago: without a look at the database."""
    credential = _credential(HTTPConnection(scope))
    return credential is not None and remembered.get(credential[0]) is not None


def _credential(request: HTTPConnection) -> tuple[str, bool] | None:
    header = request.headers.get("authorization", "")
    if header[:7].lower() == "bearer ":
        return digest(header[7:].strip()), True
    cookie = request.cookies.get(COOKIE)
    return (digest(cookie), False) if cookie else None


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    if not origin:
        return False
    allowed = {request.headers.get("host", ""), urlsplit(request.app.state.settings.ui_origin).netloc}
    allowed.add(urlsplit(request.app.state.settings.public_url).netloc)
    return urlsplit(origin).netloc in allowed - {""}


async def get_caller(request: Request) -> Caller:
    """The caller, or 401. A browser's unsafe requests must prove that our own page sent them (CSRF)."""
    credential = _credential(request)
    if credential is None:
        raise NotSignedIn("Log in, or send `Authorization: Bearer <token>`.")
    caller = remembered.get(credential[0])
    if caller is None:
        db: Database = request.app.state.db
        caller = await db.aread(load_caller, *credential)
        if caller is None:
            raise NotSignedIn("This session or token is not known, has expired or was revoked. Log in again.")
        remembered.put(credential[0], caller)
        await _touch(db, caller, is_token=credential[1], days=request.app.state.settings.session_days)
    remembered.count(caller, request.app.state.settings.requests_per_minute)
    if caller.csrf_token is not None and request.method not in SAFE:
        given = request.headers.get("x-csrf-token", "")
        if not (hmac.compare_digest(given.encode(), caller.csrf_token.encode()) or _same_origin(request)):
            raise Forbidden("This request did not come from a page of this service (no X-CSRF-Token).")
    return replace(caller, address=request.client.host if request.client else "")


async def _touch(db: Database, caller: Caller, *, is_token: bool, days: int) -> None:
    """Note a token's last use (to the minute) and lengthen a used session (when a day has passed)."""
    if is_token:
        if not caller.stale:
            return
        statement: Any = sa.update(api_tokens).where(api_tokens.c.token_hash == caller.credential)
        statement = statement.values(last_used_at=clock())
    else:
        if caller.expires_at is None or caller.expires_at - datetime.now(UTC) > timedelta(days=days - 1):
            return
        statement = sa.update(sessions).where(sessions.c.token_hash == caller.credential)
        statement = statement.values(expires_at=clock(days * 86_400))
    await db.awrite(lambda tx: tx.execute(statement).rowcount)


async def needs_nothing(request: Request) -> None:
    """Marks a route as open to everybody: logging in, and accepting an invitation."""


async def get_admin(caller: Annotated[Caller, Depends(get_caller)]) -> Caller:
    if not caller.administers:
        raise Forbidden("Only administrators can do this.")
    return caller


async def get_observer(caller: Annotated[Caller, Depends(get_caller)]) -> Caller:
    if not (caller.is_admin and caller.has_scope("read")):
        raise Forbidden("Only administrators, and their tokens with the scope read, see this.")
    return caller


async def get_creator(caller: Annotated[Caller, Depends(get_caller)]) -> Caller:
    if caller.role not in ("admin", "manager") or caller.project_id is not None or not caller.has_scope("manage"):
        raise Forbidden("Only administrators and managers can create projects.")
    return caller


async def get_owner(caller: Annotated[Caller, Depends(get_caller)]) -> Caller:
    if not caller.has_scope("*") or caller.project_id is not None:
        raise Forbidden("Only the owner of the account can do this: log in, or use a token with every right.")
    return caller


Open = Annotated[None, Depends(needs_nothing)]
SignedIn = Annotated[Caller, Depends(get_caller)]
IsAdmin = Annotated[Caller, Depends(get_admin)]
CanObserve = Annotated[Caller, Depends(get_observer)]
CanCreate = Annotated[Caller, Depends(get_creator)]
IsOwner = Annotated[Caller, Depends(get_owner)]
