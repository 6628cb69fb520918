import codecs
import json
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whole_rows import whole

from labeler.items.readers import BadRow, Detected, FileRefused, Limits, Row, endings, read_rows, sniff


def write(tmp_path, data, encoding="utf-8"):
    path = tmp_path / "upload"
    path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
    return path


def read(tmp_path, data, limits=None, encoding="utf-8"):
    path = write(tmp_path, data, encoding)
    return list(map(whole, read_rows(path, sniff(path), limits)))


def values(rows):
    assert all(isinstance(row, Row) for row in rows), rows
    return [row.values for row in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter, tmp_path):
    data = f'id{delimiter}text\n1{delimiter}"a, b; c | d"\n2{delimiter}"plain, really; yes | no"\n'
    assert values(read(tmp_path, data))[0] == {"id": "1", "text": "a, b; c | d"}
    assert sniff(tmp_path / "upload").delimiter == delimiter


def test_a_single_column_is_read(tmp_path):
    assert values(read(tmp_path, "text\nhello\nyou there\n")) == [{"text": "hello"}, {"text": "you there"}]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(end, tmp_path):
    assert len(values(read(tmp_path, end.join(["id,text", "1,a", "", "2,b"])))) == 2


def test_quoted_cells_hold_quotes_and_line_ends(tmp_path):
    assert values(read(tmp_path, 'id,text\n1,"two\nlines, ""quoted"""\n'))[0]["text"] == 'two\nlines, "quoted"'


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_encodings_are_found(encoding, found, form, tmp_path):
    text = "Das Mädchen fährt über die Straße, und déjà vu"
    data = f'id,text\n1,"{text}"\n' if form == "csv" else json.dumps({"id": "1", "text": text}, ensure_ascii=False)
    assert values(read(tmp_path, data, encoding=encoding)) == [{"id": "1", "text": text}]
    assert sniff(tmp_path / "upload").encoding == found


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет, как дела? Сегодня хорошая погода, и мы пойдём гулять в парк после обеда.", "cp1251"),
        (
            "Dziękuję bardzo za przesyłkę. Książka jest ciekawa, ale okładka była trochę brudna.",
            "cp1250",
        ),
        ("今日は天気がいいので、午後に公園へ散歩に行きましょう。明日は雨が降るそうです。", "shift_jis"),
    ],
)
def test_other_scripts_are_found_too(text, encoding, tmp_path):
    assert values(read(tmp_path, "text\n" + f'"{text}"\n' * 5, encoding=encoding))[0] == {"text": text}


def test_an_accent_late_in_a_big_file_still_decides_its_encoding(tmp_path):
    data = b"id,text\n" + b"1,plain text here\n" * 100_000 + "2,fährt über".encode("cp1252") + b"\n"
    rows = read(tmp_path, data)
    assert rows[-1].values["text"] == "fährt über"
    assert sniff(tmp_path / "upload").warnings


def test_a_few_broken_bytes_cost_their_rows_only(tmp_path):
    data = "id,text\n" + "1,Straße und Mädchen\n" * 50
    rows = read(tmp_path, data.encode() + b"2,br\xffken\n3,fine\n")
    assert rows[50] == BadRow(51, "text", '"text" is not valid in the encoding of the file')
    assert rows[51].values == {"id": "3", "text": "fine"}


def test_rows_with_other_numbers_of_columns_are_told_and_skipped(tmp_path):
    rows = read(tmp_path, "id,text\n1,a\n2\n3,b,c\n4,d\n")
    assert rows[1] == BadRow(2, None, "has 1 column, expected 2 as in the header")
    assert rows[2] == BadRow(3, None, "has 3 columns, expected 2 as in the header")
    assert [row.number for row in rows] == [1, 2, 3, 4]


def test_hostile_cells_are_told_by_their_column(tmp_path):
    limits = Limits(max_cell=100, max_line=10_000)
    rows = read(tmp_path, f"id,text\n1,a\x00b\n2,{'x' * 101}\n3,fine\n", limits)
    assert rows[0] == BadRow(1, "text", '"text" holds a NUL character')
    assert rows[1] == BadRow(2, "text", '"text" has 101 characters, at most 100 are taken')
    assert isinstance(rows[2], Row)


@pytest.mark.parametrize("start", ["id,text\n", ""])
def test_a_huge_line_takes_no_memory_and_costs_its_row_only(start, tmp_path):
    limits = Limits(max_line=200_000)
    fine, huge = ("2,fine\n", "1," + "x" * 30_000_000) if start else ('{"a": 2}\n', '{"a": "' + "x" * 30_000_000)
    first = "0,first\n" if start else '{"a": 0}\n'
    path = write(tmp_path, start + first + huge + "\n" + fine)
    detected = sniff(path)
    tracemalloc.start()
    rows = list(read_rows(path, detected, limits))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [type(row) for row in rows] == [Row, BadRow, Row]
    assert most < 8_000_000


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"  \n\n ", "is empty"),
        (b"\x89PNG\r\n\x1a\n....", "PNG image"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"FEA1....", "Feather file of version 1"),
        (b"SQLite format 3\0....", "database can't be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "old Microsoft Office"),
        (b"ARROW1\0\0....", "Arrow file can't be read"),
        (b"PK\x03\x04....", "zip archive can't be read"),
        (b"<!DOCTYPE html>\n<html><body>", "HTML"),
        (b"  <html>", "HTML"),
        (b"<?xml version='1.0'?>", "XML"),
        (bytes(range(256)) * 20, "binary"),
        (b"\x80\x04\x95abc", "pickle"),
        (b"PAR1 this is not Parquet", "Parquet file can't be read"),
        (b"a,b\n" + b"1,2\n" * 5, None),
    ],
)
def test_other_files_are_refused_for_what_they_are(data, reason, tmp_path):
    if reason is None:
        assert len(read(tmp_path, data)) == 5
        return
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, data)
    assert reason in caught.value.reason


