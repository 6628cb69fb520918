"""The live model and who challenges it: when it is due, what decides, and who is live afterwards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import ApiError, Project
from labeler.drift.found import DriftFound
from labeler.kit.columns import clock
from labeler.kit.events import emit
from labeler.kit.jobs.tables import jobs
from labeler.registry.artifacts import folder_of
from labeler.registry.tables import model_versions
from labeler.retraining.asking import CHALLENGE, PIPELINE, sweep
from labeler.wire.retraining import Challenge

OTHER = {"ham": "spam", "spam": "ham"}


@pytest.fixture
def better_second(service: Any, project: Project, add_texts: Callable[..., Any]) -> Project:
    """A project whose live model learned the opposite of what people say, and whose second model did not."""
    project.change(settings={"model": "logistic_regression", "retrain_every": 1000, "holdout_share": 0.3})
    add_texts(100)
    for item in project.items.find(limit=200):
        truth = item.metadata["truth"]
        project.label(item.key, truth if item.split == "holdout" else OTHER[truth])
    train(service, project)
    project.promote(1)
    for item in project.items.find(limit=200):
        project.label(item.key, item.metadata["truth"])
    return project


def train(service: Any, project: Project) -> None:
    project.train()
    service.run_jobs(kinds=("training.train",))


def challenged(service: Any, project: Project) -> list[Challenge]:
    service.run_jobs(kinds=(CHALLENGE,))
    return project.retraining().challenges


def waiting(service: Any, kind: str) -> list[dict[str, Any]]:
    asked = sa.select(jobs.c.args).where(jobs.c.kind == kind, jobs.c.state == "queued")
    return list(service.db.read(lambda tx: tx.execute(asked).scalars().all()))


def later(service: Any, days: float) -> None:
    """Everything about models happened so many days earlier."""
    when = int(timedelta(days=days).total_seconds())
    moved = sa.update(model_versions).values(created_at=clock(-when))
    service.db.write(lambda tx: tx.execute(moved))


def test_what_is_better_is_told_and_people_decide(service: Any, better_second: Project) -> None:
    before = better_second.retraining()
    assert (before.live, before.challenger, before.due.labels if before.due else None) == (1, None, 100)
    train(service, better_second)
    assert better_second.retraining().challenger == 2
    (found,) = challenged(service, better_second)
    assert (found.champion, found.challenger, found.cause, found.outcome) == (1, 2, "labels", "better")
    assert found.items > 10 and found.low > 0.5 and found.better > found.worse
    assert better_second.retraining().live == 1


def test_it_takes_the_place_where_the_policy_says_so(service: Any, better_second: Project) -> None:
    better_second.change(settings={"retraining": {"replace": True}})
    train(service, better_second)
    (found,) = challenged(service, better_second)
    assert found.outcome == "replaced"
    now, before = better_second.model(2), better_second.model(1)
    assert (now.stage, before.stage, now.stage_by) == ("live", "retired", None)
    assert "better than model 1" in now.stage_reason
    assert better_second.predict([{"text": "win a free prize now call 09001"}])[0].model == 2
    assert better_second.rollback().number == 1, "it can be undone"


def test_what_is_required_holds_it_back(service: Any, better_second: Project) -> None:
    better_second.change(
        settings={"retraining": {"replace": True}},
        requirements={"conditions": [{"metric": "accuracy", "min": 0.999}]},
    )
    train(service, better_second)
    (found,) = challenged(service, better_second)
    assert found.outcome == "unmet" and "accuracy" in found.unmet[0]
    assert better_second.retraining().live == 1


def test_a_model_that_people_try_out_is_theirs(service: Any, better_second: Project) -> None:
    better_second.change(settings={"retraining": {"replace": True, "after_labels": None}})
    train(service, better_second)
    better_second.set_stage(2, "canary", share=0.1)
    better_second.challenge()
    assert challenged(service, better_second)[0].outcome == "trying"
    better_second.set_stage(2, "candidate")
    better_second.challenge()
    assert challenged(service, better_second)[0].outcome == "better", "who was taken back does not go live by itself"
    assert better_second.retraining().live == 1


def test_a_worse_one_is_none(service: Any, better_second: Project) -> None:
    better_second.change(settings={"retraining": {"replace": True, "after_labels": None}})
    train(service, better_second)
    better_second.promote(2)
    for item in better_second.items.find(limit=200):
        if item.split != "holdout":
            better_second.label(item.key, OTHER[item.metadata["truth"]])
    train(service, better_second)
    better_second.challenge()
    assert challenged(service, better_second)[0].outcome == "worse"
    assert better_second.retraining().live == 2


def test_nothing_to_tell_them_apart_by_is_said(service: Any, two_models: Project) -> None:
    two_models.challenge()
    (found,) = challenged(service, two_models)
    assert found.outcome in ("unclear", "unknown")
    assert two_models.retraining().live == 1


def test_a_challenge_needs_two(service: Any, two_models: Project) -> None:
    two_models.promote(2)
    with pytest.raises(ApiError, match="No model is newer"):
        two_models.challenge()
    two_models.set_stage(2, "retired")
    with pytest.raises(ApiError, match="No model is live"):
        two_models.challenge()
    state = two_models.retraining()
    assert (state.live, state.due, state.challenges) == (None, None, [])


def test_a_model_whose_files_are_gone_is_refused_in_words(service: Any, two_models: Project) -> None:
    (folder_of(service.settings, two_models.info.id, 1) / "proba.npy").unlink()
    job = two_models.challenge()
    service.run_jobs(kinds=(CHALLENGE,))
    with pytest.raises(Exception, match="pruned"):
        job.wait(timeout=5)


def test_few_labels_are_no_reason_and_time_is(service: Any, two_models: Project) -> None:
    assert waiting(service, CHALLENGE) == [], "five labels more"
    service.db.write(sweep)
    assert waiting(service, CHALLENGE) == []
    later(service, 31)
    service.db.write(
        lambda tx: tx.execute(sa.update(model_versions).where(model_versions.c.number == 2).values(created_at=clock()))
    )
    service.db.write(sweep)
    assert waiting(service, CHALLENGE) == [{"cause": "time"}]
    service.db.write(sweep)
    assert len(waiting(service, CHALLENGE)) == 1, "it waits once"


def test_drift_asks_for_a_model_where_one_is_live(service: Any, two_models: Project) -> None:
    def found(tx: Any) -> None:
        emit(tx, DriftFound(two_models.info.id, 1, 50, ["length"]))

    two_models.change(settings={"retraining": {"on_drift": False}})
    service.db.write(found)
    assert waiting(service, "training.train") == []
    two_models.change(settings={"retraining": {"on_drift": True}})
    service.db.write(found)
    assert [one["why"] for one in waiting(service, "training.train")] == ["drift"]


def test_the_night_is_an_hour_of_the_clock(service: Any, two_models: Project) -> None:
    hour = service.db.read(lambda tx: tx.execute(sa.select(clock())).scalar_one()).hour
    two_models.change(settings={"retraining": {"test_at": (hour + 12) % 24}})
    service.db.write(sweep)
    assert waiting(service, PIPELINE) == []
    two_models.change(settings={"retraining": {"test_at": hour}})
    service.db.write(sweep)
    assert waiting(service, PIPELINE) == [{"nightly": True}]
    service.run_jobs(kinds=(PIPELINE,))
    service.db.write(sweep)
    assert waiting(service, PIPELINE) == [], "once a night"


@pytest.mark.parametrize("wrong", [{"after_labels": 0}, {"after_days": 1000}, {"test_at": 24}, {"nightly": True}])
def test_a_policy_that_can_not_be_is_refused(two_models: Project, wrong: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="retraining"):
        two_models.change(settings={"retraining": wrong})


def test_what_is_not_given_of_a_policy_stays(two_models: Project) -> None:
    two_models.change(settings={"retraining": {"after_labels": 75, "after_days": 14}})
    two_models.change(settings={"retraining": {"replace": True}})
    policy = two_models.retraining().policy
    assert (policy.after_labels, policy.after_days, policy.replace) == (75, 14, True)
