"""Workers of the tests' own jobs, as real processes."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent))  # `import sample_jobs`

import processes
import sample_jobs

from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.jobs import engine

HERE = Path(__file__).parent


class Jobs:
    """The job table of one database, its workers, and what their jobs did."""

    def __init__(self, db: Database, settings: Settings, folder: Path) -> None:
        self.db = db
        self.settings = settings
        self.folder = folder
        self.workers: list[processes.Running] = []
        db.write(lambda tx: [tx.execute(sa.text(table)) for table in sample_jobs.TABLES] and None)

    def worker(self, lease: float = 5.0, processes_are: str = "forked") -> processes.Running:
        arguments = [str(HERE / "sample_worker.py"), str(lease), processes_are]
        log = self.folder / f"worker-{len(self.workers)}.log"
        running = processes.Running(arguments, self.settings, log, PYTHONPATH=str(HERE))
        self.workers.append(running)
        return running

    def at_work(self, worker: processes.Running) -> list[int]:
        """The job processes of a worker: its own child is what they are forked from."""
        return [pid for nursery in worker.children() for pid in processes.children_of(nursery)]

    def want(self, kind: str, **options: Any) -> int:
        given = {name: options.pop(name) for name in ("dedup", "lane", "delay") if name in options}
        return self.db.write(engine.enqueue, kind, options, **given)

    def row(self, job_id: int) -> Any:
        return self.db.read(engine.get, job_id)

    def all(self, statement: str) -> list[Any]:
        return self.db.read(lambda tx: list(tx.execute(sa.text(statement)).all()))

    def wait(self, job_ids: list[int], *states: str, seconds: float = 60) -> list[Any]:
        wanted = states or ("done",)

        def reached() -> list[Any]:
            rows = [self.row(job_id) for job_id in job_ids]
            return rows if all(row.state in wanted for row in rows) else []

        def told() -> str:
            rows = [self.row(job_id) for job_id in job_ids]
            return "\n".join(f"{row.id} {row.state} {row.attempt} {row.message} {row.error}" for row in rows)

        try:
            found: list[Any] = processes.wait_for(reached, seconds)
            return found
        except AssertionError:
            raise AssertionError(told() + "\n" + "\n".join(w.log()[-2000:] for w in self.workers)) from None


@pytest.fixture
def jobs(db: Database, settings: Settings, tmp_path: Path) -> Iterator[Jobs]:
    running = Jobs(db, settings, tmp_path)
    yield running
    for worker in running.workers:
        for child in worker.below():  # a frozen one does not see that its worker is gone
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        worker.kill()
