"""Tables as Parquet, from SQLite or PostgreSQL and back into either: values as the database has them, JSON as text."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy import Connection

PART = 10_000


def _column(column: sa.Column[Any]) -> tuple[pa.DataType, Any]:
    """A column's type in Parquet, and how it is read."""
    kind: Any = column.type
    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance
    if isinstance(kind, sa.JSON):
        return pa.string(), sa.cast(column, sa.Text)
    for known, arrow in (
        (sa.Boolean, pa.bool_()),
        (sa.Integer, pa.int64()),
        (sa.Float, pa.float64()),
        (sa.LargeBinary, pa.binary()),
    ):
        if isinstance(kind, known):
            return arrow, sa.type_coerce(column, kind)
    return pa.string(), sa.type_coerce(column, sa.Text)


def dump(tx: Connection, table: sa.Table, path: Path) -> int:
    """Write a table's rows to a Parquet file, in constant memory; returns how many."""
    columns = [(column.name, *_column(column)) for column in table.c]
    schema = pa.schema([(name, arrow) for name, arrow, _ in columns])
    order = list(table.primary_key.columns) or list(table.c)
    statement = sa.select(*(read.label(name) for name, _, read in columns)).order_by(*order)
    rows = tx.execution_options(stream_results=True, yield_per=PART).execute(statement)
    written = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in rows.partitions(PART):
            values = zip(*part, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(values, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            written += len(part)
    return written


def load(tx: Connection, name: str, path: Path) -> int:
    """Insert a file's rows into an empty table, named as it was then; returns how many."""
    file = pq.ParquetFile(path)
    put = _copy if tx.dialect.name == "postgresql" else _insert
    columns = [tx.dialect.identifier_preparer.quote(column) for column in file.schema_arrow.names]
    put(tx, tx.dialect.identifier_preparer.quote(name), columns, _rows(file))
    if tx.dialect.name == "postgresql" and "id" in file.schema_arrow.names:
        _go_on_counting(tx, name)
    return int(file.metadata.num_rows)


def _rows(file: pq.ParquetFile) -> Iterator[Sequence[tuple[Any, ...]]]:
    for batch in file.iter_batches(PART):
        yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _insert(tx: Connection, table: str, columns: list[str], parts: Iterator[Sequence[tuple[Any, ...]]]) -> None:
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    for part in parts:
        tx.exec_driver_sql(statement, list(part))


def _copy(tx: Connection, table: str, columns: list[str], parts: Iterator[Sequence[tuple[Any, ...]]]) -> None:
    connection: Any = tx.connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for part in parts:
            for row in part:
                copy.write_row(row)


def _go_on_counting(tx: Connection, name: str) -> None:
    """Let the table's ids go on after the last one."""
    sequence = tx.execute(sa.select(sa.func.pg_get_serial_sequence(name, "id"))).scalar()
    if sequence is not None:
        last = tx.exec_driver_sql(f'SELECT max(id) FROM "{name}"').scalar()
        tx.execute(sa.select(sa.func.setval(sequence, last or 1, last is not None)))
