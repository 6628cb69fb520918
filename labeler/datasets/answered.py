"""What a dataset version holds to learn from: its answered items, content and answer in one row, by split.

`datasets.load_dataset(folder)`, pandas and DuckDB read these files as they are. A file of the version before is kept
while its answers are in force; new and changed ones come in files of their own (a version costs what changed).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from labeler.contents import ContentKind
from labeler.datasets import arrow
from labeler.datasets.rows import SPLITS
from labeler.datasets.segments import MOST_SMALL, SEGMENT, Rows, Segment, write_table
from labeler.datasets.writers.registry import Columns, Export
from labeler.kit.files import sha256_of
from labeler.tasks import BUILT_IN, TaskType

LABEL_TYPES = {"classification": pa.string(), "multilabel": pa.list_(pa.string()), "ordinal": pa.float64()}
"""How answers are kept, by the problem that learns from them."""


_ANSWER = ["item", "label", "confidence", "method", "labels"]


@dataclass(frozen=True)
class Answered:
    """One file. fields: the kinds of its fields (see `Columns`)."""

    file: str
    split: str
    rows: int
    sha256: str
    bytes: int
    fields: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def answered_of(manifest: Mapping[str, Any]) -> list[Answered]:
    """The files of a version; none in versions of formats before 3."""
    return [Answered(**entry) for entry in manifest.get("answered", [])]


def write_answered(
    folder: Path,
    items: Sequence[Segment],
    current: Rows,
    task: TaskType[Any],
    kind: ContentKind,
    before: Iterable[Answered],
    changed: Sequence[int] = (),
) -> tuple[list[Answered], int]:
    """The files of all answered items, and how many bytes were written.

    current: the answers, by rising id of the item; before: the files of the version before; changed: rising ids of all
    items whose metadata ever changed.
    """
    answers = _answers(current, task)
    new = np.ones(len(answers), dtype=bool)
    ids = answers["item"].to_numpy()
    kept: list[Answered] = []
    small = [one for one in before if one.rows < SEGMENT]
    merged = small if len(small) >= MOST_SMALL else []
    for one in before:
        if one in merged or not (folder / one.file).is_file():
            continue
        there = pq.read_table(folder / one.file, columns=_ANSWER)
        places = np.searchsorted(ids, there["item"].to_numpy())
        if len(places) and places.max() < len(ids):
            now = answers.take(places)
            splits = set(now["split"].to_pylist())
            same = splits == {one.split} and now.select(_ANSWER).equals(there.select(_ANSWER))
            if same and _metadata_holds(folder, items, one, changed):
                kept.append(one)
                new[places] = False
    files = [*kept, *_write(folder, items, answers.filter(new), task, kind)]
    written = sum(one.bytes for one in files[len(kept) :])
    return sorted(files, key=lambda one: one.file), written


def _metadata_holds(folder: Path, items: Sequence[Segment], file: Answered, changed: Sequence[int]) -> bool:
    """Whether the metadata in a file is what these items have now."""
    if not changed:
        return True
    held = pq.read_table(folder / file.file, columns=["item", "metadata"])
    held = held.filter(pc.is_in(held["item"], value_set=pa.array(changed, pa.int64())))
    if not held.num_rows:
        return True
    first, last = held["item"][0].as_py(), held["item"][-1].as_py()
    for segment in items:
        if segment.first <= last and segment.last >= first:
            now = pq.read_table(folder / segment.file, columns=["item", "metadata"])
            part = held.filter(pc.is_in(held["item"], value_set=now["item"].combine_chunks()))
            if not now.filter(pc.is_in(now["item"], value_set=part["item"].combine_chunks())).equals(part):
                return False
    return True


def _answers(current: Rows, task: TaskType[Any]) -> pa.Table:
    """The answers as they are kept in the files, with the split."""
    values = [row["value"] for row in current]
    if task.name in BUILT_IN:
        values = [task.load(value) for value in values]
    types = {"item": pa.int64(), "confidence": pa.float32(), "method": pa.string(), "labels": pa.int16()}
    made = {name: pa.array([row[name] for row in current], type) for name, type in types.items()}
    splits = pa.array([SPLITS.get(row["split"], "train") for row in current], pa.string())
    return pa.table(made | {"label": pa.array(values, label_type(task)), "split": splits})


def label_type(task: TaskType[Any]) -> pa.DataType:
    """How answers are kept in the files; those of task types from elsewhere as JSON text."""
    return LABEL_TYPES.get(task.problem, pa.string()) if task.name in BUILT_IN else pa.string()


def columns_of(kind: ContentKind, task: TaskType[Any], fields: Mapping[str, str]) -> dict[str, pa.DataType]:
    """The columns of the files. fields: the kinds of the fields of a table's rows."""
    content = {name: pa.type_for_alias(alias) for name, alias in kind.columns.items() if name != "fields"}
    content |= {f"fields.{name}": arrow.TYPES[of] for name, of in fields.items()}
    about = {"confidence": pa.float32(), "method": pa.string(), "labels": pa.int16(), "metadata": pa.string()}
    return {"item": pa.int64(), "key": pa.string(), **content, "label": label_type(task), **about}


