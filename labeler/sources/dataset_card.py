"""Items that came from addresses, in the card of the data."""

from sqlalchemy import Connection

from labeler.datasets.sections import section
from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.sources.service import counts_of


@section(10)
def sources(tx: Connection, settings: Settings, project: Project) -> str:
    """How many, and whether their documents are still the same."""
    counts = counts_of(tx, project.id)
    if not counts:
        return ""
    states = ", ".join(f"{state} {n:,}" for state, n in sorted(counts.items()))
    return (
        f"### From addresses\n\n{sum(counts.values()):,} items were fetched from addresses. The metadata of each has "
        f"its `source_url`, the SHA-256 of what was fetched (`source_sha256`) and when. Looked at again: {states}."
    )
