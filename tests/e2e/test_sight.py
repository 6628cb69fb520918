"""Nobody answers what they have not seen, or did not choose (G26)."""

from typing import Any

import pytest
from browsing import Site, labels_of
from playwright.sync_api import expect

from labeler.client import Project

EARLY = "This one has just come up"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SEEN_MS = 250
COMPOSED = """(node) => node.dispatchEvent(new KeyboardEvent(
    "keydown", { key: "Enter", code: "Enter", keyCode: 229, bubbles: true, composed: true, cancelable: true }))"""

CLOSED_WITH_A_KEY = """(dialog) => new Promise((done) => {
    dialog.addEventListener("close", () => {
        window.dispatchEvent(new KeyboardEvent("keydown", { key: "1", bubbles: true, cancelable: true }));
        done();
    });
    dialog.close();
})"""


@pytest.fixture(scope="module")
def project(site: Site) -> Project:
    return site.project(name="In sight")


@pytest.fixture(scope="module")
def several(site: Site) -> Project:
    return site.project(40, "Several in sight", labels=["toxic", "threat"], task_type="multi_choice")


@pytest.fixture
def lin(site: Site, project: Project) -> Any:
    return site.member(project)


def given(project: Project, someone: Any) -> list[Any]:
    return [row.value for row in labels_of(project, someone)]


def test_a_double_click_answers_one_item(site: Site, project: Project, lin: Any, label_page: Any) -> None:
    card = label_page(site, project, lin)
    card.part("label-spam").dblclick()
    expect(card.hint).to_contain_text(EARLY)
    card.saved()
    assert given(project, lin) == ["spam"]
    card.ready().part("label-ham").click()
    card.saved()
    assert given(project, lin) == ["spam", "ham"]


def test_a_tool_answers_nothing_and_works_at_once(site: Site, project: Project, lin: Any, label_page: Any) -> None:
    card = label_page(site, project, lin)
    first = card.shown()
    places = [card.part("label-spam").bounding_box(), card.page.locator("[data-do=undo]").bounding_box()]
    for place in places:  # within some milliseconds
        card.page.mouse.click(place["x"] + 10, place["y"] + 10)
    expect(card.hint).to_contain_text("You had chosen: spam.")
    assert card.shown() == first
    card.saved()
    # Where the machine was slow the answer had been sent before it was taken back.
    assert given(project, lin) in ([], ["spam", None])


def test_a_double_tap_answers_one_item(site: Site, project: Project, lin: Any, label_page: Any) -> None:
    card = label_page(site, project, lin, **PHONE)
    place = card.part("label-ham").bounding_box()
    for _ in range(2):
        card.page.touchscreen.tap(place["x"] + 10, place["y"] + 10)
    expect(card.hint).to_contain_text(EARLY)
    card.saved()
    assert given(project, lin) == ["ham"]


def test_a_burst_of_keys_answers_one_item(site: Site, project: Project, lin: Any, label_page: Any) -> None:
    card = label_page(site, project, lin)
    card.page.evaluate(
        """for (let n = 0; n < 9; n += 1)
             window.dispatchEvent(new KeyboardEvent("keydown", { key: "2", bubbles: true, cancelable: true }))"""
    )
    card.saved()
    assert given(project, lin) == ["ham"]


def test_a_key_that_is_held_is_one_answer(site: Site, project: Project, lin: Any, label_page: Any) -> None:
    card = label_page(site, project, lin)
    before = card.shown()
    card.page.keyboard.down("1")
    expect(card.text).not_to_have_text(before)
    for _ in range(3):
        card.ready().page.keyboard.down("1")
    card.page.keyboard.up("1")
    card.saved()
    assert given(project, lin) == ["spam"]


def test_undo_is_one_step_for_each_press_and_can_be_taken_back(
    site: Site, project: Project, lin: Any, label_page: Any
) -> None:
    card = label_page(site, project, lin)
    texts = []
    for key in "121":
        texts.append(card.shown())
        card.press(key)
    texts.append(card.shown())
    card.page.keyboard.down("u")
    expect(card.text).to_have_text(texts[2])
    for _ in range(4):
        card.ready().page.keyboard.down("u")
    card.page.keyboard.up("u")
    assert card.shown() == texts[2]
    card.press("u")
    expect(card.hint).to_have_text("You had chosen: ham. Shift+U gives it again.")
    card.part("redo").click()
    expect(card.text).to_have_text(texts[2])
    card.ready().page.keyboard.press("Shift+U")
    expect(card.text).to_have_text(texts[3])
    expect(card.part("redo")).to_be_hidden()
    card.saved()
    in_force = {row.item_key: row.value for row in labels_of(project, lin)}
    assert list(in_force.values()) == ["spam", "ham", "spam"]
    card.ready().page.keyboard.press("Control+y")
    expect(card.hint).to_have_text("Nothing to do again.")


