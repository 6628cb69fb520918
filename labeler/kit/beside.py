"""Rows that belong to items and come in another order than the items: they wait on disk, however many they are."""

import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson


class Beside:
    """What belongs to items, by item, on disk."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="labeler-beside-")
        path = Path(self._folder.name) / "beside"
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("CREATE TABLE beside (item INTEGER, kind INTEGER, value BLOB)")

    def __enter__(self) -> "Beside":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        self._db.close()
        self._folder.cleanup()

    def keep(self, kind: int, rows: Iterable[tuple[int, Any]]) -> None:
        """rows: (item, what belongs to it)."""
        self._db.execute("BEGIN")
        values = ((item, kind, orjson.dumps(value)) for item, value in rows)
        self._db.executemany("INSERT INTO beside VALUES (?, ?, ?)", values)
        self._db.execute("COMMIT")

    def sort(self) -> None:
        self._db.execute("CREATE INDEX by_item ON beside (item)")

    def between(self, first: int, last: int) -> dict[tuple[int, int], list[Any]]:
        """What was kept for these items, by (item, kind), in the order in which it was."""
        found: dict[tuple[int, int], list[Any]] = {}
        wanted = "SELECT item, kind, value FROM beside WHERE item BETWEEN ? AND ? ORDER BY item, rowid"
        for item, kind, value in self._db.execute(wanted, (first, last)):
            found.setdefault((item, kind), []).append(orjson.loads(value))
        return found

    def of(self, item: int, kind: int, most: int) -> list[Any]:
        """What was kept for one item, in the order in which it was; at most so many."""
        wanted = "SELECT value FROM beside WHERE item = ? AND kind = ? ORDER BY rowid LIMIT ?"
        return [orjson.loads(value) for (value,) in self._db.execute(wanted, (item, kind, most))]
