"""Which installation a database belongs to (G32): a row in the database, and a file in the data folder that names it.

A start on an empty database where there was one, or on another one's, is somebody's mistake more often than their wish.
"""

import json
import uuid
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.columns import Timestamp, clock, created_at, metadata
from labeler.kit.files import write_whole

installation = sa.Table(
    "installation",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    created_at(),
    sa.Column("probed_at", Timestamp, nullable=True),
    sa.Column("looked_at", Timestamp, nullable=True),  # when a process last compared clocks (`kit/timekeeper.py`)
)


def new_id() -> str:
    return str(uuid.uuid4())


def installation_id(tx: Connection) -> str | None:
    found: str | None = tx.execute(sa.select(installation.c.id)).scalar_one_or_none()
    return found


def probe(tx: Connection) -> None:
    """Write to the database and read it back. Raises `LookupError` where it is nobody's.

    The time that is written only goes up, also where the clock is set back (a hybrid logical clock, Kulkarni et al.
    2014): it tells an earlier copy of the file from this one.
    """
    last = sa.func.coalesce(sa.cast(installation.c.probed_at, sa.BigInteger), 0)
    tx.execute(sa.update(installation).values(probed_at=sa.case((last >= clock(), last + 1), else_=clock())))
    if installation_id(tx) is None:
        raise LookupError("the database belongs to no installation")


def _file(home: Path) -> Path:
    return home / "installation.json"


def remembered_id(home: Path) -> str | None:
    """The installation whose database this data folder was used with, or None."""
    try:
        found: str | None = json.loads(_file(home).read_text())["id"]
    except FileNotFoundError:
        return None
    return found


def remember_id(home: Path, found: str | None) -> None:
    write_whole(_file(home), json.dumps({"id": found}).encode())
