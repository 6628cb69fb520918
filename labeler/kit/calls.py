"""Writes that wait for a group commit (`kit/db.py`), and telling their callers of it: threads and event loops alike."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

Outcome = tuple[Any, Exception | None]


@dataclass
class Call:
    """A write that waits for its turn, and whom to tell: a thread's future, or one of an event loop."""

    run: Callable[[Connection], Any]
    future: Future[Any] | asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop | None = None
    outcome: Outcome = (None, None)


def _tell(future: Any, outcome: Outcome) -> None:
    if future.done():  # the caller hung up
        return
    result, failure = outcome
    if failure is None:
        future.set_result(result)
    else:
        future.set_exception(failure)


def tell_all(calls: list[Call]) -> None:
    for call in calls:
        _tell(call.future, call.outcome)


def settle(calls: list[Call]) -> None:
    """Tell all callers of a commit; an event loop is woken once for all of its own."""
    by_loop: dict[asyncio.AbstractEventLoop | None, list[Call]] = {}
    for call in calls:
        by_loop.setdefault(call.loop, []).append(call)
    for loop, mine in by_loop.items():
        if loop is None:
            tell_all(mine)
            continue
        try:
            loop.call_soon_threadsafe(tell_all, mine)
        except RuntimeError:  # the loop was closed meanwhile: nobody waits any more
            continue
