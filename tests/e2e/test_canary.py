"""A manager tries a model out on a share of the items, sees what it is asked, and takes it back."""

from typing import Any

import processes
from browsing import Site, settled, shown
from playwright.sync_api import Page, expect
from sample_texts import texts


def test_a_model_is_tried_out_and_taken_back(site: Site, visit: Any) -> None:
    project = site.admin.client.projects.create(
        "Tried", labels=["spam", "ham"], model="logistic_regression", retrain_every=1000
    )
    known = [{**one, "label": one["metadata"]["truth"]} for one in texts(60)]
    project.items.add(known, progress=False)
    processes.wait_for(lambda: project.models(), 120, "the first model")
    project.train().wait(120)
    newest = max(one.number for one in project.models())
    project.promote(1)
    page: Page = visit(f"{site.url}/models?project={project.slug}&model={newest}", site.admin)
    settled(page)
    dialog = page.get_by_role("dialog")
    in_the_shadow(site, page, project, newest)
    page.get_by_role("button", name="Promote …").last.click()
    dialog.get_by_text("canary", exact=True).click()
    settled(page)
    dialog.get_by_text("50%", exact=True).click()
    settled(page)
    settled(page)
    dialog.get_by_role("button", name=f"Try model {newest} out as a canary").click()
    expect(shown(page, f"Model {newest} has answered 50% of the items")).to_be_visible()
    keys = [{"key": f"k{n}", "text": "see you at lunch"} for n in range(40)]
    assert {one.stage for one in project.predict(keys)} == {"live", "canary"}
    processes.wait_for(lambda: all(one.requests for one in project.use()), 30, "the counts")
    page.goto(f"{site.url}/models?project={project.slug}&model={newest}&view=use")
    expect(page.get_by_role("heading", name="What answers now")).to_be_visible()
    expect(page.get_by_role("heading", name="Who asks")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Stop trying it out …").click()
    settled(page)
    dialog.get_by_role("button", name="Stop", exact=True).click()
    expect(shown(page, f"Model {newest} is a candidate.")).to_be_visible()
    assert project.model(newest).stage == "candidate"


def in_the_shadow(site: Site, page: Page, project: Any, number: int) -> None:
    """It is asked what the live model is asked, nobody gets its answers, and what it says is told."""
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="Promote …").last.click()
    dialog.get_by_text("shadow", exact=True).click()
    settled(page)
    dialog.get_by_role("button", name=f"Make model {number} a shadow").click()
    expect(shown(page, f"Model {number} has been a shadow since")).to_be_visible()
    asked = [{"key": f"unseen{n}", "text": "see you at lunch"} for n in range(20)]
    assert {one.model for one in project.predict(asked)} == {1}
    processes.wait_for(lambda: project.shadows()[0].items == 20, 60, "the shadow")
    page.goto(f"{site.url}/models?project={project.slug}&model={number}&view=use")
    expect(page.get_by_role("heading", name=f"In the shadow: model {number}")).to_be_visible()
    expect(shown(page, "Of 20 items it says the same as was answered")).to_be_visible()
