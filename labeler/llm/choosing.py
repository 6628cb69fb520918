"""Which items a language model is asked about, in their fixed random order; and which of these people are asked for."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items, present
from labeler.labels.tables import current_labels
from labeler.llm.asking import answered
from labeler.llm.tables import llm_asks
from labeler.projects.access import Project
from labeler.quality.by_people import by_people
from labeler.queue.tables import blind_items

COLUMNS = (items.c.id, items.c.key, items.c.content)


def _asked(row: Any, *conditions: Any) -> Any:
    mine = (llm_asks.c.user_id == row.user_id, llm_asks.c.item_id == items.c.id, *conditions)
    return sa.exists(sa.select(sa.literal(1)).select_from(llm_asks).where(*mine))


class OpenItems:
    """Open items that its present revision was not asked about, from one call to the next: a run looks at each once.

    Left to people are the holdout, by which models are judged, and what they are asked for to measure another model.
    """

    def __init__(self) -> None:
        self._after: int | None = None

    def __call__(self, tx: Connection, project: Project, row: Any, most: int) -> list[Any]:
        others = sa.exists(sa.select(sa.literal(1)).where(blind_items.c.item_id == items.c.id))
        open_ones = sa.select(*COLUMNS, items.c.shuffle).where(
            present(project.id),
            items.c.needed > sa.literal_column("0"),
            items.c.split == "train",
            ~_asked(row, llm_asks.c.purpose == "run", llm_asks.c.revision == row.revision),
            ~others,
        )
        if self._after is not None:
            open_ones = open_ones.where(items.c.shuffle > self._after)
        rows = list(tx.execute(open_ones.order_by(items.c.shuffle).limit(most)))
        if rows:
            self._after = rows[-1].shuffle
        return rows


def next_for_trial(tx: Connection, project: Project, row: Any, job_id: int, most: int) -> list[Any]:
    """Items that people answered for certain; where they are few, open ones, too. None twice in one trial."""
    new = ~_asked(row, llm_asks.c.job_id == job_id)
    found = answered(project).with_only_columns(*COLUMNS).where(new)
    rows = list(tx.execute(found.order_by(items.c.shuffle, items.c.id).limit(most)))
    if len(rows) < most:
        rest = sa.select(*COLUMNS).where(present(project.id), items.c.split == "train", items.c.needed > 0, new)
        rest = rest.where(~by_people(items.c.id, current_labels.c.counted))
        rows += tx.execute(rest.order_by(items.c.shuffle).limit(most - len(rows)))
    return rows
