"""Test cases: kept out of training, run on every model, and what they say stays with it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from labeler.accounts.tables import audit_events
from labeler.client import ApiError, Project
from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.registry.service import newest_model
from labeler.training import dvc_stage

Add = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def truth(project: Project, add_texts: Add) -> dict[str, str]:
    """The right answers of a project's items, of which 40 are labeled."""
    found = {row["key"]: row["metadata"]["truth"] for row in add_texts(100)}
    project.label_many({item.key: found[item.key] for item in project.queue.next(40)})
    return found


def trained(service: Any, project: Project) -> int:
    project.train()
    service.run_jobs()
    return int(project.models(1)[0].number)


def labeled(project: Project, split: str = "train") -> list[str]:
    return [item.key for item in project.items.find(labeled=True, split=split)]


def said(project: Project, keys: Sequence[str]) -> dict[str, Any]:
    """What the newest model says of these items."""
    return {key: (project.items.get(key).prediction or {})["value"] for key in keys}


def other(value: str) -> str:
    return "ham" if value == "spam" else "spam"


def test_its_items_are_not_trained_on(service: Any, project: Project, truth: dict[str, str], tmp_path: Path) -> None:
    before = project.model(trained(service, project))
    keys = labeled(project)[:3]
    project.test_cases.create("Three", {key: truth[key] for key in keys})
    after = project.model(trained(service, project))
    assert after.trained_on == before.trained_on - 3
    assert len(after.config["withheld"]) == 3
    (run,) = after.test_cases
    assert (run.items, run.right + run.wrong, run.learned) == (3, 3, 0)
    done = project.reproduce(after.number)
    service.run_jobs()
    assert done.refresh().result["identical"] is True, "a training that is done again leaves out the same"
    row = service.db.read(newest_model, project.info.id)
    version = service.db.read(find_version, project.info.id, row.version)
    (tmp_path / "model.json").write_bytes(orjson.dumps(row.config))
    with Version(service.settings, project.info.id, version).folder() as data:
        assert dvc_stage.main(data, tmp_path / "model.json", tmp_path / "model") == 0


def test_a_model_that_was_trained_on_an_item_proves_nothing_by_it(
    service: Any, project: Project, truth: dict[str, str]
) -> None:
    number = trained(service, project)
    seen, fresh = labeled(project)[0], next(item.key for item in project.items.find(unlabeled=True))
    made = project.test_cases.create("Both", {key: said(project, [key])[key] for key in (seen, fresh)})
    assert project.model(number).test_cases[0].why == "not_run"
    service.run_jobs()
    (run,) = project.model(number).test_cases
    assert (run.state, run.why, run.right, run.learned) == ("unknown", "undecided", 1, 1)
    told = {one.item_key: one.outcome for one in project.test_run(number, made.id).entries}
    assert told == {seen: "learned", fresh: "right"}
    assert project.test_cases.change(made.id, min_share=0.5).min_share == 0.5
    assert project.model(number).test_cases[0].state == "passes", "the bound of now decides"
    assert project.test_cases.change(made.id, name="Half", must_pass=False).name == "Half"
    assert [(one.name, one.must_pass) for one in project.model(number).test_cases] == [("Half", False)]


def test_a_failed_one_keeps_a_model_back_until_somebody_says_why(
    service: Any, project: Project, truth: dict[str, str]
) -> None:
    number = trained(service, project)
    fresh = [item.key for item in project.items.find(unlabeled=True)][:2]
    answers = said(project, fresh)
    project.test_cases.create("As it says", answers)
    wrong = project.test_cases.create("The opposite", {key: other(value) for key, value in answers.items()})
    loose = project.test_cases.create(
        "Nice to have", {key: other(value) for key, value in answers.items()}, must_pass=False
    )
    service.run_jobs()
    runs = project.model(number).test_cases
    assert [(one.name, one.state) for one in runs] == [
        ("The opposite", "fails"),
        ("Nice to have", "fails"),
        ("As it says", "passes"),
    ]
    with pytest.raises(ApiError) as refused:
        project.promote(number)
    assert refused.value.type == "requirements-not-met"
    assert refused.value.errors == [
        {
            "pointer": f"/test-cases/{wrong.id}",
            "detail": 'test case "The opposite": 0 of 2 right, all must be',
        }
    ]
    assert project.promote(number, "the old one is worse", override=True).stage == "live"
    kept = sa.select(audit_events.c.detail).where(audit_events.c.action == "model.override")
    (detail,) = service.db.read(lambda tx: tx.execute(kept).scalars().all())
    assert detail["unmet"] == ['test case "The opposite": 0 of 2 right, all must be']
    card = project.model_card(number)
    assert "## Test cases" in card and 'fails: test case "The opposite": 0 of 2 right' in card
    assert project.test_cases.get(loose.id).must_pass is False


def test_what_a_model_came_to_stays_with_it(service: Any, project: Project, truth: dict[str, str]) -> None:
    fresh = [item.key for item in project.items.find(unlabeled=True)][:2]
    made = project.test_cases.create("Two", {key: truth[key] for key in fresh})
    first = trained(service, project)
    before = project.test_run(first, made.id)
    assert before.right + before.wrong == 2
    project.test_cases.set_items(made.id, {fresh[0]: other(truth[fresh[0]])})
    assert project.model(first).test_cases[0].why == "outdated"
    service.run_jobs()
    again = project.test_run(first, made.id)
    assert (again.right, again.wrong) != (before.right, before.wrong)
    project.test_cases.remove(made.id)
    (left,) = project.model(first).test_cases
    assert left.removed and (left.right, left.wrong) == (again.right, again.wrong)
    project.promote(first)


