"""What tests stand on: the service in this process, on SQLite and on PostgreSQL, and factories for its people.

Every test that asks for `settings` (or anything above it) runs once on each database.
"""

import itertools
import os
import shutil
import sys
import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import httpx
import hypothesis
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # `import postgres`, `import processes`
# Reading texts takes seconds: tests that are about it turn it on.
os.environ.setdefault("LABELER_EMBEDDINGS", "off")
# Jobs give way to others, here to other tests, which keep the processor busy for long.
os.environ.setdefault("LABELER_JOB_NICENESS", "0")
# Who may not keep what was compiled compiles thousands of modules for every process: two thirds of what a start takes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Services of several tests share two processors: one job at a time for each is enough.
os.environ.setdefault("LABELER_WORKER_SLOTS", "1")

import nested_selects
import postgres
from argon2 import PasswordHasher
from sample_texts import texts

from labeler.accounts import secrets
from labeler.accounts.auth import remembered
from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.client import Client, Project
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.schema import migrate
from labeler.learning.features import installed, made
from labeler.projects.access import find_project, project_cache
from labeler.projects.members import set_member

sys.dont_write_bytecode = False
# Passwords of thousands of people for one test each: a tenth of a second for every hash is for real ones.
STRONG = secrets._hasher
secrets._hasher = PasswordHasher(time_cost=1, memory_cost=64)
# How long one example takes says nothing of a machine that others use, too.
hypothesis.settings.register_profile("whole", deadline=None)
hypothesis.settings.register_profile("tests", deadline=None, max_examples=40)

# One encoder is enough for tests that are not about two of them.
BESIDE = dict(installed.BESIDE)
installed.BESIDE.clear()

TESTS = Path(__file__).parent
ON_BOTH = ("labels", "queue", "items", "kit")
LONG = ["e2e", "faults", "training", "jobs", "learning", "datasets"]
HAS_POSTGRES = postgres.find_bin() is not None
DATABASES = ["sqlite", "postgresql"] if HAS_POSTGRES else ["sqlite"]


nested_selects.watch()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="each test on both databases, and the long stories, too")


def pytest_configure(config: pytest.Config) -> None:
    # Examples differ from run to run: fewer of them in a run that is made often.
    hypothesis.settings.load_profile("whole" if config.getoption("--whole") else "tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests and benchmarks run only when asked for (`-m faults`, `-m bench`). `one_database`: what is tested
    has nothing to do with the database, and takes long.

    Of a folder or of everything, without `--whole`, a test runs on one of the databases: by its name on the one or
    the other, so that each file is tested on both; on both where the statements themselves are what is tested. A file
    or a test that is asked for by name runs as a whole.
    """
    asked = bool(config.getoption("-m"))
    whole = asked or config.getoption("--whole") or not any(map(_is_folder, config.args))
    left_out = [
        item
        for item in items
        if _repeats(item) or (not asked and _is_long(item)) or (not whole and (_is_story(item) or _is_elsewhere(item)))
    ]
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = sorted((item for item in items if item not in gone), key=_first_the_long)


def _is_folder(asked_for: str) -> bool:
    return Path(asked_for).is_dir()


def _is_story(item: pytest.Item) -> bool:
    return item.get_closest_marker("whole") is not None


def _is_elsewhere(item: pytest.Item) -> bool:
    """Whether it is on the other database that this test is run, where one of them is enough."""
    kind = item.callspec.params.get("database_kind") if hasattr(item, "callspec") else None  # type: ignore[attr-defined]
    alone = item.get_closest_marker("one_database") is not None
    if kind is None or alone or not HAS_POSTGRES or item.path.relative_to(TESTS).parts[0] in ON_BOTH:
        return False
    name = item.nodeid.replace(kind, "")
    return kind != DATABASES[zlib.crc32(name.encode()) % 2]


def _first_the_long(item: pytest.Item) -> int:
    """Files whose tests take long go first, so that at the end no process waits for another."""
    folder = item.path.relative_to(TESTS).parts[0]
    return LONG.index(folder) if folder in LONG else len(LONG)


def _is_long(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("faults", "bench"))


def _repeats(item: pytest.Item) -> bool:
    if item.get_closest_marker("one_database") is None:
        return False
    return bool(getattr(item, "callspec", None) and item.callspec.params.get("database_kind") == "postgresql")  # type: ignore[attr-defined]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not HAS_POSTGRES:
        terminalreporter.write_line(
            "PostgreSQL was NOT tested: initdb was not found (apt-get install postgresql).", red=True
        )


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if not HAS_POSTGRES and os.environ.get("CI") == "true":
        session.exitstatus = 1


@pytest.fixture
def strong_passwords() -> PasswordHasher:
    """What hashes passwords outside of tests."""
    return STRONG


@pytest.fixture
def two_encoders(monkeypatch: pytest.MonkeyPatch, made_encoders: Path) -> None:
    """What is installed beside the default encoder is asked, too."""
    monkeypatch.setattr(installed, "BESIDE", BESIDE)


@pytest.fixture(scope="session")
def made_encoders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where encoders are kept that are made, once for all tests of a run."""
    run = tmp_path_factory.getbasetemp()
    folder = (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / "encoders"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "_folders", [folder])
        yield folder


@pytest.fixture(autouse=True)
def _same_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page run by Streamlit's AppTest becomes `__main__`: put it back, or no process can be spawned afterwards."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    server = postgres.Server()
    url = server.create("template_labeler")
    database = Database(Settings(home=server.folder, database_url=url))
    migrate(database)
    database.close()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: quicker than migrating for every test."""
    settings = Settings(home=tmp_path_factory.mktemp("template"))
    database = Database(settings)
    migrate(database)
    database.close()
    with Database(settings).engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return settings.home / "labeler.db"


@pytest.fixture(params=DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings of a fresh installation with an empty, migrated database."""
    home = tmp_path / "home"
    home.mkdir()
    if database_kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), home / "labeler.db")
        yield Settings(home=home, log_level="ERROR")
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = f"t{uuid.uuid4().hex[:16]}"
    yield Settings(home=home, database_url=server.create(name, "template_labeler"), log_level="ERROR")
    server.drop(name)


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    database = Database(settings)
    yield database
    database.close()


