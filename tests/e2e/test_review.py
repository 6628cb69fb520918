"""Disagreements are decided by key, labels go back to their authors with a note, and who is asked sees it."""

from functools import partial
from typing import Any

import processes
import pytest
from browsing import Site, settled, shown
from playwright.sync_api import Page, expect


def seen_on(page: Page) -> str:
    """The key of the item that the page shows."""
    return str(page.get_by_text("Key sms").inner_text().split()[1].rstrip(","))


def test_a_decision_by_key_is_about_the_item_that_was_seen(site: Site, visit: Any) -> None:
    """Answers are estimated again meanwhile, and another one is the least certain."""
    project = site.project(6, "Moves", overlap=2)
    views = [person.client.projects.get(project.slug) for person in (site.member(project), site.member(project))]
    keys = [row.key for row in project.items.page(limit=6).items]
    views[0].label_many(dict.fromkeys(keys[:4], "spam"))
    views[1].label_many(dict.fromkeys(keys[:4], "ham"))
    page = visit(f"{site.url}/review?project={project.slug}", site.admin)
    expect(shown(page, "4 to decide")).to_be_visible()
    seen = seen_on(page)
    page.get_by_role("heading", name="Review").click()
    settled(page)
    looked_at(page)
    project.reviews.fix(seen, "spam")  # it is not in the queue any more when the page is drawn
    page.keyboard.press("2")
    expect(shown(page, "3 to decide, 1 decided")).to_be_visible()
    settled(page)
    assert project.items.get(seen).answer.value == "ham"
    entries = [(one.kind, one.value) for one in project.items.history(seen)]
    assert entries[-1] == ("decision", "ham") and len(entries) == 3
    page.goto(f"{site.url}/items?project={project.slug}&item={seen}")
    expect(shown(page, "as it was decided")).to_be_visible()
    expect(shown(page, f"{site.admin.name} decided ham")).to_be_visible()


def looked_at(page: Page) -> None:
    """Somebody has read what is there."""
    page.wait_for_timeout(500)


def test_one_press_decides_one_item_that_was_seen(site: Site, visit: Any) -> None:
    """The buttons of the item before are still there while the next one is drawn."""
    project = site.project(6, "Quick fingers", overlap=2)
    views = [person.client.projects.get(project.slug) for person in (site.member(project), site.member(project))]
    keys = [row.key for row in project.items.page(limit=6).items]
    views[0].label_many(dict.fromkeys(keys, "spam"))
    views[1].label_many(dict.fromkeys(keys, "ham"))
    page = visit(f"{site.url}/review?project={project.slug}", site.admin)
    expect(shown(page, "6 to decide")).to_be_visible()
    page.get_by_role("heading", name="Review").click()
    decided: dict[str, list[str]] = {}

    def made(key: str) -> list[str]:
        return [str(one.value) for one in project.items.history(key) if one.kind == "decision"]

    for first, then in (("1", "1"), ("2", "1"), ("1", "2")):
        settled(page)
        seen = seen_on(page)
        looked_at(page)
        page.keyboard.press(first)
        page.wait_for_timeout(100)  # of the other finger
        page.keyboard.press(then)  # the former item's buttons are there, or those of one that nobody has read
        settled(page)
        if not made(seen):  # a busy machine got both at once, and none counts
            looked_at(page)
            page.keyboard.press(first)
            processes.wait_for(partial(made, seen), 60, "the decision")
        decided[seen] = [{"1": "spam", "2": "ham"}[first]]
    assert {key: made(key) for key in decided} == decided
    assert all(len(made(key)) < 2 for key in keys)


@pytest.mark.whole
def test_decided_by_key_returned_with_a_note_and_asked_in_a_comment(site: Site, visit: Any) -> None:
    project = site.project(6, "Review", overlap=2)
    lin, max_ = (site.member(project) for _ in range(2))
    views = [person.client.projects.get(project.slug) for person in (lin, max_)]
    keys = [row.key for row in project.items.page(limit=6).items]
    views[0].label_many(dict.fromkeys(keys[:3], "spam"))
    views[1].label_many({keys[0]: "spam", keys[1]: "ham", keys[2]: "ham"})
    page = visit(f"{site.url}/progress?project={project.slug}", site.admin)
    expect(shown(page, "On 2 items people do not agree, and nobody has decided.")).to_be_visible()
    page.get_by_role("button", name="Decide").click()
    expect(shown(page, "2 to decide")).to_be_visible()
    for number in (1, 2):
        settled(page)
        page.get_by_role("button", name="Later").click()
        expect(shown(page, f"2 to decide ({number} put off by you)")).to_be_visible()
    expect(shown(page, "2 are left, which you put off.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Show those that are left").click()
    first = seen_on(page)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)  # that there is no model yet is no error
    expect(shown(page, "What was decided")).to_be_hidden()
    settled(page)
    expect(page.get_by_role("button", name="ham")).to_be_enabled()
    page.get_by_role("heading", name="Review").click()  # the keys are the page's, not a field's
    begins = project.items.get(first).content["text"][:30]
    looked_at(page)
    page.keyboard.press("2")
    expect(page.get_by_test_id("stToast").filter(has_text=begins)).to_be_visible()
    expect(shown(page, "1 to decide, 1 decided")).to_be_visible()
    expect(shown(page, "What was decided")).to_be_visible()
    (second,) = (row.item_key for row in project.reviews.queue().items)
    assert project.items.get(first).answer.value == "ham"
    expect(shown(page, f"Key {second}")).to_be_visible()
    settled(page)
    page.get_by_label("Comment", exact=True).fill(f"@{lin.name} is this a newsletter?")
    page.get_by_role("button", name="Send").click()
    expect(shown(page, "is this a newsletter?")).to_be_visible()
    settled(page)
    page.get_by_text("Ask again instead").click()
    page.get_by_label("What they should look at").fill("Look at the sender.")
    settled(page)
    page.get_by_role("button", name="Return the label").click()
    expect(shown(page, "Nothing to decide")).to_be_visible()
    (waiting, *_) = project.reviews
    author = lin if waiting.to.name == lin.name else max_
    theirs = visit(f"{site.url}/label?project={project.slug}", author)
    expect(theirs.get_by_text("You are asked: Look at the sender.")).to_be_visible()
    home = visit(f"{site.url}/", lin)
    expect(shown(home, "1 question for you")).to_be_visible()
    home.get_by_role("button", name="Mark as read").click()
    expect(shown(home, "1 question for you")).to_have_count(0)
