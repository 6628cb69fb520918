"""A manager imports a table of a database that the operator named."""

from typing import Any

import pytest
from browsing import Site
from playwright.sync_api import expect


def test_a_table_is_chosen_told_and_imported(site: Site, visit: Any) -> None:
    project = site.project(3, "From a table")
    page = visit(f"{site.url}/imports?project={project.slug}", site.admin)
    page.get_by_text("A database table", exact=True).click()
    page.get_by_label("Table", exact=True).click()
    page.get_by_text("recent (view)", exact=True).click()
    expect(page.get_by_label("What is message?", exact=True)).to_have_value("text")
    expect(page.get_by_text("9 rows")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("All 9 rows are in.")).to_be_visible(timeout=60_000)
    assert project.progress().items.total == 12


@pytest.mark.whole
def test_a_new_project_begins_with_a_table(site: Site, visit: Any) -> None:
    page = visit(f"{site.url}/setup", site.admin)
    page.get_by_label("Name", exact=True).fill("Out of the CRM")
    page.get_by_text("A database table", exact=True).click()
    page.get_by_label("Table", exact=True).click()
    page.get_by_text("messages", exact=True).click()
    expect(page.get_by_label("What is message?", exact=True)).to_have_value("text")
    expect(page.get_by_text("2 labels were found")).to_be_visible()
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_text("All 30 rows are in.")).to_be_visible(timeout=60_000)
    made = next(one for one in site.admin.client.projects if one.info.name == "Out of the CRM")
    assert made.progress().items.total == 30 and len(list(made.answers())) == 30
