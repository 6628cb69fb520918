"""Where sentences are read: a slice is made of a search by meaning, and new items that mean something else are told."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import processes
import pytest
from browsing import Site, settled
from playwright.sync_api import Page, expect
from sample_texts import news

from labeler.kit.config import Settings
from labeler.learning.features.installed import is_installed

pytestmark = pytest.mark.skipif(not is_installed(), reason="the extra `embeddings` is not installed")
GARDEN = ("please water the tomatoes in the evening", "roses want to be cut back in spring", "sow the carrots thinly")


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Site]:
    """A service that reads sentences."""
    home = tmp_path_factory.mktemp("reading")
    shutil.copyfile(sqlite_template, home / "labeler.db")
    running = Site(Settings(home=home, embeddings="auto"))
    yield running
    running.stop()


def test_a_slice_by_meaning_is_made_by_looking_and_other_meanings_are_told(reading: Site, visit: Any) -> None:
    project = reading.admin.client.projects.create("News", labels=["sport", "money"], retrain_every=1000)
    known = [{**row, "label": row["metadata"]["truth"], "split": "train"} for row in news(40)]
    project.items.add([*known, *news(160)[40:]], progress=False)
    like = {"text": "who won the football game", "least": 0.3}
    processes.wait_for(lambda: project.items.like(like).read == 160, 120, "the reading of the items")
    page: Page = visit(f"{reading.url}/items?project={project.slug}", reading.admin)
    settled(page)
    page.get_by_text("More filters").click()
    field = page.get_by_role("textbox", name="Means about the same as")
    expect(field).to_be_visible()
    field.fill("who won the football game")
    field.press("Enter")
    expect(page.get_by_text("mean about the same, of 160 whose text was read.")).to_be_visible()
    settled(page)
    page.get_by_text("Nearest to the bar").click()
    expect(page.locator("[role=columnheader]", has_text="Similarity")).to_be_attached()
    settled(page)
    page.get_by_role("button", name="Save as slice …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Sport")
    dialog.get_by_label("Name").press("Tab")
    settled(page)
    dialog.get_by_role("button", name="Save", exact=True).click()
    processes.wait_for(lambda: list(project.slices), 60, "the slice")
    (made,) = project.slices
    assert made.query.like is not None and made.query.like.text == like["text"] and made.items
    page.goto(f"{reading.url}/items?project={project.slug}&like=football")
    expect(page.get_by_role("textbox", name="Means about the same as")).to_be_visible()
    settled(page)

    processes.wait_for(
        lambda: any((one.config["representation"] or {}).get("kind") == "encoder" for one in project.models()),
        180,
        "a model that reads sentences",
    )
    processes.wait_for(lambda: project.progress().training.state == "idle", 120, "the end of the training")
    new = [{"key": f"g{n}", "text": f"{GARDEN[n % 3]}, {n}"} for n in range(60)]
    project.items.add(new, progress=False)
    project.drift.check().wait(180)
    page.goto(f"{reading.url}/models?project={project.slug}&view=drift")
    expect(page.get_by_text("what they mean, whatever words they have")).to_be_visible()
    settled(page)
