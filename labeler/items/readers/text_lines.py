"""Text lines: one text per line, no header, no quoting."""

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from labeler.items.readers.lines import Lines, LineTooLong, open_text
from labeler.items.readers.registry import BadRow, Detected, Head, Limits, Row, cell_problem, reader, row_of


def looks_like_lines(head: Head) -> Detected:
    """Any text. Where somebody says that there is a header, the first line is the name of the column."""
    if head.hints.header:
        name = "".join(first_lines(head.text.lstrip(), 1)).strip()[:200] or "text"
        return Detected("lines", head.encoding, None, head.warnings, header=True, columns=(name,))
    note = "one text per line, without a row that names a column"
    return Detected("lines", head.encoding, None, (*head.warnings, note), header=False, columns=("text",))


@reader("lines", title="text lines", endings=(".txt",), matches=looks_like_lines, fallback=True, any_text=True)
def read_lines(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Each line that is not blank, as "text", or under the name in the first line."""
    name = (detected.columns or ("text",))[0]
    with open_text(path, detected.encoding or "utf-8") as file:
        lines = numbered_lines(Lines(file, limits.max_line))
        if detected.header:
            next(lines, None)
        for number, line in enumerate(lines, start=1):
            if line is None:
                yield BadRow(number, None, f"the line is longer than {limits.max_line:,} characters")
            elif (problem := cell_problem(text := line.rstrip("\r\n"), limits)) is not None:
                yield row_of(number, {name: text}, {name: problem})
            else:
                yield Row(number, {name: text})


def first_lines(text: str, most: int) -> list[str]:
    """The first lines of a text that are not blank, parted where files are: not at every sign that Unicode calls an end
    of a line."""
    lines = islice(io.StringIO(text, newline=""), most)
    return [line for line in lines if not line.isspace()]


def numbered_lines(lines: Lines) -> Iterator[str | None]:
    """The lines that are not blank; None for one that is too long."""
    while True:
        lines.begin()
        try:
            line = next(lines)
        except StopIteration:
            return
        except LineTooLong:
            yield None
            continue
        if not line.isspace():
            yield line
