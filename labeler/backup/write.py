"""`labeler backup`: everything of an installation in one file, while people label (G11, G34).

The database is read in one transaction, before the files: what it names is in them, since files are written before the
rows that name them. The refs of git repositories are read before their objects, for the same reason.
"""

import tarfile
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from labeler.backup.archive import Archive
from labeler.backup.rows import dump
from labeler.kit.columns import metadata
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.files import written_whole
from labeler.kit.installation import installation_id
from labeler.kit.revision import code_revision
from labeler.kit.schema import current_revision

FOLDERS = ("datasets", "models", "uploads", "encoders")
"""Below the data folder. What else is there is made again: features, locks, DVC's state."""
FILES = ("secret", "demo-logins.json")
REFS = ("HEAD", "packed-refs", "refs")
TABLES, HOME = "tables", "home"

Tell = Callable[[str], None]


def backup(settings: Settings, path: Path, tell: Tell) -> dict[str, Any]:
    """Write a backup; the file appears when it is whole. Returns what the manifest says, without its files."""
    db = Database(settings)
    try:
        with written_whole(path) as file, tarfile.open(fileobj=file, mode="w:") as tar:
            archive = Archive(tar)
            about = {
                "labeler": code_revision(),
                "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "database": "sqlite" if settings.is_sqlite else "postgresql",
                **_tables(db, archive, tell),
            }
            for source in _files(settings.home):
                archive.add(source, f"{HOME}/{source.relative_to(settings.home).as_posix()}")
            tell(f"{len(archive.files):,} files")
            archive.close(about)
        path.chmod(0o600)
        return about
    finally:
        db.close()


def _tables(db: Database, archive: Archive, tell: Tell) -> dict[str, Any]:
    def read(tx: Connection) -> dict[str, Any]:
        counts = {}
        with tempfile.TemporaryDirectory(prefix="labeler-backup-") as folder:
            for table in metadata.sorted_tables:
                part = Path(folder) / f"{table.name}.parquet"
                counts[table.name] = dump(tx, table, part)
                archive.add(part, f"{TABLES}/{table.name}.parquet")
                part.unlink()
        return {"revision": current_revision(tx), "installation": installation_id(tx), "rows": counts}

    # All that is read is of one moment: on PostgreSQL this is asked for, a transaction of SQLite always is.
    how = {} if db.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    with db.engine.connect().execution_options(**how) as tx, tx.begin():
        found = read(tx)
    tell(f"{sum(found['rows'].values()):,} rows of {len(found['rows'])} tables")
    return found


def _files(home: Path) -> Iterator[Path]:
    yield from (home / name for name in FILES if (home / name).is_file())
    for name in FOLDERS:
        found = sorted(path for path in (home / name).rglob("*") if path.is_file() and not path.is_symlink())
        wanted = [path for path in found if _is_kept(path.relative_to(home))]
        yield from sorted(wanted, key=lambda path: not _is_ref(path.relative_to(home)))


def _is_kept(path: Path) -> bool:
    return path.suffix != ".lock" and path.parts[2:4] != (".dvc", "tmp") and not path.name.startswith(".tmp")


def _is_ref(path: Path) -> bool:
    return path.parts[0] == "datasets" and len(path.parts) > 3 and path.parts[2] == ".git" and path.parts[3] in REFS
