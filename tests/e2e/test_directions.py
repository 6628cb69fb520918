"""Texts are shown in the direction of their own script, whatever the page's is."""

from browsing import Card, labels_of
from playwright.sync_api import expect

ARABIC = "مرحبا بالعالم (abc) هذا نص عربي!"
STYLE = "(node, name) => getComputedStyle(node)[name]"


def test_from_right_to_left_on_the_card_and_on_the_pages(site, visit) -> None:
    project = site.admin.client.projects.create("Directions", labels=["spam", "ham"])
    project.guidelines.publish("# Rules", "first version")
    project.items.add([{"key": "ar", "text": ARABIC}])
    project.flag("ar", "Ambiguous", note="שלום (note)")
    lin = site.member(project)
    card = Card(visit(f"{site.url}/label?project={project.slug}", lin)).ready()
    expect(card.text).to_have_text(ARABIC)
    assert card.text.evaluate(STYLE, "direction") == "rtl" and card.text.evaluate(STYLE, "textAlign") == "start"
    card.page.keyboard.press("1")
    card.saved()
    assert [row.value for row in labels_of(project)] == ["spam"]
    page = visit(f"{site.url}/healthz", site.admin)
    for name in ("items", "hard"):
        page.goto(f"{site.url}/{name}?project={project.slug}&item=ar")
        shown = page.get_by_text(ARABIC).locator("visible=true").last
        expect(shown).to_be_visible()
        assert shown.evaluate(STYLE, "unicodeBidi") == "plaintext"
        # The line begins on the right: its first letter stands beyond the middle of the box.
        first = shown.evaluate(
            """(node) => {
              const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
              let text = walk.nextNode();
              while (text && !text.data.includes('مرحبا')) text = walk.nextNode();
              const range = document.createRange();
              const at = text.data.indexOf('مرحبا');
              range.setStart(text, at);
              range.setEnd(text, at + 1);
              const [letter, box] = [range.getBoundingClientRect(), node.getBoundingClientRect()];
              return (letter.left - box.left) / box.width;
            }"""
        )
        assert first > 0.5, name
