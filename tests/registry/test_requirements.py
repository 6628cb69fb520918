"""What a project requires of a model gates its promotion; an override takes a reason and is on record."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.accounts.tables import audit_events
from labeler.client import ApiError, Project

Add = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def modeled(service: Any, project: Project, add_texts: Add) -> Project:
    """A project with a model."""
    add_texts(100)
    project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(40)})
    project.train()
    service.run_jobs()
    return project


def require(project: Project, *conditions: dict[str, Any], **more: Any) -> None:
    project.change(requirements={"conditions": list(conditions), **more})


def test_without_requirements_a_model_goes_live(modeled: Project) -> None:
    assert modeled.model(1).requirements == []
    assert modeled.promote(1).stage == "live"


def test_a_model_goes_live_when_all_holds(modeled: Project) -> None:
    require(modeled, {"metric": "accuracy", "min": 0.01}, {"metric": "age_days", "max": 30})
    assert [one.state for one in modeled.model(1).requirements] == ["holds", "holds"]
    assert modeled.promote(1).stage == "live"


def test_what_is_not_known_to_hold_keeps_it_back(service: Any, modeled: Project) -> None:
    require(
        modeled,
        {"metric": "accuracy", "min": 0.01},
        {"metric": "recall", "label": "spam", "min": 0.999},
        {"metric": "age_days", "max": 0},
    )
    states = {(one.metric, one.label): one for one in modeled.model(1).requirements}
    assert states["accuracy", None].state == "holds"
    recall = states["recall", "spam"]
    assert recall.state in {"open", "fails", "unknown"} and (recall.low or 0) < 0.999
    assert states["age_days", None].state == "fails"
    with pytest.raises(ApiError) as refused:
        modeled.promote(1)
    assert (refused.value.status, refused.value.type) == (409, "requirements-not-met")
    assert "age_days is" in refused.value.detail and "at most 0 is wanted" in refused.value.detail
    assert [one["pointer"] for one in refused.value.errors] == [
        "/requirements/conditions/1",
        "/requirements/conditions/2",
    ]
    with pytest.raises(ApiError) as silent:
        modeled.promote(1, override=True)
    assert silent.value.type == "invalid" and silent.value.errors[0]["pointer"] == "/reason"
    assert modeled.model(1).stage == "candidate"
    assert modeled.promote(1, "the old rules are worse", override=True).stage == "live"
    stood = [(one.metric, one.label, one.state) for one in modeled.model(1).overridden]
    assert stood == [("recall", "spam", recall.state), ("age_days", None, "fails")]
    assert "It went live all the same" in modeled.model_card(1)
    require(modeled, {"metric": "accuracy", "min": 0.01})
    assert len(modeled.model(1).overridden) == 2, "as it stood then"
    kept = sa.select(audit_events.c.detail).where(audit_events.c.action == "model.override")
    (details,) = service.db.read(lambda tx: tx.execute(kept).scalars().all())
    assert details["reason"] == "the old rules are worse" and len(details["unmet"]) == 2


def test_a_rollback_is_never_held_back(service: Any, modeled: Project) -> None:
    modeled.label_many({item.key: item.metadata["truth"] for item in modeled.queue.next(5)})
    modeled.train()
    service.run_jobs()
    modeled.promote(1)
    modeled.promote(2)
    require(modeled, {"metric": "log_loss", "max": 0.00001})
    assert modeled.rollback().number == 1


@pytest.mark.parametrize(
    ("conditions", "pointer", "words"),
    [
        ([{"metric": "beauty", "min": 1}], "/settings/requirements/conditions/0/metric", 'no metric "beauty"'),
        ([{"metric": "recall", "label": "eggs", "min": 0.5}], "/settings/requirements/conditions/0/label", "eggs"),
        ([{"metric": "accuracy", "min": 0.9}] * 2, "/settings/requirements/conditions/1", "there twice"),
        ([{"metric": "accuracy", "min": 90}], "/settings/requirements/conditions/0", "90 is no share"),
    ],
)
def test_what_can_not_be_measured_is_not_required(
    project: Project, conditions: list[dict[str, Any]], pointer: str, words: str
) -> None:
    with pytest.raises(ApiError) as refused:
        require(project, *conditions)
    assert refused.value.errors[0]["pointer"] == pointer and words in refused.value.detail
    assert project.client.projects.get(project.slug).info.settings.requirements.conditions == []


@pytest.mark.parametrize(
    ("published", "pointer"),
    [
        ({"metric": "beauty", "value": 1, "source": "a paper"}, "/settings/published/metric"),
        ({"metric": "accuracy", "value": 97, "source": "a paper"}, "/settings/published/value"),
        ({"metric": "accuracy", "value": 0.97, "source": ""}, "/settings/published/source"),
        ({"metric": "accuracy", "value": 0.97}, "/settings/published/source"),
    ],
)
def test_a_published_figure_has_a_metric_a_value_and_a_source(
    project: Project, published: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(ApiError) as refused:
        project.change(settings={"published": published})
    assert (refused.value.status, refused.value.errors[0]["pointer"]) == (422, pointer)
    told = {"metric": "accuracy", "value": 0.97, "source": "A paper, 2024"}
    project.change(settings={"published": told})
    assert project.client.projects.get(project.slug).info.settings.published.model_dump() == told
    project.change(settings={"published": None})
    assert project.client.projects.get(project.slug).info.settings.published is None


@pytest.mark.parametrize(
    "condition",
    [
        {"metric": "accuracy"},
        {"metric": "accuracy", "min": 0.1, "max": 0.9},
        {"metric": "recall", "min": 0.1},
        {"metric": "accuracy", "label": "spam", "min": 0.1},
        {"metric": "accuracy", "min": "much"},
    ],
)
def test_half_a_condition_is_refused(project: Project, condition: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as refused:
        require(project, condition)
    assert refused.value.status == 422


def test_a_condition_on_a_label_that_was_merged_is_told_and_other_settings_still_change(modeled: Project) -> None:
    require(modeled, {"metric": "recall", "label": "spam", "min": 0.1})
    modeled.change_schema(labels=["ham"], mapping={"spam": "ham"})
    (one,) = modeled.model(1).requirements
    assert (one.state, one.gone) == ("unknown", True)
    with pytest.raises(ApiError) as refused:
        modeled.promote(1)
    assert "recall of spam is not measured any more" in refused.value.detail
    modeled.change(settings={"retrain_every": 50})
    require(modeled)
    assert modeled.promote(1).stage == "live"


def test_a_project_leads_with_the_metric_it_wants(modeled: Project) -> None:
    assert modeled.model(1).report["primary"] == "accuracy"
    require(modeled, optimize="macro_f1")
    assert modeled.model(1).report["primary"] == "macro_f1"
    assert modeled.progress().model.primary == "macro_f1"
    assert modeled.progress().model.score == modeled.model(1).metrics["macro_f1"]
    assert modeled.learning_curve().primary == "macro_f1"
    with pytest.raises(ApiError) as refused:
        require(modeled, optimize="beauty")
    assert refused.value.errors[0]["pointer"] == "/settings/requirements/optimize"


def test_the_card_says_what_is_required(modeled: Project) -> None:
    assert "## What is required" not in modeled.model_card(1)
    require(modeled, {"metric": "accuracy", "min": 0.01}, {"metric": "recall", "label": "spam", "min": 1.0})
    card = modeled.model_card(1)
    assert "- holds: accuracy is" in card and "recall of spam is" in card and "at least 1 is wanted" in card


def test_how_sure_a_model_is_can_be_required(modeled: Project) -> None:
    require(
        modeled,
        {"metric": "coverage", "at": 0.5, "min": 0.01},
        {"metric": "right_when_sure", "at": 0.5, "min": 0.01},
        {"metric": "coverage", "at": 0.99, "min": 1.0},
    )
    easy, right, hard = modeled.model(1).requirements
    assert (easy.state, right.state) == ("holds", "holds")
    assert easy.value == 1.0, "of two labels one is always the likelier"
    assert hard.state != "holds" and hard.n == easy.n > 0
    with pytest.raises(ApiError, match=r"coverage at 0\.99 is"):
        modeled.promote(1)


def test_what_it_costs_is_measured_where_it_is_required(service: Any, modeled: Project) -> None:
    assert modeled.model(1).cost is None
    require(modeled, {"metric": "p95_ms", "max": 10_000}, {"metric": "memory_mb", "max": 0.0001})
    assert [one.state for one in modeled.model(1).requirements] == ["unknown", "unknown"]
    service.run_jobs()
    quick, small = modeled.model(1).requirements
    assert quick.state == "holds" and 0 < quick.low <= quick.value <= quick.high and quick.n == 200
    assert small.state == "fails" and small.value > 0 and small.low is None
    modeled.label_many({item.key: item.metadata["truth"] for item in modeled.queue.next(5)})
    modeled.train()
    service.run_jobs()
    assert modeled.model(2).requirements[0].state == "holds", "of later models by themselves"


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ({"metric": "coverage", "min": 0.5}, "at"),
        ({"metric": "accuracy", "at": 0.9, "min": 0.5}, "at"),
        ({"metric": "coverage", "at": 0.905, "min": 0.5}, "hundredths"),
        ({"metric": "coverage", "at": 0.9, "min": 50}, "no share"),
        ({"metric": "p95_ms", "max": 5, "slice": "Free"}, "slice"),
        ({"metric": "memory_mb", "max": -7}, "less than nothing"),
    ],
)
def test_conditions_that_can_not_be_are_refused(project: Project, condition: dict[str, Any], why: str) -> None:
    with pytest.raises(ApiError, match=why):
        require(project, condition)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (
            {"metric": "accuracy", "min": 0.9},
            {"metric": "accuracy", "max": 0.5},
            "accuracy must be at least 0.9 already: nothing is at most 0.5 as well",
        ),
        (
            {"metric": "recall", "label": "spam", "max": 0.2},
            {"metric": "recall", "label": "spam", "min": 0.3},
            "recall of spam must be at most 0.2 already: nothing is at least 0.3 as well",
        ),
        (
            {"metric": "age_days", "max": 30},
            {"metric": "age_days", "max": 10},
            "age_days must be at most 30 already: take that off first",
        ),
    ],
)
def test_conditions_that_no_model_can_hold_together_are_refused(
    project: Project, first: dict[str, Any], second: dict[str, Any], why: str
) -> None:
    require(project, first)
    with pytest.raises(ApiError) as refused:
        require(project, first, second)
    assert refused.value.status == 422 and why in str(refused.value.errors)
    require(project, {"metric": "accuracy", "min": 0.5}, {"metric": "accuracy", "max": 0.99})
