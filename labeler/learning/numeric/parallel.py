"""Work on independent parts, on all cores that this process may use."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")

Over = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
"""How parts are worked on: `in_threads`, or the same on other machines. Results come in the parts' order."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_threads(function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
    """function(part) of every part, in their order; a few are under way at a time, so memory stays bounded.

    Each part is worked on by one thread, BLAS included: the results don't depend on how many cores there are.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), ThreadPoolExecutor(cores()) as threads:
        under_way: deque[Future[Result]] = deque()
        for part in parts:
            under_way.append(threads.submit(function, part))
            if len(under_way) > cores():
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
