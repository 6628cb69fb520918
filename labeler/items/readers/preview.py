"""The first rows of a file and what its columns seem to mean, before anything is imported."""

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from labeler.items.readers.mapping import guess_mapping
from labeler.items.readers.registry import BadRow, Limits, Row, read_rows
from labeler.items.readers.sniff import sniff
from labeler.tasks import suggested
from labeler.tasks.labels import distinct

LOOKED_AT = 1_000
_SHOWN = 300
_SAMPLES = 3
_WARNINGS = 10


def preview(path: Path, n: int = 20, *, limits: Limits | None = None, complete: bool = True) -> dict[str, Any]:
    """What the import page shows of a file.

    n: how many rows to show; the mapping is guessed from the first 1,000. complete: False when `path` holds
    only the first bytes of the file (not Parquet), whose last row may be cut off.
    Returns {format, encoding, delimiter, columns: [{name, kind, samples}], rows, mapping, labels_found, content, task,
    warnings}; cells in rows and samples are cut to 300 characters. Raises FileRefused.
    """
    detected = sniff(Path(path))
    looked = list(islice(read_rows(Path(path), detected, limits), LOOKED_AT))
    if not complete and len(looked) < LOOKED_AT:
        looked = looked[:-1]
    rows = [row.values for row in looked if isinstance(row, Row)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    mapping = guess_mapping(columns, rows)
    label = mapping["label"]
    answers = [row[label] for row in rows if label and row.get(label) not in (None, "")]
    task = suggested(answers)
    return {
        "format": detected.dialect or detected.format,
        "encoding": detected.encoding,
        "delimiter": detected.delimiter,
        "columns": [_column(name, [row.get(name) for row in rows]) for name in columns],
        "rows": [{name: _cut(cell) for name, cell in row.items()} for row in rows[:n]],
        "mapping": mapping,
        "labels_found": [one["name"] for one in (task or {}).get("labels") or []] or distinct(answers),
        "content": "text" if mapping["text"] else "table",
        "task": task,
        "warnings": [*detected.warnings, *_warnings(looked, mapping)],
    }


def _warnings(looked: Sequence[Row | BadRow], mapping: dict[str, Any]) -> list[str]:
    bad = [f"row {row.number}: {row.reason}" for row in looked if isinstance(row, BadRow)]
    warnings = bad[:_WARNINGS]
    if len(bad) > _WARNINGS:
        warnings.append(f"{len(bad) - _WARNINGS} more of the first {len(looked)} rows can't be read")
    if not looked:
        warnings.append("the file has no rows")
    elif mapping["key"] is None:
        warnings.append("no column of ids: keys are made of the content, and rows with the same content are one item")
    return warnings


def _column(name: str, cells: list[Any]) -> dict[str, Any]:
    present = [cell for cell in cells if cell is not None and cell != ""]
    samples = list(dict.fromkeys(str(_cut(cell)) for cell in present[:50]))[:_SAMPLES]
    return {"name": name, "kind": _kind(present), "samples": samples}


def _kind(present: list[Any]) -> str:
    if not present:
        return "empty"
    if any(isinstance(cell, dict | list) for cell in present):
        return "nested"
    words = [str(cell).strip() for cell in present]
    if all(word.lower() in ("true", "false", "yes", "no") for word in words):
        return "boolean"
    if all(re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", word[:50], re.IGNORECASE) for word in words):
        return "number"
    if all(re.match(r"\d{4}-\d\d-\d\d([T ]|$)", word[:50]) for word in words):
        return "date"
    few = len(set(words)) <= max(2, len(words) // 4) and max(map(len, words)) <= 60
    return "category" if few else "text"


def _cut(cell: Any) -> Any:
    if isinstance(cell, dict | list):
        cell = str(cell)
    return f"{cell[:_SHOWN]}…" if isinstance(cell, str) and len(cell) > _SHOWN else cell
