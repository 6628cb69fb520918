"""Several processes that are started at once on nothing: one of them sets up, all run."""

from pathlib import Path

import processes
import pytest

from labeler.accounts.users import find_user
from labeler.kit.config import Settings
from labeler.kit.db import Database

TOGETHER = 3


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


def test_processes_that_are_started_together_on_nothing_all_run(nothing_there: Settings, tmp_path: Path) -> None:
    running = []
    try:
        for number in range(TOGETHER):
            own = nothing_there.model_copy(update={"port": processes.free_port()})
            running.append(processes.Running(["-m", "labeler", "api"], own, tmp_path / f"{number}.log"))
        for one in running:
            processes.wait_for(one.ready, 60, f"the service to be ready: {one.log_path.read_text()[-500:]}")
        secret = (nothing_there.home / "secret").read_bytes()
        assert len(secret) == 32 and not list(nothing_there.home.glob("secret.*"))
        db = Database(nothing_there)
        assert db.read(find_user, "admin@localhost") is not None
        db.close()
    finally:
        for one in running:
            one.stop()
