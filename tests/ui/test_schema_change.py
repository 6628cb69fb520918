"""Guessing what became of a label that is gone."""

import pytest
from labeler_ui.schema_change import _renamed


@pytest.mark.parametrize(
    ("old", "new", "guessed"),
    [
        (["a", "b", "c"], ["a", "x", "c"], {"b": "x"}),
        (["a", "b", "c"], ["x", "c"], {"a": "x"}),  # a renamed, b's row removed to merge it
        (["a", "b", "c"], ["b", "c", "x"], {}),  # a removed, another one added at the end
        (["a", "b", "c"], ["b", "a"], {}),
        (["a"], ["x", "y"], {"a": "x"}),
    ],
)
def test_a_new_name_in_the_place_of_an_old_one_is_its_rename(old, new, guessed):
    assert _renamed(old, new) == guessed
