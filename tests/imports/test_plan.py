import csv

import pytest
import shared_data
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from labeler.imports.entry import to_item
from labeler.imports.guess import check_columns, guess_mapping
from labeler.imports.plan import look, question_of
from labeler.imports.preview import preview as preview_of
from labeler.items.given import GivenLabel
from labeler.items.keys import content_key
from labeler.items.readers import FileRefused, Row, RowRefused
from labeler.kit.config import Settings
from labeler.wire.imports import ImportMapping

MAPPING = ImportMapping(key="id", text="text", label="label", metadata=["source"])


def guessed(rows):
    found = guess_mapping(list(rows[0]), rows)[0].model_dump()
    return {role: found[role] for role in ("key", "text", "fields", "label", "split", "metadata")}


def preview(path, **more):
    return preview_of(path, Settings(), **more)


def test_the_usual_names_are_known():
    rows = [{"ID": str(i), "Body": f"some words {i}", "Category": "ab"[i % 2], "url": "x"} for i in range(20)]
    assert guessed(rows) == {
        "key": "ID", "text": "Body", "fields": [], "label": "Category", "split": None, "metadata": ["url"],
    }  # fmt: skip


def test_an_id_that_is_not_unique_is_no_key():
    rows = [{"id": "same", "text": f"words {i}"} for i in range(5)]
    assert guessed(rows)["key"] is None
    assert guessed(rows)["metadata"] == ["id"]


def test_free_text_is_found_without_its_name():
    rows = [{"a": "x", "b": f"quite a long sentence, number {i}", "c": "y z"} for i in range(5)]
    assert guessed(rows)["text"] == "b"


def test_without_text_all_other_columns_are_fields():
    rows = [{"row_id": i, "p0": i, "p1": i, "class": i % 3, "split": "train"} for i in range(30)]
    assert guessed(rows) == {
        "key": "row_id", "text": None, "fields": ["p0", "p1"],
        "label": "class", "split": "split", "metadata": [],
    }  # fmt: skip


def test_a_column_of_many_values_is_no_label():
    rows = [{"text": f"words {i}", "label": f"label {i}"} for i in range(100)]
    assert guessed(rows)["label"] is None


def test_no_rows_give_an_empty_guess():
    assert guess_mapping([], [])[0].text is None


def test_a_row_becomes_an_item():
    row = Row(1, {"id": " a1 ", "text": "hello", "label": "ham ", "source": {"deep": 1}, "other": "x"})
    assert to_item(row, MAPPING) == {
        "key": "a1", "text": "hello", "metadata": {"source": {"deep": 1}}, "labels": [GivenLabel("ham")],
    }  # fmt: skip


def test_a_table_row_becomes_an_item():
    item = to_item(Row(1, {"a": 1, "b": [1, 2]}), ImportMapping(fields=["a", "b"]))
    assert item == {"fields": {"a": 1, "b": "[1,2]"}}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"id": "", "text": "a"}, "id"),
        ({"text": "a"}, "id"),
        ({"id": "1" * 201, "text": "a"}, "id"),
        ({"id": True, "text": "a"}, "id"),
        ({"id": "1", "text": "  "}, "text"),
        ({"id": "1"}, "text"),
        ({"id": "1", "text": ["a"]}, "text"),
        ({"id": "1", "text": "a", "label": "x" * 20_001}, "label"),
    ],
)
def test_a_row_that_is_no_item_is_refused_by_its_column(values, field):
    with pytest.raises(RowRefused) as caught:
        to_item(Row(3, values), MAPPING)
    assert caught.value.field == field
    assert f'"{field}"' in caught.value.reason


def test_a_row_of_empty_fields_is_refused():
    with pytest.raises(RowRefused, match="every field is empty"):
        to_item(Row(1, {"a": "", "b": None}), ImportMapping(fields=["a", "b"]))


@given(st.text(min_size=1).filter(str.strip))
def test_a_made_key_depends_on_the_content_only(text):
    key = content_key({"text": text})
    assert key.startswith("sha-") and len(key) == 20
    assert key == content_key({"text": text}) != content_key({"text": text + "!"})


def test_whole_numbers_from_tables_are_written_as_such():
    item = to_item(Row(1, {"id": 7.0, "text": "a", "label": 1.0}), MAPPING)
    assert (item["key"], item["labels"]) == ("7", [GivenLabel(1.0)])


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ({}, "must name the column"),
        ({"text": "gone"}, 'the column "gone"'),
        ({"text": "text", "label": ["text", "gone"]}, 'the column "gone"'),
    ],
)
def test_a_mapping_that_can_not_work_is_refused(mapping, reason):
    with pytest.raises(FileRefused, match="mapping") as caught:
        check_columns(ImportMapping(**mapping), ["id", "text"])
    assert reason in caught.value.reason


