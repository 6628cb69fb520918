"""Making a dataset version: files first, then DVC and git, and last, in one transaction, row and tag.

Until that transaction nothing of it can be seen, and a killed attempt leaves only files that the next
one uses or removes (G9).
"""

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets import segments, state
from labeler.datasets.answered import answered_of, write_answered
from labeler.datasets.card import write_card
from labeler.datasets.croissant import describe
from labeler.datasets.facts import facts_of
from labeler.datasets.manifest import all_files, content_hash
from labeler.datasets.repository import Repository, Tracked
from labeler.datasets.tables import dataset_versions
from labeler.items.changes import changed_items
from labeler.items.versions import VersionSchema
from labeler.kit.columns import clock
from labeler.kit.events import Event, emit
from labeler.kit.files import sha256_of, write_whole
from labeler.kit.jobs.registry import JobRun
from labeler.projects.access import Project, find_project

SMALL = ("guideline.md", "schema.json", "manifest.json", "README.md", "croissant.json")
FORMAT = 3


@dataclass(frozen=True)
class Prepared:
    """A version whose files are committed to git and DVC, but that nobody can see yet."""

    project: Project
    version: int
    message: str
    created_by: int | None
    commit: str
    tracked: Tracked
    manifest: dict[str, Any]
    marks: dict[str, int]
    new_bytes: int

    @property
    def tag(self) -> str:
        return f"v{self.version}"


@dataclass(frozen=True)
class Files:
    """What the data folder holds for one state of the project."""

    project: Project
    manifest: dict[str, Any]
    marks: dict[str, int]
    new_bytes: int
    content_hash: str


def latest(tx: Connection, project_id: int) -> Any:
    """The newest version's row, or None."""
    statement = sa.select(dataset_versions).where(dataset_versions.c.project_id == project_id)
    return tx.execute(statement.order_by(dataset_versions.c.version.desc()).limit(1)).one_or_none()


