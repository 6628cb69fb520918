"""The database's clock may jump (G23): what was to happen in an hour still happens in an hour.

Terms (leases of items and jobs, times to try again, sessions, locks) are stored as times of the database's clock. When
somebody sets that clock, they would all end at once, or not for days. So every process that serves or works compares it
with the time that has passed since the machine started, which nobody sets, and who finds that it jumped moves all terms
by as much, in one transaction. Columns say that they are terms: `deadline()` and `created_at(moves=True)` in
`kit/columns.py`. What has happened keeps the time it was written down with; its order is that of the ids.

Exactly one of several processes moves them: `installation.looked_at` is when one last looked, by the database's clock.
A jump forward is at most as long as nobody looked, and who moves the terms has looked. A jump back shows as a look in
the future, to a process that starts afterwards, too. A machine that is suspended has not jumped: CLOCK_BOOTTIME goes on
meanwhile. Jumps below JUMP_SECONDS are left alone, as those of a clock that is being adjusted.
"""

import time
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from labeler.kit.columns import clock, metadata, moves
from labeler.kit.installation import installation

JUMP_SECONDS = 10.0
MARK_SECONDS = 4.0
"""So often somebody's look is written down: well below JUMP_SECONDS."""
LOOK_SECONDS = 2.0
MICROS = 1_000_000
ELAPSED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _elapsed() -> float:
    return time.clock_gettime(ELAPSED)


class ClockWasSet(Exception):
    """While a transaction ran: it is rolled back and done again."""


@dataclass(frozen=True)
class Look:
    """The database's clock (microseconds), the time that had passed, and this machine's clock less that time."""

    clock: int
    elapsed: float
    offset: float = 0.0


def shift(tx: Connection, micros: int) -> None:
    """Move all terms. The caller has every table loaded."""
    for table in metadata.sorted_tables:
        columns = [column for column in table.columns if moves(column)]
        if columns:
            moved = {column: sa.type_coerce(column, sa.BigInteger) + micros for column in columns}
            some = sa.or_(*(column.is_not(None) for column in columns))
            tx.execute(sa.update(table).where(some).values(moved))


def jumped(last: Look | None, now: Look, looked_at: int | None) -> int:
    """By how many microseconds the database's clock jumped, as far as nobody has noticed yet; 0: it did not."""
    if looked_at is None:
        return 0
    least, unseen = round(JUMP_SECONDS * MICROS), now.clock - looked_at
    seen = 0 if last is None else now.clock - last.clock - round((now.elapsed - last.elapsed) * MICROS)
    if seen > least and unseen > least:
        return min(seen, unseen)
    if seen < -least and unseen < 0:
        return seen
    return unseen if unseen < -least else 0


class Timekeeper:
    """One process's view of the clock."""

    def __init__(self) -> None:
        self._last: Look | None = None
        self._offset = self._local()

    @staticmethod
    def _local() -> float:
        """Changes only when this machine's clock is set: for SQLite that is the database's."""
        return time.time() - _elapsed()

    def suspects(self) -> bool:
        """Whether this machine's clock was set since the last look: costs nothing, so that every write asks."""
        return abs(self._local() - self._offset) > JUMP_SECONDS

    def is_due(self) -> bool:
        return self._last is None or self.suspects() or _elapsed() - self._last.elapsed >= LOOK_SECONDS

    def look(self, tx: Connection) -> Look:
        """Compare the clocks and do what is needed in this transaction; `keep` the look once it is committed."""
        offset = self._local()
        locked = sa.select(sa.type_coerce(installation.c.looked_at, sa.BigInteger)).with_for_update()
        looked_at = tx.execute(locked).scalar()
        now = Look(tx.execute(sa.select(sa.type_coerce(clock(), sa.BigInteger))).scalar_one(), _elapsed(), offset)
        jump = jumped(self._last, now, looked_at)
        if jump:
            shift(tx, jump)
            structlog.get_logger().warning("the database's clock jumped: terms moved along", seconds=jump / MICROS)
        if jump or looked_at is None or now.clock - looked_at >= MARK_SECONDS * MICROS or now.clock < looked_at:
            tx.execute(sa.update(installation).values(looked_at=sa.literal(now.clock, sa.BigInteger)))
        return now

    def keep(self, look: Look) -> None:
        self._last, self._offset = look, look.offset
