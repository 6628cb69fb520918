"""What is watched of a model: its numbers, its packages, and how long it takes."""

import math
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from labeler.client import ApiError, Project
from labeler.learning import loop
from labeler.registry import predict as serving
from labeler.registry import use
from labeler.registry.buckets import FEWEST_TIMED, bucket_of, percentile_between
from labeler.registry.speed import BEFORE, WEEK
from labeler.registry.tables import model_use_days, model_versions
from labeler.wire.registry import ModelOut, ModelUse


def metric(admin: Any, name: str) -> dict[str, float]:
    """By model."""
    answer = admin.client._http.get("http://testserver/metrics")
    families = text_string_to_metric_families(answer.text)
    return {one.labels["model"]: one.value for family in families for one in family.samples if one.name == name}


def readiness(project: Project, name: str) -> tuple[str, str]:
    (line,) = (one for one in project.readiness.get().lines if one.name == name)
    return line.state, line.evidence


def test_weights_probabilities_and_packages_of_each_model_are_on_record(admin: Any, two_models: Project) -> None:
    first, second = two_models.model(1), two_models.model(2)
    for one in (first, second):
        assert one.soundness is not None and one.soundness.weights and one.soundness.probabilities == 200
        assert one.soundness.broken_weights == one.soundness.broken_probabilities == 0
        assert one.packages_now == one.packages and {"numpy", "scikit-learn", "scipy"} <= set(one.packages)
    assert first.soundness is not None and second.soundness is not None
    assert first.soundness.norm_before is None and second.soundness.norm_before == first.soundness.norm
    assert not second.soundness.exploded
    assert "are finite" in readiness(two_models, "numbers")[1] or readiness(two_models, "numbers")[0] == "open"
    assert metric(admin, "labeler_model_not_finite") == {"1": 0.0}
    assert metric(admin, "labeler_model_weight_norm")["1"] == pytest.approx(first.soundness.norm)
    assert metric(admin, "labeler_model_packages_changed") == {"1": 0.0}


@pytest.fixture
def unsound(service: Any, two_models: Project, monkeypatch: pytest.MonkeyPatch) -> ModelOut:
    """A third model, some of whose probabilities are no numbers."""
    right = loop.predict

    def predict(*args: Any, **named: Any) -> Any:
        proba = right(*args, **named)
        proba[::7] = math.nan
        return proba

    monkeypatch.setattr(loop, "predict", predict)
    two_models.label_many({item.key: item.metadata["truth"] for item in two_models.queue.next(5)})
    two_models.train()
    service.run_jobs()
    monkeypatch.undo()
    return two_models.model(3)


def test_a_model_without_finite_probabilities_can_never_answer_and_says_why(
    service: Any, two_models: Project, unsound: ModelOut
) -> None:
    assert unsound.soundness is not None and unsound.soundness.broken_probabilities == 30
    assert unsound.report is None, "figures of such a model say nothing"
    for stage in ("live", "canary"):
        for override in (False, True):
            with pytest.raises(ApiError, match="30 are not finite numbers") as refused:
                two_models.set_stage(3, stage, "I want it", override=override)
            assert refused.value.status == 409
    assert two_models.model(1).stage == "live" and two_models.queue.next(3), "the queue goes on"
    two_models.set_stage(1, "candidate")
    assert readiness(two_models, "numbers")[0] == "fails"
    assert "30 not finite" in two_models.model_card(3)


def test_weights_that_explode_are_told(service: Any, two_models: Project) -> None:
    def explode(tx: sa.Connection) -> None:
        row = tx.execute(sa.select(model_versions).where(model_versions.c.number == 1)).one()
        found = {**row.soundness, "norm": 50.0, "norm_before": 4.0}
        tx.execute(sa.update(model_versions).where(model_versions.c.id == row.id).values(soundness=found))

    service.db.write(explode)
    found = two_models.model(1).soundness
    assert found is not None and found.exploded
    state, evidence = readiness(two_models, "numbers")
    assert state == "fails" and "12 times the norm" in evidence


