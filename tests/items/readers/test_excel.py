import datetime
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from labeler.items.readers import BadRow, FileRefused, Limits
from labeler.items.readers.workbook_errors import errors_in

FILES = Path(__file__).parent / "files"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def workbook(reading):
    """Writes sheets, each as rows of cells, from a given place on."""

    def write(sheets, at=(0, 0)):
        with xlsxwriter.Workbook(reading.path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for down, row in enumerate(rows):
                    for right, cell in enumerate(row):
                        if cell is not None:
                            sheet.write(at[0] + down, at[1] + right, cell)
        return reading

    return write


def test_cells_become_what_they_show(workbook):
    when = datetime.datetime(2024, 1, 2, 3, 4)
    header = ["id", "text", "n", "ok", "day", "at", "code"]
    rows = workbook(
        {"data": [header, [1, "win", 1.5, True, datetime.date(2024, 1, 2), when, "007"], [2, "by"]]}
    ).values()
    assert rows[0] == {
        "id": 1, "text": "win", "n": 1.5, "ok": True, "day": "2024-01-02", "at": "2024-01-02T03:04:00", "code": "007",
    }  # fmt: skip
    assert type(rows[0]["id"]) is int
    assert rows[1] == {**dict.fromkeys(header), "id": 2, "text": "by"}


@pytest.mark.parametrize("name", ["old.xls", "open.ods"])
def test_workbooks_of_other_programs_are_read(name, reading):
    assert reading.values((FILES / name).read_bytes()) == [
        {"id": 1, "text": "win a prize", "when": "2024-01-02", "label": "spam"},
        {"id": 2, "text": "see you at noon", "when": None, "label": "ham"},
    ]


def test_the_first_sheet_with_rows_is_read_and_the_others_are_named(workbook):
    reading = workbook({"notes": [], "data": [["id", "text"], [1, "a"]], "more": [["x"], [1]]})
    assert reading.values() == [{"id": 1, "text": "a"}]
    assert 'the rows of the sheet "data"; not taken: "more"' in reading.sniff().warnings[0]


def test_lines_above_the_table_and_blank_rows_are_no_rows(workbook):
    rows = [["Survey of 2024"], [], ["id", "text", "label"], [1, "hello there", "ham"], [], [2, "buy now", "spam"]]
    reading = workbook({"data": rows}, at=(2, 3))
    assert [(row.number, row.values["id"]) for row in reading.rows()] == [(1, 1), (2, 2)]
    assert any("Survey of 2024" in warning for warning in reading.sniff().warnings)


def test_a_sheet_without_a_header_is_read_whole(workbook):
    reading = workbook({"data": [[1, "win a prize", "spam"], [2, "see you", "ham"], [3, "buy now", "spam"]]})
    assert reading.values()[0] == {"column_1": 1, "column_2": "win a prize", "column_3": "spam"}
    assert len(reading.values(header=True)) == 2


def test_cells_beside_the_table_and_long_ones_cost_their_row(workbook):
    rows = [["id", "text"], *([at, "a"] for at in range(300)), [1, "a", "beside"], [2, "x" * 50], [3, "fine"]]
    found = workbook({"data": rows}).rows(None, Limits(max_cell=20))
    assert found[300] == BadRow(301, None, "has a value in column 3, expected 2 as in the header")
    assert found[301].field == "text" and found[302].values == {"id": 3, "text": "fine"}


def sheet_with(path, cells):
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("data")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"<sheetData/>", f"<sheetData>{cells}</sheetData>".encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_a_cell_far_away_does_not_take_all_memory(reading):
    """The library makes room for all cells up to the last one, and ends its process when there is none."""
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    sheet_with(reading.path, far)
    with pytest.raises(FileRefused, match="takes too much memory or time; save its sheet as CSV"):
        reading.sniff()


def test_a_row_that_is_too_long_is_refused_alone(workbook):
    rows = [[f"c{at}" for at in range(900)], ["x" * 30_000] * 900, ["fine"] * 900]
    found = workbook({"data": rows}).rows()
    assert found[0] == BadRow(1, None, "the row is too long")
    assert found[1].values["c899"] == "fine"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ((FILES / "old.xls").read_bytes()[:4_000], "an old Microsoft Office document"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600 + "Workbook".encode("utf-16-le"),
            "can't be read|too much",
        ),
    ],
)
def test_broken_workbooks_are_refused(data, reason, reading):
    with pytest.raises(FileRefused, match=reason):
        reading.rows(data)