@pytest.mark.parametrize("mapping", [{"fields": "id"}, {"fields": [None]}, {"txet": "text"}, {"delimiter": ";;"}])
def test_a_mapping_of_the_wrong_shape_is_refused(mapping):
    with pytest.raises(ValidationError):
        ImportMapping.model_validate(mapping)


def test_a_preview_shows_what_an_import_would_take(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,text,label\n" + "".join(f"{i},hello number {i},{'ab'[i % 2]}\n" for i in range(40)) + "40,\n")
    shown = preview(path)
    assert shown["format"] == "csv"
    assert shown["columns"][0] == {
        "name": "id", "role": "key", "why": "named like an id, no value twice so far",
        "kind": "number", "samples": ["0", "1", "2"],
    }  # fmt: skip
    assert [column["kind"] for column in shown["columns"]] == ["number", "text", "category"]
    assert len(shown["rows"]) == 20
    assert shown["mapping"]["text"] == "text"
    assert shown["labels_found"] == ["a", "b"]
    assert (shown["content"], shown["task"]) == ("text", {"type": "choice", "labels": [{"name": "a"}, {"name": "b"}]})
    assert shown["warnings"] == ["row 41: has 2 columns, expected 3 as in the header"]


def test_the_last_row_of_the_first_bytes_of_a_file_is_left_out(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,text\n1,hello there\n2,cut o")
    assert len(preview(path, cut=True)["rows"]) == 1
    assert len(preview(path)["rows"]) == 2


def test_long_cells_are_cut_in_a_preview(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "' + "x" * 5000 + '", "deep": {"a": 1}}\n')
    shown = preview(path)
    assert len(shown["rows"][0]["text"]) == 301
    assert [column["name"] for column in shown["columns"]] == ["text", "deep", "deep.a"]
    assert shown["columns"][1]["kind"] == "nested"


@pytest.mark.parametrize("name", ["sms", "digits"])
def test_real_files_are_understood(name, tmp_path):
    path = shared_data.FOLDER / name / "train.csv"
    if not path.is_file():  # the data lies beside the checkout; elsewhere a file of the same shape will do
        path = tmp_path / "train.csv"
        with open(path, "w", newline="") as file:
            out = csv.writer(file)
            wide = [f"p{i}" for i in range(64)]
            out.writerow(["id", "text", "label"] if name == "sms" else ["id", "label", *wide])
            for i in range(50):
                row = [f"k{i}", f"words, more words {i}", "ham"]
                out.writerow(row if name == "sms" else [f"k{i}", str(i % 10), *wide])
    shown = preview(path)
    assert shown["mapping"]["key"] == "id"
    assert shown["mapping"]["label"] == "label"
    assert (shown["mapping"]["text"] == "text") if name == "sms" else (len(shown["mapping"]["fields"]) == 64)
    assert shown["warnings"] == []


def test_ids_that_repeat_are_keys_where_the_content_repeats():
    rows = [{"id": str(i // 2), "text": f"words number {i // 2}", "label": "ab"[i % 2]} for i in range(20)]
    assert guessed(rows)["key"] == "id"
    rows[3]["text"] = "other words"
    mapping, why = guess_mapping(list(rows[0]), rows)
    assert mapping.key is None and why["id"] == (
        "metadata", 'named like an id, but "1" is there with two different contents: no key'
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "read", "follow", "refused"),
    [
        (["1,hello there,spam", "2,,ham", "3,more words,ham"], 3, False, [2]),
        (["1,hello there,", "2,,", "3,more words,"], 3, False, [2]),
        ([f"{n},some words {n},ham" for n in range(1200)], 1000, True, []),
    ],
    ids=["labels", "no labels", "many rows"],
)
def test_what_a_new_project_can_not_take_is_told_before_it_is_made(tmp_path, rows, read, follow, refused):
    path = tmp_path / "items.csv"
    path.write_text("\n".join(["id,text,label", *rows]))
    found = preview(path)
    assert (found["rows_read"], found["rows_follow"]) == (read, follow)
    assert [one["row"] for one in found["refused"]] == refused


@pytest.mark.parametrize(
    ("cells", "separator", "kind"),
    [
        (["praise;mobile", "bug;mobile", "wish"], ";", "multi_choice"),
        (["a|b", "b|c", "a"], "|", "multi_choice"),
        (["Sci/Tech", "World", "Sci/Tech"], None, "choice"),
        (["yes; no", "maybe", "yes"], None, "choice"),  # nothing comes back beside another one
        (["one, two", "two, three", "one"], None, "choice"),  # commas are in names, too
    ],
)
def test_several_labels_in_a_cell_are_parted_where_one_comes_back(tmp_path, cells, separator, kind):
    rows = "\n".join(f"{n}\tsome words of item {n}\t{cells[n % len(cells)]}" for n in range(12))
    (tmp_path / "a.tsv").write_text(f"id\ttext\tlabel\n{rows}\n")
    found = look(tmp_path / "a.tsv")
    assert found.plan.mapping.separator == separator
    assert question_of(found.plan.mapping, found.values)["type"] == kind
