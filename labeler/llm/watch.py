"""Language models that are paused without anybody's doing: those whose answers drift from people's, and those that were
taken out of the project. And texts that are too old to be kept."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.users import UserDeactivated
from labeler.kit.columns import clock
from labeler.kit.events import listen
from labeler.kit.jobs.registry import every
from labeler.kit.jobs.tables import jobs
from labeler.labels.tables import labels
from labeler.llm.changes import pause, tell
from labeler.llm.tables import llm_asks, llm_labelers
from labeler.projects.access import Project, find_project
from labeler.projects.members import MemberLeft
from labeler.projects.tables import projects

LEFT = "It is no member of the project any more."
MOST_AT_ONCE = 5_000
TOLD_WITHIN = 3_600
WATCHED = 1_000  # the newest labels of the blind share: it is looked at while labelers wait to write


@listen(MemberLeft)
def pause_who_left(tx: Connection, event: MemberLeft, project: Project) -> None:
    pause(tx, event.user_id, "left", LEFT)


@listen(UserDeactivated)
def pause_who_is_off(tx: Connection, event: UserDeactivated, _: Any) -> None:
    pause(tx, event.user_id, "left", LEFT)


@every(30, "llm.drift")
def watch_drift(tx: Connection) -> None:
    """Those of whose project labels came since the last look."""
    newest = sa.select(sa.func.max(labels.c.id)).where(labels.c.project_id == llm_labelers.c.project_id)
    statement = (
        sa.select(llm_labelers, newest.scalar_subquery().label("newest"))
        .join(projects, projects.c.id == llm_labelers.c.project_id)
        .where(~llm_labelers.c.paused, llm_labelers.c.deleted_at.is_(None), projects.c.deleted_at.is_(None))
    )
    for row in tx.execute(statement).all():
        if (row.newest or 0) > row.watched_until:
            look(tx, find_project(tx, row.project_id), row)
            mine = sa.update(llm_labelers).where(llm_labelers.c.user_id == row.user_id)
            tx.execute(mine.values(watched_until=row.newest))


def look(tx: Connection, project: Project, row: Any) -> bool:
    """Pause it where it agrees with people less than before, and that is no chance."""
    from labeler.learning.llm.measures import drift  # numpy
    from labeler.llm.measures import judged, pairs

    change = drift(judged(project, pairs(tx, project, row, WATCHED)[0]))
    if change is None:
        return False
    fewer = f"{-change:.0%}"
    detail = f"It agrees with people on {fewer} fewer of its last items than before. Look at what it was asked."
    return pause(tx, row.user_id, "drift", detail)


@every(60, "llm.tell")
def tell_of_cancelled(tx: Connection) -> None:
    """A job that was cancelled, or given up, has sent something, too."""
    ended = (jobs.c.state.in_(("cancelled", "failed")), jobs.c.finished_at > clock(-TOLD_WITHIN))
    mine = sa.select(jobs.c.id).where(jobs.c.kind.in_(("llm.run", "llm.trial")), *ended)
    for job_id in tx.execute(mine).scalars().all():
        tell(tx, job_id)


@every(3600, "llm.forget_texts")
def forget_texts(tx: Connection) -> None:
    """Of each labeler the newest texts are kept; of others their hash."""
    from labeler.llm.keeping import KEPT

    for labeler_id in tx.execute(sa.select(llm_labelers.c.user_id)).scalars().all():
        mine = llm_asks.c.user_id == labeler_id
        oldest = sa.select(llm_asks.c.id).where(mine).order_by(llm_asks.c.id.desc()).offset(KEPT).limit(1)
        last = tx.execute(oldest).scalar()
        if last is not None:
            old = sa.select(llm_asks.c.id).where(mine, llm_asks.c.id <= last, llm_asks.c.sent.is_not(None))
            some = old.order_by(llm_asks.c.id).limit(MOST_AT_ONCE)
            tx.execute(sa.update(llm_asks).where(llm_asks.c.id.in_(some)).values(sent=None, reply=None))
