"""A guideline is published and its items are asked again: what the manager sees, and the labeler, who is not told
what was answered."""

import re
from typing import Any

import processes
import pytest
from browsing import GUIDELINE, Card, Site, choose, settled, shown
from playwright.sync_api import expect


def test_a_new_guideline_asks_items_again_and_tells_what_changed(site: Site, visit: Any) -> None:
    project = site.project(12, "Again")
    someone = site.member(project)
    view = someone.client.projects.get(project.slug)
    for number, item in enumerate(view.queue.next(8)):
        view.label(item, ["spam", "ham"][number % 2], elapsed_ms=3_600)
    project.guidelines.save_draft(GUIDELINE.replace("Wants money.", "Wants money or clicks."), "clicks, too")
    page = visit(f"{site.url}/guidelines?project={project.slug}", site.admin)
    expect(shown(page, "Not read yet by")).to_have_count(0)
    page.get_by_role("tab", name="Write").click()
    page.get_by_role("button", name="Publish …").click()
    expect(shown(page, "reads differently: 4 answers, all given before")).to_be_visible()
    page.get_by_role("button", name="Publish and ask again").click()
    expect(shown(page, "The campaign begins.")).to_be_visible()
    page.goto(f"{site.url}/campaigns?project={project.slug}")
    expect(shown(page, "0 of 4 answered, 4 labels left")).to_be_visible()
    view.guidelines.acknowledge(2)
    card = Card(visit(f"{site.url}/label?project={project.slug}", someone)).ready()
    expect(card.hint).to_have_text("Labeled before: please answer once more, by guideline version 2.")
    listed = card.page.get_by_test_id("own-answer")
    expect(listed.first).to_be_visible()
    expect(listed.filter(has_text=card.shown()[:20])).to_have_count(0)
    card.press("2", "1", "1", "1")
    card.saved()
    expect(card.hint).not_to_have_text("Labeled before: please answer once more, by guideline version 2.")
    processes.wait_for(lambda: next(iter(project.campaigns)).state == "ended", 30, "the campaign to end")
    page.goto(f"{site.url}/campaigns?project={project.slug}")
    expect(shown(page, "1 of 4 answers changed (25%, 95% interval 5% to 70%).")).to_be_visible()
    expect(shown(page, re.compile(r" · from .+ to "))).to_be_visible()
    settled(page)
    page.get_by_text("Ask items again").first.click()
    expect(shown(page, "4 labels are asked for")).to_be_visible()


def test_a_page_that_is_open_gets_what_it_has_answered_when_it_is_asked_again(site: Site, visit: Any) -> None:
    project = site.project(4, "Open meanwhile", overlap=2)
    someone = site.member(project)
    card = Card(visit(f"{site.url}/label?project={project.slug}", someone)).ready()
    card.press("1", "2", "1")
    card.page.keyboard.press("2")
    card.saved()
    expect(card.root).to_have_attribute("data-state", "empty")
    expect(card.part("progress")).to_contain_text("0 of 4 with all 2 labels")  # each waits for another person's label
    project.campaigns.start("Again", all=True)
    card.page.get_by_role("button", name="Check again").click()
    processes.wait_for(lambda: next(iter(project.campaigns)).state == "running", 30, "the campaign to begin")
    expect(card.root).to_have_attribute("data-state", "empty")
    card.page.get_by_role("button", name="Check again").click()
    card.ready()
    expect(card.hint).to_contain_text("Labeled before")
    card.press("2", "2", "2")
    card.page.keyboard.press("2")
    processes.wait_for(lambda: next(iter(project.campaigns)).state == "ended", 30, "the campaign to end")


@pytest.mark.whole
def test_a_label_is_split_on_the_settings_page(site: Site, visit: Any) -> None:
    project = site.admin.client.projects.create("Split", labels=["spam", "ham", "pharma"])
    texts = ["win a cash prize", "cheap pills online"]
    project.items.add([{"key": f"m{n}", "text": f"{texts[n % 2]} {n}"} for n in range(6)], progress=False)
    project.label_many(dict.fromkeys((f"m{n}" for n in range(6)), "spam"))
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    page.get_by_test_id("label-name-1").fill("prize")
    page.get_by_test_id("label-name-1").press("Enter")
    choose(page.get_by_role("combobox", name="spam", exact=True), "several labels, which it is split into …")
    several = page.get_by_role("combobox", name="spam is split into")
    for name in ("prize", "pharma"):
        choose(several, name)
    several.press("Escape")
    settled(page)
    page.get_by_role("button", name="Save changes").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("6 answers with spam are asked again: prize, pharma")
    dialog.get_by_label("Words for prize").fill("cash prize")
    dialog.get_by_label("Keys of examples of pharma").fill("m1")
    dialog.get_by_label("Keys of examples of pharma").press("Enter")
    expect(dialog).to_contain_text("6 answers with spam: 3 like prize, 3 like pharma")
    dialog.get_by_role("button", name="Save this version").click()
    expect(page.get_by_text("Saved. A campaign asks the items of what was split again.")).to_be_visible()
    assert project.schemas()[0].mapping == {"spam": ["prize", "pharma"]}
    page.goto(f"{site.url}/campaigns?project={project.slug}")
    expect(shown(page, "They look like pharma: 3, prize: 3. Labelers are not told.")).to_be_visible()
