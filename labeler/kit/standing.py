"""Whether the database is still the one that this process began with (G32).

A file that is deleted or replaced goes on being written to by those who have it open, and what is written is lost. So
every transaction looks whether the file is the same (a microsecond), and a thread of the API looks at what is in it.
"""

import os
import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, ProgrammingError

from labeler.kit.config import Settings
from labeler.kit.errors import Unavailable
from labeler.kit.installation import installation_id

WATCH_SECONDS = 2.0
DAMAGED = "The database file is damaged: nothing is read or written any more. Stop the service and restore a backup."
REPLACED = (
    "The database file was replaced or deleted while the service ran: nothing is read or written any more. Put it "
    "back, then start the service again."
)
FOREIGN = "This is not the database that the service was started with: nothing is read or written any more."


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file is no (whole) database."""
    original = getattr(error, "orig", None)
    text = str(original).lower()
    return isinstance(original, sqlite3.DatabaseError) and ("malformed" in text or "not a database" in text)


def is_torn(path: Path) -> bool:
    """Whether a file is no whole SQLite database: another header, or fewer pages than the header counts.
    https://www.sqlite.org/fileformat.html#the_database_header"""
    try:
        with open(path, "rb") as file:
            header = file.read(100)
            size = file.seek(0, 2)
    except FileNotFoundError:
        return False  # gone, which is another matter
    if not header.startswith(b"SQLite format 3\0"):
        return True
    page = int.from_bytes(header[16:18], "big")
    pages, valid_for = int.from_bytes(header[28:32], "big"), header[92:96] == header[24:28]
    return valid_for and size < pages * (65536 if page == 1 else page)


class Standing:
    """`fault`: why nothing is read or written any more, or empty."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.fault = ""
        self._engine = engine
        self._path = str(sa.make_url(settings.url).database) if settings.is_sqlite else ""
        self._file: tuple[int, int] | None = None
        self._size = 0
        self._doubt = False
        self._written: tuple[str, int] | None = None
        self._id: str | None = None

    def check(self) -> None:
        """Raises `Unavailable` where this is not the database any more. Call it with a connection that is open."""
        if self._path and not self.fault:
            try:
                found = os.stat(self._path)
                file, size = (found.st_dev, found.st_ino), found.st_size
            except FileNotFoundError:
                file, size = (0, 0), 0
            if self._file not in (None, file):
                self.fault = REPLACED
            elif size < self._size:
                self.fault = DAMAGED  # it only grows
            self._file, self._size = file, size
        if self.fault:
            raise Unavailable(self.fault)

    def note(self, error: Exception) -> None:
        """An error of the database: it may say that the file is damaged."""
        if is_damage(error):
            self.fault = DAMAGED
        elif isinstance(error, ProgrammingError) and not self._path:  # a table is gone: with the whole database?
            with suppress(DBAPIError):
                self.look()

    def watch(self, closing: threading.Event) -> None:
        """Notice within seconds, though nobody asks for anything."""
        while True:
            with suppress(Exception):
                self.look()
            if closing.wait(WATCH_SECONDS):
                return

    def look(self) -> bool:
        """Whether it is still ours, by what is in it. False, too, while there is doubt: then don't touch the file."""
        if self._path:
            with suppress(Unavailable):
                self.check()
            doubted, self._doubt = self._doubt, not self.fault and self._is_other_file()
            if doubted and self._doubt:
                self.fault = REPLACED
            return not (self.fault or self._doubt)
        try:
            with self._engine.connect() as connection:
                found = installation_id(connection)
        except ProgrammingError:  # its table is gone
            found = None
        self._id = self._id or found
        self.fault = "" if found == self._id else FOREIGN
        return not self.fault

    def _is_other_file(self) -> bool:
        """What stands in the file itself, without its log: connections remember pages that may be there no more. A copy
        of an earlier state that was written over it shows as a probe that came before the last one seen."""
        if is_torn(Path(self._path)):
            return True
        address = f"file:{quote(self._path)}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            try:
                row = connection.execute("SELECT id, coalesce(probed_at, 0) FROM installation").fetchone()
            except sqlite3.OperationalError:  # of an earlier version
                row = None
        before, self._written = self._written, row or self._written
        if before is None:
            return False
        if row is None:
            return True
        if row[0] == before[0] and row[1] >= before[1]:
            return False
        self._written = before
        return True
