"""What is not known to the point is said as far as it is known: a range of hours, how many more items tell."""

from typing import Any

import pytest
from labeler_ui import campaign_report
from labeler_ui.pages import agreement

from labeler.wire.quality import AgreementOut, Figure


@pytest.mark.parametrize(
    ("between", "words"),
    [
        ((3.21, 6.4), "3.2 to 6.4 h of work"),
        ((14.4, 30.1), "14 to 30 h of work"),
        ((0.2, 0.5), "12 to 30 min of work"),
        ((0.6, 1.4), "0.6 to 1.4 h of work"),
        ((0.001, 0.004), "about 1 min of work"),
        (None, "about 4.5 h of work"),
    ],
)
def test_hours_are_a_range(between: Any, words: str) -> None:
    assert campaign_report.work(4.5, between) == words


def measured(value: float | None, low: float | None, high: float | None, items: int = 50) -> AgreementOut:
    return AgreementOut.model_construct(alpha=Figure.model_construct(value=value, low=low, high=high), items=items)


def test_how_many_more_items_tell_follows_from_the_distance_to_the_bound() -> None:
    assert agreement.more_items(measured(0.767, 0.567, 0.9)) == 150  # twice as far: four times the items
    assert agreement.more_items(measured(0.567, 0.4, 0.767)) == 150
    assert agreement.more_items(measured(0.668, 0.5, 0.8)) is None
    assert agreement.more_items(measured(None, None, None)) is None


def test_the_page_says_how_many_more() -> None:
    title, text = agreement._verdict(measured(0.767, 0.567, 0.9))
    assert title == "Too few items to tell how far people agree." and text.endswith("About 150 more such items tell.")
    text = agreement._verdict(measured(0.668, 0.4, 0.9))[1]
    assert text.endswith("With about 260 more such items the figure is known to within 0.1."), text
