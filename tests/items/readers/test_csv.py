import csv
import io
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.items.readers import BadRow, FileRefused, Limits, Row
from labeler.items.readers.records import DOUBTFUL, LITERAL, UNDIVIDED

LITTLE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_quote_that_was_never_meant_costs_nobody_elses_row(reading):
    rows = reading.rows(
        'id,text,label\n1,"Win a prize,spam\n2,See you at noon,ham\n3,Call me,ham\n4,"Free" entry now,spam\n5,Bye,ham\n'
    )
    assert [row.values["text"] for row in rows] == [
        '"Win a prize', "See you at noon", "Call me", '"Free" entry now', "Bye",
    ]  # fmt: skip
    assert [row.note for row in rows] == [LITERAL, None, None, LITERAL, None]
    assert f"2 of the first 6 records: {LITERAL}" in reading.sniff().warnings


def test_a_row_that_does_not_fit_with_its_quotes_as_they_stand_is_refused_alone(reading):
    rows = reading.rows('id,text\n1,a\n2,"open, and a comma\n3,b\n4,"x" y, z\n5,c\n')
    assert rows[1] == BadRow(2, None, "a quote is opened and never closed")
    assert rows[3].number == 4 and "a quote ends before its cell does" in rows[3].reason
    assert [row.values["id"] for row in rows if isinstance(row, Row)] == ["1", "3", "5"]


def test_valid_quoting_over_lines_that_look_like_rows_is_mentioned(reading):
    rows = reading.rows('id,text,label\n1,"open,spam\n2,and here it closes",ham\n3,fine,ham\n')
    assert [row.note for row in rows] == [DOUBTFUL, None]


def test_a_quote_that_closes_by_chance_and_gives_another_width_swallows_no_rows(reading):
    rows = reading.rows('id,text,label\n1,"open,spam\n2,fine,ham\n3,it closes", here,ham\n4,fine,ham\n')
    assert [type(row) for row in rows] == [Row, Row, BadRow, Row]


def test_a_quote_inside_a_quoted_cell_leaves_the_other_cells_unquoted(reading):
    rows = reading.values('"id","text"\n"1","She said "hi" to me"\n"2","fine"\n')
    assert rows[0] == {"id": "1", "text": 'She said "hi" to me'}


def test_quoted_cells_hold_line_ends_delimiters_and_quotes(reading):
    rows = reading.values('id,text\n1,"two\nlines, ""quoted"""\r\n2,"a\r\n\r\nb"\r\n')
    assert [row["text"] for row in rows] == ['two\nlines, "quoted"', "a\r\n\r\nb"]


def test_a_quoted_row_of_another_width_is_one_row(reading):
    rows = reading.rows('id,text\n1,"a\nb",too,many\n2,fine\n')
    assert rows == [BadRow(1, None, "has 4 columns, expected 2 as in the header"), Row(2, {"id": "2", "text": "fine"})]


CELLS = st.text(alphabet='ab ,;"\n\r\t|é漢=', max_size=8)


def test_a_quoted_cell_that_is_too_long_costs_its_row_only(reading, peak):
    lines = 'a line, with ""quotes"", of a text\n' * 100_000
    reading.write(f'id,text\n0,first\n1,"{lines}"\n2,last\n')
    limits = Limits(max_line=200_000)
    assert peak(lambda: reading.rows(None, limits)) < 8_000_000
    assert reading.rows(None, limits) == [
        Row(1, {"id": "0", "text": "first"}), BadRow(2, None, "a quoted cell is too long"),
        Row(3, {"id": "2", "text": "last"}),
    ]  # fmt: skip
    assert reading.sniff().warnings == ()


@LITTLE
@given(st.lists(st.tuples(CELLS, CELLS, CELLS).filter(lambda row: any(map(str.strip, row))), min_size=1, max_size=20))
def test_every_table_that_is_written_right_comes_back_the_same(reading, rows):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("id", "text", "label"), *rows])
    read = reading.values(out.getvalue(), delimiter=",", header=True)
    assert [tuple(row.values()) for row in read] == rows


