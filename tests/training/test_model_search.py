"""Searching for a project's model: asked for or by itself, stored, used by the next training, reproduced."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from labeler.client import ApiError, Project
from labeler.kit.jobs import engine
from labeler.kit.jobs.tables import jobs
from labeler.learning.model_selection import search as searching
from labeler.training import model_searches as searches
from labeler.training.jobs import model_search as search_job
from labeler.training.model_spec import ModelSpec, model_alone
from labeler.training.tables import model_searches

pytestmark = pytest.mark.one_database

Add = Callable[..., list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search itself is tested in tests/learning/test_search.py."""
    monkeypatch.setattr(searching, "_DRAWS", 1)
    monkeypatch.setattr(searching, "_NEARER", (0.2,))
    monkeypatch.setattr(search_job, "suited", lambda is_table: ["complement_nb"])


def challenger_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores under which complement naive Bayes with a small alpha is clearly best."""

    def scores(self: Any, candidate: Any, inside: Any, outside: Any) -> list[float]:
        good = candidate.model == "complement_nb" and candidate.params
        return [0.1 if good else 0.5, 0.9, 0.01]

    monkeypatch.setattr(searching._Search, "_fit", scores)


def label_by_truth(project: Project, n: int) -> None:
    done = 0
    while done < n and (held := project.queue.next(min(20, n - done))):
        project.label_many({item.key: item.metadata["truth"] for item in held})
        done += len(held)


def labeled(service: Any, project: Project, add_texts: Add, n: int = 80) -> None:
    add_texts(160)
    label_by_truth(project, n)
    project.train()
    service.run_jobs()


def of_kind(service: Any, kind: str, *states: str) -> list[Any]:
    found = sa.select(jobs).where(jobs.c.kind == kind, jobs.c.state.in_(states or ("queued",))).order_by(jobs.c.id)
    return list(service.db.read(lambda tx: tx.execute(found).all()))


def change(project: Project, **settings: Any) -> None:
    project.client.patch(project.path, json={"settings": settings})


def test_a_search_is_stored_and_shown(service: Any, project: Project, add_texts: Add) -> None:
    labeled(service, project, add_texts)
    assert project.last_search() is None
    job = project.search()
    assert project.client.get(f"{project.path}/search")["job"]["id"] == job.id
    service.run_jobs()
    assert job.refresh().state == "done" and project.client.get(f"{project.path}/search")["job"] is None
    found = project.last_search()
    assert found is not None and found.dataset == "v1" and found.seed == 0 and found.duration_s > 0
    models = {one.model for one in found.trials if one.final}
    assert models == {"pool_ensemble", "complement_nb"}
    assert found.labels == project.models()[0].trained_on
    assert job.row.result["model"] == found.model and found.reason


def test_the_holdout_is_never_searched_on(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    labeled(service, project, add_texts, 120)
    seen: list[int] = []
    real = search_job.search

    def spy(X: Any, y: Any, **more: Any) -> Any:
        seen.extend(more["pool"].positions.tolist())
        return real(X, y, **more)

    monkeypatch.setattr(search_job, "search", spy)
    project.search()
    service.run_jobs()
    held = {place for place, item in enumerate(project.items) if item.split == "holdout"}
    assert len(seen) > 50 and held and not held & set(seen)


@pytest.mark.parametrize(
    "by_dvc", [False, pytest.param(True, marks=pytest.mark.faults)], ids=["by the service", "by DVC"]
)
def test_the_choice_is_trained_recorded_and_reproduced(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch, dvc_repro: Any, by_dvc: bool
) -> None:
    labeled(service, project, add_texts)
    assert project.models()[0].config["model"] == "pool_ensemble"
    challenger_wins(monkeypatch)
    project.search()
    service.run_jobs()
    found, model = project.last_search(), project.models()[0]
    assert found is not None and not found.is_default and found.params
    assert model.number == 2 and model.config["model"] == "complement_nb"
    assert model.config["params"] == found.params and model.config["weights"] is None
    job = project.reproduce(2)
    service.run_jobs()
    assert job.refresh().result["identical"] is True
    if by_dvc:
        assert "identical: 160 predictions" in dvc_repro(project, 2)


def test_a_kept_default_trains_nothing_anew(service: Any, project: Project, add_texts: Add) -> None:
    labeled(service, project, add_texts)
    project.search()
    service.run_jobs()
    found = project.last_search()
    assert found is not None and found.is_default and len(project.models()) == 1


def test_a_project_can_name_its_model(service: Any, project: Project, add_texts: Add) -> None:
    labeled(service, project, add_texts)
    change(project, model="linear_svm")
    service.run_jobs()
    assert project.models()[0].config["model"] == "linear_svm" and project.queue.next()
    assert [one["name"] for one in project.client.get("/models")["items"]][:2] == ["auto", "pool_ensemble"]
    change(project, model="pool_ensemble")
    service.run_jobs()
    assert project.models()[0].config["model"] == "pool_ensemble"


def test_an_unknown_model_is_refused_with_those_that_exist(admin: Any, project: Project) -> None:
    with pytest.raises(ApiError, match='no model "oracle", there are: auto, ') as refused:
        change(project, model="oracle")
    assert refused.value.status == 422 and refused.value.errors[0]["pointer"] == "/settings/model"
    with pytest.raises(ApiError, match="no model"):
        admin.client.projects.create("Other", labels=["a", "b"], model="one_vs_rest")


def test_too_few_labels_are_told(service: Any, project: Project, add_texts: Add) -> None:
    labeled(service, project, add_texts, 20)
    job = project.search()
    service.run_jobs()
    assert job.refresh().state == "failed" and "a search needs 50 labels" in job.row.error
    assert project.last_search() is None


@pytest.mark.whole
def test_it_starts_by_itself_at_enough_labels_and_again_at_twice_as_many(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "FIRST", 60)
    challenger_wins(monkeypatch)
    add_texts(300)
    label_by_truth(project, 50)
    project.train()
    service.run_jobs()
    assert project.last_search() is None
    for labels, count in ((80, 1), (100, 1), (190, 2)):
        label_by_truth(project, labels - len([item for item in project.items if item.labels]))
        project.train()
        service.run_jobs()
        rows = service.db.read(lambda tx: tx.execute(sa.select(model_searches)).all())
        assert len(rows) == count


def test_an_automatic_search_that_was_cancelled_does_not_come_back_at_once(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "FIRST", 60)
    add_texts(200)
    label_by_truth(project, 80)
    project.train()
    monkeypatch.setattr(searches, "_enqueue", _held_back)
    service.run_jobs()
    (waiting,) = of_kind(service, "training.search")
    service.db.write(engine.cancel, waiting.id)
    label_by_truth(project, 10)
    project.train()
    service.run_jobs()
    assert of_kind(service, "training.search", "queued", "done") == []


def _held_back(tx: Any, project_id: int, args: dict[str, Any], created_by: int | None = None) -> int:
    """As the real one, in a lane that a job of the test's keeps busy."""
    row = {"kind": "test.busy", "args": {}, "state": "running", "lane": "search", "run_at": sa.func.abs(0)}
    now = sa.literal(0, sa.BigInteger)
    tx.execute(
        sa.insert(jobs).values(**row | {"run_at": now}, first_at=now, created_at=now, lease_until=sa.literal(2**60))
    )
    return engine.enqueue(tx, "training.search", args, project_id=project_id, dedup="search", lane="search")


