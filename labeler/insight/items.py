"""Browsing items with their labels, flags and what the newest model says about them."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.items.tables import items, present
from labeler.kit.columns import holds, lowered
from labeler.kit.config import Settings
from labeler.kit.errors import Invalid, NotFound
from labeler.labels.flags import labels_of
from labeler.labels.tables import current_labels, flags, labels, skips
from labeler.projects.access import Project
from labeler.quality.queries import answers_of
from labeler.quality.tables import answers
from labeler.queue.tables import queue_entries, queues
from labeler.registry.artifacts import Predictions, folder_of, load_predictions
from labeler.registry.decoding import Decoder
from labeler.registry.service import newest_model
from labeler.wire.insight import HistoryEntry, ItemOut

SORTS = ("oldest", "newest", "uncertain")
PART = 500  # items that are looked through at once
MOST_COUNTED = 100_000


@dataclass(frozen=True)
class Filter:
    """Which items, in what order. `after`: where the last page ended (an item id, or a rank)."""

    label: str | None = None
    min: float | None = None
    max: float | None = None
    flagged: bool = False
    unlabeled: bool = False
    disagreement: bool = False
    split: str | None = None
    q: str | None = None
    sort: str = "oldest"
    after: int | None = None
    labeled: bool = False
    labeler: int | None = None
    model_differs: bool = False


@dataclass(frozen=True)
class Said:
    """What a model says about the items of its pool."""

    number: int
    predictions: Predictions
    decoder: Decoder

    def of(self, item_id: int) -> dict[str, Any] | None:
        """{"value", "proba", ..., "model"}; None for an item that the model has not seen."""
        row = self.predictions.row(item_id)
        return None if row is None else self.decoder(row) | {"model": self.number}


@lru_cache(maxsize=32)
def _predictions(folder: str, sha256: str) -> Predictions | None:
    return load_predictions(Path(folder))


def newest_predictions(tx: Connection, settings: Settings, project: Project) -> Said | None:
    model = newest_model(tx, project.id)
    if model is None:
        return None
    found = _predictions(str(folder_of(settings, project.id, model.number)), model.sha256)
    return None if found is None else Said(model.number, found, Decoder(project, model.config))


def list_items(
    tx: Connection, settings: Settings, project: Project, wanted: Filter, limit: int
) -> tuple[list[ItemOut], int | None]:
    """A page of items, and where the next one starts (None: there is none)."""
    if wanted.sort not in SORTS:
        raise Invalid(f"sort must be one of {', '.join(SORTS)}.")
    place: Any = items.c.id
    statement = sa.select(items).where(present(project.id))
    if wanted.sort == "uncertain":
        in_force = sa.select(queues.c.ranking_id).where(queues.c.project_id == project.id).scalar_subquery()
        place = queue_entries.c.rank
        statement = statement.join(queue_entries, queue_entries.c.item_id == items.c.id)
        statement = statement.where(queue_entries.c.ranking_id == in_force, queue_entries.c.score.is_not(None))
    newest = wanted.sort == "newest"
    if wanted.after is not None:
        statement = statement.where(place < wanted.after if newest else place > wanted.after)
    for condition in conditions(project, wanted):
        statement = statement.where(condition)
    statement = statement.add_columns(place.label("place")).order_by(place.desc() if newest else place)
    if wanted.model_differs:
        rows = _differing(tx, settings, project, statement, place, newest, limit + 1)
    else:
        rows = list(tx.execute(statement.limit(limit + 1)).all())
    more = rows[limit - 1].place if len(rows) > limit else None
    return items_out(tx, settings, project, rows[:limit]), more


def _differing(
    tx: Connection, settings: Settings, project: Project, statement: Any, place: Any, newest: bool, most: int
) -> list[Any]:
    """The first rows whose answer is not what the newest model says: looked through in parts."""
    said = newest_predictions(tx, settings, project)
    found: list[Any] = []
    part = [] if said is None else tx.execute(statement.limit(PART)).all()
    while said is not None and part and len(found) < most:
        answered = answers_of(tx, [row.id for row in part])
        for row in part:
            told = said.of(row.id) if row.id in answered else None
            if told is not None and told["value"] != answered[row.id].value:
                found.append(row)
        last = part[-1].place
        part = tx.execute(statement.where(place < last if newest else place > last).limit(PART)).all()
    return found[:most]


def count_items(tx: Connection, project: Project, wanted: Filter) -> int | None:
    """How many items there are of these, up to `MOST_COUNTED`; None where they would have to be looked through."""
    if wanted.model_differs:
        return None
    found = sa.select(items.c.id).where(present(project.id), *conditions(project, wanted)).limit(MOST_COUNTED)
    return int(tx.execute(sa.select(sa.func.count()).select_from(found.subquery())).scalar_one())


def conditions(project: Project, wanted: Filter) -> list[Any]:
    found: list[Any] = []
    if wanted.label is not None or wanted.min is not None or wanted.max is not None:
        answer = sa.select(sa.literal(1)).where(answers.c.item_id == items.c.id, *_answered(project, wanted))
        found.append(sa.exists(answer))
    if wanted.unlabeled:
        given = sa.select(sa.literal(1)).where(current_labels.c.item_id == items.c.id)
        found.append(sa.not_(sa.exists(given)))
    if wanted.labeled or wanted.model_differs:
        found.append(sa.exists(sa.select(sa.literal(1)).where(answers.c.item_id == items.c.id)))
    if wanted.labeler is not None:
        theirs = (current_labels.c.item_id == items.c.id, current_labels.c.labeler_id == wanted.labeler)
        found.append(sa.exists(sa.select(sa.literal(1)).where(*theirs)))
    if wanted.disagreement:
        split = sa.select(sa.literal(1)).where(answers.c.item_id == items.c.id, answers.c.confidence < 1)
        found.append(sa.exists(split))
    if wanted.flagged:
        open_flag = (
            sa.select(sa.literal(1))
            .select_from(flags)
            .where(flags.c.item_id == items.c.id, flags.c.resolved_at.is_(None), flags.c.undone_at.is_(None))
        )
        found.append(sa.exists(open_flag))
    if wanted.split is not None:
        found.append(items.c.split == wanted.split)
    if wanted.q:
        found.append(_searched(wanted.q))
    return found


def _searched(words: str) -> Any:
    """Texts, metadata and keys with these words: upper and lower case alike, letters composed or not, and whatever
    stands between the words, a space or the end of a line."""
    wanted = " ".join(words.split())
    places: list[tuple[Any, bool]] = [
        (sa.cast(column, sa.Text), True) for column in (items.c.content, items.c.metadata)
    ]
    places.append((sa.cast(items.c.key, sa.Text), False))
    found = []
    for place, is_json in places:
        where = place
        if " " in wanted:
            for end in ("\\r\\n", "\\n", "\\t") if is_json else ():
                where = sa.func.replace(where, end, " ")
        if wanted.isascii():  # the database's own way is several times as fast
            found.append(where.icontains(_as_json(wanted) if is_json else wanted, autoescape=True))
            continue
        for form in {unicodedata.normalize(kind, wanted) for kind in ("NFC", "NFD")} | {wanted}:
            text = _as_json(form) if is_json else form
            found.append(lowered(where).contains(text.lower(), autoescape=True))
    return sa.or_(*found)


def _as_json(words: str) -> str:
    return orjson.dumps(words).decode()[1:-1]


def _answered(project: Project, wanted: Filter) -> list[Any]:
    """Raises `Invalid` when numbers are asked for where answers are none."""
    found: list[Any] = []
    if wanted.label is not None:
        found.append(holds(answers.c.labels, wanted.label))
    if wanted.min is not None or wanted.max is not None:
        if not hasattr(project.schema, "scale"):
            raise Invalid("min and max filter by numbers, and the answers of this project are none.")
        number = sa.cast(sa.cast(answers.c.value, sa.Text), sa.Float)
        if wanted.min is not None and wanted.max is not None and wanted.min > wanted.max:
            raise Invalid(
                f"min is {wanted.min:g}, expected at most max ({wanted.max:g}).",
                errors=[{"pointer": "/min", "detail": "is above max"}],
            )
        if wanted.min is not None:
            found.append(number >= wanted.min)
        if wanted.max is not None:
            found.append(number <= wanted.max)
    return found


def items_out(tx: Connection, settings: Settings, project: Project, rows: Any) -> list[ItemOut]:
    ids = [row.id for row in rows]
    given, answered = labels_of(tx, project, ids), answers_of(tx, ids)
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
    """Everything people ever said about an item, oldest first."""
    item_id = find_item(tx, project_id, key).id
    entries: list[HistoryEntry] = []
    for table, kind in ((labels, "label"), (flags, "flag"), (skips, "skip")):
        statement = sa.select(table, users.c.name, users.c.kind.label("labeler_kind")).join(
            users, users.c.id == table.c.labeler_id
        )
        for row in tx.execute(statement.where(table.c.item_id == item_id)):
            known = row._mapping
            entries.append(
                HistoryEntry(
                    kind="undo" if kind == "label" and row.value is None else kind,
                    at=row.created_at,
                    labeler={"id": row.labeler_id, "name": row.name, "kind": row.labeler_kind},
                    value=known.get("value"),
                    reason=known.get("reason"),
                    note=known.get("note"),
                    guideline_version=row.guideline_version,
                    source=known.get("source"),
                    schema_version=known.get("schema_version"),
                )
            )
    return sorted(entries, key=lambda entry: entry.at)
