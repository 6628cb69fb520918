"""Dataset versions, and tags of models, that are not in the remotes yet: tried again until they are."""

from functools import cache

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.jobs.engine import enqueue
from labeler.kit.jobs.registry import every
from labeler.kit.jobs.tables import jobs

AGAIN_SECONDS = 300
KIND = "datasets.push"


def has_remote(settings: Settings) -> bool:
    return bool(settings.dvc_remote or settings.git_remote)


def want_push(tx: Connection, project_id: int) -> None:
    lane = f"push:{project_id}"
    enqueue(tx, KIND, project_id=project_id, dedup=lane, lane=lane)


@cache
def _has_remote() -> bool:
    return has_remote(Settings())


@every(60, "datasets.push_again")
def push_again(tx: Connection) -> None:
    if _has_remote():
        want_failed_pushes(tx)


def want_failed_pushes(tx: Connection) -> None:
    """Where the last push of a project failed some minutes ago, another one: a version or a model's tag still waits."""
    newest = sa.select(sa.func.max(jobs.c.id)).where(jobs.c.kind == KIND).group_by(jobs.c.project_id)
    some_time_ago = sa.or_(jobs.c.finished_at < clock(-AGAIN_SECONDS), jobs.c.finished_at > clock())  # it was set back
    failed = sa.select(jobs.c.project_id).where(jobs.c.id.in_(newest), jobs.c.state == "failed", some_time_ago)
    for project_id in tx.execute(failed).scalars().all():
        want_push(tx, project_id)