def test_a_live_model_never_answers_what_is_no_number(two_models: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    right = serving.answers_of

    def answers(*args: Any) -> Any:
        proba, found = right(*args)
        return proba * math.nan, found

    monkeypatch.setattr(serving, "answers_of", answers)
    with pytest.raises(ApiError, match="some probabilities are no numbers") as refused:
        two_models.predict([{"text": "see you at lunch"}])
    assert refused.value.status == 503


def test_packages_that_changed_are_told(service: Any, admin: Any, two_models: Project) -> None:
    def older(tx: sa.Connection) -> None:
        row = tx.execute(sa.select(model_versions).where(model_versions.c.number == 1)).one()
        packages = {**row.packages, "numpy": "1.0", "gone-by-now": "2.0"}
        tx.execute(sa.update(model_versions).where(model_versions.c.id == row.id).values(packages=packages))

    service.db.write(older)
    found = two_models.model(1)
    assert found.packages["numpy"] == "1.0" and found.packages_now["numpy"] == np.__version__
    assert found.packages_now["gone-by-now"] is None
    assert metric(admin, "labeler_model_packages_changed") == {"1": 2.0}
    state, evidence = readiness(two_models, "dependencies")
    assert state == "fails" and "gone-by-now 2.0 → –" in evidence
    assert f"numpy {np.__version__}, gone-by-now gone" in two_models.model_card(1)


def asked(service: Any, project: Project, ms: float, n: int, days_ago: int = 0, items: int = 1) -> ModelUse:
    """The live model after n more requests."""
    (row,) = (one for one in service.db.read(use.serving, project.info.id) if one.stage == "live")
    one = use.Asked(row.project_id, row.id, row.change_id, 1, 0, ms, items)

    def back(tx: sa.Connection) -> None:
        newest = sa.select(sa.func.max(model_use_days.c.day)).scalar_subquery()
        moved = {"day": model_use_days.c.day - days_ago}
        tx.execute(sa.update(model_use_days).where(model_use_days.c.day == newest).values(moved))

    use.note(service.api.state.db, [one] * n)
    use.flush(service.api.state.db)
    if days_ago:
        service.db.write(back)
    return next(one for one in project.use() if one.stage == "live")


def test_a_live_model_that_became_slower_is_told(service: Any, admin: Any, two_models: Project) -> None:
    assert asked(service, two_models, 10.0, FEWEST_TIMED, days_ago=WEEK).speed is None, "nothing came this week"
    assert asked(service, two_models, 10.0, FEWEST_TIMED - 1).speed is None, "too few came"
    usual = asked(service, two_models, 10.0, 1).speed
    assert usual is not None and (usual.compared, usual.slower) == ("weeks", False)
    assert metric(admin, "labeler_model_slower") == {"1": 0.0}
    slow = asked(service, two_models, 90.0, 2 * FEWEST_TIMED).speed
    assert slow is not None and slow.slower and slow.p95_ms > 75 and slow.usual_ms is not None and slow.usual_ms < 13
    assert (slow.items_from, slow.items_to, slow.requests) == (1, 1, 3 * FEWEST_TIMED)
    assert metric(admin, "labeler_model_slower") == {"1": 1.0}
    assert metric(admin, "labeler_model_p95_seconds")["1"] == pytest.approx(slow.p95_ms / 1000)
    state, evidence = readiness(two_models, "speed")
    assert state == "fails" and evidence.startswith("Predictions are slower: p95 of ")


def test_requests_with_many_items_are_not_held_against_those_with_one(service: Any, two_models: Project) -> None:
    asked(service, two_models, 10.0, FEWEST_TIMED, days_ago=WEEK)
    found = asked(service, two_models, 300.0, FEWEST_TIMED, items=500).speed
    assert found is not None and not found.slower and found.usual_ms is None
    assert (found.items_from, found.items_to) == (101, None)


def test_without_earlier_weeks_what_was_measured_is_what_is_usual(service: Any, two_models: Project) -> None:
    cost = {"p95_ms": {"value": 5.0, "low": 4.0, "high": 6.0, "n": 200}}
    service.db.write(lambda tx: tx.execute(sa.update(model_versions).values(cost=cost)))
    found = asked(service, two_models, 90.0, FEWEST_TIMED).speed
    assert found is not None and (found.compared, found.usual_ms, found.slower) == ("measured", 5.0, True)


def test_days_that_nobody_looks_at_are_dropped(service: Any, two_models: Project) -> None:
    asked(service, two_models, 10.0, 3, days_ago=WEEK + BEFORE)
    asked(service, two_models, 10.0, 3)
    rows = service.db.read(lambda tx: tx.execute(sa.select(model_use_days.c.requests)).scalars().all())
    assert rows == [3]


def test_the_interval_of_a_percentile_holds_it() -> None:
    """Of 400 draws of 100 durations whose 95th percentile is known, the interval misses it in about one of twenty."""
    rng, true = np.random.default_rng(0), math.exp(1.645)
    missed = 0
    for _ in range(400):
        buckets: dict[int, int] = {}
        for ms in np.exp(rng.normal(size=100)).tolist():
            buckets[bucket_of(ms)] = buckets.get(bucket_of(ms), 0) + 1
        value, low, high = percentile_between(buckets, 0.95)
        assert low <= value <= high
        missed += not low / 1.1 <= true <= high * 1.1
    assert missed <= 40
    with pytest.raises(ValueError):
        percentile_between({}, 0.95)


def test_the_same_speed_is_hardly_ever_called_slower() -> None:
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(300):
        drawn = [np.exp(3 + 0.8 * rng.normal(size=FEWEST_TIMED)).tolist() for _ in range(2)]
        counts: list[dict[int, int]] = [{}, {}]
        for one, sample in zip(counts, drawn, strict=True):
            for ms in sample:
                one[bucket_of(ms)] = one.get(bucket_of(ms), 0) + 1
        before, now = (percentile_between(one, 0.95) for one in counts)
        alarms += now[1] > 2 * before[2] and now[1] > before[2] + 20
    assert alarms == 0
