import json
import sqlite3
from contextlib import closing

import pytest

from labeler.items.given import Given, GivenLabel
from labeler.items.readers import BadRow, FileRefused, Limits, Row

CSV = "id,text\n1,a\n2,b\n"


@pytest.fixture
def database(reading):
    def make(*statements):
        with closing(sqlite3.connect(reading.path)) as db:
            for one in statements:
                db.execute(one)
            db.commit()
        return reading

    return make


def test_labels_in_fasttext_files_are_labels(reading):
    rows = reading.values("__label__spam win a prize\n__label__a __label__b\ttwo of them\n\nno label here\n")
    assert rows == [
        {"label": Given([GivenLabel("spam")]), "text": "win a prize"},
        {"label": Given([GivenLabel(["a", "b"])]), "text": "two of them"},
        {"label": Given(), "text": "no label here"},
    ]
    assert all(isinstance(row["label"], Given) for row in rows)


@pytest.mark.parametrize("cut", [",", ";", "\t"])
def test_a_table_whose_keys_look_like_labels_is_a_table(reading, cut):
    rows = reading.values(
        "\n".join(cut.join(row) for row in [("key", "text"), ("__label__", "0 a"), ("__label__b", "c")])
    )
    assert rows == [{"key": "__label__", "text": "0 a"}, {"key": "__label__b", "text": "c"}]


def test_a_label_without_a_name_costs_its_row(reading):
    rows = reading.rows("__label__ text\n__label__a text\n__label__b more\n")
    assert rows[0] == BadRow(1, "label", '"label" is empty: a name is expected behind "__label__"')


def test_the_first_table_with_rows_of_a_database_is_read_and_the_others_are_named(database):
    reading = database(
        "CREATE TABLE empty (a)",
        "CREATE TABLE [my texts] (id INTEGER PRIMARY KEY, text TEXT, score REAL, more BLOB)",
        "CREATE TABLE other (a)",
        "INSERT INTO other VALUES (1)",
        "CREATE VIEW seen AS SELECT * FROM other",
        "INSERT INTO [my texts] VALUES (1, 'a', 0.5, X'c3a9'), (2, NULL, 1e999, NULL), (3, 'c', 1, X'ff')",
    )
    rows = reading.rows()
    assert rows[0] == Row(1, {"id": 1, "text": "a", "score": 0.5, "more": "é"})
    assert [row.field for row in rows[1:]] == ["score", "more"]
    assert reading.sniff().warnings == ('the rows of the table "my texts"; not taken: "other"',)


def test_databases_that_are_broken_or_empty_are_refused(database, reading):
    with pytest.raises(FileRefused, match="no table with rows"):
        database("CREATE TABLE a (b)").rows()
    whole = reading.path.read_bytes()
    with pytest.raises(FileRefused, match="can't be read"):
        reading.rows(whole[:100] + b"\xff" * 500 + whole[600:])


def test_a_database_is_not_changed_by_reading(database):
    reading = database("CREATE TABLE a (text)", "INSERT INTO a VALUES ('x')")
    reading.path.chmod(0o400)
    before = reading.path.read_bytes()
    assert reading.values() == [{"text": "x"}]
    assert reading.path.read_bytes() == before
    assert [one.name for one in reading.path.parent.iterdir()] == ["upload"]


def test_a_huge_value_in_a_database_takes_no_memory(database, peak):
    reading = database("CREATE TABLE a (text)", "INSERT INTO a VALUES (hex(zeroblob(5000000)))")
    with pytest.raises(FileRefused, match="too big"):
        reading.rows(None, Limits(max_line=100_000))
    assert peak(reading.sniff) < 3_000_000


@pytest.mark.parametrize(
    ("data", "said", "found"),
    [
        (CSV, "csv", "csv"),
        (CSV, "lines", "lines"),
        ("a\tb\n1\t2,3\n", "tsv", "csv"),
        ("hello\nyou there\n", "csv", "csv"),
        ('{"a": 1}\n', "lines", "lines"),
        ('{"a": 1}\n{"a": 2}\n', "json", "json"),
    ],
)
def test_a_format_that_fits_is_obeyed(data, said, found, reading):
    assert reading.sniff(data, format=said).format == found


@pytest.mark.parametrize(
    ("data", "said", "reason"),
    [
        (json.dumps([{"a": 1}]), "csv", "the file is not CSV, TSV: the file looks like JSON"),
        (json.dumps([{"a": 1}]), "jsonl", "the file is not JSON Lines .* looks like JSON"),
        (CSV, "jsonl", "looks like CSV"),
        (CSV, "parquet", "the file is not Parquet: the file looks like CSV, TSV; leave the format out"),
        (CSV, "excel", "looks like CSV"),
        ("<html>", "csv", "looks like an HTML page"),
        (b"\x89PNG\r\n", "lines", "looks like a PNG image"),
        (CSV, "docx", 'format "docx" is not accepted; accepted are'),
    ],
)
def test_a_format_that_does_not_fit_is_refused_with_what_the_file_looks_like(data, said, reason, reading):
    with pytest.raises(FileRefused, match=reason):
        reading.sniff(data, format=said)
