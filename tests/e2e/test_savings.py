"""A manager sees on Progress what the order of the queue has saved."""

from typing import Any

import processes
import pytest
from browsing import Site, barriers, settled, shown
from playwright.sync_api import Page, expect

from labeler.client import Project


@pytest.fixture(scope="module")
def lending(site: Site) -> Project:
    """A table of which 160 rows were labeled in the queue's order, half of them of the holdout."""
    settings: dict[str, Any] = {"model": "logistic_regression", "retrain_every": 1000, "holdout_share": 0.5}
    made: Project = site.admin.client.projects.create("Savings", labels=["paid", "lost"], **settings)
    rows = [{"key": f"k{n}", "fields": {"x": (n * 7919) % 600, "y": (n * 104_729) % 600}} for n in range(600)]
    made.items.add(rows, progress=False)
    for _ in range(8):
        items = made.queue.next(20)
        made.label_many({one.key: "paid" if one.content["fields"]["x"] > 200 else "lost" for one in items})
    made.train()
    processes.wait_for(made.models, 120, "the first model")
    return made


def test_what_the_order_of_the_queue_saves_is_counted_and_drawn(site: Site, lending: Project, visit: Any) -> None:
    page: Page = visit(f"{site.url}/progress?project={lending.slug}", site.admin)
    expect(page.get_by_role("heading", name="What the order of the queue saves")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Count it now").click()
    expect(shown(page, "labels drawn at random teach")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("So far, at this rate")).to_be_visible()
    expect(page.locator("[data-testid=stVegaLiteChart][aria-label*='order beside random labels']")).to_be_visible()
    settled(page)
    assert barriers(page) == []
    reader = site.member(lending, "reader", read=False)
    other: Page = visit(f"{site.url}/progress?project={lending.slug}", reader)
    expect(shown(other, "labels drawn at random teach")).to_be_visible()
    expect(other.get_by_role("button", name="Count it again")).to_have_count(0)
