"""Browsing items with their labels, flags and what the newest model says about them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.insight.said import Said, newest_predictions
from labeler.items.search import Part, parts_with
from labeler.items.tables import items, present
from labeler.kit.columns import EPOCH, among
from labeler.kit.config import Settings
from labeler.kit.errors import Invalid, NotFound
from labeler.labels.flags import labels_of
from labeler.labels.tables import flags, labels, skips
from labeler.projects.access import Project
from labeler.quality.queries import answers_of
from labeler.quality.rule_answers import rule_answers_of
from labeler.quality.tables import gold_items
from labeler.queue.tables import queue_entries, queues
from labeler.slices.conditions import SORTS, Filter, conditions
from labeler.wire.insight import HistoryEntry, ItemOut

PART = 500  # items that are looked through at first, twice as many each time after
MOST_AT_ONCE = 8_000
FEW = 20_000  # items that are asked for by their ids
MOST_COUNTED = 100_000
Keeps = Callable[[Sequence[Any]], list[Any]]


def fields_in(given: Sequence[str]) -> dict[str, str]:
    """What "region=EU" asks for. Raises `Invalid` for one without a name and a sign."""
    found = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name:
            detail = f'"{one}" is not FIELD=VALUE'
            raise Invalid(f"metadata: {detail}.", errors=[{"pointer": "/metadata", "detail": detail}])
        found[name] = value
    return found


def list_items(
    tx: Connection, settings: Settings, project: Project, wanted: Filter, limit: int
) -> tuple[list[ItemOut], int | None]:
    """A page of items, and where the next one starts (None: there is none)."""
    if wanted.sort not in SORTS:
        raise Invalid(f"sort must be one of {', '.join(SORTS)}.")
    newest = wanted.sort == "newest"
    by_model, keeps = _by_model(tx, settings, project, wanted)
    found: dict[int, Any] = {}
    for part in parts_with(tx, project.id, wanted.q, in_order=wanted.sort != "uncertain"):
        statement, place = _ordered(project, wanted, part)
        statement = statement.where(*conditions(project, wanted), *by_model)
        found |= {row.id: row for row in _first(tx, statement, place, newest, limit + 1, keeps)}
    rows = sorted(found.values(), key=lambda row: row.place, reverse=newest)
    more = rows[limit - 1].place if len(rows) > limit else None
    ids = [row.id for row in rows[:limit]]
    whole = {row.id: row for row in tx.execute(sa.select(items).where(items.c.id.in_(ids)))}
    return items_out(tx, settings, project, [whole[one] for one in ids if one in whole]), more


def _ordered(project: Project, wanted: Filter, part: Part) -> tuple[Any, Any]:
    """The ids in a part of the items from where the last page ended, and the place that they are in order of."""
    place = part.place
    statement = part.narrow(sa.select(items.c.id).where(present(project.id)))
    if wanted.sort == "uncertain":
        in_force = sa.select(queues.c.ranking_id).where(queues.c.project_id == project.id).scalar_subquery()
        place = queue_entries.c.rank
        statement = statement.join_from(items, queue_entries, queue_entries.c.item_id == items.c.id)
        statement = statement.where(queue_entries.c.ranking_id == in_force, queue_entries.c.score.is_not(None))
    newest = wanted.sort == "newest"
    if wanted.after is not None:
        statement = statement.where(place < wanted.after if newest else place > wanted.after)
    return statement.add_columns(place.label("place")).order_by(place.desc() if newest else place), place


def _first(tx: Connection, statement: Any, place: Any, newest: bool, most: int, keeps: Keeps | None) -> list[Any]:
    """The first rows of a statement, or of those in it that are kept: these are looked for in parts."""
    if keeps is None:
        return list(tx.execute(statement.limit(most)).all())
    found: list[Any] = []
    size, following = PART, statement
    while len(found) < most:
        part = tx.execute(following.limit(size)).all()
        found += keeps(part)
        if len(part) < size:
            break
        last = part[-1].place
        following = statement.where(place < last if newest else place > last)
        size = min(2 * size, MOST_AT_ONCE)
    return found[:most]


def _by_model(tx: Connection, settings: Settings, project: Project, wanted: Filter) -> tuple[list[Any], Keeps | None]:
    """What a filter asks of the newest model: conditions, and what tells which rows are kept, if that is needed, too.

    A few items of which it is so sure are asked for by their ids; of many the first ones are soon found.
    """
    if not wanted.by_model:
        return [], None
    said = newest_predictions(tx, settings, project)
    if said is None:
        return [sa.false()], None
    found: list[Any] = []
    keeps: list[Keeps] = []
    if wanted.by_confidence:
        chosen = said.sure_of(wanted.model_confidence_min, wanted.model_confidence_max)
        if len(chosen) <= FEW:
            found.append(among(items.c.id, orjson.dumps(chosen.tolist()).decode()))
        else:
            keeps.append(lambda rows: _among(chosen, rows))
    if wanted.model_differs:
        keeps.append(lambda rows: _differing(tx, said, rows))
    return found, _all_of(keeps) if keeps else None


def _all_of(keeps: Sequence[Keeps]) -> Keeps:
    def kept(rows: Sequence[Any]) -> list[Any]:
        for one in keeps:
            rows = one(rows)
        return list(rows)

    return kept


def _among(chosen: Any, rows: Sequence[Any]) -> list[Any]:
    """The rows with one of these ids, which rise."""
    ids = np.fromiter((row.id for row in rows), dtype=np.int64, count=len(rows))
    places = np.searchsorted(chosen, ids).clip(max=len(chosen) - 1)
    return [row for row, is_chosen in zip(rows, chosen[places] == ids, strict=True) if is_chosen]


def _differing(tx: Connection, said: Said, rows: Sequence[Any]) -> list[Any]:
    """The rows whose answer is not what the model says."""
    answered = answers_of(tx, [row.id for row in rows])
    found = []
    for row in rows:
        told = said.of(row.id) if row.id in answered else None
        if told is not None and told["value"] != answered[row.id].value:
            found.append(row)
    return found


def count_items(tx: Connection, settings: Settings, project: Project, wanted: Filter) -> int | None:
    """How many items there are of these, up to `MOST_COUNTED`; None where they would have to be looked through."""
    if wanted.model_differs:
        return None
    by_model, keeps = _by_model(tx, settings, project, wanted)
    total = 0
    for part in parts_with(tx, project.id, wanted.q):
        found = part.narrow(sa.select(items.c.id).where(present(project.id)))
        found = found.where(*conditions(project, wanted), *by_model)
        if keeps is None:
            found = found.limit(MOST_COUNTED - total).subquery()
            total += int(tx.execute(sa.select(sa.func.count()).select_from(found)).scalar_one())
        else:
            total += _kept(tx, found, keeps, MOST_COUNTED - total)
    return total


def _kept(tx: Connection, statement: Any, keeps: Keeps, most: int) -> int:
    """How many rows are kept, up to `most`."""
    total = 0
    with tx.execution_options(stream_results=True).execute(statement) as rows:
        for part in rows.partitions(MOST_AT_ONCE):
            total += len(keeps(part))
            if total >= most:
                return most
    return total


def items_out(tx: Connection, settings: Settings, project: Project, rows: Any) -> list[ItemOut]:
    ids = [row.id for row in rows]
    given, answered = labels_of(tx, project, ids), rule_answers_of(tx, project, ids) | answers_of(tx, ids)
    flagged = (
        sa.select(flags.c.item_id, sa.func.count().label("open"))
        .where(flags.c.item_id.in_(ids), flags.c.resolved_at.is_(None), flags.c.undone_at.is_(None))
        .group_by(flags.c.item_id)
    )
    open_flags = {row.item_id: row.open for row in tx.execute(flagged)}
    newest = newest_predictions(tx, settings, project)
    found = []
    for row in rows:
        found.append(
            ItemOut(
                key=row.key,
                content=row.content,
                metadata=row.metadata,
                split=row.split,
                created_at=row.created_at,
                labels=given.get(row.id, []),
                answer=answered.get(row.id),
                flags_open=open_flags.get(row.id, 0),
                prediction=None if newest is None else newest.of(row.id),
            )
        )
    return found


def find_item(tx: Connection, project_id: int, key: str) -> Any:
    row = tx.execute(sa.select(items).where(present(project_id), items.c.key == key)).one_or_none()
    if row is None:
        raise NotFound(f'There is no item with key "{key}" in this project.')
    return row


def get_item(tx: Connection, settings: Settings, project: Project, key: str) -> ItemOut:
    return items_out(tx, settings, project, [find_item(tx, project.id, key)])[0]


def history(tx: Connection, project_id: int, key: str) -> list[HistoryEntry]:
    """Everything people ever said about an item, oldest first, and what was decided. Of one kind that is the order of
    the ids, whatever the clock said: it may have been set back (G23)."""
    item_id = find_item(tx, project_id, key).id
    entries: list[tuple[datetime, HistoryEntry]] = []
    for table, kind in ((labels, "label"), (flags, "flag"), (skips, "skip")):
        statement = sa.select(table, users.c.name, users.c.kind.label("labeler_kind")).join(
            users, users.c.id == table.c.labeler_id
        )
        latest = EPOCH
        for row in tx.execute(statement.where(table.c.item_id == item_id).order_by(table.c.id)):
            known, latest = row._mapping, max(latest, row.created_at)
            entries.append(
                (
                    latest,
                    HistoryEntry(
                        kind="undo" if kind == "label" and row.value is None else kind,
                        at=row.created_at,
                        labeler={"id": row.labeler_id, "name": row.name, "kind": row.labeler_kind},
                        value=known.get("value"),
                        reason=known.get("reason"),
                        note=known.get("note"),
                        guideline_version=row.guideline_version,
                        source=known.get("source"),
                        counts_as=row.kind if kind == "label" else None,
                        schema_version=known.get("schema_version"),
                    ),
                )
            )
    entries += [(entry.at, entry) for entry in _decided(tx, item_id)]
    return [entry for _, entry in sorted(entries, key=lambda one: one[0])]


def _decided(tx: Connection, item_id: int) -> list[HistoryEntry]:
    """What somebody said that the answer is, in Review or as gold, as long as it holds."""
    statement = sa.select(gold_items, users.c.name, users.c.kind).join(users, users.c.id == gold_items.c.created_by)
    return [
        HistoryEntry(
            kind="decision",
            at=row.created_at,
            labeler={"id": row.created_by, "name": row.name, "kind": row.kind},
            value=row.value,
            note=row.note,
            schema_version=row.schema_version,
        )
        for row in tx.execute(statement.where(gold_items.c.item_id == item_id))
    ]
