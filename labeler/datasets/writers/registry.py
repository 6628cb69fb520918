"""What a writer takes and gives, and the writers by name."""

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labeler.plugins import Registry

ExportRow = Mapping[str, Any]
"""{key, text or fields, metadata, split, label, labels: [{labeler, value, guideline_version, created_at}],
flags: [{reason, note}]}; label is the consensus or None. Values are JSON's; times are RFC 3339 text."""

CHUNK = 128 * 1024
"""About how many bytes a chunk has."""


class UnknownFormat(Exception):
    """No writer has this name; the message lists those that exist."""


@dataclass(frozen=True)
class Columns:
    """What flat formats must know before the first row: names of fields (none: texts) and of metadata."""

    fields: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[ExportRow]) -> "Columns":
        """The columns that occur in rows, in order of first occurrence."""
        fields: dict[str, None] = {}
        metadata: dict[str, None] = {}
        for row in rows:
            fields.update(dict.fromkeys(row.get("fields") or ()))
            metadata.update(dict.fromkeys(row.get("metadata") or ()))
        return cls(tuple(fields), tuple(metadata))


Encode = Callable[[Iterable[ExportRow], Columns], Iterator[bytes]]
Fill = Callable[[Iterable[ExportRow], Columns, Path], None]


@dataclass(frozen=True)
class Writer:
    """A registered export format: `encode(rows, columns)` gives the file in chunks, in constant memory.

    title: for people. needs_columns: whether `encode` reads columns, which cost a pass of their own. tasks: the task
    types whose values it can write; None: all.
    """

    name: str
    title: str
    media_type: str
    suffix: str
    encode: Encode
    needs_columns: bool = True
    tasks: tuple[str, ...] | None = None

    def suits(self, task_type: str) -> bool:
        """Whether answers of this task type can be written."""
        return self.tasks is None or task_type in self.tasks


_writers: Registry[Writer] = Registry("export format", "writers", "labeler.datasets.writers", UnknownFormat)


def register_writer(
    name: str,
    *,
    title: str,
    media_type: str,
    suffix: str,
    needs_columns: bool = True,
    tasks: tuple[str, ...] | None = None,
) -> Callable[[Encode], Encode]:
    """Register the encoder of an export format that is one file; see `Writer` for what the rest means."""

    def register(encode: Encode) -> Encode:
        _writers.add(name, Writer(name, title, media_type, suffix, encode, needs_columns, tasks))
        return encode

    return register


def register_folder_writer(
    name: str, *, title: str, needs_columns: bool = True, tasks: tuple[str, ...] | None = None
) -> Callable[[Fill], Fill]:
    """Register a function that writes an export of several files into an empty folder; it is sent as one zip file."""

    def register(fill: Fill) -> Fill:
        def encode(rows: Iterable[ExportRow], columns: Columns) -> Iterator[bytes]:
            with tempfile.TemporaryDirectory(prefix="labeler-export-") as folder:
                fill(rows, columns, Path(folder))
                yield from zipped(Path(folder))

        _writers.add(name, Writer(name, title, "application/zip", ".zip", encode, needs_columns, tasks))
        return fill

    return register


def writers(task_type: str | None = None) -> list[Writer]:
    """Every export format, by name; task_type: only those that can write its answers."""
    return [one for one in _writers if task_type is None or one.suits(task_type)]


def formats() -> list[str]:
    """The names of all export formats."""
    return _writers.names()


def writer(name: str) -> Writer:
    """The writer of this format. Raises UnknownFormat."""
    return _writers.find(name)


def zipped(folder: Path) -> Iterator[bytes]:
    """The files of a folder as one zip file, in chunks. Equal files give equal bytes."""
    with tempfile.TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(found for found in folder.rglob("*") if found.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())  # its date is always the same
                entry.compress_type = zipfile.ZIP_DEFLATED
                with open(path, "rb") as source, archive.open(entry, "w") as target:
                    shutil.copyfileobj(source, target, CHUNK)
        packed.seek(0)
        while chunk := packed.read(CHUNK):
            yield chunk
