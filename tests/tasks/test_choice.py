import pytest

from labeler.tasks import InvalidValue, UnknownTaskType, parse_schema, task_type, task_types

SCHEMA = parse_schema({"type": "choice", "labels": ["spam", {"name": "ham", "color": "#00ff00"}]})
choice = task_type("choice")


def test_a_label_of_the_project_is_taken_as_it_is():
    assert choice.validate("spam", SCHEMA, None) == "spam"


def test_another_label_is_refused_with_those_that_exist():
    with pytest.raises(InvalidValue) as caught:
        choice.validate("spma", SCHEMA, None)
    assert caught.value.reason == '"label" is "spma", expected one of spam, ham'


@pytest.mark.parametrize("value", [None, 1, 1.5, True, ["spam"], {"spam": 1}, "", "SPAM", "spam "])
def test_what_is_no_label_is_refused(value):
    with pytest.raises(InvalidValue, match=r"expected .*spam, ham"):
        choice.validate(value, SCHEMA, None)


@pytest.mark.parametrize(("written", "value"), [(" spam ", "spam"), (["ham"], "ham"), ([], None)])
def test_what_a_file_holds_is_read(written, value):
    assert choice.parse(written, SCHEMA, None) == value


def test_numbers_in_a_table_are_labels_as_they_are_written():
    digits = parse_schema({"type": "choice", "labels": ["1", "2"]})
    assert [choice.parse(one, digits, None) for one in (1, 2.0, "2")] == ["1", "2", "2"]


def test_a_long_value_and_a_long_schema_are_not_repeated_whole():
    many = parse_schema({"type": "choice", "labels": [f"label{i}" for i in range(500)]})
    with pytest.raises(InvalidValue) as caught:
        choice.validate("x" * 10_000, many, None)
    assert len(caught.value.reason) < 500
    assert "500 in all" in caught.value.reason


def test_labels_are_renamed_merged_and_retired():
    mapping = {"spam": "junk", "ham": None}
    assert [choice.translate(one, mapping) for one in ("spam", "ham", "other")] == ["junk", None, "other"]


def test_labels_without_color_or_key_get_one():
    labels = SCHEMA.model_dump()["labels"]
    assert [one["hotkey"] for one in labels] == ["1", "2"] and labels[1]["color"] == "#00ff00"


def test_an_unknown_task_type_is_refused_with_those_that_exist():
    assert {"choice", "multi_choice", "rating"} <= set(task_types())
    with pytest.raises(UnknownTaskType, match=r"there are: .*choice"):
        task_type("telepathy")
