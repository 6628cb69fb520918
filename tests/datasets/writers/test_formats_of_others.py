"""Exports for other tools, read as these read them."""

import csv
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest

from labeler.datasets.shares import by_label, with_shares
from labeler.datasets.writers import BadOption, Columns, Export, described, parse_options, writer, writers, xlsx
from labeler.tasks import TaskSchema, parse_schema

CHOICE = parse_schema({"type": "choice", "labels": [{"name": "spam", "description": "wants money"}, "ham it is"]})
MULTI = parse_schema({"type": "multi_choice", "labels": ["rain", "wind"]})
RATING = parse_schema({"type": "rating", "scale": {"min": 1, "max": 5, "names": {"5": "very good"}}})


def label(who: str, value: Any, **more: Any) -> dict[str, Any]:
    about = {"kind": "person", "guideline_version": 1, "schema_version": 1, "source": "ui", "pick": None}
    return {"labeler": who, "value": value, **about, "created_at": "2026-01-02T03:04:05Z", **more}


def item(key: str, *given: Any, **more: Any) -> dict[str, Any]:
    labels = [label(f"p{n}", value) for n, value in enumerate(given)]
    answer = {"label": given[0], "confidence": 1.0, "method": "majority"} if given else {}
    empty = {"label": None, "confidence": None, "method": None}
    about = {"text": f"text\nof {key}", "metadata": {"n": 3}, "split": "train", "labels": labels, "flags": []}
    return {"key": key, **about, **empty, **answer, **more}


def table(key: str, *given: Any, **fields: Any) -> dict[str, Any]:
    row = item(key, *given, fields=fields)
    del row["text"]
    return row


def encoded(name: str, rows: list[Any], schema: TaskSchema = CHOICE, *options: str) -> bytes:
    chosen = parse_options(writer(name).options, options)
    return b"".join(writer(name).encode(iter(rows), Export(Columns.of(rows), schema, "SMS: *new*", chosen)))


def unpacked(data: bytes, folder: Path) -> Path:
    zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return folder


# Hugging Face -----------------------------------------------------------------------------------------------------


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """load(data): what the library reads in a folder, without a network."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setitem(os.environ, "HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    from datasets import load_dataset

    def run(data: bytes) -> Any:
        folder = unpacked(data, tmp_path / "folder")
        return load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))

    return run


def test_hugging_face_reads_classes_and_splits(load: Any) -> None:
    rows = [item("a", "ham it is", "spam"), item("b"), item("c", "spam", split="holdout")]
    found = load(encoded("hugging_face", rows))
    assert {split: found[split].num_rows for split in found} == {"train": 2, "test": 1}
    train = found["train"]
    assert train.features["label"].names == ["spam", "ham it is"]
    assert train["label"][:] == [1, None] and train["text"][0] == "text\nof a" and train["metadata.n"][0] == 3
    given = [(one["labeler"], train.features["label"].int2str(one["value"])) for one in train[0]["labels"]]
    assert given == [("p0", "ham it is"), ("p1", "spam")]


def test_hugging_face_reads_several_labels_and_numbers(load: Any, tmp_path: Path) -> None:
    found = load(encoded("hugging_face", [item("a", ["wind"]), item("b", []), item("c")], MULTI))["train"]
    assert found.features["label"].feature.names == ["rain", "wind"]
    assert found["label"][:] == [[1], [], None]


def test_hugging_face_reads_tables_with_ratings(load: Any) -> None:
    rows = [table("a", 4, age=3, city="Rome"), table("b", age=4, city=None)]
    found = load(encoded("hugging_face", rows, RATING))["train"]
    assert found["label"][:] == [4.0, None] and found["fields.age"][:] == [3, 4] and found["fields.city"][0] == "Rome"


def test_no_title_or_label_ends_the_front_matter(tmp_path: Path) -> None:
    schema = parse_schema({"type": "choice", "labels": ["---", "a\n---\nlicense: mine"]})
    about = Export(Columns(), schema, "x\n---\ny: 1", writer("hugging_face").options())
    data = b"".join(writer("hugging_face").encode(iter([item("a", "---")]), about))
    card = (unpacked(data, tmp_path) / "README.md").read_text()
    front = card.split("\n---\n")[0]
    assert card.startswith("---\npretty_name: ") and "y: 1" not in front.replace('\\n---\\ny: 1"', "")


# Excel ------------------------------------------------------------------------------------------------------------

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets(data: bytes) -> list[list[list[str]]]:
    """The cells of every sheet, as text. Raises where one holds a formula or a link."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    found = []
    for number in range(1, 100):
        if (name := f"xl/worksheets/sheet{number}.xml") not in archive.namelist():
            return found
        text = archive.read(name)
        assert b"<f>" not in text and b"hyperlink" not in text
        rows = ElementTree.fromstring(text).iter(f"{SPACE}row")
        found.append([["".join(cell.itertext()) for cell in row.iter(f"{SPACE}c")] for row in rows])
    return found


