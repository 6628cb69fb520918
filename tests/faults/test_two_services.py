"""Two whole services on one data folder and one database, as after a start that was made twice, or for more people."""

import json
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

import processes
import pytest
from labeling_clients import LabelingClient
from test_kills import accounts, consistent, everything_kept, keys_by_id

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.backup.verify import verify
from labeler.client import Client
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.wire.items import ImportResult

STARTED = re.compile(r"job started .*attempt=(\d+) job=(\d+)")
DONE = re.compile(r"job done .*attempt=(\d+) job=(\d+)")
"""An attempt that let others go first is done, too: the next one goes on."""


class Whole:
    """One service: `labeler serve`, or the API and a worker alone."""

    def __init__(self, settings: Settings, folder: Path, name: str, *, with_ui: bool) -> None:
        own = settings.model_copy(update={"port": processes.free_port(), "log_level": "INFO"})
        commands = (["serve"],) if with_ui else (["api"], ["worker"])
        logs = [folder / f"{name}-{command[0]}.log" for command in commands]
        self.running = [
            processes.Running(["-m", "labeler", *command], own, log)
            for command, log in zip(commands, logs, strict=True)
        ]
        self.url = self.running[0].url

    def wait(self) -> None:
        processes.wait_for(self.running[0].ready, processes.STARTS_IN, "the service to answer")

    def stop(self) -> None:
        for one in reversed(self.running):
            assert one.stop() in (0, -15)

    def kill(self) -> None:
        for one in self.running:
            one.kill()

    def log(self) -> str:
        return "".join(one.log() for one in self.running)


def two_services(settings: Settings, tmp_path: Path, *, whole: bool, people: int, items: int, rows: int) -> None:
    """rows: of the import that goes on meanwhile. whole: with pages, and with jobs that take long to get ready."""
    settings = settings.model_copy(update={} if whole else {"warm_seconds": 0})
    db = Database(settings)
    admin = db.write(add_user, "admin@example.org", "Admin", "admin")
    token = db.write(make_token, admin.id, "fault test", ["*"])[1]
    first, second = (Whole(settings, tmp_path, name, with_ui=whole) for name in ("first", "second"))
    clients: list[LabelingClient] = []
    try:
        first.wait()
        second.wait()
        with Client(first.url, token=token, timeout=30) as here, Client(second.url, token=token, timeout=30) as there:
            project = here.projects.create("two", labels=["spam", "ham"], retrain_every=100 if whole else 10_000)
            same = there.projects.get("two")
            texts = [{"key": f"m{n}", "text": f"message {n} of {n % 7}"} for n in range(items)]
            project.items.add(texts, progress=False)
            urls, pause = (first.url, second.url), 0.01 if whole else 0.05
            tokens = accounts(db, project.slug)[:people]
            clients = [LabelingClient(urls[n % 2], one, project.path, n, pause) for n, one in enumerate(tokens)]
            for one in clients:
                one.start()
            file = tmp_path / "more.csv"
            file.write_text("id,text\n" + "\n".join(f"x{n},more text {n} of {n % 5}" for n in range(rows)))
            asked = [project.import_file(file), same.import_file(file)]
            if whole:
                asked += [same.snapshot("by two"), project.snapshot("by two, again"), same.train()]
            processes.wait_for(lambda: sum(len(one.written.labels) for one in clients) > 10 * people, 60, "labels")
            others = [there.job(one.id) for one in asked]
            others[-1 if whole else 0].wait(180)
            first.stop()  # whatever it does at this moment
            before = sum(len(one.written.labels) for one in clients[1::2])
            processes.wait_for(lambda: sum(len(one.written.labels) for one in clients[1::2]) > before + 5, 60, "more")
            imported = [others[n].wait(240).result_as(ImportResult) for n in (0, 1)]
            for one in others:
                one.wait(240)
            for one in clients:
                one.stopping.set()
            for one in clients:
                one.join(30)
            if whole:
                made = same.dataset(same.snapshot("afterwards").wait(120).result["version"])
                assert made.counts["items"] == items + rows
        assert [error for one in clients for error in one.written.errors] == []
        recorded = everything_kept(db, clients)
        assert max(Counter(row.item_id for row in recorded.values()).values()) == 1, "asked of two people"
        assert sorted(one.taken for one in imported) == [0, rows] and len(keys_by_id(db)) == items + rows
        once_each(first.log() + second.log())
        if whole:
            consistent(settings, db, project.info.id)
        second.stop()
        assert verify(settings, lambda _: None) == []
        print(f"{len(recorded)} labels of {people} people through two services, {rows} rows imported twice")
    finally:
        for one in clients:
            one.stopping.set()
        for service in (first, second):
            with suppress(ProcessLookupError):
                service.kill()
        db.close()


def once_each(log: str) -> None:
    """No attempt at a job was made by two workers, and none ended twice."""
    starts = Counter(STARTED.findall(log))
    assert starts and max(starts.values()) == 1, starts.most_common(3)
    ends = Counter(DONE.findall(log))
    assert max(ends.values()) == 1, ends.most_common(3)
    assert "Traceback" not in log, json.dumps(log[-3000:])


@pytest.mark.whole
@pytest.mark.one_database
@pytest.mark.timeout(400)
def test_two_services_on_one_home_do_everything_once(settings: Settings, tmp_path: Path) -> None:
    two_services(settings, tmp_path, whole=False, people=2, items=1_000, rows=300)


@pytest.mark.faults
@pytest.mark.timeout(1200)
def test_two_services_with_pages_on_one_home_do_everything_once(settings: Settings, tmp_path: Path) -> None:
    two_services(settings, tmp_path, whole=True, people=8, items=3_000, rows=30_000)
