"""Data is data (G15): markup in texts, keys, names and notes shows as text on every page that shows it."""

from urllib.parse import quote

import pytest
from browsing import Card, Site, shown
from playwright.sync_api import Page, expect

TEXT = "<img src=x onerror=\"alert('text')\"><script>alert('script')</script> **bold** <b id=hit>win</b>"
KEY = "\"><svg id=hit onload=alert('key')>/../$&"
LABEL = "<b id=hit onclick=alert('label')>spam</b>"
NOTE = "<iframe id=hit srcdoc=\"<script>alert('note')</script>\"></iframe> [x](javascript:alert('link'))"
NAME = "<h1 id=hit>Markup</h1> **project**"
GUIDELINE = (
    f"# Rules\n\n{TEXT}\n\n<script>alert('g')</script>\n\n"
    "[go](javascript:alert('href')) ![pixel](https://outside.example/pixel.png)\n"
)
INJECTED = '#hit, img[src="x"], iframe[srcdoc], a[href^="javascript"], script:text("alert"), [onload], [onerror]'


@pytest.fixture(scope="module")
def hostile(site: Site):
    made = site.admin.client.projects.create(NAME, labels=[LABEL, "ham"])
    made.guidelines.publish(GUIDELINE, NOTE)
    made.guidelines.publish(GUIDELINE + "\nMore.\n", NOTE)
    made.guidelines.acknowledge(2)
    made.items.add([{"key": KEY, "text": TEXT, "metadata": {"<i id=hit>m</i>": NOTE}}], progress=False)
    made.flag(KEY, "<u id=hit>reason</u>", note=NOTE)
    made.label(KEY, LABEL, hard={"reason": "Ambiguous", "note": NOTE})
    made.items.add([{"key": KEY + "2", "text": TEXT, "metadata": {"m": NOTE}}], progress=False)
    return made


def is_text(page: Page) -> None:
    """Nothing of the data became an element."""
    assert page.locator(INJECTED).count() == 0


def test_on_the_card(site, hostile, visit) -> None:
    lin = site.member(hostile, read=False)
    card = Card(visit(f"{site.url}/label?project={hostile.slug}", lin))
    expect(card.part("guideline-text")).to_contain_text("<script>alert('g')</script>")
    is_text(card.page)
    card.part("acknowledge").press("Enter")
    expect(card.part("dialog")).to_be_hidden()
    card.ready()
    expect(card.text).to_have_text(TEXT)
    expect(card.part("item-meta")).to_contain_text(NOTE)
    expect(card.part("labels")).to_contain_text(LABEL)
    is_text(card.page)
    card.page.keyboard.press("1")
    card.saved()
    card.page.keyboard.press("u")
    expect(card.hint).to_contain_text(LABEL)
    is_text(card.page)


def test_on_the_pages(site, hostile, visit) -> None:
    page = visit(f"{site.url}/hard?project={hostile.slug}", site.admin)
    for text in (TEXT, "<u id=hit>reason</u>", NOTE):
        expect(shown(page, text)).to_be_visible()
    is_text(page)

    page.goto(f"{site.url}/guidelines?project={hostile.slug}")
    expect(shown(page, "<script>alert('g')</script>")).to_be_visible()
    is_text(page)
    page.get_by_role("tab", name="Write").click()
    expect(page.get_by_text("Preview")).to_be_visible()
    is_text(page)
    page.get_by_role("tab", name="Versions").click()
    page.get_by_text("Only what changed").click()
    expect(page.locator(".lb-diff")).to_contain_text("<script>alert('g')</script>")
    is_text(page)

    page.goto(f"{site.url}/items?project={hostile.slug}&item={quote(KEY, safe='')}")
    expect(page.get_by_text("History", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stText").get_by_text(TEXT)).to_be_visible()
    expect(shown(page, KEY)).to_be_visible()
    is_text(page)

    for name, text in (("", NAME), ("progress", NAME), ("settings", LABEL), ("setup", "New project")):
        page.goto(f"{site.url}/{name}?project={hostile.slug}")
        expect(shown(page.get_by_test_id("stMain"), text)).to_be_visible()
        is_text(page)
