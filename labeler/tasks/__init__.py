"""Task types: all that differs between kinds of answers, one class a file, found by being here."""

from labeler.tasks.base import (
    BUILT_IN,
    DEFAULT,
    OF_LABELS,
    InvalidValue,
    TaskError,
    TaskSchema,
    TaskType,
    UnknownLabel,
    UnknownTaskType,
    parse_schema,
    registry,
    suggested,
    task,
    task_type,
    task_types,
)

__all__ = [
    "BUILT_IN",
    "DEFAULT",
    "OF_LABELS",
    "InvalidValue",
    "TaskError",
    "TaskSchema",
    "TaskType",
    "UnknownLabel",
    "UnknownTaskType",
    "parse_schema",
    "registry",
    "suggested",
    "task",
    "task_type",
    "task_types",
]
