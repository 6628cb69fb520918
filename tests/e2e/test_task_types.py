"""Several labels and ratings: labeled by keyboard, shown and changed by a manager."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from browsing import Card, Site, choose, labels_of, messages
from playwright.sync_api import Page, expect

from labeler.client import Project

TOXIC = ["toxic", "obscene", "threat", "insult"]
STARS = {"min": 1, "max": 5, "step": 1, "names": {"1": "bad", "5": "good"}}
HALVES = {"min": 0, "max": 10, "step": 0.5}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
PAINTED = "performance.getEntriesByName('labeler:key-to-paint').length"


def made(site: Site, name: str, **asked: Any) -> Project:
    """A project of any task type with 60 messages and a published guideline."""
    client = site.admin.client
    project = client.projects.get(client.post("/projects", json={"name": name, **asked})["slug"])
    project.guidelines.publish(f"# {name}\n\nSay what it is.\n", "first version")
    project.guidelines.acknowledge(1)
    project.items.add(messages(60), progress=False)
    return project


@pytest.fixture(scope="module")
def several(site: Site) -> Project:
    labels = [{"name": name} for name in TOXIC]
    return made(site, "Comments", task_type="multi_choice", labels=labels)


@pytest.fixture(scope="module")
def stars(site: Site) -> Project:
    return made(site, "Stars", task_type="rating", scale=STARS)


@pytest.fixture(scope="module")
def halves(site: Site) -> Project:
    return made(site, "Halves", task_type="rating", scale=HALVES)


def given(project: Project, someone: Any) -> list[Any]:
    return [row.value for row in labels_of(project, someone)]


def test_ten_items_get_several_labels_by_keyboard(site, several, label_page) -> None:
    lin = site.member(several)
    card = label_page(site, several, lin)
    expected = []
    for number in range(10):
        keys = "1234"[: number % 4 + 1]
        for key in reversed(keys):
            card.page.keyboard.press(key)
        expect(card.part("chosen-count")).to_have_text(f"{len(keys)} chosen")
        expect(card.part("label-toxic")).to_have_attribute("aria-pressed", "true")
        card.press("Enter")
        expect(card.part("chosen-count")).to_have_text("none of them")
        expected.append(TOXIC[: len(keys)])
    card.saved()
    assert given(several, lin) == expected
    assert card.page.evaluate(PAINTED) == 10


def test_none_of_the_labels_takes_a_second_enter(site, several, label_page) -> None:
    lin = site.member(several)
    card = label_page(site, several, lin)
    before = card.shown()
    card.page.keyboard.press("Enter")
    expect(card.hint).to_have_text("Enter again: none of these labels")
    card.page.keyboard.press("1")
    expect(card.hint).not_to_contain_text("Enter again")
    card.page.keyboard.press("Escape")
    expect(card.part("chosen-count")).to_have_text("none of them")
    assert card.shown() == before
    card.page.keyboard.press("Enter")
    card.press("Enter")
    card.saved()
    assert given(several, lin) == [[]]


def test_undo_brings_back_what_was_chosen(site, several, label_page) -> None:
    lin = site.member(several)
    card = label_page(site, several, lin)
    text = card.shown()
    card.page.keyboard.press("1")
    card.page.keyboard.press("3")
    card.press("Enter")
    card.page.keyboard.press("2")
    card.page.keyboard.press("Backspace")  # clears what is chosen before it undoes
    expect(card.part("chosen-count")).to_have_text("none of them")
    card.press("Backspace")
    expect(card.text).to_have_text(text)
    expect(card.hint).to_have_text("You had chosen: toxic, threat. Shift+U gives it again.")
    expect(card.part("chosen-count")).to_have_text("2 chosen")
    card.page.keyboard.press("1")
    card.press("Enter")
    card.saved()
    assert given(several, lin)[-1] == ["threat"]


def test_several_labels_are_tapped_and_sent_on_a_phone(site, several, label_page) -> None:
    lin = site.member(several)
    card = label_page(site, several, lin, **PHONE)
    before = card.shown()
    card.part("label-obscene").tap()
    card.part("label-insult").tap()
    card.part("send").tap()
    expect(card.text).not_to_have_text(before)
    card.saved()
    assert given(several, lin) == [["obscene", "insult"]]


def test_ten_items_are_rated_by_one_digit_each(site, stars, label_page) -> None:
    lin = site.member(stars)
    card = label_page(site, stars, lin)
    expect(card.part("rate-1")).to_contain_text("bad")
    digits = "1543215432"
    card.press(*digits)
    card.saved()
    assert given(stars, lin) == [int(digit) for digit in digits]
    assert card.page.evaluate(PAINTED) == 10
    card.page.keyboard.press("u")
    expect(card.hint).to_contain_text("You had chosen: 2.")
    card.page.keyboard.press("9")  # not on the scale
    card.press("5")
    card.press("u")
    expect(card.hint).to_contain_text("You had chosen: 5 (good).")


def test_a_rating_is_tapped_on_a_phone(site, stars, label_page) -> None:
    lin = site.member(stars)
    card = label_page(site, stars, lin, **PHONE)
    wide = card.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]
    before = card.shown()
    card.part("rate-4").tap()
    expect(card.text).not_to_have_text(before)
    card.saved()
    assert given(stars, lin) == [4]


def test_numbers_of_a_long_scale_are_typed_or_reached_by_arrows(site, halves, label_page) -> None:
    lin = site.member(halves)
    card = label_page(site, halves, lin)
    card.page.keyboard.type("7.5")
    expect(card.part("chosen-count")).to_have_text("7.5 chosen")
    card.press("Enter")
    for _ in range(3):
        card.page.keyboard.press("ArrowRight")
    expect(card.part("chosen-count")).to_have_text("6 chosen")
    card.press("Enter")
    card.page.keyboard.type("7.3")
    card.page.keyboard.press("Enter")
    expect(card.hint).to_have_text("7.3 is not on the scale: 0 to 10 in steps of 0.5.")
    card.page.keyboard.press("Backspace")
    expect(card.part("chosen-count")).to_have_text("7 chosen")
    card.press("Enter")
    card.saved()
    assert given(halves, lin) == [7.5, 6, 7]


def main(page: Page) -> Any:
    return page.get_by_test_id("stMainBlockContainer")


@pytest.mark.whole
def test_a_rating_project_is_made_from_a_file_with_a_live_preview(site, visit, tmp_path: Path) -> None:
    rows = [[row["key"], row["text"], str(n % 5 + 1) if n < 20 else ""] for n, row in enumerate(messages(60))]
    file = tmp_path / "rated.csv"
    with open(file, "w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([["id", "text", "label"], *rows])
    page = visit(f"{site.url}/setup", site.person("manager"))
    page.locator("input[type=file]").set_input_files(file)
    preview = page.get_by_test_id("card-preview")
    expect(preview.get_by_test_id("rate-5")).to_be_visible()
    expect(preview).to_have_count(1)  # the former one goes when the page is drawn to its end
    expect(preview.get_by_test_id("preview-text")).to_have_text(messages(1)[0]["text"])
    page.get_by_test_id("stRadio").get_by_text("Several labels").click()
    expect(preview.get_by_test_id("send")).to_be_visible()
    page.get_by_test_id("stRadio").get_by_text("A rating").click()
    page.get_by_label("Highest").fill("7")
    page.get_by_label("Highest").press("Enter")
    preview.get_by_test_id("rate-7").click()
    expect(preview.get_by_test_id("preview-hint")).to_have_text("The answer would be: 7")
    page.get_by_label("Name").first.fill("Rated")
    page.get_by_label("Name").first.press("Enter")
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_text("All 60 rows are in.")).to_be_visible(timeout=60_000)
    info = site.admin.client.projects.get("rated").info
    assert (info.task_type, info.scale["max"]) == ("rating", 7)
    page.get_by_role("button", name="Start labeling").click()
    expect(page.get_by_test_id("card").get_by_test_id("rate-7")).to_be_visible()


@pytest.mark.whole
def test_items_are_found_by_their_rating_and_by_a_contained_label(site, stars, several, visit) -> None:
    for number, row in enumerate(messages(60)[:5]):
        stars.label(row["key"], number + 1)
        several.label(row["key"], ["insult"] if number == 2 else [])
    page = visit(f"{site.url}/items?project={several.slug}&item={messages(3)[2]['key']}", site.admin)
    expect(page.get_by_text("Admin 1 labeled insult")).to_be_in_viewport()  # what is opened comes into sight
    choose(page.get_by_role("combobox", name="Label"), "insult")
    expect(main(page).get_by_test_id("stDataFrame").first).to_be_visible()
    page.goto(f"{site.url}/items?project={stars.slug}&item={messages(5)[4]['key']}")
    expect(page.get_by_text("labeled 5 (good)")).to_be_visible()
    slider = page.get_by_test_id("stSlider").get_by_role("slider").first
    slider.focus()
    slider.press("ArrowRight")
    expect(slider).to_have_value("1")
    expect(page.get_by_text("labeled 5 (good)")).to_be_visible()
    assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").all_inner_texts() == []


@pytest.mark.whole
def test_a_scale_is_shortened_and_says_how_many_answers_that_touches(site, visit) -> None:
    project = made(site, "Shorter", task_type="rating", scale=STARS)
    for row, value in zip(messages(3), (5, 5, 1), strict=True):
        project.label(row["key"], value)
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    page.get_by_label("Highest").fill("4")
    page.get_by_label("Highest").press("Enter")
    choose(page.get_by_role("combobox", name="5", exact=True), "4")
    page.get_by_role("button", name="Save changes").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 answers with 5 become 4")
    dialog.get_by_role("textbox", name="Reason").fill("five was never clear")
    dialog.get_by_role("button", name="Save this version").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    [newest, _] = project.schemas()
    assert (newest.version, newest.mapping, newest.reason) == (2, {"5": "4"}, "five was never clear")
    answers = [json.loads(line) for line in export(project)]
    assert sorted(row["label"] for row in answers if row.get("label") is not None) == [1, 4, 4]


def export(project: Project) -> list[bytes]:
    return b"".join(project.client.stream(f"{project.path}/export", format="jsonl")).splitlines()


@pytest.mark.whole
def test_a_target_is_a_metric_and_a_value(site, stars, visit) -> None:
    page = visit(f"{site.url}/settings?project={stars.slug}", site.admin)
    page.get_by_role("tab", name="Learning").click()
    choose(page.get_by_role("combobox", name="Score wanted on the holdout"))
    wanted = page.get_by_role("spinbutton", name="At most").or_(page.get_by_role("spinbutton", name="At least"))
    wanted.first.fill("0.5")
    wanted.first.press("Enter")
    page.get_by_role("button", name="Save target").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    target = site.admin.client.projects.get(stars.slug).info.settings.target
    assert target.metric and target.value in (0.5, 0.005)


def test_a_hard_item_is_resolved_with_a_rating(site, stars, visit) -> None:
    row = messages(60)[40]
    stars.flag(row["key"], "Ambiguous", note="between three and four")
    page = visit(f"{site.url}/hard?project={stars.slug}", site.admin)
    choose(page.get_by_role("combobox", name="Answer"), "5 (good)")
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.get_by_text("Resolved.")).to_be_visible()
    given_by = {label.labeler.id: label.value for label in stars.items.get(row["key"]).labels}
    assert given_by[site.admin.id] == 5


def test_the_card_of_a_phone_shows_everything_at_once(site, stars, label_page) -> None:
    card: Card = label_page(site, stars, site.member(stars), **PHONE)
    for name in ("rate-1", "rate-5", "undo"):
        box = card.part(name).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 360 and box["y"] + box["height"] <= 740
