"""A backup is written while people label, and brings everything back, on either database (G11, G34)."""

import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import postgres
import pytest
import sqlalchemy as sa

from labeler import rooms
from labeler.accounts.tokens import make_token
from labeler.backup.archive import NoBackup, check
from labeler.backup.restore import NotEmpty, restore
from labeler.backup.verify import verify
from labeler.backup.write import backup
from labeler.client import Project
from labeler.kit.columns import metadata
from labeler.kit.config import Settings
from labeler.kit.db import Database

rooms.load_tables()


def say_nothing(_: str) -> None:
    pass


def rows_of(settings: Settings) -> dict[str, list[str]]:
    """Every row of every table, as text; JSON as Python has it, since databases order its keys differently."""
    db = Database(settings)

    def read(tx: sa.Connection) -> dict[str, list[str]]:
        return {
            table.name: sorted(str(tuple(row)) for row in tx.execute(sa.select(table)).all())
            for table in metadata.sorted_tables
        }

    found = db.read(read)
    db.close()
    return found


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Settings of a new installation on a kind of database, empty."""
    made = []

    def make(kind: str) -> Settings:
        home = tmp_path / f"elsewhere-{len(made)}"
        if kind == "sqlite":
            made.append("")
            return Settings(home=home, database_url="", log_level="ERROR")
        server: postgres.Server = request.getfixturevalue("postgres_server")
        name = f"restored{tmp_path.parent.name.replace('-', '')}{len(made)}".lower()
        server.drop(name)
        made.append(name)
        return Settings(home=home, database_url=server.create(name), log_level="ERROR")

    yield make
    for name in filter(None, made):
        request.getfixturevalue("postgres_server").drop(name)


@pytest.fixture
def full(service: Any, project: Project, add_texts: Callable[..., Any]) -> Project:
    """A project with labels, flags, guidelines, dataset versions and a model that is live."""
    project.guidelines.publish("# One\n\nBoth.")
    add_texts(60)
    for number, item in enumerate(project.queue.next(30)):
        project.label(item, ["spam", "ham"][number % 2], hard={"reason": "Ambiguous"} if number == 3 else None)
    service.run_jobs()
    project.snapshot("before")
    service.run_jobs()
    project.promote(project.models()[0].number)
    return project


def test_what_is_restored_is_what_was_there(
    service: Any, full: Project, tmp_path: Path, elsewhere: Callable[[str], Settings]
) -> None:
    path = tmp_path / "all.backup"
    secret = service.settings.secret
    before = rows_of(service.settings)
    backup(service.settings, path, say_nothing)
    assert path.stat().st_mode & 0o077 == 0
    assert check(path)["rows"]["labels"] == 30
    kinds = ["sqlite", "postgresql"] if postgres.find_bin() else ["sqlite"]
    for kind in kinds:
        target = elsewhere(kind)
        restore(target, path, say_nothing)
        assert verify(target, say_nothing) == []
        after = rows_of(target)
        assert {name: len(rows) for name, rows in after.items()} == {name: len(rows) for name, rows in before.items()}
        if target.is_sqlite == service.settings.is_sqlite:
            assert after == before
        assert (target.home / "secret").read_bytes() == secret


@pytest.mark.one_database
def test_the_restored_service_goes_on(
    service: Any, full: Project, tmp_path: Path, elsewhere: Callable[[str], Settings], start_service: Any, admin: Any
) -> None:
    path = tmp_path / "all.backup"
    token = service.db.write(make_token, admin.id, "again", ["*"])[1]
    said = [full.predict(["free money now"])[0].value]
    exported = full.export(tmp_path / "before.jsonl", format="jsonl").read_bytes()
    backup(service.settings, path, say_nothing)
    for kind in ["sqlite", "postgresql"] if postgres.find_bin() else ["sqlite"]:
        target = elsewhere(kind)
        restore(target, path, say_nothing)
        again = start_service(target)
        there = again.client(token).projects.get(full.slug)
        assert [there.predict(["free money now"])[0].value] == said
        assert there.export(tmp_path / f"{kind}.jsonl", format="jsonl").read_bytes() == exported
        there.label(there.queue.next(1)[0], "ham")
        there.items.add([{"key": "new", "text": "something new"}], progress=False)
        again.run_jobs()
        assert len(rows_of(target)["labels"]) == 31
        assert len(list(there.items.find(q="something"))) == 1


def test_a_backup_is_of_one_moment_while_people_label(
    service: Any, full: Project, tmp_path: Path, elsewhere: Callable[[str], Settings], admin: Any
) -> None:
    full.items.add([{"key": f"more {n}", "text": f"more of {n}"} for n in range(300)], progress=False)
    stop, labeled = threading.Event(), []

    def label() -> None:
        while not stop.is_set():
            for item in full.queue.next(1):
                labeled.append(full.label(item, "ham"))

    thread = threading.Thread(target=label)
    thread.start()
    try:
        for number in range(3):
            backup(service.settings, tmp_path / f"{number}.backup", say_nothing)
    finally:
        stop.set()
        thread.join()
    assert labeled
    for number in (0, 2):
        target = elsewhere("sqlite")
        restore(target, tmp_path / f"{number}.backup", say_nothing)
        assert verify(target, say_nothing) == []
        counts = {name: len(rows) for name, rows in rows_of(target).items()}
        assert counts["labels"] == counts["current_labels"]


def damaged(path: Path, how: str) -> Path:
    other = path.with_name(how)
    data = bytearray(path.read_bytes())
    if how == "flipped":
        data[len(data) // 3] ^= 1
    elif how == "cut":
        del data[len(data) // 2 :]
    elif how == "empty":
        data.clear()
    other.write_bytes(bytes(data))
    if how == "more":
        with tarfile.open(other, "a") as tar:
            tar.add(__file__, "home/../../outside")
    return other


@pytest.mark.one_database
def test_a_damaged_backup_is_refused_before_anything_is_changed(
    service: Any, project: Project, add_texts: Callable[..., Any], tmp_path: Path, elsewhere: Callable[[str], Settings]
) -> None:
    add_texts(20)
    path = tmp_path / "all.backup"
    backup(service.settings, path, say_nothing)
    target = elsewhere("sqlite")
    for how in ("flipped", "cut", "empty", "more"):
        with pytest.raises(NoBackup):
            restore(target, damaged(path, how), say_nothing)
        assert not target.home.exists()


@pytest.mark.one_database
def test_nothing_is_restored_over_anything(
    service: Any, project: Project, tmp_path: Path, elsewhere: Callable[[str], Settings]
) -> None:
    path = tmp_path / "all.backup"
    backup(service.settings, path, say_nothing)
    with pytest.raises(NotEmpty):
        restore(service.settings, path, say_nothing)
    used = elsewhere("sqlite")
    (used.home / "datasets").mkdir(parents=True)
    with pytest.raises(NotEmpty, match="datasets"):
        restore(used, path, say_nothing)


@pytest.mark.whole
@pytest.mark.one_database
def test_the_commands(tmp_path: Path, settings: Settings, elsewhere: Callable[[str], Settings]) -> None:
    def run(*words: str, of: Settings = settings, stdin: str = "", code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "labeler", *words],
            env=of.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    file, target = str(tmp_path / "all.backup"), elsewhere("sqlite")
    run("projects", "create", "Kept", "--labels", "a,b")
    assert "keep it where only you can read it" in run("backup", file)
    assert "All hold" in run("verify", file)
    assert "Restored" in run("restore", file, of=target)
    assert "Everything holds" in run("verify", of=target)
    assert "Kept" in run("projects", "list", of=target)
    assert "There is data" in run("restore", file, of=target, code=1)
    assert "for good" in run("migrate", "base", of=target, stdin="n\n", code=1)
    assert "Kept" in run("projects", "list", of=target)
    run("migrate", "base", "--yes", of=target)


@pytest.mark.one_database
def test_verify_names_what_is_wrong(service: Any, full: Project) -> None:
    settings = service.settings
    assert verify(settings, say_nothing) == []
    model = next((settings.home / "models").rglob("model.skops"))
    kept = model.read_bytes()
    model.write_bytes(kept + b"x")
    assert any("model 1: its file was changed" in fault for fault in verify(settings, say_nothing))
    model.write_bytes(kept)
    files = sorted((settings.home / "datasets").rglob("cache/files/md5/*/*"))
    assert len(files) > 9
    for path in files:  # each, since which one is the first changes with the hashes
        written = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(b"y" + written[1:])
        found = verify(settings, say_nothing)
        assert any("was changed" in fault or "can't be read" in fault for fault in found), (path, written[:80])
        path.write_bytes(written)
    assert verify(settings, say_nothing) == []
    shutil.rmtree(next((settings.home / "datasets").glob("*/.git/refs/tags")))
    assert any("is missing" in fault for fault in verify(settings, say_nothing))
