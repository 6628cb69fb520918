"""What the pages show differently for each task type: one module per task type in this folder.

A module has a `NAME` and the functions of `base.TaskPages`. An installed distribution adds its own through the
entry-point group `labeler.ui_tasks`, whose value names such a module. A task type without one can still be read:
its values show as they are.

    [project.entry-points."labeler.ui_tasks"]
    spans = "my_package.pages"
"""

import importlib
import logging
import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from typing import Any, cast

from labeler_ui.tasks.base import Schema, TaskPages, Unknown
from labeler_ui.words import t

from labeler.wire.labels import ItemLabel
from labeler.wire.projects import ProjectOut

log = logging.getLogger("labeler.ui")


@cache
def registered() -> dict[str, TaskPages]:
    """Every task type that the pages know, by name: first the ones here, then those of installed distributions."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    for point in sorted(entry_points(group="labeler.ui_tasks"), key=lambda point: point.name):
        try:
            modules.append(point.load())
        except Exception as error:  # whatever somebody else's module raises: the pages must work
            log.warning("task pages %s are left out: %s: %s", point.name, type(error).__name__, error)
    return {module.NAME: cast(TaskPages, module) for module in modules if hasattr(module, "NAME")}


def named(task_type: str) -> TaskPages:
    """The pages' side of a task type, or one that shows values as they are."""
    return registered().get(task_type) or Unknown(task_type)


def of(project: ProjectOut) -> TaskPages:
    """The pages' side of a project's task type."""
    return named(project.task_type)


def schema_of(project: ProjectOut) -> Schema:
    """A project's schema, with its task type in `type`."""
    return {"type": project.task_type, **project.schema_}


def value_text(project: ProjectOut, value: Any) -> str:
    """An answer in words; an answer that was taken back is None."""
    return t("taken back") if value is None else of(project).value_text(value, schema_of(project))


def labels_text(project: ProjectOut, labels: Iterable[ItemLabel]) -> str:
    """What labelers answered, one after the other."""
    return "; ".join(value_text(project, label.value) for label in labels)
