import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from labeler.tasks import InvalidValue, parse_schema, suggested, task_type

HALVES = parse_schema({"type": "rating", "scale": {"min": 0, "max": 5, "step": 0.5, "names": {"5": "Superb"}}})
rating = task_type("rating")


@given(st.integers(0, 10))
def test_every_step_of_the_scale_is_taken_and_read_back(step):
    value = rating.validate(step / 2, HALVES, None)
    assert value == step / 2
    assert rating.load(rating.dump(value)) == value == rating.parse(rating.dump(value), HALVES, None)


@pytest.mark.parametrize("value", [None, True, "4", [4], {}, 5.5, -1, 0.25, float("nan"), float("inf")])
def test_what_is_off_the_scale_is_refused_with_the_scale(value):
    with pytest.raises(InvalidValue, match=r"from 0 to 5 in steps of 0\.5"):
        rating.validate(value, HALVES, None)


@pytest.mark.parametrize(("written", "value"), [("4", 4), (" 4.5 ", 4.5), (3.0, 3), ("superb", 5)])
def test_what_a_file_holds_is_read(written, value):
    assert rating.parse(written, HALVES, None) == value


def test_a_word_that_is_no_number_is_refused():
    with pytest.raises(InvalidValue, match='"great", expected a number'):
        rating.parse("great", HALVES, None)


@pytest.mark.parametrize(
    "scale",
    [
        {"min": 5, "max": 1},
        {"min": 1, "max": 1},
        {"min": 0, "max": 1, "step": 0.3},
        {"min": 0, "max": 1e9},
        {"min": 0, "max": 5, "step": 0},
        {"min": 0, "max": 5, "names": {"7": "off"}},
        {"min": float("nan"), "max": 5},
    ],
)
def test_a_scale_that_is_none_is_refused(scale):
    with pytest.raises(ValidationError):
        parse_schema({"type": "rating", "scale": scale})


def test_tenths_add_up():
    tenths = parse_schema({"type": "rating", "scale": {"min": 0, "max": 1, "step": 0.1}})
    assert tenths.names() == ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"]
    assert rating.validate(0.1 + 0.2, tenths, None) == 0.3


def test_the_distance_is_a_share_of_the_scale():
    assert rating.distance(1, 3.5, HALVES) == 0.5


def test_a_file_of_ratings_is_recognized():
    assert suggested(["1", "5", "3", "2"]) == {"type": "rating", "scale": {"min": 1, "max": 5, "step": 1}}
    assert suggested(["1", "0"])["type"] == "choice"
    assert suggested(["1", "2", "many"])["type"] == "choice"
