"""A person has documents fetched as items, sees what could not be taken, and which of them have changed since."""

from collections.abc import Callable
from typing import Any

from browsing import Site, settled, shown
from documents import Host
from playwright.sync_api import Page, expect


def test_documents_are_fetched_and_looked_at_again(site: Site, documents: Host, visit: Callable[..., Any]) -> None:
    project = site.admin.client.projects.create("Letters", labels=["a", "b"])
    page: Page = visit(f"{site.url}/imports?project={project.slug}", site.admin)
    settled(page)
    urls = [documents.has(f"/letter{n}", f"Letter number {n}") for n in range(3)]
    field = page.get_by_role("textbox", name="One address per line")
    field.fill("\n".join([*urls, documents.url("/nothing")]))
    page.get_by_role("button", name="Fetch them").click()
    expect(shown(page, "3 items taken. 1 could not be taken:")).to_be_visible(timeout=60_000)
    expect(shown(page, "3 items were fetched from an address")).to_be_visible()
    assert {item.content["text"] for item in project.items.find()} == {f"Letter number {n}" for n in range(3)}
    documents.has("/letter1", "Other words")
    settled(page)
    page.get_by_role("button", name="Look whether they have changed").click()
    expect(shown(page, "changed: 1")).to_be_visible(timeout=60_000)
    field.fill("https://elsewhere.example.org/a")
    settled(page)
    page.get_by_role("button", name="Fetch them").click()
    expect(shown(page, "is not a host that the operator allows")).to_be_visible()
    later: Page = visit(f"{site.url}/imports?project={project.slug}", site.admin)  # who comes back hears of it, too
    later.get_by_text("The last fetch could not take 1 address").click()
    expect(shown(later, "3 items taken. 1 could not be taken:")).to_be_visible()
