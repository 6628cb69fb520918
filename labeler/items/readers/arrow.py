"""Arrow: files and streams of record batches; Feather is another name for such files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from labeler.items.readers.arrow_messages import check_messages
from labeler.items.readers.arrow_rows import check_schema, class_names, rows_of
from labeler.items.readers.registry import BadRow, Detected, FileRefused, Head, Limits, Row, reader

_FILE, _STREAM = b"ARROW1", b"\xff\xff\xff\xff"
_BATCH = 1_000


def looks_like_arrow(head: Head) -> Detected | None:
    """A file says so at its start; of a stream, the first message is a schema."""
    if not head.raw.startswith((_FILE, _STREAM)):
        return None
    if head.raw.startswith(_STREAM) and not 8 < int.from_bytes(head.raw[4:8], "little") < len(head.raw):
        return None
    return Detected("arrow")


@reader(
    "arrow",
    title="Arrow, Feather",
    endings=(".arrow", ".feather"),
    matches=looks_like_arrow,
    binary=True,
    whole_file=True,
    count=lambda path: 0,
)
def read_arrow(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows of a table, as those of Parquet are. Raises FileRefused as reading Parquet does."""
    with batches_of(path, limits) as (schema, batches):
        yield from rows_of(batches, class_names(schema), limits)


@contextmanager
def batches_of(path: Path, limits: Limits) -> Iterator[tuple[Any, Iterator[Any]]]:
    """The schema and the record batches of an Arrow file or stream, few rows at a time. Raises FileRefused."""
    import pyarrow as pa

    try:
        with pa.memory_map(str(path)) as source:
            # A file is a stream with a table of contents, which could point to what was not looked through.
            start = 8 if source.read(len(_FILE)) == _FILE else 0
            check_messages(source, start)
            source.seek(start)
            with pa.ipc.open_stream(source) as file:
                check_schema(file.schema, limits)
                yield file.schema, _batches(file)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileRefused(f"the Arrow file can't be read, it may be cut off or broken: {str(error)[:300]}") from error


def _batches(file: Any) -> Iterator[Any]:
    for batch in file:
        batch.validate(full=True)  # offsets that point anywhere are the sender's
        for start in range(0, batch.num_rows, _BATCH):
            yield batch.slice(start, _BATCH)
