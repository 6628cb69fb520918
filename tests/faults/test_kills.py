"""`kill -9` of API and worker while people label and an import, a training and a snapshot run (G1, G6, G9)."""

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import processes
import pytest
import sqlalchemy as sa
from labeling_clients import LabelingClient

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.client import Client
from labeler.datasets.repository import Repository
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.labels.tables import labels, skips
from labeler.projects.access import find_project
from labeler.projects.members import set_member
from labeler.wire.items import ImportResult

PEOPLE = 8


def accounts(db: Database, slug: str) -> list[str]:
    tokens = []
    for number in range(PEOPLE):
        user = db.write(add_user, f"labeler{number}@example.org", f"Labeler {number}", "labeler")
        db.write(set_member, db.read(find_project, slug).id, user.id, "labeler")
        tokens.append(db.write(make_token, user.id, "fault test", ["*"])[1])
    return tokens


def rows_of(db: Database, table: sa.Table) -> dict[str, Any]:
    statement = sa.select(table).where(table.c.idempotency_key.is_not(None))
    rows = db.read(lambda tx: tx.execute(statement).all())
    keys = Counter((row.labeler_id, row.idempotency_key) for row in rows)
    assert not [key for key, times in keys.items() if times > 1], "something was recorded twice"
    return {row.idempotency_key: row for row in rows}


def kill_at_random(settings: Settings, tmp_path: Path, kills: int, people: int, texts: int, rows: int) -> None:
    """rows: of the import that goes on meanwhile."""
    settings = settings.model_copy(update={"port": processes.free_port(), "log_level": "WARNING"})
    db = Database(settings)
    admin = db.write(add_user, "admin@example.org", "Admin", "admin")
    token = db.write(make_token, admin.id, "fault test", ["*"])[1]
    chance = random.Random(1)
    api = processes.start_api(settings, tmp_path / "api.log")
    worker = processes.start_worker(settings, tmp_path / "worker.log")
    clients: list[LabelingClient] = []
    try:
        with Client(api.url, token=token, timeout=20) as client:
            project = client.projects.create("faults", labels=["spam", "ham"], retrain_every=40)
            project.items.add(
                [{"key": f"m{n}", "text": f"message {n} of {n % 7}"} for n in range(texts)], progress=False
            )
            file = tmp_path / "more.csv"
            file.write_text("id,text\n" + "\n".join(f"x{n},more text {n} of {n % 5}" for n in range(rows)))
            tokens = accounts(db, project.slug)[:people]
            pause = 0.0 if people == PEOPLE else 0.1
            clients = [LabelingClient(api.url, one, project.path, n, pause) for n, one in enumerate(tokens)]
            for one in clients:
                one.start()
            jobs = [project.import_file(file), project.snapshot("under fire"), project.train()]
            for _ in range(kills):
                time.sleep(chance.uniform(0.3, 1.5))
                if chance.random() < 0.5:
                    api.kill()
                    api = processes.start_api(settings, tmp_path / "api.log")
                else:
                    worker.kill()
                    worker = processes.start_worker(settings, tmp_path / "worker.log")
            for one in clients:
                one.stopping.set()
            for one in clients:
                one.join(30)
            imported = jobs[0].wait(240).result_as(ImportResult)
            for job in jobs[1:]:
                job.wait(240)
            after = project.snapshot("afterwards").wait(240)
            made = project.dataset(after.result["version"])
        assert [error for one in clients for error in one.written.errors] == []
        recorded = everything_kept(db, clients)
        assert imported.taken == imported.rows == rows and imported.already_there == imported.refused == 0
        assert made.counts["items"] == texts + rows
        consistent(settings, db, project.info.id)
        given = Counter(row.item_id for row in recorded.values() if row.value is not None)
        print(f"{len(recorded)} labels through {kills} kills; {max(given.values())} at most on one item")
    finally:
        for one in clients:
            one.stopping.set()
        api.kill()
        worker.kill()
        db.close()


def everything_kept(db: Database, clients: list[LabelingClient]) -> dict[str, Any]:
    """The rows of labels by idempotency key: what the clients were told is kept is there, once and as it was given."""
    recorded, put_aside, item_keys = rows_of(db, labels), rows_of(db, skips), keys_by_id(db)
    assert any(one.written.labels for one in clients), "nobody labeled anything"
    for one in clients:
        for once, (key, value) in one.written.labels.items():
            assert once in recorded, f"an accepted label is lost: {key}"
            assert (item_keys[recorded[once].item_id], recorded[once].value) == (key, value)
        assert one.written.skips <= set(put_aside)
    return recorded


def keys_by_id(db: Database) -> dict[int, str]:
    rows = db.read(lambda tx: tx.execute(sa.text("SELECT id, key FROM items")).all())
    return {row.id: row.key for row in rows}


def consistent(settings: Settings, db: Database, project_id: int) -> None:
    """Every version has row and tag, and its files are what its manifest says."""
    from labeler.datasets.reading import Version
    from labeler.datasets.tables import dataset_versions
    from labeler.kit.files import sha256_of

    rows = db.read(lambda tx: tx.execute(sa.select(dataset_versions)).all())
    repository = Repository(settings, project_id)
    assert {tag for tag in repository.tags() if tag.startswith("v")} == {row.tag for row in rows}
    for row in rows:
        version = Version(settings, project_id, row)
        for kind in ("items", "labels"):
            for segment in version.segments(kind):
                assert sha256_of(version.path(segment.file)) == segment.sha256


@pytest.mark.one_database
@pytest.mark.timeout(400)
def test_accepted_means_kept_through_a_few_kills(settings: Settings, tmp_path: Path) -> None:
    kill_at_random(settings, tmp_path, 2, people=3, texts=1_000, rows=2_000)


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_accepted_means_kept_through_200_kills(settings: Settings, tmp_path: Path) -> None:
    kill_at_random(settings, tmp_path, 200, people=PEOPLE, texts=4_000, rows=30_000)
