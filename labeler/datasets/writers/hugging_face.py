"""A Hugging Face dataset folder: `datasets.load_dataset(folder)` reads it, also without a network."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
from pydantic import Field

from labeler.datasets.hub import found_by
from labeler.datasets.markdown import cell, front_matter
from labeler.datasets.rows import SPLITS
from labeler.datasets.writers.options import Options
from labeler.datasets.writers.registry import Export, ExportRow, register_folder_writer
from labeler.kit.counting import counted
from labeler.tasks import BUILT_IN


class HuggingFaceOptions(Options):
    soft: bool = Field(
        False, title="Soft labels", description="A column for each label: which part of an item's labels says it."
    )
    unlabeled: bool = Field(True, title="Items without an answer, too", description="Their label is null.")


@register_folder_writer(
    "hugging_face",
    title="Hugging Face dataset (zip)",
    tasks=BUILT_IN,
    options=HuggingFaceOptions,
)
def write_hugging_face(rows: Iterable[ExportRow], export: Export, folder: Path) -> None:
    """README.md, a card whose front matter names the splits; data/SPLIT-00000-of-00001.parquet with the features in
    its schema: label is a ClassLabel, a list of them, or a number; labels are those of every labeler."""
    from labeler.datasets import arrow

    columns = arrow.feature_columns(export)
    info = {"info": {"features": {column.name: column.feature for column in columns}}}
    schema = arrow.schema_of(columns).with_metadata({"huggingface": orjson.dumps(info).decode()})
    (folder / "data").mkdir()
    counts: dict[str, int] = {}
    with ExitStack() as open_files:
        files: dict[str, Any] = {}
        for batch in arrow.batches(row for row in rows if export.options.unlabeled or row.get("label") is not None):
            for split, part in _parted(batch).items():
                if split not in files:
                    path = folder / "data" / f"{split}-00000-of-00001.parquet"
                    files[split] = open_files.enter_context(arrow.File(path, schema))
                files[split].write(arrow.batch_of(part, columns))
                counts[split] = counts.get(split, 0) + len(part)
        if not files:
            arrow.write((), columns, folder / "data" / "train-00000-of-00001.parquet")
            counts["train"] = 0
    (folder / "README.md").write_text(_card(export, counts), "utf-8")


def _parted(rows: Iterable[ExportRow]) -> dict[str, list[ExportRow]]:
    parts: dict[str, list[ExportRow]] = {}
    for row in rows:
        parts.setdefault(SPLITS.get(row.get("split") or "", "train"), []).append(row)
    return parts


def _card(export: Export, counts: dict[str, int]) -> str:
    files = [{"split": split, "path": f"data/{split}-*"} for split in sorted(counts, reverse=True)]
    about = {"pretty_name": export.title, **found_by(None, export.schema.type, sum(counts.values()))}
    about["configs"] = [{"config_name": "default", "data_files": files}]
    meaning = [f"- {orjson.dumps(name).decode()}: {text or '–'}" for name, text in export.schema.descriptions().items()]
    lines = [f"- {split}: {_items(count)}" for split, count in sorted(counts.items(), reverse=True)]
    return f"{front_matter(about)}\n# {cell(export.title)}\n\n" + "\n".join([*lines, "", "Labels:", "", *meaning, ""])


def _items(count: int) -> str:
    return counted("{n} item", "{n} items", count)