def test_a_named_model_is_not_searched_for(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "FIRST", 30)
    change(project, model="linear_svm")
    labeled(service, project, add_texts, 60)
    assert project.models() and project.last_search() is None


def test_a_search_gives_way_and_goes_on_where_it_was(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    labeled(service, project, add_texts)
    asked: list[bool] = []

    def waiting(*_: Any) -> bool:
        asked.append(len(asked) == 4)
        return asked[-1]

    monkeypatch.setattr(engine, "others_wait", waiting)
    fits: list[str] = []
    real = searching._Search._fit
    monkeypatch.setattr(
        searching._Search, "_fit", lambda self, *a: fits.append(a[0].key + str(a[2].tolist())) or real(self, *a)
    )
    job = project.search()
    states = [row.state for row in service.run_jobs() if row.kind == "training.search"]
    assert states == ["queued", "done"] and job.refresh().row.attempt == 2
    assert len(fits) == len(set(fits)) and project.last_search() is not None


def test_what_was_measured_is_forgotten_when_the_pool_is_seen_anew(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    labeled(service, project, add_texts)
    asked: list[int] = []
    monkeypatch.setattr(engine, "others_wait", lambda *_: asked.append(1) or len(asked) == 4)
    known: list[int] = []
    real_search, real_see = search_job.search, search_job.represent

    def seen(*arguments: Any) -> Any:
        representation = real_see(*arguments)
        return replace(representation, config={**representation.config, "kind": "encoder"}) if known else representation

    def spy(*arguments: Any, **more: Any) -> Any:
        known.append(len(more["known"]))
        return real_search(*arguments, **more)

    monkeypatch.setattr(search_job, "represent", seen)
    monkeypatch.setattr(search_job, "search", spy)
    project.search()
    service.run_jobs()
    assert known == [0, 0] and project.last_search() is not None


def test_a_search_is_cancelled_like_any_job(service: Any, project: Project, add_texts: Add) -> None:
    labeled(service, project, add_texts)
    job = project.search()
    assert job.cancel().state == "cancelled"
    service.run_jobs()
    assert project.last_search() is None


def test_it_tells_how_far_it_is(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    labeled(service, project, add_texts)
    told: list[tuple[int, int]] = []
    real = engine.save

    def spy(tx: Any, job_id: int, attempt: int, saved: Any, *, done: int, total: int, message: str) -> None:
        told.append((done, total))
        real(tx, job_id, attempt, saved, done=done, total=total, message=message)

    monkeypatch.setattr(engine, "save", spy)
    project.search()
    service.run_jobs()
    assert len(told) > 8 and told == sorted(told) and told[-1][0] < told[-1][1]


def test_a_choice_holds_as_long_as_the_pool_is_seen_the_same() -> None:
    choice = ModelSpec("complement_nb", {"alpha": 0.1}, "projection")
    assert model_alone(choice, {"kind": "projection", "dimensions": 9}) == choice
    assert model_alone(choice, {"kind": "encoder", "sha256": "x"}) is None and model_alone(choice, None) is None
    assert model_alone(ModelSpec("linear_svm"), {"kind": "encoder"}) == ModelSpec("linear_svm")
    assert model_alone(ModelSpec("pool_ensemble"), None) is None and model_alone(None, None) is None


def test_every_search_of_the_service_waits_in_one_lane(service: Any, admin: Any, project: Project) -> None:
    other = admin.client.projects.create("Other", labels=["a", "b"])
    project.search()
    other.search()
    assert {row.lane for row in of_kind(service, "training.search")} == {"search"}
    assert engine.claim(service.db, "test/0/a") is None  # a second's delay: a training just asked for goes first


def test_scores_of_a_challenger_are_of_this_pool(service: Any, project: Project, add_texts: Add) -> None:
    labeled(service, project, add_texts)
    change(project, model="extra_trees")
    service.run_jobs()
    model = project.models()[0]
    assert model.config["model"] == "extra_trees" and np.isfinite(model.metrics["log_loss"]["value"])
    project.promote(model.number)
    assert project.predict(["win a free prize call now"])[0].value in ("spam", "ham")


def test_a_search_after_a_cancelled_one_is_made(service: Any, project: Project, add_texts: Add) -> None:
    labeled(service, project, add_texts)
    job = project.search()
    project.client.post(f"/jobs/{job.id}/cancel")
    service.run_jobs()
    assert project.last_search() is None
    project.search()
    service.run_jobs()
    assert project.last_search() is not None
