"""What a manager finds on the pages Jobs and Import: every job however old, and every import with its way back."""

import re
from pathlib import Path
from typing import Any

import pytest
from browsing import Site, choose, settled, shown
from playwright.sync_api import Page, expect

from labeler.client import Project
from labeler.kit.columns import clock
from labeler.kit.jobs.tables import jobs as job_table

FILE = "id,text,label\nk1,one text,ham\nk2,two texts,spam\nk2,two texts,spam\nk3,,ham\n"


def brought(project: Project, folder: Path, name: str, data: str = FILE) -> int:
    """The number of the import, once it is done. Keys are named: the repeat is one by its key."""
    file = folder / name
    file.write_text(data)
    return project.import_file(file, {"key": "id", "text": "text", "label": "label"}).wait(60).id


def with_jobs(site: Site, project: Project, number: int, **about: Any) -> None:
    """So many jobs that are over."""
    same = {"kind": "training.train", "project_id": project.info.id, "args": {}, "run_at": clock(), "first_at": clock()}
    over = {**same, "created_at": clock(), "started_at": clock(), "finished_at": clock(), "state": "done", **about}
    site.db.write(lambda tx: [tx.execute(job_table.insert().values(**over)).rowcount for _ in range(number)])


def row_of(page: Page, number: int) -> Any:
    return page.locator(f".st-key-job-{number}")


@pytest.mark.whole
def test_an_import_that_is_not_among_the_newest_is_found_and_taken_back(site: Site, visit: Any, tmp_path: Path) -> None:
    project = site.project(0, "Many jobs")
    number = brought(project, tmp_path, "long ago.csv")
    with_jobs(site, project, 160)
    page = visit(f"{site.url}/jobs?project={project.slug}", site.admin)
    expect(shown(page, "Training of a model")).to_be_visible()
    expect(row_of(page, number)).to_have_count(0)
    for place in (2, 3, 4):
        page.get_by_role("button", name="Older").click()
        expect(page.get_by_text(f"Page {place}", exact=True)).to_be_visible()
    expect(row_of(page, number)).to_contain_text("long ago.csv")
    choose(page.get_by_role("combobox", name="What"), "Imports, and what was removed")
    expect(page.get_by_text("Training of a model")).to_have_count(0)
    expect(page).to_have_url(f"{site.url}/jobs?project={project.slug}&kind=import")
    row_of(page, number).get_by_role("button", name="Take it back …").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(row_of(page, number)).to_contain_text(
        f"Taken back by {site.admin.name}: just now  · imported just now · took"
    )
    choose(page.get_by_role("combobox", name="State"), "failed")
    expect(page.get_by_text("There are none of this kind and state.")).to_be_visible()


