"""Accounts of those who labeled elsewhere: nobody can sign in to them, and their labels are imported ones."""

import hashlib
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.kit.columns import clock
from labeler.kit.db import upsert

KIND = "import"


def email_of(name: str) -> str:
    """A name that no mail reaches, the same for the same labeler."""
    return f"{hashlib.sha256(name.encode()).hexdigest()[:24]}@imported.invalid"


def find_labelers(tx: Connection, names: Iterable[str]) -> dict[str, int]:
    """The accounts that are there, by the labelers' names."""
    emails = {email_of(name): name for name in names}
    if not emails:
        return {}
    rows = tx.execute(sa.select(users.c.id, users.c.email).where(users.c.email.in_(list(emails))))
    return {emails[row.email]: row.id for row in rows}


def add_labelers(tx: Connection, names: Iterable[str]) -> dict[str, int]:
    """The accounts of these labelers, made where there are none."""
    wanted = sorted(set(names))
    found = find_labelers(tx, wanted)
    missing = [name for name in wanted if name not in found]
    if not missing:
        return found
    rows = [
        {"email": email_of(name), "name": name, "role": "labeler", "kind": KIND, "active": False} for name in missing
    ]
    tx.execute(upsert(tx, users).values(created_at=clock()).on_conflict_do_nothing(), rows)
    return found | find_labelers(tx, missing)
