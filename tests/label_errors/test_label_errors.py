"""Likely label errors: found in a job, listed worst first, sent back without the answer, and what came of it."""

from collections.abc import Callable
from typing import Any

import pytest
from sample_texts import texts

from labeler.client import ApiError, Project

FIND = ("label_errors.find",)
BEGIN = ("campaigns.start",)
WRONG = ("m7", "m20", "m33", "m46", "m59", "m72")


def truth(row: dict[str, Any]) -> str:
    return str(row["metadata"]["truth"])


def other(label: str) -> str:
    return "ham" if label == "spam" else "spam"


@pytest.fixture
def mislabeled(service: Any, project: Project) -> dict[str, str]:
    """120 items with answers, six of them wrong. Returns what is true."""
    rows = texts(120)
    given = [{**row, "label": other(truth(row)) if row["key"] in WRONG else truth(row)} for row in rows]
    project.items.add(given, progress=False)
    return {row["key"]: truth(row) for row in rows}


@pytest.fixture
def find(service: Any, project: Project) -> Callable[[], dict[str, Any]]:
    def run() -> dict[str, Any]:
        project.label_errors.find()
        done = service.run_jobs(kinds=FIND)
        assert [row.state for row in done] == ["done"], done
        return dict(done[0].result)

    return run


def test_planted_errors_are_listed_worst_first_with_what_the_model_says(
    project: Project, mislabeled: dict[str, str], find: Callable[[], dict[str, Any]]
) -> None:
    assert project.label_errors.page().looked is None
    assert find()["wrong"] == len(WRONG)
    page = project.label_errors.page(kind="wrong")
    assert page.looked is not None and (page.looked.answers, page.looked.wrong, page.looked.why) == (120, 6, None)
    assert {one.key for one in page.items} == set(WRONG)
    scores = [one.score for one in project.label_errors]
    assert scores == sorted(scores, reverse=True)
    worst = page.items[0]
    assert worst.said is not None and worst.said["value"] == mislabeled[worst.key] != worst.value
    assert worst.near and all(near.cosine > 0 and near.content["text"] for near in worst.near)
    first, second = (project.label_errors.page(kind="wrong", limit=n).items for n in (2, 4))
    assert [one.key for one in second][:2] == [one.key for one in first]
    cursor = project.label_errors.page(kind="wrong", limit=4).next_cursor
    assert len(project.label_errors.page(cursor, kind="wrong", limit=4).items) == 2


def test_an_answer_that_was_corrected_is_listed_no_more_and_a_new_look_replaces_the_old(
    service: Any, project: Project, mislabeled: dict[str, str], find: Callable[[], dict[str, Any]]
) -> None:
    find()
    project.label("m7", mislabeled["m7"])
    project.items.remove(keys=["m20"])
    service.run_jobs(kinds=("items.remove",))
    assert {row.item_key: row.value for row in project.answers()}["m7"] == mislabeled["m7"]
    listed = {one.key for one in project.label_errors if one.kind == "wrong"}
    assert listed == set(WRONG) - {"m7", "m20"}
    assert find()["answers"] == 119
    assert {one.key for one in project.label_errors if one.kind == "wrong"} == set(WRONG) - {"m7", "m20"}


def test_they_are_sent_back_blind_and_it_is_told_how_many_were_wrong(
    service: Any,
    project: Project,
    labelers: list[Project],
    mislabeled: dict[str, str],
    find: Callable[[], dict[str, Any]],
) -> None:
    find()
    sent = project.label_errors.recheck(first=6, kind="wrong")
    assert (sent.to, sent.blind) == ("others", True)
    service.run_jobs(kinds=BEGIN)
    held = labelers[0].queue.next(20)
    assert {item.key for item in held} == set(WRONG) and all(item.suggestion is None for item in held)
    page = project.label_errors.page(kind="wrong")
    assert {one.campaign for one in page.items} == {sent.id} and page.rechecks.items[0].sent == 6
    assert project.label_errors.page(kind="wrong", unsent=True).items == []
    for number, item in enumerate(held):
        labelers[0].label(item, mislabeled[item.key] if number else other(mislabeled[item.key]))
    told = project.label_errors.page().rechecks
    assert (told.total.answered, told.total.changed) == (6, 5)
    low, share, high = told.total.share.low, told.total.share.value, told.total.share.high
    assert low is not None and share is not None and high is not None and low < share < high
    assert [(row.kind, row.result.changed) for row in told.by_kind] == [("wrong", 5)]
    assert (told.items[0].campaign, told.items[0].state, told.items[0].result.answered) == (sent.id, "ended", 6)
    find()  # two people have looked at these: nobody is asked a third time
    assert not {one.key for one in project.label_errors} & set(WRONG)
    with pytest.raises(ApiError, match="left to send back"):
        project.label_errors.recheck(first=5, kind="wrong")


