"""Whose account it is that somebody at the provider has, and whether they may come in (G12).

An account is bound to issuer and subject, which the provider never gives to anybody else. An email address alone binds
nobody: it must be verified, and the account must belong to nobody at a provider yet.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import Audited
from labeler.accounts.auth import remembered
from labeler.accounts.tables import identities, invitations, members, users
from labeler.accounts.users import add_user, end_sessions, end_tokens, find_user, get_user, invitee
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.errors import NotFound
from labeler.kit.events import emit
from labeler.oidc.person import Person
from labeler.oidc.roles import follow_groups, given_by
from labeler.wire.accounts import UserOut


@dataclass(frozen=True)
class Admission:
    """Who comes in, or why not: a word that the log-in page explains (docs/operations.md lists them).

    is_new: the account was made for this log-in.
    """

    user: UserOut | None = None
    refused: str = ""
    is_new: bool = False


def admit(tx: Connection, person: Person, invitation: str, settings: Settings, address: str) -> Admission:
    """Find, bind or make the account, and give it the roles of its groups. It returns where it refuses, so that what a
    refusal takes away is committed."""
    mine = sa.and_(identities.c.issuer == person.issuer, identities.c.subject == person.subject)
    identity = tx.execute(sa.select(identities).where(mine)).one_or_none()
    given = given_by(tx, person.groups, settings)
    closed = _closed_to(person, settings)
    if identity is not None:
        return _admit_known(tx, person, identity, given, closed, invitation, settings, address)
    if closed:
        return Admission(refused=closed)
    found = _invited(tx, invitation) if invitation else _by_email(tx, person, bool(given), settings, address)
    if found.user is None:
        return found
    _bind(tx, person, found.user, found.is_new and settings.oidc_accounts == "mapped", address)
    follow_groups(tx, found.user, given, address)
    return Admission(get_user(tx, found.user.id))


def _closed_to(person: Person, settings: Settings) -> str:
    """Why nobody like this comes in, whatever account they have."""
    domains = settings.oidc_domains.split(",") if settings.oidc_domains else []
    if domains and not (person.is_verified and person.domain in domains):
        return "domain"
    if settings.oidc_groups and not person.groups & set(settings.oidc_groups):
        return "group"
    return ""


def _admit_known(
    tx: Connection,
    person: Person,
    identity: Any,
    given: dict[int, str],
    closed: str,
    invitation: str,
    settings: Settings,
    address: str,
) -> Admission:
    user = get_user(tx, identity.user_id)
    if not user.active:
        return Admission(user, "deactivated")
    if invitation and not closed and _invited(tx, invitation).user not in (None, user):
        return Admission(user, "other-account")
    follow_groups(tx, user, {} if closed else given, address)
    refused = closed or ("" if _is_entitled(tx, identity, given, settings) else "not-invited")
    if refused:
        end_sessions(tx, user.id)
        end_tokens(tx, user.id)
        return Admission(user, refused)
    _follow_email(tx, person, identity, user, address)
    seen = {"email": person.email, "last_at": clock()}
    tx.execute(sa.update(identities).where(identities.c.id == identity.id).values(seen))
    return Admission(get_user(tx, user.id))


def _is_entitled(tx: Connection, identity: Any, given: dict[int, str], settings: Settings) -> bool:
    """An account that a group made needs a group, or somebody who gave it something by hand since."""
    if not identity.by_group or given or settings.oidc_accounts == "allowed":
        return True
    left = sa.select(sa.func.count()).where(members.c.user_id == identity.user_id)
    role = tx.execute(sa.select(users.c.role).where(users.c.id == identity.user_id)).scalar_one()
    return role in ("admin", "manager") or tx.execute(left).scalar_one() > 0


def _invited(tx: Connection, token: str) -> Admission:
    try:
        user = invitee(tx, token)
    except NotFound:
        return Admission(refused="invitation")
    return Admission(refused="taken") if _is_bound(tx, user.id) else Admission(user)


def _by_email(tx: Connection, person: Person, has_group: bool, settings: Settings, address: str) -> Admission:
    if not person.email:
        return Admission(refused="no-email")
    if not person.is_verified:
        return Admission(refused="unverified")
    user = find_user(tx, person.email)
    if user is not None:
        if not user.active:
            return Admission(refused="deactivated")
        return Admission(refused="taken") if user.kind != "person" or _is_bound(tx, user.id) else Admission(user)
    if settings.oidc_accounts == "allowed" or (settings.oidc_accounts == "mapped" and has_group):
        user = add_user(tx, person.email, person.name, "labeler")
        emit(tx, Audited("user.created", user.id, user.email, address, None, user.email, {"role": "labeler"}))
        return Admission(user, is_new=True)
    return Admission(refused="not-invited")


def bound() -> sa.Select[tuple[int]]:
    """The accounts that belong to somebody at a provider."""
    return sa.select(identities.c.user_id)


def _is_bound(tx: Connection, user_id: int) -> bool:
    return tx.execute(bound().where(identities.c.user_id == user_id)).first() is not None


def _bind(tx: Connection, person: Person, user: UserOut, by_group: bool, address: str) -> None:
    """From now on who has this identity has the account. Links that let its owner in are used up."""
    row = {
        "issuer": person.issuer,
        "subject": person.subject,
        "user_id": user.id,
        "email": person.email,
        "by_group": by_group,
        "created_at": clock(),
        "last_at": clock(),
    }
    tx.execute(sa.insert(identities).values(row))
    still_open = sa.and_(invitations.c.user_id == user.id, invitations.c.used_at.is_(None))
    if tx.execute(sa.update(invitations).where(still_open).values(used_at=clock())).rowcount:
        emit(tx, Audited("invitation.accepted", user.id, user.email, address))
    about = {"issuer": person.issuer, "email": person.email}
    emit(tx, Audited("identity.bound", user.id, user.email, address, None, user.email, about))


def _follow_email(tx: Connection, person: Person, identity: Any, user: UserOut, address: str) -> None:
    """A new address at the provider is the account's new one, unless that was another one already, or is somebody's."""
    if not person.is_verified or person.email == user.email or identity.email != user.email:
        return
    if find_user(tx, person.email) is not None:
        return
    tx.execute(sa.update(users).where(users.c.id == user.id).values(email=person.email))
    changed = {"email": person.email, "by": "provider"}
    emit(tx, Audited("user.changed", user.id, user.email, address, None, user.email, changed))
    remembered.forget()
