"""Files out of archives, within limits: an archive's names and sizes are its sender's."""

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from zipfile import ZipFile, ZipInfo

import orjson

from labeler.items.readers.registry import FileRefused, Limits

BEGINNING = 4 * 1024 * 1024
"""Of a packed file, as much as is needed to say what it is."""
_CHUNK = 1024 * 1024
_MOST_FILES = 1_000
_MOST_JSON = 50_000_000
_RATIO = 200
_SMALL = 50_000_000
_WAY_OUT = "unpack the archive and import the file by itself"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
"""What a broken archive makes of reading it."""


class Source(Protocol):
    """What bytes come out of."""

    def read(self, size: int, /) -> bytes: ...


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    """A zip archive. Raises FileRefused where it can't be read, whenever that shows."""
    try:
        with ZipFile(path) as archive:
            yield archive
    except BROKEN as error:
        raise FileRefused(f"the zip archive can't be read, it may be cut off or broken: {str(error)[:200]}") from error


def files_in(archive: ZipFile, limits: Limits) -> list[ZipInfo]:
    """The files in it that may hold data, in its order. Raises FileRefused for what nobody should unpack."""
    found = [one for one in archive.infolist() if not one.is_dir() and not _is_clutter(one.filename)]
    if len(found) > _MOST_FILES:
        raise FileRefused(f"the archive holds {len(found):,} files, at most {_MOST_FILES:,} are taken; join them")
    for one in found:
        name = one.filename[:200]
        place = PurePosixPath(one.filename.replace("\\", "/"))
        if place.is_absolute() or ".." in place.parts or ":" in place.parts[0]:
            raise FileRefused(f'the archive names a file outside of it, "{name}"; pack it again')
        if stat.S_ISLNK(one.external_attr >> 16):
            raise FileRefused(f'"{name}" in the archive is a link, not a file; pack the file itself')
        if one.flag_bits & 1:
            raise FileRefused(f'"{name}" in the archive is encrypted; pack it without a password')
    total = sum(one.file_size for one in found)
    _check_size(total, sum(one.compress_size for one in found), limits, "the archive")
    return [one for one in found if one.file_size]


def _check_size(size: int, packed: int, limits: Limits, what: str) -> None:
    if size > limits.max_bytes:
        raise FileRefused(f"{what} unpacks to more than {limits.max_bytes:,} bytes; split it")
    if size > _SMALL and size > _RATIO * max(packed, 1):
        raise FileRefused(f"{what} unpacks to more than {_RATIO} times its size; {_WAY_OUT} if that is right")


@contextmanager
def unpacked(source: Source, packed: int, limits: Limits, what: str, most: int | None = None) -> Iterator[Path]:
    """What `source` gives as a file that is there for as long as it is asked for. most: of its bytes are enough.

    packed: its size in the archive. Raises FileRefused.
    """
    with tempfile.TemporaryDirectory(prefix="labeler-unpacked-") as folder:
        path = Path(folder) / "file"
        size = 0
        with open(path, "wb") as target:
            while chunk := _read(source, _CHUNK if most is None else min(_CHUNK, most - size), what):
                size += len(chunk)
                _check_size(size, packed, limits, what)
                target.write(chunk)
        yield path


def _read(source: Source, size: int, what: str) -> bytes:
    try:
        return source.read(size)
    except BROKEN as error:
        raise FileRefused(f"{what} can't be unpacked, it may be cut off or broken: {str(error)[:200]}") from error


@contextmanager
def unpacked_file(archive: ZipFile, one: ZipInfo, limits: Limits, most: int | None = None) -> Iterator[Path]:
    """A file of a zip archive."""
    what = f'"{one.filename[:200]}" in the archive'
    with archive.open(one) as source, unpacked(source, one.compress_size, limits, what, most) as path:
        yield path


def json_in(archive: ZipFile, by_name: Mapping[str, ZipInfo], name: str) -> dict[str, Any]:
    """The JSON object in a small file of a zip archive. Raises FileRefused, also where it is missing."""
    shown = f'"{name[:200]}" in the archive'
    if name not in by_name:
        raise FileRefused(f"{shown} is missing; pack the whole folder")
    if by_name[name].file_size > _MOST_JSON:
        raise FileRefused(f"{shown} is too large")
    try:
        value = orjson.loads(archive.read(by_name[name]))
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise FileRefused(f"{shown} is no JSON object")
    return value


def _is_clutter(name: str) -> bool:
    """Whether operating systems put this into archives."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "__MACOSX" in parts or parts[-1].startswith(".") or parts[-1].lower() in ("thumbs.db", "desktop.ini")
