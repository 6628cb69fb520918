"""Jobs that only the tests have. Job processes import this module; see sample_worker.py."""

import os
import random
import signal
import time
import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.jobs.registry import JobRefused, JobRun, every, job
from labeler.kit.memory import own_mib

kept: list[bytes] = []

TABLES = (
    "CREATE TABLE effects (job_id BIGINT NOT NULL, attempt BIGINT NOT NULL)",
    "CREATE TABLE spans (job_id BIGINT NOT NULL, what VARCHAR(8) NOT NULL, at DOUBLE PRECISION NOT NULL)",
    "CREATE TABLE ticks (at DOUBLE PRECISION NOT NULL)",
)


def note_effect(tx: Connection, run: JobRun) -> dict[str, int]:
    tx.execute(sa.text("INSERT INTO effects VALUES (:job, :attempt)"), {"job": run.id, "attempt": run.attempt})
    return {"attempt": run.attempt}


def note_span(tx: Connection, run: JobRun, what: str) -> None:
    row = {"job": run.id, "what": what, "at": time.time()}
    tx.execute(sa.text("INSERT INTO spans VALUES (:job, :what, :at)"), row)


@job("sample.steps")
@job("sample.awaited")
def steps(run: JobRun) -> Any:
    """A little work, told as it goes, and one effect together with its end."""
    for step in range(run.args["steps"]):
        time.sleep(run.args["seconds"])
        run.progress(step + 1, run.args["steps"], "at work")
    return run.finish(lambda tx: note_effect(tx, run))


@job("sample.quiet")
def quiet(run: JobRun) -> Any:
    """Waits without a word to the database, then wants its effect: nothing but fencing is in its way. begun: a file
    that it makes before."""
    if begun := run.args.get("begun"):
        Path(begun).touch()
    time.sleep(run.args["seconds"])
    return run.finish(lambda tx: note_effect(tx, run))


@job("sample.span")
def span(run: JobRun) -> Any:
    run.write(lambda tx: note_span(tx, run, "start"))
    time.sleep(run.args["seconds"])

    def end(tx: Connection) -> dict[str, int]:
        note_span(tx, run, "end")
        return note_effect(tx, run)

    return run.finish(end)


@job("sample.looks")
def looks(run: JobRun) -> Any:
    """What this process finds itself to be; megabytes: what it keeps for good."""
    import numpy as np

    kept.append(b"x" * (run.args.get("megabytes", 0) * 1_000_000))
    open_files = [str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "session": os.getsid(0),
        "random": [random.random(), float(np.random.random()), uuid.uuid4().hex],
        "handlers": [str(signal.getsignal(one)) for one in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)],
        "open": sorted(open_files),
        "mib": own_mib(),
    }


@job("sample.native")
def native(run: JobRun) -> Any:
    """Busy in native code, where no signal handler of Python's gets a turn."""
    import numpy as np

    matrix = np.random.default_rng(0).random((3000, 3000))
    run.progress(1, None, "multiplying")
    while True:
        matrix = matrix @ matrix
        matrix /= matrix.max()


@job("sample.dies")
def dies(run: JobRun) -> Any:
    os.kill(os.getpid(), 9)


@job("sample.fails")
def fails(run: JobRun) -> Any:
    raise ValueError("a mistake in the job")


@job("sample.refuses")
def refuses(run: JobRun) -> Any:
    raise JobRefused("there is nothing to do it with")


@every(1, "sample.tick")
def tick(tx: Connection) -> None:
    tx.execute(sa.text("INSERT INTO ticks VALUES (:at)"), {"at": time.time()})
