"""What is agreed with somebody is said on People, seen on Labelers, and kept by the labeling page."""

import os
from pathlib import Path
from typing import Any

import processes
from browsing import Card, Site, choose, settled, shown
from playwright.sync_api import expect


def test_a_labeler_is_told_when_the_day_is_done(site: Site, visit: Any, label_page: Any) -> None:
    project = site.project(30, "Terms", holdout_share=0)
    someone = site.member(project)
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    row = page.locator(f"[class*=st-key-member-{someone.id}]")
    row.get_by_role("button", name="Terms …").click()
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
