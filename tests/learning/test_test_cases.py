"""A test case passes or fails where its items without an outcome can't change that."""

from hypothesis import given
from hypothesis import strategies as st

from labeler.learning.evaluation.test_cases import needed, stands

counts = st.integers(0, 30)
shares = st.floats(0.001, 1)


@given(counts, counts, counts, shares)
def test_what_is_said_holds_whatever_the_open_items_come_to(right: int, wrong: int, left: int, share: float) -> None:
    items = right + wrong + left
    said = stands(right, wrong, items, share)
    ends = {stands(right + some, wrong + left - some, items, share) for some in range(left + 1)}
    assert ends == {said} if said != "unknown" or not items else len(ends) == 2


@given(counts, counts, shares)
def test_one_more_right_item_never_makes_it_worse(right: int, wrong: int, share: float) -> None:
    order = ("fails", "unknown", "passes")
    items = right + wrong + 1
    assert order.index(stands(right + 1, wrong, items, share)) >= order.index(stands(right, wrong + 1, items, share))


@given(st.integers(1, 1000), shares)
def test_so_many_are_needed_as_make_up_the_share(items: int, share: float) -> None:
    least = needed(items, share)
    assert 1 <= least <= items
    assert least / items >= share - 1e-9
    assert least == 1 or (least - 1) / items < share


def test_all_of_them_and_a_share() -> None:
    assert stands(3, 0, 3, 1) == "passes"
    assert stands(3, 1, 4, 1) == "fails"
    assert stands(3, 1, 4, 0.75) == "passes"
    assert stands(9, 1, 10, 0.9) == "passes", "0.9 of 10 is 9, whatever floating point makes of it"
    assert stands(0, 0, 0, 1) == "unknown"