def test_as_many_items_are_sent_as_are_asked_for_though_one_is_suspected_of_several(
    service: Any, project: Project, labelers: list[Project], mislabeled: Any, find: Callable[[], dict[str, Any]]
) -> None:
    find()
    suspected = [one.key for one in project.label_errors]
    assert len(set(suspected)) < len(suspected)
    most = len(set(suspected))
    assert project.label_errors.recheck(first=most, name="All").to == "others"
    service.run_jobs(kinds=BEGIN)
    assert project.label_errors.page().rechecks.items[0].sent == most


def test_where_there_is_nobody_else_the_same_person_is_asked_again(
    service: Any, project: Project, find: Callable[[], dict[str, Any]]
) -> None:
    project.items.add(rows := texts(60), progress=False)
    wrong = set(WRONG) & {row["key"] for row in rows}
    project.label_many({row["key"]: other(truth(row)) if row["key"] in wrong else truth(row) for row in rows})
    find()
    sent = project.label_errors.recheck(keys=sorted(wrong))
    assert sent.to == "same"
    service.run_jobs(kinds=BEGIN)
    assert {item.key for item in project.queue.next(20)} == wrong


def test_what_can_not_be_judged_says_why(project: Project, find: Callable[[], dict[str, Any]]) -> None:
    assert find() == {"answers": 0, "wrong": 0, "duplicate": 0, "outlier": 0, "why": None}
    project.items.add([{**row, "label": "spam"} for row in texts(3)], progress=False)
    assert "two labels" in find()["why"]
    looked = project.label_errors.page().looked
    assert looked is not None and looked.answers == 3 and "two labels" in str(looked.why)
    with pytest.raises(ApiError, match="left to send back"):
        project.label_errors.recheck(first=3)
    with pytest.raises(ApiError, match="give keys, or first"):
        project.label_errors.recheck()
    with pytest.raises(ApiError, match="nothing to ask again"):
        project.label_errors.recheck(keys=["no such item"])


@pytest.mark.parametrize("task", ["multi_choice", "rating"])
def test_sets_of_labels_and_ratings_are_looked_at_too(service: Any, admin: Any, task: str) -> None:
    parts: dict[str, Any] = {"scale": {"min": 1, "max": 5}} if task == "rating" else {"labels": ["spam", "ham"]}
    project = admin.client.projects.create("P", task_type=task, **parts)
    project.items.add(rows := texts(120), progress=False)

    def answer(row: dict[str, Any]) -> Any:
        label = other(truth(row)) if row["key"] in WRONG else truth(row)
        return (5 if label == "spam" else 1) if task == "rating" else [label]

    project.label_many({row["key"]: answer(row) for row in rows})
    project.label_errors.find()
    service.run_jobs(kinds=FIND)
    found = [one for one in project.label_errors if one.kind == "wrong"]
    assert {one.key for one in found} == set(WRONG)
    assert all(one.said is not None and one.said["value"] != one.value for one in found)


def test_it_is_looked_by_itself_after_a_training_and_again_when_enough_is_new(
    service: Any, project: Project, mislabeled: dict[str, str]
) -> None:
    def looks() -> int:
        return [row.kind for row in service.run_jobs()].count("label_errors.find")

    assert looks() == 1 and project.label_errors.page().looked is not None
    project.train()
    assert looks() == 0
    project.items.add([{**row, "label": truth(row)} for row in texts(40, start=120)], progress=False)
    assert looks() == 1
