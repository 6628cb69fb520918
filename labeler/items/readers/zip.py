"""zip: packed files of one format, read one after the other."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from zipfile import ZipInfo

from labeler.items.readers.registry import BadRow, Detected, FileRefused, Head, Limits, Row, accepted, read_rows, reader
from labeler.items.readers.sniff import sniff_packed
from labeler.items.readers.unpack import BEGINNING, files_in, opened, unpacked_file

_ABOUT = re.compile(
    r"(readme|licen[cs]e|changelog)(\.(md|txt|rst))?|citation\.cff|\.gitattributes|\.gitignore", re.IGNORECASE
)
_OFFICE = {"word/": "a Word document", "ppt/": "a PowerPoint presentation"}


def looks_like_zip(head: Head) -> Detected | None:
    """What is in it. Raises FileRefused for files of several formats, and for what can't be imported."""
    if not head.raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    found: dict[str, Detected] = {}
    with opened(head.path) as archive:
        packed = files_in(archive, Limits())
        files = _with_data(packed)
        _refuse_office(files)
        for one in files:
            with unpacked_file(archive, one, Limits(), BEGINNING) as path:
                found[one.filename] = sniff_packed(path, head.hints, f'"{one.filename[:200]}" in the archive')
    if not found:
        raise FileRefused("the zip archive holds no file with data")
    if len({one.format for one in found.values()}) > 1:
        shown = ", ".join(f'"{name[:100]}" ({one.format})' for name, one in list(found.items())[:10])
        raise FileRefused(f"the archive holds files of several formats: {shown}; pack those of one format together")
    first = next(iter(found.values()))
    notes = [f"{name}: {note}" if len(found) > 1 else note for name, one in found.items() for note in one.warnings]
    if len(found) > 1:
        notes.insert(0, f'the rows of {len(found)} files, one after the other; the column "file" says of which')
    if left := [one.filename for one in packed if one not in files]:
        notes.insert(0, f"{', '.join(left)}: written about the data, and not read")
    dialect = first.dialect or first.format
    return replace(first, format="zip", dialect=dialect, warnings=tuple(notes[:20]), hints=head.hints)


def _with_data(files: list[ZipInfo]) -> list[ZipInfo]:
    """Without what is written about the data, such as the card of a dataset."""
    found = [one for one in files if not _ABOUT.fullmatch(PurePosixPath(one.filename).name)]
    return found or files


def _refuse_office(files: list[ZipInfo]) -> None:
    for start, what in _OFFICE.items():
        if any(one.filename.startswith(start) for one in files):
            raise FileRefused(f"the file looks like {what}; accepted are {accepted()}")


@reader(
    "zip",
    title="zip of one or more of these",
    endings=(".zip",),
    matches=looks_like_zip,
    binary=True,
    whole_file=True,
    same_columns=False,
    count=lambda path: 0,
    packs=True,
)
def read_zip(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows of the files in it, in its order; of several files, each row has the name of its file in the column "file",
    or "file_in_zip" where the rows have a "file". Raises FileRefused."""
    number = 0
    with opened(path) as archive:
        files = _with_data(files_in(archive, limits))
        for one in files:
            with unpacked_file(archive, one, limits) as file:
                inner = sniff_packed(file, detected.hints, f'"{one.filename[:200]}" in the archive')
                for row in read_rows(file, inner, limits):
                    number += 1
                    yield row if len(files) == 1 else _of_several(row, number, one.filename)


def _of_several(row: Row | BadRow, number: int, name: str) -> Row | BadRow:
    if isinstance(row, BadRow):
        return BadRow(number, row.field, f'{row.reason} (row {row.number} of "{name[:200]}")')
    row.values["file_in_zip" if "file" in row.values else "file"] = name
    return replace(row, number=number)
