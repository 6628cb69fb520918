"""Words and cells that stand for nothing: told, and never a text or a label."""

from typing import Any

import pytest
import xlsxwriter

from labeler.client import Project


@pytest.mark.parametrize("word", ["#N/A", "#DIV/0!", "\\N", "<NA>"])
def test_what_stands_for_an_error_is_no_text(project: Project, bring: Any, word: str) -> None:
    result = bring(project, f"id,text,label\n1,win a prize,spam\n2,{word},ham\n").result
    assert result["taken"] == 1 and result["refused"] == 1
    assert result["errors"][0]["row"] == 2 and f'"text" is {word}' in result["errors"][0]["reason"]


def test_errors_of_formulas_are_told_in_plan_and_job(project: Project, bring: Any, tmp_path: Any) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in enumerate([["id", "text", "label"], [1, "a prize", None], [2, None, "ham"]]):
            sheet.write_row(row[0], 0, row[1])
        sheet.write_formula(1, 2, "=NA()", None, "#N/A")
        sheet.write_formula(2, 1, "=NA()", None, "#N/A")
    result = bring(project, path.read_bytes(), name="a.xlsx").result
    assert (result["taken"], result["refused"]) == (1, 1)
    assert "2 cells are errors of formulas (2 #N/A)" in result["plan"]["warnings"][0]
    assert [(note["row"], note["reason"].split(",")[0]) for note in result["notes"]] == [
        (1, '"label" is #N/A'),
        (2, '"text" is #N/A'),
        (2, '"text" is missing'),
    ]
    assert result["balance"]["labels"]["with_row"] == 1, "what the label of a refused row becomes is told, too"
