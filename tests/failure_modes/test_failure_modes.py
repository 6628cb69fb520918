"""Failure modes are found in a job, kept under a name, measured on every later model, and collected for."""

from typing import Any

import pytest
import sqlalchemy as sa
from planted_modes import PARCELS, messages_with_parcels
from sample_texts import texts

from labeler.client import ApiError, Project
from labeler.failure_modes.tables import failure_modes
from labeler.kit.outbox import outbox
from labeler.projects.access import find_project
from labeler.registry.artifacts import prune
from labeler.wire.failure_modes import FailureMode

LOOK = ("failure_modes.look",)


@pytest.fixture
def project(project: Project) -> Project:
    project.change(settings={"retrain_every": 1000, "model": "logistic_regression"})
    project.items.add(messages_with_parcels(), progress=False)
    return project


def trained(service: Any, project: Project) -> int:
    project.train()
    service.run_jobs()
    return int(project.models(1)[0].number)


def looked(service: Any, project: Project, model: int | None = None) -> list[FailureMode]:
    project.failure_modes.find(model)
    (done,) = service.run_jobs(kinds=LOOK)
    assert done.state == "done", done
    return project.failure_modes.all().found


@pytest.fixture
def found(service: Any, project: Project) -> FailureMode:
    trained(service, project)
    (only,) = looked(service, project)
    return only


def test_wrong_predictions_that_are_alike_are_found_and_rated_on_other_items(
    service: Any, project: Project, found: FailureMode
) -> None:
    told = service.db.read(lambda tx: tx.execute(sa.select(outbox).where(outbox.c.name == "failure_modes.found")).all())
    assert [(row.payload["model"], row.payload["found"] > 0) for row in told] == [(1, True)]
    assert {"parcel", "depot"} & set(found.words) and found.name is None
    assert 2 * PARCELS - 20 <= found.items <= 2 * PARCELS and PARCELS - 20 <= found.unlabeled <= PARCELS
    (rate,) = found.rates
    assert 10 <= rate.labels < PARCELS, "half of the holdout was looked at to find it"
    assert rate.wrong == rate.labels and rate.error.low is not None and rate.error.low > 0.5
    assert (rate.change, rate.gain.value) == ("first", None)
    look = project.failure_modes.all().looked
    assert look is not None and (look.model, look.why, look.by) == (1, None, "words")
    assert look.holdout_wrong >= PARCELS and look.trained > 0
    detail = project.failure_modes.get(found.id)
    assert detail.examples and {one.known_by for one in detail.examples} <= {"holdout", "cross_validated"}
    assert all(one.prediction["value"] != one.answer for one in detail.examples)
    refuses_what_is_not_there(project, found)


def refuses_what_is_not_there(project: Project, found: FailureMode) -> None:
    modes = project.failure_modes
    for call in (
        lambda: modes.get(10**6),
        lambda: modes.keep(10**6, "None"),
        lambda: modes.collect(10**6, 1),
        lambda: modes.stop(10**6),
        lambda: modes.remove(10**6),
        lambda: modes.find(77),
    ):
        with pytest.raises(ApiError) as refused:
            call()
        assert refused.value.status == 404
    for name in ("", "x" * 101, " "):
        with pytest.raises(ApiError) as refused:
            modes.keep(found.id, name)
        assert refused.value.status == 422
    modes.keep(found.id, "Parcels")
    modes.keep(found.id, "Parcels")
    assert modes.keep(found.id, "Fees").name == "Fees"


def test_a_kept_one_is_followed_and_later_models_tell_whether_it_shrank(
    service: Any, project: Project, found: FailureMode
) -> None:
    kept = project.failure_modes.keep(found.id, "Parcels")
    assert (kept.name, kept.kept_by) == ("Parcels", "Admin 1")
    assert looked(service, project) == [], "what is kept is not found again"
    second = trained(service, project)
    (now,) = project.failure_modes
    assert [one.model for one in now.rates] == [1, second]
    assert now.rates[1].change == "unknown", "nothing was learned"
    assert now.rates[1].gain.low is not None and now.rates[1].gain.low < 0 < now.rates[1].gain.high
    project.label_many({f"p{number}": "spam" for number in range(PARCELS, 2 * PARCELS)})
    third = trained(service, project)
    (now,) = project.failure_modes
    assert [one.change for one in now.rates] == ["first", "unknown", "shrank"]
    assert now.rates[-1].model == third and now.rates[-1].wrong == 0
    assert now.rates[-1].gain.low > 0 and now.rates[-1].error.high < 0.5, "never without its interval"
    project.failure_modes.remove(now.id)
    assert list(project.failure_modes) == []


