"""Background work on answers."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items, present
from labeler.kit.jobs.registry import JobRun, job
from labeler.projects.access import find_project
from labeler.quality.answers import make_answers
from labeler.quality.recount import KIND, recount_kinds, recount_needed

PART = 2_000


@job(KIND)
def recount(run: JobRun) -> dict[str, int]:
    """Another overlap, or other kinds of labelers that count: every item again, in short transactions."""
    project = run.db.read(find_project, run.project_id or 0)
    part = sa.select(items.c.id).where(present(project.id)).order_by(items.c.id).limit(PART)
    after, changed = 0, 0

    def step(tx: Connection) -> Sequence[int]:
        ids = tx.execute(part.where(items.c.id > after)).scalars().all()
        recount_kinds(tx, project, ids)
        recount_needed(tx, project, ids)
        make_answers(tx, project, ids)
        return ids

    while ids := run.write(step):
        after, changed = ids[-1], changed + len(ids)
        run.progress(changed, None, f"{changed:,} items")
    return {"items": changed}
