"""Counts of a project's items and labels, at a million of them as fast as at a thousand.

A small project is counted at each look. Of a large one the counts are kept with the item and the label up to which they
go (`project_counts`); what came later is added, and a count that has grown old is made again in the background.
"""

import time
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items, present
from labeler.kit.columns import clock, to_micros
from labeler.kit.db import upsert
from labeler.labels.stream import high_water
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import Project
from labeler.projects.tables import project_counts
from labeler.quality.queries import used

QUARTER = 15 * 60 * 1_000_000  # microseconds: every time zone begins its day at one of them
DAYS_KEPT = 32
BREAK_MS = 300_000  # longer than this for one label is a break, not work
KEPT_FROM = 20_000  # items or labels
FRESH_SECONDS = 5.0  # and twenty times as long as counting took
MOST_LATER = 50_000  # labels that are added at a look
IS_OPEN = items.c.needed > sa.literal_column("0")


@dataclass(frozen=True)
class Tally:
    """What there is. by_labeler: (labeler, kind) -> [labels, of them timed, their milliseconds]; quarters: the labels
    given in each quarter of an hour of the last days by people; of_labeler: the same by labeler, two days."""

    items: int = 0
    open: int = 0
    holdout: int = 0
    holdout_open: int = 0
    by_label: dict[str, int] = field(default_factory=dict)
    by_labeler: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    quarters: dict[int, int] = field(default_factory=dict)
    of_labeler: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def labels(self) -> int:
        return sum(row[0] for row in self.by_labeler.values())

    def given_by(self, labeler_id: int) -> int:
        return sum(row[0] for (who, kind), row in self.by_labeler.items() if who == labeler_id and kind == "person")

    def since(self, moment: datetime, labeler_id: int | None = None) -> int:
        """Labels given since then, at most two days ago."""
        first = to_micros(moment) // QUARTER
        if labeler_id is None:
            return sum(n for quarter, n in self.quarters.items() if quarter >= first)
        mine = ((quarter, n) for (who, quarter), n in self.of_labeler.items() if who == labeler_id)
        return sum(n for quarter, n in mine if quarter >= first)


@dataclass(frozen=True)
class Kept:
    """A tally that was kept."""

    tally: Tally
    items_until: int
    labels_until: int
    stale: bool


def tally_of(tx: Connection, project: Project) -> tuple[Tally, bool]:
    """The project's counts of now, and whether they should be made again in the background."""
    kept = _kept(tx, project.id)
    if kept is None:
        return count(tx, project), _is_large(tx, project.id)
    return _with_later(tx, project, kept), kept.stale


def count(tx: Connection, project: Project, labels_until: int | None = None) -> Tally:
    """Count everything; labels_until: leave out later labels."""
    parts = sa.select(items.c.split, IS_OPEN, sa.func.count())
    pool = Counter[tuple[str, bool]]()
    for split, is_open, n in tx.execute(parts.where(present(project.id)).group_by(items.c.split, IS_OPEN)):
        pool[split, bool(is_open)] += n
    holdout_open = pool["holdout", True]
    found = Tally(
        items=pool.total(),
        open=sum(n for (_, is_open), n in pool.items() if is_open),
        holdout=holdout_open + pool["holdout", False],
        holdout_open=holdout_open,
        by_label=dict(used(tx, project)),
    )
    quarter = _quarter()
    worked = sa.case((labels.c.elapsed_ms < BREAK_MS, labels.c.elapsed_ms))
    given = (
        sa.select(
            labels.c.labeler_id,
            labels.c.kind,
            quarter.label("quarter"),
            sa.func.count().label("n"),
            sa.func.count(worked).label("timed"),
            sa.func.coalesce(sa.func.sum(worked), 0).label("ms"),
        )
        .select_from(current_labels.join(labels, labels.c.id == current_labels.c.label_id))
        .where(current_labels.c.project_id == project.id)
        .group_by(labels.c.labeler_id, labels.c.kind, quarter)
    )
    if labels_until is not None:
        given = given.where(current_labels.c.label_id <= labels_until)
    now = _now_quarter(tx)
    for row in tx.execute(given):
        _add(found, row.labeler_id, row.kind, int(row.quarter), row.n, row.timed, int(row.ms), now)
    return found


def keep(tx: Connection, project: Project, tally: Tally, items_until: int, labels_until: int, took: float) -> None:
    row = {
        "project_id": project.id,
        "tally": _to_json(tally),
        "total": tally.items,
        "items_until": items_until,
        "labels_until": labels_until,
        "took_ms": round(1000 * took),
        "counted_at": clock(),
    }
    insert = upsert(tx, project_counts).values(row)
    tx.execute(insert.on_conflict_do_update(index_elements=["project_id"], set_=row))


def count_to_keep(tx: Connection, project: Project, labels_until: int) -> tuple[Tally, int, float]:
    """The tally, the last item in it, and the seconds it took."""
    started = time.perf_counter()
    last = tx.execute(sa.select(sa.func.max(items.c.id)).where(items.c.project_id == project.id)).scalar() or 0
    return count(tx, project, labels_until), int(last), time.perf_counter() - started


labels_until = high_water


def _is_large(tx: Connection, project_id: int) -> bool:
    for table in (items, labels):
        some = sa.select(table.c.id).where(table.c.project_id == project_id).offset(KEPT_FROM).limit(1)
        if tx.execute(some).first() is not None:
            return True
    return False


def _kept(tx: Connection, project_id: int) -> Kept | None:
    statement = sa.select(project_counts, clock().label("now"))
    row = tx.execute(statement.where(project_counts.c.project_id == project_id)).one_or_none()
    if row is None:
        return None
    old = (row.now - row.counted_at).total_seconds() > max(FRESH_SECONDS, 20 * row.took_ms / 1000)
    return Kept(_from_json(row.tally), row.items_until, row.labels_until, old)


