"""Guideline versions: drafts, publishing, comparing, acknowledging, and Markdown that stays harmless."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import ApiError, DraftChanged, Project  # type: ignore[attr-defined]


def test_a_draft_is_replaced_until_it_is_published(project: Project, labelers: list[Project]) -> None:
    path = project.guidelines.path
    assert project.client.post(path, json={"text": "# One"})["version"] == 1
    assert project.client.post(path, json={"text": "# One, better"})["version"] == 1
    assert [entry["version"] for entry in labelers[0].guidelines] == []
    published = project.client.post(f"{path}/1/publish", json={"note": "First"})
    assert (published["state"], published["text"], published["note"]) == ("published", "# One, better", "First")
    assert [entry.version for entry in labelers[0].guidelines] == [1]
    assert project.client.post(path, json={"text": "# Two"})["version"] == 2


def test_a_published_version_never_changes(project: Project) -> None:
    project.guidelines.publish("# One")
    with pytest.raises(ApiError) as refused:
        project.client.post(f"{project.guidelines.path}/1/publish")
    assert refused.value.status == 409
    project.client.post(project.guidelines.path, json={"text": "# Changed"})
    assert project.client.get(f"{project.guidelines.path}/1")["text"] == "# One"


def test_labelers_see_what_changed_since_they_read_it(project: Project, labelers: list[Project]) -> None:
    project.guidelines.publish("# Rules\n\nspam is bad\nham is good")
    labelers[0].guidelines.acknowledge(1)
    project.guidelines.publish("# Rules\n\nspam is very bad\nham is good\nask when unsure")
    current = labelers[0].guidelines.current()
    assert (current.version, current.acknowledged, current.acknowledged_version) == (2, False, 1)
    kinds = {row.kind for row in current.changes if row.kind != "same"}
    assert kinds == {"changed", "added"}
    rows = project.guidelines.diff(1, 2).rows
    assert [row.right for row in rows if row.kind == "added"] == ["ask when unsure"]


def test_every_answer_carries_the_version_it_was_made_under(
    project: Project, labelers: list[Project], add_texts: Callable[..., Any]
) -> None:
    add_texts(6)
    assert labelers[0].label("m0", "ham").label.guideline_version is None
    project.guidelines.publish("# One")
    labelers[0].guidelines.acknowledge(1)
    project.guidelines.publish("# Two")
    assert labelers[0].label("m1", "ham").label.guideline_version == 1
    assert labelers[0].label("m2", "ham", guideline_version=2).label.guideline_version == 2
    labelers[0].flag("m3", "Ambiguous")
    labelers[0].skip("m4", "Not clear", guideline_version=2)
    assert project.client.get(f"{project.path}/flags")["items"][0]["guideline_version"] == 1
    history = project.client.get(f"{project.path}/items/m4/history")["items"]
    assert history[0]["guideline_version"] == 2
    with pytest.raises(ApiError) as refused:
        labelers[0].label("m5", "ham", guideline_version=3)
    assert refused.value.status == 422


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](data:text/html,<script>alert(1)</script>)",
        "![x](https://example.org/pixel.png)",
        "<a href='https://example.org' onclick='alert(1)'>x</a>",
    ],
)
def test_markdown_renders_harmless(project: Project, text: str) -> None:
    import re

    html = project.guidelines.publish(text).html
    tags = re.findall(r"<\s*/?\s*([a-z0-9]+)([^>]*)>", html)
    assert {name for name, _ in tags} <= {"p", "a", "em", "strong"}
    assert not [rest for _, rest in tags if re.search(r"\bon\w+\s*=|javascript:|data:", rest)]


def test_two_people_at_one_draft_are_told(project: Project) -> None:
    mine = project.guidelines.save_draft("# One")
    theirs = project.guidelines.save_draft("# Two", replaces=mine.created_at)
    with pytest.raises(DraftChanged) as refused:
        project.guidelines.save_draft("# Three", replaces=mine.created_at)
    assert "has saved the draft since you began" in str(refused.value)
    with pytest.raises(DraftChanged):
        project.guidelines.publish("# Three", replaces=mine.created_at)
    assert project.guidelines.get(theirs.version).text == "# Two"
    assert project.guidelines.get(theirs.version).state == "draft"
    assert project.guidelines.save_draft("# Three", replaces=theirs.created_at).text == "# Three"


def test_a_hard_item_becomes_a_rule_of_the_draft(
    project: Project, labelers: list[Project], add_texts: Callable[..., Any]
) -> None:
    add_texts(3)
    project.guidelines.publish("# SMS\n\n## spam\n\nWants money.\n\n## ham\n\nThe rest.\n")
    me = labelers[0]
    me.guidelines.acknowledge(1)
    me.flag("m0", "Ambiguous")
    me.flag("m1", "Ambiguous")
    first, second = sorted(project.flags, key=lambda one: one.id)
    project.flags.resolve(first.id, "Reminders are ham.", "ham", rule="Reminders are ham.", example=True)
    project.flags.resolve(second.id, "Chain letters are spam.", "spam", rule="Chain letters are spam.")
    draft = next(iter(project.guidelines))
    assert (draft.state, draft.version) == ("draft", 2)
    assert "## ham\n\nThe rest.\n\n- Reminders are ham.\n  - *Example:* " in draft.text
    assert "Wants money.\n\n- Chain letters are spam.\n\n## ham" in draft.text
    assert [one.resolution.note for one in me.own.decided_flags()] == ["Reminders are ham.", "Chain letters are spam."]


def test_what_changed_comes_rendered(project: Project) -> None:
    project.guidelines.publish("- *one*\n- two\n")
    project.guidelines.publish("- **one**\n- two\n")
    rows = project.guidelines.diff(1, 2).rows
    assert (rows[0].left_html or "").strip() == "<ul>\n<li><em>one</em></li>\n</ul>"
    assert "<strong>one</strong>" in (rows[0].right_html or "")
    assert rows[1].left_html is None
