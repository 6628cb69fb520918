"""What the order of the queue has saved, in a model's card."""

from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.kit.counting import counted
from labeler.projects.access import Project
from labeler.registry.sections import section
from labeler.savings.service import savings_of
from labeler.wire.registry import ModelOut


@section(45)
def order(tx: Connection, settings: Settings, project: Project, model: ModelOut) -> str:
    """Of the count with this model."""
    found = savings_of(tx, project)
    if found.model != model.number or found.drawn is None:
        return ""
    drawn, needed = counted("{n} label", "{n} labels", found.drawn), found.needed
    if needed.value is None:
        told = f"{drawn} drawn at random teach more than the first {found.followed:,} in the queue's order."
    else:
        high = "more than were followed" if needed.high is None else f"{needed.high:,.0f}"
        between = f"95 % interval {needed.low:,.0f} to {high}"
        told = f"The queue's order teaches with {needed.value:,.0f} labels ({between}) what {drawn} drawn at random do."
    return f"## What the order of the queue saved\n\n{told}"
