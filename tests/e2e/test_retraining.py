"""A manager sets when the live model is challenged, has it challenged, and has the pipeline tested."""

from typing import Any

import processes
from browsing import Site, settled, shown
from playwright.sync_api import Page, expect
from sample_texts import texts


def test_the_live_model_is_challenged_and_made_again(site: Site, visit: Any) -> None:
    project = site.admin.client.projects.create(
        "Challenged", labels=["spam", "ham"], model="logistic_regression", retrain_every=1000
    )
    known = [{**one, "label": one["metadata"]["truth"]} for one in texts(60)]
    project.items.add(known, progress=False)
    processes.wait_for(lambda: project.models(), 120, "the first model")
    project.train().wait(120)
    address = f"{site.url}/models?project={project.slug}&view=retraining"
    page: Page = visit(address, site.admin)
    expect(shown(page, "No model is live: the first one is promoted by people.")).to_be_visible()
    project.promote(1)
    page.goto(address)
    expect(shown(page, "The newest model is held against the live model 1")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Challenge it now").click()
    expect(shown(page, "On the holdout items that both models know")).to_be_visible(timeout=60_000)
    settled(page)
    page.get_by_text("Change the rule").first.click()
    labels = page.get_by_role("spinbutton", name="After so many new labels")
    labels.fill("250")
    page.get_by_text("Let a better model go live by itself").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(shown(page, "after 250 new labels")).to_be_visible()
    expect(shown(page, "it goes live by itself")).to_be_visible()
    policy = project.retraining().policy
    assert (policy.after_labels, policy.replace, policy.after_days) == (250, True, 30)
    settled(page)
    page.get_by_role("button", name="Test it now").click()
    processes.wait_for(lambda: project.retraining().tests, 60, "the test")
    assert project.retraining().tests[0].outcome == "identical"
