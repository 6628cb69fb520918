"""What several labels of an item come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.quality.consensus import majority


def differ(a, b):
    return float(a != b)


def apart(a, b):
    return min(1.0, abs(a - b) / 4)


def test_the_most_frequent_label_and_its_share():
    assert majority(["ham", "spam", "spam"], differ) == ("spam", pytest.approx(2 / 3))


def test_among_equals_the_earliest():
    assert majority(["ham", "spam", "spam", "ham"], differ) == ("ham", 0.5)


def test_of_numbers_the_median():
    assert majority([1, 5, 2], apart)[0] == 2


def test_no_labels_have_no_answer():
    with pytest.raises(ValueError, match="no labels"):
        majority([], differ)


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1))
def test_no_other_label_is_more_frequent(values):
    label, confidence = majority(values, differ)
    assert confidence == pytest.approx(values.count(label) / len(values))
    assert all(values.count(other) <= values.count(label) for other in values)


@given(st.lists(st.integers(1, 5), min_size=1))
def test_the_answer_is_something_that_somebody_said(values):
    value, confidence = majority(values, apart)
    assert value in values and 0 <= confidence <= 1
