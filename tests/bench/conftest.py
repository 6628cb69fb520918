"""Benchmarks: a real service on a port of its own, people to load it, and one report for all figures."""

import json
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import processes

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.client import Client
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.projects.access import find_project
from labeler.projects.service import set_member

RESULTS = Path(__file__).resolve().parents[2] / "bench-results"


class Report:
    """Figures by benchmark: printed at once, and kept in bench-results/."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {}

    def add(self, name: str, **figures: Any) -> None:
        self.figures[name] = figures
        print(f"\n{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()), flush=True)

    def write(self) -> None:
        RESULTS.mkdir(exist_ok=True)
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
        path = RESULTS / "figures.json"
        before = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps({**before, **self.figures, "machine": machine}, indent=2, default=str))


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    collected = Report()
    yield collected
    collected.write()


class Site:
    """A running service with a client of its administrator, and tokens of labelers."""

    def __init__(self, settings: Settings, command: list[str], embeddings: str = "auto") -> None:
        as_installed = {"embeddings": embeddings, "job_niceness": Settings.model_fields["job_niceness"].default}
        here = {"port": processes.free_port(), "log_level": "WARNING"}
        self.settings = settings.model_copy(update=as_installed | here)
        self.db = Database(self.settings)
        admin = self.db.write(add_user, "admin@example.org", "Admin", "admin")
        self.admin_token = self.db.write(make_token, admin.id, "bench", ["*"])[1]
        log = self.settings.home / "service.log"
        self.process = processes.Running(["-m", "labeler", *command], self.settings, log)
        self.client = Client(self.process.url, token=self.admin_token)
        try:
            processes.wait_for(self.process.ready, 60, "the service to be ready")
        except BaseException:
            self.stop()
            raise

    def labeler_tokens(self, slug: str, n: int) -> list[str]:
        project_id = self.db.read(find_project, slug).id
        tokens = []
        for number in range(n):
            user = self.db.write(add_user, f"labeler{number}-{project_id}@example.org", f"Labeler {number}", "labeler")
            self.db.write(set_member, project_id, user.id, "labeler")
            tokens.append(self.db.write(make_token, user.id, "bench", ["*"])[1])
        return tokens

    def stop(self) -> None:
        self.client.close()
        self.process.stop()
        self.db.close()


@pytest.fixture
def telling_site(settings: Settings) -> Iterator[Site]:
    """One whose webhooks may reach this machine."""
    inside = {"webhook_allowed_hosts": "127.0.0.1", "webhook_allow_http": True}
    running = Site(settings.model_copy(update=inside), ["serve"])
    yield running
    running.stop()


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    running = Site(settings, ["serve"])
    yield running
    running.stop()
