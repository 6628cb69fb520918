"""A service that nobody uses has nothing that jobs come from; it is ready soon after somebody who is logged in came."""

from pathlib import Path

import httpx
import processes
import pytest

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.kit.config import Settings
from labeler.kit.db import Database


def modules(pid: int) -> list[str]:
    """What each of them runs."""
    return [module for one in processes.below(pid) if (module := processes.module_of(one))]


@pytest.mark.one_database
def test_a_job_process_gets_ready_when_somebody_is_there(settings: Settings, db: Database, tmp_path: Path) -> None:
    admin = db.write(add_user, "admin@example.org", "Admin", "admin")
    token = db.write(make_token, admin.id, "test", ["*"])[1]
    own = settings.model_copy(update={"port": processes.free_port(), "warm_seconds": 600, "log_level": "INFO"})
    service = processes.Running(["-m", "labeler", "serve"], own, tmp_path / "log")
    try:
        processes.wait_for(service.ready, processes.STARTS_IN, "the service to be ready")
        processes.wait_for(lambda: "worker started" in service.log(), 60, "its worker")
        for stranger in ({}, {"authorization": "Bearer nobody"}):
            httpx.get(f"{service.url}/api/v1/me", headers=stranger, trust_env=False)
        assert modules(service.pid) == ["labeler.worker"]
        known = {"authorization": f"Bearer {token}"}
        assert httpx.get(f"{service.url}/api/v1/me", headers=known, trust_env=False).status_code == 200
        processes.wait_for(lambda: "labeler.kit.jobs.nursery" in modules(service.pid), 30, "job processes")
        assert "labeler.kit.bounded" not in modules(service.pid)
        httpx.get(f"{service.url}/api/v1/formats", headers=known, trust_env=False)
        processes.wait_for(lambda: "labeler.kit.bounded" in modules(service.pid), 30, "what reads files")
    finally:
        service.stop()
