"""Items over REST: what is taken, what is refused and why, and that their content stays what it was."""

import json
from collections.abc import Callable
from typing import Any

import postgres
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.client import Project
from labeler.imports.check import check_rows
from labeler.items.add import add_items
from labeler.projects.access import find_project

STRINGS = ["=1+1", "@SUM(A1)", "-2+3", "<script>alert(1)</script>", "'; DROP TABLE items; --", "../../etc/passwd",
           "%s{0}{{7*7}}", "\u202egnp.exe", "日本語 🎉", "a\tb\nc\rd", " spaces ", "null", "NaN"]  # fmt: skip


def add(project: Project, rows: Any, kind: str = "application/json") -> dict[str, Any]:
    body = rows if isinstance(rows, bytes) else json.dumps(rows).encode()
    answer = project.client._http.post(f"{project.path}/items", content=body, headers={"content-type": kind})
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_an_object_a_list_and_lines(project: Project) -> None:
    assert add(project, {"key": "a", "text": "one"})["taken"] == 1
    assert add(project, [{"key": "b", "text": "two"}, {"key": "c", "text": "three"}])["taken"] == 2
    lines = b'{"key": "d", "text": "four"}\n\n{"key": "e", "text": \n{"key": "f", "text": "six"}\n'
    answer = add(project, lines, "application/x-ndjson")
    assert (answer["taken"], answer["refused"], answer["errors"][0]["row"]) == (2, 1, 2)
    assert sorted(item.key for item in project.items) == ["a", "b", "c", "d", "f"]


def test_rows_that_can_not_be_taken_are_told_by_row_field_and_reason(project: Project) -> None:
    rows = [
        {"key": "a", "text": "fine"},
        {"key": "b"},
        {"key": "c", "text": "  "},
        {"key": "d", "text": "x", "fields": {"a": 1}},
        {"key": "e", "text": "x", "label": "spma"},
        {"key": "f", "text": "x", "split": "validation"},
        {"key": "g", "text": "x", "color": "red"},
        "not an object",
        {"key": ["h"], "text": "x"},
        {"key": "a", "text": "the same key again"},
        {"key": "i", "fields": {"a": 1, "b": ""}},
    ]
    answer = add(project, rows)
    told = {error["row"]: (error["field"], error["reason"]) for error in answer["errors"]}
    assert sorted(told) == [2, 3, 4, 5, 6, 7, 8, 9, 11]
    assert told[2] == ("text", "is missing") and told[5] == ("label", '"label" is "spma", expected one of spam, ham')
    assert told[11] == ("fields", 'is of another kind than this project\'s items ("text"): expected text')
    assert told[6][0] == "split" and told[7][0] == "color" and told[9][0] == "key"
    assert answer["taken"] + answer["already_there"] + answer["repeated"] + answer["refused"] == len(rows)
    assert (answer["taken"], answer["already_there"], answer["repeated"]) == (1, 0, 1)


def test_a_repeat_within_a_request_is_told_apart_from_what_is_there(project: Project) -> None:
    """Also where the service takes the request in parts."""
    rows = [{"key": f"k{n % 800}", "text": f"text {n % 800}"} for n in range(1000)]
    answer = add(project, rows)
    assert (answer["taken"], answer["already_there"], answer["repeated"]) == (800, 0, 200)
    again = add(project, rows)
    assert (again["taken"], again["already_there"], again["repeated"]) == (0, 1000, 0)


@pytest.mark.parametrize("text", STRINGS)
def test_data_is_data(project: Project, text: str) -> None:
    key = " ".join(f"k {text}".split())[:50]
    add(project, [{"key": key, "text": text, "metadata": {text[:20]: [text, {"x": text}]}}])
    item = next(iter(project.items))
    assert item.content == {"text": text} and item.metadata == {text[:20]: [text, {"x": text}]}
    assert item.key == key and project.items.get(key).key == key


def test_a_key_is_one_line(project: Project) -> None:
    answer = add(project, [{"key": f"a{sign}b", "text": "x"} for sign in "\n\r\t\x01\x7f"])
    assert answer["refused"] == 5 and {error["field"] for error in answer["errors"]} == {"key"}


def test_keys_with_slashes_and_dots_are_found(project: Project) -> None:
    for key in ("a/b/c", "a/../b", "a b", "ä?#&=", "history"):
        add(project, {"key": key, "text": "x"})
        assert project.items.get(key).key == key


