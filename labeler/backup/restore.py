"""`labeler restore`: a backup into an empty data folder and an empty database, of whichever kind (G11, G34)."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.backup.archive import NoBackup, check, extract
from labeler.backup.rows import load
from labeler.backup.write import FILES, FOLDERS, HOME, TABLES, Tell
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.files import private_folder
from labeler.kit.installation import remember_id
from labeler.kit.schema import migrate, revisions, schema_state
from labeler.webhooks.reading import go_back


class NotEmpty(Exception):
    """There is something where the backup is to go; the message says what, and what to do."""


def restore(settings: Settings, path: Path, tell: Tell) -> dict[str, Any]:
    """Bring everything back; returns the manifest. Raises `NoBackup` and `NotEmpty` before anything is changed."""
    manifest = check(path)
    tell(f"backup of {manifest['created_at']}: {len(manifest['files']):,} files, whole")
    if manifest["revision"] not in revisions():
        raise NoBackup(f"{path} is of a newer version of labeler ({manifest['labeler']}) than this one.")
    private_folder(settings.home)
    taken = [name for name in (*FILES, *FOLDERS) if (settings.home / name).exists()]
    if taken:
        raise NotEmpty(f"There is data in {settings.home} ({taken[0]}): restore into an empty data folder.")
    db = Database(settings)
    try:
        if db.read(schema_state) != "empty":
            raise NotEmpty("The database is not empty: restore into a new one, then point the service at it.")
        with tempfile.TemporaryDirectory(dir=settings.home, prefix=".restore-") as folder:
            extract(path, manifest, Path(folder))
            migrate(db, manifest["revision"])
            db.write(_fill, Path(folder) / TABLES, manifest["rows"])
            tell(f"{sum(manifest['rows'].values()):,} rows")
            migrate(db)
            db.write(go_back)
            for source in sorted((Path(folder) / HOME).iterdir()):
                shutil.move(source, settings.home / source.name)
        remember_id(settings.home, manifest["installation"])
    finally:
        db.close()
    return manifest


def _fill(tx: Connection, folder: Path, rows: dict[str, int]) -> None:
    """Put the rows of a backup in the place of those that a new database has. Tables are named after those they
    refer to."""
    for name in reversed(rows):
        tx.execute(sa.delete(sa.table(name)))
    for name, expected in rows.items():
        found = load(tx, name, folder / f"{name}.parquet")
        if found != expected:
            raise NoBackup(f"{name} has {found:,} rows instead of {expected:,}.")
