"""Says to the rooms below what a search by meaning finds; what computes is imported when somebody asks."""

from collections.abc import Sequence

from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.slices.alike import finds_alike
from labeler.wire.meaning import Like


@finds_alike
def items_alike(tx: Connection, settings: Settings, project: Project, like: Like) -> Sequence[int]:
    """The ids of items that are like it, rising. Raises as `meaning.similarities`."""
    from labeler.training.pool import meaning  # brings SciPy along: not at every start

    ids, similarity = meaning.similarities(tx, settings, project, like)
    found: list[int] = ids[similarity >= like.least].tolist()
    return found
