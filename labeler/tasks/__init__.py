"""Task types: one class a file, registered by its decorator and found by being here."""

import importlib
import pkgutil

from labeler.tasks.registry import (
    InvalidValue,
    Label,
    TaskError,
    TaskType,
    UnknownTaskType,
    task,
    task_type,
    task_types,
)

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = [
    "InvalidValue",
    "Label",
    "TaskError",
    "TaskType",
    "UnknownTaskType",
    "task",
    "task_type",
    "task_types",
]
