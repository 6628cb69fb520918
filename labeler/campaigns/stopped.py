"""What a job was to begin is cancelled where the job stopped before that: nobody waits for it.

That is a campaign, an assignment, or the check of labels given at once or of a decision about hard items: the job's
arguments name it.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.campaigns.service import close
from labeler.campaigns.tables import campaigns
from labeler.kit.errors import NotFound
from labeler.kit.events import listen
from labeler.kit.jobs.stopped import JobStopped
from labeler.projects.access import find_project


@listen(JobStopped)
def cancel_what_did_not_begin(tx: Connection, event: JobStopped, _: object) -> None:
    number = event.args.get("campaign", event.args.get("assignment"))
    if number is None or event.project_id is None:
        return
    mine = sa.select(campaigns).where(campaigns.c.id == int(number), campaigns.c.project_id == event.project_id)
    row = tx.execute(mine.where(campaigns.c.state == "starting")).one_or_none()
    if row is None:
        return
    try:
        project = find_project(tx, event.project_id)
    except NotFound:  # it was deleted meanwhile
        return
    close(tx, project, row, "cancelled", None)
