"""A manager imports a table of a database that the operator named."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from labeler.kit.config import Settings


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    path = tmp_path / "crm.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE messages (id INTEGER, message TEXT, label TEXT)")
        db.execute("CREATE VIEW recent AS SELECT * FROM messages WHERE id > 20")
        rows = [(n, f"a message with the number {n}", ("spam", "ham")[n % 2]) for n in range(30)]
        db.executemany("INSERT INTO messages VALUES (?, ?, ?)", rows)
    return Settings(**{**settings.model_dump(), "import_databases": {"crm": f"sqlite:///{path}"}})


@pytest.mark.one_database
def test_a_table_is_chosen_told_and_imported(own_site: Any, visit: Any) -> None:
    project = own_site.project(3, "From a table")
    page = visit(f"{own_site.url}/setup?project={project.slug}&step=import", own_site.admin)
    page.get_by_text("A database table", exact=True).click()
    page.get_by_label("Table", exact=True).click()
    page.get_by_text("recent (view)", exact=True).click()
    expect(page.get_by_label("What is message?", exact=True)).to_have_value("text")
    expect(page.get_by_text("9 rows")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("9 rows: 9 taken, 0 already there, 0 refused.")).to_be_visible(timeout=60_000)
    assert project.progress().items.total == 12


@pytest.mark.one_database
def test_a_new_project_begins_with_a_table(own_site: Any, visit: Any) -> None:
    page = visit(f"{own_site.url}/setup", own_site.admin)
    page.get_by_label("Name", exact=True).fill("Out of the CRM")
    page.get_by_text("A database table", exact=True).click()
    page.get_by_label("Table", exact=True).click()
    page.get_by_text("messages", exact=True).click()
    expect(page.get_by_label("What is message?", exact=True)).to_have_value("text")
    expect(page.get_by_text("2 labels were found")).to_be_visible()
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_text("30 rows: 30 taken, 0 already there, 0 refused.")).to_be_visible(timeout=60_000)
    made = next(one for one in own_site.admin.client.projects if one.info.name == "Out of the CRM")
    assert made.progress().items.total == 30 and len(list(made.answers())) == 30