def test_items_that_are_gone_and_answers_that_no_longer_exist_are_told(
    service: Any, project: Project, truth: dict[str, str]
) -> None:
    fresh = [item.key for item in project.items.find(unlabeled=True)]
    gone, spam = fresh[0], next(key for key in fresh[1:] if truth[key] == "spam")
    ham = next(key for key in fresh[1:] if truth[key] == "ham")
    made = project.test_cases.create("Fragile", {key: truth[key] for key in (gone, spam, ham)})
    project.items.remove(keys=[gone])
    service.run_jobs()
    project.change_schema(
        labels=["advertising", "fraud", "ham"], mapping={"spam": ["advertising", "fraud"]}, reason="finer"
    )
    service.run_jobs()
    states = {one.item_key: (one.state, one.value) for one in project.test_cases.get(made.id).entries}
    assert states[gone][0] == "gone" and states[spam] == ("changed", None) and states[ham] == ("ready", "ham")
    assert next(iter(project.test_cases)).broken == 2
    project.label_many({key: "fraud" for key in labeled(project) if truth[key] == "spam"})
    left = [item.key for item in project.items.find(unlabeled=True) if truth[item.key] == "spam"]
    project.label_many(dict.fromkeys(left[:10], "fraud"))
    (run,) = project.model(trained(service, project)).test_cases
    assert (run.gone, run.changed, run.right + run.wrong) == (1, 1, 1)
    assert (run.state, run.why) == (("unknown", "undecided") if run.right else ("fails", None))
    kept = project.test_cases.drop_items(made.id, [gone, spam])
    assert (kept.items, kept.broken) == (1, 0)
    empty = project.test_cases.drop_items(made.id, [ham])
    service.run_jobs()
    assert empty.items == 0 and project.models(1)[0].test_cases[0].why == "empty"


def test_a_renamed_label_is_read_by_its_new_name(service: Any, project: Project, truth: dict[str, str]) -> None:
    key = next(item.key for item in project.items.find(unlabeled=True) if truth[item.key] == "spam")
    made = project.test_cases.create("Renamed", {key: "spam"})
    project.change_schema(labels=["junk", "ham"], mapping={"spam": "junk"}, reason="shorter")
    (entry,) = project.test_cases.get(made.id).entries
    assert (entry.value, entry.state) == ("junk", "ready")
    (run,) = project.model(trained(service, project)).test_cases
    assert run.right + run.wrong == 1
    (told,) = project.test_run(project.models(1)[0].number, made.id).entries
    assert told.expected == "junk"


def test_bad_input_is_refused_row_by_row(project: Project, add_texts: Add) -> None:
    keys = [row["key"] for row in add_texts(3)]
    body = [
        {"item_key": keys[0], "value": "spam"},
        {"item_key": keys[1], "value": "spma"},
        {"item_key": "nobody", "value": "spam"},
        {"item_key": keys[0], "value": "ham"},
    ]
    with pytest.raises(ApiError) as refused:
        project.client.post(project.test_cases.path, json={"name": "Bad", "items": body})
    assert [one["pointer"] for one in refused.value.errors] == [
        "/items/1/value",
        "/items/2/item_key",
        "/items/3/item_key",
    ]
    assert "expected one of spam, ham" in refused.value.errors[0]["detail"]
    project.test_cases.create("Good", {keys[0]: "spam"})
    with pytest.raises(ApiError) as taken:
        project.test_cases.create("Good", {keys[1]: "spam"})
    assert taken.value.status == 409
    for items, share in (([], 1), (body[:1], 0)):
        with pytest.raises(ApiError) as empty:
            project.client.post(project.test_cases.path, json={"name": "None", "items": items, "min_share": share})
        assert empty.value.status == 422
    with pytest.raises(ApiError) as unknown:
        project.test_cases.get(999)
    assert unknown.value.status == 404
    with pytest.raises(ApiError) as absent:
        project.test_cases.drop_items(project.test_cases.having(keys[0])[0].id, [keys[2]])
    assert absent.value.status == 404


def test_a_test_case_that_changes_while_a_model_is_trained_is_run_again(
    service: Any, project: Project, truth: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from labeler.training.jobs import train

    fresh = [item.key for item in project.items.find(unlabeled=True)][:2]
    made = project.test_cases.create("Moving", {fresh[0]: truth[fresh[0]]})
    picks = train.picks

    def meanwhile(*given: Any) -> Any:
        project.test_cases.set_items(made.id, {fresh[1]: truth[fresh[1]]})
        return picks(*given)

    monkeypatch.setattr(train, "picks", meanwhile)
    number = trained(service, project)
    (run,) = project.model(number).test_cases
    assert (run.why, run.items) == (None, 2)


def test_a_pruned_model_is_not_run(service: Any, project: Project, truth: dict[str, str], settings: Any) -> None:
    number = trained(service, project)
    key = next(item.key for item in project.items.find(unlabeled=True))
    project.test_cases.create("Late", {key: truth[key]})
    for path in Path(settings.home / "models").rglob("proba.npy"):
        path.unlink()
    job = project.check(number)
    service.run_jobs()
    assert job.refresh().state == "failed" and "pruned" in job.refresh().row.error
    assert project.model(number).test_cases[0].why == "not_run"
    with pytest.raises(ApiError):
        project.promote(number)
