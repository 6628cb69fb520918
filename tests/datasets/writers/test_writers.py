import csv
import io
import json
import tracemalloc

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.datasets.writers import Columns, Export, UnknownFormat, formats, parse_options, writer
from labeler.imports.entry import to_item
from labeler.imports.plan import look
from labeler.items.given import GivenLabel
from labeler.items.readers import Row, read_rows, sniff
from labeler.tasks import parse_schema

SCHEMA = parse_schema({"type": "choice", "labels": ["spam", "ham"]})
OURS = ["csv", "jsonl", "parquet"]
"""What comes back with all that was in it."""

LABEL = {
    "labeler": "ann",
    "value": "spam",
    "kind": "person",
    "guideline_version": 2,
    "schema_version": 1,
    "source": "ui",
    "pick": None,
    "created_at": "2025-01-02T03:04:05Z",
}


def row(key="a", text="hello there, you", **more):
    return {
        "key": key,
        "text": text,
        "metadata": {"source": "mail", "size": 3},
        "split": None,
        "label": "spam",
        "labels": [LABEL],
        "flags": [{"reason": "unclear", "note": None}],
    } | more


def table(key="a", **fields):
    return {name: value for name, value in row(key).items() if name != "text"} | {"fields": fields}


def encoded(name, rows, columns=None, schema=SCHEMA, **options):
    chosen = parse_options(writer(name).options, [f"{option}={value}" for option, value in options.items()])
    return b"".join(writer(name).encode(iter(rows), Export(columns or Columns.of(rows), schema, "SMS", chosen)))


def imported(name, rows, tmp_path):
    path = tmp_path / f"export{writer(name).suffix}"
    path.write_bytes(encoded(name, rows))
    looked = look(path)
    read = list(read_rows(path, looked.detected))
    assert all(isinstance(one, Row) for one in read)
    return [to_item(one, looked.plan.mapping) for one in read]


def test_jsonl_holds_the_rows_as_they_are():
    rows = [row("a"), row("b", label=None, labels=[])]
    assert [json.loads(line) for line in encoded("jsonl", rows).splitlines()] == rows


def test_csv_flattens_what_is_nested():
    lines = list(csv.DictReader(io.StringIO(encoded("csv", [row()]).decode())))
    assert lines[0]["metadata.source"] == "mail"
    assert json.loads(lines[0]["labels"]) == [LABEL]
    assert list(lines[0]) == [
        "key", "text", "metadata.source", "metadata.size", "split", "label", "confidence", "method", "labels", "flags",
    ]  # fmt: skip


def test_parquet_has_typed_columns():
    rows = [
        table("a", age=3, height=1, member=True, mixed=1, note="x"),
        table("b", age=None, height=1.5, member=None, mixed="two", note={"deep": [1]}),
    ]
    read = pq.read_table(io.BytesIO(encoded("parquet", rows)))
    kinds = {field.name: str(field.type) for field in read.schema}
    assert kinds["fields.age"] == "int64"
    assert kinds["fields.height"] == "double"
    assert kinds["fields.member"] == "bool"
    assert kinds["fields.mixed"] == "string"
    assert read.to_pylist()[1]["fields.note"] == '{"deep":[1]}'
    assert read.to_pylist()[0]["labels"] == [LABEL]


@pytest.mark.parametrize("name", formats())
def test_equal_rows_give_equal_bytes(name):
    assert encoded(name, [row(), row("b")]) == encoded(name, [row(), row("b")])


@pytest.mark.parametrize("name", formats())
def test_no_rows_give_a_whole_file(name):
    data = encoded(name, [])
    assert data == b"" if name in ("jsonl", "doccano", "fasttext", "prodigy") else data
    if name == "parquet":
        assert pq.read_table(io.BytesIO(data)).num_rows == 0


@pytest.mark.parametrize("name", OURS)
def test_an_import_of_an_export_gives_the_same_items_and_labels(name, tmp_path):
    rows = [
        row("a"),
        row("b", text="=1+1 is a formula, isn't it", label="ham"),
        row("c", text="'=so", label=None, labels=[]),
    ]
    items = imported(name, rows, tmp_path)
    assert [item["key"] for item in items] == ["a", "b", "c"]
    assert [item["text"] for item in items] == [one["text"] for one in rows]
    assert [item["labels"] for item in items] == [[GivenLabel("spam", "ann")], [GivenLabel("spam", "ann")], []]
    assert items[0]["metadata"]["source"] == "mail"


@pytest.mark.parametrize("name", OURS)
def test_tables_come_back_too(name, tmp_path):
    items = imported(name, [table("a", age=3, city="Rome"), table("b", age=4, city="Oslo")], tmp_path)
    assert [str(item["fields"]["age"]) for item in items] == ["3", "4"]
    assert [item["fields"]["city"] for item in items] == ["Rome", "Oslo"]


hostile = st.text(alphabet="=+-@\t\r\n'\";,|a1 é🙂", min_size=1, max_size=12).filter(str.strip)


@pytest.mark.parametrize("name", OURS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(hostile, min_size=1, max_size=5))
def test_any_text_survives_export_and_import(name, texts, tmp_path):
    rows = [row(f"k{i}", text=text) for i, text in enumerate(texts)]
    path = tmp_path / f"x{writer(name).suffix}"
    path.write_bytes(encoded(name, rows))
    read = list(read_rows(path, sniff(path)))
    assert [one.values["text"] for one in read] == texts


@given(hostile)
def test_no_cell_of_a_csv_is_a_formula(text):
    cells = next(
        csv.reader(io.StringIO(encoded("csv", [row(text=text, key=text)]).decode().split("\r\n", 1)[1], newline=""))
    )
    for cell in cells:
        assert not cell.startswith(("=", "@", "\t", "\r", "\n"))
        if cell.startswith(("+", "-")):
            float(cell)


def test_numbers_stay_numbers_in_csv():
    lines = encoded("csv", [table("a", x=-3, y="-2.5", z="-x")]).decode().splitlines()
    assert lines[1].startswith("a,-3,-2.5,'-x,")


def test_an_unknown_format_is_refused_with_those_that_exist():
    with pytest.raises(UnknownFormat, match=r"csv, .*jsonl, .*parquet"):
        writer("docx")


@pytest.mark.parametrize("name", formats())
def test_memory_does_not_grow_with_the_rows(name):
    def peak(count):
        tracemalloc.start()
        rows = (row(f"k{i}", text=f"text {i} " * 20) for i in range(count))
        about = Export(Columns(metadata=("source", "size")), SCHEMA, "SMS", writer(name).options())
        for _ in writer(name).encode(rows, about):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(6_000) < 1.5 * peak(3_000) + 500_000
