from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from labeler.accounts import attempts, audit, sessions, tokens, users
from labeler.accounts.auth import COOKIE, Caller, IsAdmin, IsOwner, Open, SignedIn, load_caller
from labeler.accounts.browsers import browser_named
from labeler.accounts.secrets import apart, digest, hash_password, password_matches
from labeler.accounts.sessions import ID_SIGNS, Client
from labeler.accounts.write import Write
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Forbidden, WrongCredentials
from labeler.kit.web import Config, Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.wire.accounts import (
    AcceptInvitation,
    AuditOut,
    ChangePassword,
    CheckInvitation,
    InvitationUrl,
    InvitedUser,
    Invitee,
    LogIn,
    MeChange,
    Opened,
    SessionOut,
    UserChange,
    UserIn,
    UserOut,
)
from labeler.wire.base import Page

WRONG = "Email address or password is wrong."
WRONG_AGAIN = "Email address or password is wrong. After a few more tries, logging in pauses for some minutes."
router = APIRouter(tags=["accounts"])
Number = Annotated[int, Path(ge=1, lt=2**31)]
SessionId = Annotated[str, Path(min_length=ID_SIGNS, max_length=ID_SIGNS)]


def invitation_url(settings: Settings, token: str) -> str:
    """The token is in the fragment, which browsers never send: it gets into no log (G14)."""
    return settings.at(f"/invitation#{token}")


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def _may_set_password(settings: Settings, user: UserOut) -> bool:
    """Where passwords are turned off a link still lets administrators in, so that a provider that fails, or is not set
    up right, locks out nobody for good."""
    return settings.password_login or user.role == "admin"


def set_cookie(response: Response, settings: Settings, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.session_days * 86_400,
        httponly=True,
        samesite="strict",
        secure=settings.is_https,
        path=settings.prefix or "/",
    )


def forget_cookie(response: Response, settings: Settings) -> None:
    response.delete_cookie(COOKIE, path=settings.prefix or "/")


def client_of(request: Request) -> Client:
    """Where a request comes from."""
    return Client(address_of(request), browser_named(request.headers.get("user-agent", "")))


async def _enter(response: Response, db: Database, settings: Settings, user: UserOut, client: Client) -> Caller:
    opened = await db.awrite(sessions.open_session, user.id, user.email, client, settings)
    set_cookie(response, settings, opened.token)
    caller = await db.aread(load_caller, digest(opened.token), False)
    assert caller is not None
    return caller


@router.post("/session")
async def log_in(body: LogIn, request: Request, response: Response, db: Db, settings: Config, _: Open) -> Opened:
    """Log in with email address and password; sets the session cookie."""
    if not settings.password_login:
        raise Forbidden(f"Passwords are turned off here. Log in with {settings.oidc_name}.")
    email, address = body.email.strip().lower(), address_of(request)
    row = await db.awrite_in_turn(sessions.begin, email, address, settings)
    stored = None if row is None else row.password_hash
    if not await apart(password_matches, body.password, stored):
        await db.awrite(sessions.note_failure, email, address)
        may_lock_soon = await db.aread(attempts.may_lock_soon, email, address, settings)
        raise WrongCredentials(WRONG_AGAIN if may_lock_soon else WRONG)
    user = await db.aread(users.get_user, row.id)
    caller = await _enter(response, db, settings, user, client_of(request))
    return Opened(user=user, csrf_token=caller.csrf_token)


@router.delete("/session", status_code=204)
async def log_out(response: Response, caller: SignedIn, db: Db, settings: Config) -> None:
    await db.awrite(sessions.close_session, caller.credential)
    forget_cookie(response, settings)


@router.get("/sessions")
async def list_sessions(caller: IsOwner, db: Db) -> Page[SessionOut]:
    """Where you are logged in."""
    return Page(items=await db.aread(sessions.list_sessions, caller))


@router.delete("/sessions", status_code=204)
async def end_other_sessions(caller: IsOwner, write: Write) -> None:
    """Log out everywhere else; tokens of programs stay."""
    await write(sessions.close_others, caller)


@router.delete("/sessions/{session_id}", status_code=204)
async def end_session(session_id: SessionId, caller: IsOwner, write: Write) -> None:
    """Log out in one browser, as `GET /sessions` names it."""
    await write(sessions.close_one, caller, session_id)


