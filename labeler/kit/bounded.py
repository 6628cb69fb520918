"""Work on what strangers sent, in a process of its own with bounded memory and time (G33;
docs/decisions/0025-reading-apart.md).

    with bounded(rows_of, path) as rows:
        for row in rows: ...

`work` is a generator function that is found by its name; what it yields, and what it raises, comes over pickled. A
process that is forked has everything imported already: it costs some ten milliseconds. A job process forks itself.
The API has threads, which may hold locks at that moment: it has a helper that forks (`python -m labeler.kit.bounded`).
Where another process has threads after all, one that waits for such a lock is found and made again, and does its work
from the beginning: `work` yields the same each time.
"""

import gc
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from subprocess import Popen
from traceback import format_exc
from typing import Any, TypeVar

from labeler.plugins import registries

T = TypeVar("T")

MEMORY = 512_000_000
"""Bytes, on top of what the process had when it began."""
SECONDS = 30
_PATIENCE = 5
"""A step may take this many times as long as it may compute, on a machine that is busy."""
_ONE, _END, _FAILED = "one", "end", "failed"
_LOOKS_EVERY = 0.5  # seconds
_STUCK = 4
"""Looks in a row at which a process waits for a lock and has computed nothing: nobody is there who would open it."""
_TRIES = 3


class OutOfBounds(Exception):
    """The process asked for more memory or time than it may have, and ended."""


class _Stuck(Exception):
    """The process waits for a lock that nobody will open."""


@contextmanager
def bounded(
    work: Callable[..., Iterator[T]],
    *args: Any,
    memory: int = MEMORY,
    seconds: int = SECONDS,
    helper: "Helper | None" = None,
) -> Iterator[Iterator[T]]:
    """What `work(*args)` yields. memory: see MEMORY. seconds: of computing from one result to the next. helper: who
    forks, None: this process. The iterator raises OutOfBounds, and what `work` raises."""
    results = _results((work, args, memory, seconds), helper, _PATIENCE * seconds)
    try:
        yield results
    finally:
        results.close()


def _results(asked: tuple[Any, ...], helper: "Helper | None", wait: float) -> Generator[Any]:
    """A process that waits for a lock is made again; what had come from the one before is passed over."""
    come = 0
    for _ in range(_TRIES):
        with _begun(asked, helper) as (connection, pid), suppress(_Stuck):
            for place, result in enumerate(_received(connection, pid, wait)):
                if place == come:
                    come += 1
                    yield result
            return
    raise OutOfBounds


@contextmanager
def _begun(asked: tuple[Any, ...], helper: "Helper | None" = None) -> Iterator[tuple[Connection, int | None]]:
    """A process that does what is asked, and its id, if it is a child of this one."""
    ours, theirs = socket.socketpair()
    pid = None
    try:
        if helper is None:
            pid = _fork(theirs)
        else:
            helper.fork(theirs)
        theirs.close()
        with Connection(ours.detach()) as connection:
            connection.send(asked)
            yield connection, pid
    finally:
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _await(connection: Connection, pid: int | None, wait: float) -> None:
    """Until something can be received, or the process has ended. Raises OutOfBounds when the time is over, and _Stuck
    where it waits for a lock that was held by a thread of this process when it was forked."""
    until, waits, computed = time.monotonic() + wait, 0, -1
    while not connection.poll(min(max(0.0, until - time.monotonic()), _LOOKS_EVERY)):
        if time.monotonic() >= until:
            raise OutOfBounds
        spent = None if pid is None else _computed_if_locked(pid)
        waits = waits + 1 if spent is not None and spent == computed else 0
        computed = -1 if spent is None else spent
        if waits >= _STUCK:
            raise _Stuck


def _computed_if_locked(pid: int) -> int | None:
    """How much a process has computed, if each of its threads waits for a lock; None where one does not, or where the
    system does not say."""
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            if not (thread / "wchan").read_text().startswith("futex"):
                return None
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[11]) + int(fields[12])