def test_a_key_that_is_there_already_changes_nothing(project: Project) -> None:
    add(project, {"key": "a", "text": "first", "label": "ham"})
    again = add(project, {"key": "a", "text": "second", "label": "spam"})
    item = project.items.get("a")
    assert again["already_there"] == 1 and item.content == {"text": "first"}
    assert [label.value for label in item.labels] == ["ham"]


@pytest.mark.parametrize("database_kind", ["postgresql"] if postgres.find_bin() else [])
def test_adding_reads_no_items_that_are_there_already(service: Any, project: Project, database_kind: str) -> None:
    mine = service.db.read(find_project, project.info.id)
    read = sa.text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'items'")

    def added(batch: int) -> int:
        batch_rows = check_rows([(k, {"text": f"{batch} {k}"}) for k in range(500)], mine, service.settings).rows
        rows = [row for _, row in batch_rows]
        return int(service.db.write(lambda tx: (add_items(tx, mine, rows), tx.execute(read).scalar_one())[1]))

    assert max(added(batch) for batch in range(8)) < 500


def test_items_without_a_key_are_known_by_their_content(project: Project) -> None:
    rows = [{"fields": {"a": 1, "b": 2}}, {"fields": {"b": 2, "a": 1}}, {"fields": {"a": 2, "b": 2}}]
    assert add(project, rows)["taken"] == 2
    assert add(project, rows)["taken"] == 0
    told = add(project, [{"fields": {"a": None, "b": ""}}, {"key": "x"}])["errors"]
    assert [error["field"] for error in told] == ["fields", "fields"]


def test_labels_that_come_with_items_count(project: Project) -> None:
    add(project, [{"key": f"k{n}", "text": f"text {n}", "label": "ham" if n % 2 else None} for n in range(10)])
    progress = project.progress()
    assert progress.labels.by_label == {"spam": 0, "ham": 5} and progress.items.unlabeled == 5
    assert {row.source for row in project.labels} == {"import"}


def test_the_holdout_is_about_its_share_and_does_not_depend_on_order(admin: Any) -> None:
    rows = [{"key": f"k{n}", "text": f"text {n}"} for n in range(2000)]
    splits = []
    for order in (rows, rows[::-1]):
        project = admin.client.projects.create("P", labels=["a", "b"], holdout_share=0.2)
        project.items.add(order, progress=False)
        splits.append({item.key: item.split for item in project.items})
    assert splits[0] == splits[1]
    assert 0.17 < sum(split == "holdout" for split in splits[0].values()) / 2000 < 0.23


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ROW = st.dictionaries(
    st.sampled_from(["key", "text", "fields", "metadata", "split", "label", "other"]) | st.text(max_size=5),
    VALUES | st.sampled_from(["spam", "ham", "train", "some text"]),
    max_size=6,
)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW | VALUES, max_size=6))
def test_every_row_is_taken_there_or_refused(project: Project, rows: list[Any]) -> None:
    body = json.dumps(rows, allow_nan=False, default=str) if _finite(rows) else json.dumps(rows)
    answer = project.client._http.post(
        f"{project.path}/items", content=body.encode("utf-8", "replace"), headers={"content-type": "application/json"}
    )
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        told = answer.json()
        assert told["taken"] + told["already_there"] + told["repeated"] + told["refused"] == len(rows)
        assert len(told["errors"]) == told["refused"]


def _finite(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def test_browsing_finds_by_label_text_and_split(project: Project, add_texts: Callable[..., Any]) -> None:
    add_texts(12)
    project.label("m0", "spam")
    project.flag("m1", "Ambiguous")

    def keys(**wanted: Any) -> list[str]:
        return [item.key for item in project.items.find(limit=5, **wanted)]

    assert keys(label="spam") == ["m0"] and keys(flagged="true") == ["m1"] and len(keys(unlabeled="true")) == 11
    assert keys(q="PRIZE") == ["m0", "m6"] and keys(q="100%") == [] and keys(q="m11") == ["m11"]
    assert keys() == [f"m{n}" for n in range(12)] and keys(sort="newest") == keys()[::-1]
    assert sorted(keys(split="train") + keys(split="holdout")) == sorted(keys())
