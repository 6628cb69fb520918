"""For everybody: by keyboard alone with the focus in sight, on a narrow phone, with a screen reader's names."""

import pytest
from browsing import Card, Site, labels_of, settled
from playwright.sync_api import expect

FOCUSED = """() => {
  let node = document.activeElement;
  while (node && node.shadowRoot && node.shadowRoot.activeElement) node = node.shadowRoot.activeElement;
  const style = getComputedStyle(node);
  const name = node.dataset.testid || node.getAttribute('aria-label') || node.innerText || node.tagName;
  const words = node === document.body ? 'BODY' : name;
  // An input inside a box that would clip its ring: the box draws it.
  const ring = (style) => parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== 'none';
  let seen = ring(style);
  for (let box = node.parentElement, up = 0; !seen && box && up < 5; box = box.parentElement, up++)
    seen = box.matches(':has(:focus-visible)') && ring(getComputedStyle(box));
  return [words.trim(), seen];
}"""
CONTROLS = [
    "status-pill",
    "item-text",
    "label-spam",
    "label-ham",
    "undo",
    "skip",
    "flag",
    "guideline",
    "help",
]


@pytest.fixture(scope="module")
def project(site: Site):
    return site.project()


@pytest.fixture
def lin(site: Site, project):
    return site.member(project)


def test_every_control_is_reached_by_tab_and_the_focus_is_seen(site, project, lin, label_page) -> None:
    page = label_page(site, project, lin).page
    reached, unseen = [], []
    for _ in range(60):
        page.keyboard.press("Tab")
        words, seen = page.evaluate(FOCUSED)
        if words in reached and set(CONTROLS) <= set(reached):
            break
        reached.append(words)
        if not seen and words != "BODY":
            unseen.append(words)
    assert [name for name in reached if name in CONTROLS][: len(CONTROLS)] == CONTROLS
    assert unseen == []


def test_a_button_reached_by_tab_labels_with_enter(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    card.part("label-spam").focus()
    card.press("Enter")
    card.saved()
    assert [row.value for row in labels_of(project, lin)] == ["spam"]
    card.press("2")
    card.saved()


def test_flag_and_skip_need_no_mouse(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    card.page.keyboard.press("h")
    card.page.keyboard.press("Tab")
    words, seen = card.page.evaluate(FOCUSED)
    assert words == "reason-1" and seen
    card.page.keyboard.press("Escape")
    expect(card.part("chooser")).to_be_hidden()
    card.page.keyboard.press("s")
    card.press("1")
    card.saved()


@pytest.mark.parametrize(
    "name", ["label", "progress", *(pytest.param(one, marks=pytest.mark.faults) for one in ("guidelines", ""))]
)
def test_a_phone_needs_no_sideways_scrolling(site, project, lin, visit, name: str) -> None:
    page = visit(
        f"{site.url}/{name}?project={project.slug}",
        lin,
        viewport={"width": 360, "height": 720},
        has_touch=True,
        is_mobile=True,
    )
    shown = page.get_by_test_id("item-text") if name == "label" else page.get_by_test_id("stHeading").first
    expect(shown).to_be_visible()
    settled(page)
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1] == 360
    if name == "label":
        box = page.get_by_test_id("card").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 360
        Card(page).ready().part("label-ham").tap()
        expect(page.get_by_test_id("progress")).to_contain_text("you: 1 today")


def test_a_screen_reader_hears_what_is_there(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    for role, name in (
        ("article", "Item to label"),
        ("group", "Labels"),
        ("toolbar", "Other actions"),
        ("progressbar", "Labeled items"),
    ):
        expect(card.page.get_by_role(role, name=name)).to_be_attached()
    card.press("2")
    expect(card.root.locator("[data-ref=live]")).to_have_text(card.shown())
