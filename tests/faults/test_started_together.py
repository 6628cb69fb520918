"""Several processes started at once on nothing, with one database and one data folder: one sets up, all run."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import processes
import pytest

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user, find_user
from labeler.client import Client
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.projects.access import find_project
from labeler.projects.members import set_member

ITEMS = 60


@pytest.fixture
def nothing_there(settings: Settings, database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An installation without a schema and without a data folder."""
    home = tmp_path / "new"
    if database_kind == "sqlite":
        return settings.model_copy(update={"home": home})
    server = request.getfixturevalue("postgres_server")
    name = f"together{processes.free_port()}"
    request.addfinalizer(lambda: server.drop(name))
    return settings.model_copy(update={"home": home, "database_url": server.create(name)})


def label_through_all(urls: list[str], settings: Settings) -> None:
    """Every item is asked once and answered once, through whichever process."""
    db = Database(settings)
    admin = db.read(find_user, "admin@localhost")
    assert admin is not None
    tokens = [db.write(make_token, admin.id, "first", ["*"])[1]]
    with Client(urls[0], token=tokens[0]) as client:
        project = client.projects.create("together", labels=["spam", "ham"])
        project.items.add([{"key": f"m{n}", "text": f"message {n}"} for n in range(ITEMS)], progress=False)
    for number in range(len(urls)):
        user = db.write(add_user, f"l{number}@example.org", f"L {number}", "labeler")
        db.write(set_member, db.read(find_project, "together").id, user.id, "labeler")
        tokens.append(db.write(make_token, user.id, "labels", ["*"])[1])
    db.close()

    def label(url: str, token: str) -> list[str]:
        with Client(url, token=token, timeout=30) as client:
            mine = client.projects.get("together")
            answered = []
            while held := mine.queue.next(2):
                for item in held:
                    mine.label(item, "ham")
                    answered.append(item.key)
            return answered

    with ThreadPoolExecutor(len(urls)) as pool:
        answered = [key for keys in pool.map(label, urls, tokens[1:]) for key in keys]
    assert sorted(answered) == sorted(f"m{n}" for n in range(ITEMS))
    with Client(urls[-1], token=tokens[0]) as client:
        assert sorted(row.item_key for row in client.projects.get("together").labels) == sorted(answered)


@pytest.mark.whole
@pytest.mark.parametrize("together", [2, pytest.param(4, marks=pytest.mark.faults)])
def test_processes_that_are_started_together_on_nothing_all_run(
    nothing_there: Settings, tmp_path: Path, together: int
) -> None:
    running = []
    try:
        for number in range(together):
            own = nothing_there.model_copy(update={"port": processes.free_port()})
            running.append(processes.Running(["-m", "labeler", "api"], own, tmp_path / f"{number}.log"))
        for one in running:
            processes.wait_for(
                one.ready, processes.STARTS_IN, f"the service to be ready: {one.log_path.read_text()[-500:]}"
            )
        secret = (nothing_there.home / "secret").read_bytes()
        assert len(secret) == 32 and not list(nothing_there.home.glob("secret.*"))
        label_through_all([one.url for one in running], nothing_there)
    finally:
        for one in running:
            one.stop()
