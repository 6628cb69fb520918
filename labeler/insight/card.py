"""Where a model's error comes from, in its card."""

from sqlalchemy import Connection

from labeler.insight.error_parts import error_parts
from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.registry.sections import section
from labeler.wire.error_parts import ErrorPart
from labeler.wire.registry import ModelOut

MEANS = {
    "irreducible": "people's own answers are wrong or differ",
    "bias": "what it can't do on the items that it learned from",
    "variance": "what it can't carry over to items that it has not seen",
    "overfitting": "it was chosen by the holdout, and does worse on what was labeled since",
}


@section(10)
def error(tx: Connection, settings: Settings, project: Project, model: ModelOut) -> str:
    """The parts that are known, with their intervals."""
    found = error_parts(tx, settings, project, model.number)
    known = [one for one in found.parts if one.value is not None]
    if not known:
        return ""
    head = "| part of the error | share (95 % interval) | what it is |\n|---|---|---|"
    missing = [one.name for one in found.parts if one.value is None]
    more = f"\n\nNot known yet: {', '.join(missing)}." if missing else ""
    return "\n".join(["## Where its error comes from\n", head, *map(_row, known)]) + more


def _row(one: ErrorPart) -> str:
    between = "" if one.low is None or one.high is None else f" ({one.low:.1%} to {one.high:.1%})"
    return f"| {one.name} | {one.value:.1%}{between} | {MEANS[one.name]} |"
