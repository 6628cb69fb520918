"""A manager looks for failure modes on the page Models, keeps one, and has items collected for it."""

from typing import Any

import processes
import pytest
from browsing import Site, settled, shown
from planted_modes import PARCELS, messages_with_parcels
from playwright.sync_api import Page, expect

from labeler.client import Project


@pytest.fixture(scope="module")
def failing(site: Site) -> Project:
    """A project with a model that takes parcels for ham."""
    made = site.admin.client.projects.create(
        "Parcels", labels=["spam", "ham"], model="logistic_regression", retrain_every=1000
    )
    made.items.add(messages_with_parcels(), progress=False)
    processes.wait_for(lambda: made.models(), 120, "the first model")
    processes.wait_for(lambda: made.progress().training.state == "idle", 90, "the end of the training")
    return made


@pytest.mark.whole
def test_one_is_found_kept_and_collected_for(site: Site, failing: Project, visit: Any) -> None:
    page: Page = visit(f"{site.url}/models?project={failing.slug}&view=mistakes", site.admin)
    expect(page.get_by_role("heading", name="Failure modes", exact=True)).to_be_visible()
    expect(page.get_by_text("Nobody has looked for them yet.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Look for failure modes of model").click()
    expect(page.get_by_text("of the pool are like it")).to_be_visible()
    expect(page.get_by_role("button", name="Collect for it …")).to_have_count(0)
    settled(page)
    page.get_by_role("button", name="Keep it …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Parcels")
    dialog.get_by_label("Name").press("Enter")
    settled(page)
    dialog.get_by_role("button", name="Save", exact=True).click()
    processes.wait_for(lambda: list(failing.failure_modes), 60, "the failure mode")
    expect(dialog).to_have_count(0)
    settled(page)
    page.get_by_role("button", name="Collect for it …").click()
    expect(dialog).to_be_visible()
    settled(page)
    dialog.get_by_role("button", name="Collect them").click()
    expect(shown(page, f"0 of {PARCELS} collected: labelers get them among the others")).to_be_visible()
    (kept,) = failing.failure_modes
    assert kept.collecting is not None and kept.collecting.state == "running"
    settled(page)
    page.get_by_role("button", name="Stop collecting").click()
    expect(shown(page, f"0 of {PARCELS} collected: stopped")).to_be_visible()


def test_who_only_reads_sees_them_and_changes_nothing(site: Site, failing: Project, visit: Any) -> None:
    someone = site.member(failing, "reader", read=False)
    page: Page = visit(f"{site.url}/models?project={failing.slug}&view=mistakes", someone)
    expect(page.get_by_role("heading", name="Failure modes", exact=True)).to_be_visible()
    settled(page)
    for name in ("Look for failure modes of model", "Keep it …", "Rename …", "Collect for it …", "Let it go …"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
