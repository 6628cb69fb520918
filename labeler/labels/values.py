"""What somebody answers, as it is kept."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items
from labeler.kit.compiled import CompiledStatement
from labeler.kit.errors import Invalid
from labeler.projects.access import Project
from labeler.projects.label_schema import schema_at
from labeler.tasks import InvalidValue

CONTENT = CompiledStatement(sa.select(items.c.content).where(items.c.id == bindparam("item")))


def check_value(tx: Connection, project: Project, item_id: int, given: Any, version: int | None) -> tuple[Any, int]:
    """The value as it is kept, and the version of the schema that it was given under. Raises `Invalid`.

    version: the one that the labeler saw, which may be older than the newest; None: the newest.
    """
    schema = project.schema if version is None else schema_at(tx, project, version)
    if schema is None:
        wrong = {"pointer": "/schema_version", "detail": "no such version"}
        raise Invalid(f"There is no version {version} of this project's schema.", errors=[wrong])
    task = project.task
    content = CONTENT.one(tx, item=item_id).content if task.reads_content else None
    try:
        value = task.validate(given, schema, content)
    except InvalidValue as invalid:
        raise Invalid(f"{invalid}.", errors=[{"pointer": "/value", "detail": str(invalid)}]) from None
    under = version or project.schema_version
    if project.read(value, under) is None:
        reason = f'"{task.text(value, schema)}" was retired after version {under} of the schema'
        raise Invalid(f"{reason}. Reload the page to see the labels there are.", errors=[_pointed(reason)])
    return value, under


def _pointed(reason: str) -> dict[str, str]:
    return {"pointer": "/value", "detail": reason}
