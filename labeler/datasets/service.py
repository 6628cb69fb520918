"""Listing, comparing and asking for dataset versions."""

from collections import Counter
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.datasets.remotes import has_remote
from labeler.datasets.repository import Repository
from labeler.datasets.sections import with_sections
from labeler.datasets.tables import dataset_versions
from labeler.guidelines.apart import compared
from labeler.kit.config import Settings
from labeler.kit.errors import NotFound
from labeler.kit.jobs.engine import enqueue, get
from labeler.kit.jobs.out import job_out
from labeler.projects.access import Member, Project
from labeler.wire.datasets import DatasetDiff, DatasetOut, LabelBalance, LabelChange, LabelsDiff, SnapshotIn
from labeler.wire.jobs import JobOut

MOST_EXAMPLES = 200


def request_snapshot(tx: Connection, member: Member, body: SnapshotIn) -> JobOut:
    project_id = member.project.id
    job_id = enqueue(
        tx,
        "datasets.snapshot",
        {"message": body.message or "Snapshot"},
        project_id=project_id,
        lane=f"dataset:{project_id}",
        created_by=member.user_id,
    )
    audit(tx, member.caller, "dataset.requested", project_id=project_id, target=body.message[:200])
    return job_out(get(tx, job_id))


def _select(project_id: int) -> Any:
    return (
        sa.select(dataset_versions, users.c.name.label("by"))
        .outerjoin(users, users.c.id == dataset_versions.c.created_by)
        .where(dataset_versions.c.project_id == project_id)
        .order_by(dataset_versions.c.version.desc())
    )


def find_version(tx: Connection, project_id: int, version: int) -> Any:
    row = tx.execute(_select(project_id).where(dataset_versions.c.version == version)).one_or_none()
    if row is None:
        raise NotFound(f"There is no dataset version {version} in this project.")
    return row


def _models_of(tx: Connection, project_id: int) -> dict[int, list[int]]:
    tied: dict[int, list[int]] = {}
    rows = tx.execute(
        sa.text("SELECT dataset_version_id, number FROM model_versions WHERE project_id = :p ORDER BY number"),
        {"p": project_id},
    )
    for row in rows:
        tied.setdefault(row.dataset_version_id, []).append(row.number)
    return tied


def dataset_out(row: Any, settings: Settings, models: list[int]) -> DatasetOut:
    fields = {name: row._mapping[name] for name in DatasetOut.model_fields if name in row._mapping}
    repository = Repository(settings, row.project_id).address
    pushed = row.pushed if has_remote(settings) else None
    return DatasetOut(**(fields | {"created_by": row.by, "repository": repository, "pushed": pushed, "models": models}))


def list_versions(
    tx: Connection, settings: Settings, project_id: int, before: int | None, limit: int
) -> list[DatasetOut]:
    statement = _select(project_id).limit(limit)
    if before is not None:
        statement = statement.where(dataset_versions.c.version < before)
    models = _models_of(tx, project_id)
    return [dataset_out(row, settings, models.get(row.id, [])) for row in tx.execute(statement)]


def get_version(tx: Connection, settings: Settings, project_id: int, version: int) -> DatasetOut:
    row = find_version(tx, project_id, version)
    return dataset_out(row, settings, _models_of(tx, project_id).get(row.id, []))


def card_of(tx: Connection, settings: Settings, project: Project, version: int) -> str:
    """A version's own card, with what rooms say of the data today below it. Raises `NotFound`."""
    from labeler.datasets.reading import Version

    own = Version(settings, project.id, find_version(tx, project.id, version)).small_file("README.md")
    return with_sections(tx, settings, project, own)


def manifest_at(settings: Settings, project_id: int, commit: str) -> dict[str, Any]:
    data = Repository(settings, project_id).file_at(commit, "manifest.json")
    if data is None:
        raise NotFound("The manifest of this dataset version is missing in its repository.")
    manifest: dict[str, Any] = orjson.loads(data)
    return manifest


def _answers_in(schema: Any, version: Any) -> dict[str, Any]:
    """The answers of a version as this schema reads them: a renamed label is no change of an answer."""
    under = version.schema.version
    found = ((key, schema.read(schema.task.dump(value), under)) for key, value in version.current().items())
    return {key: value for key, value in found if value is not None}


def diff(settings: Settings, project_id: int, a: Any, b: Any) -> DatasetDiff:
    """Compare two versions (rows). Reads their small tables from DVC's cache, not the database."""
    from labeler.datasets.reading import Version
    from labeler.datasets.version_rows import previews

    left, right = Version(settings, project_id, a), Version(settings, project_id, b)
    schema = max(left.schema, right.schema, key=lambda one: one.version)
    old, new = _answers_in(schema, left), _answers_in(schema, right)
    both = old.keys() & new.keys()
    changed = [key for key in both if old[key] != new[key]]
    added, removed = new.keys() - old.keys(), old.keys() - new.keys()
    shown = sorted(changed)[:MOST_EXAMPLES]
    shown += sorted(removed)[: MOST_EXAMPLES - len(shown)]
    lines = previews(left, shown)  # every item in an example has an answer there
    came, went = left.other_items(right), right.other_items(left)
    counts = [Counter(name for one in found.values() for name in schema.task.counted_as(one)) for found in (old, new)]
    texts = [version.small_file("guideline.md") for version in (left, right)]
    return DatasetDiff(
        a=a.version,
        b=b.version,
        items={"added": came, "removed": went},
        labels=LabelsDiff(
            added=len(added),
            changed=len(changed),
            removed=len(removed),
            examples=[
                LabelChange(key=key, preview=lines.get(key, ""), a=old.get(key), b=new.get(key)) for key in shown
            ],
        ),
        agreement=1 - len(changed) / len(both) if both else None,
        balance=[
            LabelBalance(label=name, a=counts[0][name], b=counts[1][name]) for name in sorted({*counts[0], *counts[1]})
        ],
        guideline_changed=texts[0] != texts[1],
        guideline_rows=compared(*texts) if texts[0] != texts[1] else [],
    )
