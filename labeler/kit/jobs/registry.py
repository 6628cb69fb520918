"""What kinds of jobs there are, and what a job's function is handed.

@job("items.import")
def import_file(run: JobRun) -> dict[str, Any]:
    run.progress(10, 100, "reading")
    return run.finish(lambda tx: {"rows": store(tx)})   # result and 'done' in one transaction
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.jobs import engine


@dataclass
class JobRun:
    """One attempt at one job, inside its own process."""

    id: int
    attempt: int
    kind: str
    project_id: int | None
    args: dict[str, Any]
    created_by: int | None
    saved: Any  # what an earlier attempt stored with `engine.save`
    db: Database
    settings: Settings
    finished: bool = False

    def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Tell how far the job is. Raises `Fenced` when the job now belongs to somebody else."""
        self.db.write(engine.progress, self.id, self.attempt, done, total, message)

    def write(self, fn: Callable[[Connection], Any]) -> Any:
        """A transaction that only commits while this attempt still owns the job (fencing)."""

        def fenced(tx: Connection) -> Any:
            engine.hold(tx, self.id, self.attempt)
            return fn(tx)

        return self.db.write(fenced)

    def finish(self, fn: Callable[[Connection], Any]) -> Any:
        """Run `fn(tx)` and mark the job done with its result, in one transaction."""

        def both(tx: Connection) -> Any:
            engine.hold(tx, self.id, self.attempt)
            result = fn(tx)
            engine.finish(tx, self.id, self.attempt, result)
            return result

        result = self.db.write(both)
        self.finished = True
        return result

    def others_wait(self, seconds: float = 0) -> bool:
        """Whether to give way: a job has waited this long for a worker. Jobs that give way themselves take turns."""
        return self.db.read(engine.others_wait, seconds, _giving_way, TURN_SECONDS)

    def give_way(self, pause: float) -> None:
        """End this attempt for others that wait; the next one is handed what was saved, `pause` seconds later."""
        self.db.write(engine.postpone, self.id, self.attempt, pause)
        self.finished = True


class JobRefused(Exception):
    """The job can't be done, and trying again won't help; the text is shown to the person who asked."""


TURN_SECONDS = 60.0
"""How long one job that gives way waits for another: each starts again, which costs seconds in a large project."""

JobFunction = Callable[[JobRun], Any]


@dataclass(frozen=True)
class Schedule:
    name: str
    every_seconds: float
    run: Callable[[Connection], None]


_jobs: dict[str, JobFunction] = {}
_giving_way: set[str] = set()
_schedules: dict[str, Schedule] = {}


def job(kind: str, gives_way: bool = False) -> Callable[[JobFunction], JobFunction]:
    """gives_way: it is long, nobody waits for it, and it ends early when `JobRun.others_wait`."""

    def register(function: JobFunction) -> JobFunction:
        _jobs[kind] = function
        if gives_way:
            _giving_way.add(kind)
        return function

    return register


def every(seconds: float, name: str) -> Callable[[Callable[[Connection], None]], Callable[[Connection], None]]:
    """Run a short function in a transaction at this interval, by one worker of all."""

    def register(function: Callable[[Connection], None]) -> Callable[[Connection], None]:
        _schedules[name] = Schedule(name, seconds, function)
        return function

    return register


def function_of(kind: str) -> JobFunction:
    if kind not in _jobs:
        raise JobRefused(f"this version of the service knows no job of kind {kind!r}")
    return _jobs[kind]


def knows(kind: str) -> bool:
    """Whether the module of these jobs has been imported."""
    return kind in _jobs


def schedules() -> list[Schedule]:
    return list(_schedules.values())
