"""How much the pages of a Parquet file unpack to, by their headers, before anything is unpacked.

The sizes in a file's table of contents are for planning: what a reader makes room for is what each page's own header
says. Headers are structs of Thrift's compact protocol (parquet.thrift of Apache Parquet).
"""

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from labeler.items.readers.registry import FileRefused

MOST_PAGE = 200_000_000
"""Bytes that one page may unpack to."""
MOST_GROUP = 1_000_000_000
"""Bytes that the pages of one row group may unpack to: they are not there at the same time."""
MOST_VALUES = 20_000_000
"""Values of one column in one row group; a list in one row may hold all of them."""
_DATA = (0, 3)
_DEPTH = 8
_WAY_OUT = "write it with smaller row groups, or split it"


class Pages(NamedTuple):
    """total: bytes that all pages unpack to. widest: bytes of a value, in the page where they are most on average."""

    total: int
    widest: int


class _Page(NamedTuple):
    kind: int
    size: int
    values: int


def look_through(path: Path, metadata: Any) -> Pages:
    """Read the header of each page. Raises FileRefused for pages that unpack to too much, ValueError and IndexError for
    broken ones."""
    total, widest = 0, 1
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for at in range(metadata.num_row_groups):
            group = metadata.row_group(at)
            in_group = 0
            for place in range(group.num_columns):
                values = 0
                for page in _pages(data, group.column(place)):
                    in_group += page.size
                    if page.size > MOST_PAGE or in_group > MOST_GROUP:
                        raise FileRefused(f"the Parquet file unpacks to too much; {_WAY_OUT}")
                    if page.kind in _DATA:
                        values += page.values
                        widest = max(widest, page.size // max(1, page.values))
                if values > MOST_VALUES:
                    raise FileRefused(f"a column has {values:,} values in one row group; {_WAY_OUT}")
            total += in_group
    return Pages(total, widest)


def _pages(data: mmap.mmap, column: Any) -> Iterator[_Page]:
    offsets = [one for one in (column.dictionary_page_offset, column.data_page_offset) if one]
    at = min(offsets, default=0)
    end = min(at + column.total_compressed_size, len(data))
    if at < 4:
        raise ValueError("a column begins nowhere")
    seen = 0
    while at < end and seen < column.num_values:
        header, at = _struct(data, at, 0)
        kind, size, packed = (_count(header, field) for field in (1, 2, 3))
        about = header.get(5) or header.get(7) or header.get(8)
        values = _count(about, 1) if isinstance(about, dict) else 0
        seen += values if kind in _DATA else 0
        yield _Page(kind, size, values)
        at += packed


def _count(header: dict[int, Any], field: int) -> int:
    value = header.get(field)
    if not isinstance(value, int) or value < 0:
        raise ValueError("the header of a page is broken")
    return value


def _struct(data: mmap.mmap, at: int, depth: int) -> tuple[dict[int, Any], int]:
    """The numbers and structs in a struct by the ids of their fields, and where it ends."""
    if depth > _DEPTH:
        raise ValueError("the header of a page is nested too deep")
    found: dict[int, Any] = {}
    field = 0
    while (head := data[at]) != 0:
        at += 1
        kind = head & 15
        if head >> 4:
            field += head >> 4
        else:
            field, at = _number(data, at)
        if kind in (1, 2):
            continue
        if kind == 3:
            at += 1
        elif kind in (4, 5, 6):
            found[field], at = _number(data, at)
        elif kind == 7:
            at += 8
        elif kind == 8:
            length, at = _varint(data, at)
            at += length
        elif kind == 12:
            found[field], at = _struct(data, at, depth + 1)
        else:
            raise ValueError("the header of a page has a field of a kind that no page has")
    return found, at + 1


def _number(data: mmap.mmap, at: int) -> tuple[int, int]:
    value, at = _varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _varint(data: mmap.mmap, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number in the header of a page is too long")
