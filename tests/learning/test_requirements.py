"""Whether a figure holds to a bound is said by its whole interval, and how many more items would tell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.learning.evaluation.classification import calibration_error, calibration_interval
from labeler.learning.evaluation.intervals import Estimate, wilson
from labeler.learning.evaluation.requirements import more_items, stands

SHARE = Estimate(0.9, 0.85, 0.94, 200)


@pytest.mark.parametrize(
    ("least", "most", "state"),
    [
        (0.85, None, "holds"),
        (0.9, None, "open"),
        (0.95, None, "fails"),
        (None, 0.95, "holds"),
        (None, 0.9, "open"),
        (None, 0.8, "fails"),
    ],
)
def test_the_interval_decides(least: float | None, most: float | None, state: str) -> None:
    assert stands(SHARE, least, most) == state


def test_what_has_no_interval_decides_only_where_it_is_exact() -> None:
    assert stands(Estimate(0.9, None, None, 200), 0.5, None) == "open"
    assert stands(Estimate(3.5, None, None, 0), None, 30.0) == "holds"
    assert stands(Estimate.nothing(), 0.5, None) == "unknown"


@given(share=st.floats(0.05, 0.95), bound=st.floats(0.05, 0.95), n=st.integers(20, 400))  # the share as whole items
def test_with_so_many_more_items_it_can_be_told(share: float, bound: float, n: int) -> None:
    hits = round(share * n)
    estimate = Estimate(hits / n, *wilson(hits, n), n)
    more = more_items(estimate, bound)
    if stands(estimate, bound, None) != "open" or more is None:
        return
    total = 2 * (n + more)  # twice: what is said is about
    again = Estimate(hits / n, *wilson(round(hits / n * total), total), total)
    assert stands(again, bound, None) != "open" or abs(hits / n - bound) < 0.01


def test_a_figure_on_its_bound_promises_nothing() -> None:
    assert more_items(SHARE, 0.9) is None
    assert more_items(Estimate(0.9, None, None, 200), 0.5) is None
    assert more_items(SHARE, 0.9001) is None  # some 800,000


@pytest.mark.parametrize("shift", [0.0, 0.1])
def test_the_interval_of_the_calibration_error_covers(shift: float) -> None:
    rng = np.random.default_rng(5)
    pool = np.clip(rng.beta(5, 1.5, 200_000), 0.5, 1)
    true = calibration_error(pool, np.clip(pool - shift, 0, 1))
    covered = 0
    for _ in range(60):
        confidence = rng.choice(pool, 120)
        right = rng.random(120) < np.clip(confidence - shift, 0, 1)
        low, high = calibration_interval(confidence, right, calibration_error(confidence, right), rng)
        covered += low <= true + 1e-9 and true <= high
    assert covered >= 54
