"""What a labeler holds goes to others when the page is left."""

from typing import Any

import processes
import pytest
from browsing import Site


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
