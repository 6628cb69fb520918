"""How long an import pauses between two batches, so that others get their turn at the writer."""

from sqlalchemy import Connection

PAUSE_SECONDS = 0.005
MOST_SECONDS = 0.1
IN_A_ROW = 2
"""So many batches in a row must have seen others: a single write, such as a heartbeat, is no crowd."""


class Pace:
    """SQLite has one writer: while others write again and again, an import leaves it to them half of the time. Whether
    they do is asked of SQLite itself (`PRAGMA data_version` changes with commits of other connections)."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._in_a_row = 0

    def look(self, tx: Connection) -> None:
        """Notice whether others wrote since the last look; in each batch's own transaction."""
        if tx.dialect.name != "sqlite":
            return
        version = tx.exec_driver_sql("PRAGMA data_version").scalar_one()
        self._in_a_row = self._in_a_row + 1 if self._version not in (None, version) else 0
        self._version = version

    def pause(self, took: float) -> float:
        """Seconds to pause after a batch that took so many."""
        return min(took, MOST_SECONDS) if self._in_a_row >= IN_A_ROW else min(took / 4, PAUSE_SECONDS)
