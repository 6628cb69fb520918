"""A task type of somebody else's package, with its card, from the wizard's preview to the label."""

from pathlib import Path
from typing import Any

import pytest
from browsing import Site, labels_of, messages, without_worker
from playwright.sync_api import expect

from labeler.kit.config import Settings
from labeler.projects.members import set_member

OUTSIDE = Path(__file__).parents[1] / "plugins" / "outside"


@pytest.fixture
def extended(settings: Settings) -> Any:
    running = Site(without_worker(settings), PYTHONPATH=str(OUTSIDE))
    yield running
    running.stop()


@pytest.mark.whole
@pytest.mark.one_database
def test_an_outside_card_labels_words(extended: Site, label_page: Any) -> None:
    admin = extended.admin
    project = admin.client.projects.create("Spans", task_type="acme_spans", labels=["name", "place"])
    project.guidelines.publish("# Spans\n\nMark names.\n", "first version")
    project.items.add(messages(5), progress=False)
    lin = extended.person()
    extended.db.write(set_member, project.info.id, lin.id, "labeler")  # this process knows nothing of the package
    lin.client.projects.get(project.slug).guidelines.acknowledge(1)
    card = label_page(extended, project, lin)
    text = card.shown()
    first, second = text.split()[:2]
    expect(card.part("acme-word")).to_have_text(first)
    card.page.keyboard.press("ArrowRight")
    expect(card.part("acme-word")).to_have_text(second)
    card.page.keyboard.press("2")
    start, end = len(first) + 1, len(first) + 1 + len(second)
    expect(card.part("acme-marked")).to_have_text(f"{start}-{end} place")
    card.press("Enter")
    card.press("Backspace")
    expect(card.hint).to_contain_text(f"You had chosen: {start}-{end} place.")
    card.press("Enter", "Enter")
    card.saved()
    first_key, first_value = next((row.item_key, row.value) for row in labels_of(project, lin))
    assert first_value == [[start, end, "place"]]
    assert project.items.get(first_key).answer.value == [[start, end, "place"]]
    assert sorted(row.value for row in project.answers()) == [[], [[start, end, "place"]]]
