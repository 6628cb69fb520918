"""Cells of a workbook that are errors of formulas ("#N/A"): the library that reads workbooks gives them as empty ones.

Used by workbook.py in its own process: it imports nothing of ours.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from xml.etree import ElementTree

WORDS = frozenset(("#N/A", "#DIV/0!", "#REF!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!"))
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*)>((?:(?!<(?:\w+:)?c\s|</(?:\w+:)?c>).)*)", re.DOTALL)
_START = re.compile(rb"<(?:\w+:)?c\s")
_IS_ERROR = re.compile(rb"""\bt=["']e["']""")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,8})["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]{1,20})<")
_CHUNK = 1 << 20

Cell = tuple[int, int]
"""Row and column, from 0."""


def errors_of(path: str, sheet: str) -> dict[Cell, str] | None:
    """Those of one sheet; None where this kind of workbook does not tell them from empty cells (only xlsx does)."""
    with suppress(zipfile.BadZipFile, KeyError, ElementTree.ParseError), zipfile.ZipFile(path) as archive:
        if "content.xml" in archive.namelist():
            return {}  # OpenDocument gives them as texts
        with archive.open(_part_of(archive, sheet)) as file:
            return dict(errors_in(iter(lambda: file.read(_CHUNK), b"")))
    return None


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The name of the file in an xlsx that holds a sheet. Raises KeyError."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    for one in book.iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            link = next(value for name, value in one.attrib.items() if name.endswith("}id"))
            target = next(str(other.get("Target")) for other in links if other.get("Id") == link)
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(sheet)


def errors_in(chunks: Iterable[bytes]) -> Iterator[tuple[Cell, str]]:
    """Those in the XML of a sheet, which comes in parts."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        *_, last = [0, *(found.start() for found in _START.finditer(data, max(0, len(data) - 40_000)))]
        rest = data[last:]
        if _IS_ERROR.search(data, 0, last):
            yield from _cells(data[:last])
    yield from _cells(rest)


def _cells(data: bytes) -> Iterator[tuple[Cell, str]]:
    for about, inside in _CELL.findall(data):
        if _IS_ERROR.search(about) and (place := _PLACE.search(about)):
            column = 0
            for letter in place[1]:
                column = column * 26 + letter - 64
            value = _VALUE.search(inside)
            yield (int(place[2]) - 1, column - 1), value[1].decode("utf-8", "replace") if value else "#N/A"
