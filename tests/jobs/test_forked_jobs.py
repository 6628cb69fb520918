"""Job processes are forked from one that has everything imported: they share its memory, and nothing else."""

import os
import signal
import statistics
import sys
from pathlib import Path
from typing import Any

import processes
import pytest

from labeler.kit.jobs.process import MOST_GROWN

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they are started by themselves")


def looked(jobs: Any, n: int, **options: Any) -> list[dict[str, Any]]:
    """What so many jobs found, one after the other."""
    return [jobs.wait([jobs.want("sample.looks", **options)])[0].result for _ in range(n)]


def test_they_share_no_numbers_no_connections_and_no_handlers(jobs: Any) -> None:
    jobs.settings = jobs.settings.model_copy(update={"log_level": "INFO"})
    worker = jobs.worker()
    found = looked(jobs, 3, megabytes=2 * MOST_GROWN)  # with so much the process ends: the next one is new
    nursery = worker.children()[0]
    assert len({one["pid"] for one in found}) == 3 and {one["parent"] for one in found} == {nursery}
    assert all(one["session"] == one["pid"] for one in found), "it can be killed with all that it starts, and alone"
    assert all(len(set(drawn)) == 3 for drawn in zip(*(one["random"] for one in found), strict=True))
    as_it_starts = [str(signal.SIG_DFL.value), str(signal.default_int_handler), str(signal.SIG_DFL.value)]
    assert all(one["handlers"] == as_it_starts for one in found)
    own = 1 if jobs.settings.is_sqlite else 2  # to the worker, and to the database
    assert all(1 <= sum(name.startswith("socket:") for name in one["open"]) <= own for one in found)
    held = [str(path.readlink()) for path in Path(f"/proc/{nursery}/fd").iterdir()]
    assert sum(name.startswith("socket:") for name in held) == 1 and not any(".db" in name for name in held)
    lines = [line for line in worker.log().splitlines() if "job done" in line]
    assert len(lines) == 3 and all("process=job" in line for line in lines)


def test_what_they_are_forked_from_runs_no_thread_but_those_that_end_by_themselves(jobs: Any) -> None:
    worker = jobs.worker()
    looked(jobs, 1)
    names = [path.read_text().strip() for path in Path(f"/proc/{worker.children()[0]}/task").glob("*/comm")]
    assert [name for name in names if name != "jemalloc_bg_thd"] == names[:1]


def test_twenty_jobs_leave_nothing_behind(jobs: Any) -> None:
    worker = jobs.worker()
    looked(jobs, 2)
    held = [one["mib"] for one in looked(jobs, 20)]
    assert statistics.mean(held[-5:]) - statistics.mean(held[:5]) < 2
    assert len(processes.children_of(worker.children()[0])) <= jobs.settings.worker_slots


def test_a_process_that_has_grown_ends_and_gives_its_memory_back(jobs: Any) -> None:
    worker = jobs.worker()
    before = looked(jobs, 1)[0]
    taken = processes.pss_mib(*worker.below())
    found = looked(jobs, 6, megabytes=40)
    assert len({one["pid"] for one in found}) > 1, "two keep 80 MB"
    after = looked(jobs, 1, megabytes=2 * MOST_GROWN)[0]
    processes.wait_for(lambda: not processes.is_alive(after["pid"]), 10, "the last one to end")
    assert looked(jobs, 1)[0]["mib"] < before["mib"] + 5
    assert processes.pss_mib(*worker.below()) < taken + 20


def test_who_was_forked_goes_on_when_that_is_killed_and_another_takes_its_place(jobs: Any) -> None:
    worker = jobs.worker()
    job_id = jobs.want("sample.steps", steps=30, seconds=0.05)
    jobs.wait([job_id], "running")
    os.kill(worker.children()[0], signal.SIGKILL)
    more = [jobs.want("sample.span", seconds=0.5) for _ in range(2)]
    assert [row.attempt for row in jobs.wait([job_id, *more])] == [1, 1, 1]


@pytest.mark.one_database
def test_where_they_are_not_forked_each_is_started(jobs: Any) -> None:
    worker = jobs.worker(lease=1.5, processes_are="started")
    found = looked(jobs, 2)
    assert found[0]["pid"] == found[1]["pid"] and found[0]["parent"] == worker.pid
    long = jobs.want("sample.steps", steps=400, seconds=0.05)
    jobs.wait([long], "running")
    os.kill(found[0]["pid"], signal.SIGKILL)
    processes.wait_for(lambda: jobs.row(long).attempt == 2, 10, "the job to be taken over")
    assert found[0]["pid"] not in worker.children()
    assert worker.stop(5) == 0 and jobs.row(long).state == "queued"
