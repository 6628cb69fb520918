"""What is said of columns: a figure with its interval, or what is missing."""

from typing import Any

import pytest
from labeler_ui import column_words
from labeler_ui.metrics import Metric

from labeler.wire.column_use import ColumnSign, ColumnTrial, ColumnUse, ColumnWorth, SameColumn
from labeler.wire.quality import Figure

ACCURACY = Metric("accuracy", "Accuracy", unit="share")
ERROR = Metric("mae", "Mean absolute error", better="lower", unit="scale")
NONE = {"value": None, "low": None, "high": None}


def figure(value: float, low: float, high: float) -> Figure:
    return Figure(value=value, low=low, high=high)


def column(name: str, verdict: str | None, **more: Any) -> ColumnWorth:
    given = {"name": name, "kind": "numeric", "is_read": True, "importance": NONE, "verdict": verdict, "cost": None}
    return ColumnWorth.model_validate({**given, "gain_per_cost": NONE, "same": [], "signs": [], "trial": None, **more})


def use(columns: list[ColumnWorth], why: str | None = None, more: int | None = None) -> ColumnUse:
    looked = {
        "at": "2026-01-01T00:00:00Z", "metric": "accuracy", "why": why, "more": more, "holdout": 60, "judged": 60,
        "repeats": 5, "sampled": 200, "learned": 100, "columns": 3, "not_looked_at": [], "took_ms": 1,
    }  # fmt: skip
    given = {"model": 1, "why": None, "looked": looked, "columns": columns, "groups": [], "named": [], "left_out": []}
    return ColumnUse.model_validate({**given, "model_left_out": [], "costs": {}, "unknown": [], "trials": []})


def test_a_difference_is_in_points_or_in_what_the_metric_counts() -> None:
    assert column_words.points(ACCURACY, 0.0031, signed=True) == "+0.3"
    assert column_words.points(ACCURACY, -0.0114, signed=True) == "−1.1"
    assert column_words.points(ACCURACY, 0.0, signed=True) == "0.0"
    assert column_words.points(ACCURACY, -0.0001, signed=True) == "0.0", "there is no minus nothing"
    assert column_words.points(ERROR, 0.1234, signed=True) == "+0.12"
    assert column_words.between(ACCURACY, figure(0, -0.011, 0.005)) == "−1.1 to +0.5"
    assert column_words.between(ACCURACY, Figure.model_validate(NONE)) == ""


def test_columns_are_counted_by_what_is_sure() -> None:
    useful = [column(name, "useful") for name in ("a", "b", "c", "d")]
    assert column_words.lead(use([useful[0]])) == "1 column is surely useful: a."
    some = column_words.lead(use([*useful, column("e", "cant_tell")]))
    assert some.startswith("4 columns are surely useful: a, b, c, and 1 more.")
    assert some.endswith("1 can't be told from useless with 60 holdout labels.")
    assert column_words.lead(use([column("e", "cant_tell")])).startswith("No column is surely useful by itself.")
    few = column_words.lead(use([column("e", None)], "few_holdout", 25))
    assert few.endswith("too few holdout items are labeled. 25 more labels tell.")


def test_no_column_is_told_of_without_its_interval() -> None:
    sure = column("a", "useful", importance=figure(0.1, 0.05, 0.15))
    told = column_words.worth(ACCURACY, sure, 60)
    assert told == "Worth to the model: **+10.0** points of accuracy (+5.0 to +15.0)."
    open_ = column("a", "cant_tell", importance=figure(0.01, -0.05, 0.07))
    assert "can't be told from useless with 60 holdout labels" in column_words.worth(ACCURACY, open_, 60)
    assert column_words.worth(ACCURACY, column("a", None), 5) == "What it is worth is not known."


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (-0.003, -0.011, 0.005, "Without it, accuracy is 0.3 points worse (−1.1 to +0.5): 89.7%, with it 90.0%."),
        (0.02, 0.01, 0.03, "Without it, accuracy is 2.0 points better (+1.0 to +3.0)"),
        (0.0, -0.02, 0.02, "Without it, accuracy is the same (−2.0 to +2.0): 90.0%."),
    ],
)
def test_a_model_without_a_column_is_held_against_the_one_with_it(
    value: float, low: float, high: float, words: str
) -> None:
    given = {"model": 1, "column": "a", "metric": "accuracy", "score": 0.9, "without": 0.9 + value, "n": 60}
    one = ColumnTrial.model_validate({**given, "difference": figure(value, low, high), "at": "2026-01-01T00:00:00Z"})
    told = column_words.trial(ACCURACY, one)
    assert told.startswith(words)
    assert ("60 holdout labels don't tell them apart." in told) == (low <= 0 <= high)


@pytest.mark.parametrize("sign", ["alone", "id", "labeling_time", "after_arrival"])
def test_every_hint_has_what_was_counted_and_a_question_and_no_verdict(sign: Any) -> None:
    one = ColumnSign(sign=sign, value=0.98, low=0.95, high=1.0, n=1200, usual=0.52)
    told = column_words.sign("due *now*", one)
    assert "1,200" in told and "Look whether" in told and "due \\*now\\*" in told
    assert "leak" not in told.lower()


@pytest.mark.parametrize("how", ["equal", "rank", "information", "determines", "determined"])
def test_every_way_to_say_the_same_has_words(how: Any) -> None:
    told = column_words.same(SameColumn(other="net", how=how, value=0.99, n=90))
    assert "net" in told
    if how == "rank":
        assert column_words.same(SameColumn(other="net", how=how, value=-0.99, n=90)) != told
