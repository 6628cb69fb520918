"""A label that is split: its answers stay, its items are open, and a campaign asks them again by meaning."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import ApiError, Project

SAID = ["win a cash prize", "cheap pills online", "see you at home"]
HINTS = {"prize": {"words": ["cash prize"]}, "pharma": {"items": ["m1"]}}


@pytest.fixture
def told(project: Project, labelers: list[Project]) -> list[Project]:
    """m0 to m8: prizes, pills and what is no spam by turns; the first labeler has the first six, the other the rest."""
    project.items.add([{"key": f"m{n}", "text": f"{SAID[n % 3]} {n}"} for n in range(10)], progress=False)
    for n in range(9):
        labelers[n // 6].label(f"m{n}", "ham" if n % 3 == 2 else "spam")
    return labelers


def split(project: Project, **more: Any) -> None:
    project.change_schema(labels=["prize", "pharma", "ham"], mapping={"spam": ["prize", "pharma"]}, **more)


def history(project: Project, key: str) -> list[Any]:
    return [entry["value"] for entry in project.client.get(f"{project.path}/items/{key}/history")["items"]]


def test_old_answers_stay_and_their_items_are_asked_of_the_same_people_nearest_first(
    service: Any, project: Project, told: list[Project]
) -> None:
    change = {"labels": ["prize", "pharma", "ham"], "mapping": {"spam": ["prize", "pharma"]}}
    planned = project.change_schema(**change, dry_run=True)
    assert [(one.from_, one.to, one.answers) for one in planned.touches] == [("spam", ["prize", "pharma"], 6)]
    looks = project.looks_like("spam", HINTS)
    assert (looks.answers, looks.looked_at, looks.unlike, looks.by) == (6, 6, 0, "words")
    assert {one.label: one.answers for one in looks.like} == {"prize": 3, "pharma": 3}
    assert looks.like[1].examples[0] == "m1"
    split(project, split_hints=HINTS, reason="they differ")
    assert {row.item_key: row.value for row in project.answers()} == {"m2": "ham", "m5": "ham", "m8": "ham"}
    assert history(project, "m0") == ["spam"]
    assert project.schemas()[0].mapping == {"spam": ["prize", "pharma"]}
    service.run_jobs(kinds=("campaigns.start",))
    (campaign,) = project.campaigns
    assert (campaign.name, campaign.state, campaign.items, campaign.labels) == ("spam → prize, pharma", "running", 6, 6)
    one, other = told
    held = [item.key for item in one.queue.next(4)]
    assert held[0] == "m1" and set(held) == {"m0", "m1", "m3", "m4"}
    assert {item.key for item in other.queue.next(2)} == {"m6", "m7"}
    for labeler in told:
        for item in labeler.queue.next(4):
            if item.campaign:
                labeler.label(item, ["prize", "pharma"][int(item.key[1:]) % 3])
    done = project.campaigns.get(campaign.id)
    assert (done.state, done.done) == ("ended", 6)
    changes = {(line.before, line.now): line.labels for line in done.report.changes}
    assert changes == {("spam", "prize"): 3, ("spam", "pharma"): 3}
    assert {line.label: (line.items, line.answered, line.same) for line in done.report.likely} == {
        "prize": (3, 3, 3),
        "pharma": (3, 3, 3),
    }
    assert history(project, "m1") == ["spam", "pharma"]


def test_an_item_of_a_split_that_somebody_else_answers_is_not_asked_twice(
    service: Any, project: Project, told: list[Project]
) -> None:
    split(project)
    service.run_jobs(kinds=("campaigns.start",))
    one, other = told
    other.label("m0", "prize")
    assert sorted(item.key for item in one.queue.next(3)) == ["m1", "m3", "m4"]
    (campaign,) = project.campaigns
    assert (campaign.done, campaign.left) == (1, 5)


def test_a_split_of_one_of_several_labels_asks_for_the_whole_answer(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("M", task_type="multi_choice", labels=["rain", "wind"])
    project.items.add([{"key": f"m{n}", "text": f"text {n}"} for n in range(3)], progress=False)
    for key, value in (("m0", ["rain", "wind"]), ("m1", ["rain"]), ("m2", ["wind"])):
        project.label(key, value)
    project.change_schema(labels=["rain", "drizzle", "wind"], mapping={"rain": ["rain", "drizzle"]})
    assert {row.item_key: row.value for row in project.answers()} == {"m0": ["wind"], "m2": ["wind"]}
    service.run_jobs(kinds=("campaigns.start",))
    held = project.queue.next(3)
    assert {item.key for item in held if item.campaign} == {"m0", "m1"}
    project.label("m0", ["drizzle", "wind"])
    project.label("m1", ["rain"])
    report = project.campaigns.get(held[0].campaign or 0).report
    assert {(tuple(line.before), tuple(line.now)) for line in report.changes} == {
        (("rain", "wind"), ("drizzle", "wind")),
        (("rain",), ("rain",)),
    }


def test_a_split_without_answers_begins_no_campaign(
    service: Any, project: Project, add_texts: Callable[..., Any]
) -> None:
    add_texts(3)
    split(project)
    service.run_jobs(kinds=("campaigns.start",))
    assert list(project.campaigns) == []
    with pytest.raises(ApiError, match="no item with key"):
        project.looks_like("ham", {"ham": {"items": ["unknown"]}})
