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
