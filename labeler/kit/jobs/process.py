"""The process that does one job at a time: forked (`nursery`), or `python -m labeler.kit.jobs.process`.

It has a connection to the worker. A JSON line names a job or gives a new deadline; the end of the
connection means that the worker is dead. In both cases (no worker, no deadline in time) the process ends
itself at once, so that a job never runs on after it was given to another worker. What it has to say
goes to the database; to the worker it only tells its number, and that it is ready for another job.

One that is not forked says that it is ready when it has imported the modules of jobs that people wait for. It goes on
to import those of the others while no job is named: a process that waits is warm.
"""

import gc
import importlib
import json
import os
import queue
import socket
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
from labeler.kit.memory import give_back_free, own_mib, set_modules_aside

MOST_GROWN = 32
"""MiB that a process may have kept from its jobs: with more it ends, and the next job has a new one. A sentence encoder
is more, what an import leaves behind is less."""
READY = b"ready\n"


class Watch:
    """Listens to the worker in a thread of its own, and ends the process when the worker is gone."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._deadline = float("inf")
        threading.Thread(target=self._listen, name="watch", daemon=True).start()
        threading.Thread(target=self._enforce, name="deadline", daemon=True).start()

    def idle(self) -> None:
        self._deadline = float("inf")

    def _listen(self) -> None:
        rest = b""
        while chunk := self._hear():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                order = json.loads(line)
                if "deadline" in order:
                    self._deadline = time.monotonic() + order["deadline"]
                if "job" in order:
                    self.orders.put(order)
        os._exit(1)

    def _hear(self) -> bytes:
        try:
            return self._connection.recv(65536)
        except ConnectionError:
            return b""

    def _enforce(self) -> None:
        while True:
            time.sleep(0.25)
            if time.monotonic() > self._deadline:
                os._exit(1)


def step_back(niceness: int) -> None:
    """Give way to other processes."""
    os.nice(niceness)
    let_session_step_back(niceness)


def let_session_step_back(niceness: int) -> None:
    """Linux shares the processor out between sessions first (sched(7), "The autogroup feature"): niceness counts within
    a session only, unless it is that of the session, too."""
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness))


def take_input() -> socket.socket:
    """The connection that is this process's standard input: for it alone, not for what it starts. Whatever a library
    prints goes to the log."""
    os.dup2(2, 1)
    connection = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return connection


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


def serve(connection: socket.socket, settings: Settings, warming: Warming) -> None:
    """Do the jobs that are named on this connection, until this process has grown."""
    telemetry.configure(settings, process="job")
    watch = Watch(connection)
    db = Database(settings, durable=False)
    _tell(connection, b"%d\n" % os.getpid())
    at_first = own_mib()
    while own_mib() - at_first <= MOST_GROWN:
        watch.idle()
        _tell(connection, READY)
        order = next_order(watch.orders, warming)
        run_one(db, settings, order)
        gc.collect()
        give_back_free()
    db.close()


def _tell(connection: socket.socket, words: bytes) -> None:
    with suppress(ConnectionError):  # the worker has just been killed: the watch ends this process
        connection.sendall(words)


def main() -> None:
    connection = take_input()
    settings = Settings()
    step_back(settings.job_niceness)
    for module in json.loads(os.environ["LABELER_JOB_MODULES"]):
        importlib.import_module(module)
    serve(connection, settings, Warming(json.loads(os.environ["LABELER_JOB_MODULES_LATER"])))


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
                warming.get_ready()
                set_modules_aside()
            return order
    return orders.get()


if __name__ == "__main__":
    main()