def test_excel_has_texts_and_numbers_and_no_formula() -> None:
    rows = [
        item("=1+1", "spam", text="http://example.org/ @é漢"),
        item("007", text="-x"),
        item("b", metadata={"n": True}),
    ]
    (lines,) = sheets(encoded("xlsx", rows))
    assert lines[0][:4] == ["key", "text", "metadata.n", "split"]
    assert [line[0] for line in lines[1:]] == ["=1+1", "007", "b"]
    assert lines[1][1] == "http://example.org/ @é漢" and lines[1][2] == "3" and lines[3][2] == "1"


def test_excel_goes_on_on_the_next_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
    found = sheets(encoded("xlsx", [item(f"k{n}") for n in range(5)]))
    assert [[line[0] for line in sheet] for sheet in found] == [["key", "k0", "k1"], ["key", "k2", "k3"], ["key", "k4"]]


def test_excel_says_which_text_it_had_to_cut() -> None:
    rows = [item("a", text="x" * 40_000), item("b", text="🙂" * 16_000), item("c", text="é" * 32_767)]
    items, cut = sheets(encoded("xlsx", rows))
    assert cut[1] == ["a", "text", "40000"] and len(cut) == 2
    assert items[2][1] == "🙂" * 16_000 and items[3][1] == "é" * 32_767 and items[1][1].endswith("x…")


def test_a_csv_for_excel_begins_with_its_mark() -> None:
    assert encoded("csv", [item("a")], CHOICE, "excel=true").startswith(b"\xef\xbb\xbfkey,text")
    assert encoded("csv", [item("a")]).startswith(b"key,text")


# fastText, scikit-learn, Prodigy, Label Studio ---------------------------------------------------------------------


def test_fasttext_has_one_line_for_each_labeled_text() -> None:
    rows = [item("a", "ham it is"), item("b"), item("c", "spam", text="a __label__x\t\u2028b")]
    assert encoded("fasttext", rows).decode() == "__label__ham_it_is text of a\n__label__spam a __label_x b\n"
    assert (
        encoded("fasttext", [item("a", ["rain", "wind"]), item("b", [])], MULTI)
        == b"__label__rain __label__wind text of a\n"
    )
    alike = parse_schema({"type": "choice", "labels": ["a b", "a_b"]})
    lines = encoded("fasttext", [item("x", "a b"), item("y", "a_b")], alike).decode().splitlines()
    assert [line.split()[0] for line in lines] == ["__label__a_b", "__label__a_b_2"]


def test_scikit_learn_has_x_and_y_in_the_same_order(tmp_path: Path) -> None:
    rows = [table("a", "spam", age=3, city="Rome"), table("b", age=4), table("c", "ham it is", age=None, city="Oslo")]
    folder = unpacked(encoded("scikit_learn", rows), tmp_path / "labeled")
    x, y = (pq.read_table(folder / name) for name in ("X.parquet", "y.parquet"))
    assert x.to_pylist() == [{"fields.age": 3, "fields.city": "Rome"}, {"fields.age": None, "fields.city": "Oslo"}]
    assert y["code"].to_pylist() == [0, 1] and y["label"].to_pylist() == ["spam", "ham it is"]
    folder = unpacked(encoded("scikit_learn", rows, CHOICE, "unlabeled=true"), tmp_path / "all")
    assert pq.read_table(folder / "y.parquet")["code"].to_pylist() == [0, -1, 1]
    folder = unpacked(encoded("scikit_learn", [item("a", ["wind"]), item("b", [])], MULTI), tmp_path / "several")
    y = pq.read_table(folder / "y.parquet")
    assert y["label.rain"].to_pylist() == [0, 0] and y["label.wind"].to_pylist() == [1, 0]
    folder = unpacked(encoded("scikit_learn", [item("a", 4.5)], RATING), tmp_path / "rating")
    assert pq.read_table(folder / "y.parquet")["label"].to_pylist() == [4.5]


def test_prodigy_has_a_line_for_each_answer() -> None:
    rows = [item("a", "spam", "ham it is"), item("b")]
    lines = [json.loads(line) for line in encoded("prodigy", rows).splitlines()]
    assert [(one.get("_annotator_id"), one.get("accept"), one.get("answer")) for one in lines] == [
        ("p0", ["spam"], "accept"), ("p1", ["ham it is"], "accept"), (None, None, None),
    ]  # fmt: skip
    assert lines[0]["_input_hash"] == lines[1]["_input_hash"] != lines[2]["_input_hash"]
    assert lines[0]["options"][0] == {"id": "spam", "text": "spam"}
    lines = [json.loads(line) for line in encoded("prodigy", rows, CHOICE, "style=label").splitlines()]
    assert [one.get("label") for one in lines] == ["spam", "ham it is", None]


