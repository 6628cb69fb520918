"""Likely label errors, and what came of checking them, in the card of the data."""

from sqlalchemy import Connection

from labeler.datasets.sections import section
from labeler.kit.config import Settings
from labeler.label_errors.service import list_errors
from labeler.projects.access import Project


@section(20)
def label_errors(tx: Connection, settings: Settings, project: Project) -> str:
    """What the last look found, and how often a check changed the answer."""
    found, _ = list_errors(tx, project, None, False, None, 1)
    looked, checked = found.looked, found.rechecks.total
    if looked is None:
        return ""
    told = (
        f"{looked.answers:,} answers were looked at on {looked.at:%Y-%m-%d}: {looked.wrong:,} are likely wrong, "
        f"{looked.duplicate:,} are of nearly the same items with different answers, {looked.outlier:,} of items unlike "
        "all others."
    )
    if checked.answered:
        share = checked.share
        between = "" if share.low is None or share.high is None else f" ({share.low:.1%} to {share.high:.1%})"
        rate = "" if share.value is None else f", {share.value:.1%}{between}"
        told += f" {checked.answered:,} were checked; the answer changed for {checked.changed:,}{rate}."
    return f"### Likely label errors\n\n{told}"
