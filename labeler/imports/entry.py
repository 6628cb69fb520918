"""A row of a file as an item, with the labels and predictions that came along."""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from labeler.items.given import Given, GivenLabel
from labeler.items.keys import InvalidKey, as_key
from labeler.items.readers import Row, RowRefused
from labeler.items.readers.workbook_errors import WORDS as ERRORS
from labeler.wire.imports import ImportMapping

MAX_WORD = 200
NOTHING_TO_SHOW = (
    "there is no column with a text, nor one that could be a field: add the texts to the file, or label items that are "
    "there by their keys (labeler label, POST labels)"
)
MAX_ANSWER = 20_000
NO_TEXT = ERRORS | {"\\N", "<NA>"}
"""What programs write where there is nothing: formulas of spreadsheets, MySQL and PostgreSQL, pandas."""
_YES, _NO = {"1", "true", "yes", "y", "t", "x", "1.0"}, {"", "0", "false", "no", "n", "f", "0.0"}


def to_item(row: Row, mapping: ImportMapping) -> dict[str, Any]:
    """{key, text or fields, metadata, split, labels, predictions} of a row. Raises RowRefused.

    Without a key column there is no key: it is made of the content, so that importing a file twice adds nothing, and
    rows with the same content are one item.
    """
    values = row.values
    if row.bad and (problem := asked_for(row.bad, mapping)) is not None:
        raise RowRefused(*problem)
    item: dict[str, Any] = {}
    if mapping.text:
        item["text"] = _text(values, mapping)
    elif not mapping.fields:
        raise RowRefused(None, NOTHING_TO_SHOW)
    else:
        item["fields"] = _collected(values, mapping.fields or (), "fields", nested=False)
        if all(value is None or value == "" for value in item["fields"].values()):
            raise RowRefused(None, "every field is empty")
    if mapping.key:
        item["key"] = _key(cell(values, mapping.key), mapping.key)
    if mapping.metadata:
        item["metadata"] = _collected(values, mapping.metadata, "metadata", nested=True)
    if mapping.split:
        item["split"] = _word(cell(values, mapping.split), mapping.split)
    if mapping.label:
        item["labels"] = _labels(values, mapping)
    if mapping.prediction:
        item["predictions"] = _predictions(values, mapping)
    return item


def labels_of(row: Row, mapping: ImportMapping) -> int:
    """How many labels a row has that can't become an item."""
    try:
        return len(_labels(row.values, mapping))
    except RowRefused:
        return 0


def asked_for(bad: Mapping[str, str], mapping: ImportMapping) -> tuple[str, str] | None:
    """The first column that is to be read and has such a cell, and what is wrong with it. bad: as `Row.bad`."""
    for _, name in mapping.columns():
        problem = bad.get(name) or bad.get(name.split(".", 1)[0])
        if problem is not None:
            return name, f'"{name}" {problem}'
    return None


def cell(values: Mapping[str, Any], column: str) -> Any:
    """The cell of a column; "a.b" is also what is at b inside the object in column a."""
    if column in values or "." not in column:
        return values.get(column)
    first, rest = column.split(".", 1)
    inner = values.get(first)
    return cell(inner, rest) if isinstance(inner, dict) else None


def _text(values: Mapping[str, Any], mapping: ImportMapping) -> str:
    if isinstance(mapping.text, str):
        return _one_text(cell(values, mapping.text), mapping.text)
    columns = mapping.text or []
    parts = [cell(values, column) for column in columns]
    there = [_one_text(part, name) for part, name in zip(parts, columns, strict=True) if part not in (None, "")]
    if not there:
        raise RowRefused(columns[0], f"{_named(columns)} are all empty")
    return mapping.join.join(there)


def _one_text(value: Any, column: str) -> str:
    if isinstance(value, str):
        word = value.strip()
        if not word:
            raise RowRefused(column, f'"{column}" is empty')
        if word in NO_TEXT:
            raise RowRefused(column, f'"{column}" is {word}, which stands for an error or a missing value, not a text')
        return value
    if value is None:
        raise RowRefused(column, f'"{column}" is missing')
    if isinstance(value, dict | list):
        raise RowRefused(column, f'"{column}" is {_kind(value)}, expected text')
    return str(value)


def _key(value: Any, column: str) -> str:
    if value is None:
        raise RowRefused(column, f'"{column}" is missing')
    try:
        return as_key(value)
    except InvalidKey as invalid:
        raise RowRefused(column, f'"{column}" {invalid}') from None


