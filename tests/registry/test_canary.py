"""A model that is tried out: it answers its share, the live one the rest and whatever it can't."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.client import ApiError, Project
from labeler.registry import buckets, use
from labeler.registry import predict as serving
from labeler.registry.artifacts import folder_of
from labeler.wire.registry import ModelUse

ITEMS = [{"key": f"k{n}", "text": f"see you at lunch {n}"} for n in range(400)]


def counted(service: Any) -> None:
    use.flush(service.api.state.db)


def used(service: Any, project: Project) -> dict[str, ModelUse]:
    counted(service)
    return {one.stage: one for one in project.use()}


def stage_of(project: Project, number: int) -> tuple[str, str]:
    found = project.model(number)
    return found.stage, found.stage_reason


def spoil(service: Any, project: Project, number: int) -> None:
    file = folder_of(service.settings, project.info.id, number) / "model.skops"
    file.write_bytes(file.read_bytes()[:-10] + b"0123456789")


def test_it_answers_its_share_always_the_same_items(service: Any, two_models: Project) -> None:
    assert two_models.set_stage(2, "canary", share=0.3).share == 0.3
    first = two_models.predict(ITEMS)
    mine = {one.key for one in first if one.model == 2}
    assert {(one.model, one.stage) for one in first} == {(1, "live"), (2, "canary")}
    assert abs(len(mine) / len(ITEMS) - 0.3) < 0.08
    assert [one.key for one in first] == [item["key"] for item in ITEMS]
    assert {one.key for one in two_models.predict(ITEMS[::-1]) if one.model == 2} == mine
    two_models.set_stage(2, "canary", share=0.6)
    assert mine < {one.key for one in two_models.predict(ITEMS) if one.model == 2}, "who was with it stays with it"


def test_what_was_asked_is_counted_by_who_asked(service: Any, two_models: Project) -> None:
    two_models.set_stage(2, "canary", share=0.5)
    for _ in range(3):
        two_models.predict(ITEMS[:40])
    found = used(service, two_models)
    assert list(found) == ["live", "canary"]
    assert found["live"].requests == found["canary"].requests == 3
    assert found["live"].items + found["canary"].items == 120 and found["canary"].share == 0.5
    (who,) = found["live"].consumers
    assert (who.token, who.requests, who.items) == ("test", 3, found["live"].items)
    assert found["canary"].failed == 0 and (found["canary"].p95_ms or 0) >= (found["canary"].p50_ms or 0) > 0
    two_models.set_stage(2, "canary", share=0.4)
    assert used(service, two_models)["canary"].requests == 0, "counting begins again with another share"


def test_one_that_is_broken_loses_no_request_and_is_stopped(service: Any, two_models: Project) -> None:
    two_models.set_stage(2, "canary", share=0.5)
    spoil(service, two_models, 2)
    for _ in range(use.FEWEST_FAILED):
        assert {one.model for one in two_models.predict(ITEMS[:20])} == {1}
    counted(service)
    assert stage_of(two_models, 2) == ("candidate", "It could not answer 3 of 3 requests.")
    assert two_models.model(2).stage_by is None
    assert {one.model for one in two_models.predict(ITEMS[:20])} == {1}


def test_one_that_says_no_numbers_fails(service: Any, two_models: Project, monkeypatch: Any) -> None:
    two_models.set_stage(2, "canary", share=0.5)
    right = serving.answers_of

    def answers(project: Any, row: Any, model: Any, contents: Any) -> Any:
        proba, found = right(project, row, model, contents)
        return (proba * math.nan if row.number == 2 else proba), found

    monkeypatch.setattr(serving, "answers_of", answers)
    assert {one.model for one in two_models.predict(ITEMS[:20])} == {1}
    assert used(service, two_models)["canary"].failed == 1
    assert stage_of(two_models, 2)[0] == "canary", "one failure is no proof"


def test_one_that_is_slow_is_stopped(service: Any, two_models: Project) -> None:
    two_models.set_stage(2, "canary", share=0.5)
    rows = service.db.read(use.serving, two_models.info.id)
    for row in rows:
        ms = 10.0 if row.stage == "live" else 90.0
        one = use.Asked(row.project_id, row.id, row.change_id, 1, 0, ms, 1)
        use.note(service.api.state.db, [one] * use.FEWEST_TIMED)
    counted(service)
    stage, reason = stage_of(two_models, 2)
    assert stage == "candidate" and reason.startswith("It is slow: p95 of ")


def test_there_is_one_beside_a_live_model(two_models: Project) -> None:
    two_models.train()
    with pytest.raises(ApiError, match="Model 1 is live: it answers everything already") as refused:
        two_models.set_stage(1, "canary")
    assert refused.value.status == 409
    assert two_models.set_stage(2, "canary").share == 0.05
    assert two_models.promote(2).share is None, "it answers everything now"
    assert two_models.set_stage(1, "canary").stage == "canary"
    two_models.set_stage(2, "retired")
    assert stage_of(two_models, 1) == ("candidate", "no model is live any more")
    with pytest.raises(ApiError, match="No model is live") as refused:
        two_models.set_stage(1, "canary")
    assert refused.value.status == 409


@pytest.mark.parametrize(
    "body", [{"stage": "canary", "share": 0}, {"stage": "canary", "share": 1}, {"stage": "live", "share": 0.5}]
)
def test_a_share_that_is_none_is_refused(two_models: Project, body: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as refused:
        two_models.client.post(f"{two_models.path}/models/2/stage", json=body)
    assert refused.value.status == 422
    assert stage_of(two_models, 2)[0] == "candidate"


def test_what_is_required_is_required_of_it_too(two_models: Project) -> None:
    two_models.change(settings={"requirements": {"conditions": [{"metric": "accuracy", "min": 1.0}]}})
    with pytest.raises(ApiError) as refused:
        two_models.set_stage(2, "canary")
    assert refused.value.type == "requirements-not-met"
    assert two_models.set_stage(2, "canary", "We want to see it.", override=True).stage == "canary"


def test_rolling_back_keeps_predictions_flowing(two_models: Project) -> None:
    two_models.set_stage(2, "canary", share=0.5)
    two_models.promote(2)
    assert two_models.rollback().number == 1
    assert {one.model for one in two_models.predict(ITEMS[:20])} == {1}


@given(st.floats(0.2, 1e6))
def test_a_duration_is_told_to_a_fifth(ms: float) -> None:
    told = buckets.percentile({buckets.bucket_of(ms): 3, buckets.FAILED: 100}, 0.95)
    assert told is not None and abs(told - ms) <= max(0.2 * ms, 0.06)


def test_the_share_is_that_of_many_keys() -> None:
    for share in (0.01, 0.05, 0.5):
        drawn = sum(serving.falls_to_canary(7, f"key {n}", None, share) for n in range(50_000))
        assert abs(drawn / 50_000 - share) < 0.01
