"""The rows of a table in a file: an import reads it as any other, may go on after a kill, and sees the same rows."""

import json
import os
from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from labeler.items.readers import FileRefused
from labeler.wire.imports import Plan

TOLD = 1_000


def of_table(plan: Plan) -> Plan:
    """The plan of its file as that of the table."""
    return plan.model_copy(update={"format": "table", "encoding": None})


def write_rows(
    rows: Iterable[dict[str, Any]],
    path: Path,
    most_rows: int,
    most_bytes: int,
    tell: Callable[[int], None] = lambda number: None,
) -> None:
    """Write up to `most_rows` rows as JSON Lines. The file appears when it is complete. tell: is told how many rows
    there are by now. Raises FileRefused for none, and for more bytes than `most_bytes`."""
    part = path.with_name(f"{path.name}.part")
    size = 0
    try:
        with open(part, "wb") as file:
            for number, row in enumerate(islice(rows, most_rows), start=1):
                size += file.write(_line(row))
                if size > most_bytes:
                    raise FileRefused(
                        f"the first {number:,} rows have more than {most_bytes:,} bytes: import a view with part of"
                        " them, or raise LABELER_MAX_UPLOAD_BYTES"
                    )
                if number % TOLD == 0:
                    tell(number)
            if size == 0:
                raise FileRefused("the table has no rows")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _line(row: dict[str, Any]) -> bytes:
    line = json.dumps(row, default=_plain, ensure_ascii=False)
    try:
        return line.encode() + b"\n"
    except UnicodeEncodeError:  # bytes that are no text: the reader tells in which row and column
        return json.dumps(row, default=_plain).encode() + b"\n"


def _plain(value: Any) -> Any:
    """A value as JSON knows it; what it does not know, as the database writes it."""
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "surrogateescape")
    return str(value)


def _number(value: Decimal) -> int | float | str:
    """Exactly: as text where no number of JSON's is this one."""
    if not value.is_finite():
        return float(value)
    if value == value.to_integral_value():
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)
