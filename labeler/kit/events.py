"""What happened, reported once. A room emits; rooms above it listen; neither knows the other.

Events are data: ids and plain values, which `payload` gives as JSON takes them. Listeners run in the emitter's
transaction: what they write is kept or dropped together with what happened, so a job that must follow a label can't be
lost between the two. The emitter hands along what it has at hand anyway (a project), to spare listeners a query.

    @dataclass(frozen=True)
    class LabelSubmitted(Event): ...

    @listen(LabelSubmitted)
    def retrain_when_due(tx, event, project): ...

Each event also becomes a row of the outbox (`kit/outbox.py`), where webhooks and metrics find it after the commit.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Connection


@dataclass(frozen=True)
class Event:
    """Subclasses have a name, and a `project_id` where they are about a project."""

    name: ClassVar[str] = ""
    is_public: ClassVar[bool] = True
    """Whether it goes to the outbox."""

    def payload(self) -> dict[str, Any]:
        """What others may know of it, as JSON takes it."""
        return asdict(self)


E = TypeVar("E", bound=Event)
Listener = Callable[[Connection, Any, Any], None]

_listeners: dict[type[Event], list[Listener]] = defaultdict(list)


def listen(kind: type[E]) -> Callable[[Callable[[Connection, E, Any], None]], Callable[[Connection, E, Any], None]]:
    """Call the decorated function, in the same transaction, whenever an event of this kind is emitted."""

    def register(listener: Callable[[Connection, E, Any], None]) -> Callable[[Connection, E, Any], None]:
        if listener not in _listeners[kind]:
            _listeners[kind].append(listener)
        return listener

    return register


def emit(tx: Connection, event: Event, about: Any = None) -> None:
    """about: what the event is about, as the emitter has it (the project); it is not part of the event."""
    for kind in type(event).__mro__:
        for listener in _listeners.get(kind, ()):
            listener(tx, event, about)
