"""Sixty labels: item, search and tools stay in view, and the search says what Enter will take. Other keyboards."""

from typing import Any

import pytest
from browsing import Site, labels_of
from playwright.sync_api import expect

from labeler.client import Project

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LAPTOP = {"viewport": {"width": 1366, "height": 768}}
# Number 10 stands before number 1, as sorted names do.
NAMES = [f"topic number {n}" for n in (10, 1, *range(2, 10), *range(11, 61))]


@pytest.fixture(scope="module")
def project(site: Site) -> Project:
    return site.project(300, "Sixty", labels=NAMES)


@pytest.fixture(scope="module")
def few(site: Site) -> Project:
    return site.project(300, "Two")


@pytest.fixture
def lin(site: Site, project: Project) -> Any:
    return site.member(project)


def in_view(card: Any, *names: str) -> list[str]:
    """Which of these parts one sees whole, without scrolling."""
    height = card.page.viewport_size["height"]
    boxes = {name: card.part(name).bounding_box() for name in names}
    return [n for n, box in boxes.items() if box and box["y"] >= 0 and box["y"] + box["height"] <= height]


@pytest.mark.parametrize("screen", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_item_search_and_tools_stay_in_view(
    site: Site, project: Project, lin: Any, label_page: Any, screen: Any
) -> None:
    card = label_page(site, project, lin, **screen)
    parts = ("item", "label-search", "undo", "guideline")
    assert in_view(card, *parts) == list(parts)
    far = card.part("label-topic number 50")
    assert in_view(card, "label-topic number 50") == []
    far.scroll_into_view_if_needed()
    before = card.shown()
    far.click()
    expect(card.text).not_to_have_text(before)
    assert in_view(card, *parts) == list(parts)
    card.ready().page.get_by_test_id("flag").click()
    expect(card.part("chooser")).to_be_visible()
    assert in_view(card, "item") == ["item"]
    card.saved()
    assert [row.value for row in labels_of(project, lin)] == ["topic number 50"]


SEARCHES = [
    ("topic number 1", [], "topic number 1"),
    ("topic number 1", ["ArrowDown"], "topic number 10"),
    ("topic number 1", ["ArrowUp"], "topic number 51"),
    ("tn42", [], "topic number 42"),
    ("TÓPIC NUMBER 7", [], "topic number 7"),
]


def test_enter_takes_what_the_search_shows(site: Site, project: Project, lin: Any, label_page: Any) -> None:
    card = label_page(site, project, lin)
    for typed, more, taken in SEARCHES:
        card.page.keyboard.press("/")
        card.page.keyboard.type(typed)
        for key in more:
            card.page.keyboard.press(key)
        expect(card.part("label-found")).to_have_text(f"Enter {taken}")
        assert card.part(f"label-{taken}").get_attribute("data-found") is not None
        card.press("Enter")
        expect(card.part("label-search")).to_have_value("")
    card.saved()
    assert [row.value for row in labels_of(project, lin)] == [taken for *_, taken in SEARCHES]


def test_nothing_is_taken_where_nothing_was_searched_or_found(
    site: Site, project: Project, lin: Any, label_page: Any
) -> None:
    card = label_page(site, project, lin)
    before = card.shown()
    card.page.keyboard.press("/")
    card.page.keyboard.press("Enter")
    card.page.keyboard.type("xyz")
    expect(card.part("label-found")).to_have_text("No label is like that.")
    card.page.keyboard.press("Enter")
    card.page.keyboard.press("Escape")
    expect(card.part("label-topic number 60")).to_be_attached()
    assert card.shown() == before and labels_of(project, lin) == []


DIGITS = {
    "AZERTY": ("&", "Digit1", "spam"),
    "AZERTY 2": ("é", "Digit2", "ham"),
    "full-width": ("２", "Digit2", "ham"),
    "Arabic": ("١", "Digit1", "spam"),
}
LETTERS = {"Russian": "ы", "Greek": "σ", "Hebrew": "ד", "Arabic": "س"}  # all where a Latin keyboard has its S


def test_digits_of_other_keyboards_label(site: Site, few: Project, label_page: Any) -> None:
    lin = site.member(few)
    card = label_page(site, few, lin)
    for name, (key, code, _) in DIGITS.items():
        before = card.ready().shown()
        pressed(card, key, code)
        expect(card.text, name).not_to_have_text(before)
    card.saved()
    assert [row.value for row in labels_of(few, lin)] == [value for *_, value in DIGITS.values()]


def test_letters_of_other_keyboards_are_where_they_are_printed(site: Site, few: Project, label_page: Any) -> None:
    card = label_page(site, few, site.member(few))
    for name, key in LETTERS.items():
        pressed(card, key, "KeyS")
        expect(card.part("chooser"), name).to_contain_text("Why skip this item?")
        card.page.keyboard.press("Escape")
        expect(card.part("chooser")).to_be_hidden()


def pressed(card: Any, key: str, code: str) -> None:
    card.page.evaluate(
        """([key, code]) => window.dispatchEvent(
            new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }))""",
        [key, code],
    )


def test_the_item_takes_the_room_there_is(site: Site, few: Project, label_page: Any) -> None:
    card = label_page(site, few, site.member(few), viewport={"width": 1600, "height": 1200})
    item, tools = card.part("item").bounding_box(), card.part("help").bounding_box()
    assert item["height"] > 0.5 * 1200
    assert 1200 - 60 < tools["y"] + tools["height"] <= 1200, "the tools are at the lower edge"
    card.page.set_viewport_size({"width": 1600, "height": 700})
    expect(card.part("help")).to_be_in_viewport()
    assert in_view(card, "item", "help") == ["item", "help"]


def test_the_size_of_the_text_is_kept(site: Site, few: Project, label_page: Any) -> None:
    card = label_page(site, few, site.member(few))
    size = "(node) => parseFloat(getComputedStyle(node).fontSize)"
    usual = card.text.evaluate(size)
    card.page.keyboard.press("+")
    card.page.keyboard.press("+")
    large = card.text.evaluate(size)
    assert large > 1.2 * usual
    card.page.reload()
    card.ready()
    assert card.text.evaluate(size) == large
    for _ in range(4):
        card.page.keyboard.press("-")
    assert card.text.evaluate(size) < usual