def test_an_empty_workbook_is_refused(workbook):
    with pytest.raises(FileRefused, match="no sheet with rows"):
        workbook({"data": []}).sniff()


def merged(path, rows, regions):
    """A workbook of these rows, in which regions (row, column, row, column, value) are merged."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("data")
        for down, row in enumerate(rows):
            sheet.write_row(down, 0, row)
        for *place, value in regions:
            sheet.merge_range(*place, value)


def test_an_error_of_a_formula_is_told_and_is_no_text(reading):
    with xlsxwriter.Workbook(reading.path) as book:
        sheet = book.add_worksheet("data")
        for down, row in enumerate([["id", "text", "n"], [1, "a prize", 1], [2, None, 2], [3, "see you", None]]):
            sheet.write_row(down + 2, 1, row)
        sheet.write_formula(4, 2, "=NA()", None, "#N/A")
        sheet.write_formula(5, 3, "=1/0", None, "#DIV/0!")
    rows = reading.rows()
    assert [row.values for row in rows] == [
        {"id": 1, "text": "a prize", "n": 1}, {"id": 2, "text": None, "n": 2}, {"id": 3, "text": "see you", "n": None},
    ]  # fmt: skip
    assert [row.note for row in rows] == [
        None,
        '"text" is #N/A, an error of a formula: taken as empty',
        '"n" is #DIV/0!, an error of a formula: taken as empty',
    ]
    assert "2 cells are errors of formulas (1 #DIV/0!, 1 #N/A)" in reading.sniff().warnings[0]


def test_where_errors_can_not_be_told_that_is_said(reading):
    found = reading.sniff((FILES / "old.xls").read_bytes())
    assert any("saved as .xlsx, errors are told" in note for note in found.warnings)


def test_a_value_that_is_merged_over_rows_stands_in_each_of_them(reading):
    rows = [["id", "text", "label"], [1, "a prize"], [2, "buy now"], [], [3, "see you", "ham"], ["", "", ""]]
    merged(reading.path, rows, [(1, 2, 3, 2, "spam")])
    assert [(row["id"], row["label"]) for row in reading.values()] == [(1, "spam"), (2, "spam"), (3, "ham")]
    assert reading.sniff().warnings == (
        "1 cell is merged with those below: what stands there is taken for each of these rows",
    )


def test_names_of_columns_in_merged_rows_and_a_title_over_them(reading):
    rows = [[], [], ["", "", "ann", "bob"], [1, "a prize", "spam", "ham"], [2, "see you", "ham", "ham"]]
    regions = [(0, 0, 0, 3, "Our survey"), (1, 0, 2, 0, "id"), (1, 1, 2, 1, "text"), (1, 2, 1, 3, "Who")]
    merged(reading.path, rows, regions)
    assert reading.values()[0] == {"id": 1, "text": "a prize", "ann": "spam", "bob": "ham"}
    assert [row.number for row in reading.rows()] == [1, 2]
    assert any("stand in 2 rows with merged cells" in note for note in reading.sniff().warnings)


@given(st.lists(st.integers(1, 40), max_size=30))
def test_errors_are_found_wherever_the_xml_is_cut(sizes):
    xml = (
        b'<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="2" t="e"><f>NA()</f><v>#N/A</v></c></row>'
        b'<row r="30"><c r="AB30" t="e"><v>#REF!</v></c><c r="AC30"/><c r="AD30"><v>1</v></c></row></sheetData>'
    )
    parts, at = [], 0
    for size in [*sizes, len(xml)]:
        parts.append(xml[at : at + size])
        at += size
    assert dict(errors_in(parts)) == {(0, 1): "#N/A", (29, 27): "#REF!"}
