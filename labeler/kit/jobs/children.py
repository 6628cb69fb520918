"""Job processes as their worker sees them: how they come to be, what they are told, how they end.

On Linux they are forked (`nursery`). Elsewhere each is started by itself: libraries of macOS may not go on after a
fork.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from labeler.kit.jobs import nursery
from labeler.kit.jobs.engine import Claim
from labeler.kit.jobs.process import READY

FORKS = sys.platform == "linux"


@dataclass
class Child:
    """A job process, idle (`claim` is None) or at work. light: it knows only the jobs that somebody waits for.

    pid: None until it has told; gone: it has ended; process: where it was started by itself."""

    connection: socket.socket
    light: bool = False
    process: subprocess.Popen[bytes] | None = None
    pid: int | None = None
    gone: bool = False
    ready: bool = False
    claim: Claim | None = None
    renewed: float = 0.0
    looked: float = 0.0
    idle_since: float = 0.0
    claimed: float = 0.0
    _heard: bytes = b""

    def tell(self, order: dict[str, object]) -> None:
        with suppress(ConnectionError):  # it is dead: the next look at it gives its job back
            self.connection.sendall(json.dumps(order).encode() + b"\n")

    def listen(self) -> bool:
        """Hear what it has to say; returns whether that is that it is ready."""
        try:
            heard = self.connection.recv(4096)
        except ConnectionError:
            heard = b""
        if not heard:
            self.gone = True
            return False
        *lines, self._heard = (self._heard + heard).split(b"\n")
        for line in lines:
            if line.isdigit():
                self.pid = int(line)
        return READY.strip() in lines

    def kill(self) -> None:
        """End it with everything that it has started; returns when it is gone."""
        if self.pid is None:
            self.connection.shutdown(socket.SHUT_WR)
        else:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        while not self.gone:
            self.listen()

    def bury(self) -> None:
        self.connection.close()
        if self.process is not None:
            self.process.wait()


class Children:
    """The job processes of one worker, and what they come from."""

    def __init__(self, environment: Mapping[str, str], slot: int, selector: selectors.BaseSelector) -> None:
        """environment: of a job process; slot: the open file that says that this worker or one of its processes lives;
        selector: is told of their connections."""
        self.forks = FORKS
        self.all: list[Child] = []
        self._environment = environment
        self._slot = slot
        self._selector = selector
        self._nursery: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._warm = False

    def get_ready(self) -> None:
        """Import what jobs need, unless that is done or under way."""
        if self.forks:
            self._start_nursery()
        elif not self.all:
            self.add()

    @property
    def are_not_warm(self) -> bool:
        """Whether one that is added has to wait, unless it is light."""
        if not self._warm and self._control is not None:
            with suppress(BlockingIOError, ConnectionError):
                self._warm = self._control.recv(1, socket.MSG_DONTWAIT) == nursery.WARM
        return self.forks and not self._warm

    def add(self, light: bool = False) -> Child:
        ours, theirs = socket.socketpair()
        with theirs:
            child = Child(ours, light)
            if self.forks:
                self._order(nursery.LIGHT if light else nursery.HEAVY, theirs)
            else:
                less = {"LABELER_JOB_MODULES_LATER": "[]"} if light else {}
                child.process = self._run("labeler.kit.jobs.process", theirs, less)
        self.all.append(child)
        self._selector.register(ours, selectors.EVENT_READ, child)
        return child

    def remove(self, child: Child) -> None:
        """One that is gone."""
        self.all.remove(child)
        self._selector.unregister(child.connection)
        child.bury()
        if self._control is not None:
            with suppress(ConnectionError):
                self._control.sendall(nursery.BURIED)

    def rest(self) -> None:
        """Give up what they come from; it is made again when it is needed."""
        if self._control is not None and self._nursery is not None:
            self._control.close()
            self._nursery.wait()
        self._control = self._nursery = None
        self._warm = False

    def _order(self, order: bytes, connection: socket.socket) -> None:
        with suppress(ConnectionError):  # it has just ended: so has the connection, and the next one is asked again
            socket.send_fds(self._start_nursery(), [order], [connection.fileno()])

    def _start_nursery(self) -> socket.socket:
        if self._control is None or self._nursery is None or self._nursery.poll() is not None:
            self.rest()
            self._control, theirs = socket.socketpair()
            with theirs:
                self._nursery = self._run("labeler.kit.jobs.nursery", theirs)
        return self._control

    def _run(
        self, module: str, connection: socket.socket, more: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=connection.fileno(),
            env={**self._environment, **(more or {})},
            pass_fds=[self._slot],
            start_new_session=True,
        )
