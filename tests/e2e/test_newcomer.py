"""What somebody does on the first day with items that get several labels: from the file to predictions."""

import csv
import re
from pathlib import Path
from typing import Any

import processes
import pytest
from browsing import Card, choose, labels_say, messages, settled
from playwright.sync_api import Page, expect

LABELS = ["promo", "money", "question"]


def truth(text: str) -> list[str]:
    words = text.lower()
    found = {
        "promo": any(word in words for word in ("free", "win", "txt", "call", "prize")),
        "money": any(word in words for word in ("£", "$", "cash", "pay")),
        "question": "?" in words,
    }
    return [name for name in LABELS if found[name]]


def answer(card: Card, keys: dict[str, str], n: int) -> None:
    """Label n items by keyboard; none of the labels takes a second Enter."""
    for _ in range(n):
        chosen = truth(card.shown())
        for name in chosen:
            card.page.keyboard.press(keys[name])
        if not chosen:
            card.page.keyboard.press("Enter")
        card.press("Enter")
    card.saved()


def rename_first(page: Page, name: str) -> None:
    """Type over the first label's name."""
    page.get_by_test_id("label-name-1").fill(name)
    page.get_by_test_id("label-name-1").press("Enter")


def delete_second(page: Page) -> None:
    """Take the second label out of the list."""
    page.get_by_test_id("label-row").nth(1).get_by_role("button", name="Remove").click()
    labels_say(page, "2 labels")


@pytest.mark.faults  # a long one; the way of one label is the short form
def test_several_labels_from_the_file_to_predictions(site: Any, visit: Any, tmp_path: Path) -> None:
    rows = messages(80)
    file = tmp_path / "messages.csv"
    with open(file, "w", encoding="utf-8", newline="") as handle:
        known = ["|".join(truth(row["text"])) for row in rows[:20]] + [""] * 60
        cells = [[row["key"], row["text"], labels] for row, labels in zip(rows, known, strict=True)]
        csv.writer(handle).writerows([["id", "text", "labels"], *cells])
    someone = site.person("manager")
    page = visit(f"{site.url}/setup", someone)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_test_id("stRadio").get_by_text("Several labels").click()
    expect(page.get_by_test_id("card-preview").get_by_test_id("send")).to_be_visible()
    page.get_by_label("Name").first.fill("First day")
    page.get_by_label("Name").first.press("Enter")
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_text("All 80 rows are in.")).to_be_visible(timeout=60_000)
    project = someone.client.projects.get("first-day")
    assert project.info.task_type == "multi_choice"
    keys = {label["name"]: str(place + 1) for place, label in enumerate(project.info.labels)}
    page.get_by_role("button", name="Start labeling").click()

    card = Card(page).ready()
    answer(card, keys, 30)
    processes.wait_for(lambda: project.models(), 120, "the first model")
    for _ in range(4):  # what the page holds already was chosen before
        answer(card, keys, 5)
    assert any((row.pick or {}).get("model") for row in project.labels), "the queue was ranked by the model"

    page.goto(f"{site.url}/settings?project=first-day")
    labels_say(page, "3 labels")
    settled(page)
    rename_first(page, "advert")
    delete_second(page)
    choose(page.get_by_role("combobox", name="money", exact=True), "advert")
    page.get_by_role("button", name="Save changes").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("become")
    dialog.get_by_role("button", name="Save this version").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    [newest, _] = project.schemas()
    assert newest.mapping == {"promo": "advert", "money": "advert"}

    page.goto(f"{site.url}/datasets?project=first-day")
    page.get_by_role("button", name="Create a version").click()
    expect(page.get_by_text("The dataset version was created.")).to_be_visible(timeout=60_000)
    held = {name for row in project.answers() for name in row.value}
    assert held == {"advert", "question"}

    processes.wait_for(lambda: project.progress().training.state == "idle", 120, "the end of the training")
    page.goto(f"{site.url}/models?project=first-day")
    page.get_by_role("button", name=re.compile("^Promote( it)? …")).click()
    page.get_by_role("dialog").get_by_role("button", name="live").click()
    expect(page.get_by_test_id("stMainBlockContainer").get_by_text("answers every prediction")).to_be_visible()
    [predicted] = project.predict(["win a free prize now"])
    assert set(predicted.value) <= {"advert", "question"}
