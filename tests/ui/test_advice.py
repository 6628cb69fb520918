"""Progress says one thing, in words that anybody understands."""

from datetime import date
from typing import Any

import pytest
from labeler_ui import advice, metrics

from labeler.wire.insight import ProgressOut

THURSDAY_BEFORE = date(2026, 11, 23)  # a Monday
ACCURACY = metrics.Metric("accuracy", "Accuracy", unit="share")
SCORE = {"value": 0.894, "low": 0.85, "high": 0.93}
MODEL = {
    "number": 31,
    "stage": "live",
    "primary": "accuracy",
    "score": SCORE,
    "metrics": {"accuracy": SCORE},
    "holdout_size": 212,
    "sees": "words",
}


def progress(
    unlabeled: int = 900,
    model: dict[str, Any] | None = MODEL,
    pace: Any = None,
    flags: int = 0,
    training: str = "idle",
    **stop: Any,
) -> ProgressOut:
    pool = {"total": 1000, "labeled": 1000 - unlabeled, "unlabeled": unlabeled, "holdout": 100, "holdout_labeled": 50}
    given = {"total": 100, "mine": 1, "today": 1, "mine_today": 1, "by_label": {}, "by_labeler": [], "per_day": []}
    trains = {"state": training, "message": "", "job_id": None, "labels_until_next": 5, "reading": None}
    return ProgressOut.model_validate(
        {
            "items": {**pool, "flags_open": flags, "skipped": 0},
            "labels": given,
            "pace": pace,
            "estimate": None,
            "model": model,
            "training": trains,
            "stop": {"advice": "keep going", "reason": "kappa 0.9", **stop},
        }
    )


@pytest.mark.parametrize(("guess", "told"), [(0.95, True), (0.8, True), (0.7, False), (None, False)])
def test_a_model_that_may_be_no_better_than_guessing_is_not_praised(guess: float | None, told: bool) -> None:
    model = {"number": 5, "stage": "live", "primary": "accuracy", "metrics": {}, "holdout_size": 16, "sees": "words"}
    score = {"value": 1.0, "low": 0.8, "high": 1.0, "n": 16}
    words = advice.judged(progress(model={**model, "score": score, "guess": {"value": guess}}), ACCURACY)
    assert ("always giving the most common answer" in words) is told


@pytest.mark.parametrize("advised", ["keep going", "nearly there", "stop"])
def test_what_may_be_no_better_than_guessing_is_neither_nearly_there_nor_done(advised: str) -> None:
    model = {**MODEL, "score": {"value": 0.9, "low": 0.7, "high": 0.97, "n": 16}, "guess": {"value": 0.87}}
    told = advice.lead(progress(model=model, advice=advised), ACCURACY, None, THURSDAY_BEFORE)
    assert "guessing" in told.title or "no better than the most common answer" in told.title
    assert not told.done


def said(found: ProgressOut, target: float | None = None) -> str:
    return advice.lead(found, ACCURACY, target, THURSDAY_BEFORE).title


AWAY: dict[str, Any] = {"labels_to_target": {"labels": 350, "low": 200, "high": 600}}


@pytest.mark.parametrize(
    ("per_day", "when"),
    [
        (None, ""),
        (400, ", today or tomorrow at this pace"),
        (120, ", on Thursday at this pace"),
        (20, ", around December 11 at this pace"),
    ],
)
def test_how_far_the_target_is_and_when_it_is_reached(per_day: float | None, when: str) -> None:
    found = progress(pace={"per_hour": 400.0, **({"per_day": per_day} if per_day else {})}, **AWAY)
    assert said(found, 0.92).replace("\\", "") == f"Keep going: about 350 more labels reach accuracy of 92.0%{when}."


def test_no_more_labels_are_asked_for_than_there_are_items() -> None:
    assert "about 40 more labels" in said(progress(unlabeled=40, **AWAY), 0.92)


def test_when_to_stop_and_why() -> None:
    found = advice.lead(progress(advice="stop"), ACCURACY, None, THURSDAY_BEFORE)
    assert found.done and found.title == "You can stop: more labels would hardly change the model."
    why = found.why.replace("\\", "")
    assert why == "Model 31 is right on 89.4% of 212 items drawn at random that it never learned from (85% to 93%)."
    assert "kappa" not in found.title + why


def test_the_end_and_the_beginning() -> None:
    assert said(progress(unlabeled=0)) == "Everything is labeled."
    assert "the first model trains once" in said(progress(model=None))
    assert said(progress(model=None, training="running")) == "Go on labeling: the first model is being trained."
    assert said(progress(advice="nearly there")).startswith("Nearly there")
    assert said(progress(gain={"value": 0.02, "high": 0.04, "labels": 60})) == (
        "Keep going: 60 more labels should raise the score by about 2.0 points."
    )


def test_nothing_is_promised_of_more_labels_than_there_are_items() -> None:
    for told in ({"value": 0.02, "high": 0.04, "labels": 100}, {"value": 0.02, "high": 0.04}):
        assert said(progress(unlabeled=100, gain=told)).startswith("Keep going: 100 more labels")
        assert said(progress(unlabeled=99, gain=told)) == "Keep going: new labels still change the model."


def test_what_needs_a_look_names_the_page_that_does_it() -> None:
    view = {"confusion": {"labels": ["World", "Business"], "matrix": [[30, 1], [7, 34]]}}
    rows = advice.looks(progress(flags=5), view)
    assert [(row.page, row.words) for row in rows] == [
        ("hard", "5 hard items wait for a decision."),
        ("items", "Business is taken for World in 7 of 41 holdout items."),
    ]
    assert advice.looks(progress(), {}) == []
    rows = advice.looks(progress(flags=1), {}, to_review=2)
    assert [(row.page, row.words) for row in rows] == [
        ("hard", "1 hard item waits for a decision."),
        ("review", "On 2 items people do not agree, and nobody has decided."),
    ]


def test_what_nothing_was_measured_on_is_not_called_rough() -> None:
    few = advice.looks(progress(model={**MODEL, "holdout_size": 4}), {})
    assert few[0].words.startswith("Only 4 holdout items judge the model")
    none = advice.looks(progress(model={**MODEL, "holdout_size": 0, "score": None}), {})
    assert none[0].words.startswith("Nothing says how good the model is")
