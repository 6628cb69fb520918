"""What somebody gave, in words."""

import pytest
from labeler_ui.labels_given import in_words


@pytest.mark.parametrize(
    ("by_kind", "told"),
    [
        ({}, ["0 labels"]),
        ({"person": 1}, ["1 label"]),
        ({"import": 60}, ["60 imported labels"]),
        ({"person": 13, "import": 1, "simulated": 2}, ["13 labels", "1 imported label", "2 simulated labels"]),
        ({"llm": 7, "bulk": 40}, ["7 labels", "40 labels given to many items at once"]),
    ],
)
def test_what_came_in_somebodys_name_is_told_apart(by_kind: dict[str, int], told: list[str]) -> None:
    assert in_words(by_kind) == told
