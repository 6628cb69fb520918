"""What a task type is: everything that differs between kinds of answers, in one class a file.

    @task("rating")
    class Rating(TaskType[RatingSchema]): ...

It is found by being in this folder, or through an entry point `labeler.tasks` of an installed distribution.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from labeler.plugins import Registry

DEFAULT = "choice"
OF_LABELS = ("choice", "multi_choice")
"""Task types whose answers are labels alone."""
BUILT_IN = (*OF_LABELS, "rating")
"""Those that formats of others can express."""
"""The task type of a project that says nothing else."""


class TaskError(Exception):
    """Base of the errors of this room."""


class InvalidValue(TaskError):
    """A value that the task type or the project's schema does not allow; `reason` says which would do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownLabel(InvalidValue):
    """A value with labels that the schema does not have: `names`."""

    def __init__(self, reason: str, names: tuple[str, ...]) -> None:
        super().__init__(reason)
        self.names = names


class UnknownTaskType(TaskError):
    """No task type has this name; the message lists those that exist."""


class TaskSchema(BaseModel):
    """What can be answered in a project. Each task type has a subclass, told apart by `type`."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    type: str

    @property
    def label_names(self) -> list[str]:
        """The names of the labels, in their order; empty where answers hold none."""
        return []

    def names(self) -> list[str]:
        """What a mapping to the next version speaks of: the labels, or the numbers of a scale as text."""
        return self.label_names

    def descriptions(self) -> dict[str, str]:
        """What is written about each possible answer, by its name."""
        return {}


Schema = TypeVar("Schema", bound=TaskSchema)


class TaskType(ABC, Generic[Schema]):
    """How one kind of question is asked, answered, stored and compared. The methods are pure."""

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    schema: type[Schema]
    problem: ClassVar[str]
    """Name of the learning problem (`labeler.learning.problems`) that learns from these answers."""
    reads_content: ClassVar[bool] = False
    """Whether `validate` looks at the item's content (positions in a text, an image's size)."""
    level: ClassVar[Literal["nominal", "interval", "sets"]] = "nominal"
    """How a disagreement weighs when agreement is measured: all the same, by the squared difference of numbers, or by
    what sets of labels have in common."""
    breadth: ClassVar[int] = 0
    """Of the task types that a file's answers could be of, the one with the least is suggested."""
    contents: ClassVar[frozenset[str] | None] = None
    """Kinds of content that this question can be asked about; None: all."""

    @abstractmethod
    def validate(self, value: Any, schema: Schema, content: Mapping[str, Any] | None) -> Any:
        """The value in its canonical form. content: the item's, None where it is not at hand. Raises InvalidValue."""

    def parse(self, written: Any, schema: Schema, content: Mapping[str, Any] | None) -> Any:
        """The value that somebody wrote in a file's cell or a terminal; None for none. Raises InvalidValue."""
        if isinstance(written, str):
            try:
                written = json.loads(written)
            except ValueError:
                pass
        return self.validate(written, schema, content)

    def dump(self, value: Any) -> str:
        """The one text that stands for a valid value in files and comparisons; `load` reads it back."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def load(self, text: str) -> Any:
        """The value that `dump` wrote."""
        return json.loads(text)

    def text(self, value: Any, schema: Schema) -> str:
        """A valid value as people read it."""
        return self.dump(value)

    def labels_in(self, value: Any) -> list[str]:
        """The labels that a valid value holds: what is counted and filtered by."""
        return []

    def counted_as(self, value: Any) -> list[str]:
        """What a valid value is counted by: its labels, or what else answers have in common (a step of a scale)."""
        return self.labels_in(value)

    def values(self, schema: Schema) -> list[Any] | None:
        """All valid values, where they can be listed: single labels, or the numbers of a scale, rising."""
        return None

    def distance(self, a: Any, b: Any, schema: Schema) -> float:
        """How far two valid values are apart, in [0, 1]; 0 for equal ones."""
        return float(self.dump(a) != self.dump(b))

    def translate(self, value: Any, mapping: Mapping[str, str | None]) -> Any | None:
        """A value of an earlier schema in the next one; None when nothing is left of it.

        mapping: old label (or step of a scale, as text) to new one, None for retired ones; others keep their name.
        """
        return value

    def suggest(self, written: Sequence[Any]) -> dict[str, Any] | None:
        """The schema that these cells of a file look like the answers of, without `type`; None: unlike any."""
        return None


registry: Registry[TaskType[Any]] = Registry("task type", "tasks", "labeler.tasks", UnknownTaskType)

T = TypeVar("T", bound=type[TaskType[Any]])


def task(name: str) -> Callable[[T], T]:
    """Register a task type class, made without arguments, under a name."""

    def register(cls: T) -> T:
        cls.name = name
        cls.title = getattr(cls, "title", name.replace("_", " ").capitalize())
        cls.summary = (cls.__doc__ or "").strip().split("\n")[0]
        registry.add(name, cls())
        return cls

    return register


def task_types() -> list[str]:
    """The names of all task types."""
    return registry.names()


def task_type(name: str) -> TaskType[Any]:
    """The task type of this name. Raises UnknownTaskType."""
    return registry.find(name)


def parse_schema(data: Mapping[str, Any]) -> TaskSchema:
    """The schema that `data["type"]` says it is. Raises UnknownTaskType, and pydantic's ValidationError."""
    found: TaskSchema = task_type(str(data.get("type"))).schema.model_validate(data)
    return found


def suggested(written: Sequence[Any]) -> dict[str, Any] | None:
    """The schema, with its `type`, that cells of a file look like the answers of; None: unlike any."""
    if not written:
        return None
    for one in sorted(registry, key=lambda one: one.breadth):
        if (found := one.suggest(written)) is not None:
            return {"type": one.name, **found}
    return None


def kind_of(value: Any) -> str:
    """A JSON value's kind in words, for messages."""
    names = {bool: "boolean", int: "number", float: "number", list: "list", dict: "object", type(None): "null"}
    return names.get(type(value), "text" if isinstance(value, str) else type(value).__name__)
