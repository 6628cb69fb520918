"""Models that are asked unseen what the live one is asked, and what later labels say of all of them."""

from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import ApiError, Project
from labeler.registry import served, use
from labeler.registry.artifacts import folder_of
from labeler.registry.tables import served_items
from labeler.shadows.jobs import KIND, sweep, trim_all
from labeler.shadows.tables import shadow_answers
from labeler.wire.shadows import ShadowOut

ITEMS = [{"key": f"k{n}", "text": f"see you at lunch {n}"} for n in range(30)]
SPAM = [{"key": f"s{n}", "text": f"win a free prize now call 0900{n}"} for n in range(30)]


def followed(service: Any, project: Project) -> ShadowOut:
    db = service.api.state.db
    use.flush(db)
    db.write(sweep)
    service.run_jobs(kinds=(KIND,))
    (found,) = project.shadows()
    return found


def rows(service: Any, table: Any) -> int:
    return int(service.db.read(lambda tx: tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()))


def test_it_is_asked_what_the_live_model_is_asked_and_answers_nobody(service: Any, two_models: Project) -> None:
    assert two_models.set_stage(2, "shadow").stage == "shadow"
    said = two_models.predict([*ITEMS, *SPAM])
    assert {(one.model, one.stage) for one in said} == {(1, "live")}
    found = followed(service, two_models)
    assert (found.model, found.items, found.failed) == (2, 60, 0) and (found.ms_per_item or 0) > 0
    differs = sum(one.items for one in found.otherwise)
    assert found.same.value == pytest.approx(1 - differs / 60) and found.same.low < found.same.value <= found.same.high
    assert len(found.differs) == min(differs, 20)
    live = {one.key: one.value for one in said}
    assert all(one.live == live[one.key] != one.shadow and one.live_model == 1 for one in found.differs)
    assert followed(service, two_models).items == 60, "nothing is asked twice"
    assert [one.model for one in two_models.use()] == [1], "it answers nothing"


def test_what_it_differs_in_is_told_by_what_was_said(service: Any, two_models: Project) -> None:
    for item in two_models.queue.next(40):  # the third model learns the opposite
        two_models.label(item, "ham" if item.metadata["truth"] == "spam" else "spam")
    two_models.train()
    service.run_jobs()
    two_models.set_stage(3, "shadow")
    two_models.predict([*ITEMS, *SPAM])
    found = followed(service, two_models)
    assert found.otherwise and {(one.live, one.shadow) for one in found.otherwise} <= {("ham", "spam"), ("spam", "ham")}


def test_one_that_is_broken_costs_nobody_anything(service: Any, two_models: Project) -> None:
    two_models.set_stage(2, "shadow")
    file = folder_of(service.settings, two_models.info.id, 2) / "model.skops"
    file.write_bytes(file.read_bytes()[:-10] + b"0123456789")
    assert len(two_models.predict(ITEMS)) == 30
    found = followed(service, two_models)
    assert (found.items, found.failed, found.same.value) == (0, 30, None)


def test_who_may_be_one(two_models: Project) -> None:
    with pytest.raises(ApiError, match="answers everything"):
        two_models.set_stage(1, "shadow")
    two_models.set_stage(2, "shadow")
    two_models.set_stage(2, "canary", share=0.5)
    assert two_models.shadows() == []
    two_models.set_stage(2, "candidate")
    two_models.set_stage(1, "retired")
    with pytest.raises(ApiError, match="No model is live"):
        two_models.set_stage(2, "shadow")


def test_a_requirement_keeps_nobody_in_the_light(two_models: Project) -> None:
    two_models.change(requirements={"conditions": [{"metric": "accuracy", "min": 1.0}]})
    assert two_models.set_stage(2, "shadow").stage == "shadow"


def test_labels_that_come_later_judge_all_of_them(service: Any, two_models: Project) -> None:
    two_models.set_stage(2, "shadow")
    open_items = [item for item in two_models.items.find(limit=200) if item.answer is None][:20]
    asked = [{"key": item.key, "text": item.content["text"]} for item in open_items]
    said = {one.key: one.value for one in two_models.predict([*asked, *ITEMS])}
    followed(service, two_models)
    assert [one.items for one in two_models.later_labels()] == [0, 0]
    truth = {item.key: item.metadata["truth"] for item in open_items}
    two_models.label_many(truth)
    live, shadow = two_models.later_labels()
    assert (live.model, live.stage, live.items) == (1, "live", 20) and (shadow.model, shadow.items) == (2, 20)
    right = sum(said[key] == answer for key, answer in truth.items())
    assert live.right.value == right / 20 and live.right.low < live.right.high
    two_models.predict(asked)  # after it was answered: that proves nothing
    use.flush(service.api.state.db)
    assert two_models.later_labels()[0].items == 20


def test_of_a_removed_item_nothing_stays(service: Any, two_models: Project) -> None:
    two_models.set_stage(2, "shadow")
    open_items = [item for item in two_models.items.find(limit=200) if item.answer is None][:3]
    two_models.predict([{"key": item.key, "text": item.content["text"]} for item in open_items])
    followed(service, two_models)
    assert rows(service, served_items) == rows(service, shadow_answers) == 3
    two_models.items.remove(keys=[open_items[0].key])
    service.run_jobs()
    assert rows(service, served_items) == rows(service, shadow_answers) == 2


def test_no_more_is_kept_than_is_said(service: Any, two_models: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "AT_ONCE", 20)
    monkeypatch.setattr(served, "KEPT", 30)
    monkeypatch.setattr(served, "CONTENTS", 5)
    db = service.api.state.db
    two_models.set_stage(2, "shadow")
    for _ in range(3):
        two_models.predict(ITEMS)
        use.flush(db)
    assert rows(service, served_items) == 60
    db.write(trim_all)
    assert rows(service, served_items) == 30
    with_content = sa.select(served_items.c.id).where(served_items.c.content.is_not(None))
    assert len(db.read(lambda tx: tx.execute(with_content).all())) == 5


def test_without_a_shadow_no_content_is_kept(service: Any, two_models: Project) -> None:
    two_models.predict([*ITEMS[:2], {"text": "without a key"}])
    use.flush(service.api.state.db)
    found = service.db.read(lambda tx: tx.execute(sa.select(served_items)).all())
    assert [(one.key, one.content) for one in found] == [("k0", None), ("k1", None)]
