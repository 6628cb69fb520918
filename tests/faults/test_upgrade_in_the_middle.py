"""People go on labeling while the database goes back to older revisions and is brought up to date again, with
migrations that are cut off by `kill -9` at any moment (G1, G2, G11)."""

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import processes
import pytest
from labeling_clients import LabelingClient
from test_kills import accounts, everything_kept

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.client import ApiError, Client, Project
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.schema import migrate, schema_state


def start(command: list[str], settings: Settings, log: Path) -> processes.Running:
    return processes.Running(["-m", "labeler", *command], settings, log)


def cut_off(settings: Settings, log: Path, command: list[str], after: float) -> bool:
    """Start a migration and kill it; returns whether it was over before."""
    running = start(command, settings, log)
    time.sleep(after)
    over = not running.alive()
    running.kill()
    return over


def upgrade_in_the_middle(
    settings: Settings, tmp_path: Path, targets: list[str], kills: int, people: int, items: int
) -> None:
    """targets: to which revision the database goes back, one after the other. kills: of migrations, each way."""
    settings = settings.model_copy(update={"port": processes.free_port(), "log_level": "WARNING", "worker_slots": 0})
    chance, db = random.Random(5), Database(settings)
    admin = db.write(add_user, "admin@example.org", "Admin", "admin", password="a long one for upgrades")
    token = db.write(make_token, admin.id, "fault test", ["*"])[1]
    log, migrations = tmp_path / "api.log", tmp_path / "migrations.log"
    api = processes.start_api(settings, log)
    clients: list[LabelingClient] = []
    over = 0
    try:
        with Client(api.url, token=token, timeout=20) as client:
            project = client.projects.create("upgraded", labels=["spam", "ham"], retrain_every=10_000)
            texts = [{"key": f"m{n}", "text": f"message {n} of {n % 7}"} for n in range(items)]
            project.items.add(texts, progress=False)
            tokens = accounts(db, project.slug)[:people]
            clients = [LabelingClient(api.url, one, project.path, n, pause=0.05) for n, one in enumerate(tokens)]
            for one in clients:
                one.start()
            for target in targets:
                label_on(clients)
                assert api.stop() in (0, -15)
                for _ in range(kills):
                    over += cut_off(settings, migrations, ["migrate", target, "--yes"], chance.uniform(0.5, 2.5))
                assert start(["migrate", target, "--yes"], settings, migrations).process.wait(60) == 0
                refused = start(["api"], settings, tmp_path / "refused.log")
                assert refused.process.wait(60) != 0 and "labeler migrate" in refused.log()
                for _ in range(kills):
                    over += cut_off(settings, migrations, ["migrate"], chance.uniform(0.5, 2.5))
                assert db.read(schema_state) in ("old", "current")
                assert start(["migrate"], settings, migrations).process.wait(60) == 0
                api = processes.start_api(settings, log)
            label_on(clients)
            for one in clients:
                one.stopping.set()
            for one in clients:
                one.join(30)
            assert len(list(project.labels)) == len({key for one in clients for key, _ in one.written.labels.values()})
        assert [error for one in clients for error in one.written.errors] == []
        recorded = everything_kept(db, clients)
        assert max(Counter(row.item_id for row in recorded.values()).values()) == 1, "asked of two people"
        assert "Traceback" not in log.read_text()
        print(
            f"{len(recorded)} labels through {len(targets)} upgrades, {2 * kills * len(targets)} migrations killed,"
            f" {over} of them already over"
        )
    finally:
        for one in clients:
            one.stopping.set()
        api.kill()
        db.close()


def label_on(clients: list[LabelingClient]) -> None:
    before = sum(len(one.written.labels) for one in clients)
    processes.wait_for(lambda: sum(len(one.written.labels) for one in clients) > before + 20, 60, "people to label")


@pytest.mark.one_database
@pytest.mark.timeout(400)
def test_an_upgrade_in_the_middle_of_labeling_loses_nothing(settings: Settings, tmp_path: Path) -> None:
    upgrade_in_the_middle(settings, tmp_path, ["0011"], 1, people=2, items=500)


@pytest.mark.faults
@pytest.mark.timeout(2400)
def test_upgrades_that_are_cut_off_lose_nothing(settings: Settings, tmp_path: Path) -> None:
    upgrade_in_the_middle(settings, tmp_path, ["0012", "0009", "0006", "0003", "0002"], 6, people=6, items=3_000)


def test_a_service_says_what_to_do_about_an_older_schema(service: Any, project: Project, db: Database) -> None:
    """It was started on the current one: somebody went back beneath it."""
    migrate(db, "0011")
    with pytest.raises(ApiError, match="labeler migrate") as refused:
        list(project.webhooks)
    assert refused.value.status == 503
    migrate(db)
    assert list(project.webhooks) == []
