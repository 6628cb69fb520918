"""JSON Lines: the rows as they are."""

from collections.abc import Iterable, Iterator

import orjson

from labeler.datasets.writers.registry import CHUNK, Columns, ExportRow, register_writer


@register_writer(
    "jsonl",
    title="JSON Lines (everything, nested)",
    media_type="application/x-ndjson",
    suffix=".jsonl",
    needs_columns=False,
)
def write_jsonl(rows: Iterable[ExportRow], columns: Columns) -> Iterator[bytes]:
    """One object per line, UTF-8. Nothing is flattened, `columns` is not needed."""
    lines: list[bytes] = []
    size = 0
    for row in rows:
        line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z)
        lines.append(line)
        size += len(line)
        if size >= CHUNK:
            yield b"".join(lines)
            lines, size = [], 0
    if lines:
        yield b"".join(lines)