def test_a_skip_is_given_again_with_its_reason(site: Site, project: Project, lin: Any, label_page: Any) -> None:
    card = label_page(site, project, lin)
    text = card.shown()
    card.page.keyboard.press("s")
    card.press("2")
    card.press("u")
    expect(card.text).to_have_text(text)
    card.press("Control+Shift+Z")
    card.saved()
    [item] = [item for item in project.items if item.content["text"] == text]
    said = [(entry.kind, entry.reason) for entry in project.items.history(item.key)]
    assert said == [("skip", "Not relevant")] * 2


def test_a_reason_is_chosen_or_none_is_filed(site: Site, project: Project, lin: Any, label_page: Any) -> None:
    card = label_page(site, project, lin)
    text = card.shown()
    card.page.keyboard.press("h")
    card.page.keyboard.press("Enter")
    expect(card.part("chooser")).to_contain_text("Choose a reason first")
    card.part("flag-alone").click()
    card.part("flag-note").press("Enter")
    expect(card.part("chooser")).to_be_visible()
    assert card.shown() == text
    card.page.keyboard.press("Tab")  # from the note to a button: a button is pressed, not the form
    card.part("reason-2").focus()
    card.page.keyboard.press("Enter")
    expect(card.part("reason-2")).to_have_attribute("aria-pressed", "true")
    assert card.shown() == text
    card.press("Enter")
    card.saved()
    assert [flag.reason for flag in project.flags if flag.labeler.id == lin.id] == ["Guideline is silent"]


def test_what_ends_a_composition_sends_nothing(site: Site, project: Project, lin: Any, label_page: Any) -> None:
    card = label_page(site, project, lin)
    text = card.shown()
    card.page.keyboard.press("h")
    card.page.keyboard.press("1")
    card.part("flag-note").fill("むずかしい")
    card.part("flag-note").evaluate(COMPOSED)
    expect(card.part("chooser")).to_be_visible()
    assert card.shown() == text
    card.part("flag-note").press("Enter")
    expect(card.text).not_to_have_text(text)
    card.saved()
    assert [flag.note for flag in project.flags if flag.labeler.id == lin.id] == ["むずかしい"]


def test_one_enter_too_many_does_not_say_none_of_them(site: Site, several: Project, label_page: Any) -> None:
    lin = site.member(several)
    card = label_page(site, several, lin)
    card.page.keyboard.press("1")
    card.part("send").dblclick()
    expect(card.hint).to_contain_text(EARLY)
    card.ready().page.keyboard.press("Enter")
    expect(card.hint).to_have_text("Enter again: none of these labels")
    card.saved()
    assert given(several, lin) == [["toxic"]]


def test_what_was_covered_is_looked_at_again(site: Site, project: Project, lin: Any, label_page: Any) -> None:
    card = label_page(site, project, lin)
    before = card.shown()
    card.page.keyboard.press("g")
    expect(card.part("guideline-text")).to_be_visible()
    card.part("dialog").evaluate(CLOSED_WITH_A_KEY)
    assert card.ready().shown() == before
    card.press("1")
    card.saved()
    rows = labels_of(project, lin)
    assert [row.value for row in rows] == ["spam"] and all(row.elapsed_ms >= SEEN_MS for row in rows)


def test_on_a_phone_that_lies_on_its_side_item_labels_and_tools_are_in_one_sight(site, label_page) -> None:
    project = site.project(10, "On its side")
    size = {"width": 844, "height": 390}
    card = label_page(site, project, site.member(project), viewport=size, has_touch=True, is_mobile=True).ready()
    for part in ("item", "label-spam", "label-ham", "undo", "skip", "flag"):
        box = card.part(part).bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= 390, part
    assert card.text.evaluate("(text) => text.clientHeight") >= 60