@dataclass
class Person:
    """An account with a client that acts for it."""

    id: int
    email: str
    name: str
    role: str
    client: Client


class InProcess(httpx.BaseTransport):
    """Our client's requests, answered by the application in this process (its test client speaks httpx2)."""

    def __init__(self, http: Any) -> None:
        self.http = http

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        from starlette.testclient import httpx as theirs

        given = {"headers": request.headers.raw, "content": request.read()}
        answer = self.http._transport.handle_request(theirs.Request(request.method, str(request.url), **given))
        return httpx.Response(answer.status_code, headers=answer.headers.raw, content=answer.read())


class Service:
    """The API in this process, and people to call it."""

    _used: ClassVar[list[Any]] = []
    """Their routes are ready, which takes longer than most tests."""

    def __init__(self, settings: Settings) -> None:
        from starlette.testclient import TestClient

        from labeler.api.app import alone, create_api
        from labeler.kit import telemetry

        telemetry.configure(settings, process="test")
        self.settings = settings
        self.db = Database(settings)
        db = Database(settings, group_commit=True)
        self.api = self._used.pop() if self._used and not settings.ui_origin else create_api(settings, db)
        self.api.openapi_schema = None
        self.http = TestClient(alone(self.api, settings, db), raise_server_exceptions=False)
        self.http.__enter__()
        self._numbers = itertools.count(1)

    def close(self) -> None:
        self.http.__exit__(None, None, None)
        if not self.settings.ui_origin:
            self._used.append(self.api)
        self.db.close()
        remembered.forget()
        project_cache.forget()

    def client(self, token: str | None = None, session: str | None = None) -> Client:
        return Client("http://testserver", token=token, session=session, transport=InProcess(self.http))

    def person(self, role: str = "labeler", kind: str = "person", scopes: tuple[str, ...] = ("*",)) -> Person:
        number = next(self._numbers)
        email, name = f"{role}{number}@example.org", f"{role.title()} {number}"
        user = self.db.write(add_user, email, name, role, kind=kind)
        _, token = self.db.write(make_token, user.id, "test", list(scopes))
        return Person(user.id, email, name, role, self.client(token))

    def join(self, project: Project, person: Person, role: str | None = None) -> Person:
        project_id = self.db.read(find_project, project.slug).id
        self.db.write(set_member, project_id, person.id, role or person.role)
        return person

    def run_jobs(self, most: int = 50, kinds: tuple[str, ...] = ()) -> list[Any]:
        """Do all waiting jobs in this process (or those of some kinds), one after the other; returns their rows."""
        from labeler import rooms
        from labeler.kit.jobs import engine, process

        rooms.load_jobs()
        done = []
        for _ in range(most):
            self.db.write(make_due, kinds)
            claim = engine.claim(self.db, "test/0/worker")
            if claim is None:
                break
            process.run_one(self.db, self.settings, {"job": claim.id, **vars(claim)})
            done.append(self.db.read(engine.get, claim.id))
        return done


def make_due(tx: Any, kinds: tuple[str, ...]) -> None:
    """Tests don't wait for a job's delay. kinds: all others wait until they are asked for."""
    import sqlalchemy as sa

    from labeler.kit.columns import clock
    from labeler.kit.jobs.tables import jobs

    queued = sa.update(jobs).where(jobs.c.state == "queued")
    if kinds:
        tx.execute(queued.where(jobs.c.kind.not_in(kinds)).values(run_at=clock(86_400)))
        queued = queued.where(jobs.c.kind.in_(kinds))
    tx.execute(queued.where(jobs.c.run_at > clock()).values(run_at=clock()))


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    running = Service(settings)
    yield running
    running.close()


@pytest.fixture
def start_service() -> Iterator[Callable[[Settings], Service]]:
    """For tests that bring settings of their own."""
    started: list[Service] = []

    def start(settings: Settings) -> Service:
        started.append(Service(settings))
        return started[-1]

    yield start
    for running in started:
        running.close()


@pytest.fixture
def admin(service: Service) -> Person:
    return service.person("admin")


@pytest.fixture
def project(admin: Person) -> Project:
    """An empty project with the labels spam and ham; the admin is its manager."""
    return admin.client.projects.create("SMS", labels=["spam", "ham"])


@pytest.fixture
def labelers(service: Service, project: Project) -> list[Project]:
    """The project as two labelers see it."""
    people = [service.join(project, service.person("labeler")) for _ in range(2)]
    return [person.client.projects.get(project.slug) for person in people]


@pytest.fixture
def add_texts(project: Project) -> Callable[..., list[dict[str, Any]]]:
    """Put n messages into the project."""

    def add(n: int, **more: Any) -> list[dict[str, Any]]:
        rows = [{**row, **more} for row in texts(n)]
        project.items.add(rows, progress=False)
        return rows

    return add


@pytest.fixture
def two_models(service: Any, project: Project, add_texts: Callable[..., Any]) -> Project:
    """A project with two models, the first live."""
    project.change(settings={"model": "logistic_regression", "retrain_every": 1000})
    add_texts(100)
    for n in (20, 5):
        project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(n)})
        project.train()
        service.run_jobs()
    project.promote(1)
    return project
