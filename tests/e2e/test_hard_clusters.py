"""A manager decides hard items that are alike together, and takes it back."""

from typing import Any

import pytest
from browsing import Site, choose, settled, shown
from playwright.sync_api import expect

PARCEL = "your parcel waits at the depot, pay the delivery fee, number {}"


@pytest.mark.whole
def test_a_cluster_is_decided_but_for_an_item_and_taken_back(site: Site, visit: Any) -> None:
    project = site.project(1, "Clusters")
    project.change(settings={"holdout_share": 0.0})
    project.items.add([{"key": f"p{n}", "text": PARCEL.format(n)} for n in range(8)], progress=False)
    lin, _ = (site.member(project) for _ in range(2))
    theirs = lin.client.projects.get(project.slug)
    for n in range(8):
        theirs.flag(f"p{n}", "courier or not", note="nobody ordered this")
    page = visit(f"{site.url}/hard?project={project.slug}", site.admin)
    page.get_by_role("radio", name="Clusters").click()
    expect(shown(page, "Nobody has looked for clusters yet")).to_be_visible()
    page.get_by_role("button", name="Group them now").click()
    expect(shown(page, "Reasons: courier or not (8)")).to_be_visible(timeout=30_000)
    expect(shown(page, "8 hard items were compared")).to_be_visible()
    settled(page)
    page.get_by_text("In the decision").first.click()
    expect(shown(page, "One decision for 7 of 8 items")).to_be_visible()
    settled(page)
    page.get_by_label("Your answer to all who asked").fill("couriers ask for nothing")
    page.get_by_label("Rule for the draft of the guideline").fill("A delivery fee is spam.")
    box = page.locator(".st-key-cluster-decision")
    choose(box.get_by_role("combobox", name="Answer"), "spam")
    page.get_by_role("button", name="Decide them together").click()
    expect(shown(page, "7 items decided. Others are asked for 3 of them.")).to_be_visible()
    assert len(list(project.answers())) == 7
    assert "A delivery fee is spam." in next(iter(project.guidelines)).text
    settled(page)
    page.get_by_role("button", name="Take it back …").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(shown(page, "Taken back.")).to_be_visible()
    assert list(project.answers()) == [] and len(list(project.flags.find("open"))) == 8
