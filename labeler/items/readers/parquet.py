"""Parquet, a batch of rows at a time."""

import math
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from labeler.items.readers.registry import BadRow, Detected, FileRefused, Head, Limits, Row, cell_problem, reader

# A dictionary page can make many long cells of few bytes: small batches bound what they unpack to.
_BATCH = 500
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

    Dates and times become ISO text, decimals numbers, NaN missing. Raises FileRefused for a column of another
    type (binary, ...), for a broken file, and for one that unpacks to more than limits.max_bytes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, thrift_string_size_limit=50_000_000, thrift_container_size_limit=2_000_000) as file:
            _check(file, limits)
            number = 0
            for batch in file.iter_batches(batch_size=_BATCH, use_threads=False):
                for values in batch.to_pylist():
                    number += 1
                    yield _row(number, values, limits)
    except (pa.ArrowException, OSError, UnicodeDecodeError, ValueError) as error:
        raise FileRefused(f"the Parquet file can't be read: {str(error)[:300]}") from error


def _check(file: Any, limits: Limits) -> None:
    import pyarrow as pa

    metadata = file.metadata
    if metadata.num_rows > limits.max_rows:
        raise FileRefused(f"{metadata.num_rows} rows, at most {limits.max_rows} are taken; split the file")
    groups = [metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups)]
    if sum(groups) > limits.max_bytes or max(groups, default=0) > _GROUP_BYTES:
        raise FileRefused("the Parquet file unpacks to too much; write it with smaller row groups, or split it")
    schema = file.schema_arrow
    if len(schema) > limits.max_columns:
        raise FileRefused(f"{len(schema)} columns, at most {limits.max_columns} are taken")
    for column in schema:
        if schema.names.count(column.name) > 1:
            raise FileRefused(f'the column "{column.name}" is there twice; each column needs a name of its own')
        if not _is_supported(column.type, pa, limits.max_depth):
            raise FileRefused(
                f'the column "{column.name}" is of type {str(column.type)[:100]}; '
                "taken are text, numbers, booleans, dates, times, and lists or structs of them"
            )


def _is_supported(kind: Any, pa: Any, depth: int) -> bool:
    types = pa.types
    if depth == 0:
        return False
    if types.is_dictionary(kind):
        return _is_supported(kind.value_type, pa, depth - 1)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _is_supported(kind.value_type, pa, depth - 1)
    if types.is_struct(kind):
        return all(_is_supported(kind.field(place).type, pa, depth - 1) for place in range(kind.num_fields))
    tests = (
        "is_string",
        "is_large_string",
        "is_string_view",
        "is_boolean",
        "is_integer",
        "is_floating",
        "is_decimal",
    )
    more = ("is_date", "is_timestamp", "is_time", "is_null")
    return any(getattr(types, test)(kind) for test in tests + more)


def _row(number: int, values: dict[str, Any], limits: Limits) -> Row | BadRow:
    for name, cell in values.items():
        if type(cell) not in (str, int, bool, type(None)):
            values[name] = cell = _plain(cell)
        if isinstance(cell, float) and math.isinf(cell):
            return BadRow(number, name, f'"{name}" is infinite')
        if (problem := cell_problem(cell, limits)) is not None:
            return BadRow(number, name, f'"{name}" {problem}')
    return Row(number, values)


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _plain(float(value))
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value
