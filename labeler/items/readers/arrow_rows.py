"""Rows of Arrow tables, as Parquet, Arrow and Hugging Face datasets hold them."""

import math
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import repeat
from typing import Any

import orjson

from labeler.items.readers.registry import BYTES, FileRefused, Limits, Row, cell_problem, row_of

_AT_ONCE = 32_000_000
"""Bytes of a column that a batch of rows may take."""
_LARGEST = 16
"""Bytes of a cell that is made at all, for each character that a text may have."""
_TAKEN = "taken are text, numbers, booleans, dates, times, and lists or structs of them"


def check_schema(schema: Any, limits: Limits) -> None:
    """Raises FileRefused for names of columns that can't be those of fields."""
    if len(schema) > limits.max_columns:
        raise FileRefused(f"{len(schema)} columns, at most {limits.max_columns} are taken")
    for column in schema:
        if schema.names.count(column.name) > 1:
            raise FileRefused(f'the column "{column.name}" is there twice; each column needs a name of its own')
        if cell_problem(column.name, limits) is not None:
            raise FileRefused("the name of a column is too long or holds a NUL character")


def is_supported(kind: Any, depth: int) -> bool:
    """Whether values of this Arrow type can become JSON. Bytes can where they are text."""
    from pyarrow import types

    if depth == 0:
        return False
    if types.is_dictionary(kind):
        return is_supported(kind.value_type, depth - 1)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return is_supported(kind.value_type, depth - 1)
    if types.is_struct(kind):
        return all(is_supported(kind.field(place).type, depth - 1) for place in range(kind.num_fields))
    names = "string large_string string_view boolean integer floating decimal date timestamp time duration null"
    more = "binary large_binary binary_view"
    return any(getattr(types, f"is_{name}")(kind) for name in f"{names} {more}".split())


def rows_of(batches: Iterator[Any], names: dict[str, list[str]], limits: Limits) -> Iterator[Row]:
    """Rows of record batches. names: of each column with class ids, what they stand for."""
    number = 0
    for batch in batches:
        heads = batch.schema.names
        columns = [_cells(batch.column(at), names.get(name), limits) for at, name in enumerate(heads)]
        for cells in zip(*columns, strict=True) if columns else ():
            number += 1
            yield _row(number, dict(zip(heads, cells, strict=True)), limits)


class _NotRead:
    """Stands for a cell that was not read, and says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def _cells(column: Any, names: list[str] | None, limits: Limits) -> Iterable[Any]:
    """The cells of a column: one at a time where all of them together would take much memory."""
    import pyarrow as pa

    if not is_supported(column.type, limits.max_depth):
        return repeat(_NotRead(f"is of type {str(column.type)[:100]}; {_TAKEN}"), len(column))
    if unpacked(column) > _AT_ONCE:
        return _one_by_one(column, names, limits.max_cell)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column.to_numpy(zero_copy_only=False).tolist()  # type: ignore[no-any-return]
    cells = column.to_pylist()
    return cells if names is None else [_named(cell, names) for cell in cells]


def _one_by_one(column: Any, names: list[str] | None, most: int) -> Iterator[Any]:
    """Cells that share an entry of a dictionary are one object, however many there are."""
    import pyarrow as pa

    codes = column.indices.to_pylist() if pa.types.is_dictionary(column.type) else range(len(column))
    made: dict[int, Any] = {}
    for at, code in enumerate(codes):
        if code not in made:
            if isinstance(codes, range):
                made.clear()
            size = unpacked(column.slice(at, 1))
            too_large = size > _LARGEST * most
            reason = f"has {size:,} bytes, at most {most:,} characters are taken"
            made[code] = _NotRead(reason) if too_large else column[at].as_py()
        yield made[code] if names is None else _named(made[code], names)


def unpacked(column: Any) -> int:
    """How many bytes the values of an Arrow array take, with what a dictionary holds once counted as often as it is
    used."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        values = column.dictionary
        if not (pa.types.is_string(values.type) or pa.types.is_binary(values.type)):
            return len(column) * (unpacked(values) + 8)
        return (pc.sum(pc.binary_length(values).take(column.indices)).as_py() or 0) + 8 * len(column)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return unpacked(column.flatten()) + 8 * len(column)
    if pa.types.is_struct(kind):
        return sum(unpacked(one) for one in column.flatten())
    return int(column.nbytes)


def _named(value: Any, names: list[str]) -> Any:
    """A class id, or a list of them, as the names. -1 is none."""
    if isinstance(value, list):
        return [_named(one, names) for one in value]
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    return None if value == -1 else names[value] if 0 <= value < len(names) else value


def _row(number: int, values: dict[str, Any], limits: Limits) -> Row:
    bad: dict[str, str] | None = None
    for name, cell in values.items():
        kind = type(cell)
        if kind is str:
            if len(cell) <= limits.max_cell and cell.isascii() and "\0" not in cell:  # as most are
                continue
        elif kind is int or kind is bool or cell is None:
            continue
        else:
            values[name] = cell = plain(cell)
        if (problem := _problem(cell, limits)) is not None:
            bad = {**(bad or {}), name: problem}
    return row_of(number, values, bad)


def _problem(cell: Any, limits: Limits) -> str | None:
    if isinstance(cell, float):
        return "is infinite" if math.isinf(cell) else None
    if isinstance(cell, _NotRead):
        return cell.reason
    if isinstance(cell, bytes):
        return BYTES
    return cell_problem(cell, limits)


def plain(value: Any) -> Any:
    """A value as JSON knows it: dates and times in ISO form, NaN missing, bytes as text where they are UTF-8."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return plain(float(value))
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value


def class_names(schema: Any) -> dict[str, list[str]]:
    """What the ids in each column stand for, by the notes that the Hugging Face library leaves in a schema."""
    noted = (schema.metadata or {}).get(b"huggingface")
    try:
        features = orjson.loads(noted)["info"]["features"] if noted else {}
        return names_in(features)
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def names_in(features: dict[str, Any]) -> dict[str, list[str]]:
    """The names of the features that are classes, or lists of classes."""
    found = {name: _names_of(feature) for name, feature in features.items()}
    return {name: names for name, names in found.items() if names}


def _names_of(feature: Any) -> list[str] | None:
    if isinstance(feature, list) and len(feature) == 1:
        return _names_of(feature[0])
    if not isinstance(feature, dict):
        return None
    if feature.get("_type") == "ClassLabel":
        names = feature.get("names")
        return names if isinstance(names, list) and all(isinstance(one, str) for one in names) else None
    return _names_of(feature["feature"]) if "feature" in feature else None
