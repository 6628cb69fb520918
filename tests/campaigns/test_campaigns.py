"""Campaigns: answered items are asked again, before everything else, of the right people, once."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import ApiError, Project
from labeler.wire.campaigns import CampaignDetail

Begin = Callable[..., CampaignDetail]


def keys(labeler: Project, n: int = 20) -> list[str]:
    return sorted(item.key for item in labeler.queue.next(n))


def test_the_same_people_are_asked_again_and_their_new_label_supersedes(
    project: Project, labeled: list[Project], begin: Begin
) -> None:
    one, other = labeled
    told = project.campaigns.plan(label="spam")
    assert (told.items, told.labels, told.unasked) == (4, 4, 0)
    assert {share.labeler.id: share.labels for share in told.of} == {person.id: 2 for person in told.people}
    assert told.seconds == 4 and told.hours == pytest.approx(16 / 3600)
    assert told.hours_between is not None and told.hours_between[0] <= told.hours <= told.hours_between[1]
    running = begin(label="spam")
    assert (running.state, running.items, running.done, running.left) == ("running", 4, 0, 4)
    held = one.queue.next(20)
    assert sorted(item.key for item in held) == ["m0", "m2"] and keys(other) == ["m4", "m6"]
    assert all(item.campaign == running.id and item.suggestion is None for item in held)
    one.label(held[0], "ham")
    again = {row.item_key: row for row in project.answers()}[held[0].key]
    assert again.value == "ham" and len(again.labels) == 1
    given = [entry["value"] for entry in project.client.get(f"{project.path}/items/{held[0].key}/history")["items"]]
    assert given == ["spam", "ham"]
    one.label(held[1], "spam")
    for item in other.queue.next(20):
        other.label(item, "spam")
    done = project.campaigns.get(running.id)
    assert (done.state, done.done, done.left, done.ended_by) == ("ended", 4, 0, None)
    assert keys(one) == [] and keys(other) == []
    report = done.report
    assert (report.total.answered, report.total.changed) == (4, 1)
    assert report.total.share.low == pytest.approx(0.0456, abs=1e-3) and report.total.share.value == 0.25
    changes = [(line.before, line.now, line.labels) for line in report.changes]
    assert changes == [("spam", "spam", 3), ("spam", "ham", 1)]
    assert [(line.label, line.answered, line.changed) for line in report.by_label] == [("spam", 4, 1)]
    assert [(line.answered, line.changed) for line in report.by_labeler] == [(2, 1), (2, 0)]
    assert report.by_labeler == report.of


def test_nobody_waits_for_a_simulated_labeler(
    service: Any, project: Project, labeled: list[Project], begin: Begin
) -> None:
    someone = service.join(project, service.person(kind="simulated"))
    machine = someone.client.projects.get(project.slug)
    project.change(settings={"counting": ["person", "simulated"], "overlap": 2})
    machine.label("m1", "ham")
    running = begin(keys=["m1"])
    assert running.left == 2
    for person in labeled:
        for held in person.queue.next(20):
            person.label(held, "spam")
    done = project.campaigns.get(running.id)
    assert (done.state, done.left) == ("ended", 0)


def test_others_answer_what_they_have_not_labeled_and_both_labels_count(
    service: Any, project: Project, labeled: list[Project], begin: Begin
) -> None:
    begin(all=True, to="others")
    one, other = labeled
    assert keys(one, 4) == ["m4", "m5", "m6", "m7"]
    assert keys(project) == ["m0", "m1", "m2", "m3"]  # the manager is somebody else, too
    assert keys(other) == []
    one.label("m4", "ham")
    answer = {row.item_key: row for row in project.answers()}["m4"]
    assert sorted(label.value for label in answer.labels) == ["ham", "spam"] and answer.confidence == 0.5
    project.label("m4", "ham")
    told = project.campaigns.plan(keys=["m4", "m5"], to="others")
    assert (told.items, told.labels, told.unasked) == (2, 1, 1)  # everybody has labeled one of them


def test_named_people_are_asked_also_about_their_own_labels(
    service: Any, project: Project, labeled: list[Project], begin: Begin
) -> None:
    me = project.client.me().user.id
    one = service.join(project, service.person("labeler"))
    expert = one.client.projects.get(project.slug)
    begin(keys=["m1", "m5", "m3"], to=[one.id])
    assert [item.key for item in expert.queue.next(5)] == ["m1", "m5", "m3"]
    assert keys(labeled[0]) == [] == keys(project)
    with pytest.raises(ApiError, match="nobody who labels"):
        project.campaigns.plan(all=True, to=[me, 10**6])


def test_what_is_selected(service: Any, project: Project, labeled: list[Project], begin: Begin) -> None:
    one, other = labeled
    me = {name: labeler.client.me().user.id for name, labeler in (("one", one), ("other", other))}
    project.guidelines.publish("# One")
    for labeler in labeled:
        labeler.guidelines.acknowledge(1)
    one.label("m0", "spam")
    other.label("m0", "ham")
    other.flag("m5", "Ambiguous")

    def selected(**asked: Any) -> tuple[int, int]:
        told = project.campaigns.plan(**asked)
        return told.items, told.labels

    assert selected(all=True) == (8, 9)
    assert selected(labeler=me["one"]) == (4, 4)
    assert selected(labeler=me["other"]) == (5, 5)
    assert selected(guideline_version=1) == (1, 2)
    assert selected(guideline_before=1) == (7, 7)
    assert selected(schema_version=1) == (8, 9)
    assert selected(flagged=True) == (1, 1)
    assert selected(disagreeing=True) == (1, 2)
    assert selected(label=["ham", "spam"], labeler=me["other"]) == (5, 5)
    assert selected(keys=["m1", "m7", "unknown"]) == (2, 2)
    for wanted, reason in (
        ({"comparable_to": "m0"}, "no model yet"),
        ({"model_disagrees": True}, "no model yet"),
        ({"label": "egg"}, "not a label of this project"),
        ({}, "say which items"),
    ):
        with pytest.raises(ApiError, match=reason):
            project.campaigns.plan(**wanted)
    with pytest.raises(ApiError, match="No answered item is selected"):
        project.campaigns.start("None", keys=["unknown"])


def test_what_a_model_tells_is_selected(service: Any, project: Project, begin: Begin) -> None:
    said = {"spam": "win a prize now", "ham": "see you at home"}
    rows = [{"key": f"k{n}", "text": f"{said[name]} {n}", "label": name} for n in range(30) for name in said]
    rows = [{**row, "key": f"k{n}"} for n, row in enumerate(rows)]
    project.items.add([*rows, {"key": "odd", "text": "win a prize now 99", "label": "ham"}], progress=False)
    service.run_jobs()
    assert project.models()
    assert project.campaigns.plan(model_disagrees=True).items >= 1
    asked = begin(comparable_to="k0", nearest=5, label="spam")
    assert 1 <= asked.items <= 5
    # Who brought the labels is asked nothing: somebody else is.
    held = project.queue.next(10)
    assert len(held) == asked.items and {item.campaign for item in held} == {asked.id}
    for item in held:
        project.label(item, "ham")
    service.run_jobs()
    done = project.campaigns.get(asked.id)
    assert done.state == "ended" and done.report.total.share.value == 1
    assert done.report.model_before is not None and done.report.model_before.number == 1
    project.train()
    service.run_jobs()
    after = project.campaigns.get(asked.id).report.model_after
    assert after is not None and after.number > 1


def test_a_campaign_that_is_not_blind_suggests_the_old_answer(
    project: Project, labeled: list[Project], begin: Begin
) -> None:
    begin(keys=["m1"], blind=False)
    (item,) = labeled[0].queue.next(1)
    assert item.suggestion is not None and item.suggestion["value"] == "ham"


def test_an_undone_answer_is_asked_again_and_a_corrected_one_counts_as_corrected(
    project: Project, labeled: list[Project], begin: Begin
) -> None:
    running = begin(label="spam", to="others")
    one = labeled[0]
    (item,) = one.queue.next(1)
    undone = one.undo(one.label(item, "ham").label.id)
    assert undone.item is not None and undone.item.key == item.key and undone.item.campaign == running.id
    assert project.campaigns.get(running.id).left == 4
    one.label(item.key, "ham")
    one.label(item.key, "spam")
    told = project.campaigns.get(running.id)
    assert (told.done, told.report.total.changed) == (1, 0)


def test_what_is_put_aside_comes_back_when_nothing_else_is_left(
    project: Project, labeled: list[Project], begin: Begin
) -> None:
    begin(keys=["m0", "m1"])
    one = labeled[0]
    (first,) = one.queue.next(1)
    one.skip(first, "Not clear")
    assert [item.key for item in one.queue.next(5)] == ["m1", "m0"]


def test_who_leaves_is_not_waited_for_and_removed_items_are_not_asked(
    service: Any, project: Project, labeled: list[Project], begin: Begin
) -> None:
    running = begin(all=True)
    gone = labeled[0].client.me().user.id
    project.members.remove(gone)
    assert keys(labeled[1], 20) == [f"m{n}" for n in range(8)]
    project.items.remove(keys=["m0", "m1", "m2"])
    service.run_jobs(kinds=("items.remove",))
    told = project.campaigns.get(running.id)
    assert (told.left, told.gone) == (5, 3)
    for item in labeled[1].queue.next(20):
        labeled[1].label(item, "spam")
    assert project.campaigns.get(running.id).state == "ended"


def test_a_campaign_is_ended_or_cancelled_by_hand(project: Project, labeled: list[Project], begin: Begin) -> None:
    first, second = begin(label="spam"), begin(label="ham")
    one = labeled[0]
    one.label("m0", "ham")
    ended = project.campaigns.end(first.id)
    assert (ended.state, ended.done, ended.left, ended.ended_by) == ("ended", 1, 3, project.client.me().user.name)
    assert keys(one) == ["m1", "m3"]  # the other one goes on
    one.queue.next(1, keep=[])
    assert project.campaigns.cancel(second.id).state == "cancelled"
    with pytest.raises(ApiError, match="has ended already"):
        project.campaigns.end(first.id)
    assert [campaign.state for campaign in project.campaigns] == ["cancelled", "ended"]
    told = {entry["action"] for entry in project.client.get("/audit")["items"]}
    assert {"campaign.created", "campaign.ended", "campaign.cancelled"} <= told


def test_an_answer_that_comes_while_a_campaign_begins_is_its_answer(
    service: Any, project: Project, labeled: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it comes between the look at the labels and the moment from which on they are asked for."""
    from labeler.campaigns import jobs

    real_rows = jobs._Asking.rows

    def rows(self: Any, tx: Any, *args: Any) -> Any:
        found = list(real_rows(self, tx, *args))
        labeled[0].label("m0", "ham")
        return found

    monkeypatch.setattr(jobs._Asking, "rows", rows)
    started = project.campaigns.start("Again", label="spam")
    service.run_jobs(kinds=("campaigns.start",))
    told = project.campaigns.get(started.id)
    assert (told.done, told.left, told.report.total.changed) == (1, 3, 1)
    assert keys(labeled[0]) == ["m2"]