def _received(connection: Connection, pid: int | None, wait: float) -> Iterator[Any]:
    while True:
        _await(connection, pid, wait)
        try:
            what, value = connection.recv()
        except (EOFError, ConnectionError):
            raise OutOfBounds from None
        if what == _FAILED:
            raise value
        if what == _END:
            return
        yield value


class Helper:
    """A process that forks for others. It is started when it is first needed, and ends with this process, or when it is
    told to rest."""

    def __init__(self, *modules: str) -> None:
        """modules: what it imports for the processes that it forks."""
        self._modules = modules
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: Popen[bytes] | None = None
        self._wanted = 0.0

    def start(self) -> None:
        """Start it, if it does not run. It imports its modules meanwhile."""
        with self._lock:
            self._start()

    def _start(self) -> socket.socket:
        self._wanted = time.monotonic()
        if self._control is None or self._process is None or self._process.poll() is not None:
            self._end()
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = Popen([sys.executable, "-m", __name__, *self._modules], stdin=theirs.fileno())
            self._control = ours
        return self._control

    def fork(self, connection: socket.socket) -> None:
        """Hand this end of a connection to a new process."""
        with self._lock:
            socket.send_fds(self._start(), [b"."], [connection.fileno()])

    def rest(self, seconds: float) -> None:
        """End it, if nobody has needed it for so long. What it has forked goes on."""
        with self._lock:
            if time.monotonic() - self._wanted > seconds:
                self._end()

    def _end(self) -> None:
        """It ends by itself when this is closed, after what it was told before."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.wait()
        self._control = self._process = None


def _fork(connection: socket.socket) -> int:
    """A process that serves this connection; returns its id."""
    pid = os.fork()
    if pid == 0:
        gc.freeze()  # what this process had is never taken apart here
        _close_all_but({connection.fileno(), *_outputs()})  # locks and databases are not this process's
        _serve(connection.detach())
    return pid


def _outputs() -> Iterator[int]:
    """Where this process says and logs things."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # what is no file has no number
            yield stream.fileno()


def _close_all_but(kept: set[int]) -> None:
    start = 3
    for fd in sorted(kept):
        os.closerange(start, fd)
        start = max(start, fd + 1)
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))


def _serve(fd: int) -> None:
    """Do the work that is asked for on this connection, and end the process."""
    status = 1
    try:
        connection = Connection(fd)
        try:
            work, args, memory, seconds = connection.recv()
            _limit_memory(memory)
            _limit_time(seconds)
            for result in work(*args):
                connection.send((_ONE, result))
                _limit_time(seconds)
            connection.send((_END, None))
        except (MemoryError, SystemError):  # C code that gets no memory may fail without saying why
            connection.send((_FAILED, OutOfBounds()))
        except (BrokenPipeError, ConnectionError, EOFError):
            raise
        except Exception as error:
            error.add_note(format_exc())
            connection.send((_FAILED, error))
        status = 0
    finally:
        os._exit(status)


def _limit_memory(more: int) -> None:
    """Of data, which leaves out the code of libraries that are yet to be loaded."""
    status = Path("/proc/self/status")
    if status.exists():
        held = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmData:"))
        _lower(resource.RLIMIT_DATA, held * 1024 + more)


def _limit_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + seconds + 1)


def _lower(limit: int, value: int) -> None:
    """Where it is lower already, it stays."""
    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def main(modules: list[str]) -> None:
    from importlib import import_module

    for name in modules:
        import_module(name)
    for registry in registries().values():
        registry.load()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that are forked
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=os.dup(0))
    while True:
        message, fds, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        with socket.socket(fileno=fds[0]) as connection:
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                control.close()
                os.close(0)
                os.open(os.devnull, os.O_RDONLY)
                _serve(connection.detach())


if __name__ == "__main__":
    from labeler.kit import bounded as itself  # what is pickled has its place there

    itself.main(sys.argv[1:])
