"""Assignments: certain people get open items first, or alone; nothing waits for good."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.campaigns import assign_jobs
from labeler.campaigns.answered import end_all_done
from labeler.campaigns.tables import campaigns
from labeler.client import ApiError, Project
from labeler.items.tables import items
from labeler.kit.jobs import engine
from labeler.labels.tables import labels
from labeler.queue.tables import leases
from labeler.wire.assignments import IDLE_DAYS, AssignmentOut
from labeler.wire.training import ScoreIn


class Killed(BaseException):
    """What ends a process does not let it go on."""


Begin = Callable[..., AssignmentOut]


@pytest.fixture
def people(project: Project, labelers: list[Project]) -> list[int]:
    """Ids of the two labelers, of a project without a holdout."""
    project.change(settings={"holdout_share": 0})
    return [labeler.client.me().user.id for labeler in labelers]


@pytest.fixture
def assign(service: Any, project: Project) -> Begin:
    """Assign items, and let the job write down which."""

    def run(to: list[int], **which: Any) -> AssignmentOut:
        started = project.assignments.start(to, **which)
        assert started.state == "starting"
        service.run_jobs(kinds=("campaigns.assign",))
        return project.assignments.get(started.id)

    return run


def keys(labeler: Project, n: int = 50) -> set[str]:
    return {item.key for item in labeler.queue.next(n)}


def texts(*numbers: int) -> list[str]:
    return [f"m{number}" for number in numbers]


def test_they_get_them_first_in_the_order_given_and_then_the_others(
    project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    add_texts(20)
    mine = labelers[0]
    running = assign(people[:1], keys=texts(7, 3, 11))
    assert (running.state, running.items, running.done, running.open) == ("running", 3, 0, 3)
    held = mine.queue.next(5)
    assert [item.key for item in held[:3]] == texts(7, 3, 11) and len(held) == 5
    mine.label(held[0], "ham")
    mine.label(held[1], "spam")
    told = project.assignments.get(running.id)
    assert (told.done, told.open, told.gone) == (2, 1, 0)
    assert [(one.labeler.id, one.done) for one in told.by_labeler] == [(people[0], 2)]
    assert told.last_answer_at is not None and told.waits is None and told.only is False
    last = mine.label(held[2], "spam")
    assert project.assignments.get(running.id).state == "ended"
    mine.undo(last.label.id)
    assert "m11" in keys(mine)
    assert [one.id for one in project.assignments] == [running.id] and list(project.campaigns) == []
    with pytest.raises(ApiError, match="no campaign"):
        project.campaigns.get(running.id)


def test_what_is_assigned_comes_in_the_order_of_the_ranking_as_far_as_it_has_it(
    service: Any, project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    add_texts(20)
    project.rank([ScoreIn(key=key, score=score) for key, score in (("m5", 0.9), ("m2", 0.8), ("m9", 0.7))])
    assign(people[:1], keys=texts(1, 9, 2))
    assert [item.key for item in labelers[0].queue.next(4)] == texts(2, 9, 1, 5)
    held = sa.select(items.c.key, leases.c.pick).join(leases, leases.c.item_id == items.c.id)
    picks = {row.key: row.pick for row in service.db.read(lambda tx: tx.execute(held).all())}
    assert picks["m2"]["by"] == "external" and picks["m2"]["assignment"] == picks["m1"]["assignment"]
    assert picks["m1"]["by"] == "assignment" and "assignment" not in picks["m5"]


def test_what_is_for_them_only_nobody_else_gets_until_it_is_ended(
    project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    add_texts(12)
    mine, other = labelers
    running = assign(people[:1], keys=texts(*range(9)), only=True)
    assert keys(other) == set(texts(9, 10, 11))
    other.queue.next(1, keep=[])
    assert keys(mine) >= set(texts(*range(9)))
    ended = project.assignments.end(running.id)
    assert (ended.state, ended.open, ended.ended_by) == ("ended", 9, project.client.me().user.name)
    mine.queue.next(1, keep=[])
    assert keys(other) >= set(texts(*range(1, 9))) - keys(mine)
    with pytest.raises(ApiError, match="ended already"):
        project.assignments.end(running.id)


def test_who_put_an_item_aside_gets_it_back_and_nobody_else_does(
    project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    add_texts(3)
    mine, other = labelers
    assign(people[:1], keys=["m0"], only=True)
    mine.skip(next(item for item in mine.queue.next(3) if item.key == "m0"), "Unclear")
    mine.queue.next(1, keep=[])
    assert keys(other) == {"m1", "m2"} - keys(mine)
    for item in other.queue.next(3):
        other.label(item, "ham")
    for item in mine.queue.next(3):
        if item.key != "m0":
            mine.label(item, "ham")
    assert keys(mine) == {"m0"}


def test_several_labels_an_item_are_of_these_people_and_never_more_than_wanted(
    service: Any, project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    project.change(settings={"overlap": 2})
    add_texts(6)
    third = service.join(project, service.person("labeler")).client.projects.get(project.slug)
    running = assign(people, keys=texts(0, 1, 2), only=True)
    assert keys(third) == set(texts(3, 4, 5))
    one, other = labelers
    for item in one.queue.next(3):
        one.label(item, "ham")
    assert project.assignments.get(running.id).open == 3  # each wants one more, of the other
    third.queue.next(1, keep=[])
    assert not keys(third) & set(texts(0, 1, 2))
    assert [item.key for item in other.queue.next(3)] == texts(0, 1, 2)
    for item in other.queue.next(3):
        other.label(item, "ham")
    done = project.assignments.get(running.id)
    assert (done.state, done.done) == ("ended", 3)
    given = {row.item_key: len(row.labels) for row in project.answers()}
    assert given == dict.fromkeys(texts(0, 1, 2), 2)


def test_where_all_of_them_have_labeled_it_others_give_what_is_still_wanted(
    project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    project.change(settings={"overlap": 2})
    add_texts(1)
    one, other = labelers
    running = assign(people[:1], keys=["m0"], only=True)
    assert keys(other) == set()
    label = one.label(one.queue.next(1)[0], "ham").label
    assert project.assignments.get(running.id).state == "ended" and keys(other) == {"m0"}
    one.undo(label.id)


def test_who_leaves_frees_what_was_assigned_to_them(
    admin: Any, project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    add_texts(6)
    both = assign(people, keys=texts(0, 1), only=True)
    alone = assign(people[:1], keys=texts(2, 3), only=True)
    gone = assign(people[1:], keys=texts(4, 5), only=True)
    project.members.remove(people[0])
    assert [one.id for one in project.assignments.get(both.id).people] == people[1:]
    assert project.assignments.get(alone.id).state == "ended"
    assert keys(labelers[1]) == set(texts(*range(6)))
    admin.client.users.change(people[1], active=False)
    assert project.assignments.get(gone.id).state == project.assignments.get(both.id).state == "ended"
    assert keys(project) == set(texts(*range(6)))


def test_what_nobody_works_on_is_told(
    service: Any, project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    add_texts(4)
    running = assign(people[:1], keys=texts(0, 1), only=True)
    long_ago = timedelta(days=IDLE_DAYS, hours=1)

    def earlier(tx: Any, table: Any, column: Any, where: Any) -> None:
        row = tx.execute(sa.select(column).where(where)).scalar_one()
        tx.execute(sa.update(table).where(where).values({column.name: row - long_ago}))

    service.db.write(earlier, campaigns, campaigns.c.started_at, campaigns.c.id == running.id)
    assert project.assignments.get(running.id).waits == "idle"
    labelers[0].label("m3", "ham")
    assert project.assignments.get(running.id).waits is None
    service.db.write(earlier, labels, labels.c.created_at, labels.c.labeler_id == people[0])
    assert project.assignments.get(running.id).waits == "idle"
    project.standings.pause(people[0], "A break")
    assert project.assignments.get(running.id).waits == "nobody"


def test_a_part_drawn_at_random_and_what_is_left_out(
    project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    project.change(settings={"holdout_share": 0.3})
    add_texts(60)
    total = sum(1 for _ in project.items.find())
    holdout = sum(1 for _ in project.items.find(split="holdout"))
    labelers[1].label("m0", "ham")
    plan = project.assignments.plan(people[:1], share=0.5)
    assert (plan.found, plan.items, plan.answered, plan.holdout) == (total, round((total - 1) / 2), 1, 0)
    first = assign(people[:1], share=0.5)
    rest = project.assignments.plan(people[1:])
    assert first.items == plan.items and (rest.items, rest.assigned) == (total - 1 - first.items, first.items)
    second = assign(people[1:], n=4)
    assert second.items == 4 and second.asked == {"n": 4}
    searched = project.assignments.plan(people, where={"split": "holdout"})
    assert searched.items == 0 and searched.holdout + searched.assigned + searched.answered == holdout
    for wrong, reason in (
        ({"to": people, "where": {"split": "holdout"}}, "None of these items"),
        ({"to": [10**6]}, "nobody who labels"),
        ({"to": people, "share": 0.5, "n": 3}, "share or n"),
        ({"to": people, "where": {}}, "leave it out"),
    ):
        with pytest.raises(ApiError, match=reason):
            project.assignments.start(**wrong)
    with pytest.raises(ApiError, match="labeler"):
        labelers[0].assignments.start(people)


def test_labels_that_come_in_another_way_end_it_and_removed_items_are_told(
    service: Any, project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    add_texts(4)
    running = assign(people[:1], keys=texts(0, 1, 2), only=True)
    project.items.remove(keys=["m2"])
    service.run_jobs(kinds=("items.remove",))
    service.db.write(lambda tx: tx.execute(sa.update(items).where(items.c.key == "m0").values(needed=0)))
    service.db.write(end_all_done)
    told = project.assignments.get(running.id)
    assert (told.done, told.open, told.gone, told.by_labeler) == (1, 1, 1, [])


def test_who_works_on_assigned_items_only_gets_nothing_else(
    project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    add_texts(10)
    mine = labelers[0]
    project.set_terms(people[0], only_assigned=True)
    assert mine.queue.next(5) == []
    running = assign(people[:1], keys=texts(4, 5))
    held = mine.queue.next(5)
    assert [item.key for item in held] == texts(4, 5)
    mine.label(held[0], "ham")
    answer = mine.label(held[1], "ham", next=5)
    assert (answer.items, answer.limit) == ([], "assigned")
    assert project.assignments.get(running.id).state == "ended"
    assert len(labelers[1].queue.next(20)) == 8


def test_a_quota_holds_for_assigned_items_too(
    project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    add_texts(10)
    project.set_terms(people[0], per_day=2)
    assign(people[:1], keys=texts(1, 2, 3), only=True)
    for item in labelers[0].queue.next(9):
        answer = labelers[0].label(item, "ham", next=9)
    assert (answer.items, answer.limit) == ([], "day")


def test_gold_items_come_among_assigned_ones(
    project: Project, labelers: list[Project], people: list[int], add_texts: Any, assign: Begin
) -> None:
    add_texts(30)
    project.set_gold({f"m{number}": "ham" for number in range(20, 30)})
    project.change(settings={"gold_rate": 0.5})
    assign(people[:1], keys=texts(*range(20)))
    got = keys(labelers[0], 20)
    assert got & set(texts(*range(20))) and got & set(texts(*range(20, 30)))


def test_an_assignment_goes_on_after_it_was_cut_off(
    service: Any, project: Project, people: list[int], add_texts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_texts(10)
    monkeypatch.setattr(assign_jobs, "PART", 3)
    written = assign_jobs._write
    parts: list[Any] = []

    def cut(*args: Any, **more: Any) -> bool:
        parts.append(more["ids"])
        if len(parts) == 3:
            raise Killed
        return written(*args, **more)

    monkeypatch.setattr(assign_jobs, "_write", cut)
    started = project.assignments.start(people[:1], share=1.0)
    with pytest.raises(Killed):
        service.run_jobs(kinds=("campaigns.assign",))
    service.db.write(engine.give_back_of, "test/", "another")
    service.run_jobs(kinds=("campaigns.assign",))
    told = project.assignments.get(started.id)
    assert (told.state, told.items) == ("running", 10)
    ids = [one for part in (parts[0], parts[1], *parts[3:]) for one in part]
    assert len(ids) == len(set(ids)) == 10
