"""A headless Chromium in front of a real `labeler serve`, and people who use it.

Without Chromium these tests are left out and that is said at the end; with `CI=true` they fail instead.
"""

import os
import shutil
import sqlite3
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from chromium import CHROMIUM, MISSING, SHORT_LIVED, launched
from documents import Host, hosting
from language_models import Model, language_model
from playwright.sync_api import Browser

from labeler.client import Project
from labeler.kit.config import Settings

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER))  # `import browsing`

from browsing import Card, Pages, Site, Someone, Visits, without_worker  # noqa: E402

NOT_TESTED = f"Nothing was tested in a browser: {MISSING}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path != FOLDER / "test_people.py")  # while the site has few accounts to list
    if CHROMIUM or os.environ.get("CI") == "true":
        return
    here = [item for item in items if item.path.is_relative_to(FOLDER)]
    config.hook.pytest_deselected(items=here)
    items[:] = [item for item in items if item not in here]
    # This file is not loaded where pytest-xdist prints the summary; a warning gets there from its first process.
    if here and getattr(config, "workerinput", {}).get("workerid") == "gw0":
        warnings.warn_explicit(NOT_TESTED, UserWarning, str(FOLDER), 1)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not CHROMIUM:
        terminalreporter.write_line(NOT_TESTED, red=True)


@pytest.fixture(scope="session")
def model() -> Iterator[Model]:
    """A language model that the site may ask."""
    with language_model() as found:
        yield found


@pytest.fixture(scope="session")
def documents() -> Iterator[Host]:
    """A host whose documents the site may fetch."""
    with hosting() as found:
        yield found


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, model: Model, documents: Host
) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    shutil.copyfile(sqlite_template, home / "labeler.db")
    # Texts of a megabyte are taken, for one test; models without the encoder are trained sooner.
    databases = {"crm": a_database(home / "crm.db")}
    outside: dict[str, Any] = {
        "import_databases": databases,
        "webhook_allowed_hosts": "127.0.0.1",
        "webhook_allow_http": True,
    }
    outside["llm_allowed_hosts"] = f"http://{model.host}"
    outside["source_allowed_hosts"] = f"http://127.0.0.1:{documents.port}"
    running = Site(Settings(home=home, max_cell_chars=1_000_000, embeddings="off", **outside))
    yield running
    running.stop()


def a_database(path: Path) -> str:
    """The address of a database that is not the service's: a table and a view to import."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE messages (id INTEGER, message TEXT, label TEXT)")
        db.execute("CREATE VIEW recent AS SELECT * FROM messages WHERE id > 20")
        rows = [(n, f"a message with the number {n}", ("spam", "ham")[n % 2]) for n in range(30)]
        db.executemany("INSERT INTO messages VALUES (?, ?, ?)", rows)
    return f"sqlite:///{path}"


@pytest.fixture
def own_site(settings: Settings) -> Iterator[Site]:
    """A service of this test alone, on each database: to be killed, or started for the first time. No job runs in it
    until it is started with a worker."""
    running = Site(without_worker(settings))
    yield running
    running.stop()


# Not for the whole session: the synchronous Playwright leaves an event loop running in this thread.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launched(*SHORT_LIVED) as browser:
        yield browser


@pytest.fixture(scope="package")
def pages(browser: Browser) -> Pages:
    return Pages(browser)


@pytest.fixture
def visit(pages: Pages) -> Iterator[Visits]:
    """`visit(url, someone)` opens a page; afterwards nothing may have popped up or asked another host."""
    visits = Visits(pages)
    yield visits
    visits.end()


@pytest.fixture
def label_page(visit: Visits) -> Callable[..., Card]:
    """`label_page(site, project, someone)`: the card with its first item."""

    def show(site: Site, project: Project, someone: Someone, **options: Any) -> Card:
        return Card(visit(f"{site.url}/label?project={project.slug}", someone, **options)).ready()

    return show
