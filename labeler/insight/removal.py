"""Removing items by keys, by import or by a search: said before, done in the background."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.datasets.tables import dataset_versions
from labeler.imports.undo import brought, in_force, suggested, take_back_labels, take_back_predictions
from labeler.items.changes import changes_of, forget_earlier, forget_replaced, replaced_since, take_back_changes
from labeler.items.remove import remove_items
from labeler.items.search import parts_with
from labeler.items.tables import items, present
from labeler.kit.counting import counted
from labeler.kit.errors import NotFound
from labeler.kit.jobs.engine import enqueue, get
from labeler.kit.jobs.out import job_out
from labeler.kit.jobs.registry import JobRun, job
from labeler.kit.jobs.tables import jobs
from labeler.labels.tables import current_labels
from labeler.labels.tables import labels as given_labels
from labeler.projects.access import Member, Project, find_project
from labeler.slices.conditions import Filter, conditions
from labeler.wire.removal import RemovalIn, RemovalOut

PART = 1_000
SHOWN = 100


def wanted(tx: Connection, project: Project, body: RemovalIn) -> Iterator[Any]:
    """Statements that find the ids of the items that are meant, in their order; keys are looked up a part at a time."""
    found = sa.select(items.c.id).where(present(project.id)).order_by(items.c.id)
    if body.import_id is not None:
        yield brought(project, body.import_id)
    elif body.search is not None:
        search = Filter(**body.search.model_dump())
        for part in parts_with(tx, project.id, search.q):
            there = part.narrow(sa.select(items.c.id).where(present(project.id), *conditions(project, search)))
            yield there.order_by(part.place)
    else:
        keys = list(dict.fromkeys(body.keys or []))
        for start in range(0, len(keys), PART):
            yield found.where(items.c.key.in_(keys[start : start + PART]))


def request_removal(tx: Connection, member: Member, body: RemovalIn) -> RemovalOut:
    """Says what it comes to, and queues the job unless it is a dry run. Raises `NotFound` for an unknown import."""
    project = member.project
    _check_import(tx, project, body)
    count, labels, by_people = _counts(tx, project, body)
    restored, predictions = 0, 0
    if body.import_id is not None:
        restored = _count(tx, changes_of(project, body.import_id).order_by(None))
        restored += _count(tx, replaced_since(project, body.import_id))
        predictions = _count(tx, suggested(project, body.import_id))
    made = sa.select(sa.func.count()).where(dataset_versions.c.project_id == project.id)
    versions = int(tx.execute(made).scalar_one())
    added = _labels_added(tx, project, body)
    out = RemovalOut(
        items=count,
        labels=labels,
        by_people=by_people,
        restored=restored,
        predictions=predictions,
        versions=versions,
        missing=_missing(tx, project, body),
        labels_added=added,
        said=_said(count, labels, restored, predictions, versions, added),
    )
    if not body.dry_run and out.changes:
        job_id = enqueue(
            tx,
            "items.remove",
            {"wanted": body.model_dump(mode="json", exclude_none=True)},
            project_id=project.id,
            lane=f"import:{project.id}",
            created_by=member.user_id,
        )
        how = next(name for name in ("keys", "import_id", "search") if getattr(body, name) is not None)
        audit(tx, member.caller, "items.removed", project_id=project.id, target=how, items=count, labels=labels)
        out.job = job_out(get(tx, job_id))
    return out


def _counts(tx: Connection, project: Project, body: RemovalIn) -> tuple[int, int, int]:
    """How many items are meant, how many labels in force go with them, and how many of these people gave."""
    count, labels, by_people = 0, 0, 0
    for statement in wanted(tx, project, body):
        meant = statement.order_by(None).subquery()
        count += _count(tx, sa.select(meant))
        on_them = current_labels.c.item_id.in_(sa.select(meant.c.id))
        on_items = sa.select(given_labels.c.kind).join_from(
            current_labels, given_labels, given_labels.c.id == current_labels.c.label_id
        )
        labels += _count(tx, on_items.where(on_them))
        by_people += _count(tx, on_items.where(on_them, given_labels.c.kind == "person"))
        if body.import_id is not None:
            given = in_force(project, body.import_id).order_by(None).subquery()
            labels += _count(tx, sa.select(given.c.id).where(given.c.item_id.not_in(sa.select(meant.c.id))))
    return count, labels, by_people


def _count(tx: Connection, statement: Any) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(statement.subquery())).scalar_one())


def _labels_added(tx: Connection, project: Project, body: RemovalIn) -> list[str]:
    """What an import added to the labels to choose from, as far as it is still there."""
    found = tx.execute(sa.select(jobs.c.result).where(jobs.c.id == body.import_id)).scalar_one_or_none()
    added = ((found or {}).get("balance") or {}).get("labels_added") or []
    return [name for name in added if name in project.label_names]


def _said(count: int, labels: int, restored: int, predictions: int, versions: int, added: list[str]) -> str:
    said = []
    if count or not (labels or restored or predictions):
        said.append(
            counted("{n} item leaves the queue and the pool.", "{n} items leave the queue and the pool.", count)
        )
    if labels:
        said.append(
            counted(
                "{n} label is in force no more; it stays on record.",
                "{n} labels are in force no more; they stay on record.",
                labels,
            )
        )
    if restored:
        said.append(
            counted(
                "{n} change of texts or metadata is undone; a text comes back with its labels. What later imports "
                "changed once more stays.",
                "{n} changes of texts or metadata are undone; texts come back with their labels. What later imports "
                "changed once more stays.",
                restored,
            )
        )
    if predictions:
        said.append(
            counted("{n} prediction is suggested no more.", "{n} predictions are suggested no more.", predictions)
        )
    if added:
        said.append(f"The labels that it added to the project stay, until they are retired: {', '.join(added)}.")
    if versions:
        said.append(
            counted(
                "The dataset version there is keeps what it holds; later ones will not have it.",
                "The {n} dataset versions there are keep what they hold; later ones will not have it.",
                versions,
            )
        )
    return " ".join(said)


def _check_import(tx: Connection, project: Project, body: RemovalIn) -> None:
    if body.import_id is None:
        return
    mine = (jobs.c.id == body.import_id, jobs.c.project_id == project.id, jobs.c.kind == "items.import")
    known = tx.execute(sa.select(jobs.c.id).where(*mine)).first()
    if known is None and tx.execute(brought(project, body.import_id).limit(1)).first() is None:
        raise NotFound(f"There is no import {body.import_id} in this project.")


def _missing(tx: Connection, project: Project, body: RemovalIn) -> list[str]:
    """Keys that are no item's, the first of them."""
    keys, there = body.keys or [], set()
    for start in range(0, len(keys), PART):
        part = keys[start : start + PART]
        there |= set(tx.execute(sa.select(items.c.key).where(present(project.id), items.c.key.in_(part))).scalars())
    return [key for key in keys if key not in there][:SHOWN]


