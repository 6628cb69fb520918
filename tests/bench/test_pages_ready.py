"""How long until each page of a project with 100,000 items is drawn to its end, in a real browser, for its manager.

The baseline of the same run is the page of one's account, which shows nothing of a project.
"""

import statistics
import time
from collections.abc import Iterator
from typing import Any

import processes
import pytest
from chromium import launched
from playwright.sync_api import Browser, Page
from sites import Site

from labeler.accounts.users import add_user
from labeler.kit.config import Settings

pytestmark = [pytest.mark.bench, pytest.mark.one_database, pytest.mark.timeout(900)]
ITEMS, LABELS, TIMES = 100_000, 120, 5
PAGES = ("", "progress", "guidelines", "items", "hard", "datasets", "models", "jobs", "people", "settings")
EMAIL, PASSWORD = "looker@example.org", "four words in a row"
DRAWN = "[data-testid=stApp][data-test-script-state=notRunning]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    """Without sentence embeddings, which would be made for minutes first."""
    running = Site(settings, ["serve"], embeddings="off")
    yield running
    running.stop()


def filled(site: Site) -> Any:
    """A project with something to show on every page."""
    made = site.client.projects.create("large", labels=["spam", "ham"], retrain_every=1000, retrain_seconds=3600)
    kinds = ("win a prize, call", "see you at")
    made.items.add([{"key": f"m{n}", "text": f"{kinds[n % 2]} {n} {n % 97}"} for n in range(ITEMS)], progress=False)
    for _ in range(LABELS // 40):
        for item in made.queue.next(40):
            made.label(item, ("spam", "ham")[int(item.key[1:]) % 2])
    for item in made.queue.next(3):
        made.flag(item, "Ambiguous")
    made.snapshot("first").wait(300)
    made.train()
    states = ("queued", "running")
    processes.wait_for(made.models, 300, "a model")
    processes.wait_for(lambda: not any(site.client.get("/jobs", state=s)["items"] for s in states), 300, "the jobs")
    site.db.write(add_user, EMAIL, "Looker", "admin", password=PASSWORD)
    return made


def ready_in(page: Page, url: str) -> float:
    """Seconds from the start of the navigation until the page is drawn to its end."""
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.get_by_test_id("stHeading").first.wait_for()
    page.locator(DRAWN).wait_for()
    return time.perf_counter() - started


def test_every_page_of_a_large_project(site: Site, browser: Browser, report: Any) -> None:
    made = filled(site)
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(60_000)
    given = {"email": EMAIL, "password": PASSWORD}
    assert page.context.request.post(f"{site.process.url}/api/v1/session", data=given).ok
    median: dict[str, float] = {}
    for name in ("account", *PAGES):
        url = f"{site.process.url}/{name}?project={made.slug}"
        median[name or "home"] = round(statistics.median(ready_in(page, url) for _ in range(TIMES)), 2)
    report.add(f"pages of a project of {ITEMS:,} items, seconds", **median)
    assert max(median.values()) < 4 * median["account"]
