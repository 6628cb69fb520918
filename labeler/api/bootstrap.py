"""The first start: schema, administrator, invitation link (G12: closed by default)."""

import os

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.routes import invitation_url
from labeler.accounts.tables import invitations, users
from labeler.accounts.users import add_user, find_user, invite
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.files import private_folder
from labeler.kit.schema import migrate, schema_state


class SchemaTooOld(Exception):
    """The database is of another version of the service; the message says what to do."""


def prepare_schema(db: Database) -> None:
    """Set an empty database up; raises `SchemaTooOld` for one that needs a decision (G11)."""
    state = db.read(schema_state)
    if state == "empty":
        migrate(db)
    elif state == "old":
        raise SchemaTooOld(
            "The database is of an older version. Back it up (`labeler backup`), then run `labeler migrate`."
        )
    elif state == "newer":
        raise SchemaTooOld("The database is of a newer version of labeler than this one. Install that version.")


def first_admin(tx: Connection, settings: Settings) -> str | None:
    """Make sure that there is an administrator. Returns an invitation link to show once, if one is needed."""
    if settings.admin_email and settings.admin_password:
        if find_user(tx, settings.admin_email) is None:
            name = settings.admin_email.split("@")[0].capitalize()
            add_user(tx, settings.admin_email, name, "admin", password=settings.admin_password)
        return None
    if tx.execute(sa.select(users.c.id).where(users.c.password_hash.is_not(None)).limit(1)).first() is not None:
        return None
    email = settings.admin_email or "admin@localhost"
    admin = find_user(tx, email) or add_user(tx, email, "Admin", "admin")
    # A link that was never used is replaced: each start of the service prints a working one.
    tx.execute(sa.delete(invitations).where(invitations.c.user_id == admin.id))
    return invitation_url(settings, invite(tx, admin.id, settings.invitation_days))


def keep_private(settings: Settings) -> None:
    """What this process writes from now on, and the data folder, are its user's own (G30); and what it starts does not
    get to know the first password."""
    os.umask(0o077)
    private_folder(settings.home)
    os.environ.pop("LABELER_ADMIN_PASSWORD", None)


def prepare(settings: Settings) -> str | None:
    """Everything the first start needs; returns the administrator's invitation link, if one is open."""
    keep_private(settings)
    assert settings.secret
    db = Database(settings)
    try:
        prepare_schema(db)
        return db.write(first_admin, settings)
    finally:
        db.close()
