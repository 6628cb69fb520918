import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.items.readers import BadRow, FileRefused, Limits, Row

LITTLE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ROWS = [{"id": 1, "text": "win a prize", "tags": ["a", {"b": "}] [{"}]}, {"id": 2, "text": 'é "quoted" \\ 漢'}]


@pytest.mark.parametrize("indent", [None, 0, 1, 4, "\t"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_an_array_of_objects_is_rows_however_it_is_printed(indent, wrapped, reading):
    data = {"version": 1, "about": {"n": 2}, "data": ROWS, "more": [1, 2]} if wrapped else ROWS
    assert reading.values(json.dumps(data, indent=indent)) == ROWS
    assert reading.sniff().format == "json" and reading.sniff().part == ("data" if wrapped else None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_json_comes_in_other_encodings_too(encoding, reading):
    rows = [{"text": "Straße"}, {"text": "déjà"}]
    reading.write(json.dumps(rows, ensure_ascii=False), encoding)
    assert reading.values() == rows


def test_objects_behind_each_other_are_rows(reading):
    assert reading.values("\n".join(json.dumps(row, indent=2) for row in ROWS)) == ROWS
    assert reading.values("".join(json.dumps(row) for row in ROWS)) == ROWS
    assert reading.values(json.dumps(ROWS[0], indent=2)) == ROWS[:1]


def test_lines_end_where_those_of_files_do(reading):
    rows = [{"text": "one\u2028two\x0bthree\x85four"}, {"text": "five"}]
    assert reading.values("".join(json.dumps(row, ensure_ascii=False).replace("\\u000b", "") + "\n" for row in rows))
    assert reading.sniff().format == "jsonl"
    assert reading.sniff(json.dumps(rows[0], ensure_ascii=False) + "\n").format == "jsonl"


def test_a_comma_behind_each_object_does_no_harm(reading):
    assert reading.values('{"a": 1},\n{"a": 2},\n') == [{"a": 1}, {"a": 2}]


def test_of_several_lists_the_one_that_is_called_data_has_the_rows(reading):
    data = {"labels": [{"name": "spam"}], "data": ROWS}
    assert reading.values(json.dumps(data)) == ROWS
    assert 'the rows are the list "data"' in reading.sniff().warnings[0]


def test_a_list_of_texts_is_rows_of_texts(reading):
    assert reading.values('["a", "b"]') == [{"text": "a"}, {"text": "b"}]


@pytest.mark.parametrize("data", ["[SPAM] buy now\n[HAM] hello\n", "{name}, hello\n{name}, bye\n"])
def test_texts_that_begin_with_brackets_are_no_json(data, reading):
    assert [row["text"] for row in reading.values(data)] == data.splitlines()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("[[1, 2], [3, 4]]", "list of lists"),
        ('{"text": {"0": "a"}, "label": {"0": "b"}}', 'orient="records"'),
        ('{"train": [{"a": 1}], "test": [{"a": 2}]}', '"train", "test"'),
        ('{\n"text": "a"\n"b"}', "as a whole it can't be read"),
    ],
)
def test_other_json_is_refused_with_a_way_out(data, reason, reading):
    with pytest.raises(FileRefused, match=reason):
        reading.rows(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**63, 2**63 - 1) | st.text(max_size=8).filter(lambda t: "\0" not in t),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@LITTLE
@given(st.lists(st.dictionaries(st.text("abc", max_size=3), JSON, max_size=4), min_size=1, max_size=20), st.booleans())
def test_every_array_comes_back_the_same(reading, rows, ascii_only):
    text = json.dumps(rows, ensure_ascii=ascii_only)
    assert reading.values(text, Limits(max_depth=50), format="json") == rows


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_rows_may_lie_across_the_parts_in_which_a_file_is_read(chunk, reading, monkeypatch):
    monkeypatch.setattr("labeler.items.readers.json_values.CHUNK", chunk)
    rows = [{"id": at, "text": f'é \\ " {"x" * at}', "n": -1.5e-3, "yes": True} for at in range(60)]
    assert reading.values(json.dumps({"n": 123456, "data": rows})) == rows


@pytest.mark.parametrize(
    "bad",
    ['{"text": "a" "b"}', '{"text": tru}', '{"text": "no end}', "{'text': 'a'}", '{"a": [1, 2}', '{"text": "a\tb"}'],
)
def test_an_object_that_is_no_json_costs_its_own_row_only(bad, reading):
    rows = reading.rows(f'[{{"text": "first"}},\n {bad},\n {{"text": "second"}},\n {{"text": "last"}}]')
    assert isinstance(rows[1], BadRow) and "not valid JSON" in rows[1].reason
    assert rows[-1].values == {"text": "last"}
    assert len(rows) == 4


def test_a_file_that_is_cut_off_gives_what_is_whole(reading):
    whole = json.dumps([{"text": f"text {at}"} for at in range(50)])
    rows = reading.rows(whole[:-20])
    assert sum(isinstance(row, Row) for row in rows) == 49
    assert rows[-1] == BadRow(50, None, "the file ends before its list or object does: it may be cut off")


@pytest.mark.parametrize("form", ["jsonl", "json"])
class TestCells:
    def rows(self, reading, form, *objects):
        return reading.rows("\n".join(objects) + "\n" if form == "jsonl" else f"[{','.join(objects)}]")

    def test_nan_is_missing_and_infinity_is_refused_with_its_field(self, form, reading):
        rows = self.rows(reading, form, '{"t": "a", "s": NaN}', '{"t": "b", "s": -Infinity}', '{"t": "c", "s": 1e999}')
        assert rows[0].values == {"t": "a", "s": None}
        for row in rows[1:]:
            assert row.field == "s" and "write null, or leave the field out" in row.reason

    def test_numbers_that_are_missing_inside_of_lists_are_seen_too(self, form, reading):
        rows = self.rows(reading, form, '{"t": "a", "s": [NaN, 1]}', '{"t": "b", "s": {"x": Infinity}}')
        assert rows[0].values["s"] == [None, 1]
        assert rows[1].field == "s"

    @pytest.mark.parametrize(
        "digits",
        ["9007199254740993", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
         "18446744073709551617", "123456789012345678901234567890", "1" * 5_000],
    )  # fmt: skip
    def test_whole_numbers_stay_as_they_are_written(self, form, digits, reading):
        rows = self.rows(reading, form, f'{{"id": {digits}, "in": [{digits}]}}')
        assert str(rows[0].values["id"]) == str(rows[0].values["in"][0]) == digits
        assert isinstance(rows[0].values["id"], int) == (abs(int(digits[:30])) < 2**63)

    def test_deep_nesting_is_refused(self, form, reading):
        rows = self.rows(reading, form, '{"t": ' + "[" * 5_000 + "]" * 5_000 + "}", '{"t": "fine"}')
        assert "nested" in rows[0].reason and rows[1].values == {"t": "fine"}


def test_one_object_that_is_too_long_costs_its_own_row_only(reading, peak):
    huge = '{"text": "' + "x" * 30_000_000 + '"}'
    reading.write(f'[{{"text": "a"}}, {huge}, {{"text": "b"}}]')
    limits = Limits(max_line=200_000)
    assert [type(row) for row in reading.rows(None, limits)] == [Row, BadRow, Row]
    assert peak(lambda: reading.rows(None, limits)) < 8_000_000
