"""Keywords are found as they are written, in time that grows with the text alone, and take turns."""

import time

import pytest

from labeler.learning.keywords import Keywords, in_turn, words_in

HINTS = Keywords([["Free", "you  won"], ["?", "退款"], ["e-mail", "free"]])


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("FREE!!", {0, 2}),
        ("freedom", set()),
        ("Today you\nWON it", {0}),
        ("you have won", set()),
        ("我要退款了", {1}),
        ("退 money 款", set()),
        ("an E-mail, really?", {1, 2}),
        ("e mail", set()),
        ("ｆｒｅｅ", {0, 2}),  # as wide as Chinese characters are
        ("", set()),
        ("you", set()),
    ],
)
def test_a_keyword_is_found_as_it_is_written(text: str, labels: set[int]) -> None:
    assert HINTS.hinted(words_in(text)) == labels


def test_no_text_and_no_keyword_makes_it_slow() -> None:
    many = Keywords([["a " * 49 + word for word in "bcdefgh"], ["\\w+" * 30, "(a+)+$"]])

    def seconds(n: int) -> float:
        started = time.process_time()
        many.hinted(words_in("a " * n))
        return time.process_time() - started

    seconds(100)
    assert seconds(40_000) < 60 * max(seconds(4_000), 1e-3)


def test_keywords_without_a_word_find_nothing() -> None:
    assert Keywords([["", "  "]]).hinted(words_in("any thing")) == set()


def test_labels_take_turns_with_what_covers_the_pool() -> None:
    order = in_turn([[1, 2, 3], [2, 4], []], [9, 1, 8, 7, 6, 5, 4], turns=2)
    assert order == [1, 2, 9, 8, 3, 4, 7, 6, 5]


def test_without_hints_the_order_stays() -> None:
    assert in_turn([[], []], [3, 1, 2], turns=10) == [3, 1, 2] == in_turn([], [3, 1, 2], turns=10)
