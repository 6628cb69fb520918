"""A background job, followed to its end."""

import time
from collections.abc import Callable
from typing import Any

from labeler.client.connection import Connection, Shape, understand
from labeler.client.errors import JobFailed
from labeler.wire.jobs import ENDED, JobOut


class Job:
    """A background job; `wait` follows it to its end. `row` is the job as the service last gave it."""

    def __init__(self, client: Connection, row: JobOut) -> None:
        self.client = client
        self.row = row

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def state(self) -> str:
        return self.row.state

    @property
    def result(self) -> Any:
        """What the job made, by its kind; None until it is done."""
        return self.row.result

    def result_as(self, shape: type[Shape]) -> Shape:
        """The result as the shape of its kind (`ImportResult`, `Reproduction`). Raises `NotUnderstood`."""
        return understand(shape, lambda: shape.model_validate(self.row.result, extra="ignore"))

    def refresh(self) -> "Job":
        self.row = self.client.fetch(JobOut, f"/jobs/{self.id}")
        return self

    def cancel(self) -> "Job":
        self.row = self.client.send(JobOut, "POST", f"/jobs/{self.id}/cancel")
        return self

    def wait(self, timeout: float | None = None, *, tell: Callable[[JobOut], None] | None = None) -> "Job":
        """Wait until the job is done; raises `JobFailed` otherwise, `TimeoutError` after `timeout` seconds.

        tell: called with the job each time it is looked at (a progress bar).
        """
        stop_at = None if timeout is None else time.monotonic() + timeout
        pause = 0.05
        while self.state not in ENDED:
            if stop_at is not None and time.monotonic() > stop_at:
                raise TimeoutError(f"job {self.id} is still {self.state} after {timeout} s")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.3)
            self.refresh()
            if tell is not None:
                tell(self.row)
        if self.state not in ("done", "superseded"):
            raise JobFailed(self.row)
        return self


def start(client: Connection, path: str, **body: Any) -> Job:
    """Ask for a job: a POST whose answer is one."""
    return Job(client, client.send(JobOut, "POST", path, **body))
