"""How often the next item asked comes from the holdout."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from labeler.learning.evaluation.holdout import pace
from labeler.learning.evaluation.intervals import Estimate, wilson


def judged(hits, n):
    return Estimate(hits / n, *wilson(hits, n), n)


@pytest.mark.parametrize("accuracy", [None, Estimate(None, None, None, 0)])
def test_without_a_judged_model_the_projects_share_holds(accuracy):
    assert pace(0.1, accuracy, 0.9) == 0.1


@pytest.mark.parametrize("right", [5, 8, 10])
def test_a_handful_of_judged_items_can_not_tell_a_model_from_guessing(right):
    assert pace(0.1, judged(right, 10)) == pace(0.1, judged(right, 10), target=0.5) == 0.2


def test_a_wide_interval_asks_for_more_and_a_narrow_one_for_less():
    wide, narrow = pace(0.1, judged(30, 40)), pace(0.1, judged(900, 1200))
    assert wide == 0.2 and narrow < 0.06


def test_it_narrows_where_it_matters():
    close, far = pace(0.1, judged(450, 500), target=0.91), pace(0.1, judged(450, 500), target=0.99)
    assert close == pytest.approx(0.2) and far < 0.07


@given(
    share=st.floats(0, 0.5),
    n=st.integers(1, 5000),
    right=st.floats(0, 1),
    target=st.none() | st.floats(0.05, 1),
)
def test_it_never_leaves_a_quarter_to_twice_the_share(share, n, right, target):
    found = pace(share, judged(round(right * n), n), target)
    assert min(0.5, share / 4) - 1e-9 <= found <= min(0.5, 2 * share) + 1e-9
