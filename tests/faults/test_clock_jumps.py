"""The wall clock is set a day ahead and back under a service where people label and jobs run (G23)."""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import postgres
import processes
import pytest
import sqlalchemy as sa
from clocks import LIBRARIES, Clock
from labeling_clients import LabelingClient
from test_kills import accounts, consistent, rows_of

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.client import Client
from labeler.client.project import Project
from labeler.kit.columns import to_micros
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.jobs.tables import job_schedules, jobs
from labeler.kit.schema import migrate
from labeler.labels.tables import labels, skips
from labeler.projects.access import find_project
from labeler.queue.tables import leases
from labeler.wire.items import ImportResult

DAY, HOUR = 86_400, 3_600
PASSWORD = "a long one for clocks"
NOTICED = 6.0  # seconds until every process has seen that the clock was set
pytestmark = pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed (make system)")


@pytest.fixture
def clock() -> Iterator[Clock]:
    with tempfile.TemporaryDirectory(prefix="labeler-clock-") as folder:
        yield Clock(Path(folder))


@pytest.fixture
def settings(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Settings]:
    """An installation whose database lives by that clock, too."""
    home = tmp_path / "home"
    home.mkdir()
    common: dict[str, Any] = {"home": home, "port": processes.free_port(), "log_level": "INFO"}
    if database_kind == "sqlite":
        settings, server = Settings(**common), None
    else:
        server = postgres.Server(clock.environment)
        settings = Settings(**common, database_url=server.create("clocks"))
    db = Database(settings)
    migrate(db)
    db.close()
    yield settings
    if server is not None:
        server.stop()


def far_off(db: Database, clock: Clock, seconds: int) -> list[str]:
    """Terms that end later than they were given for, or ended long ago though nobody has taken notice."""
    now = clock.time()

    def read(tx: sa.Connection) -> list[str]:
        found = []
        for column, longest in ((leases.c.expires_at, seconds), (job_schedules.c.next_at, HOUR)):
            for moment in tx.execute(sa.select(column)).scalars():
                left = to_micros(moment) / 1e6 - now
                if not -30 < left < longest + 30:
                    found.append(f"{column} is {left:.0f} s off")
        running = sa.select(jobs.c.lease_until).where(jobs.c.state == "running")
        found += [f"a job's lease is over at {end}" for end in tx.execute(running).scalars() if not end]
        return found

    return db.read(read)


def log_in(url: str) -> httpx.Client:
    browser = httpx.Client(base_url=f"{url}/api/v1", trust_env=False, timeout=20)
    assert browser.post("/session", json={"email": "admin@example.org", "password": PASSWORD}).status_code == 200
    return browser


