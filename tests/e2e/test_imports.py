"""Before a file becomes anything: its labels, and texts that are there; and what goes when an import is taken back."""

from pathlib import Path
from typing import Any

import pytest
from browsing import Site, settled, shown
from playwright.sync_api import Page, expect


def written(folder: Path) -> Path:
    file = folder / "slips.csv"
    rows = [f"t{n},a text about {n},{'spma' if n < 2 else ('spam', 'ham')[n % 2]}" for n in range(40)]
    file.write_text("\n".join(["id,text,label", *rows]))
    return file


def labels_of(page: Page) -> Any:
    return page.get_by_test_id("stDataFrame").filter(
        has=page.locator("[role=columnheader]", has_text="What to look at")
    )


@pytest.mark.whole
def test_a_slip_of_the_pen_is_shown_and_merged_before_a_project_is_made(site: Site, visit: Any, tmp_path: Path) -> None:
    page = visit(f"{site.url}/setup", site.admin)
    page.get_by_label("Name", exact=True).fill("Without slips")
    page.locator("input[type=file]").set_input_files(written(tmp_path))
    expect(page.get_by_text("3 labels were found in the file.")).to_be_visible()
    cells = labels_of(page).locator("[role=gridcell]")
    expect(cells.filter(has_text="nearly “spam”; rare")).to_be_attached()
    assert {"spma", "2"} <= {text.strip() for text in cells.all_text_contents()}
    settled(page)
    page.get_by_text("Take “spma” for “spam”").click()
    expect(page.get_by_text("2 labels were found in the file.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_text("All 40 rows are in.")).to_be_visible()
    made = next(one for one in site.admin.client.projects if one.info.name == "Without slips")
    assert [one["name"] for one in made.info.labels] == ["spam", "ham"] and len(list(made.answers())) == 40


def test_texts_that_are_there_under_another_key_are_told(site: Site, visit: Any, tmp_path: Path) -> None:
    project = site.project(0, "Twice")
    project.items.add([{"key": f"x{n}", "text": f"a text about {n}"} for n in range(3)], progress=False)
    page = visit(f"{site.url}/imports?project={project.slug}", site.admin)
    page.locator("input[type=file]").set_input_files(written(tmp_path))
    expect(page.get_by_text("3 of the first rows say what items say that are there already")).to_be_visible()


@pytest.mark.whole
def test_an_import_with_labels_of_people_is_taken_back_only_with_their_number(
    site: Site, visit: Any, tmp_path: Path
) -> None:
    project = site.project(0, "With people's labels")
    file = tmp_path / "plain.csv"
    file.write_text("id,text\n" + "".join(f"k{n},text {n}\n" for n in range(6)))
    project.import_file(file, {"key": "id", "text": "text"}).wait(60)
    project.guidelines.acknowledge(1)
    project.label_many({"k1": "spam", "k2": "ham"})
    page = visit(f"{site.url}/imports?project={project.slug}", site.admin)
    shown(page, "plain.csv")
    page.get_by_role("button", name="Take it back …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("2 labels that people gave here go with it.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Take it back")).to_have_count(0)
    typed = dialog.get_by_label("Type this number, 2, to continue")
    typed.fill("2")
    typed.press("Enter")
    dialog.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text(f"Taken back by {site.admin.name}")).to_be_visible()
