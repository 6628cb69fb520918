"""Tables write numbers as the viewer's language does, and leave empty what has no value."""

import re
from functools import partial
from pathlib import Path

import labeler_ui
import pytest
from labeler_ui import table, words

ROWS = [
    {"Labeler": "Ada", "Labels": 10468, "Seconds": 0.34, "Guideline": 1, "Changed": None},
    {"Labeler": "Lin", "Labels": 3, "Seconds": None, "Guideline": None, "Changed": None},
]
WRITTEN = {"Seconds": partial(words.number, digits=1), "Guideline": table.name_of, "Confidence": words.percent}


def cells(rows: list[dict]) -> list[list[str]]:
    """What a table shows of each row."""
    shown = table.styled(rows, WRITTEN)._translate(False, False)["body"]
    return [[cell["display_value"] for cell in row if cell["type"] == "td"] for row in shown]


@pytest.mark.parametrize(
    ("tag", "first"), [("en", ["Ada", "10,468", "0.3", "1", ""]), ("de", ["Ada", "10.468", "0,3", "1", ""])]
)
def test_numbers_are_written_in_the_language_and_empty_cells_are_empty(monkeypatch, tag, first) -> None:
    monkeypatch.setattr(words, "language", lambda: tag)
    assert cells(ROWS) == [first, ["Lin", "3", "", "", ""]]
    assert cells([]) == []


def test_every_table_that_is_only_read_is_drawn_alike() -> None:
    folder = Path(labeler_ui.__file__).parent
    own = {path.name: path.read_text() for path in folder.rglob("*.py") if path.name != "table.py"}
    drawn = {name: re.findall(r"st\.(?:dataframe|table)\((.*)", text) for name, text in own.items()}
    assert {name: found for name, found in drawn.items() if found} == {
        "import_source.py": ['preview.rows, height=230, placeholder="")'],
        "schema_change.py": ['[_row(one) for one in desk.yours["labels"]])'],
    }, "a file's own rows, and words to be copied by hand, are shown as they are; all others by table.show"
