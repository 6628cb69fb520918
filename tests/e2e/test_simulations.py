"""A manager simulates strategies on Progress; a reader sees what came of it."""

from typing import Any

import processes
import pytest
from browsing import Site, barriers, settled, shown
from playwright.sync_api import Page, expect

from labeler.client import Project


@pytest.fixture(scope="module")
def lending(site: Site) -> Project:
    """A table of which 80 rows were labeled, the last ones as a model ordered them."""
    settings: dict[str, Any] = {"model": "logistic_regression", "retrain_every": 1000, "strategy": "margin"}
    made: Project = site.admin.client.projects.create("Simulated", labels=["paid", "lost"], **settings)
    rows = [{"key": f"k{n}", "fields": {"x": (n * 7919) % 600, "y": (n * 104_729) % 600}} for n in range(200)]
    made.items.add(rows, progress=False)
    for models in (1, 2):  # the second half is chosen by the first model
        for _ in range(2):
            items = made.queue.next(20)
            made.label_many({one.key: "paid" if one.content["fields"]["x"] > 200 else "lost" for one in items})
        made.train()
        processes.wait_for(lambda models=models: len(made.models()) == models, 120, "a model")
    return made


def test_strategies_are_simulated_and_drawn(site: Site, lending: Project, visit: Any) -> None:
    page: Page = visit(f"{site.url}/progress?project={lending.slug}", site.admin)
    expect(page.get_by_role("heading", name="Strategies, simulated on the labels so far")).to_be_visible()
    settled(page)
    expect(page.locator("[data-testid=stMultiSelect]").get_by_text("margin", exact=True)).to_be_visible()
    page.get_by_role("button", name="Simulate", exact=True).click()
    expect(shown(page, "95% of the score with all labels")).to_be_visible(timeout=120_000)
    expect(shown(page, "Of 80 labels,")).to_be_visible()
    expect(shown(page, "are no sample of the pool")).to_be_visible()
    expect(page.locator("[data-testid=stVegaLiteChart][aria-label*='simulated strategies']")).to_be_visible()
    settled(page)
    assert barriers(page) == []
    reader = site.member(lending, "reader", read=False)
    other: Page = visit(f"{site.url}/progress?project={lending.slug}", reader)
    expect(shown(other, "95% of the score with all labels")).to_be_visible()
    expect(other.get_by_role("button", name="Simulate", exact=True)).to_have_count(0)
