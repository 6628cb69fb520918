"""One's own work: the last answers beside the card, to be looked at and corrected; flags come back answered; keys,
label meanings and long lists are as one likes them; wide rows show what is in them."""

from typing import Any

import processes
import pytest
from browsing import Card, Site, labels_of, messages
from playwright.sync_api import Locator, expect

from labeler.client import Project

LAPTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NAMES = [f"topic {n}" for n in range(1, 61)]


def own(card: Card) -> Locator:
    return card.page.get_by_test_id("own-answer")


def test_last_answers_are_looked_at_corrected_and_the_correction_is_undone(
    site: Site, visit: Any, label_page: Any
) -> None:
    project = site.project(30, "Corrected")
    lin = site.member(project)
    card = label_page(site, project, lin, **LAPTOP)
    seen = []
    for key in "12":
        seen.append(card.shown())
        card.press(key)
    card.page.keyboard.press("s")
    card.press("1")
    asked = card.shown()
    expect(own(card)).to_have_count(3)
    assert [said.split("\n")[-1] for said in own(card).all_inner_texts()] == ["skipped", "ham", "spam"]
    own(card).nth(2).click()
    expect(card.text).to_have_text(seen[0])
    expect(card.hint).to_have_text("You answered spam. Answer again to correct it.")
    expect(card.part("label-spam")).to_have_attribute("aria-pressed", "true")
    card.ready().page.keyboard.press("2")
    expect(card.text).to_have_text(asked)
    expect(card.part("label-ham")).to_have_attribute("aria-pressed", "false")
    card.saved()
    rows = labels_of(project, lin)
    assert [row.value for row in rows] == ["spam", "ham", "ham"]
    assert rows[2].supersedes == rows[0].id
    card.ready().page.keyboard.press("u")
    expect(card.hint).to_contain_text("Back to your former answer: spam")
    expect(card.text).to_have_text(asked)
    card.saved()
    assert labels_of(project, lin)[-1].value == "spam"
    # Step by step with the arrows, and back.
    card.page.keyboard.press("ArrowLeft")
    card.page.keyboard.press("ArrowLeft")
    expect(card.hint).to_contain_text("You skipped it (Not clear).")
    card.page.keyboard.press("ArrowLeft")
    expect(card.part("label-ham")).to_have_attribute("aria-pressed", "true")
    card.page.keyboard.press("Escape")
    expect(card.text).to_have_text(asked)
    expect(card.part("labels").locator("[aria-pressed=true]")).to_have_count(0)  # what is asked has no answer yet
    # What one answered is there again after a reload, and a flag with it.
    card.page.reload()
    expect(own(card.ready())).to_have_count(3)
    assert [said.split("\n")[-1] for said in own(card).all_inner_texts()] == ["spam", "skipped", "ham"]
    # What is like it is asked for by key, and closed by key.
    card.ready().page.keyboard.press("c")
    expect(card.part("like-this")).to_be_visible()
    card.page.keyboard.press("Escape")
    expect(card.part("like-this")).to_be_hidden()


def test_a_hard_flag_comes_back_answered_until_it_is_read(site: Site, label_page: Any) -> None:
    project = site.project(20, "Asked")
    lin = site.member(project)
    mine = lin.client.projects.get(project.slug)
    held = mine.queue.next(1)[0]
    mine.flag(held, "Ambiguous", note="ham or spam?")
    flag = next(iter(project.flags))
    project.flags.resolve(flag.id, "It wants money.", "spam")
    card = label_page(site, project, lin, **LAPTOP)
    decided = card.part("decided")
    expect(decided).to_contain_text("Your question was answered")
    expect(decided).to_contain_text("ham or spam?")
    expect(decided).to_contain_text("spam. It wants money. — Admin")
    card.part("flag-read").click()
    expect(decided).to_be_hidden()
    assert mine.own.decided_flags() == []


def test_on_a_phone_ones_work_opens_over_the_card(site: Site, label_page: Any) -> None:
    project = site.project(20, "Own phone")
    lin = site.member(project)
    card = label_page(site, project, lin, **PHONE)
    first = card.shown()
    card.part("label-spam").tap()
    expect(card.text).not_to_have_text(first)
    card.ready()
    expect(card.part("side")).to_be_hidden()
    card.part("own").tap()
    own(card).first.tap()
    expect(card.text).to_have_text(first)
    expect(card.part("dialog")).to_be_hidden()
    card.ready().part("label-ham").tap()
    card.saved()
    assert [row.value for row in labels_of(project, lin)] == ["spam", "ham"]
    # The list is in its place again, also for a wider screen.
    card.part("own").tap()
    expect(own(card)).to_have_count(1)
    card.page.keyboard.press("Escape")
    # What is asked for is seen, however long the list above it.
    for _ in range(14):
        card.ready().press("1")
    card.ready().part("like").tap()
    expect(card.part("like-this").get_by_role("heading")).to_be_in_viewport(ratio=1)


