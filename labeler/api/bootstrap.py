"""The first start: schema, administrator, invitation link (G12: closed by default)."""

import os

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler import rooms
from labeler.accounts.routes import invitation_url
from labeler.accounts.tables import invitations, users
from labeler.accounts.users import add_user, find_user, invite
from labeler.kit import telemetry
from labeler.kit.config import Settings, unknown_names
from labeler.kit.db import Database
from labeler.kit.files import private_folder
from labeler.kit.installation import installation_id, remember_id, remembered_id
from labeler.kit.schema import alone, migrate, schema_state
from labeler.oidc.admission import bound
from labeler.queue.giving_back import wait_for_holders


class NotPrepared(Exception):
    """The service can't start on this database before somebody decides; the message says what."""


class SchemaTooOld(NotPrepared):
    """The database is of another version of the service."""


class AnotherDatabase(NotPrepared):
    """The data folder was used with another database."""


def prepare_schema(db: Database) -> None:
    """Set an empty database up. Raises `SchemaTooOld` and `AnotherDatabase` where one must decide (G11, G32)."""
    home = db.settings.home
    known = remembered_id(home)
    state = db.read(schema_state)
    if state == "empty" and known is not None:
        raise AnotherDatabase(
            f"There was a database for the data in {home}, and this one is empty. Point the service at the one that "
            "was there, or bring it back with `labeler restore`. To begin with an empty one: `labeler migrate`."
        )
    if state == "empty":
        migrate(db)
    elif state == "old":
        raise SchemaTooOld(
            "The database is of an older version. Back it up (`labeler backup`), then run `labeler migrate`."
        )
    elif state == "newer":
        raise SchemaTooOld("The database is of a newer version of labeler than this one. Install that version.")
    found = db.read(installation_id)
    if known is not None and found != known:
        raise AnotherDatabase(
            f"The data in {home} belongs to another database than this one. Point the service at that database, or at "
            "another data folder. To use both together from now on: `labeler migrate`."
        )
    if known is None:
        remember_id(home, found)


def first_admin(tx: Connection, settings: Settings) -> str | None:
    """Make sure that there is an administrator. Returns an invitation link to show once, if one is needed."""
    if settings.admin_email and settings.admin_password:
        if find_user(tx, settings.admin_email) is None:
            name = settings.admin_email.split("@")[0].capitalize()
            add_user(tx, settings.admin_email, name, "admin", password=settings.admin_password)
        return None
    has_password = sa.select(users.c.id).where(users.c.password_hash.is_not(None))
    has_identity = sa.select(users.c.id).where(users.c.active, users.c.role == "admin", users.c.id.in_(bound()))
    if tx.execute(sa.union_all(has_password, has_identity).limit(1)).first() is not None:
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
    for name in unknown_names():
        telemetry.logger().warning("this is no setting", name=name)
    assert settings.secret
    rooms.load_tables()  # terms in all of them move when the clock jumps
    db = Database(settings, keeps_time=True)
    try:
        with alone(db):
            prepare_schema(db)
            db.keep_time()
            db.write(wait_for_holders)
            return db.write(first_admin, settings)
    finally:
        db.close()
