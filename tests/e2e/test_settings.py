"""The settings of a project: what is typed twice, means nothing or is another's is said."""

from typing import Any

import pytest
from browsing import Site, settled
from playwright.sync_api import expect


@pytest.mark.whole
def test_a_project_does_not_take_the_name_of_another(site: Site, visit: Any) -> None:
    site.project(0, "First come")
    second = site.project(0, "Second come")
    page = visit(f"{site.url}/settings?project={second.slug}", site.admin)
    page.get_by_role("tab", name="Project").click()
    name = page.get_by_role("textbox", name="Name", exact=True)
    name.fill("first  COME")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("There is a project of this name already (first-come).")).to_be_visible()
    assert site.admin.client.projects.get(second.slug).info.name == "Second come"
    name.fill("Second Come")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(f"{site.url}/setup")
    page.get_by_label("Name", exact=True).fill("First come ")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_text("There is a project of this name already (first-come).")).to_be_visible()


@pytest.mark.whole
def test_reasons_that_are_there_twice_are_kept_once_and_said(site: Site, visit: Any) -> None:
    project = site.project(0, "Reasons twice")
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    page.get_by_role("tab", name="Reasons").click()
    page.get_by_role("textbox", name="Reasons to skip, one per line").fill("Too long\nNot mine\ntoo long\n")
    page.get_by_role("tabpanel").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("“Too long” was there twice: it is kept once.")).to_be_visible()
    settings = site.admin.client.projects.get(project.slug).info.settings
    assert settings.skip_reasons == ["Too long", "Not mine"]


@pytest.mark.whole
def test_what_is_about_people_stands_under_labelers_and_nothing_is_called_off(site: Site, visit: Any) -> None:
    project = site.project(0, "About people")
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    page.get_by_role("tab", name="Learning").click()
    panel = page.get_by_role("tabpanel").locator("visible=true")
    expect(panel.get_by_role("heading", name="What comes next")).to_be_visible()
    expect(panel.get_by_role("heading", name="How many people label an item")).to_have_count(0)
    page.get_by_role("tab", name="Labelers").click()
    expect(panel.get_by_role("heading", name="How many people label an item")).to_be_visible()
    pause = panel.get_by_test_id("stSlider").filter(has_text="Pause who is right on fewer than")
    expect(pause.get_by_test_id("stSliderThumbValue")).to_have_text("off")
    pause.get_by_role("slider").press("End")
    expect(pause.get_by_test_id("stSliderThumbValue")).to_have_text("100%")
    settled(page)
    panel.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    settings = site.admin.client.projects.get(project.slug).info.settings
    assert settings.gold_pause_below == 1 and settings.overlap == 1
