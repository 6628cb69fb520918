"""Labels that two people or tabs change at once: each is told, nothing is saved over, nothing typed is lost."""

from typing import Any

import pytest
from browsing import Site, labels_say, settled, shown
from playwright.sync_api import Locator, Page, expect

from labeler.client import Project

NAMES = ["World", "Sports", "Business", "Sci/Tech"]
OTHERS = "Somebody changed the labels meanwhile."


@pytest.fixture
def project(site: Site) -> Project:
    made = site.project(6, "Two at labels", labels=NAMES)
    made.guidelines.acknowledge(1)
    for item in made.queue.next(3):
        made.label(item, "World")
    return made


def question(page: Page) -> Locator:
    """The editor, when it is ready."""
    settled(page)
    labels_say(page, "4 labels")
    return page.get_by_test_id("labels-editor")


def change_beside(project: Project) -> None:
    """Somebody else renames a label."""
    named = ["World", "Sports", "Economy", "Sci/Tech"]
    project.change_schema(labels=named, mapping={"Business": "Economy"})


def names(project: Project, site: Site) -> list[str]:
    return [label["name"] for label in site.admin.client.projects.get(project.slug).info.labels]


@pytest.mark.whole
def test_who_saves_second_is_told_and_goes_on_from_the_present_labels(site: Site, project: Project, visit: Any) -> None:
    page = visit(f"{site.url}/settings?project={project.slug}", site.member(project, "manager"))
    editor = question(page)
    editor.get_by_test_id("label-name-1").fill("Globe")
    editor.get_by_test_id("label-name-5").fill("Weather")
    expect(page.get_by_role("combobox", name="World", exact=True)).to_have_value("Globe")
    settled(page)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("dialog")).to_contain_text("become")
    change_beside(project)
    # Pressed, or seen before by the page itself.
    page.evaluate("() => document.querySelector('.st-key-schema-yes button')?.click()")
    expect(shown(page, OTHERS)).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("mapping")).to_have_count(0)
    box = page.locator(".st-key-others-changed")
    expect(box.get_by_test_id("stTable")).to_contain_text("Weather")
    expect(box.get_by_test_id("stTable")).to_contain_text("Globe")
    assert names(project, site) == ["World", "Sports", "Economy", "Sci/Tech"]
    editor = question(page)
    expect(editor.get_by_test_id("label-name-3")).to_have_value("Economy")
    expect(editor.get_by_test_id("label-name-1")).to_have_value("World")
    editor.get_by_test_id("label-name-1").fill("Globe")
    expect(page.get_by_role("combobox", name="World", exact=True)).to_have_value("Globe")
    settled(page)
    page.get_by_role("button", name="Save changes").click()
    page.get_by_role("dialog").get_by_role("button", name="Save this version").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert names(project, site) == ["Globe", "Sports", "Economy", "Sci/Tech"]
    expect(box).to_have_count(0)
    page.reload()
    question(page)
    expect(box).to_have_count(0)
    expect(page.get_by_test_id("labels-kept")).to_be_hidden()


def test_a_tab_that_was_open_before_says_that_labels_have_changed(site: Site, project: Project, visit: Any) -> None:
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    question(page)
    change_beside(project)
    expect(shown(page, OTHERS)).to_be_visible()
    expect(question(page).get_by_test_id("label-name-3")).to_have_value("Economy")
    expect(page.locator(".st-key-others-changed").get_by_role("button", name="Discard")).to_have_count(0)


@pytest.mark.whole
def test_what_was_typed_before_others_saved_is_there_when_the_page_is_opened_again(
    site: Site, project: Project, visit: Any
) -> None:
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    question(page).get_by_test_id("label-name-2").fill("Games")
    page.get_by_test_id("label-name-2").press("Tab")
    context = page.context
    page.close()
    change_beside(project)
    page = context.new_page()
    page.goto(f"{site.url}/settings?project={project.slug}")
    expect(shown(page, OTHERS)).to_be_visible()
    box = page.locator(".st-key-others-changed")
    expect(box.get_by_test_id("stTable")).to_contain_text("Games")
    expect(question(page).get_by_test_id("label-name-2")).to_have_value("Sports")
    box.get_by_role("button", name="Discard").click()
    expect(box).to_have_count(0)
    settled(page)
    page.reload()
    question(page)
    expect(box).to_have_count(0)


@pytest.mark.whole
def test_labels_that_were_kept_say_so_and_can_be_discarded(site: Site, project: Project, visit: Any) -> None:
    address = f"{site.url}/settings?project={project.slug}"
    page = visit(address, site.admin)
    question(page).get_by_test_id("label-name-1").fill("Globe")
    expect(page.get_by_role("combobox", name="World", exact=True)).to_have_value("Globe")
    expect(page.get_by_test_id("labels-kept")).to_be_hidden()
    other = page.context.new_page()  # another tab
    other.goto(address)
    expect(question(other).get_by_test_id("label-name-1")).to_have_value("Globe")
    expect(other.get_by_test_id("labels-kept")).to_contain_text("What you had typed and not saved is here again.")
    expect(other.get_by_role("combobox", name="World", exact=True)).to_have_value("Globe")
    settled(other)
    other.get_by_test_id("labels-discard").click()
    expect(question(other).get_by_test_id("label-name-1")).to_have_value("World")
    expect(other.get_by_test_id("labels-kept")).to_be_hidden()
    expect(other.get_by_text("What happens to answers with:")).to_have_count(0)
    settled(other)
    other.get_by_role("button", name="Save changes").click()
    expect(shown(other, "There is nothing to save: no change was made.")).to_be_visible()
    other.reload()
    expect(question(other).get_by_test_id("label-name-1")).to_have_value("World")
    expect(other.get_by_test_id("labels-kept")).to_be_hidden()


def test_another_scale_is_not_saved_over(site: Site, visit: Any) -> None:
    rating = site.admin.client.projects.create("Scale", task_type="rating", scale={"min": 1, "max": 3})
    page = visit(f"{site.url}/settings?project={rating.slug}", site.admin)
    page.get_by_role("spinbutton", name="Highest").fill("7")
    page.get_by_role("spinbutton", name="Highest").press("Tab")
    settled(page)
    rating.change_schema(scale={"min": 1, "max": 5})
    page.get_by_role("button", name="Save changes").click()
    expect(shown(page, "Somebody changed the scale meanwhile.")).to_be_visible()
    expect(page.locator(".st-key-others-changed")).to_contain_text("1, 2, 3, 4, 5, 6, 7")
    expect(page.get_by_role("spinbutton", name="Highest")).to_have_value("5")
    assert site.admin.client.projects.get(rating.slug).info.scale["max"] == 5
