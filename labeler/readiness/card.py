"""The checklists for production, in the card of the model that they are about."""

from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.readiness.markdown import lists
from labeler.readiness.service import readiness_of
from labeler.registry.sections import section
from labeler.wire.registry import ModelOut


@section(50)
def readiness(tx: Connection, settings: Settings, project: Project, model: ModelOut) -> str:
    """Each line with its evidence, where this is the model that the project relies on: the live one, or the newest."""
    found = readiness_of(tx, settings, project)
    if found.model != model.number:
        return ""
    score = f"Score: {found.score:g} of 7, the least of the four lists. {found.meaning}"
    return "\n\n".join(["## Readiness for production", score, *lists(found, "###")])
