"""What every verb needs: a client for the right service, and one way to answer."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from labeler.client import Client, Job
from labeler.kit import telemetry
from labeler.kit.config import Settings
from labeler.wire.jobs import JobOut

Row = dict[str, Any]


@dataclass(frozen=True)
class Context:
    url: str
    token: str
    json: bool


state: ContextVar[Context] = ContextVar("state")


@contextmanager
def service(*, jobs: bool = False) -> Iterator[Client]:
    """A client of the service named by `--url`, or of the local data folder (jobs: where jobs are then done)."""
    chosen = state.get()
    if chosen.url:
        with Client(chosen.url, token=chosen.token or None) as client:
            yield client
        return
    from labeler.local import local_client

    settings = Settings(log_level="WARNING")
    telemetry.configure(settings, process="cli")
    with local_client(settings, with_worker=jobs) as client:
        yield client


def plain(model: BaseModel, **more: Any) -> Row:
    """An answer as the API's JSON has it. more: further fields."""
    return {**model.model_dump(mode="json", by_alias=True), **more}


def answer(value: Any, text: str) -> None:
    """The result as JSON when that was asked for, else in words."""
    if not state.get().json:
        print(text)
        return
    print(json.dumps(plain(value) if isinstance(value, BaseModel) else value, ensure_ascii=False))


def table(rows: Sequence[Row], columns: dict[str, str]) -> None:
    """A list: as JSON, or as a table of `columns` (name -> heading)."""
    if state.get().json:
        print(json.dumps(list(rows), ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns.values():
        shown.add_column(heading)
    for row in rows:
        shown.add_row(*(Text(_short(row.get(name))) for name in columns))
    Console().print(shown)


def _short(value: Any) -> str:
    if value is None:
        return "–"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def follow(job: Job) -> Job:
    """Wait for a job with a progress bar (on stderr, when that is a terminal)."""
    if state.get().json or not sys.stderr.isatty():
        return job.wait()
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    )
    with bar:
        task = bar.add_task(job.row.kind, total=None)

        def tell(row: JobOut) -> None:
            progress = row.progress
            bar.update(task, completed=progress.done, total=progress.total, description=progress.message or row.state)

        return job.wait(tell=tell)
