"""What a writer takes and gives, and the writers by name."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Writer:
    """A registered export format: `encode(rows, columns)` gives the file in chunks, in constant memory."""

    name: str
    media_type: str
    suffix: str
    encode: Encode


_writers: dict[str, Writer] = {}


def register_writer(name: str, *, media_type: str, suffix: str) -> Callable[[Encode], Encode]:
    """Register the encoder of an export format under a name."""

    def register(function: Encode) -> Encode:
        _writers[name] = Writer(name, media_type, suffix, function)
        return function

    return register


def formats() -> list[str]:
    """The names of all export formats."""
    return sorted(_writers)


def writer(name: str) -> Writer:
    """The writer of this format. Raises UnknownFormat."""
    if name not in _writers:
        raise UnknownFormat(f'"format" is "{name}", expected one of {", ".join(formats())}')
    return _writers[name]
