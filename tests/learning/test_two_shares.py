"""Two shares held against each other: by published figures, and by how often the interval holds."""

import numpy as np
import pytest

from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.two_shares import difference, more_to_tell, together


@pytest.mark.parametrize(
    ("given", "low", "high"),
    [((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090), ((6, 7, 2, 7), 0.0582, 0.8062)],
)
def test_the_interval_is_the_one_that_was_published(given: tuple[int, ...], low: float, high: float) -> None:
    """Newcombe 1998, table II, method 10."""
    found = difference(*given)
    assert found.value == pytest.approx(given[0] / given[1] - given[2] / given[3])
    assert (found.low, found.high) == (pytest.approx(low, abs=2e-4), pytest.approx(high, abs=2e-4))


@pytest.mark.parametrize(("one", "other"), [(0.8, 0.7), (0.95, 0.95), (0.55, 0.5)])
def test_the_interval_holds_as_often_as_it_says_with_samples_of_unlike_size(one: float, other: float) -> None:
    rng = np.random.default_rng(1)
    hits = zip(rng.binomial(270, one, 3_000), rng.binomial(30, other, 3_000), strict=True)
    found = [difference(int(a), 270, int(b), 30) for a, b in hits]
    held = np.mean([row.low <= one - other <= row.high for row in found])
    assert 0.935 < held < 0.98


def test_several_intervals_hold_together() -> None:
    rng = np.random.default_rng(2)
    labels, held = np.array([0.4, 0.3, 0.2, 0.1]), []
    level = together(0.95, len(labels))
    for _ in range(1_000):
        shown, unshown = rng.multinomial(400, labels), rng.multinomial(60, labels)
        found = [difference(int(a), 400, int(b), 60, level) for a, b in zip(shown, unshown, strict=True)]
        held.append(all(row.low <= 0 <= row.high for row in found))
    assert np.mean(held) > 0.94


def test_how_many_more_it_takes_is_about_what_it_takes() -> None:
    first = difference(80, 100, 70, 100)
    more = more_to_tell(first)
    assert more is not None and 0 < more < 400
    factor = (200 + more) / 200
    n = round(100 * factor)
    assert difference(round(80 * factor), n, round(70 * factor), n).low > -0.005
    assert more_to_tell(difference(90, 100, 50, 100)) == 0 and more_to_tell(difference(50, 100, 50, 100)) is None
    assert more_to_tell(Estimate.nothing()) is None and difference(1, 1, 0, 0).value is None
