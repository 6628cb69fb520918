"""What a writer takes and gives, and the writers by name."""

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labeler.datasets.writers.options import Options
from labeler.plugins import Registry
from labeler.tasks import DEFAULT, TaskSchema, TaskType, parse_schema, task_type

ExportRow = Mapping[str, Any]
"""An item: {key, text or fields, metadata, split, label, confidence, method, labels: [{labeler, value, kind,
guideline_version, schema_version, source, pick, created_at}], flags: [{reason, note}]}; label is the answer in force or
None. `shares`, `history`, `prediction` where the options ask for them.

Or, with the option rows=labels, one label of an item: {key, text or fields, metadata, split, label, labeler, kind,
source, guideline_version, schema_version, created_at, pick}. Values are JSON's; times are RFC 3339 text."""

CHUNK = 128 * 1024
"""About how many bytes a chunk has."""


def in_chunks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines joined to pieces of about CHUNK bytes."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= CHUNK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


class UnknownFormat(Exception):
    """No writer has this name; the message lists those that exist."""


_KINDS = {bool: "boolean", int: "integer", float: "number"}


@dataclass(frozen=True)
class Columns:
    """What flat formats must know before the first row: names of fields (none: texts) and of metadata.

    kinds: "boolean", "integer" or "number" of each column ("fields.age") whose values all are of that kind; others are
    texts.
    """

    fields: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[ExportRow]) -> "Columns":
        """The columns that occur in rows, in order of first occurrence."""
        found: dict[str, dict[str, str | None]] = {"fields": {}, "metadata": {}}
        for row in rows:
            for role, kinds in found.items():
                for name, value in (row.get(role) or {}).items():
                    known = kinds.setdefault(name, None)
                    if value is not None and known != "text":
                        kinds[name] = _wider(known, value)
        kinds_of = {f"{role}.{name}": kind for role, kinds in found.items() for name, kind in kinds.items() if kind}
        return cls(tuple(found["fields"]), tuple(found["metadata"]), kinds_of)


def _wider(kind: str | None, value: Any) -> str:
    new = _KINDS.get(type(value), "text")
    if new == "integer" and not -(2**63) <= value < 2**63:
        new = "number"
    if kind is None or kind == new:
        return new
    return "number" if {kind, new} == {"integer", "number"} else "text"


@dataclass(frozen=True)
class Export:
    """What a writer knows before the first row. columns: empty for writers that need none. schema: what could be
    answered. title: of the project. options: of the class that the writer was registered with."""

    columns: Columns = Columns()
    schema: TaskSchema = field(default_factory=lambda: parse_schema({"type": DEFAULT, "labels": ["yes", "no"]}))
    title: str = "export"
    options: Any = field(default_factory=Options)

    @property
    def task(self) -> TaskType[Any]:
        return task_type(self.schema.type)


Encode = Callable[[Iterable[ExportRow], Export], Iterator[bytes]]
Fill = Callable[[Iterable[ExportRow], Export, Path], None]


@dataclass(frozen=True)
class Writer:
    """A registered export format: `encode(rows, export)` gives the file in chunks, in constant memory.

    title: for people. needs_columns: whether `encode` reads columns, which cost a pass of their own. tasks: the task
    types whose values it can write, contents: the kinds of content; None: all. options: the class of what one can
    choose.
    """

    name: str
    title: str
    media_type: str
    suffix: str
    encode: Encode
    needs_columns: bool = True
    tasks: tuple[str, ...] | None = None
    contents: tuple[str, ...] | None = None
    options: type[Options] = Options

    def suits(self, task_type: str, content: str | None = None) -> bool:
        """Whether answers of this task type, about this kind of content (None: any), can be written."""
        if content is not None and self.contents is not None and content not in self.contents:
            return False
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
    contents: tuple[str, ...] | None = None,
    options: type[Options] = Options,
) -> Callable[[Encode], Encode]:
    """Register the encoder of an export format that is one file; see `Writer` for what the rest means."""

    def register(encode: Encode) -> Encode:
        _writers.add(name, Writer(name, title, media_type, suffix, encode, needs_columns, tasks, contents, options))
        return encode

    return register


def register_folder_writer(
    name: str,
    *,
    title: str,
    needs_columns: bool = True,
    tasks: tuple[str, ...] | None = None,
    contents: tuple[str, ...] | None = None,
    options: type[Options] = Options,
) -> Callable[[Fill], Fill]:
    """Register a function that writes an export of several files into an empty folder; it is sent as one zip file."""

    def register(fill: Fill) -> Fill:
        def encode(rows: Iterable[ExportRow], export: Export) -> Iterator[bytes]:
            with tempfile.TemporaryDirectory(prefix="labeler-export-") as folder:
                fill(rows, export, Path(folder))
                yield from zipped(Path(folder))

        one = Writer(name, title, "application/zip", ".zip", encode, needs_columns, tasks, contents, options)
        _writers.add(name, one)
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
