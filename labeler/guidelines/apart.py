"""Rendering and comparing texts for the API: long ones in a process of its own, so that no text that somebody sends
holds labelers up or takes the service's memory (G33). What is short takes less than a tenth of a second, whatever it is
(tests/guidelines/test_apart.py).

Never in a transaction: what a guideline looks like is found out when it is saved or read.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from html import escape
from typing import ParamSpec, TypeVar

from labeler.guidelines.text import compare, render
from labeler.kit.bounded import Helper, OutOfBounds, bounded
from labeler.wire.guidelines import DiffRow, GuidelineOut

P = ParamSpec("P")
T = TypeVar("T")

SHORT = 10_000
"""Characters."""
MEMORY = 256_000_000
SECONDS = 20
AT_ONCE = 2
"""Who comes beside these waits, and keeps no thread from others."""

helper = Helper("labeler.guidelines.text")
_threads = ThreadPoolExecutor(AT_ONCE, "guidelines")


def _apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with bounded(_once, work, args, memory=MEMORY, seconds=SECONDS, helper=helper) as found:
        done: T = next(found)
    return done


def _once(work: Callable[..., T], args: tuple[object, ...]) -> Iterator[T]:
    yield work(*args)


@lru_cache(64)  # labelers ask for the same one all day
def _html_of(text: str) -> str:
    return render(text) if len(text) <= SHORT else _apart(render, text)


@lru_cache(16)
def _rows_of(a: str, b: str) -> tuple[DiffRow, ...]:
    rows = compare(a, b) if len(a) + len(b) <= SHORT else _apart(compare, a, b)
    return tuple(rows)


def html_of(text: str) -> str:
    """The text as HTML; as it was written, where to render it takes more than it may."""
    try:
        return _html_of(text)
    except OutOfBounds:
        return f"<pre>{escape(text)}</pre>"


def compared(a: str, b: str) -> list[DiffRow]:
    """Two texts line by line. Where that takes more than it may: one is removed as a whole, the other added."""
    try:
        return list(_rows_of(a, b))
    except OutOfBounds:
        gone = DiffRow(kind="removed", left=a, right=None, left_line=1, right_line=None)
        come = DiffRow(kind="added", left=None, right=b, left_line=None, right_line=1)
        return [gone, come]


async def compared_soon(a: str, b: str) -> list[DiffRow]:
    return await asyncio.get_running_loop().run_in_executor(_threads, compared, a, b)


async def rendered(found: GuidelineOut) -> GuidelineOut:
    """With its HTML. found: may be an answer that was stored, and has it."""
    out = GuidelineOut.model_validate(found)
    html = await asyncio.get_running_loop().run_in_executor(_threads, html_of, out.text)
    return out.model_copy(update={"html": html})
