"""Tables write numbers as the viewer's language does, and leave empty what has no value."""

import re
from functools import partial
from itertools import accumulate
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import labeler_ui
import pytest
from labeler_ui import session, table, words
from labeler_ui.text_width import cut, width

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
        "import_source.py": ['preview.rows, height=min(230, 35 * len(preview.rows) + 38), placeholder="")'],
        "schema_change.py": ['[_row(one) for one in desk.yours["labels"]])'],
    }, "a file's own rows, and words to be copied by hand, are shown as they are; all others by table.show"


LONG = "a text that goes on and on, " * 20


def shown(rows: list[dict], widths: dict[str, int]) -> list[list[str]]:
    body = table.styled(rows, {}, widths)._translate(False, False)["body"]
    return [[cell["display_value"] for cell in row if cell["type"] == "td"] for row in body]


def test_a_text_that_does_not_fit_ends_with_an_ellipsis_and_stays_whole_inside() -> None:
    rows = [{"Item": LONG, "Labels": 3}, {"Item": "short", "Labels": 12}]
    widths = table.fitted(rows, {}, {}, 600)
    first, second = shown(rows, widths)
    assert first[0].endswith("…") and LONG.startswith(first[0][:-1]) and second == ["short", "12"]
    assert width(first[0]) <= widths["Item"] - table.PADDING < width(first[0]) + 20
    assert table.styled(rows, {}, widths).data["Item"][0] == LONG
    assert sum(widths.values()) == 600, "the text has what room there is"


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari"
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"


@pytest.mark.parametrize(("browser", "least"), [(IPHONE, 2), (LAPTOP, 3)])
def test_on_a_phone_one_sees_more_than_the_text(browser: str, least: int, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: dict[str, Any] = {}
    monkeypatch.setattr(session.st, "context", SimpleNamespace(headers={"User-Agent": browser}))
    monkeypatch.setattr(table.st, "dataframe", lambda frame, **options: drawn.update(options["column_config"]))
    table.show([{"Item": LONG, "Labels": 3, "Answer": "spam", "Said": LONG}], {})
    screen = table.ON_A_PHONE if browser == IPHONE else table.ROOM
    begins = accumulate((column["width"] for column in drawn.values()), initial=0)
    assert sum(place < screen - 40 for place in begins) >= least


def test_long_titles_give_way_before_texts_do_and_are_told_in_full() -> None:
    rows = [{"Always the most common answer": "93%", "Item": "a text of a middling length", "Created": "5 min ago"}]
    widths = table.fitted(rows, {}, {}, 380)
    assert sum(widths.values()) <= 380
    assert shown(rows, widths) == [["93%", "a text of a middling length", "5 min ago"]]
    told = table._config("Always the most common answer", None, widths["Always the most common answer"])
    assert told["label"].endswith("…") and told["help"] == "Always the most common answer"
    assert "label" not in table._config("Item", None, 200) or table._config("Item", None, 200)["label"] is None


def test_a_column_has_at_most_the_width_that_is_asked_for_unless_room_is_left() -> None:
    rows = [{"Item": LONG, "Advice": LONG, "Key": "k1"}]
    given = {"Advice": {"width": "medium"}}
    widths = table.fitted(rows, {}, given, 500)
    assert widths["Advice"] < 250 and sum(widths.values()) == 500
    assert table.fitted([{"Advice": "none"}], {}, {"Advice": {"width": "large"}}, 900)["Advice"] < 100


@pytest.mark.parametrize("text", ["", "日本語のテキスト" * 30, "Größe", LONG])
def test_what_is_cut_fits(text: str) -> None:
    assert width(cut(text, 200)) <= 200 and (cut(text, 200) == text) == (width(text) <= 200)


@pytest.mark.parametrize(("browser", "columns", "told"), [(IPHONE, 9, 1), (IPHONE, 2, 0), (LAPTOP, 9, 0)])
def test_on_a_phone_a_table_says_that_it_goes_on(
    browser: str, columns: int, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(session.st, "context", SimpleNamespace(headers={"User-Agent": browser}))
    monkeypatch.setattr(table.st, "dataframe", lambda frame, **options: None)
    monkeypatch.setattr(table.st, "caption", said.append)
    table.show([{f"Column {n}": "some words" for n in range(columns)}], {})
    assert len(said) == told
