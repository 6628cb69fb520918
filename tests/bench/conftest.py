"""Benchmarks: a real service, and one report for all figures."""

import json
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sites import Site

from labeler.kit.config import Settings

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
