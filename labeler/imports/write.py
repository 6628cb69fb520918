"""Rows of an import become items and labels, a batch in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.imports.judge import NewLabel, Numbered, Rules, There, changed_rows, judge
from labeler.imports.labelers import add_labelers
from labeler.imports.predictions import keep_predictions
from labeler.imports.tally import Tally
from labeler.items.add import add_items
from labeler.items.changes import change_metadata, keep_replaced
from labeler.items.remove import remove_items
from labeler.items.tables import items, present
from labeler.kit.bulk import insert_many
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.events import Event, emit
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import Project, find_project

COLUMNS = ("item_id", "labeler_id", "value")


@dataclass(frozen=True)
class LabelsImported(Event):
    """Labels that came along with items. first: (item id, value) of items whose only label it is; others: items that
    have more. kind: of labeler. schema_version: under which they were given."""

    name: ClassVar[str] = "labels.imported"
    project_id: int
    count: int
    first: list[tuple[int, Any]]
    others: list[int]
    kind: str
    schema_version: int

    def payload(self) -> dict[str, Any]:
        return {"project_id": self.project_id, "count": self.count, "kind": self.kind}


@dataclass(frozen=True)
class Importer:
    """Who imports, as what kind of labeler, by which rules, and in which job. brought: keys that earlier parts of a
    request without a job brought; each part adds its own."""

    user_id: int
    kind: str
    rules: Rules = field(default_factory=Rules)
    import_id: int | None = None
    brought: set[str] = field(default_factory=set)


def take(tx: Connection, project: Project, rows: Sequence[Numbered], importer: Importer, tally: Tally) -> Tally:
    """Add these rows (row number, row) with their labels; returns the tally with their fates counted."""
    counts = project.counts(importer.kind)
    new = add_items(tx, project, [row for _, row in rows], importer.import_id, labels_count=counts)
    lock(tx, "labels", project.id, shared=True)
    there = read_there(tx, project, {row.key for _, row in rows} - set(new), importer.import_id)
    for key in importer.brought & there.keys():
        there[key].own = True
    if importer.import_id is None:
        importer.brought.update(new)
    updated = changed_rows(rows, there) if importer.rules.items == "update" else {}
    if updated:
        former = [there.pop(key).id for key in updated]
        remove_items(tx, project, former)
        keep_replaced(tx, project, former, importer.import_id)
        new |= add_items(tx, project, list(updated.values()), importer.import_id, labels_count=counts)
    names = {label.labeler for _, row in rows for label in row.labels if label.labeler is not None}
    contents = {key: item.content for key, item in there.items()}
    for _, row in rows:
        contents.setdefault(row.key, row.content)
    alike = [row for _, row in rows if contents[row.key] == row.content]
    ids = {key: item.id for key, item in there.items()} | new
    keep_predictions(tx, project, alike, ids, importer.import_id)
    labelers: dict[str | None, int] = {None: importer.user_id}
    labelers.update(add_labelers(tx, names))
    after = tally.copy()
    before = {item.id: item.metadata for item in there.values()}
    found, metadata = judge(rows, new, there, labelers, importer.rules, after, frozenset(updated))
    if metadata:
        changed = {item_id: (before.get(item_id), now) for item_id, now in metadata.items()}
        change_metadata(tx, project, changed, importer.import_id)
    if found:
        _insert(tx, project, found, importer)
        by_item: dict[int, list[Any]] = {}
        for label in found:
            by_item.setdefault(label.item_id, []).append(label.value)
        fresh = set(new.values())
        first = [(item, values[0]) for item, values in by_item.items() if len(values) == 1 and item in fresh]
        once = {item for item, _ in first}
        others = [item for item in by_item if item not in once]
        kind, version = importer.kind, project.schema_version
        emit(
            tx,
            LabelsImported(project.id, len(found), first, others, kind, version),
            find_project(tx, project.id),
        )
    return after


def read_there(tx: Connection, project: Project, keys: set[str], import_id: int | None = None) -> dict[str, There]:
    """The items that have these keys, with their labels in force. import_id: of the job that asks."""
    if not keys:
        return {}
    columns = (items.c.id, items.c.key, items.c.content, items.c.metadata, items.c.import_id)
    wanted = sa.select(*columns).order_by(items.c.id)
    wanted = wanted.where(present(project.id), items.c.key.in_(list(keys)))
    if tx.dialect.name != "sqlite":
        wanted = wanted.with_for_update()  # no label is given to them meanwhile
    rows = tx.execute(wanted).all()
    own = {row.id for row in rows if import_id is not None and row.import_id == import_id}
    found = {row.id: There(row.id, row.content, row.metadata, own=row.id in own) for row in rows}
    given = (
        sa.select(labels.c.item_id, labels.c.labeler_id, labels.c.value, labels.c.schema_version)
        .join(current_labels, current_labels.c.label_id == labels.c.id)
        .where(current_labels.c.item_id.in_(list(found)))
        .order_by(labels.c.id)
    )
    for row in tx.execute(given):
        value = project.read(row.value, row.schema_version)
        if value is not None:
            there = found[row.item_id]
            there.labels[row.labeler_id] = there.answer = value
    return {row.key: found[row.id] for row in rows}


def _insert(tx: Connection, project: Project, found: Sequence[NewLabel], importer: Importer) -> None:
    """The labels, and that they are in force. No labeler has another one on these items."""
    values = [(one.item_id, one.labeler_id, one.value) for one in found]
    same = {
        "project_id": project.id,
        "source": "import",
        "kind": importer.kind,
        "schema_version": project.schema_version,
        "import_id": importer.import_id,
        "created_at": clock(),
    }
    made = insert_many(tx, labels, COLUMNS, values, same, returning=("item_id", "labeler_id", "id"))
    counted = {"project_id": project.id, "counted": project.counts(importer.kind)}
    insert_many(tx, current_labels, ("item_id", "labeler_id", "label_id"), [tuple(row) for row in made], counted)
