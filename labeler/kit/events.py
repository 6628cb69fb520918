"""What happened, reported once. A room emits; rooms above it listen; neither knows the other.

Listeners run in the emitter's transaction: what they write is kept or dropped together with what
happened, so a job that must follow a label can't be lost between the two.

    @dataclass(frozen=True)
    class LabelSubmitted(Event): ...

    @listen(LabelSubmitted)
    def retrain_when_due(tx, event): ...
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Connection


@dataclass(frozen=True)
class Event:
    name: ClassVar[str] = ""


E = TypeVar("E", bound=Event)
Listener = Callable[[Connection, Any], None]

_listeners: dict[type[Event], list[Listener]] = defaultdict(list)


def listen(kind: type[E]) -> Callable[[Callable[[Connection, E], None]], Callable[[Connection, E], None]]:
    """Call the decorated function, in the same transaction, whenever an event of this kind is emitted."""

    def register(listener: Callable[[Connection, E], None]) -> Callable[[Connection, E], None]:
        if listener not in _listeners[kind]:
            _listeners[kind].append(listener)
        return listener

    return register


def emit(tx: Connection, event: Event) -> None:
    for kind in type(event).__mro__:
        for listener in _listeners.get(kind, ()):
            listener(tx, event)
