"""Files of labeling tools, as these write them: every label goes somewhere, with who gave it (G25)."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labeler.imports.entry import to_item
from labeler.imports.plan import Looked, look
from labeler.items.given import GivenLabel
from labeler.items.readers import BadRow, FileRefused, Row, read_rows
from labeler.wire.imports import ImportMapping

REJECTED, IGNORED = "rejected", "ignored"


def read(path: Path) -> tuple[Looked, list[dict[str, Any]]]:
    """The plan, and every row as the item that it becomes."""
    looked = look(path)
    rows = list(read_rows(path, looked.detected))
    assert all(isinstance(one, Row) for one in rows), rows
    return looked, [to_item(one, looked.plan.mapping) for one in rows if isinstance(one, Row)]


def lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def labels(item: dict[str, Any]) -> list[tuple[str | None, Any]]:
    return [(one.labeler, one.value) for one in item["labels"] if one.lost is None]


def lost(item: dict[str, Any]) -> list[str]:
    return [one.lost[0] for one in item["labels"] if one.lost is not None]


# Prodigy ----------------------------------------------------------------------------------------------------------


def prodigy(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "_input_hash": sum(map(ord, text)), "_task_hash": 5, **more}


def test_only_what_prodigy_accepted_is_a_label(tmp_path: Path) -> None:
    rows = [prodigy(text, label="spam", answer=text, meta={"source": "sms"}) for text in ("accept", "reject", "ignore")]
    looked, items = read(lines(tmp_path / "a", rows))
    assert looked.plan.format == "prodigy" and any("rejected" in one for one in looked.plan.warnings)
    assert [labels(item) for item in items] == [[(None, "spam")], [], []]
    assert [lost(item) for item in items] == [[], [REJECTED], [IGNORED]]
    assert items[0]["metadata"] == {"source": "sms"}


def test_prodigys_options_are_lists_of_labels_by_annotator(tmp_path: Path) -> None:
    options = [{"id": "x", "text": "X"}, {"id": "y", "text": "Y"}]
    asked = {"options": options, "answer": "accept"}
    rows = [
        prodigy("one", accept=["x"], **asked, _annotator_id="set-ann", _session_id="set-ann"),
        prodigy("one", accept=["x", "y"], **asked, _annotator_id="set-bob"),
        prodigy("two", accept=[], **asked, _session_id="2026-01-02_03-04-05"),
        prodigy("two", accept=[2], answer="accept", options=[{"id": 2, "text": "deux"}]),
    ]
    looked, items = read(lines(tmp_path / "a", rows))
    assert [labels(item) for item in items] == [
        [("set-ann", ["x"])],
        [("set-bob", ["x", "y"])],
        [(None, [])],
        [(None, ["deux"])],
    ]
    assert looked.plan.mapping.key == "_input_hash"
    assert items[0]["key"] == items[1]["key"] != items[2]["key"]


def test_prodigys_spans_are_kept_and_said(tmp_path: Path) -> None:
    spans = [{"start": 0, "end": 3, "label": "PER"}]
    rows = [prodigy("Ann went home", spans=spans, tokens=[], answer="accept")]
    looked, items = read(lines(tmp_path / "a", rows))
    assert items[0]["metadata"]["spans"] == spans and items[0]["labels"] == []
    assert any('"spans" are kept' in one for one in looked.plan.warnings)


# doccano ----------------------------------------------------------------------------------------------------------

DOCCANO = [
    {"id": 1, "text": "win a prize", "source": "mail", "label": ["spam"], "Comments": []},
    {"id": 2, "text": "lunch?", "source": "sms", "label": [], "Comments": ["hm"]},
    {"id": 3, "text": "both of them", "source": "sms", "label": ["ham", "spam"], "Comments": []},
]


def test_doccanos_lists_of_labels(tmp_path: Path) -> None:
    looked, items = read(lines(tmp_path / "a", DOCCANO))
    assert looked.plan.format == "doccano"
    assert [labels(item) for item in items] == [[(None, ["spam"])], [], [(None, ["ham", "spam"])]]
    assert [item["key"] for item in items] == ["1", "2", "3"]
    assert items[1]["metadata"] == {"source": "sms", "comments": ["hm"]}


def test_doccanos_csv_joins_labels_with_a_number_sign(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text,source,label,Comments\n1,win a prize,mail,spam,\n2,lunch?,sms,,hm\n3,both,sms,ham#spam,\n")
    _, items = read(path)
    assert [labels(item) for item in items] == [[(None, ["spam"])], [], [(None, ["ham", "spam"])]]


def test_the_file_of_doccanos_zip_says_who_labeled(tmp_path: Path) -> None:
    rows = [{**DOCCANO[0], "file": "ann.jsonl"}, {**DOCCANO[2], "file": "all.jsonl"}]
    _, items = read(lines(tmp_path / "a", rows))
    assert labels(items[0]) == [("ann", ["spam"])] and labels(items[1]) == [(None, ["ham", "spam"])]


@pytest.mark.parametrize("comments", [{"Comments": []}, {}])
def test_doccanos_spans_are_kept_and_said(tmp_path: Path, comments: dict[str, Any]) -> None:
    rows = [{"id": 1, "text": "Ann went", "label": [[0, 3, "PER"]], **comments}, {"id": 2, "text": "no", "label": []}]
    looked, items = read(lines(tmp_path / "a", rows))
    assert items[0]["labels"] == [] and items[0]["metadata"]["spans"] == [{"start": 0, "end": 3, "label": "PER"}]
    assert any("places in a text" in one for one in looked.plan.warnings)


def test_lists_of_labels_alone_are_not_doccanos(tmp_path: Path) -> None:
    rows = [{"key": "a", "text": "some words here", "label": ["x"]}, {"key": "b", "text": "other words", "label": []}]
    assert look(lines(tmp_path / "a", rows)).plan.format == "jsonl"


# Argilla ----------------------------------------------------------------------------------------------------------

ANN, BOB = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
FLAT: list[dict[str, Any]] = [
    {
        "id": "r1", "status": "pending", "_server_id": None, "text": "win a prize", "source": "mail",
        "label.responses": ["spam", "ham"], "label.responses.users": [ANN, BOB],
        "label.responses.status": ["submitted", "submitted"], "stars.responses": [4], "stars.responses.users": [ANN],
        "stars.responses.status": ["submitted"], "label.suggestion": "spam", "label.suggestion.score": 0.9,
        "label.suggestion.agent": "m1",
    },
    {
        "id": "r2", "status": "pending", "_server_id": None, "text": "lunch?", "source": "sms",
        "label.responses": ["spam", "ham"], "label.responses.users": [ANN, BOB],
        "label.responses.status": ["discarded", "draft"], "stars.responses": None, "stars.responses.users": None,
        "stars.responses.status": None, "label.suggestion": None, "label.suggestion.score": None,
        "label.suggestion.agent": None,
    },
]  # fmt: skip


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_argillas_datasets(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(FLAT), path)
    else:
        lines(path, FLAT)
    looked, items = read(path)
    assert looked.plan.format == "argilla" and looked.plan.mapping.text == "text"
    assert labels(items[0]) == [(ANN, "spam"), (BOB, "ham")]
    assert items[0]["predictions"] == [GivenLabel("spam", score=0.9, model="m1")]
    assert labels(items[1]) == [] and lost(items[1]) == [REJECTED, IGNORED] and items[1]["predictions"] == []
    assert [item["key"] for item in items] == ["r1", "r2"]
    assert items[0]["metadata"] == {"source": "mail", "stars": [{"value": 4, "labeler": ANN}]}
    assert any("metadata" in one for one in looked.plan.warnings)


def test_argillas_json_has_no_states_and_that_is_said(tmp_path: Path) -> None:
    given = [{"value": "spam", "user_id": ANN}, {"value": "ham", "user_id": BOB}]
    about = {"vectors": {}, "status": "pending", "_server_id": None}
    suggestions = {"label": {"value": "ham", "score": 0.7, "agent": None}}
    rows = [
        {"id": "r1", "fields": {"text": "win a prize"}, "metadata": {"n": 3}, "suggestions": suggestions,
         "responses": {"label": given}, **about},
        {"id": "r2", "fields": {"text": "nothing here"}, "metadata": {}, "suggestions": {}, "responses": {}, **about},
    ]  # fmt: skip
    looked, items = read(lines(tmp_path / "a", rows))
    assert labels(items[0]) == [(ANN, "spam"), (BOB, "ham")] and labels(items[1]) == []
    assert items[0]["text"] == "win a prize" and items[0]["metadata"] == {"n": 3}
    assert items[0]["predictions"] == [GivenLabel("ham", score=0.7)]
    assert any("drafts and discarded ones count too" in one for one in looked.plan.warnings)


STATES = [(ANN, "submitted", "spam"), (BOB, "discarded", "ham"), ("eve", "draft", "ham")]


def test_only_submitted_responses_of_argillas_records_are_labels(tmp_path: Path) -> None:
    """As the REST interface and version 1 have them: a list of responses with their states."""
    responses = [
        {"user_id": who, "status": state, "values": {"label": {"value": value}}} for who, state, value in STATES
    ]
    at_sight = {"user_id": "dan", "status": "discarded", "values": None}
    suggestion = {"question_name": "label", "value": "ham", "score": 0.7, "agent": "m1"}
    rows = [
        {"id": "s1", "external_id": "r1", "fields": {"text": "win a prize"}, "metadata": {"n": 3},
         "responses": [*responses, at_sight], "suggestions": [suggestion, {"question_id": "unnamed", "value": 1}]},
        {"id": "s2", "external_id": "r2", "fields": {"text": "nothing here"}, "metadata": None, "status": "pending",
         "responses": [], "suggestions": []},
    ]  # fmt: skip
    looked, items = read(lines(tmp_path / "a", rows))
    assert looked.plan.format == "argilla" and [item["key"] for item in items] == ["r1", "r2"]
    assert labels(items[0]) == [(ANN, "spam")] and lost(items[0]) == [REJECTED, IGNORED, REJECTED]
    assert items[0]["text"] == "win a prize" and items[0]["metadata"] == {"n": 3}
    assert items[0]["predictions"] == [GivenLabel("ham", score=0.7, model="m1")] and labels(items[1]) == []
    assert not any("drafts" in one for one in looked.plan.warnings)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_only_submitted_answers_of_argillas_columns_are_labels(tmp_path: Path, kind: str) -> None:
    """As version 1 writes datasets to the Hub: a column for each question."""
    answers = [{"user_id": who, "status": state, "value": value} for who, state, value in STATES]
    about = {"type": "model", "score": 0.7, "agent": "m1"}
    nothing = dict.fromkeys(about)
    rows = [
        {"text": "win a prize", "label": answers, "label-suggestion": "ham", "label-suggestion-metadata": about,
         "external_id": "r1", "metadata": '{"n": 3}'},
        {"text": "nothing here", "label": [], "label-suggestion": None, "label-suggestion-metadata": nothing,
         "external_id": "r2", "metadata": "{}"},
    ]  # fmt: skip
    path = tmp_path / "a"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        lines(path, rows)
    looked, items = read(path)
    assert looked.plan.format == "argilla" and [item["key"] for item in items] == ["r1", "r2"]
    assert labels(items[0]) == [(ANN, "spam")] and lost(items[0]) == [REJECTED, IGNORED]
    assert items[0]["text"] == "win a prize" and items[0]["metadata"] == {"n": 3}
    assert items[0]["predictions"] == [GivenLabel("ham", score=0.7, model="m1")] and labels(items[1]) == []


# Label Studio -----------------------------------------------------------------------------------------------------


def region(name: str, type: str, **value: Any) -> dict[str, Any]:
    return {"id": "a1", "from_name": name, "to_name": "text", "type": type, "origin": "manual", "value": value}


def annotation(by: Any, *result: Any, **more: Any) -> dict[str, Any]:
    return {"id": 1, "completed_by": by, "was_cancelled": False, "lead_time": 3.2, "result": list(result), **more}


SPAM, HAM = (region("sentiment", "choices", choices=[name]) for name in ("spam", "ham"))
PERSON = region("ner", "labels", start=0, end=3, text="win", labels=["PER"])
TASKS: list[dict[str, Any]] = [
    {
        "id": 11, "data": {"text": "win a prize", "source": "mail"}, "meta": {}, "inner_id": 1,
        "annotations": [
            annotation(
                {"id": 1, "email": "ann@example.org"},
                SPAM, region("topics", "choices", choices=["x", "y"]),
                region("stars", "rating", rating=4), PERSON,
            ),
            annotation({"id": 2, "email": "bob@example.org"}, HAM),
        ],
        "predictions": [{"model_version": "v1", "score": 0.9, "result": [HAM]}],
    },
    {"id": 12, "data": {"text": "lunch?", "source": "sms"}, "predictions": [], "drafts": [
        {"user": "eve@example.org", "result": [HAM]}],
     "annotations": [annotation(1, was_cancelled=True), annotation(3, SPAM)]},
]  # fmt: skip


def test_label_studios_tasks(tmp_path: Path) -> None:
    looked, items = read(lines(tmp_path / "a", TASKS))
    assert looked.plan.format == "label_studio" and looked.plan.mapping.key == "key"
    assert [item["key"] for item in items] == ["11", "12"]
    assert labels(items[0]) == [("ann@example.org", ["spam"]), ("bob@example.org", ["ham"])]
    assert items[0]["predictions"] == [GivenLabel(["ham"], score=0.9, model="v1")]
    assert labels(items[1]) == [("Label Studio 3", ["spam"])] and lost(items[1]) == [REJECTED, IGNORED]
    kept = items[0]["metadata"]
    assert kept["source"] == "mail" and kept["regions"][0]["value"]["labels"] == ["PER"]
    assert kept["topics"] == [{"value": ["x", "y"], "labeler": "ann@example.org"}]
    said = " ".join(looked.plan.warnings)
    assert 'several questions were answered, "sentiment", "topics", "stars"' in said and "marked places" in said


def test_another_question_of_label_studio_can_be_chosen(tmp_path: Path) -> None:
    path = lines(tmp_path / "a", TASKS)
    mapping = look(path).plan.mapping.model_copy(update={"label": "stars", "metadata": []})
    rows = read_rows(path, look(path, given=mapping).detected)
    item = to_item(next(row for row in rows if isinstance(row, Row)), mapping)
    assert labels(item) == [("ann@example.org", 4)]


FLAT_ROWS: list[dict[str, Any]] = [
    {"text": "win a prize", "source": "mail", "id": 11, "sentiment": "spam", "topics": {"choices": ["x", "y"]},
     "stars": [{"rating": 4}], "ner": [{"start": 0, "end": 3, "text": "win", "labels": ["PER"]}],
     "annotator": "ann@example.org"},
    {"text": "win a prize", "source": "mail", "id": 11, "sentiment": "ham", "annotator": "bob@example.org"},
    {"text": "only stars", "source": "sms", "id": 13, "sentiment": "ham", "annotator": 2},
]  # fmt: skip
FLAT_ROWS = [
    {**row, "annotation_id": 1, "created_at": "2026-01-01", "updated_at": "2026-01-01", "lead_time": 1.0}
    for row in FLAT_ROWS
]


def as_csv(rows: list[dict[str, Any]]) -> str:
    """As Label Studio writes them: columns sorted, what is nested as JSON."""
    out = io.StringIO()
    names = sorted({name for row in rows for name in row})
    writer = csv.DictWriter(out, names, quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {name: json.dumps(row[name]) if isinstance(row[name], dict | list) else row[name] for name in row}
        )
    return out.getvalue()


@pytest.mark.parametrize("kind", ["json_min", "csv"])
def test_label_studios_flat_files_have_a_row_for_each_annotation(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    if kind == "csv":
        path.write_text(as_csv(FLAT_ROWS))
    else:
        lines(path, FLAT_ROWS)
    looked, items = read(path)
    assert looked.plan.format == "label_studio_flat" and looked.plan.mapping.label == "sentiment"
    assert [item["key"] for item in items] == ["11", "11", "13"]
    assert [labels(item) for item in items] == [
        [("ann@example.org", "spam")],
        [("bob@example.org", "ham")],
        [("Label Studio 2", "ham")],
    ]
    assert items[0]["metadata"]["source"] == "mail"


@pytest.mark.parametrize(("format", "found"), [("doccano", "doccano"), ("jsonl", "jsonl"), (None, "doccano")])
def test_whose_file_it_is_can_be_said(tmp_path: Path, format: str | None, found: str) -> None:
    path = lines(tmp_path / "a", DOCCANO)
    given = None if format is None else ImportMapping(format=format)
    assert look(path, given=given).plan.format == found
    with pytest.raises(FileRefused, match='not what "argilla" writes'):
        look(path, given=ImportMapping(format="argilla"))


# All of them ------------------------------------------------------------------------------------------------------


def test_a_row_that_is_not_the_tools_is_refused_by_number(tmp_path: Path) -> None:
    rows = [{**FLAT[0], "label.responses.users": [ANN]} if n == 250 else FLAT[0] for n in range(300)]
    path = lines(tmp_path / "a", rows)
    bad = [row for row in read_rows(path, look(path).detected) if isinstance(row, BadRow)]
    assert [row.number for row in bad] == [251]
    assert "no row of Argilla" in bad[0].reason and "label.responses" in bad[0].reason


@pytest.mark.parametrize("cell", [None, "", "x", 3, [], {}, [None], [{}], {"result": 3}])
def test_nonsense_inside_a_tools_rows_stops_nothing(tmp_path: Path, cell: Any) -> None:
    """Whatever stands where a tool has its own: a row is taken, or refused by its number."""
    for rows in (TASKS, FLAT_ROWS, FLAT, DOCCANO, [prodigy("a b", label="x", answer="accept", options=[], accept=[])]):
        for name in rows[0]:
            path = lines(tmp_path / "a", [*rows, {**rows[0], name: cell}])
            looked = look(path)
            assert len(list(read_rows(path, looked.detected))) == len(rows) + 1
