"""Which column means what, and a row as an item."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from labeler.items.keys import InvalidKey, as_key, content_key
from labeler.items.readers.registry import FileRefused, Row, RowRefused

ROLES = ("key", "text", "fields", "label", "split", "metadata")
MAX_LABEL = 200
MAX_ANSWER = 20_000

_KEY = ("key", "id", "item_key", "item_id", "uuid", "guid", "uid")
_TEXT = (
    "text", "body", "content", "message", "question", "sentence", "review", "comment", "tweet", "utterance",
    "query", "prompt", "document", "abstract", "description", "headline", "title",
)  # fmt: skip
_LABEL = ("label", "category", "class", "target", "labels", "intent", "sentiment", "topic", "tag", "y")
_SPLIT = ("split", "fold", "partition", "subset")
_EXPORT = {"confidence", "method", "labels", "flags"}


def guess_mapping(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """{key, text, fields, label, split, metadata} from names and the first rows.

    key: unique, and named like an id. text: named like one and not numeric, else the longest free text.
    label: named like one, with few different short values. Without a text, all other columns are fields;
    with one they are metadata. Columns of our own exports go back to where they came from.
    """
    known = {name: [row.get(name) for row in rows] for name in columns}
    left = list(columns)
    mapping: dict[str, Any] = dict.fromkeys(ROLES)

    def take(role: str, names: Iterable[str]) -> None:
        mapping[role] = next(iter(names), None)
        if mapping[role] is not None:
            left.remove(mapping[role])

    take("key", (name for name in _by_name(left, _KEY, suffix="id") if _is_unique(known[name])))
    take("label", (name for name in _by_name(left, _LABEL) if _few_values(known[name])))
    take("split", (name for name in _by_name(left, _SPLIT) if _few_values(known[name])))
    if {"key", "split", "label"} <= set(columns):
        left = [name for name in left if name not in _EXPORT]
    nested = [name for name in left if name == "fields" or name.startswith("fields.")]
    if not nested:
        named = (name for name in _by_name(left, _TEXT) if _is_text(known[name]))
        free = sorted((n for n in left if _words(known[n]) >= 3), key=lambda name: -_words(known[name]))
        take("text", [*named, *free])
    mapping["fields"] = nested
    if mapping["text"] is None and not nested:
        mapping["fields"] = [name for name in left if not name.startswith("metadata.") and name != "metadata"]
    mapping["metadata"] = [name for name in left if name not in mapping["fields"]]
    return mapping


def check_mapping(mapping: Mapping[str, Any], columns: Sequence[str] | None = None) -> dict[str, Any]:
    """The mapping with every role, unknown ones refused. Raises FileRefused.

    columns: those of the file, where every row has the same; then each mapped column must be there.
    """
    checked: dict[str, Any] = dict.fromkeys(ROLES)
    for role, value in mapping.items():
        if role not in ROLES:
            raise FileRefused(f'the mapping has "{role}", expected {", ".join(ROLES)}')
        many = role in ("fields", "metadata")
        names = (value or []) if many else [value]
        if not isinstance(names, list) or not all(
            isinstance(name, str) or (name is None and not many) for name in names
        ):
            raise FileRefused(f'"{role}" of the mapping must be {"a list of columns" if many else "a column or null"}')
        for name in names:
            if columns is not None and name is not None and name not in columns:
                raise FileRefused(f'the mapping names the column "{name}", the file has {", ".join(columns)[:500]}')
        checked[role] = names if many else value
    checked["fields"], checked["metadata"] = checked["fields"] or [], checked["metadata"] or []
    if not checked["text"] and not checked["fields"]:
        raise FileRefused('the mapping must name the column of the "text", or the columns that are "fields"')
    return checked


def to_item(row: Row, mapping: Mapping[str, Any]) -> dict[str, Any]:
    """{key, text or fields, metadata, split, label} of a row; raises RowRefused.

    Without a key column the key is made of the content alone ("sha-" and 16 hex digits of its SHA-256), so
    that importing a file twice adds nothing. Rows with the same content are then one item.
    """
    values = row.values
    item: dict[str, Any] = {}
    text_column = mapping.get("text")
    if text_column:
        item["text"] = _text(values.get(text_column), text_column)
        content: dict[str, Any] = {"text": item["text"]}
    else:
        item["fields"] = _collected(values, mapping.get("fields") or [], "fields", nested=False)
        if all(value is None or value == "" for value in item["fields"].values()):
            raise RowRefused(None, "every field is empty")
        content = {"fields": item["fields"]}
    key_column = mapping.get("key")
    key = _key(values.get(key_column), key_column) if key_column else content_key(content)
    item["metadata"] = _collected(values, mapping.get("metadata") or [], "metadata", nested=True)
    item["split"] = _word(values, mapping.get("split"))
    item["label"] = _answer(values, mapping.get("label"))
    return {"key": key, **item}


def _text(value: Any, column: str) -> str:
    if isinstance(value, str):
        if not value.strip():
            raise RowRefused(column, f'"{column}" is empty')
        return value
    if value is None:
        raise RowRefused(column, f'"{column}" is missing')
    if isinstance(value, dict | list):
        raise RowRefused(column, f'"{column}" is {"an object" if isinstance(value, dict) else "a list"}, expected text')
    return str(value)


def _key(value: Any, column: str) -> str:
    if value is None:
        raise RowRefused(column, f'"{column}" is missing')
    try:
        return as_key(value)
    except InvalidKey as invalid:
        raise RowRefused(column, f'"{column}" {invalid}') from None


def _answer(values: Mapping[str, Any], column: str | None) -> Any:
    """What is in the cell: the project's task type reads it. Lists and objects may be one (several labels, regions)."""
    value = values.get(column) if column else None
    if isinstance(value, str):
        value = value.strip()
        if len(value) > MAX_ANSWER:
            raise RowRefused(column, f'"{column}" has {len(value)} characters, at most {MAX_ANSWER:,} are taken')
    return None if value == "" else value


