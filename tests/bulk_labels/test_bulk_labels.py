"""Items are labeled at once: the labels count when people who do not know the value say the same of a sample, else
never; and all of it can be taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from sample_texts import texts

from labeler.client import ApiError, Project
from labeler.wire.bulk_labels import BulkOut

LABEL, COUNT, BACK = ("bulk.label",), ("bulk.count",), ("bulk.take_back",)
Begin = Callable[..., BulkOut]


@pytest.fixture
def begin(service: Any, project: Project) -> Begin:
    """150 messages, of which a bulk calls those of a search spam; its sample is asked then."""
    project.change(settings={"holdout_share": 0.0})
    project.items.add(texts(150), progress=False)

    def run(check: int = 60, bar: float = 0.9, **which: Any) -> BulkOut:
        started = project.bulk_labels.start("spam", check=check, bar=bar, **(which or {"keys": keys(150)}))
        assert started.state == "starting"
        service.run_jobs(kinds=LABEL)
        return project.bulk_labels.get(started.id)

    return run


def keys(n: int) -> list[str]:
    return [f"m{number}" for number in range(n)]


def answer(labeler: Project, wrong: int, check: int) -> None:
    """Say of the sample what the bulk says, but for so many of them."""
    held = labeler.queue.next(50)
    for number in range(check):
        held = held or labeler.queue.next(50)
        labeler.label(held.pop(0), "ham" if number < wrong else "spam")


def answers(project: Project) -> dict[str, Any]:
    return {row.item_key: row for row in project.answers()}


def test_who_labels_the_sample_is_not_shown_the_value_nor_told_that_it_is_a_check(
    project: Project, labelers: list[Project], begin: Begin
) -> None:
    bulk = begin()
    assert (bulk.state, bulk.items, bulk.checked, bulk.share.value) == ("checking", 150, 0, None)
    held = labelers[0].queue.next(50)
    assert len(held) == 50 and all(item.suggestion is None and item.campaign is None for item in held)
    assert "spam" not in str([item.model_dump(exclude={"content", "metadata"}) for item in held])
    assert answers(project) == {}
    counted = project.items.get("m5").labels
    assert [(label.value, label.kind, label.labeler.name) for label in counted] == [("spam", "bulk", "Bulk labels")]
    assert project.progress().items.labeled == 0


def test_what_people_mostly_confirm_counts_and_is_nobodys_label(
    service: Any, project: Project, labelers: list[Project], begin: Begin
) -> None:
    bulk = begin()
    answer(labelers[0], wrong=1, check=59)
    now = project.bulk_labels.get(bulk.id)
    assert (now.state, now.checked, now.right) == ("checking", 59, 58)
    answer(labelers[0], wrong=0, check=1)
    done = project.bulk_labels.get(bulk.id)
    assert (done.state, done.checked, done.right) == ("counting", 60, 59)
    assert done.share.value == pytest.approx(59 / 60) and done.share.low is not None and done.share.low > 0.9
    service.run_jobs(kinds=COUNT)
    done = project.bulk_labels.get(bulk.id)
    assert (done.state, done.counted) == ("counted", 90)  # of the others people have said what they are
    found = answers(project)
    assert len(found) == 150 and [row.value for row in found.values()].count("ham") == 1
    kinds = sorted(label.kind for row in found.values() for label in row.labels)
    assert kinds == ["bulk"] * 90 + ["person"] * 60
    assert labelers[1].queue.next(5) == []
    key = next(key for key, row in found.items() if row.labels[0].kind == "bulk")
    labelers[0].label(key, "ham")  # who looks at one knows better
    assert answers(project)[key].value == "ham" and len(answers(project)[key].labels) == 1
    project.change(settings={"counting": ["person"]})
    service.run_jobs(kinds=("quality.recount",))
    assert len(answers(project)) == 150  # other kinds are counted again, these as their check said


def test_below_the_bar_none_ever_counts(service: Any, project: Project, labelers: list[Project], begin: Begin) -> None:
    bulk = begin(check=40)
    answer(labelers[0], wrong=12, check=40)  # 70 % right
    done = project.bulk_labels.get(bulk.id)
    assert (done.state, done.checked, done.right, done.counted) == ("refused", 40, 28, 0)
    assert done.share.low == pytest.approx(0.5457, abs=1e-3)
    service.run_jobs()
    assert len(answers(project)) == 40
    project.change(settings={"overlap": 2})
    service.run_jobs(kinds=("quality.recount",))
    assert len(answers(project)) == 40
    assert project.bulk_labels.get(bulk.id).state == "refused"


def test_all_of_it_is_taken_back(service: Any, project: Project, labelers: list[Project], begin: Begin) -> None:
    bulk = begin(check=40)
    answer(labelers[0], wrong=0, check=40)
    service.run_jobs(kinds=COUNT)
    assert len(answers(project)) == 150
    assert project.bulk_labels.undo(bulk.id).state == "taking_back"
    service.run_jobs(kinds=BACK)
    done = project.bulk_labels.get(bulk.id)
    assert (done.state, done.counted, done.checked) == ("taken_back", 0, 40)
    found = answers(project)
    assert len(found) == 40 and all(row.labels[0].kind == "person" for row in found.values())
    key = next(key for key in keys(150) if key not in found)
    assert [entry.kind for entry in project.items.history(key)] == ["label", "undo"]
    assert len(labelers[0].queue.next(50)) == 50  # they are asked again
    with pytest.raises(ApiError, match="taken back already"):
        project.bulk_labels.undo(bulk.id)
    again = begin(check=40)
    assert (again.state, again.items) == ("checking", 110)
    actions = {entry["action"] for entry in project.client.get("/audit")["items"]}
    assert {"bulk.created", "bulk.undone"} <= actions


def test_while_it_is_checked_it_is_taken_back_too_and_a_check_that_is_cancelled_counts_nothing(
    service: Any, project: Project, labelers: list[Project], begin: Begin
) -> None:
    bulk = begin(check=40)
    project.campaigns.cancel(bulk.campaign)
    assert project.bulk_labels.get(bulk.id).state == "refused"
    project.bulk_labels.undo(bulk.id)
    service.run_jobs(kinds=BACK)
    bulk = begin(check=40)
    answer(labelers[0], wrong=0, check=10)
    project.bulk_labels.undo(bulk.id)
    service.run_jobs(kinds=BACK)
    assert project.bulk_labels.get(bulk.id).state == "taken_back" and len(answers(project)) == 10
    started = project.bulk_labels.start("spam", check=40, keys=keys(150))
    project.bulk_labels.undo(started.id)  # before its job has begun
    service.run_jobs(kinds=(*LABEL, *BACK))
    assert project.bulk_labels.get(started.id).state == "taken_back" and len(answers(project)) == 10


def test_what_is_meant(service: Any, project: Project, begin: Begin) -> None:
    project.label_many({"m0": "spam", "m1": "ham"})
    told = project.bulk_labels.plan("spam", where={"q": "free prize"})
    assert (told.found, told.items, told.left_out, told.check) == (25, 24, 1, 60)
    assert project.bulk_labels.plan("spam", keys=["m0", "m2", "unknown"]).found == 2
    for which, reason in (
        ({"like": "m2"}, "no model yet"),
        ({"where": {}}, "without a condition"),
        ({}, "give one of"),
        ({"keys": keys(20)}, "label them one by one"),
        ({"keys": ["m0"]}, "Nothing is left to label"),
        ({"keys": keys(150), "check": 20}, "check 35"),
    ):
        with pytest.raises(ApiError, match=reason):
            project.bulk_labels.start("spam", **which)  # type: ignore[arg-type]
    with pytest.raises(ApiError, match="egg"):
        project.bulk_labels.start("egg", keys=keys(150))
    assert list(project.bulk_labels) == []
    bulk = begin(check=10, bar=0.7, where={"q": "free prize"})
    assert (bulk.items, bulk.asked) == (24, {"where": {"q": "free prize"}})
    assert project.bulk_labels.plan("ham", keys=keys(150)).items == 124


@pytest.mark.one_database
def test_items_like_one_are_labeled_and_the_holdout_is_left_to_people(service: Any, project: Project) -> None:
    rows = [{**row, "label": row["metadata"]["truth"]} if number < 60 else row for number, row in enumerate(texts(200))]
    project.items.add(rows, progress=False)
    service.run_jobs()
    told = project.bulk_labels.plan("spam", like="m60", n=100, check=5, bar=0.5)
    assert told.found > 50 and told.items < told.found
    bulk = project.bulk_labels.start("spam", like="m60", n=100, check=5, bar=0.5)
    service.run_jobs(kinds=LABEL)
    assert project.bulk_labels.get(bulk.id).asked == {"like": "m60", "n": 100}
    labeled = [item for item in project.items if any(label.kind == "bulk" for label in item.labels)]
    assert len(labeled) == told.items and {item.split for item in labeled} == {"train"}
