"""The job engine's promises: once, in turn, cancelled quickly, on schedule."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import processes
import pytest
import sqlalchemy as sa

from labeler.kit.jobs import engine, schedule
from labeler.kit.jobs.registry import JobRun


def test_fifty_wishes_are_at_most_two_runs(jobs: Any) -> None:
    jobs.worker()
    first = jobs.want("sample.steps", steps=4, seconds=0.2, dedup="train", lane="train")
    jobs.wait([first], "running")
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda n: jobs.want("sample.steps", steps=1, seconds=n / 1e6, dedup="train"), range(50)))
    jobs.wait([first, *made])
    assert len(jobs.all("SELECT * FROM effects")) == 2
    newest = jobs.row(max(made))
    assert len(made) == 1 and newest.args["seconds"] <= 49 / 1e6


def test_the_newest_wish_wins(jobs: Any) -> None:
    ids = {jobs.want("sample.steps", steps=number, seconds=0, dedup="d", delay=5) for number in range(10)}
    assert len(ids) == 1
    row = jobs.row(ids.pop())
    assert row.args["steps"] == 9 and (row.run_at - row.first_at).total_seconds() < 30


def test_a_lane_never_has_two_at_work(jobs: Any) -> None:
    for _ in range(3):
        jobs.worker()
    wanted = [jobs.want("sample.span", seconds=0.05, lane="lane") for _ in range(8)]
    jobs.wait(wanted)
    spans = jobs.all("SELECT job_id, what, at FROM spans ORDER BY at")
    pairs = [(spans[place], spans[place + 1]) for place in range(0, len(spans), 2)]
    assert all(a.job_id == b.job_id and (a.what, b.what) == ("start", "end") for a, b in pairs) and len(pairs) == 8


def test_jobs_outside_a_lane_run_beside_each_other(jobs: Any) -> None:
    for _ in range(2):
        jobs.worker()
    wanted = [jobs.want("sample.span", seconds=3.0) for _ in range(2)]
    jobs.wait(wanted)
    spans = jobs.all("SELECT what FROM spans ORDER BY at")
    assert [row.what for row in spans] == ["start", "start", "end", "end"]


def test_jobs_that_somebody_waits_for_do_not_wait_for_a_long_one(jobs: Any) -> None:
    jobs.settings = jobs.settings.model_copy(update={"worker_slots": 1})
    jobs.worker()
    long = jobs.want("sample.quiet", seconds=600)
    jobs.wait([long], "running")
    other = jobs.want("sample.steps", steps=1, seconds=0)
    for _ in range(2):
        jobs.wait([jobs.want("sample.awaited", steps=1, seconds=0) for _ in range(3)])
    assert jobs.row(long).state == "running" and jobs.row(other).state == "queued"
    jobs.db.write(engine.cancel, long)
    jobs.wait([other])


def test_cancel_ends_a_job_that_computes_in_native_code(jobs: Any) -> None:
    worker = jobs.worker()
    job_id = jobs.want("sample.native")
    processes.wait_for(lambda: jobs.row(job_id).message == "multiplying", 30, "the computation")
    child = jobs.at_work(worker)[0]
    jobs.db.write(engine.cancel, job_id)
    jobs.wait([job_id], "cancelled", seconds=20)  # by itself it never ends
    processes.wait_for(lambda: not processes.is_alive(child), 10, "the system to take the process down")


def test_a_waiting_job_is_cancelled_at_once(jobs: Any) -> None:
    job_id = jobs.want("sample.steps", steps=1, seconds=0)
    jobs.db.write(engine.cancel, job_id)
    assert jobs.row(job_id).state == "cancelled"
    assert engine.claim(jobs.db, "test/0/a") is None


def test_three_workers_run_a_schedule_once_an_interval(jobs: Any) -> None:
    workers = [jobs.worker() for _ in range(3)]
    processes.wait_for(lambda: all(worker.children() for worker in workers) or jobs.all("SELECT at FROM ticks"))
    processes.wait_for(lambda: len(jobs.all("SELECT at FROM ticks")) >= 4, 20, "four ticks")
    times = [row.at for row in jobs.all("SELECT at FROM ticks ORDER BY at")]
    assert all(later - earlier > 0.9 for earlier, later in itertools.pairwise(times))


def test_a_schedule_whose_work_fails_is_due_again(jobs: Any) -> None:
    broken = schedule.Schedule("broken", 3600, lambda tx: tx.execute(sa.text("SELECT * FROM nowhere")))
    for _ in range(2):
        with pytest.raises(Exception, match="nowhere"):
            jobs.db.write(schedule.run_due, broken)
    working = schedule.Schedule("broken", 3600, lambda tx: None)
    assert jobs.db.write(schedule.run_due, working) is True
    assert jobs.db.write(schedule.run_due, working) is False


def test_a_rollback_leaves_no_job(jobs: Any) -> None:
    def wish(tx: Any) -> None:
        engine.enqueue(tx, "sample.steps", {"steps": 1, "seconds": 0})
        raise ValueError("the business write failed")

    with pytest.raises(ValueError, match="business"):
        jobs.db.write(wish)
    assert jobs.all("SELECT * FROM jobs") == []


def test_an_old_attempt_can_write_nothing(jobs: Any) -> None:
    job_id = jobs.want("sample.steps", steps=1, seconds=0)
    old = engine.claim(jobs.db, "test/0/a")
    assert old is not None
    jobs.db.write(engine.give_back, job_id, old.attempt)
    new = engine.claim(jobs.db, "test/0/b")
    assert new is not None and new.attempt == old.attempt + 1
    run = JobRun(job_id, old.attempt, "sample.steps", None, {}, None, None, jobs.db, jobs.settings)
    insert = sa.text("INSERT INTO effects VALUES (0, 0)")
    for write in (
        lambda: run.finish(lambda tx: tx.execute(insert).rowcount),
        lambda: run.write(lambda tx: tx.execute(insert).rowcount),
        lambda: run.progress(1),
        lambda: jobs.db.write(engine.renew, job_id, old.attempt),
        lambda: jobs.db.write(engine.save, job_id, old.attempt, {}, done=1, total=1, message=""),
        lambda: jobs.db.write(engine.fail, job_id, old.attempt, "no"),
    ):
        with pytest.raises(engine.Fenced):
            write()
    jobs.db.write(engine.give_back, job_id, old.attempt)
    row = jobs.row(job_id)
    assert (row.state, row.attempt, row.done) == ("running", new.attempt, 0) and not jobs.all("SELECT * FROM effects")


def test_a_dead_job_gives_way_to_a_newer_wish(jobs: Any) -> None:
    first = jobs.want("sample.steps", steps=1, seconds=0, dedup="d")
    claim = engine.claim(jobs.db, "test/0/a")
    assert claim is not None
    second = jobs.want("sample.steps", steps=1, seconds=0, dedup="d")
    jobs.db.write(engine.give_back, first, claim.attempt)
    assert (jobs.row(first).state, jobs.row(second).state) == ("superseded", "queued")


def test_failures_are_told_and_the_worker_goes_on(jobs: Any) -> None:
    jobs.worker()
    failed, refused, unknown = jobs.want("sample.fails"), jobs.want("sample.refuses"), jobs.want("sample.unheard")
    good = jobs.want("sample.steps", steps=1, seconds=0)
    jobs.wait([failed, refused, unknown], "failed")
    jobs.wait([good])
    assert "ValueError: a mistake in the job" in jobs.row(failed).error
    assert jobs.row(refused).error == "there is nothing to do it with"
    assert "knows no job" in jobs.row(unknown).error


def test_many_claim_one_job_and_one_gets_it(jobs: Any) -> None:
    for _ in range(5):
        jobs.want("sample.steps", steps=1, seconds=0)
    with ThreadPoolExecutor(16) as pool:
        claims = [claim for claim in pool.map(lambda n: engine.claim(jobs.db, f"test/{n}/x"), range(40)) if claim]
    assert len(claims) == len({claim.id for claim in claims}) == 5


def test_a_job_that_gives_way_goes_on_with_what_it_saved(jobs: Any) -> None:
    job_id = jobs.want("sample.steps", steps=1, seconds=0, dedup="d", lane="slow")
    claim = engine.claim(jobs.db, "test/0/a")
    assert claim is not None
    jobs.db.write(engine.save, job_id, claim.attempt, {"seen": 3}, done=3, total=9, message="at work")
    jobs.db.write(engine.postpone, job_id, claim.attempt, 0)
    row = jobs.row(job_id)
    assert (row.state, row.stalled, row.worker, row.message) == ("queued", 0, None, "lets others go first")
    again = engine.claim(jobs.db, "test/0/a")
    assert again is not None and (again.id, again.attempt, again.saved) == (job_id, 2, {"seen": 3})
    with pytest.raises(engine.Fenced):
        jobs.db.write(engine.postpone, job_id, claim.attempt, 0)


def test_a_job_that_gives_way_stays_away_for_its_pause(jobs: Any) -> None:
    job_id = jobs.want("sample.steps", steps=1, seconds=0)
    claim = engine.claim(jobs.db, "test/0/a")
    assert claim is not None
    jobs.db.write(engine.postpone, job_id, claim.attempt, 60)
    assert engine.claim(jobs.db, "test/0/a") is None and jobs.row(job_id).state == "queued"


def test_a_job_that_gives_way_is_superseded_by_a_newer_wish_and_cancelled_when_that_was_asked(jobs: Any) -> None:
    first = jobs.want("sample.steps", steps=1, seconds=0, dedup="d")
    claim = engine.claim(jobs.db, "test/0/a")
    assert claim is not None
    jobs.want("sample.steps", steps=1, seconds=0, dedup="d", delay=60)
    jobs.db.write(engine.postpone, first, claim.attempt, 0)
    assert jobs.row(first).state == "superseded"
    second = jobs.want("sample.steps", steps=1, seconds=0)
    other = engine.claim(jobs.db, "test/0/a")
    assert other is not None and other.id == second
    jobs.db.write(engine.cancel, second)
    jobs.db.write(engine.postpone, second, other.attempt, 0)
    assert jobs.row(second).state == "cancelled"


def test_only_jobs_that_could_run_are_let_go_first(jobs: Any) -> None:
    assert not jobs.db.read(engine.others_wait, 0)
    jobs.want("sample.steps", steps=1, seconds=0, lane="slow")
    assert engine.claim(jobs.db, "test/0/a") is not None
    jobs.want("sample.steps", steps=1, seconds=0, lane="slow")
    jobs.want("sample.steps", steps=1, seconds=0, delay=60)
    assert not jobs.db.read(engine.others_wait, 0)
    jobs.want("sample.steps", steps=1, seconds=0)
    assert jobs.db.read(engine.others_wait, 0) and not jobs.db.read(engine.others_wait, 30)
    assert not jobs.db.read(engine.others_wait, 0, {"sample.steps"}, 30)
    assert jobs.db.read(engine.others_wait, 30, {"sample.steps"}, 0)