def _word(values: Mapping[str, Any], column: str | None) -> str | None:
    value = values.get(column) if column else None
    if value is None:
        return None
    if isinstance(value, dict | list):
        raise RowRefused(column, f'"{column}" is {"an object" if isinstance(value, dict) else "a list"}, expected text')
    word = (str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)).strip()
    if len(word) > MAX_LABEL:
        raise RowRefused(column, f'"{column}" has {len(word)} characters, at most {MAX_LABEL} are taken')
    return word or None


def _collected(values: Mapping[str, Any], columns: Sequence[str], role: str, *, nested: bool) -> dict[str, Any]:
    """The values of several columns; those of our exports ("fields", "fields.age") without their prefix."""
    collected: dict[str, Any] = {}
    for name in columns:
        value = values.get(name)
        if name == role and isinstance(value, dict):
            collected.update({inner: _scalar(cell, nested) for inner, cell in value.items()})
        elif name == role and value is None:
            continue
        elif name in values:
            collected[name.removeprefix(f"{role}.")] = _scalar(value, nested)
    return collected


def _scalar(value: Any, nested: bool) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) and not nested else value


def _by_name(columns: Sequence[str], wanted: Sequence[str], suffix: str | None = None) -> list[str]:
    plain = {name: re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in columns}
    found = [name for word in wanted for name in columns if plain[name] == word]
    return found + [name for name in columns if suffix and plain[name].endswith(f"_{suffix}") and name not in found]


def _present(cells: Sequence[Any]) -> list[Any]:
    return [cell for cell in cells if cell is not None and cell != ""]


def _is_unique(cells: Sequence[Any]) -> bool:
    present = _present(cells)
    if any(isinstance(cell, dict | list | bool) for cell in present):
        return False
    return len(present) == len(cells) > 0 and len({str(cell) for cell in present}) == len(present)


def _few_values(cells: Sequence[Any]) -> bool:
    present = _present(cells)
    if any(isinstance(cell, dict) or len(str(cell)) > 100 for cell in present):
        return False
    words = {str(one) for cell in present for one in (cell if isinstance(cell, list) else str(cell).split("|"))}
    return len(words) <= max(10, len(present) // 4) if present else False


def _is_text(cells: Sequence[Any]) -> bool:
    strings = [cell for cell in _present(cells) if isinstance(cell, str)]
    letters = sum(any(character.isalpha() for character in cell) for cell in strings)
    return bool(strings) and letters * 2 > len(strings)


def _words(cells: Sequence[Any]) -> float:
    present = _present(cells)
    if not present or not all(isinstance(cell, str) for cell in present):
        return 0.0
    return sum(len(cell.split()) for cell in present) / len(present)
