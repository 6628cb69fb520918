"""Whether the database is still the one that this process began with (G32).

A file that is deleted or replaced goes on being written to by those who have it open, and what is written is lost. So
every transaction looks whether the file is the same (a microsecond), and a thread of the API looks at what is in it.
"""

import os
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, ProgrammingError

from labeler.kit.config import Settings
from labeler.kit.errors import Unavailable
from labeler.kit.installation import installation_id
from labeler.lean import without

with without("rich"):
    import structlog

WATCH_SECONDS = 2.0
DOUBT_SECONDS = 1.0
"""So long a file must seem to be another one before it is taken for one."""
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


def is_torn(path: Path, *, with_log: bool = True) -> bool:
    """Whether a file is no whole SQLite database: another header, or pages that the header counts stand neither in the
    file nor in its log (where those of a checkpoint that goes on, or was cut off, still are).

    SQLite is asked, and not the file: to close a file takes away all locks that this process has on it. The next
    process that ended its work on the database, such as a backup, would take itself for the last one and delete the log
    that is written to here. https://www.sqlite.org/howtocorrupt.html (2.2)
    """
    try:
        with closing(as_it_stands(path)) as connection:
            connection.execute("PRAGMA page_count").fetchone()
            return False
    except sqlite3.DatabaseError as error:
        if "malformed" not in str(error):
            return "not a database" in str(error)
    return not with_log or not _missing_pages(path) <= pages_in_log(path, _page_size(_header(path)))


def _missing_pages(path: Path) -> set[int]:
    """The numbers of the pages that the header counts and the file does not have."""
    header = _header(path)
    return set(range(path.stat().st_size // _page_size(header) + 1, int.from_bytes(header[28:32], "big") + 1))


def _page_size(header: bytes) -> int:
    found = int.from_bytes(header[16:18], "big")
    return 65536 if found == 1 else found


_open: dict[tuple[int, int], int] = {}
"""Files that a header was read from. They stay open, since closing one would take away the locks on it."""


def _header(path: Path) -> bytes:
    found = path.stat()
    file = (found.st_dev, found.st_ino)
    if file not in _open:
        _open[file] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return os.pread(_open[file], 100, 0)


def as_it_stands(path: Path) -> sqlite3.Connection:
    """A database's file without its log and without locks, to read from."""
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)


def pages_in_log(path: Path, page: int) -> set[int]:
    """The numbers of the pages that stand in the log of a database. https://www.sqlite.org/fileformat.html#walformat"""
    found: set[int] = set()
    with suppress(FileNotFoundError), open(f"{path}-wal", "rb") as file:
        salt = file.read(32)[16:24]
        while len(frame := file.read(24)) == 24:
            if frame[8:16] == salt:
                found.add(int.from_bytes(frame[:4], "big"))
            file.seek(page, 1)
    return found


class Standing:
    """`fault`: why nothing is read or written any more, or empty."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.fault = ""
        self._engine = engine
        self._path = str(sa.make_url(settings.url).database) if settings.is_sqlite else ""
        self._file: tuple[int, int] | None = None
        self._size = 0
        self._doubted: float | None = None
        self._looking = threading.Lock()
        self._written: tuple[str, int] | None = None
        self._id: str | None = None

    def check(self) -> None:
        """Raises `Unavailable` where this is not the database any more. Call it with a connection that is open."""
        if self._path and not self.fault:
            file_before, size_before = self._file, self._size  # before the look: other threads look, too
            try:
                found = os.stat(self._path)
                file, size = (found.st_dev, found.st_ino), found.st_size
            except FileNotFoundError:
                file, size = (0, 0), 0
            if file_before not in (None, file):
                self._stop(REPLACED, f"file {file_before} became {file}")
            elif size < size_before:  # it only grows
                self._stop(DAMAGED, f"{size_before} bytes became {size}")
            self._file, self._size = file, size
        if self.fault:
            raise Unavailable(self.fault)

    def note(self, error: Exception) -> None:
        """An error of the database: it may say that the file is damaged."""
        if is_damage(error):
            self._stop(DAMAGED, str(error))
        elif isinstance(error, ProgrammingError) and not self._path:  # a table is gone: with the whole database?
            with suppress(DBAPIError):
                self.look()

    def look(self) -> bool:
        """Whether it is still ours, by what is in it. False, too, while there is doubt: then don't touch the file."""
        with self._looking:
            return self._look_at_file() if self._path else self._look_at_server()

    def _stop(self, fault: str, seen: str) -> None:
        if not self.fault:
            structlog.get_logger().error("database_gone", fault=fault, seen=seen)
        self.fault = fault

    def _look_at_file(self) -> bool:
        with suppress(Unavailable):
            self.check()
        doubt = "" if self.fault else self._why_other_file()
        if not doubt:
            self._doubted = None
        elif self._doubted is None:
            self._doubted = time.monotonic()
        elif time.monotonic() - self._doubted >= DOUBT_SECONDS:
            self._stop(REPLACED, doubt)
        return not (self.fault or doubt)

    def _look_at_server(self) -> bool:
        try:
            with self._engine.begin() as connection:
                found = installation_id(connection)
        except ProgrammingError:  # its table is gone
            found = None
        self._id = self._id or found
        if found == self._id:
            self.fault = ""
        else:
            self._stop(FOREIGN, f"installation {self._id} became {found}")
        return not self.fault

    def _why_other_file(self) -> str:
        """Why the file seems to be another one, or empty.

        It looks at what stands in the file itself, without its log: connections remember pages that may be there no
        more. A copy of an earlier state that was written over it shows as a probe that came before the last one seen.
        """
        if is_torn(Path(self._path)):
            return "it is no whole database"
        with closing(as_it_stands(Path(self._path))) as connection:
            try:
                row = connection.execute("SELECT id, coalesce(probed_at, 0) FROM installation").fetchone()
            except sqlite3.DatabaseError as error:
                if "no such table" not in str(error):
                    return ""  # between two pages of a checkpoint; damage shows where it is read through the log
                row = None  # another one's, or of an earlier version
        before = self._written
        if before is None or (row is not None and row[0] == before[0] and row[1] >= before[1]):
            self._written = row or before
            return ""
        return f"{before} was written, {row} is there"