@pytest.mark.whole
def test_the_page_import_lists_what_was_imported(site: Site, visit: Any, tmp_path: Path) -> None:
    project = site.project(0, "History")
    page = visit(f"{site.url}/imports?project={project.slug}", site.admin)
    expect(page.get_by_text("None yet. What you import is listed here")).to_be_visible()
    number = brought(project, tmp_path, "mixed.csv")
    for n in range(6):
        brought(project, tmp_path, f"later {n}.csv", f"id,text,label\nn{n},new text {n},ham\n")
    page.reload()
    expect(shown(page, "later 5.csv")).to_be_visible()
    page.get_by_text("2 earlier imports").click()
    row = row_of(page, number)
    expect(row).to_contain_text("mixed.csv · 4 rows: 2 taken, 1 repeated in this file, 1 refused")
    expect(row).to_contain_text(f"by {site.admin.name}")
    row.get_by_role("button", name="Details …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("1 refused row", exact=True).click()
    expect(dialog.get_by_text("repeated in this file, and the same").first).to_be_attached()
    assert (dialog.bounding_box() or {})["width"] < 800
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    settled(page)
    first = page.locator('[class*="st-key-job-"]').first
    first.get_by_role("button", name="Take it back …").click()
    dialog.get_by_role("button", name="Take it back").click()
    expect(first).to_contain_text(f"Taken back by {site.admin.name}")
    expect(first.get_by_role("button", name="Take it back …")).to_have_count(0)


@pytest.mark.whole
def test_routine_jobs_of_a_kind_are_one_line_that_opens_and_a_training_says_why(site: Site, visit: Any) -> None:
    project = site.project(0, "Routine")
    with_jobs(site, project, 12, kind="quality.estimate", result={"items": 7, "changed": 1})
    with_jobs(site, project, 2, kind="training.coverage", result={"ranked": 7})
    with_jobs(site, project, 1, args={"why": "labels taken back"})
    with_jobs(site, project, 1, args={"why": "settings"})
    page = visit(f"{site.url}/jobs?project={project.slug}", site.admin)
    expect(page.get_by_text("See here what runs, what came of it, and why something failed.")).to_be_visible()
    rows = page.locator('[class*="st-key-job-"]')
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="as labels were taken back")).to_have_count(1)
    expect(rows.filter(has_text="as settings were changed")).to_have_count(1)
    line = page.locator(".st-key-fold-quality-estimate")
    expect(line).to_contain_text(re.compile(r"12 times in the last .+, the last one just now"))
    settled(page)
    line.get_by_role("button", name="Show them").click()
    expect(line.locator('[class*="st-key-job-"]')).to_have_count(12)
    expect(line.locator('[class*="st-key-job-"]').last).to_contain_text("The answers of 7 items looked at")
    line.get_by_role("button", name="Fold them").click()
    expect(rows).to_have_count(2)


@pytest.mark.whole
@pytest.mark.parametrize("colors", ["light", "dark"])
def test_jobs_are_short_on_a_phone_and_what_failed_comes_first(
    site: Site, visit: Any, tmp_path: Path, colors: Any
) -> None:
    project = site.project(0, f"On a phone, {colors}")
    with_jobs(site, project, 1, state="failed", error="the disk is full")
    brought(project, tmp_path, "a file.csv")
    with_jobs(site, project, 15)
    size = {"width": 390, "height": 844}
    page = visit(f"{site.url}/jobs?project={project.slug}", site.admin, viewport=size, color_scheme=colors)
    rows = page.locator('[class*="st-key-job-"]')
    expect(rows.first).to_contain_text("the disk is full")
    imported = rows.filter(has_text="a file.csv")
    expect(imported.get_by_role("button", name="Details …")).to_be_visible()
    heights = [(row.bounding_box() or {})["height"] for row in rows.all()[1:]]
    assert len(heights) >= 16 and sum(heights) < 50 * len(heights), heights
    assert (imported.bounding_box() or {})["height"] < 80
    button = imported.get_by_role("button", name="Take it back …").bounding_box() or {}
    assert 40 <= button["width"] < 60 and button["height"] >= 40, "an icon that a thumb meets"


def test_an_import_that_was_stopped_half_way_can_be_taken_back_and_one_that_runs_long_is_in_sight(
    site: Site, visit: Any
) -> None:
    project = site.project(0, "Half way")
    about = {"kind": "items.import", "done": 3, "args": {"name": "half.csv"}}
    with_jobs(site, project, 1, **about, state="running", finished_at=None)
    with_jobs(site, project, 1, **about, state="cancelled")
    with_jobs(site, project, 25)
    page = visit(f"{site.url}/jobs?project={project.slug}", site.admin)
    rows = page.locator('[class*="st-key-job-"]')
    expect(rows.first).to_contain_text("running")
    expect(rows.first.get_by_role("button", name="Take it back …")).to_have_count(0)
    choose(page.get_by_role("combobox", name="State"), "canceled")
    expect(rows).to_have_count(1)
    expect(rows.get_by_role("button", name="Take it back …")).to_be_visible()
