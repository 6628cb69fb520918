"""Answers that people do not agree on, where they wait for somebody who decides."""

from labeler.client import ApiError, Project


def undecided(project: Project) -> int:
    """How many nobody has decided, and nobody is asked again about; 0 where that can't be read."""
    try:
        return project.reviews.queue(limit=1).open
    except ApiError:
        return 0
