"""One set of rules for every value that somebody sent (wire/untrusted.py)."""

from typing import Any

import pytest

from labeler.items.keys import InvalidKey, as_key
from labeler.wire.untrusted import Bounds, fault

BOUNDS = Bounds(text=10, entries=3, depth=4)


@pytest.mark.parametrize("value", [None, True, 1.5, -(2**63) + 1, "ten letter", "ä", {"a": {"b": [1]}}, [], {}])
def test_what_can_be_stored_is_taken(value: Any) -> None:
    assert fault(value, BOUNDS) is None


@pytest.mark.parametrize(
    ("value", "where", "reason"),
    [
        ("a\0", "v", "holds a NUL character"),
        ("a\ud800", "v", "holds half a character (a lone surrogate)"),
        ("eleven long", "v", "has 11 characters, at most 10 are taken"),
        (float("nan"), "v", "is not a finite number"),
        (float("-inf"), "v", "is not a finite number"),
        (2**63, "v", "is too large a whole number"),
        (b"bytes", "v", "has a value of a kind that is not supported (bytes)"),
        ([0] * 11, "v", "is a list of more than 10"),
        ({"a": 1, "b": 2, "c": 3, "d": 4}, "v", "has 4 entries, at most 3 are taken"),
        ({"a": 1, "b": {"c": "\0"}}, "v/b/c", "holds a NUL character"),
        ({"a\0": 1}, "v", "has a name that holds a NUL character"),
        ({1: 1}, "v", "has a name that is not text"),
        ({"a": {"b": [[1]]}}, "v/a/b", "is nested deeper than 4 levels"),
        (["\0", float("nan")], "v", "holds a NUL character"),
    ],
)
def test_the_first_fault_is_named_with_its_place(value: Any, where: str, reason: str) -> None:
    assert fault(value, BOUNDS, "v") == (where, reason)


def test_depth_costs_no_recursion() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    found = fault(value, Bounds(depth=200_000))
    assert found is None
    assert fault(value, Bounds()) == ("", "is nested deeper than 64 levels")


def test_objects_of_our_own_pass_where_that_is_said() -> None:
    assert fault({"a": object()}, Bounds(plain=False)) is None


@pytest.mark.parametrize(("value", "key"), [(" a ", "a"), (7, "7"), (7.0, "7"), (7.5, "7.5"), ("x" * 200, "x" * 200)])
def test_texts_and_numbers_are_keys(value: Any, key: str) -> None:
    assert as_key(value) == key


@pytest.mark.parametrize("value", [True, None, [], {}, " ", "x" * 201, "a\nb", "a\tb", "a\0b", "a\ud800", "\x7f"])
def test_what_an_address_can_not_hold_is_no_key(value: Any) -> None:
    with pytest.raises(InvalidKey):
        as_key(value)
