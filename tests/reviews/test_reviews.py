"""Disagreements are decided once, or asked again of the right person."""

from typing import Any

import pytest

from labeler.client import ApiError, Project

Views = list[Project]


@pytest.fixture
def people(service: Any, project: Project, add_texts: Any) -> Views:
    """Three labelers who disagree on m1 (two to one) and on m2 (one to one)."""
    add_texts(6)
    project.change(settings={"overlap": 3})
    service.run_jobs()
    found = [service.join(project, service.person("labeler")) for _ in range(3)]
    views = [person.client.projects.get(project.slug) for person in found]
    for key, answers in {"m0": "sss", "m1": "ssh", "m2": "sh"}.items():
        for view, letter in zip(views, answers, strict=False):
            view.label(key, {"s": "spam", "h": "ham"}[letter])
    return views


def me(view: Project) -> Any:
    return view.client.me().user


def test_the_least_certain_comes_first_and_a_decision_is_the_answer(project: Project, people: Views) -> None:
    queue = project.reviews.queue()
    assert [row.item_key for row in queue.items] == ["m2", "m1"] and (queue.open, queue.decided) == (2, 0)
    kept = project.reviews.keep("m1", "two of three are right")
    fixed = project.reviews.fix("m2", "ham", "a newsletter is no spam")
    assert (kept.state, kept.value, fixed.value) == ("decided", "spam", "ham")
    queue = project.reviews.queue()
    assert (queue.items, queue.open, queue.decided) == ([], 0, 2)
    rows = {row.item_key: row for row in project.answers()}
    assert {(rows[key].value, rows[key].method, rows[key].confidence) for key in ("m1", "m2")} == {
        ("spam", "gold", 1.0),
        ("ham", "gold", 1.0),
    }
    assert project.gold() == [], "it is not asked of labelers"
    assert project.progress().items.labeled == 3, "a decided item needs no third label"
    people[2].label("m2", "spam")
    assert project.items.get("m2").answer.value == "ham", "later labels change nothing"
    undone = project.reviews.undo(fixed.id)
    assert undone.state == "undone" and project.items.get("m2").answer.value == "spam"
    assert [one.item_key for one in project.reviews] == ["m2", "m1"]
    with pytest.raises(ApiError, match="undone already"):
        project.reviews.undo(fixed.id)


def test_a_label_goes_back_to_who_gave_it_with_a_note_and_blind(project: Project, people: Views) -> None:
    author = people[2]
    sent = project.reviews.return_to("m1", me(author).id, "Is a delivery note spam?")
    assert (sent.state, sent.to.name) == ("waiting", me(author).name)
    assert [row.item_key for row in project.reviews.queue().items] == ["m2"] and project.reviews.queue().waiting == 1
    (item, *_) = author.queue.next(3)
    assert (item.key, item.note, item.suggestion) == ("m1", "Is a delivery note spam?", None)
    assert "m1" not in {one.key for view in people[:2] for one in view.queue.next(6)}
    author.label(item, "spam")
    assert next(iter(project.reviews)).state == "answered"
    assert project.items.get("m1").answer.agreement == 1.0
    assert list(project.campaigns) == [], "it is no campaign that anybody planned"


def test_somebody_else_is_asked(service: Any, project: Project, people: Views) -> None:
    project.reviews.reassign("m2", note="please look")
    third = people[2]
    assert "m2" in {item.key for item in third.queue.next(5)}
    with pytest.raises(ApiError, match="already"):
        project.reviews.reassign("m2")
    third.label("m2", "ham")
    assert next(iter(project.reviews)).state == "answered"
    expert = service.join(project, service.person("labeler"))
    asked = project.reviews.reassign("m1", expert.id)
    view = expert.client.projects.get(project.slug)
    assert view.queue.next(1)[0].key == "m1"
    view.queue.release(view.queue.next(5))
    assert project.reviews.undo(asked.id).state == "undone"
    assert "m1" not in {item.key for item in view.queue.next(5)}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"item_key": "m1", "action": "fix"}, "say what the answer is"),
        ({"item_key": "m1", "action": "fix", "value": "neither"}, "expected one of"),
        ({"item_key": "m1", "action": "return"}, "say whose"),
        ({"item_key": "m1", "action": "return", "to": 999_999}, "member who labels"),
        ({"item_key": "m5", "action": "keep"}, "no answer yet"),
        ({"item_key": "nowhere", "action": "keep"}, "no item"),
        ({"item_key": "m1", "action": "burn"}, "action"),
    ],
)
def test_what_can_not_be_done_is_refused_with_the_reason(
    project: Project, people: Views, body: dict[str, Any], words: str
) -> None:
    with pytest.raises(ApiError) as refused:
        project.client.post(f"{project.path}/reviews", json=body)
    said = f"{refused.value.detail} {refused.value.errors}"
    assert words in said and refused.value.status < 500
    with pytest.raises(ApiError, match="right to manage"):
        people[0].reviews.keep("m1")


def test_who_is_mentioned_hears_of_it(service: Any, project: Project, people: Views) -> None:
    lin, max_ = me(people[0]), me(people[1])
    said = project.comments.add("m1", f"@{lin.name} why spam? @{max_.email}, too")
    assert [one.id for one in said.mentions] == [lin.id, max_.id]
    (heard,) = people[0].comments.to_me(unread=True)
    assert (heard.text, heard.item_key, heard.read) == (said.text, "m1", False) and heard.content["text"]
    assert [(one.id, one.project) for one in people[0].client.mentions()] == [(heard.id, project.slug)]
    people[0].comments.read(heard.id)
    assert people[0].client.mentions() == []
    assert people[0].comments.to_me(unread=True) == [] and people[0].comments.to_me()[0].read
    people[0].comments.add("m1", "the sender is a shop")
    assert [one.text for one in project.comments.on("m1")] == [said.text, "the sender is a shop"]
    with pytest.raises(ApiError, match="nobody in this project"):
        project.comments.add("m1", "@nobody-here look")
    late = service.join(project, service.person("labeler")).client.projects.get(project.slug)
    with pytest.raises(ApiError, match="Label this item first"):
        late.comments.on("m1")
    project.comments.add("m1", f"@{me(late).name} and you?")
    assert len(late.comments.on("m1")) == 3, "who is asked may read what it is about"
    assert project.comments.add("m1", "mail me at a@b.c, 5 @ 3").mentions == []
