"""Items whose answer is known: people are held against it, and it is the item's answer.

They come by hand, or from answers that are certain. Labelers get them among the others and can't tell them apart.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.errors import Invalid, NotFound
from labeler.labels.values import check_value
from labeler.projects.access import Member, Project, find_project, project_cache
from labeler.quality.answers import make_answers
from labeler.quality.estimating import want_estimate
from labeler.quality.known import known_answers
from labeler.quality.recount import recount_needed
from labeler.quality.tables import answers, gold_items
from labeler.wire.quality import GoldIn, GoldOut, GoldPromotion, GoldRow

FEWEST_LABELS = 3
"""An answer that becomes gold by being certain was given by so many."""


def list_gold(tx: Connection, project: Project) -> list[GoldRow]:
    """With how many people have answered each, and how many of them as it says."""
    known = known_answers(tx, project)
    rows = tx.execute(
        sa.select(gold_items, items.c.key)
        .join(items, items.c.id == gold_items.c.item_id)
        .where(gold_items.c.project_id == project.id, gold_items.c.asked, items.c.removed_at.is_(None))
        .order_by(gold_items.c.created_at.desc(), gold_items.c.item_id)
    )
    return [
        GoldRow(
            item_key=row.key,
            value=known.get(row.item_id),
            note=row.note,
            created_at=row.created_at,
            promoted=row.created_by is None,
        )
        for row in rows
    ]


def set_gold(tx: Connection, member: Member, entries: Sequence[GoldIn]) -> GoldOut:
    """Say what is known of these items; an earlier word on one is replaced. Raises `NotFound`, `Invalid`."""
    project = find_project(tx, member.project.id)
    keys = [one.item_key for one in entries]
    if len(set(keys)) < len(keys):
        raise Invalid("An item is named twice. Give each once.")
    ids = _ids(tx, project, keys)
    rows = []
    for one in entries:
        value, version = check_value(tx, project, ids[one.item_key], one.value, None)
        rows.append(_row(project, ids[one.item_key], value, version, one.note, member.user_id))
    _write(tx, project, rows)
    audit(tx, member.caller, "gold.set", project_id=project.id, target=project.slug, items=len(rows))
    return GoldOut(set=len(rows), keys=keys)


def promote(tx: Connection, member: Member, wanted: GoldPromotion) -> GoldOut:
    """Make gold of the surest answers that several people gave; `dry_run` only says which."""
    project = find_project(tx, member.project.id)
    known = sa.select(gold_items.c.item_id).where(gold_items.c.project_id == project.id)
    sure = (
        sa.select(answers.c.item_id, answers.c.value, items.c.key)
        .join(items, items.c.id == answers.c.item_id)
        .where(
            answers.c.project_id == project.id,
            answers.c.given >= max(FEWEST_LABELS, wanted.labels),
            answers.c.confidence >= wanted.confidence,
            answers.c.contested.is_(False),
            answers.c.item_id.not_in(known),
            items.c.removed_at.is_(None),
        )
        .order_by(answers.c.confidence.desc(), answers.c.item_id)
        .limit(wanted.most)
    )
    found = tx.execute(sure).all()
    if found and not wanted.dry_run:
        _write(tx, project, [_row(project, row.item_id, row.value, project.schema_version, "", None) for row in found])
        audit(tx, member.caller, "gold.promoted", project_id=project.id, target=project.slug, items=len(found))
    return GoldOut(set=0 if wanted.dry_run else len(found), keys=[row.key for row in found])


def remove_gold(tx: Connection, member: Member, keys: Sequence[str]) -> None:
    """The items are as before: their labels decide. Raises `NotFound`."""
    project = find_project(tx, member.project.id)
    ids = list(_ids(tx, project, keys).values())
    gone = sa.delete(gold_items).where(gold_items.c.project_id == project.id, gold_items.c.item_id.in_(ids))
    count = tx.execute(gone).rowcount
    if count < len(ids):
        raise NotFound("Some of these items are not gold.")
    project_cache.forget()
    recount_needed(tx, project, ids)
    make_answers(tx, find_project(tx, project.id), ids)
    want_estimate(tx, project.id, delay=1)
    audit(tx, member.caller, "gold.removed", project_id=project.id, target=project.slug, items=count)


def _ids(tx: Connection, project: Project, keys: Sequence[str]) -> dict[str, int]:
    rows = tx.execute(sa.select(items.c.key, items.c.id).where(present(project.id), items.c.key.in_(keys)))
    found: dict[str, int] = {row.key: row.id for row in rows}
    if missing := [key for key in keys if key not in found]:
        raise NotFound(f'There is no item with key "{missing[0]}" in this project.')
    return found


def _row(project: Project, item_id: int, value: Any, version: int, note: str, by: int | None) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "project_id": project.id,
        "value": value,
        "schema_version": version,
        "note": note,
        "asked": True,
        "created_by": by,
        "created_at": clock(),
    }


def decide(tx: Connection, project: Project, item_id: int, value: Any, version: int, note: str, by: int) -> None:
    """A reviewer's word: the item's answer, which labelers are not asked for."""
    was_gold = sa.select(gold_items.c.asked).where(gold_items.c.item_id == item_id)
    asked = bool(tx.execute(was_gold).scalar())  # gold stays gold
    _write(tx, project, [_row(project, item_id, value, version, note, by) | {"asked": asked}])


def undecide(tx: Connection, project: Project, item_id: int) -> None:
    """The labels decide again."""
    tx.execute(sa.delete(gold_items).where(gold_items.c.item_id == item_id, sa.not_(gold_items.c.asked)))
    project_cache.forget()
    recount_needed(tx, project, [item_id])
    make_answers(tx, find_project(tx, project.id), [item_id])


def _write(tx: Connection, project: Project, rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        insert = upsert(tx, gold_items).values(row)
        tx.execute(insert.on_conflict_do_update(index_elements=["item_id"], set_=row))
    project_cache.forget()
    make_answers(tx, find_project(tx, project.id), [row["item_id"] for row in rows])
    want_estimate(tx, project.id, delay=1)