@pytest.fixture(scope="module")
def sixty(site: Site) -> Project:
    labels = [{"name": name, "description": f"Everything about {name}."} for name in NAMES]
    project = site.admin.client.projects.create("Sixty of one's own", labels=labels)
    project.guidelines.publish("# Topics\n", "")
    project.items.add(messages(40), progress=False)
    return project


def names(card: Card, first: int) -> list[str]:
    found = card.page.get_by_test_id("labels").get_by_role("button").all()[:first]
    return [(one.get_attribute("data-testid") or "").removeprefix("label-") for one in found]


def test_labels_used_lately_stand_first_and_stay_in_their_place(site: Site, sixty: Project, label_page: Any) -> None:
    lin = site.member(sixty)
    card = label_page(site, sixty, lin, **LAPTOP)
    for name in ("topic 50", "topic 33", "topic 50"):
        before = card.ready().shown()
        card.part(f"label-{name}").click()
        expect(card.text).not_to_have_text(before)
    processes.wait_for(lambda: names(card, 3) == ["topic 50", "topic 33", "topic 1"], 10, "the favorites")
    expect(card.part("label-topic 50")).to_be_in_viewport()
    card.page.reload()
    card.ready()
    assert names(card, 3) == ["topic 50", "topic 33", "topic 1"]


def test_keys_are_changed_and_collide_visibly(site: Site, sixty: Project, label_page: Any) -> None:
    lin = site.member(sixty)
    card = label_page(site, sixty, lin, **LAPTOP)
    page = card.page
    page.keyboard.press("?")
    page.get_by_test_id("key-topic 44").click()
    page.keyboard.press("s")
    expect(page.get_by_test_id("key-says")).to_contain_text("“S” is the key for “Skip, with a reason”")
    page.keyboard.press("x")
    expect(page.get_by_test_id("key-topic 44")).to_have_text("X")
    page.get_by_test_id("key-like").click()
    page.keyboard.press("z")
    page.keyboard.press("Escape")
    expect(card.part("label-topic 44").locator("kbd")).to_have_text("X")
    expect(card.part("like").locator("kbd")).to_have_text("Z")
    card.press("x")
    card.saved()
    assert labels_of(sixty, lin)[-1].value == "topic 44"
    page.reload()
    card.ready()
    card.press("x")
    processes.wait_for(lambda: sixty.progress().model is not None, 60, "a model")
    card.ready().page.keyboard.press("z")
    expect(card.page.get_by_test_id("comparable").first).to_contain_text("topic", timeout=60_000)
    page.keyboard.press("?")
    page.get_by_test_id("keys-reset").click()
    page.keyboard.press("Escape")
    expect(card.part("label-topic 44").locator("kbd")).to_have_count(0)
    # What the labels mean, on a key; and back.
    meaning = card.page.get_by_text("Everything about topic 1.")
    expect(meaning).to_be_hidden()
    page.keyboard.press("d")
    expect(meaning).to_be_visible()
    page.keyboard.press("d")
    expect(meaning).to_be_hidden()


def test_keywords_are_marked_as_whole_words(site: Site, label_page: Any) -> None:
    labels = [{"name": "spam", "keywords": ["prize", "you won"]}, {"name": "ham"}]
    project = site.admin.client.projects.create("Keywords", labels=labels)
    project.guidelines.publish("# SMS\n", "")
    # "you won" lies across the place where a long text is cut for the browser.
    project.items.add([{"text": "A PRIZE, " + "so " * 330 + "you won it; surprised?" + " so" * 30}], progress=False)
    card = label_page(site, project, site.member(project))
    marked = "[...(CSS.highlights.get('labeler-keyword') || [])].map((range) => range.toString())"
    processes.wait_for(lambda: card.page.evaluate(marked) == ["PRIZE", "you won"], 10, "the marks")


def test_wide_rows_hide_what_is_empty_and_are_searched(site: Site, label_page: Any) -> None:
    rows = [
        {"key": f"r{n}", "fields": {f"column {c}": "" if c % 4 == 0 else f"value {c} of {n}" for c in range(60)}}
        for n in range(5)
    ]
    wide = site.admin.client.projects.create("Wide rows", labels=["yes", "no"])
    wide.guidelines.publish("# Rows\n", "")
    wide.items.add(rows, progress=False)
    card = label_page(site, wide, site.member(wide), **LAPTOP)
    fields = card.text.locator(".pair")
    expect(fields).to_have_count(45)
    card.page.keyboard.press("f")
    card.page.keyboard.type("column 59")
    expect(fields).to_have_count(1)
    card.page.keyboard.press("Enter")
    card.press("1")
    expect(fields).to_have_count(1)  # the same for the next row
    card.page.get_by_test_id("field-search").fill("")
    card.page.get_by_test_id("empty-fields").click()
    expect(fields).to_have_count(60)