@job("items.remove")
def remove(run: JobRun) -> dict[str, int]:
    """In parts short enough that labelers don't notice; an attempt after a kill goes on with what is left."""
    project = run.db.read(find_project, run.project_id or 0)
    body = RemovalIn.model_validate(run.args["wanted"])
    removed, taken_back, restored = 0, 0, 0
    for statement in run.db.read(lambda tx: list(wanted(tx, project, body))):
        is_undone = body.import_id is not None
        while n := run.write(partial(_remove, project=project, part=statement.limit(PART), is_undone=is_undone)):
            removed += n
            run.progress(removed, None, _done(removed))
    if body.import_id is not None:
        import_id = body.import_id
        while n := run.write(partial(take_back_labels, project=project, import_id=import_id, most=PART)):
            taken_back += n
            run.progress(removed, None, _done(removed, taken_back))
        while run.write(partial(forget_replaced, project=project, import_id=import_id, most=PART)):
            run.progress(removed, None, _done(removed, taken_back))
        while n := run.write(partial(take_back_changes, project=project, import_id=import_id, most=PART)):
            restored += n
            run.progress(removed, None, _done(removed, restored=restored))
        while run.write(partial(take_back_predictions, project=project, import_id=import_id, most=PART)):
            run.progress(removed, None, _done(removed, restored=restored))
    return {"items": removed, "labels_taken_back": taken_back, "restored": restored}


def _done(removed: int, taken_back: int = 0, restored: int = 0) -> str:
    """What was done so far."""
    if taken_back:
        return counted("{n} label taken back", "{n} labels taken back", taken_back)
    if restored:
        return counted("{n} item as before", "{n} items as before", restored)
    return counted("{n} item removed", "{n} items removed", removed)


def _remove(tx: Connection, project: Project, part: Any, is_undone: bool) -> int:
    """is_undone: because the import that brought them is."""
    found = list(tx.execute(part).scalars())
    if not is_undone:
        forget_earlier(tx, project, found)
    return remove_items(tx, project, found)
