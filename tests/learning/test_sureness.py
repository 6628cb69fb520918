"""How many items a model is sure of, and how often it is right then."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labeler.learning.evaluation.sureness import coverage_at, right_at, sureness

LEVELS = st.integers(1, 99).map(lambda n: n / 100)


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=1, max_size=60), LEVELS)
def test_it_counts_what_is_at_least_so_sure(items: list[tuple[int, bool]], at: float) -> None:
    confidence = np.array([n / 100 for n, _ in items], dtype=np.float32)  # as models give it
    view = sureness(confidence, np.array([right for _, right in items]))
    sure = [right for n, right in items if n >= round(at * 100)]
    covered = coverage_at(view, at)
    assert covered.value == len(sure) / len(items) and covered.n == len(items)
    assert covered.low <= covered.value <= covered.high
    assert right_at(view, at).value == (sum(sure) / len(sure) if sure else None)


def test_nothing_is_told_of_nothing() -> None:
    assert coverage_at(None, 0.9).value is None and right_at(None, 0.9).value is None
    assert coverage_at(sureness(np.zeros(0), np.zeros(0, dtype=bool)), 0.9).value is None
