"""What a labeler holds goes to others when the page is left."""

from typing import Any

import processes
import pytest
from browsing import Site
from playwright.sync_api import expect

from labeler.wire.training import ScoreIn


@pytest.mark.parametrize("how", [pytest.param("to another page", marks=pytest.mark.faults), "closed", "by the menu"])
def test_what_is_held_goes_to_others_when_the_page_is_left(site: Site, label_page: Any, how: str) -> None:
    project = site.project(12, f"Left {how}")
    lin, other = site.member(project), site.member(project)
    card = label_page(site, project, lin)
    card.press("1")
    card.saved()
    queue = other.client.projects.get(project.slug).queue
    held = queue.next(12)
    assert len(held) < 11
    queue.release(held)
    if how == "closed":
        card.page.close()
    elif how == "by the menu":
        card.page.get_by_role("link", name="Progress").click()
    else:
        card.page.goto(f"{site.url}/guidelines?project={project.slug}")

    def all_of_them() -> bool:
        found = queue.next(12)
        queue.release(found)
        return len(found) == 11

    processes.wait_for(all_of_them, 20, "the items that were held")


def test_a_reload_goes_on_with_the_item_that_was_shown(site: Site, label_page: Any) -> None:
    """Who wants an unclear text back finds it, also where another one is first in the queue by then."""
    project = site.project(12, "Reloaded")
    card = label_page(site, project, site.member(project))
    card.press("1")
    card.saved()
    text = card.shown()
    rows = [(item.key, item.content["text"]) for item in project.items]
    first = next(key for key, said in rows if said != text and key not in {row.item_key for row in project.labels})
    scores = {key: 0.5 * (said == text) + (key == first) for key, said in rows}
    project.rank([ScoreIn(key=key, score=score) for key, score in scores.items()])
    card.page.reload()
    card.ready()
    expect(card.text).to_have_text(text)
