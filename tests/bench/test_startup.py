"""How long until the service is ready, and what it takes when nobody uses it."""

import time
from pathlib import Path

import processes
import pytest
from memory import parts_mib

pytestmark = pytest.mark.bench


def test_cold_start_and_idle_memory(settings, report, tmp_path: Path, database_kind: str) -> None:
    own = settings.model_copy(update={"port": processes.free_port(), "log_level": "WARNING"})
    started = time.perf_counter()
    service = processes.Running(["-m", "labeler", "serve"], own, tmp_path / "log")
    try:
        processes.wait_for(service.ready, 60, "the service to be ready")
        ready = time.perf_counter() - started
        time.sleep(5)  # the moment at which it is measured
        report.add(
            f"labeler serve, {database_kind}",
            ready_seconds=round(ready, 2),
            idle_mib=round(sum(parts_mib(service.pid).values())),
        )
    finally:
        service.stop()
