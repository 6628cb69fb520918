"""Promotion, rollback and predictions."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import ApiError, Project
from labeler.kit.outbox import outbox
from labeler.registry.artifacts import folder_of

Add = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def modeled(service: Any, project: Project, add_texts: Add) -> Project:
    """A project with two models."""
    add_texts(100)
    for n in (20, 5):
        project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(n)})
        project.train()
        service.run_jobs()
    assert len(project.models()) >= 2
    return project


def test_predict_needs_a_live_model(project: Project) -> None:
    with pytest.raises(ApiError) as refused:
        project.predict(["hello"])
    assert refused.value.type == "no-live-model"


@pytest.mark.one_database
def test_the_live_model_answers_and_names_itself(modeled: Project) -> None:
    modeled.promote(1)
    found = modeled.predict(["win a free prize call now", "see you at lunch"])
    assert [entry.value for entry in found] == ["spam", "ham"]
    assert {entry.model for entry in found} == {1}
    assert all(abs(sum(entry.proba.values()) - 1) < 1e-3 for entry in found)


@pytest.mark.one_database
def test_serving_gives_what_scoring_gave(modeled: Project) -> None:
    newest = modeled.models()[0].number
    modeled.promote(newest)
    for item in list(modeled.items)[:10]:
        served = modeled.predict([item.content["text"]])[0]
        assert served.value == item.prediction["value"] and item.prediction["model"] == newest
        assert served.proba == pytest.approx(item.prediction["proba"], abs=1e-4)


def test_promotion_retires_the_one_before_and_rollback_brings_it_back(modeled: Project) -> None:
    def stages() -> dict[int, str]:
        return {model.number: model.stage for model in modeled.models() if model.number <= 2}

    modeled.promote(1)
    modeled.promote(2, reason="better")
    assert stages() == {1: "retired", 2: "live"}
    assert modeled.live_before() == 1
    assert modeled.rollback().number == 1
    assert stages() == {1: "live", 2: "retired"}
    with pytest.raises(ApiError) as refused:
        modeled.rollback()
    assert refused.value.status == 409


@pytest.mark.one_database
def test_a_broken_model_file_is_told_and_labeling_goes_on(service: Any, modeled: Project) -> None:
    modeled.promote(1)
    file = folder_of(service.settings, modeled.info.id, 1) / "model.skops"
    file.write_bytes(file.read_bytes()[:-10] + b"0123456789")
    with pytest.raises(ApiError) as refused:
        modeled.predict(["hello"])
    assert refused.value.status == 503 and "changed after it was saved" in refused.value.detail
    assert modeled.queue.next()


@pytest.mark.one_database
def test_bad_items_are_told_by_place(modeled: Project) -> None:
    modeled.promote(1)
    with pytest.raises(ApiError) as refused:
        modeled.client.post(f"{modeled.path}/predict", json={"items": [{"text": "fine"}, {"fields": {"a": 1}}]})
    assert refused.value.status == 422 and refused.value.errors[0]["pointer"] == "/items/1/fields"


@pytest.mark.one_database
def test_the_card_says_what_a_model_was_made_from(modeled: Project) -> None:
    card = modeled.client.get(f"{modeled.path}/models/1/card")
    assert "dataset version 1" in card and "baseline: the most common answer" in card and "SHA-256" in card


def test_a_model_says_since_when_it_is_where_it_is_and_who_put_it_there(modeled: Project, admin: Any) -> None:
    fresh = next(model for model in modeled.models() if model.number == 1)
    assert (fresh.stage_since, fresh.stage_by, fresh.stage_reason) == (fresh.created_at, None, "")
    modeled.promote(1, reason="the first")
    live = modeled.model(1)
    assert live.stage_since > live.created_at
    assert (live.stage_by, live.stage_reason) == (admin.client.me().user.name, "the first")
    modeled.promote(2, reason="better")
    retired = next(model for model in modeled.models() if model.number == 1)
    assert retired.stage == "retired" and retired.stage_reason == "model 2 goes live"


def test_pipelines_hear_of_dataset_versions_models_and_stages(service: Any, modeled: Project) -> None:
    modeled.promote(1, reason="good enough")
    modeled.promote(2)
    told = service.db.read(
        lambda tx: tx.execute(sa.select(outbox.c.name, outbox.c.payload).order_by(outbox.c.id)).all()
    )
    names = ("dataset_version.made", "model.trained", "model.moved")
    found = [(row.name, row.payload) for row in told if row.name in names]
    assert [name for name, _ in found[:2]] == ["dataset_version.made", "model.trained"]
    version, first = found[0][1], found[1][1]
    assert (first["model"], first["stage"], first["dataset_version"]) == (1, "candidate", version["tag"])
    moved = [(one["model"], one["from_stage"], one["to_stage"]) for name, one in found if name == "model.moved"]
    assert moved == [(1, "candidate", "live"), (1, "live", "retired"), (2, "candidate", "live")]
    assert found[-3][1]["reason"] == "good enough"
