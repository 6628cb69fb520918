"""fastText: one labeled text a line, its labels in front."""

import re
from collections.abc import Iterable, Iterator

from labeler.datasets.writers.registry import Export, ExportRow, in_chunks, register_writer
from labeler.tasks import BUILT_IN

MARK = "__label__"
_SPACE = re.compile(r"\s+")


@register_writer(
    "fasttext",
    title="fastText (labeled texts only)",
    media_type="text/plain; charset=utf-8",
    suffix=".txt",
    needs_columns=False,
    tasks=BUILT_IN,
    contents=("text",),
)
def write_fasttext(rows: Iterable[ExportRow], export: Export) -> Iterator[bytes]:
    """`__label__spam text`, UTF-8. Line ends and tabs become spaces; a space in a label becomes "_". An item without an
    answer, or with the empty one, has no line: fastText knows no text without a label."""
    marks = _marks(export.schema.names())

    def lines() -> Iterator[bytes]:
        for row in rows:
            names = [] if row.get("label") is None else export.task.counted_as(row["label"])
            if names:
                text = _SPACE.sub(" ", row.get("text") or "").replace(
                    MARK, "__label_"
                )  # else a word of it were a label
                yield f"{' '.join(marks.get(name) or _mark(name) for name in names)} {text.strip()}\n".encode()

    return in_chunks(lines())


def _mark(name: str) -> str:
    return MARK + _SPACE.sub("_", name)


def _marks(names: Iterable[str]) -> dict[str, str]:
    """A mark for each label, all different."""
    marks: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        mark, number = _mark(name), 2
        while mark in taken:
            mark, number = f"{_mark(name)}_{number}", number + 1
        marks[name] = mark
        taken.add(mark)
    return marks
