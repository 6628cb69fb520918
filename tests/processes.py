"""Real `labeler` processes for tests: started with given settings, waited for, frozen and killed by their id."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from labeler.kit.config import Settings

STARTS_IN = 180.0
"""Seconds after which a process that is alive and does not answer is given up: others may use the machine, too."""


def wait_for(condition: Callable[[], Any], seconds: float = 30.0, what: str = "it") -> Any:
    """What `condition` returns as soon as that is true; fails after `seconds`."""
    stop_at = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < stop_at, f"waited {seconds} s for {what}"
        time.sleep(0.03)
    return found


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def children_of(pid: int) -> list[int]:
    """Of all its threads: a process belongs to the thread that started it."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(word) for thread in threads for word in (thread / "children").read_text().split()]
    except OSError:
        return []


def below(pid: int) -> list[int]:
    """All that a process has started, and what these have."""
    return [one for child in children_of(pid) for one in (child, *below(child))]


def told(pid: int, what: str) -> str:
    """What the system tells of a process; nothing where that has just ended, or is not waited for yet."""
    try:
        return Path(f"/proc/{pid}/{what}").read_text()
    except OSError:
        return ""


def module_of(pid: int) -> str:
    """What `python -m` runs there; nothing where it has just ended, or has not begun yet."""
    words = told(pid, "cmdline").split("\0")
    return words[2] if len(words) > 2 else ""


def pss_mib(*pids: int) -> float:
    """What these processes take together, pages that they share counted once."""
    lines = [line for pid in pids for line in told(pid, "smaps_rollup").splitlines()]
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def is_alive(pid: int) -> bool:
    said = told(pid, "stat")
    return bool(said) and ") Z" not in said


class Running:
    """One process. Its output goes to a file that `log()` reads."""

    def __init__(self, arguments: list[str], settings: Settings, log: Path, **environment: str) -> None:
        self.log_path = log
        self.settings = settings
        self._output = open(log, "ab")  # noqa: SIM115 (closed with the process)
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            env={**settings.environment(), **environment},
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def children(self) -> list[int]:
        return children_of(self.pid)

    def below(self) -> list[int]:
        return below(self.pid)

    def alive(self) -> bool:
        return self.process.poll() is None

    def signal(self, number: int) -> None:
        if self.alive():
            os.kill(self.pid, number)

    def kill(self) -> None:
        """As a power cut would: SIGKILL, and it is gone."""
        self.signal(signal.SIGKILL)
        self.process.wait(20)
        self._output.close()

    def stop(self, seconds: float = 30.0) -> int:
        """SIGTERM; returns the exit code."""
        self.signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        finally:
            self.kill()

    def log(self) -> str:
        return self.log_path.read_text("utf-8", "replace")

    def ready(self) -> bool:
        assert self.alive(), f"the process ended with {self.process.returncode}:\n{self.log()[-3000:]}"
        try:
            # To read the certificates of the world, each time it looks, takes longer than the service to answer.
            answer = httpx.get(f"{self.url}/readyz", timeout=2, trust_env=False, verify=False)
            return answer.status_code in (200, 503)
        except httpx.TransportError:
            return False


def start_api(settings: Settings, log: Path, **environment: str) -> Running:
    """`labeler api`, answering."""
    running = Running(["-m", "labeler", "api"], settings, log, **environment)
    wait_for(running.ready, STARTS_IN, "the API to answer")
    return running


def start_worker(settings: Settings, log: Path, **environment: str) -> Running:
    return Running(["-m", "labeler", "worker"], settings, log, **environment)
