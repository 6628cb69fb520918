"""A manager sees what is missing for production, confirms a line, and takes it back; a reader only looks."""

from typing import Any

from browsing import Site, settled
from playwright.sync_api import Page, expect

TITLE = "The data may be used for this: licenses, contracts and law allow it."


def test_a_line_is_confirmed_and_taken_back(site: Site, visit: Any) -> None:
    project = site.admin.client.projects.create("Ready", labels=["spam", "ham"])
    page: Page = visit(f"{site.url}/readiness?project={project.slug}", site.admin)
    expect(page.get_by_role("heading", name="0.0 of 7 points")).to_be_visible()
    expect(page.get_by_text("There is no model yet.").first).to_be_visible()
    settled(page)
    row = page.get_by_test_id("stHorizontalBlock").filter(has_text=TITLE).first
    row.get_by_role("button", name="Confirm …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    dialog.get_by_role("textbox", name="How it was looked at").fill("Contract 12 says *so*.")
    dialog.get_by_role("textbox", name="How it was looked at").press("Control+Enter")
    settled(page)
    dialog.get_by_role("button", name="Save").click()
    expect(row.get_by_text("Contract 12 says *so*.")).to_be_visible()
    (said,) = (one.confirmed for one in project.readiness.get().lines if one.confirmed)
    assert said.reason == "Contract 12 says *so*." and not said.automated and not said.due
    someone = site.member(project, "reader", read=False)
    reading: Page = visit(f"{site.url}/readiness?project={project.slug}", someone)
    expect(reading.get_by_text("Contract 12 says *so*.")).to_be_visible()
    settled(reading)
    expect(reading.get_by_role("button", name="Confirm …")).to_have_count(0)
    settled(page)
    row.get_by_role("button", name="Change …").click()
    settled(page)
    dialog.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Withdrawn: nobody vouches for it any more.")).to_be_visible()
    assert not [one for one in project.readiness.get().lines if one.confirmed]
