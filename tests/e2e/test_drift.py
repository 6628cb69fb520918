"""A manager sees on the page Models what moved among new items, has some of them labeled, and ignores it for a time."""

from typing import Any

import processes
import pytest
from browsing import Site, settled, shown
from drifting import german, known, usual
from playwright.sync_api import Page, expect

from labeler.client import Project


@pytest.fixture(scope="module")
def drifting(site: Site) -> Project:
    """A project with a model of English messages, to which German ones came."""
    made = site.admin.client.projects.create(
        "Drifting", labels=["spam", "ham"], model="logistic_regression", retrain_every=1000
    )
    made.items.add(known(), progress=False)
    processes.wait_for(lambda: made.models(), 120, "the first model")
    processes.wait_for(lambda: made.progress().training.state == "idle", 90, "the end of the training")
    made.items.add([*usual(60), *german(60)], progress=False)
    return made


@pytest.mark.whole
def test_what_moved_is_told_and_a_sample_is_labeled(site: Site, drifting: Project, visit: Any) -> None:
    page: Page = visit(f"{site.url}/models?project={drifting.slug}&view=drift", site.admin)
    expect(page.get_by_role("heading", name="Drift of new items", exact=True)).to_be_visible()
    expect(page.get_by_text("120 items came. Nobody has compared them yet.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Compare now").click()
    expect(page.get_by_text("120 items came, and they are different")).to_be_visible()
    expect(page.get_by_text("das ist für die Kollegen").first).to_be_visible()
    expect(page.get_by_text("this model reads words and letters alone")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Label a sample of the new items …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    settled(page)
    dialog.get_by_role("button", name="Ask for them").click()
    expect(shown(page, "new items wait to be labeled.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Ignore until …").click()
    expect(dialog).to_be_visible()
    settled(page)
    dialog.get_by_role("button", name="Ignore", exact=True).click()
    expect(page.get_by_role("button", name="Ignore it no longer")).to_be_visible()
    assert not drifting.drift.get().open
    drifting.drift.ignore_until(None)
    page.goto(f"{site.url}/progress?project={drifting.slug}")
    expect(page.get_by_text("New items are different:")).to_be_visible()


def test_who_only_reads_sees_it_and_changes_nothing(site: Site, drifting: Project, visit: Any) -> None:
    someone = site.member(drifting, "reader", read=False)
    page: Page = visit(f"{site.url}/models?project={drifting.slug}&view=drift", someone)
    expect(page.get_by_role("heading", name="Drift of new items", exact=True)).to_be_visible()
    settled(page)
    for name in ("Compare now", "Label a sample of the new items …", "Ignore until …"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
