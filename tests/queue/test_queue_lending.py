"""What a labeler is lent, and when."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import ApiError, GuidelineNotAcknowledged, Project  # type: ignore[attr-defined]
from labeler.wire.training import ScoreIn


def test_two_labelers_never_hold_the_same_item(labelers: list[Project], add_texts: Callable[..., Any]) -> None:
    add_texts(40)
    held = [item.key for turn in range(4) for item in labelers[turn % 2].queue.next(5 * (turn // 2 + 1))]
    assert len(set(held)) == 20


def test_asking_again_returns_what_one_holds(labelers: list[Project], add_texts: Callable[..., Any]) -> None:
    add_texts(60)
    first = labelers[0].queue.next(50)
    assert labelers[0].queue.next(50) == first
    assert labelers[0].queue.next(3) == first[:3]


def test_the_queue_ends_when_everything_is_labeled(labelers: list[Project], add_texts: Callable[..., Any]) -> None:
    add_texts(7)
    seen = set()
    while items := labelers[0].queue.next(2):
        for item in items:
            labelers[0].label(item, "ham")
            seen.add(item.key)
    assert len(seen) == 7


def test_a_label_and_the_next_items_are_one_request(labelers: list[Project], add_texts: Callable[..., Any]) -> None:
    add_texts(5)
    item = labelers[0].queue.next()[0]
    answer = labelers[0].label(item, "spam", next=2)
    assert answer.label.value == "spam" and len(answer.items) == 2
    assert item.key not in [entry.key for entry in answer.items]


def test_overlap_asks_as_many_labelers(
    admin: Any, labelers: list[Project], project: Project, add_texts: Callable[..., Any]
) -> None:
    admin.client.patch(project.path, json={"settings": {"overlap": 2}})
    add_texts(6)
    for labeler in labelers:
        while items := labeler.queue.next(3):
            for item in items:
                labeler.label(item, "ham")
    assert all(len(item.labels) == 2 for item in project.items)


def test_a_skipped_item_comes_back_last(labelers: list[Project], add_texts: Callable[..., Any]) -> None:
    add_texts(3)
    first = labelers[0].queue.next()[0]
    labelers[0].skip(first, "Not clear")
    rest = []
    while (item := labelers[0].queue.next()[0]).key != first.key:
        labelers[0].label(item, "ham")
        rest.append(item.key)
    assert len(rest) == 2


def test_undo_gives_the_item_back_to_who_undid(labelers: list[Project], add_texts: Callable[..., Any]) -> None:
    add_texts(5)
    item = labelers[0].queue.next()[0]
    label = labelers[0].label(item, "spam").label
    undone = labelers[0].undo(label.id)
    assert undone.item.key == item.key and undone.label.value is None
    assert labelers[0].queue.next()[0].key == item.key
    assert labelers[0].undo(label.id).label.id == undone.label.id


def test_a_new_guideline_must_be_acknowledged(
    labelers: list[Project], project: Project, add_texts: Callable[..., Any]
) -> None:
    add_texts(5)
    project.guidelines.publish("# One")
    with pytest.raises(GuidelineNotAcknowledged) as refused:
        labelers[0].queue.next()
    assert refused.value.body["guideline_version"] == 1
    labelers[0].guidelines.acknowledge(1)
    item = labelers[0].queue.next()[0]
    assert labelers[0].label(item, "ham").label.guideline_version == 1


def test_a_value_that_is_no_label_is_refused(labelers: list[Project], add_texts: Callable[..., Any]) -> None:
    add_texts(1)
    item = labelers[0].queue.next()[0]
    with pytest.raises(ApiError) as refused:
        labelers[0].label(item, "spma")
    assert refused.value.status == 422 and "expected one of spam, ham" in refused.value.detail


def test_what_is_not_kept_goes_back_and_the_newest_order_is_lent(
    project: Project, labelers: list[Project], add_texts: Callable[..., Any]
) -> None:
    add_texts(30)
    me, other = labelers[:2]
    before = [item.key for item in me.queue.next(8)]
    wanted = [one.key for one in project.items if one.split == "train" and one.key not in before][:5]
    project.rank([ScoreIn(key=key, score=1 - n / 10) for n, key in enumerate(wanted)])
    after = [item.key for item in me.queue.next(8, keep=before[:2])]
    assert set(after[:2]) == set(before[:2])
    assert len(set(after[2:]) & set(wanted)) >= 4  # items of the holdout may come between
    assert not set(after) & {item.key for item in other.queue.next(20)}
