"""What is watched of a model, as a manager sees it: how long it takes this week, its numbers and its packages."""

from typing import Any

import processes
from browsing import Site, messages, settled
from playwright.sync_api import Page, expect


def test_speed_numbers_and_packages_are_shown(site: Site, visit: Any) -> None:
    project = site.project(name="Watched", holdout_share=0.4, retrain_every=1000)
    project.guidelines.acknowledge(1)
    truth = {row["key"]: row["metadata"]["truth"] for row in messages(200)}
    project.label_many({item.key: truth[item.key] for item in project.queue.next(40)})
    project.train()
    processes.wait_for(project.models, 90, "the first model")
    number = project.models()[0].number
    project.promote(number)
    for _ in range(60):
        project.predict([{"text": "see you at lunch"}])
    known = "the counts of this week"
    processes.wait_for(lambda: sum(one.speed.requests for one in project.use() if one.speed) == 60, 60, known)
    page: Page = visit(f"{site.url}/models?project={project.slug}&view=use", site.admin)
    expect(page.get_by_text("60 requests in the last seven days (items of each: 1)")).to_be_visible()
    expect(page.get_by_text("There is nothing to compare that with yet.")).to_be_visible()
    page.goto(f"{site.url}/models?project={project.slug}&view=card")
    expect(page.get_by_role("heading", name="Numbers and packages", exact=True)).to_be_visible()
    expect(page.get_by_text("weights and probabilities are finite numbers")).to_be_visible()
    expect(page.locator("[role=gridcell]", has_text="scikit-learn").first).to_be_attached()
    settled(page)
