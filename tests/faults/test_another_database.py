"""A database that is replaced, deleted or damaged under a running service is noticed within seconds, and nothing is
answered as if it were kept (G32)."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import postgres
import processes
import pytest
import sqlalchemy as sa

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.api.bootstrap import AnotherDatabase, prepare_schema
from labeler.client import Client
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Unavailable
from labeler.kit.installation import installation, probe, remembered_id
from labeler.kit.schema import migrate
from labeler.kit.standing import WATCH_SECONDS, is_torn


def replace(path: Path, template: Path) -> None:
    path.unlink()
    shutil.copyfile(template, path)


def delete(path: Path, _: Path) -> None:
    path.unlink()


def delete_all(path: Path, _: Path) -> None:
    for part in path.parent.glob("labeler.db*"):
        part.unlink()


def overwrite(path: Path, template: Path) -> None:
    """As `cp` does it: the same file, with another database in it."""
    other = path.with_name("other.db")
    shutil.copyfile(template, other)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("UPDATE installation SET id = 'another'")
        connection.commit()
    path.write_bytes(other.read_bytes())


def scribble(path: Path, _: Path) -> None:
    path.write_bytes(b"not a database " * 100_000)


def cut_off(path: Path, _: Path) -> None:
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2)


WAYS = [replace, delete, delete_all, overwrite, scribble, cut_off]


def run(settings: Settings, tmp_path: Path, harm: Callable[[], None]) -> None:
    """Label on a running service, harm its database, and see that nothing is answered 2xx any more."""
    db = Database(settings)
    admin = db.write(add_user, "admin@example.org", "Admin", "admin")
    token = db.write(make_token, admin.id, "fault test", ["*"])[1]
    db.close()
    api = processes.start_api(settings, tmp_path / "api.log")
    try:
        with Client(api.url, token=token, timeout=20) as client:
            project = client.projects.create("faults", labels=["spam", "ham"])
            project.items.add([{"key": f"m{n}", "text": f"message {n}"} for n in range(50)], progress=False)
            for item in project.queue.next(3):
                project.label(item, "ham")
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=api.url, headers=headers, timeout=20, trust_env=False) as http:
            assert http.get("/readyz").status_code == 200
            harm()
            body = {"item_key": "m40", "value": "spam"}
            asked: list[Callable[[], Any]] = [
                lambda: http.get("/readyz"),
                lambda: http.post("/api/v1/projects/faults/labels", json=body),
                lambda: http.get("/api/v1/projects/faults/items"),
                lambda: http.get("/api/v1/me"),
            ]
            processes.wait_for(lambda: http.get("/readyz").status_code == 503, 4 * WATCH_SECONDS, "it to be noticed")
            for _ in range(3):
                assert [ask().status_code for ask in asked] == [503] * 4
            assert "database" in http.get("/api/v1/me").json()["detail"]
    finally:
        api.stop()


@pytest.mark.parametrize("harm", WAYS)
def test_a_file_that_is_another_one_is_noticed_by_all_who_have_it_open(
    tmp_path: Path, sqlite_template: Path, harm: Any
) -> None:
    path = tmp_path / "labeler.db"
    shutil.copyfile(sqlite_template, path)
    db = Database(Settings(home=tmp_path, database_url=""))
    db.write(probe)
    assert db.standing.look()
    harm(path, sqlite_template)
    processes.wait_for(lambda: not db.standing.look() and db.standing.fault, 10, "it to be noticed")
    for ask in (lambda: db.write(probe), lambda: db.read(lambda tx: tx.execute(sa.select(installation)).all())):
        with pytest.raises(Unavailable, match="database"):
            ask()
    db.close()


@pytest.mark.whole
@pytest.mark.parametrize(
    "harm", [harm if harm is overwrite else pytest.param(harm, marks=pytest.mark.faults) for harm in WAYS]
)
def test_a_database_file_that_is_another_one(tmp_path: Path, sqlite_template: Path, harm: Any) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copyfile(sqlite_template, home / "labeler.db")
    settings = Settings(home=home, database_url="", port=processes.free_port(), log_level="ERROR")
    run(settings, tmp_path, lambda: harm(home / "labeler.db", sqlite_template))


@pytest.mark.whole
@pytest.mark.skipif(postgres.find_bin() is None, reason="no PostgreSQL here")
def test_a_database_on_a_server_that_is_another_one(tmp_path: Path, postgres_server: postgres.Server) -> None:
    name = f"another{processes.free_port()}"
    url = postgres_server.create(name, "template_labeler")
    settings = Settings(home=tmp_path / "home", database_url=url, port=processes.free_port(), log_level="ERROR")

    def harm() -> None:
        postgres_server.drop(name)
        postgres_server.create(name)

    run(settings, tmp_path, harm)
    postgres_server.drop(name)


def test_an_earlier_copy_that_is_written_over_the_file_is_noticed(tmp_path: Path, sqlite_template: Path) -> None:
    settings = Settings(home=tmp_path, database_url="")
    path = tmp_path / "labeler.db"
    shutil.copyfile(sqlite_template, path)
    db = Database(settings)
    for _ in range(2):
        db.write(probe)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.standing.look()
        assert db.standing.fault == ""
    path.write_bytes(sqlite_template.read_bytes())
    assert not db.standing.look() and db.standing.fault == ""
    processes.wait_for(lambda: not db.standing.look() and db.standing.fault, 10, "the doubt to last")
    assert "replaced" in db.standing.fault
    db.close()


def test_another_process_that_ends_its_work_leaves_the_log(tmp_path: Path, sqlite_template: Path) -> None:
    """Who closes a database last deletes its log. Looking at the file must not take away the locks that say that we
    are still here: what is written afterwards would be in a file without a name."""
    path = tmp_path / "labeler.db"
    shutil.copyfile(sqlite_template, path)
    db = Database(Settings(home=tmp_path, database_url=""))
    db.write(probe)
    log = path.with_name("labeler.db-wal")
    before = log.stat().st_ino
    assert db.standing.look()
    reads = "import sqlite3, sys; one = sqlite3.connect(sys.argv[1]); one.execute('PRAGMA user_version'); one.close()"
    subprocess.run([sys.executable, "-c", reads, str(path)], check=True, timeout=60)
    assert log.stat().st_ino == before
    db.write(probe)
    assert db.standing.look()
    db.close()


def test_a_checkpoint_that_was_cut_off_is_no_damage(tmp_path: Path, sqlite_template: Path) -> None:
    """A process that is killed while it copies the log into the file leaves a header that counts more pages than the
    file has: the others are in the log. So it looks for a moment in every checkpoint, and long on a slow disk."""
    path = tmp_path / "labeler.db"
    shutil.copyfile(sqlite_template, path)
    db = Database(Settings(home=tmp_path, database_url=""))
    db.write(probe)
    assert db.standing.look()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
        connection.exec_driver_sql("CREATE TABLE much (what BLOB)")
        connection.exec_driver_sql("INSERT INTO much VALUES (randomblob(200000))")
        connection.commit()
        whole = tmp_path / "whole.db"
        for ending in ("", "-wal"):
            shutil.copyfile(f"{path}{ending}", f"{whole}{ending}")
        with closing(sqlite3.connect(whole)) as copied:
            copied.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(path, "r+b") as file:
            file.write(whole.read_bytes()[:4096])
        assert is_torn(path, with_log=False)
        for _ in range(3):
            assert db.standing.look() and db.standing.fault == ""
    db.close()


def test_a_clock_that_is_set_back_is_no_other_file(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "labeler.db")
    db = Database(Settings(home=tmp_path, database_url=""))
    an_hour = 3_600_000_000
    for change in (an_hour, 0, 0):
        db.write(probe)
        with db.engine.connect() as connection:
            connection.execute(
                sa.update(installation).values(probed_at=installation.c.probed_at + sa.text(str(change)))
            )
            connection.commit()
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        for _ in range(2):
            assert db.standing.look() and db.standing.fault == ""
    db.close()


def test_many_that_look_at_once_while_it_grows_find_nothing(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "labeler.db")
    db = Database(Settings(home=tmp_path, database_url=""))
    db.write(probe)
    db.standing.look()
    grown = threading.Event()

    def look() -> str:
        while not grown.is_set() and not db.standing.fault:
            db.standing.check()
            db.standing.look()
        return db.standing.fault

    with ThreadPoolExecutor(4) as pool, closing(sqlite3.connect(tmp_path / "labeler.db")) as connection:
        looks = [pool.submit(look) for _ in range(4)]
        connection.execute("CREATE TABLE much (what BLOB)")
        for _ in range(100):
            connection.execute("INSERT INTO much VALUES (randomblob(1000000))")
            connection.commit()
            db.write(probe)
        grown.set()
        assert [found.result() for found in looks] == [""] * 4
    db.close()


def test_an_empty_or_another_database_where_there_was_one_is_not_set_up(settings: Settings, tmp_path: Path) -> None:
    before = Database(settings)
    prepare_schema(before)
    database = Database(settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'empty.db'}"}))
    with pytest.raises(AnotherDatabase, match="labeler migrate"):
        prepare_schema(database)
    migrate(database)
    with pytest.raises(AnotherDatabase, match="belongs to another"):
        prepare_schema(database)
    prepare_schema(before)
    for one in (before, database):
        one.close()


@pytest.mark.one_database
def test_a_start_on_an_empty_database_where_there_was_one_asks(settings: Settings, tmp_path: Path) -> None:
    before = Database(settings)
    prepare_schema(before)
    empty = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'empty.db'}"})
    database = Database(empty)
    labeler = [sys.executable, "-m", "labeler"]
    started = subprocess.run(
        [*labeler, "api"], env=empty.environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert started.returncode != 0 and "this one is empty" in started.stderr
    subprocess.run([*labeler, "migrate"], env=empty.environment(), check=True, timeout=60, capture_output=True)
    prepare_schema(database)
    database.close()
    with pytest.raises(AnotherDatabase, match="belongs to another"):
        prepare_schema(before)
    before.close()


def test_a_new_data_folder_remembers_its_database(settings: Settings) -> None:
    assert remembered_id(settings.home) is None
    database = Database(settings)
    for _ in range(2):
        prepare_schema(database)
    assert remembered_id(settings.home)
    database.close()
