"""Records of a delimited text. Quotes that are not meant as quotes cost nobody else's row."""

import csv
from collections.abc import Iterator

from labeler.items.readers.lines import Lines, LineTooLong

LITERAL = "its quotation marks are no valid quoting and are taken as they stand"
UNDIVIDED = "there is one column, so what could part columns is text"
DOUBTFUL = "a quoted cell holds lines that look like rows of their own"
_OPEN = "a quote is opened and never closed"
_EARLY = "a quote ends before its cell does; write quotation marks inside of a quoted cell twice"


class Noted(list[str]):
    """The cells of a record, with what somebody should know of how they were read."""

    def __init__(self, cells: list[str], note: str) -> None:
        super().__init__(cells)
        self.note = note


def records(
    lines: Lines, delimiter: str, width: int | None, *, cut: bool = False, spaced: bool = False
) -> Iterator[list[str] | str]:
    """Each record as its cells, or what is wrong with it; blank lines are left out.

    A cell may hold line ends only within valid quoting: the closing quote is followed by a delimiter or a line end.
    Otherwise the first line is a record alone: with its quotes as they stand if it then has `width` cells (None: any
    number), else refused; and the lines after it are records of their own. cut: the text goes on behind its end, so
    that a quote which is open there says nothing. spaced: spaces behind a delimiter are no part of a cell.
    """
    parser = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=spaced)
    padded = None
    while True:
        lines.begin()
        try:
            cells = next(parser)
        except StopIteration:
            return
        except LineTooLong:
            if lines.taken == 1:
                yield "the line is too long"
                continue
            if lines.skip_quoted(delimiter):
                yield "a quoted cell is too long"
                continue
            problem = _OPEN
        except csv.Error as error:
            ended = "unexpected end" in str(error)
            if ended and cut:
                return
            problem = _OPEN if lines.taken > 1 or ended else _EARLY
        else:
            if lines.taken > 1 and width is not None:
                alike = [_width(line, delimiter) == width for line in lines.all]
                if all(alike):
                    cells = Noted(cells, DOUBTFUL)
                if len(cells) != width and alike[0] and sum(alike) > len(alike) / 2:
                    lines.keep_first()
                    cells = _as_it_stands(lines.first, delimiter)
            elif width == 1 and cells and padded is None:
                padded = len(cells) > 1
            elif width == 1 and len(cells) > 1 and not padded and '"' not in lines.first:
                cells = Noted([lines.first.rstrip("\r\n")], UNDIVIDED)
            if cells:
                yield cells
            continue
        lines.keep_first()
        literal = _as_it_stands(lines.first, None if width == 1 else delimiter)
        yield literal if width in (None, len(literal)) else problem


def _width(line: str, delimiter: str) -> int:
    return line.count(delimiter) + 1


def _as_it_stands(line: str, delimiter: str | None) -> Noted:
    """Its cells; without a delimiter it is one."""
    line = line.rstrip("\r\n")
    return Noted([_bare(cell) for cell in line.split(delimiter)] if delimiter else [line], LITERAL)


def _bare(cell: str) -> str:
    """Without the quotes around it, where there are two."""
    around = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if around else cell
