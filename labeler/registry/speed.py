"""Whether a model answers slower than it did: this week beside the four before, else beside what was measured.

A request with many items takes longer, so only requests of about as many items are compared: those of which there were
most this week. Slower is told where the whole interval of this week's p95 is beyond what would stop a canary.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.columns import EPOCH, clock
from labeler.kit.db import upsert
from labeler.registry.buckets import FEWEST_TIMED, SLOWER, SLOWER_MS, percentile_between
from labeler.registry.tables import model_use_days
from labeler.wire.registry import Speed

WEEK, BEFORE = 7, 28
"""Days that are looked at, and of the time before them."""
SIZES = (1, 10, 100)
"""Requests of at most so many items are of one size."""


def size_of(items: int) -> int:
    return next((place for place, most in enumerate(SIZES) if items <= most), len(SIZES))


def add_day(tx: Connection, counts: Mapping[tuple[int, int, int, int, int], int]) -> None:
    """counts: requests by project, model, change, size and bucket. Days that nobody looks at any more are dropped."""
    today = _today(tx)
    for (project_id, model_id, change_id, size, bucket), requests in sorted(counts.items()):
        where = {"change_id": change_id, "day": today, "size": size, "bucket": bucket}
        row = upsert(tx, model_use_days).values(project_id=project_id, model_id=model_id, **where, requests=requests)
        more = {"requests": model_use_days.c.requests + requests}
        tx.execute(row.on_conflict_do_update(index_elements=list(where), set_=more))
    for project_id in {key[0] for key in counts}:
        old = (model_use_days.c.project_id == project_id, model_use_days.c.day <= today - WEEK - BEFORE)
        tx.execute(sa.delete(model_use_days).where(*old))


def speed_of(tx: Connection, row: Any) -> Speed | None:
    """row: of a model that is asked, with its `change_id`. None: too few requests came this week."""
    days = _by_size(tx, row.change_id)
    asked = {size: sum(week.values()) for size, (week, _) in days.items()}
    size = max(asked, key=lambda one: (asked[one], -one), default=None)
    if size is None or asked[size] < FEWEST_TIMED:
        return None
    week, before = days[size]
    now = percentile_between(week, 0.95)
    usual, compared = None, None
    if sum(before.values()) >= FEWEST_TIMED:
        usual, compared = percentile_between(before, 0.95), "weeks"
    elif size == 0 and (measured := (row.cost or {}).get("p95_ms")) and measured.get("value") is not None:
        usual, compared = (measured["value"], measured["low"], measured["high"]), "measured"
    known = usual is not None and usual[2] is not None
    most = usual[2] if usual is not None and known else None
    return Speed(
        items_from=1 if size == 0 else SIZES[size - 1] + 1,
        items_to=SIZES[size] if size < len(SIZES) else None,
        requests=asked[size],
        p95_ms=now[0],
        low_ms=now[1],
        high_ms=now[2],
        usual_ms=None if usual is None else usual[0],
        compared=compared,
        slower=most is not None and now[1] > SLOWER * most and now[1] > most + SLOWER_MS,
    )


def _by_size(tx: Connection, change_id: int) -> dict[int, tuple[dict[int, int], dict[int, int]]]:
    """Requests by bucket, of this week and of the time before, by size."""
    today, many = _today(tx), sa.func.sum(model_use_days.c.requests)
    is_new = sa.case((model_use_days.c.day > today - WEEK, 1), else_=0)
    statement = sa.select(model_use_days.c.size, is_new, model_use_days.c.bucket, many).where(
        model_use_days.c.change_id == change_id, model_use_days.c.day > today - WEEK - BEFORE
    )
    found: dict[int, tuple[dict[int, int], dict[int, int]]] = {}
    for size, new, bucket, n in tx.execute(statement.group_by(model_use_days.c.size, is_new, model_use_days.c.bucket)):
        week, before = found.setdefault(int(size), ({}, {}))
        (week if new else before)[int(bucket)] = int(n)
    return found


def _today(tx: Connection) -> int:
    now = tx.execute(sa.select(clock())).scalar_one()
    return int((now - EPOCH).days)
