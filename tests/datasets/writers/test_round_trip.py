"""What was exported comes back: the same texts under the same keys, with every labeler's label (G8)."""

import io
import json
import string
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.datasets.shares import by_label
from labeler.datasets.writers import Columns, Export, parse_options, writer
from labeler.datasets.writers.argilla import user_id
from labeler.imports.entry import to_item
from labeler.imports.plan import look
from labeler.items.readers import Row, read_rows
from labeler.items.readers.workbook_errors import WORDS
from labeler.tasks import TaskSchema, parse_schema, task_type

NAMES = ["spam", "ham, or not", "=1+1", "a|b; c", '["q"]', "Größe  漢字", "@x"]
SCHEMAS = {
    "choice": parse_schema({"type": "choice", "labels": NAMES}),
    "multi_choice": parse_schema({"type": "multi_choice", "labels": NAMES}),
    "rating": parse_schema({"type": "rating", "scale": {"min": -1, "max": 4, "step": 0.5}}),
}
VALUES = {
    "choice": st.sampled_from(NAMES),
    "multi_choice": st.lists(st.sampled_from(NAMES), unique=True).map(lambda some: [n for n in NAMES if n in some]),
    "rating": st.sampled_from(SCHEMAS["rating"].scale.numbers()),
}
ANY = st.characters(exclude_categories=["Cs", "Cc"])
NASTY = st.text(
    st.one_of(ANY, st.sampled_from("=+-@\t\r\n'\";,|{}[]\\ 1é🙂\u2028\ufeff")), min_size=1, max_size=14
).filter(lambda text: text.strip() not in WORDS)  # those stand for errors of a sheet: refused, and told
TEXTS = NASTY.filter(str.strip)
KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)
PEOPLE = st.text(string.ascii_letters + " .,'=é漢", min_size=1, max_size=8).map(str.strip).filter(bool)


@st.composite
def exported(draw: st.DrawFn, task: str) -> list[dict[str, Any]]:
    """Rows as an export has them; the answer is one of the labels."""
    keys = draw(st.lists(KEYS, min_size=1, max_size=4, unique=True))
    people = draw(st.lists(PEOPLE, min_size=1, max_size=3, unique_by=str.casefold))
    rows = []
    for key in keys:
        given = draw(st.dictionaries(st.sampled_from(people), VALUES[task]))
        labels = [label(who, value) for who, value in given.items()]
        answer = {"label": labels[0]["value"], "confidence": 1.0, "method": "majority"} if labels else {}
        about = {"metadata": draw(st.dictionaries(st.sampled_from(["a", "label"]), TEXTS)), "split": "train"}
        empty = {"label": None, "confidence": None, "method": None}
        rows.append({"key": key, "text": draw(TEXTS), **about, **empty, **answer, "labels": labels, "flags": []})
    return rows


def label(who: str, value: Any) -> dict[str, Any]:
    about = {"kind": "person", "guideline_version": 1, "schema_version": 1, "source": "ui", "pick": {"strategy": "m"}}
    return {"labeler": who, "value": value, **about, "created_at": "2026-01-02T03:04:05Z"}


def encoded(name: str, rows: list[dict[str, Any]], schema: TaskSchema, *options: str) -> bytes:
    chosen = parse_options(writer(name).options, options)
    found = by_label(rows) if chosen.wants.rows == "labels" else iter(rows)
    return b"".join(writer(name).encode(found, Export(Columns.of(rows), schema, "SMS", chosen)))


