"""A part of the holdout is judged by itself, and only where there are enough labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.learning.evaluation.slices import FEWEST, FEWEST_OF_METRICS, evaluate_part
from labeler.learning.problems import find

CLASSES = ["a", "b", "c"]


@given(st.integers(0, 70), st.integers(0, 40), st.integers(0, 2**31))
def test_what_is_not_in_a_part_changes_nothing(size: int, others: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = find("classification")
    proba = rng.dirichlet([1, 1, 1], size + others)
    values = [CLASSES[n] for n in rng.integers(0, 3, size + others)]
    right = np.array([CLASSES[line.argmax()] == value for line, value in zip(proba, values, strict=True)], dtype=bool)
    order = rng.permutation(size + others)
    part = np.zeros(size + others, dtype=bool)
    part[np.sort(order[:size])] = True
    found = evaluate_part(problem, values, proba, right, part, CLASSES, {}, 0)
    alone = [values[place] for place in np.flatnonzero(part)]
    ones = np.ones(size, dtype=bool)
    assert found == evaluate_part(problem, alone, proba[part], right[part], ones, CLASSES, {}, 0)
    assert found.labels == size
    assert (found.right.value is None) == (size < FEWEST)
    assert bool(found.metrics) == (size >= FEWEST_OF_METRICS)
    for estimate in (found.right, *found.metrics.values()):
        if estimate.value is not None:
            assert estimate.low is not None and estimate.high is not None, "no number without its uncertainty"
    if found.metrics:
        assert found.metrics["accuracy"].value == pytest.approx(found.right.value)
