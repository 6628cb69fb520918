"""How far the project is ready for production, in the card of the data."""

from sqlalchemy import Connection

from labeler.datasets.sections import section
from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.readiness.markdown import lists
from labeler.readiness.service import readiness_of


@section(50)
def readiness(tx: Connection, settings: Settings, project: Project) -> str:
    """The list that is about data, with its evidence; once there is a model."""
    found = readiness_of(tx, settings, project)
    if found.model is None:
        return ""
    data = lists(found, "####")[0]
    return f"### Readiness for production\n\nScore: {found.score:g} of 7. {found.meaning}\n\n{data}"
