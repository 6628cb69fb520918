"""What a new version of the label schema does to answers: they are read through its mapping, none is lost (G27)."""

from collections import Counter
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.columns import clock
from labeler.kit.errors import Conflict
from labeler.kit.events import listen
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import Member, Project, find_project
from labeler.projects.label_schema import (
    SchemaChanged,
    Split,
    change_schema,
    get_version,
    plan,
    refuse_outdated,
)
from labeler.quality.answers import PART, make_answers
from labeler.quality.queries import used
from labeler.quality.recount import recount_needed
from labeler.quality.tables import answers
from labeler.wire.schema import SchemaChange, SchemaVersionOut, Touched


def request_change(tx: Connection, member: Member, change: SchemaChange) -> SchemaVersionOut:
    """Make the next version, or say what it would touch. Raises `SchemaOutdated`, `Invalid` and `Conflict`."""
    project = find_project(tx, member.project.id)
    refuse_outdated(tx, project, change.replaces)
    planned = plan(project, change.given, change.mapping)
    counted = used(tx, project)
    touches = [Touched(**{"from": name, "to": to, "answers": counted[name]}) for name, to in planned.mapping.items()]
    if change.dry_run:
        return SchemaVersionOut(
            version=project.schema_version + 1,
            schema_=planned.schema.model_dump(),
            mapping=planned.mapping,
            reason=change.reason,
            created_by=None,
            created_at=None,
            touches=touches,
        )
    hints = {name: hint.model_dump() for name, hint in change.split_hints.items()}
    split = Split(change.split_to, hints, member.user_id)
    changed = change_schema(tx, member, change, change.mapping, change.reason, change.replaces, split)
    return get_version(tx, project.id, changed.schema_version).model_copy(update={"touches": touches})


@listen(SchemaChanged)
def read_answers_again(tx: Connection, event: SchemaChanged, project: Project) -> None:
    """Raises `Conflict` when labels with answers were left out and nobody said what becomes of the answers."""
    _refuse_orphans(tx, event, project)
    if event.mapping:
        _map(tx, project, event.mapping)


def _refuse_orphans(tx: Connection, event: SchemaChanged, project: Project) -> None:
    counted = used(tx, project) if event.retired else Counter()
    orphans = Counter({name: counted[name] for name in event.retired if counted[name]})
    if orphans:
        told = ", ".join(f'"{name}" has {n:,}' for name, n in orphans.most_common(10))
        raise Conflict(
            f"Answers would lose their label ({told}). Say in `mapping` what they become: another label, or null to "
            "ask for these items again."
        )


def _map(tx: Connection, project: Project, mapping: Mapping[str, str | None]) -> None:
    """Single labels are mapped as they are; where several came to an answer, they may come to another one now."""
    task = project.task
    rows = tx.execute(
        sa.select(answers.c.item_id, answers.c.value, answers.c.given).where(answers.c.project_id == project.id)
    )
    moved, again = [], []
    for row in rows.all():
        value = task.translate(row.value, mapping)
        if row.given > 1 or value is None:
            again.append(row.item_id)
        elif value != row.value:
            moved.append({"item": row.item_id, "new": value, "new_labels": task.labels_in(value)})
    if moved:
        update = sa.update(answers).where(answers.c.item_id == sa.bindparam("item"))
        values = {"value": sa.bindparam("new"), "labels": sa.bindparam("new_labels"), "changed_at": clock()}
        tx.execute(update.values(**values), moved)
    if None in mapping.values():
        _open_again(tx, project, again)
    make_answers(tx, project, again)


def _open_again(tx: Connection, project: Project, item_ids: Sequence[int]) -> None:
    """Labels of which nothing is left are no longer anybody's current ones, and their items need others."""
    for start in range(0, len(item_ids), PART):
        part = item_ids[start : start + PART]
        given = sa.select(labels.c.id, labels.c.value, labels.c.schema_version).join(
            current_labels, current_labels.c.label_id == labels.c.id
        )
        rows = tx.execute(given.where(current_labels.c.item_id.in_(part))).all()
        gone = [row.id for row in rows if project.read(row.value, row.schema_version) is None]
        if gone:
            tx.execute(sa.delete(current_labels).where(current_labels.c.label_id.in_(gone)))
            recount_needed(tx, project, part)