def prepare(run: JobRun, repository: Repository, project: Project, message: str, *, reuse: bool) -> Prepared | Any:
    """Write a version's files and commit them. Needs `repository.writing()` until it is recorded.

    reuse: when nothing changed since the newest version, return that version's row instead.
    """
    last = run.db.read(latest, project.id)
    recorded = sa.select(dataset_versions.c.tag).where(dataset_versions.c.project_id == project.id)
    repository.drop_tags_but("v", set(run.db.read(lambda tx: tx.execute(recorded).scalars().all())))
    before = _manifest_of(repository, last)
    _restore(repository, last, before)
    run.progress(1, 4, "writing items and labels")
    files = _write_files(run, repository.data, project, before)
    if reuse and last is not None and files.content_hash == last.content_hash:
        return last
    version = 1 if last is None else last.version + 1
    manifest = {
        **files.manifest,
        "version": version,
        "tag": f"v{version}",
        "message": message,
        "content_hash": files.content_hash,
    }
    run.progress(2, 4, "keeping its files")
    manifest["about"] = _write_about(repository.data, files.project, manifest)
    write_whole(repository.data / "manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    _remove_others(repository.data, manifest)
    tracked = repository.track()
    run.progress(3, 4, "keeping the version")
    for name in SMALL:
        shutil.copyfile(repository.data / name, repository.path / name)
    commit = repository.commit(["data.dvc", ".gitignore", *SMALL], f"Dataset version {version}: {message}")
    return Prepared(project, version, message, run.created_by, commit, tracked, manifest, files.marks, files.new_bytes)


@dataclass(frozen=True)
class DatasetVersionMade(Event):
    """A dataset version stands, under its tag; it may still have to be pushed."""

    name: ClassVar[str] = "dataset_version.made"
    project_id: int
    version: int
    tag: str
    git_commit: str
    content_hash: str


def record(tx: Connection, repository: Repository, prepared: Prepared) -> Any:
    """The version's row and tag, in the transaction of the job that made it; returns the row."""
    manifest = prepared.manifest
    row = {
        "project_id": prepared.project.id,
        "version": prepared.version,
        "tag": prepared.tag,
        "message": prepared.message,
        "created_by": prepared.created_by,
        "created_at": clock(),
        "git_commit": prepared.commit,
        "dvc_hash": prepared.tracked.dvc_hash,
        "content_hash": manifest["content_hash"],
        "counts": manifest["counts"],
        "marks": prepared.marks,
        "guideline_version": manifest["guideline_version"],
        "schema_version": manifest["schema_version"],
        "size_bytes": prepared.tracked.size,
        "new_bytes": prepared.new_bytes,
        "pushed": False,
    }
    made = tx.execute(sa.insert(dataset_versions).values(row).returning(dataset_versions)).one()
    repository.tag(prepared.tag, prepared.commit)
    emit(
        tx,
        DatasetVersionMade(
            prepared.project.id, prepared.version, prepared.tag, prepared.commit, manifest["content_hash"]
        ),
    )
    return made


def _manifest_of(repository: Repository, last: Any) -> dict[str, Any]:
    if last is not None:
        data = repository.file_at(last.git_commit, "manifest.json")
        if data is not None:
            manifest: dict[str, Any] = orjson.loads(data)
            return manifest
    return {"segments": {"items": [], "labels": []}}


def _restore(repository: Repository, last: Any, before: dict[str, Any]) -> None:
    """See to it that the segments of the last version are in the data folder."""
    folder = repository.data
    folder.mkdir(exist_ok=True)
    files = [entry for kind in before["segments"].values() for entry in kind] + before.get("answered", [])
    missing = [
        e for e in files if not (folder / e["file"]).is_file() or (folder / e["file"]).stat().st_size != e["bytes"]
    ]
    if missing and last is not None:
        shutil.rmtree(folder)
        repository.checkout(last.tag, folder)


def _write_files(run: JobRun, folder: Path, project: Project, before: dict[str, Any]) -> Files:
    with state.consistent_view(run.db, project.id) as tx:
        project = find_project(tx, project.id)  # as it is in this very moment
        columns = segments.items_schema(state.kind_of_items(project))
        read = partial(state.read_items, tx, project)
        gone, changed = state.removed_items(tx, project.id), changed_items(tx, project.id)
        count = partial(state.count_items, tx, project)
        earlier = segments.segments_of(before, "items")
        kept, rewritten = segments.renewed(folder, "items", columns, earlier, gone, changed, count, read)
        items, item_bytes = segments.extend(folder, "items", columns, kept, read)
        labels, label_bytes = segments.extend(
            folder,
            "labels",
            segments.LABELS,
            segments.segments_of(before, "labels"),
            lambda after, most: state.read_labels(tx, project, after, most),
        )
        current = state.read_current(tx, project)
        flags = state.read_flags(tx, project.id)
        guideline = state.read_guideline(tx, project.id)
    segments.write_table(folder / "current.parquet", pa.Table.from_pylist(current, schema=segments.CURRENT))
    segments.write_table(folder / "flags.parquet", pa.Table.from_pylist(flags, schema=segments.FLAGS))
    write_whole(folder / "guideline.md", guideline.text.encode())
    kind = state.kind_of_items(project)
    answered, answered_bytes = write_answered(folder, items, current, project.task, kind, answered_of(before), changed)
    schema = {
        "task_type": project.task_type,
        "content": kind.name,
        "schema": project.schema.model_dump(),
        "version": project.schema_version,
        "mappings": project.mappings,  # from each version to the next: how labels under an earlier one are read
    }
    write_whole(folder / "schema.json", orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
    single: dict[str, dict[str, Any]] = {
        name: {"sha256": sha256_of(folder / name), "bytes": (folder / name).stat().st_size}
        for name in ("current.parquet", "flags.parquet", "guideline.md", "schema.json")
    }
    task = project.task
    by_label: Counter[str] = Counter()
    for value, times in Counter(row["value"] for row in current).items():
        for name in task.counted_as(task.load(value)):
            by_label[name] += times
    manifest = {
        "format": FORMAT,
        "project": project.slug,
        "segments": {"items": [s.as_dict() for s in items], "labels": [s.as_dict() for s in labels]},
        "answered": [one.as_dict() for one in answered],
        "files": single,
        "guideline_version": guideline.version,
        "schema_version": project.schema_version,
        "counts": {
            "items": sum(segment.rows for segment in items),
            "labeled": len(current),
            "labels": sum(segment.rows for segment in labels),
            "flags": len(flags),
            "holdout": sum(row["split"] == "holdout" for row in current),
            "by_label": dict(sorted(by_label.items())),
        },
        "labeling": facts_of(folder, labels, VersionSchema.of(schema), current, flags),
    }
    marks = {"item": items[-1].last if items else 0, "label": labels[-1].last if labels else 0}
    new_bytes = rewritten + item_bytes + label_bytes + answered_bytes
    new_bytes += sum(int(entry["bytes"]) for entry in single.values())
    return Files(project, manifest, marks, new_bytes, content_hash(manifest))


def _write_about(folder: Path, project: Project, manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Write what describes the version for people and catalogs; returns what the manifest says of these files."""
    kind, made = state.kind_of_items(project), datetime.now(UTC).isoformat(timespec="seconds")
    described = orjson.dumps(describe(project, kind, manifest, made), option=orjson.OPT_INDENT_2)
    texts = {"README.md": write_card(project, kind, manifest).encode(), "croissant.json": described}
    for name, text in texts.items():
        write_whole(folder / name, text)
    return {name: {"sha256": sha256_of(folder / name), "bytes": len(text)} for name, text in texts.items()}


def _remove_others(folder: Path, manifest: dict[str, Any]) -> None:
    """Files of attempts that were cut off, and small segments that were merged."""
    wanted = {*all_files(manifest), "manifest.json"}
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
