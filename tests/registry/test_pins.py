"""Programs that ask for one model, whatever is live."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import ApiError, Project
from labeler.registry.service import kept_numbers

Add = Callable[..., list[dict[str, Any]]]
ITEM = [{"key": "k", "text": "see you at lunch"}]


@pytest.fixture
def modeled(service: Any, project: Project, add_texts: Add) -> Project:
    """A project with two models, the first live."""
    project.change(settings={"model": "logistic_regression", "retrain_every": 1000})
    add_texts(100)
    for n in (20, 5):
        project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(n)})
        project.train()
        service.run_jobs()
    project.promote(1)
    return project


@pytest.fixture
def program(service: Any, modeled: Project) -> Project:
    """The project as a program sees it, with a token of its own."""
    return service.join(modeled, service.person("reader")).client.projects.get(modeled.slug)


def test_a_program_keeps_its_model_when_another_goes_live(modeled: Project, program: Project) -> None:
    assert program.pin(1).model == 1
    modeled.promote(2)
    assert [(one.model, one.stage) for one in program.predict(ITEM)] == [(1, "retired")]
    assert [(one.model, one.stage) for one in modeled.predict(ITEM)] == [(2, "live")]
    answer = program.client.post(f"{program.path}/predict", json={"items": ITEM})
    assert answer["notice"] == "Model 1 is retired, and answers because this token asks for it; model 2 is live."
    (told,) = modeled.pins()
    assert (told.model, told.stage) == (1, "retired")
    program.unpin(told.token_id)
    assert [one.model for one in program.predict(ITEM)] == [2]
    assert program.client.post(f"{program.path}/predict", json={"items": ITEM})["notice"] is None


def test_a_program_that_asks_for_the_live_model_is_not_tried_out_on(modeled: Project, program: Project) -> None:
    program.pin(1)
    modeled.set_stage(2, "canary", share=0.99)
    items = [{"key": f"k{n}", "text": "see you at lunch"} for n in range(50)]
    assert {one.model for one in program.predict(items)} == {1}
    assert 2 in {one.model for one in modeled.predict(items)}


def test_it_answers_without_a_live_model_and_its_files_stay(service: Any, modeled: Project, program: Project) -> None:
    program.pin(2)  # a candidate
    modeled.set_stage(1, "retired")
    assert [(one.model, one.stage) for one in program.predict(ITEM)] == [(2, "candidate")]
    with pytest.raises(ApiError):
        modeled.predict(ITEM)
    assert 2 in service.db.read(kept_numbers, modeled.info.id, 0)


def test_what_can_not_be_pinned(service: Any, modeled: Project, program: Project) -> None:
    with pytest.raises(ApiError, match="model 9"):
        program.pin(9)
    program.pin(1)
    stranger = service.join(modeled, service.person("reader")).client.projects.get(modeled.slug)
    (told,) = modeled.pins()
    with pytest.raises(ApiError):
        stranger.unpin(told.token_id)
    modeled.unpin(told.token_id)  # a manager may
    assert modeled.pins() == []
