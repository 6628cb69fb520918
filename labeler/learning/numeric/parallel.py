"""Work on independent parts, on all cores that this process may use."""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from itertools import chain, islice
from typing import Any, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")

Over = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
"""How parts are worked on: `in_threads`, or the same on other machines. Results come in the parts' order."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_found: tuple[int, Any] | None = None


def one_thread() -> AbstractContextManager[Any]:
    """BLAS and OpenMP work on one thread within this: `threadpool_limits(1)`, without its search for libraries (10 ms,
    as much as a single prediction) unless something was imported since."""
    from threadpoolctl import ThreadpoolController

    global _found
    imported = len(sys.modules)
    if _found is None or _found[0] != imported:
        _found = (imported, ThreadpoolController())
    limited: AbstractContextManager[Any] = _found[1].limit(limits=1)
    return limited


def in_threads(function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
    """function(part) of every part, in their order; a few are under way at a time, so memory stays bounded.

    Each part is worked on by one thread, BLAS included: the results don't depend on how many cores there are. A single
    part is worked on here.
    """
    waiting = iter(parts)
    first = list(islice(waiting, 2))
    if len(first) < 2:
        for part in first:
            with one_thread():
                result = function(part)
            yield result
        return
    with one_thread(), ThreadPoolExecutor(cores()) as threads:
        under_way: deque[Future[Result]] = deque()
        for part in chain(first, waiting):
            under_way.append(threads.submit(function, part))
            if len(under_way) > cores():
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
