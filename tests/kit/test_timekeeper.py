"""Terms move along when the database's clock jumps: once, by who notices it first (G23)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from labeler import rooms
from labeler.accounts.sessions import sessions
from labeler.client import Project
from labeler.kit import timekeeper
from labeler.kit.columns import Timestamp, metadata, moves
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.installation import installation
from labeler.kit.timekeeper import MICROS, Look, jumped, shift
from labeler.queue.tables import leases

DAY = 86_400
HISTORY = {
    "aside.created_at",  # the order in which somebody is asked again
    "api_tokens.expires_at",  # a date that its owner chose
    "identities.last_at",
    "installation.looked_at",
    "installation.probed_at",
    "webhook_deliveries.at",
}
"""Times that stay as they were written, beside those by which the past is told: created_at, used_at and the like."""
PAST = {"created_at", "at", "used_at", "last_used_at", "revoked_at", "published_at", "removed_at", "undone_at"}
PAST |= {"resolved_at", "read_at", "deleted_at", "changed_at", "off_at", "attempted_at", "started_at", "finished_at"}
PAST |= {"ended_at", "answered_at", "decided_at", "since", "last_at", "fetched_at", "checked_at"}


def test_every_time_is_a_term_or_of_the_past() -> None:
    rooms.load_tables()
    times = [
        column for table in metadata.tables.values() for column in table.columns if isinstance(column.type, Timestamp)
    ]
    undecided = [str(one) for one in times if not moves(one) and one.name not in PAST and str(one) not in HISTORY]
    assert undecided == [], "write deadline(...) where something ends or begins then"


@pytest.mark.parametrize(
    ("clock_went", "time_went", "unseen", "jump"),
    [
        (1, 1, 3, 0),
        (8, 1, 9, 0),  # too small to be one
        (DAY + 1, 1, DAY + 4, DAY),
        (DAY + 1, 1, 2, 0),  # another process noticed first
        (DAY, DAY, DAY, 0),  # a machine that slept
        (-DAY + 1, 1, -DAY + 4, -DAY),
        (-DAY + 1, 1, 2, 0),
        (None, 1, -DAY, -DAY),  # it was set back while nothing ran
        (None, 1, DAY, 0),  # nothing ran for a day
    ],
)
def test_what_counts_as_a_jump(clock_went: int | None, time_went: int, unseen: int, jump: int) -> None:
    start = 10**15
    last = None if clock_went is None else Look(start, 100.0)
    now = Look(start + (clock_went or 0) * MICROS, 100.0 + time_went)
    assert jumped(last, now, now.clock - unseen * MICROS) == jump * MICROS
    assert jumped(last, now, None) == 0


@pytest.fixture
def two(service: Any, settings: Settings) -> Iterator[list[Database]]:
    rooms.load_tables()
    both = [Database(settings, keeps_time=True) for _ in range(2)]
    for one in both:
        one.keep_time()
    yield both
    for one in both:
        one.close()


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch, db: Database) -> Callable[[int], None]:
    """As it looks when the clock was set: terms and the last look lie in the past, or in the future; no time passed."""
    passed = [0.0]
    monkeypatch.setattr(timekeeper, "_elapsed", lambda real=timekeeper._elapsed: real() + passed[0])

    def by(seconds: int) -> None:
        passed[0] -= seconds
        db.write(shift, -seconds * MICROS)
        looked = sa.update(installation).values(
            looked_at=sa.type_coerce(installation.c.looked_at, sa.BigInteger) - seconds * MICROS
        )
        db.write(lambda tx: tx.execute(looked).rowcount)

    return by


def ends(db: Database) -> list[Any]:
    return [
        db.read(lambda tx, column=column: tx.execute(sa.select(column)).scalars().all())
        for column in (leases.c.expires_at, sessions.c.expires_at)
    ]


@pytest.mark.parametrize("seconds", [DAY, -DAY - 3600])
def test_what_is_held_stays_held_for_as_long(
    seconds: int,
    service: Any,
    project: Project,
    add_texts: Callable[..., Any],
    db: Database,
    two: list[Database],
    jump: Callable[[int], None],
) -> None:
    service.db.close()
    add_texts(6)
    project.queue.next(3)
    before = ends(db)
    jump(seconds)
    moved = ends(db)
    assert moved != before
    for one in two:
        one.keep_time()
    for was, now in zip(before[0], ends(db)[0], strict=True):
        assert abs((now - was).total_seconds()) < 6
