"""A browser that keeps nothing, or is full: answers are sent all the same, and the page says what is so."""

from typing import Any

import processes
import pytest
from browsing import Card, Site, labels_of
from playwright.sync_api import expect

FULL = """
const real = Storage.prototype.setItem;
Storage.prototype.setItem = function (key, value) {
  if (key.startsWith('labeler:')) throw new DOMException('full', 'QuotaExceededError');
  return real.call(this, key, value);
};
"""
FORBIDDEN = """
for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, {get() { throw new DOMException('denied', 'SecurityError'); }});
"""


@pytest.mark.parametrize("script", [pytest.param(FULL, marks=pytest.mark.faults), FORBIDDEN], ids=["full", "forbidden"])
def test_answers_are_sent_by_a_browser_that_keeps_nothing(site: Site, visit: Any, script: str) -> None:
    project = site.project(40, "Keeps nothing")
    lin = site.member(project)
    page = visit(f"{site.url}/label?project={project.slug}", lin, fresh=True)
    page.context.add_init_script(script)
    page.reload()
    card = Card(page).ready()
    seen = []
    for key in "12":
        seen.append(card.shown())
        card.press(key)
    expect(card.part("banner")).to_contain_text("close the page only when it says “All saved”")
    processes.wait_for(lambda: len(labels_of(project, lin)) == 2, 30, "the answers")
    expect(card.pill).to_have_text("All saved")
    card.ready().page.keyboard.press("u")
    expect(card.text).to_have_text(seen[1])
    processes.wait_for(lambda: [row.value for row in labels_of(project, lin)] == ["spam", "ham", None], 30, "the undo")
    page.context.set_offline(True)
    card.press("1")
    expect(card.pill).to_have_text("Offline: 1 waiting")
    page.context.set_offline(False)
    processes.wait_for(lambda: labels_of(project, lin)[-1].value == "spam", 30, "the answer from without a connection")
