"""A manager looks for items: by words, by how sure the model is, by when they were labeled; and finds a way out."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from browsing import Site, choose, messages, shown
from playwright.sync_api import Page, expect

from labeler.client import Project


@pytest.fixture(scope="module")
def known(site: Site) -> Project:
    """A project with a model, half of it labeled."""
    found = site.project(60, "Looked for", retrain_every=500)
    truth = {one["key"]: one["metadata"]["truth"] for one in messages(60)}
    found.label_many({one.key: truth[one.key] for one in found.queue.next(30)})
    found.train().wait(120)
    return found


def opened(site: Site, project: Project, visit: Any, **options: Any) -> Page:
    page: Page = visit(f"{site.url}/items?project={project.slug}", site.admin, **options)
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    return page


def search(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Search").fill(words)
    page.get_by_role("textbox", name="Search").press("Enter")


def test_the_way_out_when_nothing_matches(site: Site, known: Project, visit: Any) -> None:
    page = opened(site, known, visit)
    assert page.get_by_role("button", name="Clear filters").count() == 0
    search(page, "nosuchword")
    expect(page.get_by_role("heading", name="No item matches")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(shown(page, "60 items")).to_be_visible()
    expect(page.get_by_role("textbox", name="Search")).to_have_value("")


@pytest.mark.whole
def test_items_are_found_by_how_sure_the_model_is(site: Site, known: Project, visit: Any) -> None:
    page = opened(site, known, visit)
    page.get_by_text("More filters").click()
    lowest = page.get_by_role("slider", name="Confidence of the model — start")
    for _ in range(12):
        lowest.press("ArrowRight")
    expect(lowest).to_have_value("60")
    right = known.items.page(model_confidence_min=0.6, count=True).total
    expect(shown(page, f"{right} items" if right != 1 else "1 item")).to_be_visible()
    assert 0 < right < 60
    assert page.get_by_role("button", name="Remove these …").count() == 0
    page.get_by_role("button", name="Clear filters").click()
    expect(shown(page, "60 items")).to_be_visible()


@pytest.mark.whole
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati"])
def test_days_begin_on_the_viewers_clock(site: Site, known: Project, visit: Any, zone: str) -> None:
    page = opened(site, known, visit, timezone_id=zone)
    today = datetime.now(UTC) + timedelta(hours={"Pacific/Kiritimati": 14, "Pacific/Pago_Pago": -11}[zone])
    page.get_by_text("More filters").click()

    def fill(name: str, day: datetime) -> None:
        for part, value in (("year", day.year), ("month", day.month), ("day", day.day)):
            page.get_by_role("spinbutton", name=f"{part}, {name}").press_sequentially(f"{value:02d}")
        page.keyboard.press("Escape")  # the calendar

    fill("Labeled from", today)
    expect(shown(page, "30 items")).to_be_visible()
    fill("Labeled until", today)
    expect(shown(page, "30 items")).to_be_visible()
    fill("Labeled from", today - timedelta(days=3))
    fill("Labeled until", today - timedelta(days=1))
    expect(page.get_by_role("heading", name="No item matches")).to_be_visible()


def test_without_a_model_it_says_so(site: Site, visit: Any) -> None:
    project = site.project(5, "Without a model")
    page = opened(site, project, visit)
    choose(page.get_by_role("combobox", name="State"), "The model says otherwise")
    expect(page.get_by_role("heading", name="No model yet")).to_be_visible()


def test_nothing_is_cut_off_on_a_phone(site: Site, known: Project, visit: Any) -> None:
    page = opened(site, known, visit, viewport={"width": 390, "height": 844})
    page.get_by_text("More filters").click()
    expect(page.get_by_role("group", name="Labeled from")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_search_is_in_the_address_and_there_again_after_a_reload(site: Site, known: Project, visit: Any) -> None:
    page = opened(site, known, visit)
    search(page, "call")
    found = known.items.page(q="call", count=True).total
    words = f"{found} items" if found != 1 else "1 item"
    expect(shown(page, words)).to_be_visible()
    choose(page.get_by_role("combobox", name="State"), "Not labeled")
    expect(page).to_have_url(re.compile("state="))
    found = known.items.page(q="call", unlabeled=True, count=True).total
    words = f"{found} items" if found != 1 else "1 item"
    expect(shown(page, words)).to_be_visible()
    page.reload()
    expect(page.get_by_role("textbox", name="Search")).to_have_value("call")
    expect(shown(page, words)).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(shown(page, "60 items")).to_be_visible()
    expect(page).not_to_have_url(re.compile("q=|state="))


@pytest.mark.parametrize("asked", ["who=999&since=yesterday&sure=9&state=None&label=nope", "who=x&sort="])
def test_an_address_that_asks_for_what_is_not_there_shows_everything(
    site: Site, known: Project, visit: Any, asked: str
) -> None:
    page = visit(f"{site.url}/items?project={known.slug}&{asked}", site.admin)
    expect(shown(page, "60 items")).to_be_visible()


def test_a_click_opens_an_item_and_ones_own_answer_is_there(site: Site, known: Project, visit: Any) -> None:
    page = opened(site, known, visit)
    frame = page.get_by_test_id("stDataFrame").first
    frame.locator(".dvn-scroller").click(position={"x": 200, "y": 55})
    expect(page.get_by_role("heading", name="Item", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Item", exact=True)).to_have_count(0)
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    answered = next(iter(known.items.find(labeled=True)))
    page.goto(f"{site.url}/items?project={known.slug}&item={answered.key}")
    expect(page.get_by_role("combobox", name="Your answer")).to_have_value(str(answered.labels[0].value))
    other = next(iter(known.items.find(unlabeled=True)))
    page.goto(f"{site.url}/items?project={known.slug}&item={other.key}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Choose the answer first.")).to_be_visible()


def test_from_somebody_to_their_labels(site: Site, known: Project, visit: Any) -> None:
    page = visit(f"{site.url}/labelers?project={known.slug}", site.admin)
    frame = page.get_by_test_id("stDataFrame").first
    frame.locator(".dvn-scroller").click(position={"x": 60, "y": 55})
    name = site.admin.client.me().user.name
    page.get_by_role("button", name=f"Labels of {name}").click()
    expect(shown(page, "30 items")).to_be_visible()
    expect(page.get_by_role("combobox", name="Labeled by")).to_have_value(name)
