"""Items are found by words in any script, and by exactly their key."""

import pytest

from labeler.client import Project

TEXTS = {
    "1": "ÖLPREISE steigen wieder",
    "2": "ölpreise fallen",
    "3": "ПРИВЕТ мир",
    "4": "привет всем",
    "5": "Straße gesperrt",
    "6": "100% plain_text",
    "ÄÖ": "a key in capitals",
}


@pytest.fixture
def filled(project: Project) -> Project:
    project.items.add([{"key": key, "text": text} for key, text in TEXTS.items()])
    return project


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("öl", {"1", "2"}),
        ("ÖL", {"1", "2"}),
        ("привет", {"3", "4"}),
        ("ПРИВЕТ", {"3", "4"}),
        ("straße", {"5"}),
        ("STEIGEN", {"1"}),
        ("% plain_", {"6"}),
        ("_lain", set()),
        ("äö", {"ÄÖ"}),
    ],
)
def test_upper_and_lower_case_are_alike(filled: Project, words: str, found: set[str]) -> None:
    assert {item.key for item in filled.items.find(q=words)} == found


def test_a_key_that_ends_like_an_address_is_a_key(project: Project) -> None:
    keys = ["a", "a/history", "a/similar", "a/history/history", "history", "/similar"]
    project.items.add([{"key": key, "text": f"the text of {key}"} for key in keys])
    for key in keys:
        assert project.items.get(key).content == {"text": f"the text of {key}"}
        project.label(key, "spam")
        assert [entry.value for entry in project.items.history(key)] == ["spam"]
