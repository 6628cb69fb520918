"""Keeping the embedded job worker alive: started with a pipe, restarted with back-off, gone with us.

Over the pipe it is told when somebody is there who may soon want a job done, so that it gets a process ready.
"""

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress

from starlette.types import ASGIApp, Receive, Scope, Send

from labeler.accounts.auth import is_remembered
from labeler.api.paths import PREFIX
from labeler.kit import telemetry
from labeler.kit.config import Settings
from labeler.kit.memory import frugal

LONGEST_PAUSE = 30.0
HEALTHY_SECONDS = 20.0
TELL_SECONDS = 30.0


class Supervisor:
    """Runs `python -m labeler.worker --embedded`, watched by a thread; the worker ends when its pipe closes."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._told = float("-inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def knows(self) -> bool:
        """Whether the worker was told a moment ago that somebody is there."""
        return time.monotonic() - self._told < TELL_SECONDS

    def tell(self) -> None:
        """Somebody is there: the worker gets a job process ready, if it has none."""
        process = self._process
        if process is None or process.stdin is None or self._stopping.is_set():
            return
        self._told = time.monotonic()
        with suppress(OSError, ValueError):  # it has ended: the next one is told in half a minute
            os.write(process.stdin.fileno(), b".")

    def _run(self) -> None:
        pause = 0.2
        while not self._stopping.is_set():
            started = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "labeler.worker", "--embedded"],
                stdin=subprocess.PIPE,
                env={**self.settings.environment(), **frugal()},
            )
            code = self._process.wait()
            if self._stopping.is_set():
                return
            pause = 0.2 if time.monotonic() - started > HEALTHY_SECONDS else min(2 * pause, LONGEST_PAUSE)
            telemetry.logger().warning("job worker ended, restarting", code=code, pause=pause)
            self._stopping.wait(pause)

    def stop(self) -> None:
        """Close the pipe: the worker hands its job back and ends."""
        self._stopping.set()
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join(5)


def started(settings: Settings) -> Supervisor:
    """One whose worker gets ready now."""
    supervisor = Supervisor(settings)
    supervisor.start()
    return supervisor


class Attended:
    """Tells the worker of people who are logged in, by their requests, twice per minute at most."""

    def __init__(self, app: ASGIApp, supervisor: Supervisor) -> None:
        self.app = app
        self.supervisor = supervisor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
        if scope["type"] == "http" and not self.supervisor.knows() and PREFIX in scope["path"] and is_remembered(scope):
            self.supervisor.tell()
