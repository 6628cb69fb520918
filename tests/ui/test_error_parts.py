"""What is said of a model's error: no more than its intervals allow."""

from typing import Any

import pytest
from labeler_ui import error_parts

from labeler.wire.error_parts import ErrorParts

IRREDUCIBLE = {"value": 0.02, "low": 0.01, "high": 0.04}
NONE = {"value": None, "low": None, "high": None}
NAMES = ("irreducible", "bias", "variance", "overfitting")


def parts(*figures: dict[str, Any], largest: list[str], labels: Any = None, **why: Any) -> ErrorParts:
    found = [
        {"name": name, "n": 90, "why": None, "more": None, **figure}
        for name, figure in zip(NAMES, (*figures, *[NONE] * (4 - len(figures))), strict=True)
    ]
    given = {"model": 3, "metric": "accuracy", "levels": [], "parts": found, "largest": largest, "labels": labels}
    return ErrorParts.model_validate({**given, **why})


def test_one_part_is_the_largest_only_where_the_intervals_tell() -> None:
    clear = {"value": 0.2, "low": 0.15, "high": 0.3}
    zero = {"value": 0.0, "low": 0.0, "high": 0.01}
    sure = parts(IRREDUCIBLE, zero, clear, zero, largest=["variance"])
    assert error_parts.verdict(sure) == "Variance is the largest part: 20.0% (15.0% to 30.0%)."
    some = parts(IRREDUCIBLE, zero, clear, largest=["variance"])
    assert error_parts.verdict(some).startswith("Variance is the largest of the parts that are known")
    alone = parts(NONE, NONE, clear, largest=["variance"])
    told = "Variance is 20.0% (15.0% to 30.0%); the other parts are not known yet."
    assert error_parts.verdict(alone) == told
    open_ = parts(IRREDUCIBLE, zero, clear, zero, largest=["variance", "bias", "irreducible"])
    words = error_parts.verdict(open_)
    assert "seems" in words and words.endswith("It can't be told yet from: Avoidable bias and Irreducible error.")
    chance = parts(NONE, NONE, {"value": 0.05, "low": -0.01, "high": 0.1}, largest=["variance"])
    assert "seems" in error_parts.verdict(chance) and error_parts.verdict(chance).endswith("It may be chance.")


def test_nothing_known_is_said_as_that() -> None:
    nothing = parts(largest=[])
    assert error_parts.verdict(nothing) == "This can't be told yet."
    assert error_parts.advice(nothing) == ""
    none = parts({"value": 0.0, "low": 0.0, "high": 0.02}, largest=[])
    assert error_parts.verdict(none) == "None of the parts that are known is above 0."


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (None, "how many it takes can't be told yet"),
        ({"labels": 1200, "low": 800, "high": 2500}, "About 1,200 more labels halve it (800 to 2,500)."),
        ({"labels": 1200, "low": 800, "high": None}, "About 1,200 more labels halve it, 800 at least"),
    ],
)
def test_how_many_more_labels_help_is_told_as_far_as_the_curve_leads(labels: Any, words: str) -> None:
    variance = {"value": 0.2, "low": 0.15, "high": 0.3}
    assert words in error_parts.advice(parts(IRREDUCIBLE, NONE, variance, largest=["variance"], labels=labels))


@pytest.mark.parametrize(
    ("name", "words"),
    [("irreducible", "guideline"), ("bias", "another model"), ("overfitting", "newer holdout labels")],
)
def test_every_part_has_something_to_do_about_it(name: str, words: str) -> None:
    assert words in error_parts.advice(parts(IRREDUCIBLE, largest=[name]))
