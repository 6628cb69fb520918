"""Dataset versions: which items are answered otherwise in two of them, and which were made by themselves."""

import re
from pathlib import Path
from typing import Any

import labeler_ui.pages.datasets as page_of
import pytest
from browsing import Site, choose, settled
from playwright.sync_api import expect

import labeler


@pytest.mark.whole
def test_two_versions_show_what_the_items_say_and_both_answers(site: Site, visit: Any) -> None:
    project = site.project(0, "Two versions")
    project.items.add([{"key": f"k{n}", "text": f"what item {n} says"} for n in range(4)], progress=False)
    project.guidelines.acknowledge(1)
    project.label_many({"k0": "ham", "k1": "ham"})
    project.snapshot("first").wait(60)
    project.label("k0", "spam")
    project.snapshot("second").wait(60)
    page = visit(f"{site.url}/datasets?project={project.slug}", site.admin)
    page.get_by_role("tab", name="Compare two").click()
    tags = {one.message: one.tag for one in project.datasets()}
    for field, message in (("From", "first"), ("To", "second")):
        settled(page)
        choose(page.get_by_role("combobox", name=field, exact=True), tags[message])
    rows = page.get_by_role("tabpanel").get_by_test_id("stDataFrame").first.locator("[role=row]")
    expect(rows.filter(has_text="what item 0 says")).to_have_count(1)
    assert rows.filter(has_text="what item 0 says").locator("[role=gridcell]").all_text_contents() == [
        "what item 0 says", "ham", "spam", "k0",
    ]  # fmt: skip


def test_every_version_that_is_made_by_itself_is_called_automatic() -> None:
    own = Path(labeler.__file__).parent.rglob("*.py")
    made = {name for path in own for name in re.findall(r'ensure_version\(.*"(.+)"\)', path.read_text())}
    assert made and made == set(page_of.AUTOMATIC)


def test_the_card_of_a_version_is_read_on_the_page(site: Site, visit: Any) -> None:
    project = site.project(0, "A card")
    project.items.add([{"key": f"k{n}", "text": f"what item {n} says"} for n in range(4)], progress=False)
    project.guidelines.acknowledge(1)
    project.label_many({"k0": "ham", "k1": "ham"})
    project.snapshot("first").wait(60)
    page = visit(f"{site.url}/datasets?project={project.slug}", site.admin)
    page.get_by_role("tab", name="Download").click()
    choose(page.get_by_role("combobox", name="Version", exact=True), project.datasets()[0].tag)
    settled(page)
    page.get_by_text("Show the card").click()
    expect(page.get_by_role("heading", name="Who labeled")).to_be_visible()
    link = page.get_by_role("link", name="Open the card (Markdown)")
    expect(link).to_have_attribute("href", re.compile(r"/datasets/1/card$"))
