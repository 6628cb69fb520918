"""A language model's labels count for nothing until people, who don't see them, have shown how often they are right."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from language_models import Asked, Model, answering

from labeler.client import ApiError, Project
from labeler.items.tables import items
from labeler.llm.watch import watch_drift
from labeler.queue import blind_items
from labeler.queue.tables import blind_items as blind_table

RECOUNT = ("quality.recount",)
Add = Callable[..., list[dict[str, Any]]]


def right(text: str) -> str:
    return "ham" if any(word in text for word in ("lunch", "milk", "late", "meet", "home")) else "spam"


@pytest.fixture
def project(admin: Any) -> Project:
    """Without a holdout, whose items no language model is asked about."""
    made: Project = admin.client.projects.create("SMS", labels=["spam", "ham"], holdout_share=0)
    return made


@pytest.fixture
def texts(project: Project, add_texts: Add) -> dict[str, str]:
    return {row["key"]: row["text"] for row in add_texts(120)}


@pytest.fixture
def honest(model: Model) -> Model:
    model.says = lambda asked: answering(right(asked.item))
    return model


def add(project: Project, model: Model, **more: Any) -> Any:
    return project.add_llm_labeler("Model", model.endpoint, "small", per_minute=60_000, **more)


def ran(service: Any, project: Project, llm: Any, most: int) -> Any:
    project.llms.run(llm.id, most)
    done = service.run_jobs(kinds=("llm.run",))
    assert [(one.state, one.error) for one in done] == [("done", None)]
    return project.llms.get(llm.id)


def answer(project: Project, texts: dict[str, str], keys: Any, wrong: bool = False) -> None:
    other = {"spam": "ham", "ham": "spam"}
    said = {key: right(texts[key]) for key in keys}
    project.label_many({key: other[value] if wrong else value for key, value in said.items()})


def needed(service: Any) -> dict[str, int]:
    rows = service.db.read(lambda tx: tx.execute(sa.select(items.c.key, items.c.needed)).all())
    return {row.key: row.needed for row in rows}


def labeled(project: Project, source: str | None = None) -> list[str]:
    return [row.item_key for row in project.labels if row.kind == "llm" and source in (None, row.source)]


@pytest.mark.whole
def test_it_counts_only_after_it_passed_and_the_blind_share_never_does(
    service: Any, project: Project, texts: dict[str, str], honest: Model
) -> None:
    llm = add(project, honest, blind_share=0.5)
    now = ran(service, project, llm, 100)
    blind = labeled(project, "llm_blind")
    assert now.measured.waiting == len(blind) and 30 <= len(blind) <= 70
    with pytest.raises(ApiError, match="30 or more are needed") as refused:
        project.llms.change(llm.id, use="count")
    assert refused.value.status == 409 and set(needed(service).values()) == {1}
    answer(project, texts, blind[:-5])
    passed = project.llms.get(llm.id).measured
    assert (passed.accuracy.value, passed.judged, passed.waiting) == (1.0, len(blind) - 5, 5)
    assert [(one.label, one.found.value, one.right.value) for one in passed.by_label] == [
        ("spam", 1.0, 1.0),
        ("ham", 1.0, 1.0),
    ]
    assert passed.bar == 0.9 and passed.human_level is None and passed.replacement.stands_in is None
    if not passed.passes:  # the draw left too few for the usual bar
        project.llms.change(llm.id, bar=0.85)
    assert project.llms.change(llm.id, use="count").use == "count"
    service.run_jobs(kinds=RECOUNT)
    open_now = {key for key, n in needed(service).items() if n}
    assert set(blind[-5:]) <= open_now, "people are still asked for these"
    assert not set(labeled(project, "llm")) & open_now
    behind = {row.item_key: [label.kind for label in row.labels] for row in project.answers()}
    assert all(behind[key] == ["llm"] for key in labeled(project, "llm"))
    assert all(behind[key] == ["person"] for key in blind[:-5])
    assert project.progress().items.labeled == len(behind) == 95
    rest = [key for key in texts if key not in set(labeled(project))]
    ran(service, project, llm, 20)
    assert {key for key in rest if needed(service)[key] == 0} == set(labeled(project, "llm")) & set(rest)
    project.llms.change(llm.id, use="measure")
    service.run_jobs(kinds=RECOUNT)
    assert project.progress().items.labeled == len(blind) - 5


def test_once_it_passed_it_is_weighed_and_nobody_is_asked_less_for_it(
    service: Any, project: Project, texts: dict[str, str], honest: Model
) -> None:
    llm = add(project, honest, blind_share=0.5, bar=0.8)
    ran(service, project, llm, 110)
    with pytest.raises(ApiError, match="30 or more are needed"):
        project.llms.change(llm.id, use="weigh")
    blind = labeled(project, "llm_blind")
    answer(project, texts, blind[:-3])
    asked = needed(service)
    assert project.llms.change(llm.id, use="weigh").use == "weigh"
    service.run_jobs(kinds=("heuristics.answer",))
    found = {row.item_key: row for row in project.answers()}
    said = set(labeled(project, "llm"))
    assert set(found) == {*said, *blind[:-3]}, "what people are asked for to measure it is no answer"
    row = found[next(iter(said))]
    assert row.method in ("label_model", "rules_majority") and row.confidence > 0.7
    assert [(label.kind, label.labeler) for label in row.labels] == [("llm", "Model")]
    assert all(found[key].value == right(texts[key]) for key in said)
    assert needed(service) == asked and project.progress().items.labeled == len(blind) - 3
    project.llms.change(llm.id, model="larger")  # another one: measured again
    assert project.llms.get(llm.id).use == "measure"
    service.run_jobs(kinds=("heuristics.answer",))
    assert {row.item_key for row in project.answers()} == set(blind[:-3])


def test_another_prompt_or_model_is_measured_again(
    service: Any, project: Project, texts: dict[str, str], honest: Model
) -> None:
    llm = add(project, honest, blind_share=1.0, bar=0.8)
    ran(service, project, llm, 40)
    answer(project, texts, labeled(project))
    assert project.llms.change(llm.id, use="count").measured.passes
    changed = project.llms.change(llm.id, model="larger")
    assert (changed.use, changed.measured.judged, changed.measured.passes) == ("measure", 0, False)
    with pytest.raises(ApiError, match="People answered 0"):
        project.llms.change(llm.id, use="count")


def test_a_model_that_is_often_wrong_may_not_count_whatever_it_claims(
    service: Any, project: Project, texts: dict[str, str], model: Model
) -> None:
    model.says = lambda asked: answering("spam")
    llm = add(project, model, blind_share=1.0)
    ran(service, project, llm, 100)
    answer(project, texts, labeled(project))
    known = project.llms.get(llm.id).measured
    assert known.accuracy.high is not None and known.accuracy.high < 0.9 and not known.passes
    ham = next(one for one in known.by_label if one.label == "ham")
    assert (ham.said, ham.found.value) == (0, 0.0)
    with pytest.raises(ApiError, match="it may not count"):
        project.llms.change(llm.id, use="count")


def test_no_setting_lets_language_models_count(project: Project) -> None:
    with pytest.raises(ApiError) as refused:
        project.change(settings={"counting": ["person", "llm"]})
    assert refused.value.status == 422


def test_people_are_asked_for_the_blind_share_soon_and_never_see_what_it_said(
    service: Any,
    project: Project,
    texts: dict[str, str],
    honest: Model,
    labelers: list[Project],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project.change(settings={"show_suggestions": True, "unsuggested_share": 0})
    llm = add(project, honest, blind_share=0.2)
    ran(service, project, llm, 60)
    assert project.llms.change(llm.id, use="suggest").use == "suggest"
    ran(service, project, llm, 20)
    blind, shown = set(labeled(project, "llm_blind")), set(labeled(project, "llm"))
    monkeypatch.setattr(blind_items, "SHARE", 1.0)
    for person in labelers:
        (item,) = person.queue.next(1)
        assert item.key in blind and item.suggestion is None
        person.label(item, "spam")
    monkeypatch.setattr(blind_items, "SHARE", 0.0)
    rest = {item.key: item.suggestion for item in labelers[0].queue.next(50)}
    assert all((rest[key] is not None) == (key in shown) for key in rest) and shown & rest.keys()
    (some,) = {(one["model"], one["value"] == right(texts[key])) for key, one in rest.items() if one is not None}
    assert some == ("Model", True)
    waiting = service.db.read(lambda tx: tx.execute(sa.select(sa.func.count()).select_from(blind_table)).scalar())
    assert waiting == len(blind) - 2, "what a person answered is not asked again"
    assert [row.pick for row in project.labels if row.kind == "person"] == [{"by": "blind"}] * 2
    project.llms.change(llm.id, use="measure")
    labelers[0].queue.release(labelers[0].queue.next(50))
    assert all(item.suggestion is None for item in labelers[0].queue.next(50))


def test_a_model_that_agrees_less_than_before_is_paused(
    service: Any, project: Project, texts: dict[str, str], honest: Model
) -> None:
    llm = add(project, honest, blind_share=1.0)
    ran(service, project, llm, 60)
    answer(project, texts, labeled(project))
    service.db.write(watch_drift)
    assert not project.llms.get(llm.id).paused
    other = {"spam": "ham", "ham": "spam"}

    def worse(asked: Asked) -> Any:
        said = right(asked.item)
        return answering(other[said] if len(honest.asked) % 2 else said)

    honest.says = worse
    before = set(labeled(project))
    ran(service, project, llm, 32)
    answer(project, texts, set(labeled(project)) - before)
    service.db.write(watch_drift)
    fallen = project.llms.get(llm.id)
    assert (fallen.paused, fallen.pause_reason) == (True, "drift") and fallen.measured.drift is not None
    assert fallen.measured.drift < -0.3


def test_it_is_measured_with_everybody_and_weighed_by_it(
    service: Any, project: Project, texts: dict[str, str], honest: Model, labelers: list[Project]
) -> None:
    """Its labels are held against people's by the estimate of answers, before and after they count."""
    project.change(settings={"overlap": 3, "answers": "one_coin"})
    service.run_jobs(kinds=RECOUNT)
    llm = add(project, honest, blind_share=0.5, bar=0.7)
    ran(service, project, llm, 100)
    keys = labeled(project, "llm_blind") + labeled(project, "llm")[:20]
    for person in (project, *labelers):
        answer(person, texts, keys, wrong=False)
    known = project.llms.get(llm.id).measured
    assert known.passes and known.replacement.stands_in is True and known.replacement.people == 3
    project.llms.change(llm.id, use="count")
    service.run_jobs(kinds=RECOUNT)
    service.run_jobs(kinds=("quality.estimate",))
    row = next(one for one in project.labelers().items if one.kind == "llm")
    assert row.accuracy.value is not None and row.accuracy.value > 0.9 and row.items >= len(keys)
    counted = {one.item_key: sorted(label.kind for label in one.labels) for one in project.answers()}
    assert counted[labeled(project, "llm")[0]] == ["llm", "person", "person", "person"]
    assert counted[labeled(project, "llm_blind")[0]] == ["person", "person", "person"]


def test_who_is_taken_out_of_the_project_labels_no_more(
    service: Any, project: Project, texts: dict[str, str], honest: Model
) -> None:
    llm = add(project, honest)
    project.client.delete(f"{project.path}/members/{llm.id}")
    assert project.llms.get(llm.id).pause_reason == "left"
    project.llms.delete(llm.id)
    assert list(project.llms) == []


def test_an_erased_project_leaves_nothing_of_its_language_models(
    service: Any, project: Project, texts: dict[str, str], honest: Model
) -> None:
    from labeler.kit.columns import metadata

    llm = add(project, honest, api_key="sk-very-secret-1234", blind_share=1.0)
    ran(service, project, llm, 5)
    project.delete(erase=True)
    assert [job.state for job in service.run_jobs(kinds=("projects.erase",))] == ["done"]
    for name in ("llm_labelers", "llm_prompts", "llm_asks", "blind_items"):
        counted = sa.select(sa.func.count()).select_from(metadata.tables[name])
        assert service.db.read(lambda tx, counted=counted: tx.execute(counted).scalar()) == 0
