"""Labels that a file has and the project has not, added to its schema: a new version of it, on record."""

from collections.abc import Sequence

from sqlalchemy import Connection

from labeler.accounts.auth import acting_as
from labeler.projects.access import Project, find_project, member_of
from labeler.projects.label_schema import change_schema
from labeler.tasks.labels import MOST_LABELS
from labeler.wire.schema import SchemaParts

LONGEST = 100


def with_labels(project: Project, names: Sequence[str]) -> list[dict[str, object]]:
    """The project's labels and these behind them, as far as there is room."""
    before = project.labels
    fitting = [name for name in names if 0 < len(name) <= LONGEST]
    return [*before, *({"name": name} for name in fitting)][:MOST_LABELS]


def add_labels(tx: Connection, *, project: Project, names: Sequence[str], user_id: int) -> Project:
    """The project with these labels; unchanged where its answers hold no labels."""
    now = find_project(tx, project.id)
    missing = [name for name in names if name not in now.label_names]
    if not missing or not now.labels:
        return now
    parts = SchemaParts.model_validate({"labels": with_labels(now, missing)})
    return change_schema(tx, member_of(acting_as(tx, user_id), now), parts, reason="labels of an imported file")
