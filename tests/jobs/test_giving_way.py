"""Job processes give way to those that answer people."""

from pathlib import Path

import processes
import pytest

from labeler.kit.config import Settings

AUTOGROUP = Path("/proc/self/autogroup")


@pytest.mark.one_database
@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this system shares the processor out between processes at once")
def test_a_sessions_niceness_is_that_of_its_processes(settings: Settings, tmp_path: Path) -> None:
    """Niceness within a session of its own would count for nothing."""
    before = AUTOGROUP.read_text()  # nothing at all for a process of the first session
    worker = processes.start_worker(settings.model_copy(update={"job_niceness": 7}), tmp_path / "worker.log")
    try:

        def is_nice() -> bool:
            sessions = [processes.told(pid, "autogroup") for pid in processes.children_of(worker.pid)]
            return bool(sessions) and all(session.strip().endswith("nice 7") for session in sessions)

        processes.wait_for(is_nice, 30, "the niceness of the job process")
        assert AUTOGROUP.read_text() == before, "this session's is as it was"
    finally:
        worker.stop()
