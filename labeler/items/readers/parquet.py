"""Parquet, a batch of rows at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labeler.items.readers.arrow_rows import check_schema, class_names, rows_of
from labeler.items.readers.registry import BadRow, Detected, FileRefused, Head, Limits, Row, reader

_BATCH = 1_000
_GROUP_BYTES = 1_000_000_000


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
    classes. Raises FileRefused for a column of another type, for a broken file, and for one that unpacks to more than
    limits.max_bytes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    open_with = {"thrift_string_size_limit": 50_000_000, "thrift_container_size_limit": 2_000_000}
    try:
        with pq.ParquetFile(path, **open_with) as file:
            _check(file, limits)
            names = class_names(file.schema_arrow)
            texts = _paths_of_texts(file.metadata)
        with pq.ParquetFile(path, read_dictionary=texts, **open_with) as file:
            yield from rows_of(file.iter_batches(batch_size=_BATCH, use_threads=False), names, limits)
    except (pa.ArrowException, OSError, UnicodeDecodeError, ValueError) as error:
        raise FileRefused(f"the Parquet file can't be read: {str(error)[:300]}") from error


def _paths_of_texts(metadata: Any) -> list[str]:
    """Of all columns of text, also inside of lists: they are read with their dictionaries, which a few bytes may have
    made many long cells of."""
    columns = [metadata.schema.column(at) for at in range(len(metadata.schema))]
    return [one.path for one in columns if one.physical_type == "BYTE_ARRAY"]


def _check(file: Any, limits: Limits) -> None:
    metadata = file.metadata
    if metadata.num_rows > limits.max_rows:
        raise FileRefused(f"{metadata.num_rows} rows, at most {limits.max_rows} are taken; split the file")
    groups = [metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups)]
    if sum(groups) > limits.max_bytes or max(groups, default=0) > _GROUP_BYTES:
        raise FileRefused("the Parquet file unpacks to too much; write it with smaller row groups, or split it")
    check_schema(file.schema_arrow, limits)
