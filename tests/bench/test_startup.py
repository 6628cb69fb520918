"""How long until the service is ready, and what it takes when nobody uses it."""

import time
from pathlib import Path

import processes
import pytest

pytestmark = pytest.mark.bench


def resident_mib(pid: int) -> float:
    """Proportional set size of a process and everything it started: shared pages count once."""
    total = 0
    for child in processes.children_of(pid):
        total += resident_mib(child)
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return total + int(line.split()[1]) / 1024
    return total


def test_cold_start_and_idle_memory(settings, report, tmp_path: Path, database_kind: str) -> None:
    own = settings.model_copy(update={"port": processes.free_port(), "log_level": "WARNING"})
    started = time.perf_counter()
    service = processes.Running(["-m", "labeler", "serve"], own, tmp_path / "log")
    try:
        processes.wait_for(service.ready, 60, "the service to be ready")
        ready = time.perf_counter() - started
        time.sleep(5)
        report.add(
            f"labeler serve, {database_kind}",
            ready_seconds=round(ready, 2),
            idle_mib=round(resident_mib(service.pid)),
        )
    finally:
        service.stop()
