"""The Models page says one thing: promote, keep, or no clear difference."""

from typing import Any

import pytest
from labeler_ui import feedback, metrics, model_advice, model_health, model_words

from labeler.wire.insight import ModelComparison, TrainingOut
from labeler.wire.registry import ModelOut, SoundnessOut

ACCURACY = metrics.Metric("accuracy", "Accuracy", unit="share")
LOSS = metrics.Metric("log_loss", "Log loss", better="lower", unit="nats")
IDLE = TrainingOut(state="idle", message="", job_id=None, labels_until_next=12, reading=None)


def model(number: int, stage: str = "candidate", score: Any = (0.9, 0.85, 0.94), **more: Any) -> ModelOut:
    value = {"value": score[0], "low": score[1], "high": score[2]} if score else None
    found = {name: {"value": v, "low": None, "high": None} for name, v in more.pop("baselines", {}).items()}
    return ModelOut.model_validate(
        {
            "number": number,
            "stage": stage,
            "stage_since": "2026-11-20T10:00:00Z",
            "stage_by": None,
            "stage_reason": "",
            "created_at": "2026-11-20T10:00:00Z",
            "dataset": {"version": 1, "tag": "v1"},
            "trained_on": 100 * number,
            "holdout_size": 200,
            "labels_seen": 300,
            "report": None,
            "metrics": {"accuracy": value, "log_loss": value} if value else None,
            "baselines": {name: {"accuracy": one, "log_loss": one} for name, one in found.items()},
            "config": {},
            "packages": {},
            "code_revision": "",
            "sha256": "",
            "duration_s": 1,
            "stop": None,
            "artifacts": True,
            **more,
        }
    )


def beside(better: int, worse: int, low: float, high: float, items: int = 200) -> ModelComparison:
    gain = (better - worse) / (items or 1)
    return ModelComparison(
        model=2, other=1, items=items, better=better, worse=worse, difference=gain, low=low, high=high
    )


def said(compared: ModelComparison | None, *models: ModelOut, metric: Any = ACCURACY) -> model_advice.Verdict:
    return model_advice.verdict(models or (model(2), model(1, "live")), metric, compared, IDLE, 30)


def test_a_newer_model_that_is_clearly_better_should_be_promoted() -> None:
    found = said(beside(20, 5, 0.03, 0.12))
    assert found.title == "Model 2 is better than the live model 1: promote it." and found.promote == 2
    assert "closer to people's answer on 20 and further from it on 5" in found.why
    assert "+7.5% of the items (95% interval: +3.0% to +12.0%)" in found.why
    assert "It learned from 100 more labels." in found.why and found.why.endswith(
        "The next model trains after 12 more labels. If 30 seconds have passed since the last training, one is enough."
    )


@pytest.mark.parametrize(
    ("compared", "title"),
    [
        (beside(5, 20, -0.12, -0.03), "Keep model 1 live: the newer model 2 does worse."),
        (beside(9, 6, -0.02, 0.05), "No clear difference between model 2 and the live model 1."),
        (beside(1, 0, -0.05, 0.15, 20), "Too few holdout items to tell model 2 from the live model 1."),
        (beside(0, 0, -1, 1, 0), "Model 2 is newer than the live model 1; which is better is not known."),
        (None, "Model 2 is newer than the live model 1; which is better is not known."),
    ],
)
def test_what_is_not_clear_is_not_promoted(compared: ModelComparison | None, title: str) -> None:
    assert (said(compared).title, said(compared).promote) == (title, None)


def test_without_a_live_model_the_newest_measured_one_is_offered() -> None:
    found = said(None, model(2), model(1))
    assert found.title == "No model is live yet, and model 2 is ready." and found.promote == 2
    assert found.sure
    assert said(None, model(2, score=None)).promote is None
    guess = said(None, model(2, baselines={"sklearn": 0.8, "majority": 0.87}))
    assert guess.title == "No model is live. Model 2 could be, and has not shown yet what it is worth."
    assert guess.promote == 2 and not guess.sure
    assert said(None, model(2, artifacts=False)).title == "No model is live, and none can go live."


def test_a_simpler_model_that_is_as_good_is_named() -> None:
    live = model(2, "live", baselines={"sklearn": 0.9, "majority": 0.5})
    same = feedback.plain(
        "On the 200 holdout items of model 2 a plain scikit-learn model does as well: 90.0% against 90.0%."
    )
    assert same in said(None, live).why
    live, newer = model(1, "live", baselines={"sklearn": 1.0}), model(2, baselines={"sklearn": 0.9, "majority": 0.5})
    assert same in said(beside(1, 1, -0.1, 0.1), newer, live).why, "of the model that the sentence above is about"
    assert "100\\.0%" not in said(beside(1, 1, -0.1, 0.1), newer, live).why
    worse = model(2, "live", baselines={"sklearn": 0.86, "majority": 0.5})
    assert "scikit" not in said(None, worse).why
    guess = model(2, "live", baselines={"sklearn": 0.8, "majority": 0.87})
    assert "tell model 2 from always giving the most common answer" in said(None, guess).why
    low = model(2, "live", (0.3, 0.2, 0.4), baselines={"sklearn": 0.35, "majority": 0.6})
    assert said(None, low, metric=LOSS).why.count("scikit") == said(None, low, metric=LOSS).why.count("common") == 0


@pytest.mark.parametrize(
    ("seconds", "time"),
    [(30, "30 seconds"), (60, "1 minute"), (90, "90 seconds"), (7200, "2 hours"), (86_400, "1 day")],
)
def test_a_model_that_the_clock_starts_is_not_said_to_wait_for_labels_alone(seconds: int, time: str) -> None:
    assert model_words.next_model(IDLE, seconds).endswith(
        f"If {time} have passed since the last training, one is enough."
    )
    last = IDLE.model_copy(update={"labels_until_next": 1})
    assert model_words.next_model(last, seconds) == "The next model trains after 1 more label."


def test_who_promotes_is_told_what_the_model_has_not_shown() -> None:
    assert "common answer" in model_advice.caution(model(1, baselines={"majority": 0.88}), ACCURACY)
    assert model_advice.caution(model(1, score=(0.97, 0.92, 0.99), baselines={"majority": 0.88}), ACCURACY) == ""
    assert "not measured yet" in model_advice.caution(model(1), None)


def test_a_retired_model_is_not_recommended_again() -> None:
    told = said(None, model(2, "retired"), model(1, "retired"))
    assert told.promote is None and "retired" in told.title
    live = model(1, "live")
    assert said(None, model(3, "retired"), live).promote is None


def test_a_model_whose_probabilities_are_no_numbers_is_not_offered() -> None:
    looked = {"weights": 9, "broken_weights": 0, "norm": 1.0, "probabilities": 400, "broken_probabilities": 7}
    unsound = model(3).model_copy(update={"soundness": SoundnessOut.model_validate(looked)})
    assert model_advice.challenger([unsound, model(2), model(1, "live")]) == model(2)
    assert model_advice.challenger([unsound, model(1, "live")]) is None
    assert "7 of the 400 probabilities" in model_health.why_not(unsound)
    assert model_health.why_not(model(2)) == "" and model_health.may_answer(model(2))