@router.patch("/me")
async def change_me(body: MeChange, caller: IsOwner, write: Write) -> UserOut:
    """Change your own name."""
    return await write(users.rename, caller, body.name)


@router.post("/invitation/check")
async def check_invitation(body: CheckInvitation, db: Db, settings: Config, _: Open) -> Invitee:
    """Whom an invitation is for."""
    user = await db.aread(users.invitee, body.token)
    return Invitee(
        email=user.email,
        name=user.name,
        role=user.role,
        again=user.has_password,
        password=_may_set_password(settings, user),
    )


@router.post("/invitation")
async def accept_invitation(
    body: AcceptInvitation, request: Request, response: Response, db: Db, settings: Config, _: Open
) -> Opened:
    """Set one's own password, once, and log in."""
    address = address_of(request)
    guest = await db.aread(users.invitee, body.token)
    if not _may_set_password(settings, guest):
        raise Forbidden(f"Passwords are turned off here. Accept the invitation with {settings.oidc_name}.")
    hashed = await apart(hash_password, body.password, [guest.email, body.name or guest.name])
    user = await db.awrite(users.accept_invitation, body.token, hashed, body.name, address)
    caller = await _enter(response, db, settings, user, client_of(request))
    return Opened(user=user, csrf_token=caller.csrf_token)


@router.post("/password", status_code=204)
async def change_password(body: ChangePassword, caller: IsOwner, db: Db, write: Write, settings: Config) -> None:
    """Change one's password; all other sessions and all tokens of the account end."""
    hashed = ""
    if not await write.answered():
        stored = await db.awrite(sessions.begin_inside, caller.user_id, settings)
        if not await apart(password_matches, body.current, stored):
            await db.awrite(sessions.note_failure, caller.email, caller.address)
            raise WrongCredentials("The current password is not right.")
        hashed = await apart(hash_password, body.new, [caller.email, caller.name])
    await write(users.change_password, caller, hashed)


@router.get("/users")
async def list_users(caller: IsAdmin, db: Db) -> Page[UserOut]:
    return Page(items=await db.aread(users.list_users))


@router.post("/users", status_code=201)
async def create_user(body: UserIn, caller: IsAdmin, write: Write, settings: Config) -> InvitedUser:
    """Invite a person; the link in the answer lets them set their own password, once."""

    def create(tx: object) -> InvitedUser:
        user, token = users.create_user(tx, caller, body, settings.invitation_days)  # type: ignore[arg-type]
        return InvitedUser(**user.model_dump(), invitation_url=invitation_url(settings, token))

    return await write(create)


@router.patch("/users/{user_id}")
async def change_user(user_id: Number, body: UserChange, caller: IsAdmin, write: Write) -> UserOut:
    """Change name or role, or deactivate an account (which ends its sessions)."""
    return await write(users.change_user, caller, user_id, body)


@router.post("/users/{user_id}/invitation")
async def invite_again(user_id: Number, caller: IsAdmin, write: Write, settings: Config) -> InvitationUrl:
    """A new link, also for a forgotten password; earlier links stop working."""

    def invite(tx: Connection) -> InvitationUrl:
        token = users.invite_again(tx, caller, user_id, settings.invitation_days)
        return InvitationUrl(invitation_url=invitation_url(settings, token))

    return await write(invite)


@router.delete("/users/{user_id}/identity")
async def unlink_identity(user_id: Number, caller: IsAdmin, write: Write) -> UserOut:
    """Unlink the account from its identity at the OpenID Connect provider; its sessions and tokens end."""
    return await write(users.unlink, caller, user_id)


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke_token(token_id: Number, caller: SignedIn, write: Write) -> None:
    await write(tokens.revoke_token, caller, token_id)


@router.get("/audit")
async def audit_trail(caller: SignedIn, db: Db, limit: Limit = 100, cursor: Cursor = None) -> Page[AuditOut]:
    """Who did what, when, from where; managers see their projects, administrators everything."""
    if not (caller.has_scope("manage") or caller.has_scope("admin")):
        raise Forbidden("This needs a token with the scope manage or admin.")
    before = decode_cursor(cursor, int)
    rows = await db.aread(audit.trail, audit.visible_to(caller), before[0] if before else None, limit + 1)
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=[AuditOut(**row) for row in rows[:limit]], next_cursor=more)
