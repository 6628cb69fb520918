"""JSON Lines, and one JSON array: the rows as they are."""

from collections.abc import Iterable, Iterator

import orjson
from pydantic import Field

from labeler.datasets.writers.options import ItemOptions, Rows
from labeler.datasets.writers.registry import Export, ExportRow, in_chunks, register_writer

_HOW = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z


class JsonOptions(ItemOptions):
    rows: Rows = Field(
        "answers", title="Each object is", description="One object for each item with its labels, or for each label."
    )


@register_writer(
    "jsonl",
    title="JSON Lines (everything, nested)",
    media_type="application/x-ndjson",
    suffix=".jsonl",
    needs_columns=False,
    options=JsonOptions,
)
def write_jsonl(rows: Iterable[ExportRow], export: Export) -> Iterator[bytes]:
    """One object per line, UTF-8. Nothing is flattened."""
    return in_chunks(orjson.dumps(row, option=_HOW) for row in rows)


@register_writer(
    "json",
    title="JSON (one array)",
    media_type="application/json",
    suffix=".json",
    needs_columns=False,
    options=JsonOptions,
)
def write_json(rows: Iterable[ExportRow], export: Export) -> Iterator[bytes]:
    """The same objects in one array, one per line."""
    return array(orjson.dumps(row, option=orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z) for row in rows)


def array(objects: Iterable[bytes]) -> Iterator[bytes]:
    """JSON texts as one array, one per line, in chunks."""

    def parts() -> Iterator[bytes]:
        between = b"[\n"
        for one in objects:
            yield between
            yield one
            between = b",\n"
        yield b"[\n]\n" if between == b"[\n" else b"\n]\n"

    return in_chunks(parts())
