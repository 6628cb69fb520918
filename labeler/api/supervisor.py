"""Keeping the embedded job worker alive: started with a pipe, restarted with back-off, gone with us."""

import subprocess
import sys
import threading
import time

from labeler.kit import telemetry
from labeler.kit.config import Settings

LONGEST_PAUSE = 30.0
HEALTHY_SECONDS = 20.0


class Supervisor:
    """Runs `python -m labeler.worker --embedded`, watched by a thread; the worker ends when its pipe closes."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _run(self) -> None:
        pause = 0.2
        while not self._stopping.is_set():
            started = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "labeler.worker", "--embedded"],
                stdin=subprocess.PIPE,
                env={**self.settings.environment(), "MALLOC_ARENA_MAX": "2"},
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
