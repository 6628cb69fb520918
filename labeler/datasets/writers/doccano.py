"""doccano's JSON Lines: a text with its list of labels; and a zip of one such file for each annotator."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from labeler.datasets.writers.registry import Export, ExportRow, in_chunks, register_folder_writer, register_writer
from labeler.tasks import OF_LABELS

_TAKEN = frozenset(("id", "text", "label", "labels", "key", "split", "Comments", "file"))
_NO_NAME = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_OPEN = 50  # files at a time
UNKNOWN = "unknown"


@register_writer(
    "doccano",
    title="doccano (JSON Lines)",
    media_type="application/x-ndjson",
    suffix=".jsonl",
    needs_columns=False,
    tasks=OF_LABELS,
    contents=("text",),
)
def write_doccano(rows: Iterable[ExportRow], export: Export) -> Iterator[bytes]:
    """One object an item: text, label (the answer in force as a list), key, split, and the metadata beside them."""
    labels_in = export.task.labels_in
    answered = ((row, [] if row.get("label") is None else labels_in(row["label"])) for row in rows)
    return in_chunks(_line(row, labels) for row, labels in answered)


@register_folder_writer(
    "doccano_annotators",
    title="doccano (zip, one file for each annotator)",
    needs_columns=False,
    tasks=OF_LABELS,
    contents=("text",),
)
def write_annotators(rows: Iterable[ExportRow], export: Export, folder: Path) -> None:
    """NAME.jsonl holds what NAME labeled; unknown.jsonl the items that nobody did."""
    files = _Files(folder)
    try:
        for row in rows:
            for label in row.get("labels") or ():
                files.write(label.get("labeler"), _line(row, export.task.labels_in(label["value"])))
            if not row.get("labels"):
                labels = [] if row.get("label") is None else export.task.labels_in(row["label"])
                files.write(None, _line(row, labels))
    finally:
        files.close()


class _Files:
    """A file for each annotator, of which only some are open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str | None, str] = {None: UNKNOWN}
        self.open: dict[str, Any] = {}

    def write(self, labeler: str | None, line: bytes) -> None:
        name = self.names.get(labeler) or self._name(labeler or "")
        if (file := self.open.get(name)) is None:
            if len(self.open) == _OPEN:
                self.open.pop(next(iter(self.open))).close()
            file = self.open[name] = open(self.folder / f"{name}.jsonl", "ab")  # noqa: SIM115 (closed together)
        file.write(line)

    def _name(self, labeler: str) -> str:
        """What files may be called on every system, told apart also where case does not count."""
        plain = _NO_NAME.sub("_", labeler).strip(" .")[:100] or "_"
        taken = {name.casefold() for name in self.names.values()}
        name, number = plain, 2
        while name.casefold() in taken:
            name, number = f"{plain} {number}", number + 1
        self.names[labeler] = name
        return name

    def close(self) -> None:
        for file in self.open.values():
            file.close()


def _line(row: ExportRow, labels: list[str]) -> bytes:
    metadata = {
        f"metadata.{name}" if name in _TAKEN else name: value for name, value in (row.get("metadata") or {}).items()
    }
    split = {} if row.get("split") is None else {"split": row["split"]}
    return orjson.dumps(
        {"text": row["text"], "label": labels, "Comments": [], "key": row["key"], **split, **metadata},
        option=orjson.OPT_APPEND_NEWLINE,
    )