def test_with_several_labels_an_item_everybody_is_asked_for_their_own_and_nobody_for_more(
    service: Any, admin: Any
) -> None:
    project = admin.client.projects.create("P", labels=["spam", "ham"], overlap=2)
    project.items.add([{"key": f"m{n}", "text": f"text number {n}"} for n in range(2)], progress=False)
    people = [service.join(project, service.person("labeler")) for _ in range(3)]
    one, other, third = (person.client.projects.get(project.slug) for person in people)
    for labeler in (one, other):
        labeler.label_many({"m0": "spam", "m1": "spam"})
    started = project.campaigns.start("Again", all=True)
    service.run_jobs(kinds=("campaigns.start",))
    assert project.campaigns.get(started.id).left == 4
    assert keys(one) == ["m0", "m1"] and keys(other) == keys(third) == []  # an item is held by one at a time
    one.label_many({"m0": "ham", "m1": "spam"})
    assert keys(one) == [] and keys(other) == ["m0", "m1"]
    other.label_many({"m0": "ham", "m1": "spam"})
    done = project.campaigns.get(started.id)
    assert (done.state, done.report.total.answered, done.report.total.changed) == ("ended", 4, 2)
    assert {row.item_key: (row.value, len(row.labels)) for row in project.answers()} == {
        "m0": ("ham", 2),
        "m1": ("spam", 2),
    }


def test_a_campaign_ends_while_others_are_still_asked(
    service: Any, admin: Any, project: Project, labeled: list[Project], begin: Begin
) -> None:
    one, other = labeled
    elsewhere = admin.client.projects.create("Elsewhere", labels=["spam", "ham"])
    elsewhere.items.add([{"key": "e", "text": "an item"}], progress=False)
    elsewhere.label("e", "ham")
    elsewhere.campaigns.start("Open", all=True)
    here = begin(label="ham")  # open, too, in the same project
    running = begin(label="spam")
    for labeler in (one, other):
        for item in labeler.queue.next(20):
            if item.campaign == running.id:
                labeler.label(item, "spam")
    assert project.campaigns.get(running.id).state == "ended"
    assert project.campaigns.get(here.id).state == "running"
