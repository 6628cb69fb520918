"""Running rules in a process of its own: whatever somebody wrote, it can't take this one's time or memory (G17, G33).

The API has a helper that forks for it; a job process forks itself.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any, ParamSpec, TypeVar

from labeler.kit.bounded import Helper, OutOfBounds, bounded
from labeler.kit.errors import Invalid
from labeler.learning.errors import InvalidRule, UnknownName
from labeler.learning.heuristics import Condition, compiled, registered
from labeler.learning.heuristics.running import Matched, run_rules

P = ParamSpec("P")
T = TypeVar("T")
Items = Sequence[tuple[Mapping[str, Any], Mapping[str, Any] | None]]

MEMORY = 256_000_000
SECONDS = 5
"""That somebody who tries a rule waits at most, for its computing."""
AT_ONCE = 2
"""Who comes beside these waits, and keeps no thread from others."""

helper = Helper("labeler.learning.heuristics.running", "labeler.learning.heuristics.suggesting")
_threads = ThreadPoolExecutor(AT_ONCE, "heuristics")


async def soon(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """In a thread of those that may wait for the process."""
    return await asyncio.get_running_loop().run_in_executor(_threads, lambda: call(*args, **kwargs))


def check(condition: Condition) -> None:
    """Raises `Invalid` for a rule that can't be run."""
    for _ in _told(condition, _compiles, condition):
        pass


def tried(condition: Condition, items: Items) -> Matched:
    """What the rule says of these items. Raises `Invalid`, also for a rule that takes too long."""
    return next(iter(_told(condition, run_rules, [condition], items)))


def once(work: Callable[..., T], *args: Any) -> T:
    """The result of a function. Raises OutOfBounds."""
    with bounded(_once, work, args, memory=MEMORY, seconds=SECONDS, helper=helper) as found:
        done: T = next(found)
    return done


def run_apart(conditions: Sequence[Condition], items: Items, seconds: int) -> Iterator[Matched]:
    """For each condition in turn, from a job. seconds: of computing for one of them. Raises OutOfBounds for the
    condition that is next, and UnknownName and InvalidRule as it compiles."""
    registered()  # what a fork had to import, each would
    with bounded(run_rules, list(conditions), items, memory=MEMORY, seconds=seconds) as found:
        yield from found


def _told(condition: Condition, work: Callable[..., Iterator[T]], *args: Any) -> list[T]:
    try:
        with bounded(work, *args, memory=MEMORY, seconds=SECONDS, helper=helper) as found:
            return list(found)
    except InvalidRule as error:
        raise refused(error.field, error.reason) from None
    except UnknownName as error:
        raise refused("kind", str(error)) from None
    except OutOfBounds:
        part = "expression" if condition.expression else "pattern"
        raise refused(
            part, f"takes more than {SECONDS} seconds or too much memory on some thousand items: make it simpler"
        ) from None


def refused(part: str, reason: str) -> Invalid:
    return Invalid(f"{part}: {reason}.", errors=[{"pointer": f"/{part}", "detail": reason}])


def _compiles(condition: Condition) -> Iterator[None]:
    compiled(condition)
    yield None


def _once(work: Callable[..., T], args: tuple[Any, ...]) -> Iterator[T]:
    yield work(*args)


def as_condition(kind: str, parts: Mapping[str, Any]) -> Condition:
    """parts: as the table keeps them."""
    return Condition(kind, **{name: parts.get(name) for name in ("pattern", "expression", "field", "op")})


def parts_of(condition: Condition) -> dict[str, Any]:
    """As the table keeps them: those that there are, without the kind."""
    return {name: part for name, part in asdict(condition).items() if name != "kind" and part is not None}
