"""Rules follow the label schema: what they say is mapped; those are stopped that would say what is gone."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.heuristics.changes import count_again, stop
from labeler.heuristics.tables import heuristics
from labeler.kit.events import listen
from labeler.projects.access import Project
from labeler.projects.label_schema import SchemaChanged
from labeler.tasks import InvalidValue


@listen(SchemaChanged)
def say_it_anew(tx: Connection, event: SchemaChanged, project: Project) -> None:
    """Also of those that are off: they can be turned on again."""
    mine = sa.select(heuristics).where(heuristics.c.project_id == project.id, heuristics.c.deleted_at.is_(None))
    rows = tx.execute(mine).all()
    for row in rows:
        value = project.task.translate(row.value, event.mapping) if event.mapping else row.value
        try:
            value = None if value is None else project.task.validate(value, project.schema, None)
        except InvalidValue:
            value = None
        if value is None:
            detail = f"Version {event.version} of the label schema has no {project.task.dump(row.value)} any more."
            stop(tx, row, "schema", detail)
        elif value != row.value:
            tx.execute(sa.update(heuristics).where(heuristics.c.id == row.id).values(value=value))
    if rows:
        count_again(tx, project.id)
