"""Programs that ask for one model, whatever is live."""

from typing import Any

import pytest

from labeler.client import ApiError, Project
from labeler.registry.service import kept_numbers

ITEM = [{"key": "k", "text": "see you at lunch"}]


@pytest.fixture
def program(service: Any, two_models: Project) -> Project:
    """The project as a program sees it, with a token of its own."""
    return service.join(two_models, service.person("reader")).client.projects.get(two_models.slug)


def test_a_program_keeps_its_model_when_another_goes_live(two_models: Project, program: Project) -> None:
    assert program.pin(1).model == 1
    two_models.promote(2)
    assert [(one.model, one.stage) for one in program.predict(ITEM)] == [(1, "retired")]
    assert [(one.model, one.stage) for one in two_models.predict(ITEM)] == [(2, "live")]
    answer = program.client.post(f"{program.path}/predict", json={"items": ITEM})
    assert answer["notice"] == "Model 1 is retired, and answers because this token asks for it; model 2 is live."
    (told,) = two_models.pins()
    assert (told.model, told.stage) == (1, "retired")
    program.unpin(told.token_id)
    assert [one.model for one in program.predict(ITEM)] == [2]
    assert program.client.post(f"{program.path}/predict", json={"items": ITEM})["notice"] is None


def test_a_program_that_asks_for_the_live_model_is_not_tried_out_on(two_models: Project, program: Project) -> None:
    program.pin(1)
    two_models.set_stage(2, "canary", share=0.99)
    items = [{"key": f"k{n}", "text": "see you at lunch"} for n in range(50)]
    assert {one.model for one in program.predict(items)} == {1}
    assert 2 in {one.model for one in two_models.predict(items)}


def test_it_answers_without_a_live_one_and_its_files_stay(service: Any, two_models: Project, program: Project) -> None:
    program.pin(2)  # a candidate
    two_models.set_stage(1, "retired")
    assert [(one.model, one.stage) for one in program.predict(ITEM)] == [(2, "candidate")]
    with pytest.raises(ApiError):
        two_models.predict(ITEM)
    assert 2 in service.db.read(kept_numbers, two_models.info.id, 0)


def test_what_can_not_be_pinned(service: Any, two_models: Project, program: Project) -> None:
    with pytest.raises(ApiError, match="model 9"):
        program.pin(9)
    program.pin(1)
    stranger = service.join(two_models, service.person("reader")).client.projects.get(two_models.slug)
    (told,) = two_models.pins()
    with pytest.raises(ApiError):
        stranger.unpin(told.token_id)
    two_models.unpin(told.token_id)  # a manager may
    assert two_models.pins() == []