def jump_about(settings: Settings, clock: Clock, tmp_path: Path, jumps: list[int], people: int, rows: int) -> None:
    """rows: of the import that goes on meanwhile."""
    whole = len(jumps) > 2  # with jobs that take long to get ready
    settings = settings.model_copy(update={} if whole else {"warm_seconds": 0})
    every, pause = (40, 0.02) if whole else (10_000, 0.1)
    db = Database(settings)
    admin = db.write(add_user, "admin@example.org", "Admin", "admin", password=PASSWORD)
    token = db.write(make_token, admin.id, "fault test", ["*"])[1]
    api = processes.start_api(settings, tmp_path / "api.log", **clock.environment)
    worker = processes.start_worker(settings, tmp_path / "worker.log", **clock.environment)
    clients: list[LabelingClient] = []
    try:
        with Client(api.url, token=token, timeout=20) as client:
            project = client.projects.create("clocks", labels=["spam", "ham"], retrain_every=every, lease_seconds=600)
            texts = [{"key": f"m{n}", "text": f"message {n} of {n % 7}"} for n in range(4_000 if whole else 1_000)]
            project.items.add(texts, progress=False)
            browser = log_in(api.url)
            tokens = accounts(db, project.slug)[: people + 1]
            holder = Client(api.url, token=tokens.pop(), timeout=20).projects.get(project.slug)
            held = holder.queue.next(3)
            answer = holder.label(held[0], "spam").label
            clients = [LabelingClient(api.url, one, project.path, n, pause) for n, one in enumerate(tokens)]
            for one in clients:
                one.start()
            file = tmp_path / "more.csv"
            file.write_text("id,text\n" + "\n".join(f"x{n},more text {n} of {n % 5}" for n in range(rows)))
            wanted = [project.import_file(file)]
            wanted += [project.snapshot("while clocks jump"), project.train()] if whole else []
            processes.wait_for(lambda: wanted[0].refresh().state != "queued", 60, "the import to begin")
            for ahead in jumps:
                done = sum(len(one.written.labels) for one in clients)
                clock.set_to(ahead)
                processes.wait_for(lambda: not far_off(db, clock, 600), NOTICED, "terms to follow the clock")
                processes.wait_for(
                    lambda done=done: sum(len(one.written.labels) for one in clients) > done + 5 * people,
                    20,
                    f"people to go on labeling: {[one.written.errors for one in clients]}",
                )
                assert {item.key for item in holder.queue.next(2)} == {item.key for item in held[1:]}
            holder.label(held[0].key, "ham")
            for item in held[1:]:
                holder.label(item, "ham")
            stop(clients)
            imported = wanted[0].wait(120).result_as(ImportResult)
            for job in wanted[1:]:
                assert job.wait(120).state == "done"
            assert browser.get("/me").status_code == 200
            log_in(api.url)
            assert imported.taken == imported.rows == rows
            said(project, db, clients, held, answer)
            assert api.alive() and worker.alive()
        if whole:
            consistent(settings, db, project.info.id)
        for log in (worker.log(), api.log()):
            assert "job given back" not in log and "Fenced" not in log and "Traceback" not in log, log[-3000:]
        promised = sum(len(one.written.labels) for one in clients)
        print(f"{promised} labels of {people} people through {len(jumps)} jumps of the clock")
    finally:
        stop(clients)
        api.kill()
        worker.kill()
        db.close()


def stop(clients: list[LabelingClient]) -> None:
    for one in clients:
        one.stopping.set()
    for one in clients:
        one.join(30)


def said(project: Project, db: Database, clients: list[LabelingClient], held: list[Any], answer: Any) -> None:
    """Every accepted answer is there once; nobody was asked about what another one held; history is in order."""
    assert [error for one in clients for error in one.written.errors] == []
    recorded, put_aside = rows_of(db, labels), rows_of(db, skips)
    promised = {once: what for one in clients for once, what in one.written.labels.items()}
    assert set(promised) <= set(recorded) and {once for one in clients for once in one.written.skips} <= set(put_aside)
    project_id = db.read(find_project, project.slug).id
    everything = sa.select(labels.c.item_id, labels.c.labeler_id).where(labels.c.project_id == project_id).distinct()
    people = Counter(row.item_id for row in db.read(lambda tx: tx.execute(everything).all()))
    assert max(people.values()) == 1, "two people were asked about one item"
    assert [entry.value for entry in project.items.history(held[0].key)] == ["spam", "ham"]
    current = {row.item_key: row for row in project.labels}[held[0].key]
    assert current.value == "ham" and current.id > answer.id


@pytest.mark.whole
@pytest.mark.one_database
@pytest.mark.timeout(400)
def test_a_clock_that_is_set_loses_nothing(settings: Settings, clock: Clock, tmp_path: Path) -> None:
    jump_about(settings, clock, tmp_path, [DAY, -HOUR], people=2, rows=500)


@pytest.mark.faults
@pytest.mark.timeout(1200)
def test_a_clock_that_is_set_again_and_again_loses_nothing(settings: Settings, clock: Clock, tmp_path: Path) -> None:
    chance = random.Random(3)
    jumps = [DAY, -HOUR, *(chance.randint(-400 * DAY, 400 * DAY) for _ in range(8)), 0]
    jump_about(settings, clock, tmp_path, jumps, people=6, rows=30_000)
