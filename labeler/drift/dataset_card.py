"""Whether new items have drifted, in the card of the data."""

from sqlalchemy import Connection

from labeler.datasets.markdown import cell
from labeler.datasets.sections import section
from labeler.drift.service import drift_of
from labeler.kit.config import Settings
from labeler.projects.access import Project


@section(30)
def drift(tx: Connection, settings: Settings, project: Project) -> str:
    """What the last check found."""
    found = drift_of(tx, project)
    if found.checked is None:
        return ""
    moved = [cell(one.name) for one in found.checked.signals if one.moved]
    told = f"these moved: {', '.join(moved)}" if moved else "nothing moved"
    return (
        f"### Drift\n\n{found.checked.new:,} new items were compared on {found.checked.at:%Y-%m-%d} with those that "
        f"model {found.model} learned from: {told}."
    )
