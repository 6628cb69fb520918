"""What is agreed with somebody is said on People, seen on Labelers, and kept by the labeling page."""

import os
from pathlib import Path
from typing import Any

import processes
import pytest
from browsing import Card, Site, choose, settled, shown
from playwright.sync_api import expect


@pytest.mark.whole
def test_a_labeler_is_told_when_the_day_is_done(site: Site, visit: Any, label_page: Any) -> None:
    project = site.project(30, "Terms", holdout_share=0)
    someone = site.member(project)
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    row = page.locator(f"[class*=st-key-member-{someone.id}]")
    row.get_by_role("button", name="Cost, skills, limits …").click()
    dialog = page.get_by_role("dialog")
    choose(dialog.get_by_role("combobox", name="Works as"), "contractor")
    choose(dialog.get_by_role("combobox", name="Paid"), "for each label")
    dialog.get_by_role("spinbutton", name="How much").fill("0.25")
    dialog.get_by_role("spinbutton", name="Most items a day").fill("2")
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / "terms.png")
    dialog.get_by_role("button", name="Save").click()
    processes.wait_for(lambda: project.terms(someone.id).per_day == 2, 30, "the terms")
    card: Card = label_page(site, project, someone)
    card.press("1")
    card.page.keyboard.press("1")
    expect(card.page.get_by_role("heading", name="That was your last item for today")).to_be_visible()
    if folder:
        card.page.screenshot(path=Path(folder) / "last.png")
    page.goto(f"{site.url}/labelers?project={project.slug}")
    expect(shown(page, "for 2 labels")).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").filter(has_text="0.5")).to_be_visible()
    settled(page)
    if folder:
        page.screenshot(path=Path(folder) / "labelers.png", full_page=True)


@pytest.mark.whole
def test_what_a_search_finds_is_assigned_seen_on_labelers_and_ended(site: Site, visit: Any) -> None:
    project = site.project(30, "Shares", holdout_share=0)
    someone = site.member(project)
    page = visit(f"{site.url}/items?project={project.slug}&q=you", site.admin)
    settled(page)
    page.get_by_role("button", name="Assign these …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("can be assigned.")
    dialog.get_by_role("spinbutton", name="How many").fill("3")
    dialog.get_by_text("Only for them").click()
    choose(dialog.get_by_role("combobox", name="Assign to"), someone.name)
    page.keyboard.press("Tab")  # the list stays open for further names
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / "assign.png")
    dialog.get_by_role("button", name="Assign", exact=True).click()
    processes.wait_for(lambda: [one.state for one in project.assignments] == ["running"], 60, "the assignment")
    made = next(iter(project.assignments))
    assert (made.items, made.only, [one.id for one in made.people]) == (3, True, [someone.id])
    page.goto(f"{site.url}/labelers?project={project.slug}")
    expect(shown(page, "Assigned items")).to_be_visible()
    settled(page)
    if folder:
        page.screenshot(path=Path(folder) / "assigned.png", full_page=True)
    page.get_by_role("button", name="End it …").click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    processes.wait_for(lambda: [one.state for one in project.assignments] == ["ended"], 30, "its end")
