"""Parquet, a batch of rows at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labeler.items.readers.arrow_rows import check_schema, class_names, rows_of
from labeler.items.readers.parquet_pages import look_through
from labeler.items.readers.registry import BadRow, Detected, FileRefused, Head, Limits, Row, reader

_BATCH, _BATCH_BYTES = 1_000, 32_000_000
_BUFFER = 1_000_000


def looks_like_parquet(head: Head) -> Detected | None:
    return Detected("parquet") if head.raw.startswith(b"PAR1") else None


def count_rows(path: Path) -> int:
    import pyarrow.parquet

    return int(pyarrow.parquet.read_metadata(path).num_rows)


@reader(
    "parquet",
    title="Parquet",
    endings=(".parquet",),
    matches=looks_like_parquet,
    binary=True,
    whole_file=True,
    count=count_rows,
)
def read_parquet(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows of any table of text, numbers, yes/no, dates, and lists or structs of them.

    Dates and times become ISO text, decimals numbers, NaN missing, class ids of Hugging Face datasets the names of the
    classes. Raises FileRefused for a broken file, and for one that unpacks to more than
    limits.max_bytes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    open_with = {
        "thrift_string_size_limit": 50_000_000,
        "thrift_container_size_limit": 2_000_000,
        "buffer_size": _BUFFER,
    }
    try:
        with pq.ParquetFile(path, **open_with) as file:
            rows = _batch_of(path, file, limits)
            names = class_names(file.schema_arrow)
            texts = _paths_of_texts(file.metadata)
        with pq.ParquetFile(path, read_dictionary=texts, **open_with) as file:
            yield from rows_of(file.iter_batches(batch_size=rows, use_threads=False), names, limits)
    except (pa.ArrowException, OSError, IndexError, ValueError) as error:
        raise FileRefused(f"the Parquet file can't be read: {str(error)[:300]}") from error


def _paths_of_texts(metadata: Any) -> list[str]:
    """Of all columns of text, also inside of lists: they are read with their dictionaries, which a few bytes may have
    made many long cells of."""
    columns = [metadata.schema.column(at) for at in range(len(metadata.schema))]
    return [one.path for one in columns if one.physical_type == "BYTE_ARRAY"]


def _batch_of(path: Path, file: Any, limits: Limits) -> int:
    """How many rows may be read at once. Raises FileRefused for a file that asks for too much."""
    metadata = file.metadata
    if metadata.num_rows > limits.max_rows:
        raise FileRefused(f"{metadata.num_rows} rows, at most {limits.max_rows} are taken; split the file")
    check_schema(file.schema_arrow, limits)
    pages = look_through(path, metadata)
    if pages.total > limits.max_bytes:
        raise FileRefused("the Parquet file unpacks to too much; split it")
    return int(max(1, min(_BATCH, _BATCH_BYTES // pages.widest)))
