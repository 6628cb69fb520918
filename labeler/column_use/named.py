"""The columns that a project's items have; and one of them at least is learned from."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.contents import cells_of
from labeler.items.tables import items, present
from labeler.kit.errors import Conflict
from labeler.kit.events import listen
from labeler.projects.access import Project
from labeler.projects.service import ProjectChanged

SAMPLE = 500
"""Items whose columns are named, the first ones: by these a pipeline is chosen, too."""


def named_columns(tx: Connection, project_id: int) -> list[str] | None:
    """In the order in which they come up; none for items that are one piece. None: there are no items."""
    first = sa.select(items.c.content).where(present(project_id)).order_by(items.c.id).limit(SAMPLE)
    sample = list(tx.execute(first).scalars())
    if not sample:
        return None
    return list(dict.fromkeys(name for content in sample for name in cells_of(content)))


@listen(ProjectChanged)
def keep_one(tx: Connection, event: ProjectChanged, project: Project) -> None:
    """Raises `Conflict` where every column would be left out: no model could be trained any more."""
    if "left_out_columns" not in event.settings:
        return
    named = named_columns(tx, project.id)
    if named == [] and project.settings.left_out_columns:
        raise Conflict("The items of this project have no columns that could be left out.")
    if named and set(named) <= set(project.settings.left_out_columns):
        raise Conflict("Every column would be left out: nothing would be left to learn from.")
