"""Keys that a file has more than once, wherever: only the first row says what becomes of the item that has the key."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from labeler.imports.check import Batch, Entries


class Keys:
    """The keys of a file so far, on disk: there may be millions."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)  # SQLite's own temporary file
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("CREATE TABLE keys (key TEXT PRIMARY KEY) WITHOUT ROWID")

    def mark(self, batch: Batch, entries: Entries | None = None) -> Batch:
        """The batch with its rows marked whose key was there. entries: its rows, where they are not checked yet."""
        if entries is not None:
            rows = [(number, entry["key"]) for number, entry in entries]
            return replace(batch, repeated=batch.repeated | self._add(rows))
        return batch.marked(self._add((number, row.key) for number, row in batch.rows))

    def _add(self, rows: Iterable[tuple[int, str]]) -> set[int]:
        self._db.execute("BEGIN")
        insert = "INSERT OR IGNORE INTO keys VALUES (?)"
        found = {number for number, key in rows if self._db.execute(insert, (key,)).rowcount == 0}
        self._db.execute("COMMIT")
        return found
