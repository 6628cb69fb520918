"""What does not fit is shown, bounded, and labeled all the same: huge texts, hundreds of long names, wrong clocks."""

from typing import Any

import pytest
from browsing import Card, Site, labels_of, settled
from playwright.sync_api import CDPSession, Page, expect

ODD = (
    "<b onmouseover=alert(1)>bold</b> & <script>alert(2)</script> ",
    "👩🏽‍🚀👨‍👩‍👧‍👦🏳️‍🌈 ",
    "e\u0301\u0323\u0334" * 8 + " ",
    "עברית and العربية mixed \u202eoverride\u202c ",
    "supercalifragilistic" * 12,
)
ARABIC, LATIN = "مرحبا بالعالم كيف حالك اليوم ", "The sea was wide awake that day. "


def fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    main = page.get_by_test_id("stMain")
    assert wide <= 1
    assert main.evaluate("(node) => node.scrollWidth - node.clientWidth") <= 1


def long_name(number: int) -> str:
    return f"{number} {ODD[number % len(ODD)]}".ljust(200, "x")[:200].strip()


@pytest.mark.parametrize(
    "size",
    [pytest.param({"width": 1280, "height": 800}, marks=pytest.mark.whole), {"width": 390, "height": 844}],
    ids=["desk", "phone"],
)
def test_five_hundred_labels_of_two_hundred_characters(site: Site, label_page: Any, size: dict[str, int]) -> None:
    names = [long_name(number) for number in range(500)]
    project = site.project(30, "Long names", names)
    lin = site.member(project)
    card = label_page(site, project, lin, viewport=size)
    fits(card.page)
    box = card.part("item").bounding_box()
    assert box["y"] >= 0 and box["y"] + min(box["height"], 120) <= size["height"]
    before = card.shown()
    card.part("label-search").fill("437 ")
    card.page.keyboard.press("Enter")
    expect(card.text).not_to_have_text(before)
    card.saved()
    assert [row.value for row in labels_of(project, lin)] == [names[437]]
    fits(card.page)


@pytest.mark.whole
@pytest.mark.parametrize("length", [100_000, pytest.param(1_000_000, marks=pytest.mark.faults)])
def test_a_text_of_a_megabyte_and_odd_characters_are_labeled(
    site: Site, label_page: Any, visit: Any, length: int
) -> None:
    project = site.admin.client.projects.create("Odd", labels=["spam", "ham"])
    huge = ("".join(ODD) * 4000)[:length]
    texts = {"huge": huge, "odd": "".join(ODD), "lines": "\n".join("word" for _ in range(5000))}
    taken = project.items.add([{"key": key, "text": text} for key, text in texts.items()], progress=False)
    assert taken.taken == 3, taken.errors
    lin = site.member(project, read=False)
    card: Card = label_page(site, project, lin)
    for _ in texts:
        fits(card.ready().page)
        assert card.part("tools").count() == 0 or card.part("undo").is_visible()
        expect(card.part("undo")).to_be_in_viewport()
        card.page.keyboard.press("1")
        card.page.wait_for_function("() => true")
    expect(card.part("state")).to_contain_text("Everything is labeled")
    card.saved()
    assert {row.item_key for row in labels_of(project, lin)} == set(texts)
    page = visit(f"{site.url}/items?project={project.slug}&item=huge", site.admin)
    expect(page.get_by_text("History", exact=True)).to_be_visible()
    expect(page.get_by_text(f"The first 10,000 of {length:,} characters.")).to_be_visible()
    page.get_by_text("Show it in full").click()
    expect(page.get_by_text("The first 10,000 of")).to_have_count(0)


def drawing(browser: CDPSession) -> float:
    """Seconds of its processor that the page has needed so far: what else the machine does is not in them."""
    return {one["name"]: one["value"] for one in browser.send("Performance.getMetrics")["metrics"]}["TaskDuration"]


@pytest.mark.parametrize("field", ["text", "fields"])
def test_a_long_text_of_mixed_fonts_is_drawn_as_fast_as_any_other(site: Site, label_page: Any, field: str) -> None:
    """100,000 characters of Arabic in one paragraph took the browser seven seconds, 200,000 half a minute."""
    project = site.admin.client.projects.create(f"Long {field}", labels=["spam", "ham"])
    texts = [(words * 4000)[:100_000] for words in (ARABIC, LATIN, ARABIC + LATIN, LATIN.upper())]
    rows = [{"text": text} if field == "text" else {"fields": {"body": text, "n": 1}} for text in texts]
    assert project.items.add(rows, progress=False).taken == len(texts)
    card: Card = label_page(site, project, site.member(project, read=False))
    browser = card.page.context.new_cdp_session(card.page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})
    took: dict[bool, float] = {}
    for _ in texts:
        card.ready()
        before = drawing(browser)
        card.page.keyboard.press("1")
        card.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        spent = drawing(browser) - before
        if card.root.get_attribute("data-state") == "item":
            arabic = ARABIC.strip() in (card.text.text_content() or "")
            took[arabic] = max(spent, took.get(arabic, 0))
    card.saved()
    assert took[True] < 10 * took[False], took


@pytest.mark.whole
@pytest.mark.parametrize("days", [pytest.param(-1, marks=pytest.mark.faults), 1])
def test_a_clock_that_is_off_by_a_day_loses_nothing(site: Site, label_page: Any, days: int) -> None:
    project = site.project(30, f"Clock {days}")
    lin = site.member(project)
    card = label_page(site, project, lin, fresh=True)
    card.page.add_init_script(f"const real = Date.now; Date.now = () => real() + {days * 86_400_000};")
    card.page.reload()
    card.ready().press(*"2121")
    card.press("u")
    card.press("2")
    card.page.reload()
    card.ready().press("1")
    card.saved()
    expect(card.part("progress")).to_contain_text("you: 5 today")
    assert [row.value for row in labels_of(project, lin)] == ["ham", "spam", "ham", "spam", None, "ham", "spam"]


def test_two_people_decide_the_same_hard_item(site: Site, visit: Any) -> None:
    project = site.project(20, "Both decide")
    project.flag(project.queue.next(1)[0], "Ambiguous")
    other = site.member(project, "manager")
    first = visit(f"{site.url}/hard?project={project.slug}", site.admin)
    second = visit(f"{site.url}/hard?project={project.slug}", other)
    for page in (first, second):
        settled(page)
    first.get_by_label("Your answer to").fill("an offer")
    first.get_by_role("button", name="Resolve", exact=True).click()
    expect(first.get_by_text("No hard items")).to_be_visible()
    second.get_by_label("Your answer to").fill("not an offer")
    second.get_by_role("button", name="Resolve", exact=True).click()
    said = f"{site.admin.name} has resolved a hard item meanwhile. They said: “an offer”."
    expect(second.get_by_text(f"{said} What you had typed is not saved: “not an offer”.")).to_be_visible()
    [flag] = list(project.flags.find("resolved"))
    assert flag.resolution.note == "an offer"
    first.get_by_text("Resolved", exact=True).first.click()
    first.get_by_role("button", name="Open again").click()
    expect(first.get_by_text("Nothing resolved yet")).to_be_visible()
    assert [one.id for one in project.flags] == [flag.id]