def _labels(values: Mapping[str, Any], mapping: ImportMapping) -> list[GivenLabel]:
    labeler = _word(cell(values, mapping.labeler), mapping.labeler) if mapping.labeler else None
    if isinstance(mapping.label, str):
        return _given(cell(values, mapping.label), mapping.label, labeler, mapping)
    columns = mapping.label or []
    if mapping.label_columns == "flags":
        chosen = [column for column in columns if _is_yes(cell(values, column), column)]
        said = any(cell(values, column) not in (None, "") for column in columns)
        return [GivenLabel(chosen, labeler)] if said else []
    return [one for column in columns for one in _given(cell(values, column), column, labeler or column, mapping)]


def _given(value: Any, column: str, labeler: str | None, mapping: ImportMapping) -> list[GivenLabel]:
    """What a cell of a label column says: the project's task type reads it later."""
    if isinstance(value, Given):
        return [one if one.labeler or not labeler else one._replace(labeler=labeler) for one in value]
    if isinstance(value, str):
        value = value.strip()
        if len(value) > MAX_ANSWER:
            raise RowRefused(column, f'"{column}" has {len(value)} characters, at most {MAX_ANSWER:,} are taken')
        if (listed := listed_in(value)) is not None:
            value = listed
        elif mapping.separator and value:
            value = [part.strip() for part in value.split(mapping.separator) if part.strip()]
    return [] if value is None or value == "" else [GivenLabel(value, labeler)]


def _predictions(values: Mapping[str, Any], mapping: ImportMapping) -> list[GivenLabel]:
    column = str(mapping.prediction)
    value = cell(values, column)
    if isinstance(value, Given):
        return list(value)
    if value is None or value == "":
        return []
    score = cell(values, mapping.score) if mapping.score else None
    try:
        return [GivenLabel(value, score=None if score in (None, "") else float(score))]
    except (TypeError, ValueError):
        raise RowRefused(mapping.score, f'"{mapping.score}" is no number') from None


def listed_in(text: str) -> list[Any] | None:
    """The texts or numbers of a list that was written into a cell, as pandas or JSON writes it; None: it is no list."""
    if not text.startswith("[") or not text.endswith("]") or len(text) > MAX_ANSWER:
        return None
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, list) and all(isinstance(one, str | int | float) for one in found) else None


def is_yes_or_no(value: Any) -> bool:
    """Whether a cell says one of them, or nothing."""
    return isinstance(value, str | int | float | None) and _word_of(value) in _YES | _NO


def _word_of(value: Any) -> str:
    return str(value if value is not None else "").strip().lower()


def _is_yes(value: Any, column: str) -> bool:
    word = _word_of(value)
    if word in _YES or word in _NO:
        return word in _YES
    raise RowRefused(column, f'"{column}" is "{word[:50]}", expected yes or no, true or false, 1 or 0')


def _word(value: Any, column: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict | list):
        raise RowRefused(column, f'"{column}" is {_kind(value)}, expected text')
    word = (str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)).strip()
    if len(word) > MAX_WORD:
        raise RowRefused(column, f'"{column}" has {len(word)} characters, at most {MAX_WORD} are taken')
    return word or None


def _collected(values: Mapping[str, Any], columns: Sequence[str], role: str, *, nested: bool) -> dict[str, Any]:
    """The values of several columns; those of our exports ("fields", "fields.age") without their prefix."""
    collected: dict[str, Any] = {}
    for name in columns:
        value = cell(values, name)
        if name == role and isinstance(value, dict):
            collected.update({inner: _plain(one, nested) for inner, one in value.items()})
        elif name == role and value is None:
            continue
        elif value is not None or name in values:
            collected[name.removeprefix(f"{role}.")] = _plain(value, nested)
    return collected


def _plain(value: Any, nested: bool) -> Any:
    if isinstance(value, Given):
        value = [
            {"value": one.value, **({"labeler": one.labeler} if one.labeler else {})} for one in value if not one.lost
        ]
    return orjson.dumps(value).decode() if isinstance(value, dict | list) and not nested else value


def _kind(value: Any) -> str:
    return "an object" if isinstance(value, dict) else "a list"


def _named(columns: Sequence[str]) -> str:
    return " and ".join(f'"{name}"' for name in columns)
