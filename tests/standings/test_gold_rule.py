"""Who is surely too often wrong on gold items among the others is paused; nobody by chance."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from labeler.client import Project
from labeler.client.errors import BY_TYPE
from labeler.standings.gold_rule import is_too_often_wrong

Paused = BY_TYPE["labeler-paused"]
OTHER = {"spam": "ham", "ham": "spam"}


@pytest.fixture
def known(project: Project, add_texts: Any) -> dict[str, str]:
    """Half of what is lent is gold; the rule looks at the last eight."""
    add_texts(120)
    gold = {f"m{n}": ["spam", "ham"][n % 2] for n in range(30)}
    project.set_gold(gold)
    project.change(settings={"gold_rate": 0.5, "gold_pause_below": 0.7, "gold_window": 8})
    return gold


def label(view: Project, known: dict[str, str], is_right: bool) -> Iterator[Any]:
    """Answers to gold items, until their giver is paused; others in between."""
    while True:
        for item in view.queue.next(4):
            value = known.get(item.key, "ham")
            told = view.label(item, value if is_right or item.key not in known else OTHER[value])
            if item.key in known:
                yield told
            else:
                assert told.stopped is None


def test_who_is_often_wrong_on_gold_is_paused_with_a_full_window_and_begins_anew_afterwards(
    service: Any, project: Project, newcomer: Project, known: dict[str, str]
) -> None:
    who = newcomer.client.me().user.id
    wrong = label(newcomer, known, is_right=False)
    told = [next(wrong) for _ in range(8)]
    assert [one.stopped for one in told[:7]] == [None] * 7, "never with fewer answers than the window"
    assert told[7].stopped.startswith("You got 0 right of your last 8 items whose answer is known. Labeling is paused")
    assert all(one.feedback is None and one.training is None for one in told), "what is right is not told here"
    with pytest.raises(Paused, match="0 right of your last 8"):
        newcomer.queue.next()
    row = next(one for one in project.standings if one.labeler.id == who)
    assert (row.state, row.reason, row.by, row.recent, row.recent_right) == ("paused", "gold", None, 8, 0)
    project.standings.let_go_on(who)
    wrong = label(newcomer, known, is_right=False)
    assert [next(wrong).stopped is None for _ in range(8)] == [True] * 7 + [False]


def test_who_is_right_goes_on_and_what_they_corrected_counts_as_corrected(
    project: Project, newcomer: Project, known: dict[str, str]
) -> None:
    wrong = label(newcomer, known, is_right=False)
    first = [next(wrong).label for _ in range(7)]
    for one in first:
        newcomer.label(one.item_key, known[one.item_key])
    assert all(row.state is None for row in project.standings)
    right = label(newcomer, known, is_right=True)
    assert all(next(right).stopped is None for _ in range(10))


def test_somebody_as_good_as_the_bar_is_seldom_paused_and_a_guesser_soon() -> None:
    """Looked at after each of 100 gold answers, windows of 20, a bar of 70 %: how many are ever paused."""
    rng = np.random.default_rng(0)

    def paused(accuracy: float) -> float:
        right = rng.random((1_000, 100)) < accuracy
        sums = np.lib.stride_tricks.sliding_window_view(right, 20, axis=1).sum(axis=2)
        below = np.array([is_too_often_wrong(n, 20, 0.7, 20) for n in range(21)])
        return float(below[sums].any(axis=1).mean())

    assert paused(0.8) < 0.02 and paused(0.7) < 0.3 and paused(0.4) > 0.99
    assert not is_too_often_wrong(0, 19, 0.7, 20) and is_too_often_wrong(9, 20, 0.7, 20)
    assert not is_too_often_wrong(10, 20, 0.7, 20)
