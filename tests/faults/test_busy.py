"""Labeling goes on while everything else happens (G5), and stopping cuts nobody off (G21)."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import processes
import pytest
import sqlalchemy as sa

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.client import ApiError, Client, Unreachable
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.labels.tables import labels


@pytest.fixture
def running(settings: Settings, tmp_path: Path) -> Any:
    """A real API, an administrator's token, and what must be stopped in the end."""
    own = settings.model_copy(update={"port": processes.free_port(), "log_level": "WARNING"})
    db = Database(own)
    admin = db.write(add_user, "admin@example.org", "Admin", "admin")
    token = db.write(make_token, admin.id, "fault test", ["*"])[1]
    started = [processes.start_api(own, tmp_path / "api.log")]
    yield own, db, token, started
    for process in started:
        process.kill()
    db.close()


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("people", "rows"),
    [(4, 300), pytest.param(32, 200_000, marks=[pytest.mark.faults, pytest.mark.timeout(1200)])],
    ids=["few", "many"],
)
def test_labeling_goes_on_while_items_come_a_model_trains_and_data_leaves(
    running: Any, tmp_path: Path, people: int, rows: int
) -> None:
    settings, db, token, started = running
    started.append(processes.start_worker(settings, tmp_path / "worker.log"))
    url = started[0].url
    with Client(url, token=token) as admin:
        project = admin.projects.create("busy", labels=["spam", "ham"], retrain_every=100)
        project.items.add([{"key": f"m{n}", "text": f"message {n} of {n % 7}"} for n in range(1_500)], progress=False)
        tokens = []
        for number in range(people):
            user = db.write(add_user, f"l{number}@example.org", f"L {number}", "labeler")
            admin.post(f"{project.path}/members", json={"user_id": user.id, "role": "labeler"})
            tokens.append(db.write(make_token, user.id, "t", ["*"])[1])
        stop = threading.Event()
        slowest = [0.0] * people

        def label(number: int) -> int:
            with Client(url, token=tokens[number]) as client:
                mine = client.projects.get(project.slug)
                item, done = mine.queue.next()[0], 0
                while not stop.is_set():
                    asked = time.monotonic()
                    answer = mine.label(item, "spam" if "3" in item.key else "ham", next=1)
                    slowest[number] = max(slowest[number], time.monotonic() - asked)
                    if not answer.items:
                        break
                    item, done = answer.items[0], done + 1
                    time.sleep(0.1)
                return done

        with ThreadPoolExecutor(people) as pool:
            at_work = [pool.submit(label, number) for number in range(people)]
            try:
                file = tmp_path / "more.csv"
                file.write_text("id,text\n" + "\n".join(f"x{n},more text {n}" for n in range(rows)))
                jobs = [project.import_file(file), project.train(), project.snapshot("busy")]
                for name in ("jsonl", "csv", "parquet"):
                    project.export(tmp_path / f"out.{name}", name)
                for job in jobs:
                    job.wait(300)
            finally:
                stop.set()
            done = [future.result() for future in at_work]  # raises what any of them saw
        assert all(done) and jobs[0].result["taken"] == rows
        recorded = db.read(lambda tx: tx.execute(sa.select(sa.func.count()).select_from(labels)).scalar_one())
        assert recorded >= sum(done)
        assert max(slowest) < 5, f"somebody waited {max(slowest):.1f} s"


@pytest.mark.one_database
def test_stopping_cuts_no_request_off(running: Any) -> None:
    _, db, token, started = running
    api = started[0]
    with Client(api.url, token=token) as admin:
        project = admin.projects.create("stop", labels=["spam", "ham"])
        project.items.add([{"key": f"m{n}", "text": f"message {n}"} for n in range(500)], progress=False)
    accepted: list[str] = []
    broken: list[str] = []
    enough = threading.Event()

    def label(number: int) -> None:
        with Client(api.url, token=token) as client:
            for place in range(number, 500, 8):
                body = {"item_key": f"m{place}", "value": "ham", "idempotency_key": f"k{place}"}
                try:
                    client.post(f"{project.path}/labels", json=body)
                except Unreachable as refused:
                    # Refused before it was sent, or a kept connection that was closed: never half an answer.
                    if "incomplete" in refused.detail.lower():
                        broken.append(refused.detail)
                    return
                except ApiError as error:
                    broken.append(f"{error.status} {error.detail}")
                    return
                accepted.append(f"k{place}")
                if len(accepted) > 40:
                    enough.set()

    with ThreadPoolExecutor(8) as pool:
        for number in range(8):
            pool.submit(label, number)
        enough.wait(30)
        stopped = time.monotonic()
        assert api.stop(25) in (0, -signal.SIGTERM)  # uvicorn ends by the signal it was sent
        assert time.monotonic() - stopped < 15
    assert broken == []
    kept = set(db.read(lambda tx: tx.execute(sa.select(labels.c.idempotency_key)).scalars().all()))
    assert len(accepted) > 40 and set(accepted) <= kept