def fields_of(files: Iterable[Answered]) -> dict[str, str]:
    """The fields of all files, in the order in which they came, and the kind that takes all their values."""
    found: dict[str, str] = {}
    for one in files:
        for name, kind in one.fields.items():
            if found.setdefault(name, kind) != kind:
                found[name] = "number" if {found[name], kind} == {"integer", "number"} else "text"
    return found


def _write(
    folder: Path, items: Sequence[Segment], answers: pa.Table, task: TaskType[Any], kind: ContentKind
) -> Iterator[Answered]:
    """Files of these answers, at most SEGMENT rows each."""
    waiting: dict[str, Rows] = {}
    for row in _rows(folder, items, answers, kind):
        split = row.pop("split")
        rows = waiting.setdefault(split, [])
        rows.append(row)
        if len(rows) == SEGMENT:
            yield _file(folder, split, waiting.pop(split), task, kind)
    for split, rows in sorted(waiting.items()):
        yield _file(folder, split, rows, task, kind)


def _rows(folder: Path, items: Sequence[Segment], answers: pa.Table, kind: ContentKind) -> Iterator[dict[str, Any]]:
    """Content and answer in one row, by rising id of the item."""
    ids = answers["item"].to_numpy()
    for segment in items:
        start, end = np.searchsorted(ids, [segment.first, segment.last + 1])
        if start == end:
            continue
        found = pq.read_table(folder / segment.file, columns=["item", "key", *kind.columns, "metadata"])
        found = found.filter(pc.is_in(found["item"], value_set=answers["item"][start:end].combine_chunks()))
        for item, answer in zip(found.to_pylist(), answers[start:end].to_pylist(), strict=True):
            content = kind.from_columns(item) if "fields" in kind.columns else {}
            yield {**item, **content, **answer}


def _file(folder: Path, split: str, rows: Rows, task: TaskType[Any], kind: ContentKind) -> Answered:
    found = Columns.of({"fields": row.get("fields")} for row in rows)
    fields = {name: found.kinds.get(f"fields.{name}", "text") for name in found.fields}
    table = _table(rows, columns_of(kind, task, fields), found)
    digest = hashlib.sha256(orjson.dumps([list(row.values()) for row in rows], default=str)).hexdigest()
    file = f"answered/{split}/{rows[0]['item']:012d}-{rows[-1]['item']:012d}-{digest[:12]}.parquet"
    path = folder / file
    write_table(path, table)
    return Answered(file, split, len(rows), sha256_of(path), path.stat().st_size, fields)


def _table(rows: Rows, columns: Mapping[str, pa.DataType], found: Columns) -> pa.Table:
    fields = {one.name: one.make for one in arrow.content_columns(Export(found)) if one.name.startswith("fields.")}
    made = {
        name: fields[name](rows) if name in fields else pa.array([row[name] for row in rows], type)
        for name, type in columns.items()
    }
    return pa.table(made, schema=pa.schema(list(columns.items())))
