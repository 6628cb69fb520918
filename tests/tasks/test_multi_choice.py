import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.tasks import InvalidValue, parse_schema, suggested, task_type

NAMES = ["rain", "snow", "hot, dry"]
SCHEMA = parse_schema({"type": "multi_choice", "labels": NAMES})
multi = task_type("multi_choice")
SETS = st.lists(st.sampled_from(NAMES), unique=True)


@given(SETS)
def test_any_subset_is_taken_in_the_order_of_the_schema(chosen):
    assert multi.validate(chosen, SCHEMA, None) == [name for name in NAMES if name in chosen]


@given(SETS)
def test_what_is_written_is_read_back(chosen):
    value = multi.validate(chosen, SCHEMA, None)
    assert multi.load(multi.dump(value)) == value
    assert multi.parse(multi.dump(value), SCHEMA, None) == value


@pytest.mark.parametrize("value", [None, "rain", 1, {"rain": True}, ["rain", "fog"], ["rain", "rain"], [["rain"]], [1]])
def test_what_is_no_set_of_labels_is_refused(value):
    with pytest.raises(InvalidValue):
        multi.validate(value, SCHEMA, None)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("rain|snow", ["rain", "snow"]),
        ("snow; rain", ["rain", "snow"]),
        ("rain, snow", ["rain", "snow"]),
        ("hot, dry", ["hot, dry"]),
        ("hot, dry|rain", ["rain", "hot, dry"]),
        ('["snow"]', ["snow"]),
        ("", []),
        ([], []),
    ],
)
def test_what_a_file_holds_is_read(written, value):
    assert multi.parse(written, SCHEMA, None) == value


def test_an_unknown_label_among_several_is_named():
    with pytest.raises(InvalidValue, match='"label" is "fog", expected one of rain, snow'):
        multi.parse("rain|fog", SCHEMA, None)


@given(SETS, SETS)
def test_a_distance_is_a_share_and_the_same_both_ways(a, b):
    apart = multi.distance(a, b, SCHEMA)
    assert 0 <= apart <= 1 and apart == multi.distance(b, a, SCHEMA)
    assert (apart == 0) == (set(a) == set(b))


def test_a_retired_label_leaves_the_others():
    assert multi.translate(["rain", "snow"], {"snow": None}) == ["rain"]
    assert multi.translate(["rain", "snow"], {"snow": "rain"}) == ["rain"]


def test_an_answer_that_loses_its_last_label_is_none_at_all():
    assert multi.translate(["snow"], {"snow": None}) is None
    assert multi.translate([], {"snow": None}) == []


def test_a_file_with_sets_of_labels_is_recognized():
    found = suggested(["a|b", "c", "a"])
    assert found == {"type": "multi_choice", "labels": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}
    assert suggested([["a"], ["a", "b"]])["type"] == "multi_choice"
    assert suggested(["a", "b, c"])["type"] == "choice"
    assert suggested([]) is None
