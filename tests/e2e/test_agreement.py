"""What the page Agreement says of people who disagree, and where it leads."""

from typing import Any

import pytest
from browsing import Site, settled, shown
from playwright.sync_api import expect


@pytest.mark.whole
def test_who_disagrees_is_told_and_led_to_the_items(site: Site, visit: Any) -> None:
    project = site.project(12, "Agreement", overlap=2)
    people = [site.member(project) for _ in range(2)]
    views = [person.client.projects.get(project.slug) for person in people]
    keys = [row.key for row in project.items.page(limit=12).items]
    views[0].label_many(dict.fromkeys(keys[:6], "spam") | dict.fromkeys(keys[6:], "ham"))
    views[1].label_many(dict.fromkeys(keys[:3], "spam") | dict.fromkeys(keys[3:], "ham"))
    page = visit(f"{site.url}/agreement?project={project.slug}", site.admin)
    expect(shown(page, "Krippendorff's alpha")).to_be_visible()
    expect(shown(page, "24 labels")).to_be_visible()
    expect(shown(page, "Every two people")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Where people disagree").click()
    expect(shown(page, "3 items")).to_be_visible()
    expect(page).to_have_url(f"{site.url}/items?project={project.slug}&state=People+disagree")
