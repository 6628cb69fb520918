"""`labeler verify`: whether an installation is what it says: database, files, and what ties them together (G34)."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.backup.write import Tell
from labeler.datasets.manifest import all_files, content_hash
from labeler.datasets.reading import Version
from labeler.datasets.tables import dataset_versions
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import NotFound, Problem
from labeler.kit.files import sha256_of
from labeler.kit.installation import installation_id, remembered_id
from labeler.kit.schema import schema_state
from labeler.learning.trained_model import FILE_NAME
from labeler.projects.tables import projects
from labeler.registry.artifacts import folder_of
from labeler.registry.tables import model_versions

MOST = 20  # faults that are told of one kind


def verify(settings: Settings, tell: Tell) -> list[str]:
    """All that is wrong, a sentence each."""
    db = Database(settings)
    try:
        faults = [*db.read(lambda tx: [*_database(tx, settings)])]
        if not faults:
            faults += _versions(db, settings, tell)
            faults += _models(db, settings, tell)
        return faults
    except Problem as problem:
        return [problem.detail]
    finally:
        db.close()


def _database(tx: Connection, settings: Settings) -> Iterator[str]:
    if tx.dialect.name == "sqlite":
        for row in tx.exec_driver_sql(f"PRAGMA integrity_check({MOST})"):
            if row[0] != "ok":
                yield f"The database file is damaged: {row[0]}"
        for row in tx.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(MOST):
            yield f"The database has a row in {row[0]} that names one in {row[2]} which is not there"
    state = schema_state(tx)
    if state != "current":
        yield f"The schema is {state}: run `labeler migrate`"
        return
    known, found = remembered_id(settings.home), installation_id(tx)
    if known not in (None, found):
        yield f"The data in {settings.home} belongs to another database than this one"


def _versions(db: Database, settings: Settings, tell: Tell) -> Iterator[str]:
    rows = db.read(
        lambda tx: tx.execute(
            sa.select(dataset_versions, projects.c.slug)
            .join(projects, projects.c.id == dataset_versions.c.project_id)
            .order_by(dataset_versions.c.project_id, dataset_versions.c.version)
        ).all()
    )
    good: set[Path] = set()  # versions share most of their files
    for row in rows:
        where = f"{row.slug}, dataset version {row.version}"
        version = Version(settings, row.project_id, row)
        try:
            if row.tag not in version.repository.tags():
                yield f"{where}: its tag {row.tag} is missing"
            manifest = version.manifest
            if manifest["content_hash"] != row.content_hash or content_hash(manifest) != row.content_hash:
                yield f"{where}: its manifest is another than the database says"
            listed = all_files(manifest)
            for name in sorted({*listed, *version.file_names()}):
                path = version.path(name)
                if path in good or _as_written(path, listed.get(name)):
                    good.add(path)
                else:
                    yield f"{where}: {name} was changed"
        except (NotFound, Problem, OSError, KeyError, TypeError, ValueError) as error:
            yield f"{where}: its files can't be read: {error}"
    tell(f"{len(rows):,} dataset versions, {len(good):,} files")


def _as_written(path: Path, entry: Mapping[str, Any] | None) -> bool:
    """By the manifest's hash; a file that it does not list (itself, say) by the name DVC's cache gave it."""
    if entry is not None:
        return bool(sha256_of(path) == entry["sha256"])
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() == path.parent.name + path.name


def _models(db: Database, settings: Settings, tell: Tell) -> Iterator[str]:
    rows = db.read(
        lambda tx: tx.execute(
            sa.select(model_versions, projects.c.slug).join(projects, projects.c.id == model_versions.c.project_id)
        ).all()
    )
    there = 0
    for row in rows:
        path = folder_of(settings, row.project_id, row.number) / FILE_NAME
        if path.is_file():
            there += 1
            if hashlib.sha256(path.read_bytes()).hexdigest() != row.sha256:
                yield f"{row.slug}, model {row.number}: its file was changed"
        elif row.stage == "live":
            yield f"{row.slug}, model {row.number}: its file is missing, and it is live"
    tell(f"{len(rows):,} models, {there:,} with their files (others can be made again: `labeler reproduce`)")