@LITTLE
@given(st.lists(st.text(alphabet='ab "', min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=30))
def test_no_text_becomes_part_of_another_rows_text(reading, texts):
    """Unless its quoting is valid: so the texts have one quotation mark at most, at their start."""
    texts = [text.replace('"', "") or "x" for text in texts]
    marked = [f'"{text}' if at % 3 == 0 else text for at, text in enumerate(texts)]
    rows = reading.rows("".join(f"{line}\n" for line in ["id,text", *(f"{i},{t}" for i, t in enumerate(marked))]))
    assert [row.number for row in rows] == list(range(1, len(texts) + 1))
    assert [row.values["text"] for row in rows] == marked


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "rows",
    [
        '1,"open\n2,fine\n' * 20_000 + '1,"open\n',
        'b","c\n' * 200_000,
        '1,"open\n' + "2,fine\n" * 300_000,
        '"",""\n1,"\n' * 100_000,
    ],
)
def test_a_flood_of_quotes_stays_linear(reading, rows):
    found = reading.rows('id,text\n"1","a\n' + rows, Limits(max_line=200_000), header=True, delimiter=",")
    assert [row.number for row in found] == list(range(1, len(found) + 1))


def test_after_a_flood_of_quotes_cells_of_several_lines_are_read_again(reading):
    data = "id,text\n" + 'b","c\n' * 5_000 + "1,plain\n" * 2_000 + '7,"two\nlines"\n'
    rows = reading.rows(data, Limits(max_line=500), delimiter=",")
    assert rows[-1].values == {"id": "7", "text": "two\nlines"}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"'])
def test_the_line_that_excel_writes_for_itself_is_obeyed(mark, line, reading):
    rows = reading.values(f"{mark}{line}\r\nid;text;label\r\n1;win a prize, now;spam\r\n2;see, you, there;ham\r\n")
    assert rows[0] == {"id": "1", "text": "win a prize, now", "label": "spam"}
    assert len(rows) == 2


@pytest.mark.parametrize(
    "above",
    ["Survey of 2024\n\n", "Survey of 2024,,\n,,\n", "# made by a tool, on Monday\n", "Survey\nAll answers\n\n\n"],
)
def test_lines_above_the_table_are_left_out_and_said(above, reading):
    rows = reading.values(above + "id,text,label\n1,hello there,ham\n2,buy now,spam\n")
    assert [row["id"] for row in rows] == ["1", "2"]
    assert any("above the table left out" in warning for warning in reading.sniff().warnings)


def test_a_first_row_with_empty_cells_is_no_title(reading):
    rows = reading.values("1,hello there,\n2,,spam\n3,buy now,spam\n4,good night,ham\n")
    assert len(rows) == 4 and rows[0] == {"column_1": "1", "column_2": "hello there", "column_3": ""}


@pytest.mark.parametrize(
    ("data", "header"),
    [
        ("id,text\n1,a\n2,b\n", True),
        ("Kommentar,Alter\nsehr gut,31\nnaja,47\n", True),
        ("reviewText,overallRating\ngood,fine\nbad,poor\n", True),
        ("1,win a prize,spam\n2,see you,ham\n3,buy now,spam\n", False),
        ("win a prize,spam\nsee you,ham\nbuy now,spam\nbye,ham\n", False),
        ("2024-01-02,hello\n2024-01-03,good day\n2024-01-04,bye\n", False),
        ("name,2019,2020\nParis,1,2\nRome,3,4\n", True),
    ],
)
def test_whether_the_first_row_names_the_columns_is_seen(data, header, reading):
    found = reading.sniff(data)
    assert found.header is header
    assert len(reading.rows()) == data.count("\n") - header


@pytest.mark.parametrize("header", [True, False])
def test_what_somebody_says_about_the_header_counts(header, reading):
    assert len(reading.values("id,text\n1,a\n2,b\n", header=header)) == 3 - header
    assert len(reading.values("1,some text\n2,more text\n3,words\n", header=header)) == 3 - header
    assert reading.sniff(header=header).header is header


def test_a_first_row_that_could_be_either_is_mentioned(reading):
    found = reading.sniff("good day,yes\nbad night,no\n")
    assert found.header and any("if it is data, say so" in warning for warning in found.warnings)


def test_one_text_per_line_is_no_table(reading):
    data = "Terrible service never again\nReally great thanks\nGreat price\nNot my thing, sorry\n"
    assert [row["text"] for row in reading.values(data)] == data.splitlines()
    assert reading.sniff().format == "lines" and reading.sniff().header is False


def test_sentences_with_a_comma_in_each_are_no_table(reading):
    data = "Well, I never\nReally, great\nSorry, not my thing\nYes, please\n"
    assert [row["text"] for row in reading.values(data)] == data.splitlines()


@pytest.mark.parametrize("data", ["text\nhello\nyou there\n", "review_text\ngood\nbad\n", '"good"\n"so, so"\n'])
def test_one_column_with_a_name_or_quotes_is_a_table(data, reading):
    assert reading.sniff(data).format == "csv"
    assert len(reading.values()) == 2