def test_the_name_of_a_file_does_not_matter(tmp_path):
    path = tmp_path / "photo.png"
    path.write_text('{"text": "a"}\n')
    assert sniff(path).format == "jsonl"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": nan}', "not valid JSON"),
        ('{"text": "a"', "not valid JSON"),
        ("[1, 2]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ('{"text": "a\\u0000b"}', "NUL"),
        ('{"text": {"a": [[[["b"]]]]}}', "nested deeper than 3 levels"),
        ('{"a": 1, "b": 2, "c": 3, "d": 4}', "has 4 fields, at most 3"),
        ("[" * 5_000 + "]" * 5_000, "JSON"),
    ],
)
def test_bad_lines_of_json_are_told_and_skipped(line, reason, tmp_path):
    limits = Limits(max_depth=3, max_columns=3)
    rows = read(tmp_path, f'{{"text": "first"}}\n{line}\n\n{{"text": "last"}}\n', limits)
    assert isinstance(rows[1], BadRow) and reason in rows[1].reason
    assert rows[2] == Row(3, {"text": "last"})


@pytest.mark.parametrize("data", ["id,text\n1,a\n2,b\n3,c\n", '{"a": 1}\n' * 3])
def test_more_rows_than_the_limit_are_refused(data, tmp_path):
    with pytest.raises(FileRefused, match="more than 2 rows"):
        read(tmp_path, data, Limits(max_rows=2))


def test_more_columns_than_the_limit_are_refused(tmp_path):
    with pytest.raises(FileRefused, match="3 columns, at most 2"):
        read(tmp_path, "a,b,c\n1,2,3\n", Limits(max_columns=2))


def parquet(tmp_path, columns, **settings):
    path = tmp_path / "upload"
    pq.write_table(pa.table(columns), path, **settings)
    return path


def test_parquet_rows_become_what_json_knows(tmp_path):
    import datetime

    path = parquet(
        tmp_path,
        {
            "text": ["a", None],
            "n": [1.5, float("nan")],
            "day": [datetime.date(2024, 1, 2), None],
            "tags": [["x"], []],
            "kind": pa.array(["k", "k"]).dictionary_encode(),
        },
    )
    rows = values(list(read_rows(path, sniff(path))))
    assert rows[0] == {"text": "a", "n": 1.5, "day": "2024-01-02", "tags": ["x"], "kind": "k"}
    assert rows[1]["n"] is None


def test_parquet_keeps_to_the_limits(tmp_path):
    path = parquet(tmp_path, {"text": ["a" * 50, "b", "c\0"], "n": [1.0, float("inf"), 3.0]})
    rows = list(map(whole, read_rows(path, sniff(path), Limits(max_cell=10))))
    assert [row.field for row in rows if isinstance(row, BadRow)] == ["text", "n", "text"]
    with pytest.raises(FileRefused, match="3 rows, at most 2"):
        list(read_rows(path, sniff(path), Limits(max_rows=2)))
    with pytest.raises(FileRefused, match="unpacks to too much"):
        list(read_rows(path, sniff(path), Limits(max_bytes=10)))


def test_a_cut_off_parquet_file_is_refused(tmp_path):
    path = parquet(tmp_path, {"text": ["a"] * 1000})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileRefused, match="can't be read"):
        list(read_rows(path, sniff(path)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path, data):
    try:
        rows = read(tmp_path, data)
    except FileRefused:
        return
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet='ab,;"\n\r\t|{}[]: ', max_size=200))
def test_any_mess_of_quotes_is_read_or_refused(tmp_path, text):
    try:
        rows = read(tmp_path, text, Limits(max_line=50, max_cell=20))
    except FileRefused:
        return
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))


def test_memory_does_not_grow_with_the_file(tmp_path):
    def peak(count):
        path = write(tmp_path, "id,text\n" + "".join(f"{i},some text of row {i}\n" for i in range(count)))
        detected = sniff(path)
        tracemalloc.start()
        for _ in read_rows(path, detected):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(60_000) < 2 * peak(3_000) + 200_000


def test_an_unknown_format_is_refused():
    with pytest.raises(FileRefused, match="accepted are Arrow, Feather, CSV"):
        list(read_rows(Path("x"), Detected("docx")))


def test_endings_name_their_formats():
    found = endings()
    assert found[".csv"] == found[".tsv"] == "csv"
    assert found[".xlsx"] == found[".xls"] == found[".ods"] == "excel"
    assert {found[ending] for ending in (".txt", ".json", ".jsonl", ".zip")} == {"lines", "json", "jsonl", "zip"}


def test_the_mark_at_the_start_is_no_part_of_the_first_column(tmp_path):
    assert values(read(tmp_path, codecs.BOM_UTF8 + b"id,text\n1,a\n")) == [{"id": "1", "text": "a"}]