def read(data: bytes, name: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Every item of a file, as the import takes it."""
    for number, part in enumerate(parts(data, writer(name).suffix)):
        path = folder / f"{name}-{number}"
        path.write_bytes(part)
        looked = look(path)
        for row in read_rows(path, looked.detected):
            assert isinstance(row, Row), row
            yield to_item(row, looked.plan.mapping)


def parts(data: bytes, suffix: str) -> Iterator[bytes]:
    """The files of a zip, each row with the name of its file; an array as lines."""
    if suffix == ".json":
        yield b"".join(json.dumps(one).encode() + b"\n" for one in json.loads(data))
    elif suffix == ".zip":
        archive = zipfile.ZipFile(io.BytesIO(data))
        for name in archive.namelist():
            rows = [json.loads(line) | {"file": name} for line in archive.read(name).splitlines()]
            yield b"".join(json.dumps(one).encode() + b"\n" for one in rows)
    else:
        yield data


def labels_of(items: list[dict[str, Any]], schema: TaskSchema) -> dict[str, dict[str | None, Any]]:
    """Labels by key and labeler, as the project's question reads them."""
    found: dict[str, dict[str | None, Any]] = {}
    for item in items:
        mine = found.setdefault(item["key"], {})
        for one in item.get("labels", ()):
            assert one.lost is None
            mine[one.labeler] = task_type(schema.type).parse(one.value, schema, None)
    return found


WHOLE = [("csv",), ("csv", "excel=true"), ("jsonl",), ("json",), ("parquet",), ("label_studio",), ("prodigy",)]
LABELS_ALONE = [(name, "rows=labels") for name in ("csv", "jsonl", "json", "parquet")]
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("task", SCHEMAS)
@pytest.mark.parametrize("form", [*WHOLE, *LABELS_ALONE], ids=" ".join)
@quick
@given(data=st.data())
def test_texts_keys_and_labels_by_labeler_come_back(form: Any, task: str, data: st.DataObject, tmp_path: Path) -> None:
    rows, schema = data.draw(exported(task)), SCHEMAS[task]
    name, *options = form
    if not any(row["labels"] for row in rows) and (name == "prodigy" or options):
        return  # without any answer nothing says whose file it is, or there is no row
    items = list(read(encoded(name, rows, schema, *options), name, tmp_path))
    kept = [row for row in rows if row["labels"] or "rows=labels" not in options]
    assert {item["key"]: item["text"] for item in items} == {row["key"]: row["text"] for row in kept}
    assert labels_of(items, schema) == {row["key"]: {o["labeler"]: o["value"] for o in row["labels"]} for row in kept}
    for item in items:
        metadata = next(row["metadata"] for row in rows if row["key"] == item["key"])
        assert metadata.items() <= {k: v for k, v in item.get("metadata", {}).items() if v is not None}.items()


@pytest.mark.parametrize("task", ["choice", "multi_choice"])
@quick
@given(data=st.data())
def test_doccano_brings_the_answers_back(task: str, data: st.DataObject, tmp_path: Path) -> None:
    """It knows no answer that is the empty set."""
    rows, schema = data.draw(exported(task)), SCHEMAS[task]
    items = list(read(encoded("doccano", rows, schema), "doccano", tmp_path))
    assert {item["key"]: item["text"] for item in items} == {row["key"]: row["text"] for row in rows}
    assert labels_of(items, schema) == {row["key"]: {None: row["label"]} if row["label"] else {} for row in rows}


@pytest.mark.parametrize("task", SCHEMAS)
@quick
@given(data=st.data())
def test_argilla_brings_the_labels_back_by_user(task: str, data: st.DataObject, tmp_path: Path) -> None:
    rows, schema = data.draw(exported(task)), SCHEMAS[task]
    items = list(read(encoded("argilla", rows, schema), "argilla", tmp_path))
    assert {item["key"]: item["text"] for item in items} == {row["key"]: row["text"] for row in rows}
    assert labels_of(items, schema) == {
        row["key"]: {user_id(one["labeler"]): one["value"] for one in row["labels"]} for row in rows
    }


@quick
@given(data=st.data())
def test_doccanos_files_for_each_annotator_bring_all_labels_back(data: st.DataObject, tmp_path: Path) -> None:
    rows, schema = data.draw(exported("choice")), SCHEMAS["choice"]
    items = list(read(encoded("doccano_annotators", rows, schema), "doccano_annotators", tmp_path))
    found = labels_of(items, schema)
    assert found.keys() == {row["key"] for row in rows}
    for row in rows:
        names = {one["labeler"]: one["value"] for one in row["labels"]}
        assert sorted(found[row["key"]].values()) == sorted(names.values())
        plain = {
            who: value for who, value in names.items() if who.strip(" .") == who and who.casefold() not in RESERVED
        }
        assert plain.items() <= found[row["key"]].items()


RESERVED = {"unknown", "all"}