def test_quotes_behind_spaces_are_quotes(reading):
    rows = reading.values('id, text, label\n1, "hello, you", ham\n2, "by ""me""", spam\n')
    assert rows[0] == {"id": "1", "text": "hello, you", "label": "ham"}
    assert rows[1] == {"id": "2", "text": 'by "me"', "label": "spam"}


@pytest.mark.parametrize("header", ["text", "reviewText"])
def test_in_one_column_commas_and_stray_quotes_are_text(header, reading):
    texts = ["Hello, you", "one", '"Hi, there" she said', "So, what, now", "Well,"]
    rows = reading.rows(f"{header}\n" + "".join(f"{text}\n" for text in ["a", "b", "c", "d", *texts]))
    assert [row.values[header] for row in rows[4:]] == texts
    assert [row.note for row in rows[4:]] == [UNDIVIDED, None, LITERAL, UNDIVIDED, UNDIVIDED]


def test_a_header_that_stands_there_again_is_no_item(reading):
    rows = reading.rows("id,text\n1,a\nid,text\n2,b\n")
    assert rows[1] == BadRow(2, None, "repeats the names of the columns")


@pytest.mark.parametrize("blank", ["\n", "\r\n", ",,\n", " , ,\n", '"",,\n'])
def test_blank_rows_are_no_rows(blank, reading):
    rows = reading.rows(f"id,text,label\n{blank}1,a,x\n{blank}{blank}2,b,y\n{blank}")
    assert [(row.number, row.values["id"]) for row in rows] == [(1, "1"), (2, "2")]


@pytest.mark.parametrize(
    "data", ["id,text,\n1,a,\n2,b,\n", "id,text\n1,a,\n2,b\n", "id,text,,\n1,a\n2,b,,\n", "id,text\n1,a,,,\n2,b,\n"]
)
def test_empty_cells_and_names_at_the_end_are_dropped(data, reading):
    assert reading.values(data) == [{"id": "1", "text": "a"}, {"id": "2", "text": "b"}]


def test_a_column_without_a_name_that_has_values_is_kept(reading):
    assert reading.values(",text,\n1,a,x\n2,b,\n")[0] == {"column_1": "1", "text": "a", "column_3": "x"}


def test_row_names_without_a_name_become_a_column(reading):
    rows = reading.values('"text","label"\n"1","win a prize","spam"\n"2","see you","ham"\n')
    assert rows[0] == {"column_1": "1", "text": "win a prize", "label": "spam"}
    assert any("one cell more than there are names" in warning for warning in reading.sniff().warnings)


def test_a_value_late_in_a_column_that_seemed_empty_is_not_lost(reading):
    rows = reading.rows("id,text,\n" + "1,a,\n" * 500 + "2,b,late\n")
    assert rows[-1] == BadRow(501, None, "has 3 columns, expected 2 as in the header")


def test_a_name_that_is_there_twice_gets_a_number(reading):
    assert reading.values("label,text,label,label_2,label\na,b,c,d,e\n") == [
        {"label": "a", "text": "b", "label_3": "c", "label_2": "d", "label_4": "e"}
    ]
    assert 'the column "label" is there twice; the later one is called "label_3"' in reading.sniff().warnings


@LITTLE
@given(st.lists(st.sampled_from(["", "a", "b", "a_2", "a_3", "column_1", "column_2"]), min_size=1, max_size=8))
def test_columns_have_names_of_their_own_whatever_the_header(reading, names):
    columns = reading.sniff("id," + ",".join(names) + ",end\n", header=True, delimiter=",").columns
    assert len(set(columns)) == len(columns) == len(names) + 2


def test_delimiter_and_encoding_are_those_that_were_said(reading):
    assert reading.values("id,text;x\n1,a;b\n", delimiter=";") == [{"id,text": "1,a", "x": "b"}]
    reading.write("id,text\n1,Привет мир\n", "koi8-r")
    assert reading.values(encoding="koi8-r")[0]["text"] == "Привет мир"
    with pytest.raises(FileRefused, match='no encoding "utf-9"'):
        reading.sniff(encoding="utf-9")


def test_random_tables_of_any_width_keep_their_shape(reading):
    rng = random.Random(7)
    for _ in range(30):
        width = rng.randint(2, 6)
        rows = [[f"{rng.choice('abc')}{rng.random()}" for _ in range(width)] for _ in range(rng.randint(1, 30))]
        text = "\n".join(";".join(row) for row in [[f"name_{at}" for at in range(width)], *rows])
        assert [list(row.values()) for row in reading.values(text)] == rows
