"""Newcomers learn on the card what is right; managers see on their page who stands where, and let people go on."""

from typing import Any

import pytest
from browsing import Card, Site, barriers, labels_of, messages, settled, shown
from playwright.sync_api import expect

from labeler.client import Project

OTHER = {"spam": "ham", "ham": "spam"}


def in_training(site: Site, name: str, items: int = 5) -> tuple[Project, dict[str, str]]:
    """A project of which 12 items are gold; what is right, by the item's text."""
    project = site.project(60, name, training_items=items, gold_rate=0.0)
    known = {row["key"]: row["metadata"]["truth"] for row in messages(12)}
    project.set_gold(known, {key: f"Because of {key}." for key in known})
    return project, {row["text"]: row["metadata"]["truth"] for row in messages(12)}


def answer(card: Card, truth: dict[str, str], is_right: bool) -> None:
    """Press the key of the right answer, or of the other one."""
    right = truth[card.ready().shown()]
    value = right if is_right else OTHER[right]
    card.page.keyboard.press(card.part(f"label-{value}").locator("kbd").inner_text())


def test_what_is_right_is_told_after_each_answer_by_keyboard_and_nothing_moves(
    site: Site, visit: Any, label_page: Any
) -> None:
    project, truth = in_training(site, "Training passed")
    lin = site.member(project)
    card = label_page(site, project, lin)
    expect(card.hint).to_have_text(
        "You begin with a training: 5 items whose answer is known. After each you are told what is right."
    )
    before = card.shown()
    places = [card.part(name).bounding_box() for name in ("item", "label-spam", "undo")]
    answer(card, truth, is_right=False)
    expect(card.part("lesson-title")).to_have_text(f"Not right: it is {truth[before]}.")
    expect(card.part("lesson-note")).to_contain_text("Because of ")
    expect(card.part("lesson-progress")).to_have_text("Training: 1 of 5 answered, 0 right.")
    expect(card.page.locator("[data-ref=live]")).to_contain_text(f"Not right: it is {truth[before]}. You answered ")
    assert card.shown() == before, "the item stays while one reads why"
    assert [card.part(name).bounding_box() for name in ("item", "label-spam", "undo")] == places
    for key in ("1", "2", "s", "u", "ArrowLeft"):
        card.page.keyboard.press(key)
    assert card.shown() == before and len(labels_of(project, lin)) == 1, "no key answers meanwhile, or takes back"
    assert barriers(card.page) == []
    expect(card.part("lesson")).to_have_attribute("data-seen", "true")
    card.page.keyboard.press("Enter")
    expect(card.text).not_to_have_text(before)
    for place in range(4):
        answer(card, truth, is_right=True)
        expect(card.part("lesson-title")).to_have_text("Right.")
        if place == 3:
            words = "You have passed the training, 4 of 5 right: from now on you label."
            expect(card.part("lesson-progress")).to_have_text(words)
        expect(card.part("lesson")).to_have_attribute("data-seen", "true")
        card.page.keyboard.press("Enter")
        expect(card.part("lesson")).to_be_hidden()
    assert card.ready().shown() not in truth
    expect(card.hint).not_to_contain_text("raining")
    card.press("1")
    card.saved()
    assert [row.source for row in labels_of(project, lin)] == ["training"] * 5 + ["queue"]
    card.page.reload()
    card.ready()
    expect(card.part("lesson")).to_be_hidden()


@pytest.mark.whole
def test_who_is_held_reads_what_to_do_and_goes_on_when_a_manager_says_so(
    site: Site, visit: Any, label_page: Any
) -> None:
    project, truth = in_training(site, "Training not passed")
    lin = site.member(project)
    card = label_page(site, project, lin)
    for _ in range(5):
        answer(card, truth, is_right=False)
        expect(card.part("lesson-title")).to_contain_text("Not right")
        expect(card.part("lesson")).to_have_attribute("data-seen", "true")
        card.part("lesson-next").click()
    expect(card.part("state")).to_contain_text("You got 0 of 5 right in the training; 4 are needed.")
    page = visit(f"{site.url}/labelers?project={project.slug}", site.admin)
    expect(shown(page, f"They get nothing until a manager lets them go on: {lin.name}.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Continue").click()
    expect(shown(page, f"{lin.name} gets the queue.")).to_be_visible()
    assert card.ready().shown() not in truth
    project.standings.pause(lin.id, "See me")
    card.page.keyboard.press("1")
    expect(card.part("state")).to_contain_text('Labeling is paused for you: "See me".')


@pytest.mark.whole
def test_how_far_suggestions_are_followed_is_said_with_intervals_on_the_page_labelers(site: Site, visit: Any) -> None:
    settings = {"show_suggestions": True, "unsuggested_share": 0.4, "holdout_share": 0.0}
    project = site.admin.client.projects.create("Anchored", labels=["spam", "ham"], **settings)
    rows = [{**row, "predictions": [{"value": "spam", "score": 0.9}]} for row in messages(160)]
    project.items.add(rows, progress=False)
    lin = site.member(project, read=False)
    view = lin.client.projects.get(project.slug)
    address = f"{site.url}/labelers?project={project.slug}"
    page = visit(address, site.admin)
    view.label_many({item.key: "spam" for item in view.queue.next(5)})
    page.reload()
    expect(shown(page, "It can't be told yet: about ")).to_be_visible()
    while items := view.queue.next(50):  # takes what is shown, and knows better where nothing is
        view.label_many({item.key: "spam" if item.suggestion else "ham" for item in items})
    page.goto(address)
    expect(shown(page, "People say what the model says more often because they see it.")).to_be_visible()
    expect(shown(page, "Because they are shown")).to_be_visible()
    settled(page)
    assert barriers(page) == []
