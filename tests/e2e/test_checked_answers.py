"""Likely label errors are sent back from their page, and what a search finds is labeled at once on the page Items."""

from typing import Any

import processes
import pytest
from browsing import Site, choose, settled, shown
from playwright.sync_api import expect
from sample_texts import texts

WRONG = ("m7", "m20", "m33")


@pytest.mark.whole
def test_label_errors_are_sent_back_from_their_page(site: Site, visit: Any) -> None:
    project = site.admin.client.projects.create("Wrong", labels=["spam", "ham"])
    other = {"spam": "ham", "ham": "spam"}
    rows = [(row, row["metadata"]["truth"]) for row in texts(90)]
    project.items.add(
        [{**row, "label": other[truth] if row["key"] in WRONG else truth} for row, truth in rows], progress=False
    )
    page = visit(f"{site.url}/label_errors?project={project.slug}", site.admin)
    expect(shown(page, "Nobody has looked for label errors yet")).to_be_visible()
    page.get_by_role("button", name="Look now").click()
    processes.wait_for(lambda: project.label_errors.page().looked, 60, "the look")
    page.goto(f"{site.url}/label_errors?project={project.slug}")
    expect(shown(page, "Of 90 answers 3 are not what a model expects")).to_be_visible()
    expect(shown(page, "A model that never saw this answer expects another one.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Send back blind …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("20 items come before everything else")
    dialog.get_by_role("button", name="Send 20 back").click()
    expect(shown(page, "20 answers are being asked again.")).to_be_visible()
    expect(shown(page, "What came of those that were sent back")).to_be_visible()
    assert {one.campaign is not None for one in project.label_errors if one.kind == "wrong"} == {True}


def test_what_a_search_finds_is_labeled_at_once_and_taken_back(site: Site, visit: Any) -> None:
    project = site.admin.client.projects.create("Bulk", labels=["spam", "ham"], holdout_share=0.0)
    project.items.add(texts(240), progress=False)
    page = visit(f"{site.url}/items?project={project.slug}&q=free", site.admin)
    expect(shown(page, "40 items")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Label these …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("40 items would be labeled.")
    dialog.get_by_role("spinbutton", name="Checked by people first").fill("35")
    choose(dialog.get_by_role("combobox", name="Answer"), "spam")
    dialog.get_by_role("button", name="Label them, and check").click()
    expect(shown(page, "They are being labeled.")).to_be_visible()
    processes.wait_for(lambda: next(iter(project.bulk_labels)).state == "checking", 60, "the check")
    page.goto(f"{site.url}/items?project={project.slug}")
    expect(shown(page, "Labeled at once")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Take it back …").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    processes.wait_for(lambda: next(iter(project.bulk_labels)).state == "taken_back", 60, "it to be taken back")
