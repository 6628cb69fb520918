"""The process that does one job at a time: `python -m labeler.kit.jobs.process`.

Its standard input is a pipe from the worker. A JSON line names a job or gives a new deadline; end of
file means that the worker is dead. In both cases (no worker, no deadline in time) the process ends
itself at once, so that a job never runs on after it was given to another worker. What it has to say
goes to the database; on standard output it only tells the worker that it is ready for another job.

It says that it is ready when it has imported the modules of jobs that people wait for. It goes on to import those of
the others while no job is named: a process that waits is warm.
"""

import gc
import importlib
import json
import os
import queue
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from labeler.kit import telemetry, tracing
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Problem, StorageFull, Unavailable
from labeler.kit.jobs import engine
from labeler.kit.jobs.registry import JobRefused, JobRun, function_of, knows
from labeler.kit.jobs.warmup import Warming
from labeler.kit.memory import give_back_free, set_modules_aside


class Watch:
    """Listens to the worker in a thread of its own, and ends the process when the worker is gone."""

    def __init__(self) -> None:
        self.orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._deadline = float("inf")
        threading.Thread(target=self._listen, name="watch", daemon=True).start()
        threading.Thread(target=self._enforce, name="deadline", daemon=True).start()

    def idle(self) -> None:
        self._deadline = float("inf")

    def _listen(self) -> None:
        rest = b""
        # os.read, not sys.stdin: a buffered read in a daemon thread aborts the interpreter at exit.
        while chunk := os.read(0, 65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                order = json.loads(line)
                if "deadline" in order:
                    self._deadline = time.monotonic() + order["deadline"]
                if "job" in order:
                    self.orders.put(order)
        os._exit(1)

    def _enforce(self) -> None:
        while True:
            time.sleep(0.25)
            if time.monotonic() > self._deadline:
                os._exit(1)


def step_back(niceness: int) -> None:
    """Give way to other processes. Linux shares the processor out between sessions first, and this is one of its own
    (sched(7), "The autogroup feature"): niceness counts within it only, unless it is that of the session, too."""
    os.nice(niceness)
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness))


def run_one(db: Database, settings: Settings, order: dict[str, Any]) -> None:
    run = JobRun(
        id=order["job"],
        attempt=order["attempt"],
        kind=order["kind"],
        project_id=order["project_id"],
        args=order["args"],
        created_by=order["created_by"],
        saved=order["saved"],
        db=db,
        settings=settings,
    )
    log = telemetry.logger().bind(job=run.id, kind=run.kind, attempt=run.attempt)
    started = time.monotonic()
    log.info("job started")
    try:
        with tracing.job_span(run.kind, run.id, run.project_id):
            result = function_of(run.kind)(run)
        if not run.finished:
            db.write(engine.finish, run.id, run.attempt, result)
        log.info("job done", seconds=round(time.monotonic() - started, 3))
    except engine.Fenced:
        log.warning("job was given to somebody else")
    except (StorageFull, Unavailable) as passing:
        log.warning("job interrupted", reason=passing.detail)
        os._exit(1)  # the worker gives the job back, and it starts over when the trouble has passed
    except (JobRefused, Problem) as refused:
        detail = refused.detail if isinstance(refused, Problem) else str(refused)
        log.info("job refused", reason=detail)
        _fail(db, run, detail)
    except Exception as error:
        log.exception("job failed")
        _fail(db, run, f"{type(error).__name__}: {error}. The full report is in the log under job={run.id}.")


def _fail(db: Database, run: JobRun, text: str) -> None:
    try:
        db.write(engine.fail, run.id, run.attempt, text[:2000])
    except engine.Fenced:
        return


def main() -> None:
    status = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints goes to the log, not to the worker
    watch = Watch()
    settings = Settings()
    step_back(settings.job_niceness)
    telemetry.configure(settings, process="job")
    for module in json.loads(os.environ["LABELER_JOB_MODULES"]):
        importlib.import_module(module)
    warming = Warming(json.loads(os.environ["LABELER_JOB_MODULES_LATER"]))
    db = Database(settings, durable=False)
    while True:
        gc.collect()
        give_back_free()
        watch.idle()
        status.write("ready\n")
        status.flush()
        order = next_order(watch.orders, warming)
        run_one(db, settings, order)


def next_order(orders: "queue.SimpleQueue[dict[str, Any]]", warming: Warming) -> dict[str, Any]:
    """The next job that is named, with what it needs imported."""
    while not warming.done:
        try:
            order = orders.get_nowait()
        except queue.Empty:
            warming.step()
            if warming.done:
                set_modules_aside()
        else:
            if not knows(order["kind"]):
                warming.finish()
                set_modules_aside()
            return order
    return orders.get()


if __name__ == "__main__":
    main()
