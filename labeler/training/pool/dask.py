"""Work on a Dask cluster where one is set (LABELER_DASK_SCHEDULER), and here where none is, or none answers.

Callers have a function and independent parts, and get the results in the parts' order: the same bits wherever a
part was worked on, given the same processor and package versions. Dask gives the parts of a worker that dies to
another. What the cluster can't do at all is done here, with a line in the log: training never waits for it.

Dask's own protocol trusts whoever can reach it: scheduler and workers belong into a network of their own. The
workers need the same version of this package; sentence vectors also its extra `embeddings`, or the same encoder.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import chain, islice
from typing import Any, TypeVar

import structlog

from labeler import DISTRIBUTION
from labeler.learning.numeric.parallel import Over, in_threads

Part = TypeVar("Part")
Result = TypeVar("Result")

ANSWERS_IN = 5.0  # seconds that the scheduler has to answer
LOOKS_EVERY = 5.0  # seconds between looks whether any worker is left
_EXTRA = f"install the extra: pip install {DISTRIBUTION}[dask]"
LOST_MOST = 3  # times in a row that what the cluster has lost is sent again
AHEAD = 2  # parts a core that are sent before their turn
_QUIET = {"distributed.admin.large-graph-warning-threshold": "1GB", "distributed.comm.timeouts.connect": "5s"}


def over_cluster(
    scheduler: str, function: Callable[[Part], Result], parts: Iterable[Part], here: Over = in_threads
) -> Iterator[Result]:
    """function(part) of every part, in their order. Function, parts and results must be picklable.

    scheduler: address of a Dask scheduler (tcp://host:8786), or empty; here: who works when it is empty or fails.
    Memory: a few parts and results at a time.
    """
    waiting = iter(parts)
    first = list(islice(waiting, 1)) if scheduler else []
    waiting = chain(first, waiting)
    if first:  # nothing to do is no reason to connect
        with _quietly():
            client, reason = _connect(scheduler)
            if client is None:
                _tell(str(reason))
            else:
                unfinished: deque[Part] = deque()
                with client:
                    yield from _on_cluster(client, function, waiting, unfinished)
                waiting = chain(unfinished, waiting)
    yield from here(function, waiting)


def why_without(scheduler: str) -> str | None:
    """Why the set cluster can't be used, in a sentence; None when it can, or none is set."""
    if not scheduler:
        return None
    with _quietly():
        client, reason = _connect(scheduler)
        if client is not None:
            client.close()
    return reason


def _connect(scheduler: str) -> tuple[Any, str | None]:
    """A client, or None and why there is none."""
    if find_spec("distributed") is None:
        return None, f"Dask is not installed; {_EXTRA}"
    try:
        client = _client(scheduler)
    except Exception as error:  # whatever it is that answers there, or does not
        return None, f"the Dask scheduler at {scheduler} does not answer ({type(error).__name__})"
    if client.nthreads():
        return client, None
    client.close()
    return None, f"the Dask cluster at {scheduler} has no workers"


def _client(scheduler: str) -> Any:
    """A client that is closed when it can't start. One that is not closes itself as it is collected, which may be while
    this very thread holds the lock that this takes: it would wait for itself for ever."""
    import distributed

    class Closed(distributed.Client):
        def start(self, **options: Any) -> None:
            try:
                super().start(**options)  # type: ignore[no-untyped-call]
            except BaseException:
                with suppress(Exception):
                    self.close()  # type: ignore[no-untyped-call]
                raise

    made: Any = Closed
    return made(scheduler, timeout=ANSWERS_IN, set_as_default=False)


@contextmanager
def _quietly() -> Iterator[None]:
    """Dask tells the log of its own affairs; we tell what matters of them."""
    if find_spec("dask") is None:
        yield
        return
    import dask

    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with dask.config.set(_QUIET):
            yield
    finally:
        logger.setLevel(level)


def _on_cluster(
    client: Any, function: Callable[[Part], Result], waiting: Iterator[Part], unfinished: deque[Part]
) -> Iterator[Result]:
    """Results as long as the cluster works; `unfinished` holds the parts that were taken and not answered."""
    futures: deque[Any] = deque()
    lost = 0
    try:
        shared = client.scatter(function, broadcast=True, hash=False)
        most = AHEAD * sum(client.nthreads().values())
        while True:
            while len(futures) < most and (part := next(waiting, None)) is not None:
                unfinished.append(part)
                futures.append(client.submit(_worked, shared, part, pure=False))
            if not futures:
                return
            try:
                result = _answer(client, futures[0])
            except CancelledError:  # workers died with something that no other held
                lost += 1
                if lost > LOST_MOST:
                    raise
                shared = client.scatter(function, broadcast=True, hash=False)
                futures = deque(client.submit(_worked, shared, part, pure=False) for part in unfinished)
                continue
            lost = 0
            futures.popleft()
            unfinished.popleft()
            yield result
    except Exception as error:  # whatever went wrong there, a true fault of the function shows again here
        _tell(f"the Dask cluster gave up on a part ({type(error).__name__}: {error})")


def _worked(function: Callable[[Part], Result], part: Part) -> Result:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return function(part)


def _answer(client: Any, future: Any) -> Any:
    """A result; raises RuntimeError when nobody is left to make it, CancelledError when the cluster has lost it."""
    while True:
        try:
            return future.result(timeout=LOOKS_EVERY)
        except TimeoutError:
            if future.status == "cancelled":
                raise CancelledError from None
            if future.status == "error":  # it may be done by now, or lost with a worker and made again
                raise
            if not client.nthreads():
                raise RuntimeError("no worker is left") from None


def _tell(reason: str) -> None:
    structlog.get_logger().warning("worked without the cluster", reason=reason)
