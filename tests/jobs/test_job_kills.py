"""Jobs finish, each once, whoever is killed or frozen (G6)."""

import os
import random
import signal
import time
from contextlib import suppress
from typing import Any

import processes
import pytest


def _effects(jobs: Any) -> list[int]:
    return sorted(row.job_id for row in jobs.all("SELECT job_id FROM effects"))


def _kill_at_random(jobs: Any, kills: int, wanted: list[int], rng: random.Random) -> int:
    """Kill the worker, its job process or what that was forked from, again and again; returns how often."""
    done = 0
    worker = jobs.worker()
    while done < kills:
        at_work = [row.state for row in jobs.all("SELECT state FROM jobs WHERE state IN ('queued', 'running')")]
        if not at_work:
            break
        if "running" not in at_work:
            time.sleep(0.02)
            continue
        time.sleep(rng.uniform(0.0, 0.3))
        children = worker.below()
        if children and rng.random() < 0.6:
            with suppress(ProcessLookupError):
                os.kill(rng.choice(children), signal.SIGKILL)
        else:
            worker.kill()
            worker = jobs.worker()
        done += 1
    return done


def test_killed_workers_and_jobs_lose_nothing_and_double_nothing(jobs: Any) -> None:
    wanted = [jobs.want("sample.steps", steps=3, seconds=0.05) for _ in range(10)]
    killed = _kill_at_random(jobs, 5, wanted, random.Random(1))
    rows = jobs.wait(wanted)
    assert _effects(jobs) == sorted(wanted)
    assert killed and max(row.attempt for row in rows) > 1


@pytest.mark.faults
def test_fifty_kills(jobs: Any) -> None:
    wanted = [jobs.want("sample.steps", steps=4, seconds=0.2) for _ in range(60)]
    killed = _kill_at_random(jobs, 50, wanted, random.Random(2))
    jobs.wait(wanted, seconds=200)
    assert killed == 50 and _effects(jobs) == sorted(wanted)


@pytest.mark.parametrize("child_too", [False, True], ids=["worker", "worker and job"])
def test_a_frozen_worker_loses_its_job_and_can_not_finish_it(jobs: Any, child_too: bool) -> None:
    lease = 1.5 if child_too else 30  # which nobody gets to renew; the job process must end before it
    frozen = jobs.worker(lease=lease)
    begun = jobs.folder / "begun"  # a worker that is frozen between the claim and the word to its process does nothing
    job_id = jobs.want("sample.quiet", seconds=0.8, begun=str(begun))
    processes.wait_for(begun.exists, 60, "the job to be at work")
    children = jobs.at_work(frozen)
    for pid in (frozen.pid, *(children if child_too else ())):
        os.kill(pid, signal.SIGSTOP)
    rescuer = jobs.worker(lease=lease)
    row = jobs.wait([job_id])[0]
    assert row.attempt == (2 if child_too else 1)  # the job process alone ends in time, and may
    for pid in (frozen.pid, *children):
        if processes.is_alive(pid):
            os.kill(pid, signal.SIGCONT)
    after = jobs.want("sample.steps", steps=1, seconds=0.01)
    jobs.wait([after])
    if child_too:
        processes.wait_for(lambda: not any(map(processes.is_alive, children)), 10, "the frozen job process to end")
    assert _effects(jobs) == [job_id, after]
    assert jobs.row(job_id).attempt == row.attempt and frozen.alive() and rescuer.alive()


def test_a_job_process_whose_worker_is_gone_ends(jobs: Any) -> None:
    worker = jobs.worker()
    job_id = jobs.want("sample.steps", steps=200, seconds=0.05)
    jobs.wait([job_id], "running")
    child = jobs.at_work(worker)[0]
    worker.kill()
    processes.wait_for(lambda: not processes.is_alive(child), 15, "the job process to end")
    assert jobs.row(job_id).state == "running" and _effects(jobs) == []


def test_who_gets_the_slot_takes_the_job_over_without_waiting_for_the_lease(jobs: Any) -> None:
    worker = jobs.worker(lease=60)
    job_id = jobs.want("sample.steps", steps=10, seconds=0.05)
    jobs.wait([job_id], "running")
    worker.kill()
    started = time.monotonic()
    jobs.worker(lease=60)
    assert jobs.wait([job_id])[0].attempt == 2
    assert time.monotonic() - started < 40


def test_a_job_that_always_dies_is_given_up_with_a_reason(jobs: Any) -> None:
    for _ in range(2):
        jobs.worker()
    job_id = jobs.want("sample.dies")
    other = jobs.want("sample.steps", steps=1, seconds=0.01)

    def hurried() -> bool:  # the pause between attempts grows; the test does not wait for it
        at_once = "UPDATE jobs SET run_at = first_at WHERE state = 'queued'"
        jobs.db.write(lambda tx: tx.exec_driver_sql(at_once).rowcount)
        return jobs.row(job_id).state == "failed"

    processes.wait_for(hurried, 60, "the job to be given up")
    row = jobs.row(job_id)
    assert row.attempt == 5 and "stopped 5 times in a row" in row.error
    jobs.wait([other])


def test_sigterm_hands_the_job_back_at_once(jobs: Any) -> None:
    worker = jobs.worker(lease=60)
    job_id = jobs.want("sample.steps", steps=400, seconds=0.05)
    jobs.wait([job_id], "running")
    child = jobs.at_work(worker)[0]
    assert worker.stop(5) == 0
    assert jobs.row(job_id).state == "queued"
    processes.wait_for(lambda: not processes.is_alive(child), 10, "the system to take the process down")
