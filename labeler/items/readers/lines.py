"""Lines of a text file in constant memory, however long a line is."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_MARK = "labeler.mark"
_SURROGATE = "\udcff"
_AHEAD = 10
"""To look for the end of rows that have none may cost this many times max_line, and as often the length of all rows
that were read since: a file can ask for that search in every row."""
_EARNED = 2
_SKIPPED = 100
"""And to look for the end of quoted cells that are too long, this many times max_line in one file."""

codecs.register_error(_MARK, lambda error: (_SURROGATE, error.end))  # type: ignore[attr-defined]


class LineTooLong(Exception):
    """A line, or a row of several lines, is longer than the limit."""


def open_text(path: Path, encoding: str) -> TextIO:
    """The file as text with its line ends as they are.

    Bytes that are nothing in this encoding become lone surrogates, so that the row which holds them can be reported.
    """
    wide = encoding.replace("_", "-").lower().startswith(("utf-16", "utf-32", "utf-7"))
    return open(path, encoding=encoding, errors=_MARK if wide else "surrogateescape", newline="")


class Lines:
    """An iterator of lines that can go back: to try again when a row turned out to be none.

    After `begin`, the lines that are handed out are remembered (at most max_line characters, then LineTooLong
    is raised); `keep_first` hands out all but the first of them again.
    """

    def __init__(self, file: TextIO, max_line: int) -> None:
        self._file = file
        self._max = max_line
        self._ahead = self._limit = _AHEAD * max_line
        self._to_skip = _SKIPPED * max_line
        self._again: list[str] = []
        self._taken: list[str] = []
        self._length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._file.readline(self._max)
        if not line:
            raise StopIteration
        self._taken.append(line)
        self._length += len(line)
        if self._length >= self._limit:
            self._over(line)
        return line

    @property
    def taken(self) -> int:
        """How many lines were handed out since `begin`."""
        return len(self._taken)

    @property
    def first(self) -> str:
        """The first line since `begin`; empty at the end of the file."""
        return self._taken[0] if self._taken else ""

    @property
    def all(self) -> list[str]:
        """The lines since `begin`."""
        return self._taken

    def begin(self) -> None:
        """A new row starts."""
        self._ahead = min(_AHEAD * self._max, self._ahead + _EARNED * self._length)
        self._limit = min(self._max, self._ahead)
        self._taken.clear()
        self._length = 0

    def keep_first(self) -> None:
        """The row is its first line alone; the other lines come again."""
        self._again.extend(reversed(self._taken[1:]))
        self._ahead -= self._length - len(self.first)
        del self._taken[1:]
        self._length = len(self.first)

    def skip_quoted(self, delimiter: str) -> bool:
        """After LineTooLong within a quoted cell: go on behind the row, if its quote is closed further on by one that
        a delimiter or a line end follows. Else nothing changes."""
        if self._length < self._max:
            return False
        place, waiting, seen = self._file.tell(), len(self._again), 0
        line = self._taken[-1]
        while line and seen <= self._to_skip:
            seen += len(line)
            _, quote, rest = line.replace('""', "").partition('"')
            if quote:
                if '"' in rest or (rest and not rest.startswith((delimiter, "\r", "\n"))):
                    break
                del self._again[max(waiting, 0) :], self._taken[1:]
                return True
            waiting -= 1
            line = self._again[waiting] if waiting >= 0 else self._file.readline(self._max)
        self._to_skip -= seen
        self._file.seek(place)
        return False

    def _over(self, line: str) -> None:
        if len(self._taken) > 1:
            raise LineTooLong
        if self._length >= self._max:
            while line and not line.endswith(("\n", "\r")):
                line = self._file.readline(self._max)
            raise LineTooLong
