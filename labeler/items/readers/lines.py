"""Lines of a text file in constant memory, however long a line is."""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO


class LineTooLong(Exception):
    """A line, or a row of several lines, is longer than the limit."""


def open_text(path: Path, encoding: str) -> TextIO:
    """The file as text with its line ends as they are; undecodable bytes become marks that are looked for."""
    # Bytes that are no UTF-8 survive as lone surrogates, so that the row which holds them can be reported.
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return open(path, encoding=encoding, errors=errors, newline="")


class Lines:
    """An iterator of lines that can go back: to try again when a row turned out to be none.

    After `begin`, the lines that are handed out are remembered (at most max_line characters, then LineTooLong
    is raised); `keep_first` hands out all but the first of them again.
    """

    def __init__(self, file: TextIO, max_line: int) -> None:
        self._file = file
        self._max = max_line
        self._again: list[str] = []
        self._taken: list[str] = []
        self._length = 0
        self.ended = False
        self.one_line_a_row = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.one_line_a_row and self._taken:
            self.ended = True
            raise StopIteration
        line = self._again.pop() if self._again else self._file.readline(self._max)
        if not line:
            self.ended = True
            raise StopIteration
        self._taken.append(line)
        self._length += len(line)
        if self._length >= self._max:
            if len(self._taken) == 1:
                self._skip_line(line)
            raise LineTooLong
        return line

    @property
    def taken(self) -> int:
        """How many lines were handed out since `begin`."""
        return len(self._taken)

    def begin(self) -> None:
        """A new row starts."""
        self._taken.clear()
        self._length = 0
        self.ended = False

    def keep_first(self) -> None:
        """The row is its first line alone; the other lines come again."""
        self._again.extend(reversed(self._taken[1:]))

    def _skip_line(self, part: str) -> None:
        while part and not part.endswith(("\n", "\r")):
            part = self._file.readline(self._max)
