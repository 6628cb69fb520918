"""Items on the pages: one line of a list; long texts in pieces that the browser draws fast, with nothing left out."""

from hypothesis import given
from hypothesis import strategies as st
from labeler_ui import contents


def test_an_item_reads_as_one_line() -> None:
    assert contents.line({"text": "a\n b"}) == "a b"
    assert contents.line({"fields": {"title": "x", "price": 2}}) == "title: x, price: 2"
    assert contents.line({"text": "x" * 300}, 10) == "x" * 9 + "\u2026"


@given(st.lists(st.text(" \nab\u0627\u3002", max_size=3000), max_size=6).map(" ".join))
def test_pieces_are_the_text_again(text: str) -> None:
    found = list(contents._pieces(text))
    assert "".join(found).replace("\n", "") == text.replace("\n", "")


def test_pieces_are_short_where_there_are_words() -> None:
    found = list(contents._pieces("word " * 10_000))
    assert max(map(len, found)) < contents.PIECE + 10 and len(found) > 10
