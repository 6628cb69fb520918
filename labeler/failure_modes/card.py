"""The failure modes that are kept, in a model's card."""

from sqlalchemy import Connection

from labeler.datasets.markdown import cell
from labeler.failure_modes.service import list_modes
from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.registry.sections import section
from labeler.wire.registry import ModelOut


@section(20)
def failure_modes(tx: Connection, settings: Settings, project: Project, model: ModelOut) -> str:
    """How often it is wrong on each, where that was measured on this model."""
    rows = []
    for one in list_modes(tx, project).kept:
        rate = next((known.error for known in one.rates if known.model == model.number), None)
        if rate is None or rate.value is None:
            continue
        between = "" if rate.low is None or rate.high is None else f" ({rate.low:.1%} to {rate.high:.1%})"
        rows.append(f"| {cell(one.name)} | {cell(', '.join(one.words))} | {one.items:,} | {rate.value:.1%}{between} |")
    if not rows:
        return ""
    head = "| failure mode | told apart by | items like it | wrong (95 % interval) |\n|---|---|---|---|"
    return "\n".join(["## Failure modes\n", head, *rows])
