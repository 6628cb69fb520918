"""`labeler backup` of a large installation while 32 people label, and all of it brought back (G11, G34).

MILLION=1: a million items, 300,000 of them labeled, as promised; a tenth of it otherwise.
"""

import os
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from load import Measured, label_for, quantile
from memory import highest
from processes import Running, free_port, wait_for

from labeler.accounts.tokens import make_token
from labeler.client import Client, Project
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.labels.tables import labels

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]
ITEMS = 1_000_000 if os.environ.get("MILLION") else 100_000
LABELED = ITEMS * 3 // 10
ROUNDS, SECONDS, LONGEST, THINK = 3, 15.0, 3600.0, 0.25
MOST_TIMES = 1.5
Rows = dict[int, tuple[Any, ...]]


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """A new installation with an empty database of the same kind."""
    home = tmp_path / "elsewhere"
    if settings.is_sqlite:
        yield Settings(home=home, database_url="", log_level="ERROR")
        return
    server, name = request.getfixturevalue("postgres_server"), f"r{uuid.uuid4().hex[:16]}"
    yield Settings(home=home, database_url=server.create(name), log_level="ERROR")
    server.drop(name)


@dataclass
class Filled:
    """A project with all items and labels, of which one dataset version was made, and 32 people who label the rest."""

    project: Project
    token: str
    tokens: list[str]


@pytest.fixture
def filled(settings: Settings, start_service: Callable[[Settings], Any], tmp_path: Path) -> Filled:
    """By the same jobs as ever, but for those that would train models for an hour."""
    path = tmp_path / "items.csv"
    with open(path, "w") as file:
        file.write("id,text,label\n")
        for number in range(ITEMS):
            value = ("ham", "spam")[number % 2] if number < LABELED else ""
            file.write(f"m{number},message {number} about {number % 997} things and {number % 89} others,{value}\n")
    service = start_service(settings)
    admin, people = service.person("admin"), [service.person() for _ in range(32)]
    project = admin.client.projects.create("kept", labels=["spam", "ham"])
    project.import_file(path)
    service.run_jobs(1, ("items.import",))
    project.snapshot("before")
    service.run_jobs(1, ("datasets.snapshot",))
    for one in people:
        service.join(project, one)
    made = [service.db.write(make_token, one.id, "bench", ["*"])[1] for one in (admin, *people)]
    return Filled(project, made[0], made[1:])


@dataclass
class Backups:
    """How long each took, and how much memory its process."""

    seconds: list[float] = field(default_factory=list)
    mib: list[int] = field(default_factory=list)


def labels_in(db: Database) -> Rows:
    wanted = sa.select(labels.c.id, labels.c.item_id, labels.c.labeler_id, labels.c.value)
    return db.read(lambda tx: {row.id: tuple(row) for row in tx.execute(wanted)})


def run(settings: Settings, *words: str) -> tuple[float, str]:
    """A command to its end: how long it took, and what it said."""
    started = time.monotonic()
    command = [sys.executable, "-m", "labeler", *words]
    done = subprocess.run(command, env=settings.environment(), capture_output=True, text=True, timeout=LONGEST)
    assert done.returncode == 0, done.stdout + done.stderr
    return round(time.monotonic() - started, 1), done.stdout


def p99(found: Measured) -> float:
    """Of next item and label together, in milliseconds."""
    return quantile(found.next_times + found.submit_times, 0.99)


@contextmanager
def backups(settings: Settings, file: Path) -> Iterator[Backups]:
    """One backup after the other is written while this lasts, to the same file; the last one to its end."""
    found, ended = Backups(), threading.Event()

    def write() -> None:
        while not ended.is_set():
            file.unlink(missing_ok=True)
            started = time.monotonic()
            writing = Running(["-m", "labeler", "backup", str(file)], settings, file.with_suffix(".log"))
            with highest(writing.pid) as seen:
                writing.process.wait(LONGEST)
            assert writing.process.returncode == 0, writing.log()
            writing.stop()
            found.seconds.append(round(time.monotonic() - started, 1))
            found.mib.append(round(seen.mib))

    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write)
        try:
            yield found
        finally:
            ended.set()
        writing.result()


def measured(settings: Settings, filled: Filled, file: Path, db: Database) -> tuple[dict[str, Any], Rows]:
    """People label alone and beside backups, by turns. The figures, and the labels that were there before the last
    backup began."""

    def label(seconds: float) -> Measured:
        found = label_for([settings.port], filled.tokens, filled.project.path, seconds, THINK)
        assert found.errors == []
        return found

    label(3)
    window = max(SECONDS, run(settings, "backup", str(file))[0])
    alone: list[Measured] = []
    beside: list[Measured] = []
    known: Rows = {}
    for _ in range(ROUNDS):
        alone.append(label(window))
        known = labels_in(db)
        with backups(settings, file) as written:
            beside.append(label(window))
    times = [round(p99(with_them) / p99(without), 2) for without, with_them in zip(alone, beside, strict=True)]
    figures = {
        "alone_p99_ms": [p99(found) for found in alone],
        "beside_p99_ms": [p99(found) for found in beside],
        "times": times,
        "median_times": statistics.median(times),
        "window_s": window,
        "backup_s": written.seconds,
        "backup_mib": written.mib,
        "backup_mb": file.stat().st_size // 10**6,
        "requests": sum(len(found.next_times) + len(found.submit_times) for found in beside),
    }
    return figures, known


@contextmanager
def serving(settings: Settings, log: Path) -> Iterator[Settings]:
    """`labeler serve` without jobs; where it is."""
    here = settings.model_copy(update={"port": free_port(), "log_level": "WARNING", "worker_slots": 0})
    running = Running(["-m", "labeler", "serve"], here, log)
    try:
        wait_for(running.ready, 60, "the service")
        yield here
    finally:
        running.stop()


def exported(settings: Settings, filled: Filled, target: Path) -> bytes:
    """The first dataset version, as the service that runs gives it out."""
    with Client(f"http://127.0.0.1:{settings.port}", token=filled.token) as client:
        return client.projects.get(filled.project.slug).export(target, dataset=1).read_bytes()


def test_a_backup_while_32_people_label(
    settings: Settings, db: Database, filled: Filled, elsewhere: Settings, report: Any, tmp_path: Path
) -> None:
    file = tmp_path / "all.backup"
    with serving(settings, tmp_path / "service.log") as here:
        figures, known = measured(here, filled, file, db)
        mine = exported(here, filled, tmp_path / "mine.jsonl")
    restore_s, _ = run(elsewhere, "restore", str(file))
    verify_s, said = run(elsewhere, "verify")
    with serving(elsewhere, tmp_path / "again.log") as there:
        theirs = exported(there, filled, tmp_path / "theirs.jsonl")
    brought = Database(elsewhere)
    back = labels_in(brought)
    brought.close()
    kind = "sqlite" if settings.is_sqlite else "postgresql"
    report.add(
        f"backup of {ITEMS:,} items and {LABELED:,} labels beside 32 labelers, {kind}",
        **figures,
        restore_s=restore_s,
        verify_s=verify_s,
        export_mb=len(mine) // 10**6,
    )
    assert "Everything holds" in said
    assert mine and theirs == mine
    # Of one moment after the last labels that were answered before it began: all of those, and none that is not there.
    assert known.items() <= back.items() <= labels_in(db).items()
    assert figures["median_times"] <= MOST_TIMES
