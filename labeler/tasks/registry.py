"""What a task type is, and the task types by name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

Label = Mapping[str, Any]
"""A label of a project's schema; only its "name" matters here."""


class TaskError(Exception):
    """Base of the errors of this room."""


class InvalidValue(TaskError):
    """A value that the task type or the project's labels don't allow; `reason` says which would do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownTaskType(TaskError):
    """No task type has this name; the message lists those that exist."""


class TaskType(Protocol):
    """How one kind of question is answered, agreed upon and learned from."""

    name: str

    def validate(self, value: Any, labels: Sequence[Label]) -> Any:
        """The value as it is kept. Raises InvalidValue."""

    def consensus(self, values: Sequence[Any]) -> tuple[Any, float]:
        """The one answer of several valid values, earliest first, and its share of them in [0, 1]."""

    def agreement(self, a: Any, b: Any) -> float:
        """How far two valid values say the same, in [0, 1]."""

    def training_target(self, value: Any) -> str:
        """What a model learns from a valid value."""


_types: dict[str, TaskType] = {}

T = TypeVar("T", bound=type)


def task(name: str) -> Callable[[T], T]:
    """Register a task type class, made without arguments, under a name."""

    def register(cls: T) -> T:
        cls.name = name  # type: ignore[attr-defined]
        _types[name] = cls()
        return cls

    return register


def task_types() -> list[str]:
    """The names of all task types."""
    return sorted(_types)


def task_type(name: str) -> TaskType:
    """The task type of this name. Raises UnknownTaskType."""
    if name not in _types:
        raise UnknownTaskType(f'"task_type" is "{name}", expected one of {", ".join(task_types())}')
    return _types[name]