def _with_later(tx: Connection, project: Project, kept: Kept) -> Tally:
    """With the items and labels that came after the count."""
    new = sa.select(items.c.split, IS_OPEN, sa.func.count()).where(present(project.id), items.c.id > kept.items_until)
    pool = Counter[tuple[str, bool]]()
    for split, is_open, n in tx.execute(new.group_by(items.c.split, IS_OPEN)):
        pool[split, bool(is_open)] += n
    found = replace(
        kept.tally,
        items=kept.tally.items + pool.total(),
        open=kept.tally.open + sum(n for (_, is_open), n in pool.items() if is_open),
        holdout=kept.tally.holdout + sum(n for (split, _), n in pool.items() if split == "holdout"),
        holdout_open=kept.tally.holdout_open + pool["holdout", True],
    )
    before = labels.alias("before")
    later = (
        sa.select(
            labels.c.id,
            labels.c.labeler_id,
            labels.c.kind,
            labels.c.source,
            labels.c.value.is_(None).label("undone"),
            labels.c.supersedes,
            labels.c.elapsed_ms,
            _quarter().label("quarter"),
            labels.c.item_id,
            before.c.elapsed_ms.label("before_ms"),
            _quarter(before).label("before_quarter"),
            before.c.kind.label("before_kind"),
            before.c.source.label("before_source"),
            items.c.needed,
            items.c.split,
        )
        .join(items, items.c.id == labels.c.item_id)
        .outerjoin(before, before.c.id == labels.c.supersedes)
        .where(labels.c.project_id == project.id, labels.c.id > kept.labels_until)
        .order_by(labels.c.id)
        .limit(MOST_LATER)
    )
    now = _now_quarter(tx)
    changed = Counter[int]()  # labels that count, by item
    state: dict[int, tuple[bool, bool]] = {}  # of items that were counted: open, holdout
    for row in tx.execute(later):
        if row.supersedes is not None and row.before_kind is not None:
            timed = row.before_ms is not None and row.before_ms < BREAK_MS
            ms = row.before_ms if timed else 0
            _add(found, row.labeler_id, row.before_kind, int(row.before_quarter), -1, -int(timed), -ms, now)
            before_id = (row.before_kind, row.labeler_id, row.before_source, row.supersedes)
            changed[row.item_id] -= project.counts(*before_id)
        if not row.undone:
            timed = row.elapsed_ms is not None and row.elapsed_ms < BREAK_MS
            ms = row.elapsed_ms if timed else 0
            _add(found, row.labeler_id, row.kind, int(row.quarter), 1, int(timed), ms, now)
            changed[row.item_id] += project.counts(row.kind, row.labeler_id, row.source, row.id)
        if row.item_id <= kept.items_until:
            state[row.item_id] = (row.needed > 0, row.split == "holdout")
    given = _counted_labels(tx, project.id, kept.labels_until)
    opened = held = 0
    for item, (is_open, in_holdout) in state.items():
        was_open = given.get(item, 0) - changed[item] < project.settings.overlap
        opened += is_open - was_open
        held += in_holdout * (is_open - was_open)
    return replace(
        found,
        open=min(found.items, max(0, found.open + opened)),
        holdout_open=min(found.holdout, max(0, found.holdout_open + held)),
    )


def _counted_labels(tx: Connection, project_id: int, after: int) -> dict[int, int]:
    """How many labels count now on each item that was labeled after a label."""
    touched = sa.select(labels.c.item_id).where(labels.c.project_id == project_id, labels.c.id > after)
    counted = sa.select(current_labels.c.item_id, sa.func.count().label("n")).where(
        current_labels.c.item_id.in_(touched), current_labels.c.counted
    )
    return {row.item_id: row.n for row in tx.execute(counted.group_by(current_labels.c.item_id))}


def _quarter(of: Any = labels) -> Any:
    return sa.cast(of.c.created_at, sa.BigInteger) // sa.literal_column(str(QUARTER), sa.BigInteger)


def _now_quarter(tx: Connection) -> int:
    return to_micros(tx.execute(sa.select(clock())).scalar_one()) // QUARTER


def _add(into: Tally, who: int, kind: str, quarter: int, n: int, timed: int, ms: int, now: int) -> None:
    row = into.by_labeler.setdefault((who, kind), [0, 0, 0])
    row[0], row[1], row[2] = row[0] + n, row[1] + timed, row[2] + ms
    if kind != "person" or quarter < now - DAYS_KEPT * 96:
        return
    into.quarters[quarter] = into.quarters.get(quarter, 0) + n
    if quarter >= now - 3 * 96:
        into.of_labeler[who, quarter] = into.of_labeler.get((who, quarter), 0) + n


def _to_json(tally: Tally) -> dict[str, Any]:
    """JSON has no keys but strings."""
    plain = asdict(tally)
    plain["by_labeler"] = [[*key, *row] for key, row in tally.by_labeler.items()]
    plain["quarters"] = list(tally.quarters.items())
    plain["of_labeler"] = [[*key, n] for key, n in tally.of_labeler.items()]
    return plain


def _from_json(plain: dict[str, Any]) -> Tally:
    return Tally(
        **{
            **plain,
            "by_labeler": {(who, kind): list(row) for who, kind, *row in plain["by_labeler"]},
            "quarters": {quarter: n for quarter, n in plain["quarters"]},
            "of_labeler": {(who, quarter): n for who, quarter, n in plain["of_labeler"]},
        }
    )
