"""A tab in which somebody labels all day does not grow."""

from typing import Any

import pytest
from browsing import Site

# The card waits until an item was in sight for 250 ms; on this clock that is over in 14.
FAST = """
  const now = performance.now.bind(performance);
  performance.now = () => 20 * now();
  const later = window.setTimeout;
  window.setTimeout = (call, ms, ...given) => later(call, ms === 250 ? 14 : ms, ...given);
"""
ANSWER = """async (many) => {
  const root = document.querySelector("[data-testid=card]") || [...document.querySelectorAll("*")]
    .map((node) => node.shadowRoot?.querySelector("[data-testid=card]")).find(Boolean);
  const seen = () => new Promise((done) => {
    const look = () => (root.dataset.state === "item" && root.dataset.seen === "true" ? done() : setTimeout(look, 2));
    look();
  });
  for (let n = 0; n < many; n += 1) {
    await seen();
    const key = n % 2 ? "1" : "2";
    const press = { key, code: `Digit${key}`, bubbles: true, composed: true };
    document.body.dispatchEvent(new KeyboardEvent("keydown", press));
    await new Promise((done) => setTimeout(done, 4));
  }
}"""


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_ten_thousand_items_in_one_tab_take_no_more_memory(site: Site, label_page: Any) -> None:
    project = site.admin.client.projects.create("All day", labels=["spam", "ham"], retrain_every=10_000)
    project.items.add(
        [{"key": f"n{n}", "text": f"{n}: a message like any other"} for n in range(10_400)], progress=False
    )
    lin = site.member(project, read=False)
    card = label_page(site, project, lin, fresh=True)
    card.page.add_init_script(FAST)
    card.page.reload()
    card.ready()
    devtools = card.page.context.new_cdp_session(card.page)

    def used() -> tuple[float, int]:
        """Megabytes on the heap after collecting garbage, and nodes of the document."""
        card.saved()
        for _ in range(3):
            devtools.send("HeapProfiler.collectGarbage")
        counts = devtools.send("Memory.getDOMCounters")
        return devtools.send("Runtime.getHeapUsage")["usedSize"] / 1e6, counts["nodes"]

    card.page.set_default_timeout(600_000)
    figures = []
    for many in (500, 1_500, 3_000, 5_000):
        card.page.evaluate(ANSWER, many)
        figures.append(used())
    print(figures)
    (early, early_nodes), (late, late_nodes) = figures[0], figures[-1]
    assert late < early * 1.25
    assert late_nodes < early_nodes * 1.25
    assert project.progress().items.labeled == 10_000
