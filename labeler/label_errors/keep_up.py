"""When it is looked for label errors without anyone asking: after a training, once enough was answered since."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.events import listen
from labeler.label_errors.asking import want_look
from labeler.label_errors.tables import label_error_finds
from labeler.quality.tables import answers
from labeler.registry.service import ModelTrained

FIRST = 100
"""Answers before which it is only looked when somebody asks: of fewer, people see the errors themselves."""
MORE = 1.2
"""Times the answers of the last look."""
DELAY = 5.0


@listen(ModelTrained)
def look_again(tx: Connection, event: ModelTrained, _: object) -> None:
    last = sa.select(label_error_finds.c.answers, label_error_finds.c.left_out).where(
        label_error_finds.c.project_id == event.project_id
    )
    row = tx.execute(last).one_or_none()
    enough = FIRST if row is None else max(FIRST, int(MORE * (row.answers + row.left_out)))
    given = sa.select(sa.literal(1)).where(answers.c.project_id == event.project_id).limit(enough)
    if tx.execute(sa.select(sa.func.count()).select_from(given.subquery())).scalar_one() >= enough:
        want_look(tx, event.project_id, delay=DELAY)
