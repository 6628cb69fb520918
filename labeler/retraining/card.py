"""Whether a model could be made again, in its card."""

from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.registry.sections import section
from labeler.retraining.service import SHOWN, tests_of
from labeler.wire.registry import ModelOut

TOLD = {
    "identical": "every prediction was the same",
    "differs": "predictions were others",
    "failed": "it did not come to its end",
}


@section(40)
def pipeline(tx: Connection, settings: Settings, project: Project, model: ModelOut) -> str:
    """The last test of the pipeline with this model."""
    last = next((one for one in tests_of(tx, project.id, SHOWN) if one.model == model.number), None)
    if last is None:
        return ""
    day = f"{last.at:%Y-%m-%d}"
    told = f"It was trained again from the raw items of its dataset version on {day}: {TOLD[last.outcome]}."
    return f"## Made again\n\n{told}"