def test_label_studio_has_tasks_with_everybodys_annotations() -> None:
    rows = [item("a", "spam", "ham it is", prediction={"value": "spam", "score": 0.7, "model": "m"}), item("b")]
    tasks = json.loads(encoded("label_studio", rows, CHOICE, "question=kind"))
    assert tasks[0]["data"] == {"key": "a", "text": "text\nof a", "split": "train"} and tasks[0]["meta"] == {"n": 3}
    first, second = tasks[0]["annotations"]
    region = {"from_name": "kind", "to_name": "text", "type": "choices", "origin": "manual"}
    assert first["result"] == [region | {"value": {"choices": ["spam"]}}]
    assert second["completed_by"]["email"] == "p1" and tasks[1]["annotations"] == []
    assert tasks[0]["predictions"][0]["model_version"] == "m" and tasks[0]["predictions"][0]["score"] == 0.7
    tasks = json.loads(encoded("label_studio", rows, CHOICE, "people=false"))
    assert "completed_by" not in tasks[0]["annotations"][0]
    values = [json.loads(encoded("label_studio", [item("a", value)], RATING))[0] for value in (4, 2.5)]
    assert [one["annotations"][0]["result"][0]["value"] for one in values] == [{"rating": 4}, {"number": 2.5}]


def test_argilla_knows_users_by_uuid() -> None:
    one = item("a", "spam", "ham it is", prediction={"value": "spam", "score": 0.7, "model": "m"})
    one["labels"][1]["labeler"] = "00000000-0000-0000-0000-000000000002"
    records = json.loads(encoded("argilla", [one, item("b", metadata={"deep": {"x": 1}})]))
    said = records[0]["responses"]["label"]
    assert [response["value"] for response in said] == ["spam", "ham it is"]
    assert UUID(said[0]["user_id"]).version == 5 and said[1]["user_id"] == one["labels"][1]["labeler"]
    assert records[0]["suggestions"]["label"] == {"value": "spam", "score": 0.7, "agent": "m"}
    assert records[1]["responses"] == {} and records[1]["metadata"] == {"deep": '{"x":1}', "split": "train"}


# Options ----------------------------------------------------------------------------------------------------------


def test_shares_are_of_the_labels_that_count() -> None:
    rows = [item("a", "spam", "spam", "ham it is"), item("b")]
    rows[0]["labels"].append(label("bot", "ham it is", kind="model"))
    found = list(with_shares(rows, CHOICE, lambda kind: kind == "person"))
    assert found[0]["shares"] == {"spam": pytest.approx(2 / 3), "ham it is": pytest.approx(1 / 3)}
    assert found[1]["shares"] == {}
    lines = list(csv.DictReader(io.StringIO(encoded("csv", found, CHOICE, "soft=true").decode())))
    assert float(lines[0]["shares.ham it is"]) == pytest.approx(1 / 3) and lines[1]["shares.spam"] == ""


def test_one_row_a_label_says_who_gave_it() -> None:
    rows = list(by_label([item("a", "spam", "ham it is"), item("b")]))
    lines = list(csv.DictReader(io.StringIO(encoded("csv", rows, CHOICE, "rows=labels").decode())))
    assert [(line["key"], line["label"], line["labeler"]) for line in lines] == [
        ("a", "spam", "p0"), ("a", "ham it is", "p1"),
    ]  # fmt: skip


@pytest.mark.parametrize("one", writers(), ids=lambda one: one.name)
def test_every_option_has_words_and_a_default_that_it_takes(one: Any) -> None:
    for option in described(one.options):
        assert option["description"].endswith(".")
        written = str(option["default"]).lower() if isinstance(option["default"], bool) else option["default"]
        assert parse_options(one.options, [f"{option['name']}={written}"]) == one.options()
        assert option["choices"] is None or written in option["choices"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("excel", 'option "excel": expected one of rows=answers'),
        ("color=red", 'option "color=red": expected'),
        ("rows=all", 'option "rows" is "all": expected'),
        ("excel=perhaps", 'option "excel" is "perhaps": expected'),
    ],
)
def test_an_option_that_is_none_is_refused_with_those_there_are(written: str, said: str) -> None:
    with pytest.raises(BadOption, match=said) as caught:
        parse_options(writer("csv").options, [written])
    assert "excel=true|false" in str(caught.value)
    with pytest.raises(BadOption, match="has no options"):
        parse_options(writer("fasttext").options, [written])
