"""Labels, skips and flags: nothing is changed in place, nothing is lost, each counts once (G2, G3)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import ApiError, Project
from labeler.queue.tables import leases

Add = Callable[..., list[dict[str, Any]]]


def test_a_correction_is_a_new_row(project: Project, labelers: list[Project], add_texts: Add) -> None:
    add_texts(3)
    first = labelers[0].label("m0", "spam").label
    second = labelers[0].label("m0", "ham").label
    rows = list(project.labels)
    assert [(row.id, row.value, row.supersedes) for row in rows] == [
        (first.id, "spam", None),
        (second.id, "ham", first.id),
    ]
    assert [label.value for label in project.items.get("m0").labels] == ["ham"]


def test_undoing_a_superseded_label_is_refused(project: Project, labelers: list[Project], add_texts: Add) -> None:
    add_texts(3)
    first = labelers[0].label("m0", "spam").label
    labelers[0].label("m0", "ham")
    with pytest.raises(ApiError) as refused:
        labelers[0].undo(first.id)
    assert refused.value.status == 409
    with pytest.raises(ApiError) as refused:
        labelers[1].undo(first.id)
    assert refused.value.status == 404


def test_a_label_after_its_lease_ran_out_is_kept(
    service: Any, project: Project, labelers: list[Project], add_texts: Add
) -> None:
    add_texts(1)
    late = labelers[0].queue.next()[0]
    past = sa.update(leases).values(expires_at=sa.literal(0, sa.BigInteger))
    service.db.write(lambda tx: tx.execute(past).rowcount)
    other = labelers[1].queue.next()[0]
    assert other.key == late.key
    labelers[1].label(other, "ham")
    labelers[0].label(late, "spam")
    assert sorted(label.value for label in project.items.get(late.key).labels) == ["ham", "spam"]
    assert labelers[0].queue.next() == []


def test_the_same_answer_three_times_at_once_is_one_label(
    project: Project, labelers: list[Project], add_texts: Add
) -> None:
    add_texts(5)
    answers: list[dict[str, Any]] = []

    def send() -> None:
        body = {"item_key": "m1", "value": "ham", "idempotency_key": "once"}
        answers.append(labelers[0].client.post(f"{labelers[0].path}/labels", json=body)["label"])

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer["id"] for answer in answers}) == 1 and len(answers) == 3
    assert len(list(project.labels)) == 1


def test_flags_are_listed_filtered_and_resolved(project: Project, labelers: list[Project], add_texts: Add) -> None:
    add_texts(6)
    labelers[0].label("m0", "spam", hard={"reason": "Ambiguous", "note": "why?"})
    labelers[1].flag("m1", "Missing context")
    path = f"{project.path}/flags"
    found = project.client.get(path)["items"]
    assert [(flag["item_key"], flag["reason"]) for flag in found] == [("m1", "Missing context"), ("m0", "Ambiguous")]
    assert found[1]["labels"][0]["value"] == "spam" and found[1]["note"] == "why?"
    assert [flag["item_key"] for flag in project.client.get(path, reason="Ambiguous")["items"]] == ["m0"]
    done = project.client.post(f"{path}/{found[0]['id']}/resolve", json={"note": "it is ham", "value": "ham"})
    assert done["state"] == "resolved" and done["labels"][0]["value"] == "ham"
    assert [flag["item_key"] for flag in project.client.get(path, state="resolved")["items"]] == ["m1"]
    with pytest.raises(ApiError) as refused:
        project.client.post(f"{path}/{found[0]['id']}/resolve", json={})
    assert refused.value.status == 409 and 'They said: "it is ham".' in refused.value.detail
    again = project.flags.reopen(found[0]["id"])
    assert again.state == "open" and again.resolution is None and again.labels[0].value == "ham"
    assert project.flags.reopen(found[0]["id"]).state == "open"  # once more changes nothing
    assert project.client.get(f"{project.path}/own/flags")["items"] == []


def test_undoing_a_label_takes_its_flag_back(project: Project, labelers: list[Project], add_texts: Add) -> None:
    add_texts(2)
    made = labelers[0].label("m0", "spam", hard={"reason": "Ambiguous"}).label
    labelers[0].undo(made.id)
    assert project.client.get(f"{project.path}/flags")["items"] == []


def test_a_flagged_or_skipped_item_comes_back_when_that_is_undone(labelers: list[Project], add_texts: Add) -> None:
    add_texts(4)
    for kind, act in (("skips", labelers[0].skip), ("flags", labelers[0].flag)):
        item = labelers[0].queue.next()[0]
        made = getattr(act(item, "Ambiguous"), kind[:-1])
        assert labelers[0].queue.next()[0].key != item.key
        undone = labelers[0].client.delete(f"{labelers[0].path}/{kind}/{made.id}")
        assert undone["item"]["key"] == item.key
        assert item.key in [held.key for held in labelers[0].queue.next(4)]


def test_the_stream_goes_on_where_it_was(project: Project, labelers: list[Project], add_texts: Add) -> None:
    add_texts(10)
    for number in range(4):
        labelers[0].label(f"m{number}", "ham")
    first = list(project.labels)
    for number in range(4, 7):
        labelers[1].label(f"m{number}", "spam")
    rest = list(project.labels.since(first[-1].cursor))
    assert [row.item_key for row in rest] == ["m4", "m5", "m6"]
    assert [row.item_key for row in labelers[1].labels] == ["m4", "m5", "m6"]


def test_the_stream_misses_nothing_while_people_label(
    project: Project, labelers: list[Project], add_texts: Add
) -> None:
    add_texts(120)
    seen: list[int] = []
    stop = threading.Event()

    def read() -> None:
        cursor = "0"
        while not stop.is_set() or cursor != "done":
            last = stop.is_set()
            for row in project.labels.since(cursor if cursor != "done" else str(seen[-1])):
                seen.append(row.id)
                cursor = row.cursor
            if last:
                return

    reader = threading.Thread(target=read)
    reader.start()

    def work(labeler: Project, keys: range) -> None:
        for number in keys:
            labeler.label(f"m{number}", "ham")

    workers = [threading.Thread(target=work, args=(labelers[n % 2], range(n * 30, n * 30 + 30))) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    stop.set()
    reader.join()
    assert seen == [row.id for row in project.labels] and len(seen) == 120


def test_a_list_of_labels_is_all_or_nothing(project: Project, labelers: list[Project], add_texts: Add) -> None:
    add_texts(5)
    rows = [{"item_key": "m0", "value": "ham"}, {"item_key": "m1", "value": "neither"}]
    with pytest.raises(ApiError):
        labelers[0].client.post(f"{project.path}/labels", json=rows)
    assert list(project.labels) == []
    rows[1]["value"] = "spam"
    assert len(labelers[0].client.post(f"{project.path}/labels", json=rows)["labels"]) == 2
