"""The process that job processes are forked from: `python -m labeler.kit.jobs.nursery`.

It imports what jobs need, once, and does nothing else: what is forked from it is there in some ten milliseconds, and
shares that memory with all others (docs/decisions/0032-forked-jobs.md). It opens no database and starts no thread,
which would not live on in what is forked, and what it held would stay held. Those of BLAS end by themselves before.

Its standard input is a socket from the worker. `LIGHT` and `HEAVY` come with one end of a connection, which is handed
to the new process; `BURIED` says that one has ended. It says `WARM` when all jobs can begin. It ends with the
worker's end of the socket.
"""

import importlib
import json
import os
import select
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from labeler.kit import telemetry
from labeler.kit.config import Settings
from labeler.kit.jobs import process
from labeler.kit.jobs.warmup import Warming
from labeler.kit.memory import set_modules_aside

LIGHT, HEAVY, BURIED, WARM = b"l", b"h", b"b", b"w"
"""light: for jobs of the modules that are imported first; heavy: for all."""


class Nursery:
    """Between two orders it imports the next module: what needs no more than what is there does not wait for it."""

    def __init__(self, control: socket.socket, settings: Settings, later: Sequence[str]) -> None:
        self._control = control
        self._settings = settings
        self._warming = Warming(later)
        self._waiting: list[socket.socket] = []

    def run(self) -> None:
        while True:
            while self._waiting and self._warming.is_ready:
                self._fork(self._waiting.pop(0))
            if not self._warming.done and not select.select([self._control], [], [], 0)[0]:
                self._import_next()
                continue
            try:
                message, fds, _, _ = socket.recv_fds(self._control, 1, 1)
            except ConnectionError:  # it was killed before it had read all that it was told
                return
            if not message:
                return
            self._reap()
            connections = [socket.socket(fileno=fd) for fd in fds]
            if message == HEAVY:
                self._waiting += connections
            else:
                for connection in connections:
                    self._fork(connection)

    def _import_next(self) -> None:
        was_ready = self._warming.is_ready
        self._warming.step()
        if self._warming.is_ready:
            set_modules_aside()
            if not was_ready:
                with suppress(ConnectionError):  # of a worker that was killed; the next look at it ends this process
                    self._control.sendall(WARM)

    def _fork(self, connection: socket.socket) -> None:
        if os.fork() == 0:
            self._become_job_process(connection)
        connection.close()

    def _become_job_process(self, connection: socket.socket) -> NoReturn:
        self._control.close()
        for other in self._waiting:
            other.close()
        os.setsid()  # it is ended with everything that it starts
        process.let_session_step_back(self._settings.job_niceness)
        if "numpy" in sys.modules:  # Python mixes its own numbers again after a fork, this library does not
            sys.modules["numpy"].random.seed()
        process.serve(connection, self._settings, Warming([]))
        sys.exit()

    def _reap(self) -> None:
        """Until the worker has said something, the number of a process that ended is not given to another one: the
        worker may be about to kill it."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if status:
                code = os.waitstatus_to_exitcode(status)
                telemetry.logger().info("job process ended", pid=pid, code=code)


def main() -> None:
    control = process.take_input()
    settings = Settings()
    telemetry.configure(settings, process="nursery", traces=False)  # what sends traces is a thread
    process.step_back(settings.job_niceness)
    for module in json.loads(os.environ["LABELER_JOB_MODULES"]):
        importlib.import_module(module)
    Nursery(control, settings, json.loads(os.environ["LABELER_JOB_MODULES_LATER"])).run()


if __name__ == "__main__":
    main()
