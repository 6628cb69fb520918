"""How much an import writes at once and how long it pauses, so that others get their turn at the writer."""

from sqlalchemy import Connection

ROWS, FEW_ROWS = 1000, 200
PAUSE_SECONDS = 0.005
MOST_SECONDS = 0.1
IN_A_ROW = 2
"""So many batches in a row must have seen others: a single write, such as a heartbeat, is no crowd."""


class Pace:
    """SQLite has one writer: while others write again and again, an import takes few rows at once (it has a low
    priority: what holds the writer should be done before the processor is taken away), and leaves the writer to them
    half of the time. Whether they do is asked of SQLite itself (`PRAGMA data_version` changes with commits of other
    connections)."""

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

    @property
    def crowded(self) -> bool:
        """Whether others write again and again."""
        return self._in_a_row >= IN_A_ROW

    @property
    def rows(self) -> int:
        """So many make a batch."""
        return FEW_ROWS if self.crowded else ROWS

    def pause(self, took: float) -> float:
        """Seconds to pause after a batch that took so many."""
        return min(took, MOST_SECONDS) if self.crowded else min(took / 4, PAUSE_SECONDS)
