"""A log-in through the provider, from the button to the session, and out again."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from labeler.accounts import attempts, sessions
from labeler.accounts.secrets import digest
from labeler.accounts.sessions import Client
from labeler.accounts.tables import sessions as open_sessions
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import Database, upsert
from labeler.kit.errors import Conflict, TooManyAttempts, Unavailable
from labeler.kit.jobs.registry import every
from labeler.oidc.admission import Admission, admit
from labeler.oidc.cookie import SECONDS
from labeler.oidc.exchange import ask
from labeler.oidc.person import Person
from labeler.oidc.provider import Provider, ProviderFailed, log_failure
from labeler.oidc.refusals import Refused
from labeler.oidc.tables import provider_sessions, used_logins

NOT_COUNTED = ("cancelled", "unavailable")
"""Reasons that say nothing against who logs in. A stranger can make as many as they like: they leave no trace."""
LONGEST_ID_TOKEN = 16_000


@dataclass(frozen=True)
class Begun:
    """A log-in that goes to the provider now, and the cookie it is recognized by when it comes back."""

    url: str
    state: str
    cookie: str


async def begin(settings: Settings, provider: Provider, back: str, invitation: str) -> Begun:
    """Raises `Unavailable` where the provider does not answer."""
    try:
        known = await provider.metadata()
    except ProviderFailed as error:
        log_failure(error)
        raise Unavailable(
            "The log-in service of your organization can't be reached right now. Try again in a minute."
        ) from error
    flow, cookie, url = await asyncio.to_thread(_begin, settings, known, back, invitation)
    return Begun(url, flow.state, cookie)


def _begin(*given: Any) -> Any:
    from labeler.oidc import flow  # imports Authlib: in a thread, and only where it is used

    return flow.begin(*given)


def _resume(*given: Any) -> Any:
    from labeler.oidc import flow

    return flow.resume(*given)


async def come_back(
    db: Database,
    settings: Settings,
    provider: Provider,
    answer: Mapping[str, str],
    cookie: str | None,
    client: Client,
) -> tuple[str, str]:
    """The new session's token, and the page to show. Raises `Refused`. answer: what the provider sent along."""
    flow = await asyncio.to_thread(_resume, settings, cookie, answer.get("state", ""))
    if flow is None:
        raise Refused("expired")
    try:
        if not await db.awrite(_is_first, digest(flow.state), client.address, settings):
            raise Refused("expired")
        person, id_token = await ask(settings, provider, flow, answer)
        return await _let_in(db, settings, person, id_token, flow, client)
    except TooManyAttempts:
        raise Refused("locked") from None
    except Refused as error:
        error.back = flow.back
        if error.reason in NOT_COUNTED:
            await db.awrite(attempts.succeed_elsewhere, client.address)
        else:
            await db.awrite(sessions.note_failure, error.email, client.address, "oidc", error.reason)
        raise


def _is_first(tx: Connection, state_hash: str, address: str, settings: Settings) -> bool:
    """Count the attempt, whether or not this answer of the provider was looked at before. Raises `TooManyAttempts`."""
    attempts.begin_elsewhere(tx, address, settings)
    seen = upsert(tx, used_logins).values(state_hash=state_hash, created_at=clock()).on_conflict_do_nothing()
    return tx.execute(seen.returning(used_logins.c.state_hash)).first() is not None


async def _let_in(
    db: Database, settings: Settings, person: Person, id_token: str, flow: Any, client: Client
) -> tuple[str, str]:
    try:
        admission, token = await db.awrite(_enter, person, id_token, flow.invitation, settings, client)
    except (IntegrityError, Conflict):  # the same person, at the same time, in another tab: now they are known
        admission, token = await db.awrite(_enter, person, id_token, flow.invitation, settings, client)
    if admission.refused:
        raise Refused(admission.refused, admission.user.email if admission.user else person.email)
    return token, flow.back


def _enter(
    tx: Connection, person: Person, id_token: str, invitation: str, settings: Settings, client: Client
) -> tuple[Admission, str]:
    admission = admit(tx, person, invitation, settings, client.address)
    if admission.refused or admission.user is None:
        return admission, ""
    opened = sessions.open_session(tx, admission.user.id, admission.user.email, client, settings, "oidc")
    attempts.succeed_elsewhere(tx, client.address)
    ends_at = clock(settings.oidc_session_hours * 3600)
    kept = id_token if len(id_token) <= LONGEST_ID_TOKEN else ""
    row = {"token_hash": digest(opened.token), "id_token": kept, "ends_at": ends_at}
    tx.execute(sa.insert(provider_sessions).values(row))
    return admission, opened.token


def close(tx: Connection, credential: str) -> str | None:
    """End a session. The id token that it began with; None: it did not begin at the provider."""
    began = sa.select(provider_sessions.c.id_token).where(provider_sessions.c.token_hash == credential)
    id_token = tx.execute(began).scalar_one_or_none()
    sessions.close_session(tx, credential)
    return id_token


async def way_out(settings: Settings, provider: Provider, id_token: str) -> str | None:
    """The provider's address at which its own session ends (RP-initiated logout); None where it offers none."""
    try:
        address = (await provider.metadata()).get("end_session_endpoint")
    except ProviderFailed as error:
        log_failure(error)
        return None
    if not address:
        return None
    return await asyncio.to_thread(_way_out, settings, address, id_token)


def _way_out(settings: Settings, address: str, id_token: str) -> str:
    from authlib.common.urls import add_params_to_uri

    given = [("client_id", settings.oidc_client_id), ("post_logout_redirect_uri", settings.at("/"))]
    url: str = add_params_to_uri(address, [("id_token_hint", id_token), *given] if id_token else given)
    return url


@every(300, "oidc.end_sessions")
def end_old_sessions(tx: Connection) -> None:
    """Sessions that began at the provider long ago end, however much they are used; answers seen are forgotten when
    their cookie has expired."""
    over = sa.select(provider_sessions.c.token_hash).where(provider_sessions.c.ends_at < clock())
    tx.execute(sa.delete(open_sessions).where(open_sessions.c.token_hash.in_(over)))
    tx.execute(sa.delete(used_logins).where(used_logins.c.created_at < clock(-2 * SECONDS)))
