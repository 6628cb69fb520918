"""A manager takes things back: an import, what a search finds, a whole project."""

import processes
import pytest
from browsing import shown
from playwright.sync_api import expect


@pytest.mark.whole
def test_an_import_is_taken_back(site, visit, tmp_path) -> None:
    project = site.project(4, "Taken back")
    file = tmp_path / "wrong.csv"
    file.write_text("id,text,label\n" + "\n".join(f"w{n},a wrong text {n},ham" for n in range(30)))
    project.import_file(file).wait(60)
    page = visit(f"{site.url}/jobs?project={project.slug}", site.admin)
    expect(page.get_by_text("All 30 rows are in.")).to_be_visible()
    page.get_by_role("button", name="Details …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("What became of every row and label")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Take it back …").click()
    expect(dialog).to_contain_text("30 items leave the queue and the pool")
    dialog.get_by_role("button", name="Take it back").click()
    expect(shown(page, "The import is being taken back.")).to_be_visible()
    processes.wait_for(lambda: project.progress().items.total == 4, 60, "the removal")
    expect(shown(page, "Taking an import back")).to_be_visible()
    expect(page.get_by_text(f"Taken back by {site.admin.name}: just now.")).to_be_visible()
    expect(page.get_by_role("button", name="Take it back …")).to_have_count(0)
    page.get_by_role("button", name="The import …").click()
    expect(dialog).to_contain_text("wrong.csv")
    expect(dialog).to_contain_text("What is in its file comes back with another import of it.")


def test_what_a_search_finds_is_removed(site, visit) -> None:
    project = site.project(0, "Searched")
    project.items.add([{"key": str(n), "text": f"{['keep', 'throw'][n % 2]} this {n}"} for n in range(10)])
    there = project.progress().items.total
    page = visit(f"{site.url}/items?project={project.slug}", site.admin)
    page.get_by_role("textbox", name="Search").fill("throw this")
    page.get_by_role("textbox", name="Search").press("Enter")
    page.get_by_role("button", name="Remove these …").click()
    expect(page.get_by_role("dialog")).to_contain_text("5 items leave the queue and the pool")
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    processes.wait_for(lambda: project.progress().items.total == there - 5, 60, "the removal")
    assert not list(project.items.find(q="throw this"))


@pytest.mark.whole
def test_a_project_is_erased(site, visit) -> None:
    project = site.project(5, "Erased")
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    page.get_by_role("tab", name="Project").click()
    page.get_by_role("button", name="Delete the project …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("has 5 items")
    dialog.get_by_text("Erased for good", exact=True).click()
    dialog.get_by_label("Type the name of the project to continue").fill("Erased")
    dialog.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", name="Hello Admin")).to_be_visible()
    jobs = (job for job in site.admin.client.jobs() if job.row.kind == "projects.erase")
    assert next(jobs).wait(60).state == "done"
    assert project.slug not in [one.slug for one in site.admin.client.projects]
