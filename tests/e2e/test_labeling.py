"""A labeler at work: by keyboard, with undo, skips, hard flags and the guideline's gate."""

import processes
import pytest
from browsing import Card, Site, labels_of
from playwright.sync_api import Route, expect


@pytest.fixture(scope="module")
def project(site: Site):
    return site.project()


@pytest.fixture
def lin(site: Site, project):
    return site.member(project)


def test_fifteen_key_presses_are_fifteen_labels(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    given = {}
    for number in range(15):
        given[card.shown()] = "spam" if number % 3 == 0 else "ham"
        card.press("1" if number % 3 == 0 else "2")
    card.saved()
    rows = labels_of(project, lin)
    texts = {item.key: item.content["text"] for item in project.items}
    assert {texts[row.item_key]: row.value for row in rows} == given
    assert len(rows) == 15
    assert all(row.guideline_version == 1 for row in rows)
    assert all(0 < row.elapsed_ms < 60_000 for row in rows)


def test_undo_brings_the_item_back_and_history_keeps_both(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    text = card.shown()
    card.press("1")
    card.saved()
    card.press("u")
    expect(card.text).to_have_text(text)
    expect(card.hint).to_contain_text("You had chosen: spam")
    card.saved()
    card.press("2")
    card.saved()
    rows = labels_of(project, lin)
    assert [row.value for row in rows] == ["spam", None, "ham"]
    assert len({row.item_key for row in rows}) == 1
    history = project.items.history(rows[0].item_key)
    assert [(entry.kind, entry.value) for entry in history] == [
        ("label", "spam"),
        ("undo", None),
        ("label", "ham"),
    ]


def test_three_undos_walk_back_in_order(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    seen = []
    for _ in range(3):
        seen.append(card.shown())
        card.press("2")
    for text in reversed(seen):
        card.page.keyboard.press("Control+z")
        expect(card.text).to_have_text(text)
    card.saved()
    last = {row.item_key: row.value for row in labels_of(project, lin)}
    assert [value for value in last.values() if value is not None] == []


def test_a_skip_has_a_reason_and_the_item_stays_away(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    text = card.shown()
    card.page.keyboard.press("s")
    expect(card.part("chooser")).to_be_visible()
    card.press("2")
    card.saved()
    found = next(item for item in project.items if item.content["text"] == text)
    history = project.items.history(found.key)
    own = [(entry.kind, entry.reason) for entry in history if entry.labeler.id == lin.id]
    assert own == [("skip", "Not relevant")]  # another test may have asked somebody else
    held = lin.client.projects.get(project.slug).queue.next(10)
    assert found.key not in [item.key for item in held]


def test_a_hard_flag_alone_sets_the_item_aside(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    text = card.shown()
    card.page.keyboard.press("h")
    card.page.keyboard.press("2")
    card.part("flag-note").fill("half of it is missing")
    card.press("Enter")
    card.saved()
    flag = next(flag for flag in project.flags if flag.content["text"] == text)
    assert (flag.reason, flag.note) == ("Guideline is silent", "half of it is missing")
    assert flag.labeler.id == lin.id and flag.guideline_version == 1
    assert labels_of(project, lin) == []


@pytest.mark.parametrize("begin", ["n", ""])
def test_a_note_is_written_without_the_mouse(site, project, lin, label_page, begin) -> None:
    """What is typed after a reason begins the note, and the keys of the card are letters in it."""
    card = label_page(site, project, lin)
    text = card.shown()
    for key in ("h", "2", begin):
        if key:
            card.page.keyboard.press(key)
    card.page.keyboard.type("is this 1 or L?")
    expect(card.part("flag-note")).to_have_value("is this 1 or L?")
    card.page.keyboard.press("Escape")
    expect(card.part("chooser")).to_be_hidden()
    card.page.keyboard.press("h")
    expect(card.part("flag-note")).to_have_value("is this 1 or L?")  # nothing typed is lost
    card.page.keyboard.press("2")
    card.press("Enter")
    card.saved()
    flag = next(flag for flag in project.flags if flag.content["text"] == text)
    assert (flag.reason, flag.note) == ("Guideline is silent", "is this 1 or L?")


def test_a_hard_flag_goes_along_with_a_label(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    text = card.shown()
    card.page.keyboard.press("h")
    card.page.keyboard.press("1")
    card.page.keyboard.press("l")
    expect(card.hint).to_contain_text("Marked as hard (Ambiguous). Now choose a label.")
    expect(card.text).to_have_text(text)
    card.press("1")
    card.saved()
    [row] = labels_of(project, lin)
    flags = [flag for flag in project.flags if flag.labeler.id == lin.id]
    assert row.value == "spam"
    assert [(flag.item_key, flag.reason) for flag in flags] == [(row.item_key, "Ambiguous")]


def test_a_new_guideline_version_must_be_read_before_labeling_goes_on(site, label_page) -> None:
    project = site.project(30, "Gated")
    lin = site.member(project)
    card = label_page(site, project, lin)
    card.press("2")
    card.saved()
    rule = "Wants money, a call or a click.\n  - *Example:* Call **now**"
    text = project.guidelines.current().text.replace("Wants money.", rule)
    project.guidelines.publish(text, "calls count too")
    for _ in range(8):  # the browser holds ten; the gate comes with the next answer of the service
        if card.part("acknowledge").is_visible():
            break
        before = card.ready().shown()
        card.page.keyboard.press("2")
        processes.wait_for(lambda: card.part("acknowledge").is_visible() or card.shown() != before)  # noqa: B023
    expect(card.part("dialog")).to_contain_text("guideline version 2")
    expect(card.part("dialog")).to_contain_text("calls count too")
    expect(card.part("guideline-changes")).to_contain_text("Wants money, a call or a click.")
    example = card.part("guideline-changes").locator("li li", has_text="Example:")
    assert example.evaluate("one => one.getClientRects().length && one.offsetHeight") < 40, "on one line"
    assert example.evaluate("one => getComputedStyle(one).borderLeftWidth") == "0px"
    card.page.keyboard.press("Escape")
    expect(card.part("acknowledge")).to_be_visible()
    before = card.shown()
    card.page.keyboard.press("1")
    assert card.shown() == before
    card.part("acknowledge").press("Enter")
    expect(card.part("acknowledge")).to_be_hidden()
    card.ready().press("1")
    card.saved()
    rows = labels_of(project, lin)
    assert rows[0].guideline_version == 1
    assert (rows[-1].value, rows[-1].guideline_version) == ("spam", 2)
    assert len(rows) == len({row.item_key for row in rows})


def test_somebody_who_never_read_the_guideline_reads_it_first(site, project, visit) -> None:
    nina = site.member(project, read=False)
    card = Card(visit(f"{site.url}/label?project={project.slug}", nina))
    expect(card.part("guideline-text")).to_contain_text("unasked-for advertising")
    card.page.keyboard.press("Enter")
    card.ready()


def test_guideline_and_keys_are_one_key_away(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    card.page.keyboard.press("g")
    expect(card.part("guideline-text")).to_contain_text("Wants money.")
    card.page.keyboard.press("g")
    expect(card.part("dialog")).to_be_hidden()
    card.page.keyboard.press("?")
    expect(card.part("dialog")).to_contain_text("Mark as hard")
    card.page.keyboard.press("Escape")
    card.press("2")
    card.saved()


def test_a_label_can_not_take_a_key_of_the_card(site, label_page) -> None:
    project = site.project(20, "Keys", labels=[{"name": "ham", "hotkey": "h"}, {"name": "spam", "hotkey": "s"}])
    lin = site.member(project)
    card = label_page(site, project, lin)
    expect(card.part("label-ham")).to_contain_text("1")
    card.page.keyboard.press("h")
    expect(card.part("chooser")).to_contain_text("Why is this hard?")
    card.page.keyboard.press("Escape")
    card.press("2")
    card.saved()
    assert [row.value for row in labels_of(project, lin)] == ["spam"]


def test_what_is_said_at_the_end_adds_up(site, label_page) -> None:
    project = site.project(3, "Three")
    lin = site.member(project)
    card = label_page(site, project, lin)
    card.press("1")
    card.page.keyboard.press("h")
    card.page.keyboard.press("1")
    card.press("Enter")
    card.page.keyboard.press("2")
    expect(card.part("state")).to_contain_text(
        "1 of 3 items is not labeled yet: another labeler has it, or it is set aside as hard"
    )


def test_an_answer_taken_back_while_the_next_items_are_asked_for_stays_in_sight(site, label_page) -> None:
    project = site.project(1)
    card = label_page(site, project, site.member(project))
    asked: list[Route] = []
    card.ready().page.route("**/queue/next", lambda route: asked.append(route))
    card.page.keyboard.press("1")
    while not asked:
        card.page.wait_for_timeout(20)
    card.page.keyboard.press("u")
    expect(card.hint).to_contain_text("You had chosen: spam.")
    with card.page.expect_response("**/queue/next"):
        asked[0].continue_()
    card.saved()
    card.page.unroute("**/queue/next")
    expect(card.root).to_have_attribute("data-state", "item")
    expect(card.hint).to_contain_text("You had chosen: spam.")


def test_where_no_guideline_is_published_its_key_leads_to_where_it_is_written(site, visit) -> None:
    silent = site.admin.client.projects.create("Nothing written", labels=["a", "b"])
    silent.items.add([{"key": "1", "text": "one"}], progress=False)
    card = Card(visit(f"{site.url}/label?project={silent.slug}", site.admin)).ready()
    card.page.keyboard.press("g")
    card.part("guideline-page").click()
    expect(card.page.get_by_role("heading", name="Guideline", exact=True)).to_be_visible()
    assert f"/guidelines?project={silent.slug}" in card.page.url


def test_esc_takes_back_that_an_item_is_hard_and_what_was_said_of_it(site, label_page) -> None:
    project = site.project(20, "Not hard")
    lin = site.member(project)
    card = label_page(site, project, lin).ready()
    card.page.keyboard.press("h")
    card.page.keyboard.press("1")
    card.page.keyboard.press("l")
    expect(card.hint).to_contain_text("Marked as hard")
    card.page.keyboard.press("Escape")
    expect(card.hint).to_have_text("")
    card.page.keyboard.press("u")
    expect(card.hint).to_have_text("Nothing to undo.")
    card.page.keyboard.press("Escape")
    expect(card.hint).to_have_text("")
    card.press("1")
    card.saved()
    assert [row.value for row in labels_of(project, lin)] == ["spam"] and not list(project.flags)


def test_the_bar_counts_labels_where_each_item_asks_for_several(site, label_page) -> None:
    project = site.project(4, "Several", overlap=2, holdout_share=0.0)
    card = label_page(site, project, site.member(project))
    card.press("1", "2")
    card.saved()
    track = card.page.get_by_role("progressbar", name="Labeled items")
    expect(track).to_have_attribute("aria-valuenow", "2")
    expect(track).to_have_attribute("aria-valuemax", "8")
    expect(card.part("progress")).to_contain_text("0 of 4 with all 2 labels")
