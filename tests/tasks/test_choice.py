import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.tasks import InvalidValue, UnknownTaskType, task_type, task_types

LABELS = [{"name": "spam"}, {"name": "ham", "color": "green"}]
choice = task_type("choice")


def test_a_label_of_the_project_is_taken_as_it_is():
    assert choice.validate("spam", LABELS) == "spam"


def test_another_label_is_refused_with_those_that_exist():
    with pytest.raises(InvalidValue) as caught:
        choice.validate("spma", LABELS)
    assert caught.value.reason == '"label" is "spma", expected one of spam, ham'


@pytest.mark.parametrize("value", [None, 1, 1.5, True, ["spam"], {"spam": 1}, "", "SPAM", "spam "])
def test_what_is_no_label_is_refused(value):
    with pytest.raises(InvalidValue, match=r"expected .*spam, ham"):
        choice.validate(value, LABELS)


def test_a_long_value_and_a_long_schema_are_not_repeated_whole():
    with pytest.raises(InvalidValue) as caught:
        choice.validate("x" * 10_000, [{"name": f"label{i}"} for i in range(500)])
    assert len(caught.value.reason) < 500
    assert "500 in all" in caught.value.reason


def test_the_majority_is_the_consensus():
    assert choice.consensus(["ham", "spam", "spam"]) == ("spam", 2 / 3)


def test_among_equals_the_earliest_is_the_consensus():
    assert choice.consensus(["ham", "spam", "spam", "ham"]) == ("ham", 0.5)


def test_no_values_have_no_consensus():
    with pytest.raises(ValueError, match="no labels"):
        choice.consensus([])


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1))
def test_the_consensus_is_one_of_the_values_and_no_other_is_more_frequent(values):
    label, confidence = choice.consensus(values)
    assert confidence == values.count(label) / len(values)
    assert all(values.count(other) <= values.count(label) for other in values)


def test_agreement_and_training_target():
    assert choice.agreement("ham", "ham") == 1.0
    assert choice.agreement("ham", "spam") == 0.0
    assert choice.training_target("ham") == "ham"


def test_an_unknown_task_type_is_refused_with_those_that_exist():
    assert task_types() == ["choice"]
    with pytest.raises(UnknownTaskType, match="expected one of choice"):
        task_type("telepathy")
