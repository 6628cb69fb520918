"""One's own answers: what stands, in order, page by page; and hard flags come back when somebody decided them."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import ApiError, Project

Add = Callable[..., list[dict[str, Any]]]


def said(project: Project) -> list[tuple[str, str, Any, str | None]]:
    return [(one.item_key, one.kind, one.value, one.reason) for one in project.own]


def test_what_stands_is_listed_newest_first(labelers: list[Project], add_texts: Add) -> None:
    add_texts(6)
    me, other = labelers[:2]
    me.label("m0", "spam")
    me.skip("m1", "Not clear")
    me.flag("m2", "Ambiguous", note="ham or spam?")
    other.label("m5", "ham")
    me.label("m3", "ham", hard={"reason": "Missing context"})
    me.label("m0", "ham")
    gone = me.label("m4", "spam").label
    me.undo(gone.id)
    assert said(me) == [
        ("m0", "label", "ham", None),
        ("m3", "label", "ham", "Missing context"),
        ("m2", "flag", None, "Ambiguous"),
        ("m1", "skip", None, "Not clear"),
    ]
    me.label("m1", "spam")
    me.skip("m5", "Not clear")
    me.skip("m5", "Not relevant")
    assert said(me)[:2] == [("m5", "skip", None, "Not relevant"), ("m1", "label", "spam", None)]
    assert [one.item_key for one in other.own] == ["m5"]


def test_an_import_is_not_ones_own_answer(project: Project) -> None:
    project.items.add([{"key": "given", "text": "one", "label": "spam"}])
    assert said(project) == []


def test_pages_follow_one_another(labelers: list[Project], add_texts: Add) -> None:
    add_texts(9)
    me = labelers[0]
    for n in range(9):
        key = f"m{n}"
        if n % 3 == 0:
            me.label(key, "spam")
        elif n % 3 == 1:
            me.skip(key, "Not clear")
        else:
            me.flag(key, "Ambiguous")
    found, cursor = [], None
    while True:
        page = me.client.get(f"{me.path}/own/answers", limit=2, cursor=cursor)
        found += [one["item_key"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == [f"m{n}" for n in reversed(range(9))]


def test_a_decided_flag_comes_back_until_it_is_read(project: Project, labelers: list[Project], add_texts: Add) -> None:
    add_texts(3)
    me, other = labelers[:2]
    me.flag("m0", "Ambiguous", note="ham or spam?")
    me.flag("m1", "Ambiguous")
    assert me.own.decided_flags() == []
    flag = next(one for one in project.flags if one.item_key == "m0")
    project.flags.resolve(flag.id, "Who writes first wants money.", "spam")
    [decided] = me.own.decided_flags()
    assert (decided.item_key, decided.note, decided.value) == ("m0", "ham or spam?", "spam")
    assert decided.resolution.note == "Who writes first wants money."
    assert other.own.decided_flags() == []
    with pytest.raises(ApiError) as refused:
        other.own.mark_read(decided.id)
    assert refused.value.status == 404
    me.own.mark_read(decided.id)
    assert me.own.decided_flags() == []


def test_ones_own_decision_is_no_news(project: Project, add_texts: Add) -> None:
    add_texts(1)
    project.flag("m0", "Ambiguous")
    project.flags.resolve(next(iter(project.flags)).id, "clear by now", "ham")
    assert project.own.decided_flags() == []


def test_comparable_items_need_a_model(labelers: list[Project], add_texts: Add) -> None:
    add_texts(2)
    with pytest.raises(ApiError) as refused:
        labelers[0].own.comparable("m0")
    assert refused.value.status == 409
    assert "no model yet" in str(refused.value)


def test_a_cursor_of_another_list_is_refused(labelers: list[Project]) -> None:
    with pytest.raises(ApiError) as refused:
        labelers[0].client.get(f"{labelers[0].path}/own/answers", cursor="WzFd")
    assert refused.value.status == 422
