"""Running rules over items, one rule after the other, so that who waits knows which one takes long."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labeler.learning.heuristics.registry import Condition, compiled
from labeler.learning.heuristics.seen import Seen


@dataclass(frozen=True)
class Matched:
    """Where a rule spoke. positions: of the items, rising; failed: items of which it could tell nothing, and the first
    reason; seconds: of computing."""

    positions: list[int]
    failed: int
    reason: str | None
    seconds: float


def run_rules(
    conditions: Sequence[Condition], items: Sequence[tuple[Mapping[str, Any], Mapping[str, Any] | None]]
) -> Iterator[Matched]:
    """For each condition in turn, where it holds. items: content and metadata. Raises UnknownName and InvalidRule."""
    seen = [Seen(*item) for item in items]
    for condition in conditions:
        yield _run(condition, seen)


def _run(condition: Condition, seen: Sequence[Seen]) -> Matched:
    began, matcher = time.process_time(), compiled(condition)
    positions, failed, reason = [], 0, None
    for place, item in enumerate(seen):
        try:
            if matcher(item):
                positions.append(place)
        except (MemoryError, SystemError):
            raise
        except Exception as error:  # whatever an expression, or a kind from outside, says of this item
            failed += 1
            reason = reason or f"{type(error).__name__}: {error}"[:300]
    return Matched(positions, failed, reason, time.process_time() - began)