def test_collected_items_get_a_share_of_the_next_batches_and_a_third_of_them_judges(
    service: Any, project: Project, found: FailureMode
) -> None:
    with pytest.raises(ApiError, match="name first"):
        project.failure_modes.collect(found.id, 12)
    project.failure_modes.keep(found.id, "Parcels")
    begun = project.failure_modes.collect(found.id, 12)
    assert begun.collecting is not None
    assert (begun.collecting.state, begun.collecting.wanted, begun.collecting.collected) == ("running", 12, 0)
    with pytest.raises(ApiError, match="Stop that first"):
        project.failure_modes.collect(found.id, 5)
    project.items.add([{"key": f"other{n}", "text": f"quite another thing {n}"} for n in range(60)], progress=False)
    trained(service, project)  # another ranking has them, too
    while (now := project.failure_modes.get(found.id).collecting) is not None and now.collected < 6:
        batch = project.queue.next(10)
        assert batch, "what is wanted is in the queue"
        project.label_many({item.key: "spam" for item in batch})
    assert now is not None and now.wanted == 12 and now.collected >= 6
    model = project.model(trained(service, project))
    done = project.failure_modes.get(found.id)
    assert done.collecting is not None and done.collecting.held_back >= 1
    assert len(model.config["withheld"]) == done.collecting.held_back, "these are not trained on"
    first, *_, last = done.rates
    assert last.labels == first.labels > found.rates[0].labels, "and judge the first model, too"
    if done.collecting.state == "running":
        stopped = project.failure_modes.stop(found.id).collecting
        assert stopped is not None and (stopped.state, stopped.gone) == ("stopped", 0)
    collects_as_many_as_there_are(service, project, done)


def collects_as_many_as_there_are(service: Any, project: Project, found: FailureMode) -> None:
    with pytest.raises(ApiError, match="Nothing is collected"):
        project.failure_modes.stop(found.id)
    left = len(list(project.items.find(q="parcel", unlabeled=True, split="train")))
    begun = project.failure_modes.collect(found.id, 500).collecting
    assert begun is not None and begun.wanted - begun.collected <= left
    gone = [item.key for item in project.items.find(q="parcel", unlabeled=True, split="train")][:2]
    project.items.remove(keys=gone)
    service.run_jobs(kinds=("items.remove",))
    now = project.failure_modes.get(found.id).collecting
    assert now is not None and now.gone == 2
    stopped = project.failure_modes.stop(found.id).collecting
    assert stopped is not None and stopped.state == "stopped"
    project.failure_modes.remove(found.id)
    assert project.failure_modes.all().kept == []


def test_a_label_is_merged_an_item_removed_and_a_model_pruned(
    service: Any, project: Project, found: FailureMode
) -> None:
    project.failure_modes.keep(found.id, "Parcels")
    shown = [one.key for one in project.failure_modes.get(found.id).examples]
    project.items.remove(keys=shown[:1])
    service.run_jobs()
    assert shown[0] not in [one.key for one in project.failure_modes.get(found.id).examples]
    project.change_schema(labels=["junk", "ham"], mapping={"spam": "junk"}, reason="shorter")
    service.run_jobs()
    second = trained(service, project)
    (now,) = project.failure_modes
    assert now.rates[-1].model == second and now.rates[-1].wrong > 0, "it is followed over schemas"
    first = project.failure_modes.get(found.id)
    assert {one.answer for one in first.examples} <= {"junk", "ham"}
    project_id = service.db.read(find_project, project.slug).id
    prune(service.settings, project_id, {second})
    with pytest.raises(ApiError, match="Reproduce"):
        project.failure_modes.find(1)
    assert trained(service, project) > second
    rated = [one.model for one in next(iter(project.failure_modes)).rates]
    assert {1, second} < set(rated), "what was measured stays"
    gone = {"kind": "sentences", "sha256": "0" * 64, "center": []}
    service.db.write(lambda tx: tx.execute(sa.update(failure_modes).values(space=gone)))
    last = trained(service, project)
    (now,) = project.failure_modes
    assert (now.rates[-1].model, now.rates[-1].why, now.rates[-1].error.value) == (last, "other_vectors", None)
    assert now.rates[-1].change == "unknown"


@pytest.mark.one_database
def test_without_enough_wrong_predictions_it_says_why_nothing_is_found(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("Few", labels=["spam", "ham"], model="logistic_regression")
    with pytest.raises(ApiError, match="no model yet"):
        project.failure_modes.find()
    rows = [{**row, "label": row["metadata"]["truth"], "split": "train"} for row in texts(30)]
    held = [{**row, "label": row["metadata"]["truth"], "split": "holdout"} for row in texts(20, 30)]
    wrong = [{**row, "key": f"w{row['key']}", "label": "ham", "split": "holdout"} for row in texts(3)]
    for part, why in ((rows, "no_mistakes"), (held, "no_mistakes"), (wrong, "few_mistakes")):
        project.items.add(part, progress=False)
        trained(service, project)
        assert looked(service, project) == []
        look = project.failure_modes.all().looked
        assert look is not None and look.why == why, look
    assert (look.holdout, look.holdout_wrong) == (23, 3)
