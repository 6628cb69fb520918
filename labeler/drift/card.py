"""Whether new items have drifted since a model learned, in its card."""

from sqlalchemy import Connection

from labeler.datasets.markdown import cell
from labeler.drift.service import drift_of
from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.registry.sections import section
from labeler.wire.registry import ModelOut


@section(30)
def drift(tx: Connection, settings: Settings, project: Project, model: ModelOut) -> str:
    """What the last check of this model found."""
    found = drift_of(tx, project)
    if found.checked is None or found.model != model.number:
        return ""
    moved = [cell(one.name) for one in found.checked.signals if one.moved]
    told = f"these moved: {', '.join(moved)}" if moved else "nothing moved"
    day = f"{found.checked.at:%Y-%m-%d}"
    return (
        f"## Drift\n\n{found.checked.new:,} new items were compared on {day} with those that it learned from: {told}."
    )
