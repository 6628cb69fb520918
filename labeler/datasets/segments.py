"""Rows in immutable Parquet files that only ever get company (facts.md: a version costs what changed).

A full segment has SEGMENT rows and is never touched again. What comes after the last full one lies in
small ones, an added file a version; when they are many they are written once more as one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from labeler.contents import ContentKind
from labeler.kit.files import sha256_of, written_whole

SEGMENT = 10_000
MOST_SMALL = 24


def items_schema(kind: ContentKind) -> pa.Schema:
    """The columns of items of one kind of content."""
    own = [(name, pa.type_for_alias(alias)) for name, alias in kind.columns.items()]
    return pa.schema(
        [
            ("item", pa.int64()),
            ("key", pa.string()),
            *own,
            ("metadata", pa.string()),
            ("split", pa.string()),
            ("created_at", pa.timestamp("us", tz="UTC")),
        ]
    )


LABELS = pa.schema(
    [
        ("label", pa.int64()),
        ("item", pa.int64()),
        ("key", pa.string()),
        ("value", pa.string()),
        ("labeler", pa.int64()),
        ("labeler_name", pa.string()),
        ("labeler_kind", pa.string()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("guideline_version", pa.int32()),
        ("schema_version", pa.int32()),
        ("elapsed_ms", pa.int32()),
        ("supersedes", pa.int64()),
        ("suggestion", pa.string()),
        ("pick", pa.string()),
        ("created_at", pa.timestamp("us", tz="UTC")),
    ]
)
CURRENT = pa.schema(
    [
        ("item", pa.int64()),
        ("key", pa.string()),
        ("value", pa.string()),
        ("confidence", pa.float32()),
        ("method", pa.string()),
        ("labels", pa.int16()),
        ("split", pa.string()),
    ]
)
FLAGS = pa.schema(
    [
        ("flag", pa.int64()),
        ("item", pa.int64()),
        ("key", pa.string()),
        ("reason", pa.string()),
        ("note", pa.string()),
        ("labeler", pa.int64()),
        ("guideline_version", pa.int32()),
        ("created_at", pa.timestamp("us", tz="UTC")),
        ("resolved_at", pa.timestamp("us", tz="UTC")),
        ("resolution", pa.string()),
    ]
)


@dataclass(frozen=True)
class Segment:
    """One file: `rows` rows with ids from `first` to `last`."""

    file: str
    rows: int
    first: int
    last: int
    sha256: str
    bytes: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


Rows = list[dict[str, Any]]
Read = Callable[[int, int], Rows]  # (after id, at most) -> rows in order of their id


def extend(
    folder: Path, kind: str, schema: pa.Schema, before: Sequence[Segment], read: Read
) -> tuple[list[Segment], int]:
    """Segments with all rows there are now; returns them and the bytes written.

    `read` gives the rows after an id; the first column of `schema` is that id.
    """
    kept = list(before)
    # Small ones lie behind the last full one; before it, only what removed items left of full ones.
    full = 1 + max((place for place, segment in enumerate(kept) if segment.rows == SEGMENT), default=-1)
    if len(kept) - full >= MOST_SMALL:
        kept = kept[:full]
    after = kept[-1].last if kept else 0
    written = 0
    while rows := read(after, SEGMENT):
        segment = write(folder, kind, schema, rows)
        kept.append(segment)
        written += segment.bytes
        after = segment.last
        if len(rows) < SEGMENT:
            break
    return kept, written


def renewed(
    folder: Path,
    kind: str,
    schema: pa.Schema,
    before: Sequence[Segment],
    gone: Sequence[int],
    changed: Sequence[int],
    count: Callable[[int, int], int],
    read: Read,
) -> tuple[list[Segment], int]:
    """Segments of the rows as they are now; returns them and the bytes written.

    gone: rising ids of all that ever went; changed: of all that ever changed or came back; count(first, last): how many
    rows there are. A segment whose rows are others keeps its range of ids and gets a new file; one of which nothing is
    left goes.
    """
    kept: list[Segment] = []
    written = 0
    lost, other = np.asarray(gone, dtype=np.int64), np.asarray(changed, dtype=np.int64)
    end = 0
    for segment in before:
        found: list[Segment] = []
        if _any(other, end + 1, segment.first - 1):  # in a place that nothing was left of
            found += _between(folder, kind, schema, end, segment.first - 1, count, read)
        span = (segment.first, segment.last)
        left = count(*span) if _any(lost, *span) or _any(other, *span) else segment.rows
        rows = read(segment.first - 1, left) if left != segment.rows or _any(other, *span) else None
        if rows is None or (left == segment.rows and _holds(folder / segment.file, schema, rows)):
            kept += [*found, segment]
        else:
            found += [write(folder, kind, schema, rows, span)] if rows else []
            kept += found
        written += sum(one.bytes for one in found)
        end = segment.last
    return kept, written


def _any(ids: Any, first: int, last: int) -> bool:
    """Whether one of these rising ids lies between the two."""
    low, high = np.searchsorted(ids, [first, last + 1])
    return bool(low < high)


def _between(
    folder: Path, kind: str, schema: pa.Schema, after: int, last: int, count: Callable[[int, int], int], read: Read
) -> list[Segment]:
    found = []
    while left := count(after + 1, last):
        rows = read(after, min(left, SEGMENT))
        end = rows[-1][schema.names[0]]
        found.append(write(folder, kind, schema, rows, (rows[0][schema.names[0]], end)))
        after = end
    return found


def _holds(path: Path, schema: pa.Schema, rows: Rows) -> bool:
    held: pa.Table = pq.read_table(path)
    return bool(held.equals(pa.Table.from_pylist(rows, schema=schema)))


def write(folder: Path, kind: str, schema: pa.Schema, rows: Rows, span: tuple[int, int] | None = None) -> Segment:
    """span: the range of ids that the file stands for; default: of its first and last row."""
    first, last = span or (rows[0][schema.names[0]], rows[-1][schema.names[0]])
    file = f"{kind}/{first:012d}-{last:012d}{'-new' if span else ''}.parquet"
    write_table(folder / file, pa.Table.from_pylist(rows, schema=schema))
    path, digest = folder / file, sha256_of(folder / file)
    if span:  # the earlier version's file keeps its name
        file = f"{kind}/{first:012d}-{last:012d}-{digest[:12]}.parquet"
        path = path.replace(folder / file)
    return Segment(file, len(rows), first, last, digest, path.stat().st_size)


def write_table(path: Path, table: pa.Table) -> None:
    """The same rows always give the same bytes."""
    with written_whole(path) as file:
        pq.write_table(table, file, compression="zstd", write_statistics=False, store_schema=True)


def read_rows(folder: Path, segments: Sequence[Segment], columns: list[str] | None = None) -> Iterator[pa.Table]:
    """One table a segment, in order."""
    for segment in segments:
        yield pq.read_table(folder / segment.file, columns=columns)


def segments_of(manifest: dict[str, Any], kind: str) -> list[Segment]:
    return [Segment(**entry) for entry in manifest["segments"][kind]]
