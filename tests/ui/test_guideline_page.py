"""What one has typed beside what somebody else has saved."""

import random
import time

import pytest
from labeler_ui.pages.guidelines import compared

from labeler.wire.guidelines import DiffRow


def said(rows: list[DiffRow]) -> list[tuple[str, str | None, str | None]]:
    return [(row.kind, row.left, row.right) for row in rows]


def test_a_change_stands_between_what_is_the_same() -> None:
    assert said(compared("a\nb\nc\nd", "a\nx\nc\nd")) == [
        ("same", "a", "a"),
        ("removed", "b", None),
        ("added", None, "x"),
        ("same", "c", "c"),
        ("same", "d", "d"),
    ]
    assert said(compared("", "a")) == [("added", None, "a")] and said(compared("a", "a")) == [("same", "a", "a")]


@pytest.mark.parametrize("words", [3, 100_000])
def test_long_texts_are_compared_in_a_moment_and_nothing_is_left_out(words: int) -> None:
    chance = random.Random(words)
    a, b = ([str(chance.randint(0, words)) for _ in range(n)] for n in (20_000, 400))
    started = time.process_time()
    for left, right in ((a, b), (a[:500], b), (a, a[::-1])):
        rows = compared("\n".join(left), "\n".join(right))
        assert [row.left for row in rows if row.left is not None] == left
        assert [row.right for row in rows if row.right is not None] == right
    assert time.process_time() - started < 5
